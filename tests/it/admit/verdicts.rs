//! What is refused, what is warned of, and what needs no judging.

use plimsoll::admission::{Outcome, Reviewer};
use plimsoll::suppress::Date;
use serde_json::{Value, json};

use super::{answer, answer_to, create, fixture, object, review, reviewer, settings};

const STANDARD: &str = "standard = \"restricted\"";

/// What came of it, and the rules that found something.
fn verdict(toml: &str, review: &Value) -> (Outcome, Vec<&'static str>) {
    let (answer, _) = answer(&reviewer(toml), review);
    (answer.outcome, answer.findings.into_keys().collect())
}

#[test]
fn fixtures_are_judged() {
    let standard =
        ["drop-all-capabilities", "privilege-escalation", "privileged", "run-as-non-root", "seccomp-profile"];
    assert_eq!(verdict(STANDARD, &fixture("pod-privileged")), (Outcome::Refused, standard.to_vec()));
    assert_eq!(verdict(STANDARD, &fixture("pod-restricted")), (Outcome::Allowed, vec![]));
    assert_eq!(verdict(STANDARD, &fixture("deployment-update")), (Outcome::Refused, vec!["root-user"]));
    let (answer, response) = answer(&reviewer(STANDARD), &fixture("pod-privileged"));
    assert_eq!(answer.findings["privileged"], 1);
    let message = response["status"]["message"].as_str().unwrap();
    assert!(message.starts_with("5 findings against the Pod Security level restricted of 1."), "{message}");
    // The gravest first, with rule, container and field.
    let first = "\n- privileged: container \"web\" sets securityContext.privileged to true \
                 (spec.containers[0].securityContext.privileged)";
    assert_eq!(message.split_once(':').unwrap().1.find(first), Some(0), "{message}");
    assert_eq!(message.lines().count(), 6, "{message}");
    assert_eq!(response["status"]["code"], 403);
    assert_eq!(response["status"]["reason"], "Forbidden");
}

#[test]
fn the_threshold_parts_refusals_from_warnings() {
    let pod = fixture("pod-privileged");
    let (answer, response) = answer(&reviewer("fail-on = \"critical\""), &pod);
    assert_eq!(answer.outcome, Outcome::Refused);
    assert_eq!(response["auditAnnotations"]["findings"], "privileged=1");
    let message = response["status"]["message"].as_str().unwrap();
    assert!(message.starts_with("1 finding of severity critical or above:\n- privileged"), "{message}");
    let first = response["warnings"][0].as_str().unwrap();
    assert!(first.starts_with("drop-all-capabilities: container \"web\""), "{response}");
    assert!(response["auditAnnotations"]["warnings"].as_str().unwrap().contains("fs-group-floor=1"));
    assert!(answer.findings.contains_key("fs-group-floor"));
    let (answer, response) = super::answer(&reviewer("fail-on = \"never\""), &pod);
    assert_eq!(answer.outcome, Outcome::Warned);
    assert!(response["warnings"][0].as_str().unwrap().starts_with("privileged: "));
}

/// Notes, as of what cannot be decided, refuse nothing, whatever the threshold.
#[test]
fn notes_are_warnings() {
    let mut pod = object("pod-restricted");
    pod["spec"]["containers"][0]["livenessProbe"] = json!({"httpGet": {"port": 8080, "path": "/"}});
    pod["spec"]["volumes"][0] = json!({"name": "a", "nothing": {}});
    let all = answer(&reviewer("fail-on = \"low\""), &create(&pod)).1;
    let notes = all["auditAnnotations"].get("notes");
    for note in notes.iter().flat_map(|n| n.as_str().unwrap().split(',')) {
        let rule = note.split('=').next().unwrap();
        assert!(all["warnings"].to_string().contains(&format!("\"{rule}: ")), "{all}");
    }
}

#[test]
fn what_needs_no_judging_is_allowed_and_says_why() {
    let pod = object("pod-privileged");
    let none = Value::Null;
    let mut going = pod.clone();
    going["metadata"]["deletionTimestamp"] = json!("2026-10-01T09:00:00Z");
    let mut image = pod.clone();
    image["spec"]["containers"][0]["image"] = json!("registry.example/web:1.5");
    let mut labelled = pod.clone();
    labelled["metadata"]["labels"]["a"] = json!("b");
    labelled["metadata"]["annotations"] = json!({"cni.example/address": "10.0.0.7"});
    let mut profile = pod.clone();
    profile["metadata"]["annotations"] = json!({"container.apparmor.security.beta.kubernetes.io/web": "unconfined"});
    let mut going_new = image.clone();
    going_new["metadata"]["deletionTimestamp"] = json!("2026-10-01T09:00:00Z");
    let mut status = pod.clone();
    status["status"] = json!({"phase": "Running"});
    let cases = [
        ("DELETE", &none, &pod, "", "a request to delete has no object to judge"),
        ("CONNECT", &none, &none, "exec", "a request to connect changes no object"),
        ("UPDATE", &status, &pod, "status", "a request for this subresource changes no pod"),
        ("UPDATE", &image, &pod, "resize", "a request for this subresource changes no pod"),
        ("UPDATE", &pod, &pod, "", "the update does not change the pod"),
        ("UPDATE", &labelled, &pod, "", "the update does not change the pod"),
        ("UPDATE", &going_new, &going, "", "the object is being deleted"),
        ("UPDATE", &image, &pod, "", ""),
        ("UPDATE", &profile, &pod, "", ""),
        // No old object, and a stamp that the API server did not set.
        ("UPDATE", &pod, &none, "", ""),
        ("UPDATE", &going_new, &pod, "", ""),
        ("CREATE", &going, &none, "", ""),
        // A subresource that is not known may change the spec.
        ("UPDATE", &image, &pod, "ephemeralcontainers", ""),
        ("UPDATE", &image, &pod, "unheardof", ""),
        ("CREATE", &pod, &none, "", ""),
    ];
    for (operation, object, old, subresource, why) in cases {
        let mut review = review(operation, object, old);
        review["request"]["kind"] = json!({"group": "", "version": "v1", "kind": "Pod"});
        review["request"]["subResource"] = json!(subresource);
        let (answer, response) = answer(&reviewer(""), &review);
        let what = format!("{operation} {subresource}: {response}");
        if why.is_empty() {
            assert_eq!((answer.outcome, answer.reason), (Outcome::Refused, None), "{what}");
        } else {
            assert_eq!(answer.outcome, Outcome::Allowed, "{what}");
            assert_eq!(response["auditAnnotations"]["skipped"], why, "{what}");
            assert_eq!(answer.reason.as_deref(), Some(why), "{what}");
        }
    }
    let mut scale = create(&json!({"apiVersion": "autoscaling/v1", "kind": "Scale", "metadata": {"name": "web"}}));
    scale["request"]["subResource"] = json!("scale");
    assert_eq!(verdict("", &scale).0, Outcome::Allowed);
}

/// An ephemeral container may be debugged with, and is judged as any other; the object is the whole pod.
#[test]
fn ephemeral_containers_are_judged() {
    let old = object("pod-restricted");
    let mut pod = old.clone();
    pod["spec"]["ephemeralContainers"] =
        json!([{"name": "debug", "image": "a:1", "securityContext": {"privileged": true}}]);
    let mut asked = review("UPDATE", &pod, &old);
    asked["request"]["subResource"] = json!("ephemeralcontainers");
    let (answer, response) = answer(&reviewer("standard = \"baseline\""), &asked);
    assert_eq!(answer.outcome, Outcome::Refused);
    let message = response["status"]["message"].as_str().unwrap();
    assert!(message.contains("privileged: ephemeral container \"debug\""), "{message}");
}

#[test]
fn every_kind_with_pods_is_judged() {
    let spec = &object("pod-privileged")["spec"];
    let template = json!({"metadata": {}, "spec": spec});
    let of = |version: &str, kind: &str, body: Value| {
        let (key, body) = body.as_object().unwrap().iter().next().map(|(k, v)| (k.clone(), v.clone())).unwrap();
        json!({"apiVersion": version, "kind": kind, "metadata": {"name": "a"}, key: body})
    };
    let in_spec = json!({"spec": {"template": template}});
    for object in [
        of("apps/v1", "Deployment", in_spec.clone()),
        of("apps/v1", "ReplicaSet", in_spec.clone()),
        of("apps/v1", "StatefulSet", in_spec.clone()),
        of("apps/v1", "DaemonSet", in_spec.clone()),
        of("v1", "ReplicationController", in_spec.clone()),
        of("batch/v1", "Job", in_spec.clone()),
        of("batch/v1", "CronJob", json!({"spec": {"jobTemplate": {"spec": {"template": template}}}})),
        of("v1", "PodTemplate", json!({"template": template})),
        of("argoproj.io/v1alpha1", "Rollout", in_spec.clone()),
        of("example.dev/v1", "Anything", json!({"spec": {"deep": [{"in": {"it": template}}]}})),
    ] {
        let (outcome, rules) = verdict("standard = \"baseline\"", &create(&object));
        assert_eq!((outcome, rules), (Outcome::Refused, vec!["privileged"]), "{}", object["kind"]);
        assert_eq!(verdict("standard = \"baseline\"", &review("UPDATE", &object, &object)).0, Outcome::Allowed);
    }
}

#[test]
fn objects_without_pods_are_judged_by_the_rules_about_them() {
    let map = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"password": "hunter2-x9!Kq"}});
    assert_eq!(verdict("", &create(&map)), (Outcome::Refused, vec!["credential-in-config-map"]));
    let mut renewed = map.clone();
    renewed["metadata"]["resourceVersion"] = json!("2");
    assert_eq!(verdict("", &review("UPDATE", &renewed, &map)).0, Outcome::Allowed);
    renewed["data"]["more"] = json!("x");
    assert_eq!(verdict("", &review("UPDATE", &renewed, &map)).0, Outcome::Refused);
    let class =
        json!({"apiVersion": "node.k8s.io/v1", "kind": "RuntimeClass", "metadata": {"name": "a"}, "handler": "A_B"});
    assert_eq!(verdict("", &create(&class)), (Outcome::Refused, vec!["runtime-class-handler"]));
    let role =
        json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": {"name": "a"}, "rules": []});
    assert_eq!(verdict("", &create(&role)), (Outcome::Allowed, vec![]));
    let custom =
        json!({"apiVersion": "example.dev/v1", "kind": "Thing", "metadata": {"name": "a"}, "spec": {"x": [1]}});
    assert_eq!(verdict("", &create(&custom)), (Outcome::Allowed, vec![]));
}

/// Whoever may create a pod must not be able to silence the guard.
#[test]
fn only_the_configuration_silences() {
    let mut pod = object("pod-privileged");
    pod["metadata"]["annotations"] = json!({
        "ignore.plimsoll.dev/privileged": "trust me",
        "note": "# plimsoll: ignore[privileged] trust me",
    });
    let only = |ignore: &str| format!("standard = \"baseline\"\n{ignore}");
    let refused = (Outcome::Refused, vec!["privileged"]);
    assert_eq!(verdict(&only(""), &create(&pod)), refused);
    let entry = |selector: &str| format!("[[ignore]]\nrule = \"privileged\"\n{selector}\nreason = \"known\"\n");
    for selector in [
        "name = \"web\"",
        "namespace = \"shop\"",
        "kind = \"Pod\"",
        "container = \"w*\"",
        "image = \"registry.example/*\"",
    ] {
        let (answer, response) = answer(&reviewer(&only(&entry(selector))), &create(&pod));
        assert_eq!(answer.outcome, Outcome::Allowed, "{selector}");
        assert_eq!(response["auditAnnotations"]["suppressed"], "privileged=1", "{selector}");
        assert!(answer.findings.is_empty());
    }
    for selector in
        ["name = \"x\"", "container = \"x\"", "image = \"x\"", "until = 2020-01-01", "path = \"**\"", "path = \"*\""]
    {
        assert_eq!(verdict(&only(&entry(selector)), &create(&pod)), refused, "{selector}");
    }
    // What is said of files is not said of a cluster.
    let paths = "[[overrides]]\npaths = [\"**\", \"*\"]\nrules = { privileged = \"off\" }\n";
    assert_eq!(verdict(&only(paths), &create(&pod)), refused);
    assert_eq!(verdict(&only("[rules]\nprivileged = \"off\"\n"), &create(&pod)), (Outcome::Allowed, vec![]));
}

/// A server lives longer than the day on which it was started.
#[test]
fn an_entry_ends_on_its_day() {
    let toml = format!("{STANDARD}\n[[ignore]]\nkind = \"Pod\"\nreason = \"known\"\nuntil = 2026-05-01\n");
    let on = |year, month, day| {
        let mut settings = settings(&toml);
        settings.today = Date::new(year, month, day).unwrap();
        Reviewer::new(settings)
    };
    let pod = fixture("pod-privileged");
    assert_eq!(answer(&on(2026, 5, 1), &pod).0.outcome, Outcome::Allowed);
    assert_eq!(answer(&on(2026, 5, 2), &pod).0.outcome, Outcome::Refused);
    let ended = toml.replace("2026", "2020");
    let mut old = settings(&ended);
    old.today = Date::new(2020, 1, 1).unwrap();
    assert_eq!(answer(&Reviewer::new(old.clone()), &pod).0.outcome, Outcome::Allowed);
    assert_eq!(answer(&Reviewer::new(old).asking_the_clock(), &pod).0.outcome, Outcome::Refused);
}

/// Nobody fills anything in behind admission: a value that looks like a placeholder is what it is.
#[test]
fn placeholders_are_values() {
    let mut pod = object("pod-restricted");
    let places = [
        (
            "/spec/containers/0/securityContext/capabilities",
            json!({"drop": ["ALL"], "add": ["${CAP}"]}),
            "dangerous-capabilities",
        ),
        ("/spec/securityContext", json!({"sysctls": [{"name": "{{ name }}", "value": "1"}]}), "sysctls"),
        ("/spec/securityContext", json!({"seLinuxOptions": {"user": "$(USER)"}}), "selinux-options"),
        ("/spec/containers/0/securityContext/capabilities", json!({"drop": ["<ALL>"]}), "drop-all-capabilities"),
    ];
    for (pointer, value, rule) in places {
        let was = std::mem::replace(pod.pointer_mut(pointer).unwrap(), value);
        assert_eq!(verdict(STANDARD, &create(&pod)), (Outcome::Refused, vec![rule]), "{pointer}");
        *pod.pointer_mut(pointer).unwrap() = was;
    }
}

#[test]
fn a_dry_run_is_judged_the_same() {
    for name in ["pod-privileged", "pod-restricted", "deployment-update"] {
        let mut dry = fixture(name);
        dry["request"]["dryRun"] = json!(true);
        assert_eq!(answer(&reviewer(""), &dry), answer(&reviewer(""), &fixture(name)));
    }
}

/// However much there is to say, the API server passes it on.
#[test]
fn a_thousand_findings_fit() {
    let mut pod = object("pod-privileged");
    let name = |n: usize| format!("{n}-{}", "w\u{e9}\u{202e}\u{1b}[31m\"\\".repeat(40));
    let container = pod["spec"]["containers"][0].clone();
    let containers = (0..200).map(|n| {
        let mut container = container.clone();
        container["name"] = json!(name(n));
        container
    });
    pod["spec"]["containers"] = containers.collect();
    for toml in ["", "fail-on = \"never\"", STANDARD] {
        let (answer, response) = answer(&reviewer(toml), &create(&pod));
        assert!(answer.findings.values().sum::<usize>() > 900, "{:?}", answer.findings);
        let warnings = response["warnings"].as_array().map_or(0, Vec::len);
        assert_eq!(warnings > 1, answer.outcome == Outcome::Warned);
        if answer.outcome == Outcome::Warned {
            let last = response["warnings"][warnings - 1].as_str().unwrap();
            assert!(last.starts_with("plimsoll: ") && last.contains(" more: the audit annotations"), "{last}");
        } else {
            assert!(response["status"]["message"].as_str().unwrap().contains("\n- and "), "{response}");
        }
    }
}

/// The same answer, to the byte, whoever asks and on whatever thread.
#[test]
fn answers_do_not_hang_on_the_thread() {
    let (reviewer, review) = (reviewer(""), fixture("pod-privileged").to_string());
    let alone = reviewer.review(review.as_bytes());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..20 {
                    assert_eq!(reviewer.review(review.as_bytes()), alone);
                }
            });
        }
    });
    assert_eq!(answer_to(&reviewer, review.as_bytes()).0, alone);
}
