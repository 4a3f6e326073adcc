//! Random pods: every field that the standard reads, absent, null, good, bad and of a wrong type, in containers of every
//! list. What differs from the plugin is shrunk, printed as a manifest, and belongs into `fixtures/pss`.

use std::fmt::Write as _;

use plimsoll::k8s::{NEWEST, Version};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::oracle::{Answer, Oracle};
use super::{LEVELS, difference, ours, refused, spread, whole};

/// A value as JSON text, which every reader of YAML reads alike.
type Json = String;
/// A field that may be absent.
type Field = BoxedStrategy<Option<Json>>;

/// A field: mostly absent or good, often bad, sometimes null, seldom of a wrong type.
fn field(good: &'static [&'static str], bad: &'static [&'static str], wrong: &'static [&'static str]) -> Field {
    let one = |of: &'static [&'static str]| proptest::sample::select(of).prop_map(|v| Some(v.to_owned()));
    let mut choices = vec![(300, Just(None).boxed()), (40, Just(Some("null".to_owned())).boxed())];
    for (weight, values) in [(500, good), (100, bad), (1, wrong)] {
        if !values.is_empty() {
            choices.push((weight, one(values).boxed()));
        }
    }
    proptest::strategy::Union::new_weighted(choices).boxed()
}

fn boolean() -> Field {
    field(&["false", "true"], &[], &["\"true\"", "1", "[]", "{}"])
}

/// A mapping of fields.
fn map(fields: Vec<(&'static str, Field)>) -> BoxedStrategy<Json> {
    let (names, values): (Vec<_>, Vec<_>) = fields.into_iter().unzip();
    let join = move |values: Vec<Option<Json>>| {
        let given = names.iter().zip(values).filter_map(|(name, value)| Some(format!("{name:?}: {}", value?)));
        format!("{{{}}}", given.collect::<Vec<_>>().join(", "))
    };
    values.prop_map(join).boxed()
}

/// A list of values, or what may stand for one.
fn list(item: BoxedStrategy<Json>, most: usize) -> Field {
    let items = vec(prop_oneof![30 => item, 1 => Just("null".to_owned())], 0..=most);
    optional(items.prop_map(|items| format!("[{}]", items.join(", "))).boxed(), &["{}", "\"x\"", "3"])
}

fn optional(value: BoxedStrategy<Json>, wrong: &'static [&'static str]) -> Field {
    let wrong = proptest::sample::select(wrong).prop_map(|v| Some(v.to_owned()));
    prop_oneof![200 => Just(None), 30 => Just(Some("null".to_owned())), 600 => value.prop_map(Some), 1 => wrong].boxed()
}

fn mapping(fields: Vec<(&'static str, Field)>) -> Field {
    optional(map(fields), &["[]", "\"x\"", "true"])
}

fn profile() -> Field {
    let types = &["\"RuntimeDefault\"", "\"Localhost\""];
    mapping(vec![("type", field(types, &["\"Unconfined\"", "\"\"", "\"runtime/default\""], &["1", "{}"]))])
}

fn selinux() -> Field {
    let types = &["\"container_t\"", "\"\"", "\"container_init_t\"", "\"container_kvm_t\"", "\"container_engine_t\""];
    mapping(vec![
        ("type", field(types, &["\"spc_t\""], &["1"])),
        ("user", field(&["\"\""], &["\"u\""], &["[]"])),
        ("role", field(&["\"\""], &["\"r\""], &["true"])),
    ])
}

/// What the security contexts of pod and container share.
fn shared_context() -> Vec<(&'static str, Field)> {
    vec![
        ("runAsNonRoot", field(&["true", "true", "true"], &["false"], &["\"true\"", "1"])),
        (
            "runAsUser",
            field(&["1", "10001", "-1"], &["0", "0.0", "0e3", "-0"], &["\"0\"", "1.5", "9223372036854775808"]),
        ),
        ("seccompProfile", profile()),
        ("appArmorProfile", profile()),
        ("seLinuxOptions", selinux()),
        ("windowsOptions", mapping(vec![("hostProcess", field(&["false"], &["true"], &["\"true\""]))])),
    ]
}

fn container_context() -> Field {
    let add = &["\"NET_BIND_SERVICE\""];
    let bad = &["\"CHOWN\"", "\"SYS_ADMIN\"", "\"ALL\"", "\"chown\"", "\"CAP_CHOWN\"", "\"\"", "\"NET_RAW\""];
    let item = |good, bad| field(good, bad, &["1"]).prop_map(|v| v.unwrap_or_else(|| "\"SETUID\"".to_owned())).boxed();
    let mut fields = shared_context();
    fields.extend([
        ("privileged", field(&["false"], &["true"], &["\"true\""])),
        ("allowPrivilegeEscalation", field(&["false", "false"], &["true"], &["\"false\""])),
        ("procMount", field(&["\"Default\""], &["\"Unmasked\"", "\"\""], &["1"])),
        (
            "capabilities",
            mapping(vec![
                ("add", list(item(add, bad), 2)),
                ("drop", list(item(&["\"ALL\"", "\"ALL\""], &["\"all\"", "\"KILL\""]), 2)),
            ]),
        ),
    ]);
    mapping(fields)
}

fn handler() -> Field {
    let host = || mapping(vec![("host", field(&["\"\""], &["\"127.0.0.1\"", "\" \""], &["1"])), ("port", number())]);
    mapping(vec![("httpGet", host()), ("tcpSocket", host())])
}

fn number() -> Field {
    field(&["80"], &[], &[])
}

fn container(names: &'static [&'static str]) -> BoxedStrategy<Json> {
    let ports = map(vec![
        ("containerPort", number()),
        ("hostPort", field(&["0"], &["80", "8e1", "-1"], &["\"80\"", "0.5", "2147483648"])),
    ]);
    map(vec![
        ("name", field(names, names, &[])),
        ("securityContext", container_context()),
        ("ports", list(ports, 2)),
        ("livenessProbe", handler()),
        ("readinessProbe", handler()),
        ("startupProbe", handler()),
        ("lifecycle", mapping(vec![("postStart", handler()), ("preStop", handler())])),
        ("restartPolicy", field(&["\"Always\""], &[], &[])),
    ])
}

fn volume() -> BoxedStrategy<Json> {
    let source = || field(&["{}"], &[], &["\"\"", "[]"]);
    let none = || field(&[], &["{}"], &["\"\""]);
    let one = |names: &'static [&'static str], strategy: fn() -> Field| {
        proptest::sample::select(names).prop_flat_map(move |name| map(vec![(name, strategy())])).boxed()
    };
    let allowed: &[&str] =
        &["configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image", "projected", "secret"];
    let other: &[&str] = &[
        "gcePersistentDisk",
        "awsElasticBlockStore",
        "gitRepo",
        "nfs",
        "iscsi",
        "glusterfs",
        "rbd",
        "flexVolume",
        "cinder",
        "cephfs",
        "flocker",
        "fc",
        "azureFile",
        "vsphereVolume",
        "quobyte",
        "azureDisk",
        "photonPersistentDisk",
        "portworxVolume",
        "scaleIO",
        "storageos",
        "storageOS",
    ];
    prop_oneof![
        4 => one(allowed, || field(&["{}"], &[], &["\"\""])),
        3 => one(other, || field(&["{}"], &[], &["\"\""])),
        3 => map(vec![("hostPath", none()), ("emptyDir", source()), ("nfs", none()), ("persistentVolumeClaim", source())]),
    ]
    .boxed()
}

fn annotations() -> Field {
    const VALUES: &[&str] = &["\"runtime/default\"", "\"localhost/x\"", "\"docker/default\""];
    const BAD: &[&str] = &["\"unconfined\"", "\"\"", "\"runtime\""];
    let value = || field(VALUES, BAD, &[]);
    mapping(vec![
        ("container.apparmor.security.beta.kubernetes.io/a", value()),
        ("container.apparmor.security.beta.kubernetes.io/", value()),
        ("container.apparmor.security.beta.kubernetes.io", value()),
        ("seccomp.security.alpha.kubernetes.io/pod", value()),
        ("container.seccomp.security.alpha.kubernetes.io/a", value()),
        ("container.seccomp.security.alpha.kubernetes.io/b", value()),
        ("container.seccomp.security.alpha.kubernetes.io/x", value()),
    ])
}

fn pod() -> BoxedStrategy<Json> {
    const SYSCTLS: &[&str] = &[
        "\"kernel.shm_rmid_forced\"",
        "\"net.ipv4.ip_local_reserved_ports\"",
        "\"net.ipv4.tcp_keepalive_time\"",
        "\"net.ipv4.tcp_rmem\"",
        "\"net.ipv4.tcp_notsent_lowat\"",
    ];
    let sysctl = map(vec![("name", field(SYSCTLS, &["\"kernel.msgmax\"", "\"\""], &["1"]))]);
    let mut context = shared_context();
    context.push(("sysctls", list(sysctl, 2)));
    let spec = map(vec![
        ("securityContext", mapping(context)),
        ("os", mapping(vec![("name", field(&["\"windows\""], &["\"linux\"", "\"Windows\""], &["1"]))])),
        ("hostUsers", boolean()),
        ("hostNetwork", field(&["false"], &["true"], &["\"true\""])),
        ("hostPID", field(&["false"], &["true"], &["1"])),
        ("hostIPC", field(&["false"], &["true"], &["\"\""])),
        ("volumes", list(volume(), 2)),
        ("initContainers", list(container(&["\"a\"", "\"i\""]), 1)),
        ("containers", list(container(&["\"a\"", "\"b\"", "\"\""]), 2)),
        ("ephemeralContainers", list(container(&["\"e\""]), 1)),
    ]);
    (annotations(), spec)
        .prop_map(|(annotations, spec)| {
            let annotations = annotations.map(|a| format!(", \"annotations\": {a}")).unwrap_or_default();
            let metadata = format!("{{\"name\": \"p\"{annotations}}}");
            format!("{{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"metadata\": {metadata}, \"spec\": {spec}}}\n")
        })
        .boxed()
}

/// Where our answers about the texts differ from the oracle's at a version.
fn differences(
    oracle: &Oracle,
    name: &str,
    texts: &[&str],
    version: Version,
    tally: &mut [usize; 3],
) -> Vec<Option<String>> {
    let answers = oracle.pss(version, &spread(name, texts.iter().copied()));
    let levels = LEVELS.map(|level| ours(texts, level, version));
    let refused = refused(texts);
    let judge = |(index, answer): (usize, &Answer)| match answer {
        Answer::Nothing => Some("the oracle finds no pod".to_owned()),
        Answer::Refused => {
            tally[2] += 1;
            (!refused[index]).then(|| "the API server refuses it, and no finding says so".to_owned())
        }
        Answer::Levels(_) if refused[index] => Some("we say that the API server refuses it".to_owned()),
        Answer::Levels(verdicts) => LEVELS.into_iter().zip(verdicts).enumerate().find_map(|(l, (level, theirs))| {
            tally[usize::from(theirs.denied)] += 1;
            difference(&levels[l][index], level, version, theirs)
        }),
    };
    answers.iter().enumerate().map(judge).collect()
}

/// The smallest pod below this one that still differs, and how.
fn shrink(oracle: &Oracle, tree: &mut impl ValueTree<Value = Json>, version: Version) -> (Json, String) {
    let mut smallest = (tree.current(), String::new());
    for _ in 0..300 {
        let current = tree.current();
        match differences(oracle, "pss-shrink", &[&current], version, &mut [0; 3]).remove(0) {
            Some(problem) => {
                smallest = (current, problem);
                if !tree.simplify() {
                    break;
                }
            }
            None if !tree.complicate() => break,
            None => {}
        }
    }
    smallest
}

/// Pods for one version; the seed is the version's, or another one from `PLIMSOLL_SEED`.
fn runner(version: u32) -> TestRunner {
    let mut seed = [0; 32];
    seed[0] = u8::try_from(version).unwrap();
    if let Ok(text) = std::env::var("PLIMSOLL_SEED") {
        seed[8..16].copy_from_slice(&text.parse::<u64>().unwrap().to_le_bytes());
    }
    TestRunner::new_with_rng(Config::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &seed))
}

/// So many random pods for a version, for whoever else judges pods.
pub(crate) fn samples(minor: u32, count: usize) -> Vec<String> {
    let (strategy, mut runner) = (pod(), runner(minor));
    (0..count).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect()
}

#[test]
fn random_pods_are_judged_as_the_plugin_judges_them() {
    let Some(oracle) = Oracle::find() else { return };
    let pods = if whole() { 1000 } else { 40 };
    // Every version at which a check changes, and the one before it.
    let versions = [0, 7, 8, 18, 19, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, NEWEST];
    let strategy = pod();
    let (mut problems, mut tally) = (String::new(), [0; 3]);
    for minor in versions {
        let mut runner = runner(minor);
        let mut trees: Vec<_> = (0..pods).map(|_| strategy.new_tree(&mut runner).unwrap()).collect();
        let texts: Vec<Json> = trees.iter().map(ValueTree::current).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let found = differences(&oracle, "pss-random", &texts, Version(minor), &mut tally);
        if let Some(first) = found.iter().position(Option::is_some) {
            let (pod, problem) = shrink(&oracle, &mut trees[first], Version(minor));
            writeln!(problems, "at 1.{minor}: {problem}\n{pod}").unwrap();
        }
    }
    let [allowed, denied, refused] = tally;
    println!("{allowed} verdicts allow, {denied} deny; the API server refuses {refused} pods");
    assert!(problems.is_empty(), "\n{problems}");
    assert!(allowed > 50 && denied > 50 && refused > 20, "the strategies do not reach every answer");
}
