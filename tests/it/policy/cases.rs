//! What fixtures have too little of: image references of every shape, pods with very many containers, and what a
//! cluster has changed before a policy sees it.

use plimsoll::config::Settings;
use serde_json::{Value, json};

use super::Comparison;

fn pod(spec: &Value) -> String {
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "app"}, "spec": spec}).to_string()
}

fn compared(name: &str, texts: &[(String, String)]) -> Comparison {
    let mut comparison = Comparison::new(Settings::default(), None);
    comparison.compare(name, texts);
    comparison
}

/// What may stand before a tag, with blanks between.
const NAMES: &str = "nginx Nginx library/nginx quay.io/a/b quay.io/Org/app registry:5000/a localhost/a localhost \
    REGISTRY/a Reg/a [2001:db8::1]:5000/a [::1]/a [abc]/a [abc]:80/a [ABC]/a [ABC]:/a []/a a__b/c--d.e a___b a._b a_b.c/d \
    a-.b/c -a/b a-/b quay.io//a /a a/ quay.io/-a a.b:/c host:port/a https://quay.io/a localhost://a a:1/b:2/c é/a a/é \
    docker.io/a.b_c-d/e";

/// Tags and digests, with blanks between.
const TAILS: &str = ":latest :1.27 :V_1.0-x : :-1 :.a :_a :1:2 @1.27 :latest@";

fn images() -> Vec<String> {
    let (hex, long) = ("0123456789abcdef".repeat(4), "a/".repeat(127));
    let long = [format!("{long}a"), format!("{long}ab"), format!("quay.io/{long}a"), format!("quay.io/{long}abc")];
    let names = NAMES.split(' ').map(String::from).chain(long).chain([hex.clone(), hex[1..].to_owned(), "a b".into()]);
    let digest = |algorithm: &str, length: usize| format!("@{algorithm}:{}", &hex.repeat(2)[..length]);
    let digests = [("sha256", 64), ("sha256", 63), ("sha384", 96), ("sha512", 128)].map(|(name, n)| digest(name, n));
    let both = [":latest", ":1.27", ":"].map(|tag| tag.to_owned() + &digest("sha256", 64));
    let tags = [String::new(), " ".into(), format!(":{}", "x".repeat(128)), format!(":{}", "x".repeat(129))];
    let tails: Vec<_> = TAILS.split(' ').map(String::from).chain(digests).chain(both).chain(tags).collect();
    names.flat_map(|name| tails.iter().map(move |tail| format!("{name}{tail}")).collect::<Vec<_>>()).collect()
}

#[test]
fn image_references_are_read_alike() {
    let policies = [None, Some("IfNotPresent"), Some("Always"), Some("Never")];
    let document = |(i, image): (usize, String)| {
        let container = json!({"name": "app", "image": image, "imagePullPolicy": policies[i % policies.len()]});
        (image, pod(&json!({"containers": [container]})))
    };
    let documents: Vec<_> = images().into_iter().enumerate().map(document).collect();
    compared("policy-images", &documents).settle("images");
}

fn fifty(make: &dyn Fn(usize) -> Value) -> Vec<Value> {
    (0..50).map(make).collect()
}

/// A container with 50 of everything, and on request with all that is forbidden.
fn container(kind: &str, bad: bool, index: usize) -> Value {
    let label = json!({"fieldRef": {"fieldPath": "metadata.labels['tenant']"}});
    let mut made = json!({
        "name": format!("{kind}-{index}"),
        "image": format!("registry.example/{}/app{index}:latest", "team/".repeat(20).trim_end_matches('/')),
        "imagePullPolicy": "IfNotPresent",
        "env": fifty(&|i| json!({"name": format!("VARIABLE_{i}"), "valueFrom": label})),
        "volumeMounts": fifty(&|i| json!({"name": format!("volume-{i}"), "mountPath": format!("/mnt/{i}"),
            "subPathExpr": format!("folder/$(VARIABLE_{i})/$$/$(POD)")})),
        "ports": fifty(&|i| json!({"containerPort": 1000 + i, "hostPort": 1000 + i})),
    });
    if bad {
        made["securityContext"] = json!({"privileged": true, "runAsUser": 0, "runAsGroup": 0, "procMount": "Unmasked",
            "seLinuxOptions": {"type": "spc_t"}, "capabilities": {"add": fifty(&|i| json!(format!("CAP_{i}")))}});
        made["resources"] = json!({"limits": {"cpu": "1", "memory": "128m", "example.com/device": "1"}});
    }
    made
}

/// 100 containers with 50 of everything.
fn crowd(bad: bool) -> String {
    let containers = |kind: &str, count| (0..count).map(|i| container(kind, bad, i)).collect::<Vec<_>>();
    let volume = |i: usize| match i % 3 {
        0 => json!({"name": format!("volume-{i}"), "hostPath": {"path": format!("/var/lib/{i}")}}),
        1 => json!({"name": format!("volume-{i}"), "secret": {"secretName": "secret"}}),
        _ => json!({"name": format!("volume-{i}"), "persistentVolumeClaim": {"claimName": "data"}}),
    };
    pod(&json!({
        "initContainers": containers("init", 30),
        "containers": containers("main", 60),
        "ephemeralContainers": containers("debug", 10),
        "volumes": fifty(&volume),
        "securityContext": {
            "supplementalGroups": fifty(&|i| json!(i)),
            "sysctls": fifty(&|i| json!({"name": format!("kernel.parameter_{i}"), "value": "1"})),
        },
    }))
}

#[test]
fn no_policy_costs_more_than_the_api_server_lets_it() {
    // The `cel` crate has no such limits, and would take minutes.
    let comparison = Comparison::new(Settings::default(), None);
    let documents = [("bad".to_owned(), crowd(true)), ("plain".to_owned(), crowd(false))];
    for (policy, (verdict, message)) in comparison.theirs("policy-cost", &documents).into_iter().flatten().flatten() {
        assert_ne!(verdict, "error", "{policy}: {message}");
    }
}

/// The API server has written quantities anew: what a text gives away is gone, and so the policy says less.
#[test]
fn a_fraction_of_a_byte_above_a_mebibyte_is_seen_by_the_lint_alone() {
    let limits = |memory| json!([{"name": "app", "image": "app:1", "resources": {"limits": {"memory": memory}}}]);
    let text = |memory| [(String::from(memory), pod(&json!({"containers": limits(memory)})))];
    compared("policy-fraction", &text("1.3Gi")).settle("1.3Gi");
    let problems = compared("policy-fraction-m", &text("1395864371200m")).problems;
    assert!(problems.lines().all(|line| line.contains(": resource-quantity: lint deny, ")), "{problems}");
    assert_ne!(problems, "");
}
