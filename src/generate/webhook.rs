//! `plimsoll serve` in a cluster: everything that an admission webhook takes, as its own lint wants it.

mod certificate;
mod configuration;
mod deployment;
mod network;

use crate::yaml::emit::{Emit, map};

/// The name of everything that is written, of its Service too.
pub const NAME: &str = "plimsoll";
/// The Secret of the certificate.
pub const SECRET: &str = "plimsoll-tls";
/// The port that reviews come to.
const HTTPS: i64 = 8443;
/// The port of health and metrics.
const HEALTH: i64 = 8080;

/// What the webhook is to be.
#[derive(Clone, Debug)]
pub struct Webhook {
    /// The image, with its tag or digest.
    pub image: String,
    /// Where everything goes.
    pub namespace: String,
    /// The arguments that say how to judge.
    pub judging: Vec<String>,
    /// The text of the configuration file, where there is one.
    pub config: Option<String>,
    /// Where the certificate comes from.
    pub certificate: Certificate,
    /// What becomes of a review that validates when nobody answers it.
    pub failure_policy: FailurePolicy,
    /// Whether objects are mended first.
    pub mutate: bool,
    /// Give the pods a user namespace.
    pub user_namespace: bool,
    /// The user and group id of the pods.
    pub id: i64,
    /// Namespaces that are left alone, beside those of the cluster, of the systems that need it, and its own.
    pub excluded: Vec<String>,
}

/// Where the certificate comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certificate {
    /// A Secret that whoever installs it makes, by commands that are shown.
    Secret,
    /// cert-manager, which renews it too.
    CertManager,
}

/// What becomes of a review that nobody answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailurePolicy {
    /// It is refused.
    Fail,
    /// It is let in.
    Ignore,
}

impl FailurePolicy {
    /// As the API has it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fail => "Fail",
            Self::Ignore => "Ignore",
        }
    }
}

impl Webhook {
    /// The name by which the API server calls it.
    fn host(&self) -> String {
        format!("{NAME}.{}.svc", self.namespace)
    }
}

/// Everything, in the order in which it can be applied.
pub fn documents(webhook: &Webhook) -> Vec<Emit<'_>> {
    let mut all = vec![namespace(webhook), account(webhook)];
    all.extend(webhook.config.as_ref().map(|text| config(webhook, text)));
    all.extend(certificate::documents(webhook));
    all.extend([deployment::deployment(webhook), deployment::budget(webhook)]);
    all.extend([network::service(webhook), network::policy(webhook)]);
    all.extend(configuration::documents(webhook));
    all
}

fn namespace(webhook: &Webhook) -> Emit<'_> {
    let mode = |mode: &'static str| (mode, Some("restricted".into()));
    let labels = map([
        mode("pod-security.kubernetes.io/enforce"),
        mode("pod-security.kubernetes.io/audit"),
        mode("pod-security.kubernetes.io/warn"),
    ]);
    let namespace = map([
        ("apiVersion", Some("v1".into())),
        ("kind", Some("Namespace".into())),
        ("metadata", Some(map([("name", Some(webhook.namespace.as_str().into())), ("labels", Some(labels))]))),
    ]);
    namespace.noted(format!("{ABOUT}{}", certificate::instructions(webhook)))
}

const ABOUT: &str = "\
`plimsoll serve` as an admission webhook: what `plimsoll admit` refuses by the same options, the cluster refuses.
The entry point of the image is expected to be the program.
";

/// Talks to no API server: its token is not even mounted.
fn account(webhook: &Webhook) -> Emit<'_> {
    map([
        ("apiVersion", Some("v1".into())),
        ("kind", Some("ServiceAccount".into())),
        ("metadata", Some(metadata(webhook, NAME))),
        ("automountServiceAccountToken", Some(Emit::Bool(false))),
    ])
}

fn config<'a>(webhook: &'a Webhook, text: &'a str) -> Emit<'a> {
    map([
        ("apiVersion", Some("v1".into())),
        ("kind", Some("ConfigMap".into())),
        ("metadata", Some(metadata(webhook, NAME))),
        ("data", Some(map([("plimsoll.toml", Some(text.into()))]))),
    ])
}

fn metadata<'a>(webhook: &'a Webhook, name: &'a str) -> Emit<'a> {
    map([
        ("name", Some(name.into())),
        ("namespace", Some(webhook.namespace.as_str().into())),
        ("labels", Some(labels())),
    ])
}

fn labels() -> Emit<'static> {
    map([("app.kubernetes.io/name", Some(NAME.into())), ("app.kubernetes.io/component", Some("webhook".into()))])
}
