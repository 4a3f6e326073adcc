//! The pods: two, apart from each other, with nothing that they do not need.

use super::{HEALTH, HTTPS, NAME, SECRET, Webhook, labels, metadata};
use crate::yaml::emit::{Emit, map};

/// Where the certificate is mounted.
const TLS: &str = "/etc/plimsoll/tls";
/// Where the configuration is mounted.
const CONFIG: &str = "/etc/plimsoll/config";

/// `lint` would have a user namespace; which nodes can give one is not for us to know.
const SHARED_USERS: &str =
    "not every node can give a user namespace (Linux 6.3, containerd 2): --user-namespace asks for one";

pub(super) fn deployment(webhook: &Webhook) -> Emit<'_> {
    let rolling = map([("maxSurge", Some(Emit::Int(1))), ("maxUnavailable", Some(Emit::Int(0)))]);
    let strategy = map([("type", Some("RollingUpdate".into())), ("rollingUpdate", Some(rolling))]);
    let annotations = map([("ignore.plimsoll.dev/host-users", Some(SHARED_USERS.into()))]);
    let of_pods = map([("labels", Some(labels())), ("annotations", (!webhook.user_namespace).then_some(annotations))]);
    let spec = map([
        ("replicas", Some(Emit::Int(2))),
        ("strategy", Some(strategy)),
        ("selector", Some(map([("matchLabels", Some(labels()))]))),
        ("template", Some(map([("metadata", Some(of_pods)), ("spec", Some(pod(webhook)))]))),
    ]);
    map([
        ("apiVersion", Some("apps/v1".into())),
        ("kind", Some("Deployment".into())),
        ("metadata", Some(metadata(webhook, NAME))),
        ("spec", Some(spec)),
    ])
}

/// A drain of nodes leaves one that answers.
pub(super) fn budget(webhook: &Webhook) -> Emit<'_> {
    let spec = map([
        ("minAvailable", Some(Emit::Int(1))),
        ("unhealthyPodEvictionPolicy", Some("AlwaysAllow".into())),
        ("selector", Some(map([("matchLabels", Some(labels()))]))),
    ]);
    map([
        ("apiVersion", Some("policy/v1".into())),
        ("kind", Some("PodDisruptionBudget".into())),
        ("metadata", Some(metadata(webhook, NAME))),
        ("spec", Some(spec)),
    ])
}

fn pod(webhook: &Webhook) -> Emit<'_> {
    let spread = |key: &'static str| {
        map([
            ("maxSkew", Some(Emit::Int(1))),
            ("topologyKey", Some(key.into())),
            ("whenUnsatisfiable", Some("ScheduleAnyway".into())),
            ("labelSelector", Some(map([("matchLabels", Some(labels()))]))),
        ])
    };
    let id = || Some(Emit::Int(webhook.id));
    let default = || Some(map([("type", Some("RuntimeDefault".into()))]));
    let security = map([
        ("runAsNonRoot", Some(Emit::Bool(true))),
        ("runAsUser", id()),
        ("runAsGroup", id()),
        ("fsGroup", id()),
        ("seccompProfile", default()),
        ("appArmorProfile", default()),
    ]);
    map([
        ("serviceAccountName", Some(NAME.into())),
        ("automountServiceAccountToken", Some(Emit::Bool(false))),
        ("enableServiceLinks", Some(Emit::Bool(false))),
        ("hostUsers", webhook.user_namespace.then_some(Emit::Bool(false))),
        // `serve` drains for 5 seconds and finishes within 15.
        ("terminationGracePeriodSeconds", Some(Emit::Int(30))),
        ("securityContext", Some(security)),
        (
            "topologySpreadConstraints",
            Some(Emit::List(vec![spread("kubernetes.io/hostname"), spread("topology.kubernetes.io/zone")])),
        ),
        ("containers", Some(Emit::List(vec![container(webhook)]))),
        ("volumes", Some(Emit::List(volumes(webhook)))),
    ])
}

fn container(webhook: &Webhook) -> Emit<'_> {
    let port =
        |name: &'static str, number| map([("name", Some(name.into())), ("containerPort", Some(Emit::Int(number)))]);
    let probe = |path: &'static str, failures| {
        let get = map([("path", Some(path.into())), ("port", Some("health".into()))]);
        map([
            ("httpGet", Some(get)),
            ("periodSeconds", Some(Emit::Int(5))),
            ("timeoutSeconds", Some(Emit::Int(2))),
            ("failureThreshold", Some(Emit::Int(failures))),
        ])
    };
    let resources = map([
        ("requests", Some(map([("cpu", Some("100m".into())), ("memory", Some("64Mi".into()))]))),
        // Bodies may take 64 MiB, and judging them as much again.
        ("limits", Some(map([("memory", Some("256Mi".into()))]))),
    ]);
    let drop = map([("drop", Some(Emit::Row(vec!["ALL".into()])))]);
    let security = map([
        ("allowPrivilegeEscalation", Some(Emit::Bool(false))),
        ("readOnlyRootFilesystem", Some(Emit::Bool(true))),
        ("capabilities", Some(drop)),
    ]);
    map([
        ("name", Some(NAME.into())),
        ("image", Some(webhook.image.as_str().into())),
        ("args", Some(Emit::List(arguments(webhook)))),
        ("ports", Some(Emit::List(vec![port("https", HTTPS), port("health", HEALTH)]))),
        ("readinessProbe", Some(probe("/readyz", 1))),
        ("livenessProbe", Some(probe("/healthz", 6))),
        ("resources", Some(resources)),
        ("securityContext", Some(security)),
        ("volumeMounts", Some(Emit::List(mounts(webhook)))),
    ])
}

fn arguments(webhook: &Webhook) -> Vec<Emit<'_>> {
    let mut arguments: Vec<Emit<'_>> = vec![
        "serve".into(),
        format!("--listen=0.0.0.0:{HTTPS}").into(),
        format!("--health-listen=0.0.0.0:{HEALTH}").into(),
        format!("--tls-cert={TLS}/tls.crt").into(),
        format!("--tls-key={TLS}/tls.key").into(),
    ];
    arguments.push(match webhook.config {
        Some(_) => format!("--config={CONFIG}/plimsoll.toml").into(),
        None => "--no-config".into(),
    });
    arguments.extend(webhook.judging.iter().map(|argument| argument.as_str().into()));
    arguments
}

fn mounts(webhook: &Webhook) -> Vec<Emit<'_>> {
    let mount = |name: &'static str, path: &'static str| {
        map([("name", Some(name.into())), ("mountPath", Some(path.into())), ("readOnly", Some(Emit::Bool(true)))])
    };
    let config = webhook.config.as_ref().map(|_| mount("config", CONFIG));
    std::iter::once(mount("tls", TLS)).chain(config).collect()
}

fn volumes(webhook: &Webhook) -> Vec<Emit<'_>> {
    let secret = map([
        ("secretName", Some(SECRET.into())),
        ("defaultMode", Some(Emit::Int(0o440).noted("0440: for the group of the pod alone"))),
    ]);
    let tls = map([("name", Some("tls".into())), ("secret", Some(secret))]);
    let config = webhook
        .config
        .as_ref()
        .map(|_| map([("name", Some("config".into())), ("configMap", Some(map([("name", Some(NAME.into()))])))]));
    std::iter::once(tls).chain(config).collect()
}
