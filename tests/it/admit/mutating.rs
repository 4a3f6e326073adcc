//! Patches: the safe fixes, as an API server would apply them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use plimsoll::admission::{Outcome, Reviewer};
use plimsoll::config::Settings;
use serde_json::{Value, json};

use super::{answer, create, fixture, object, review, reviewer};

/// The object as the API server makes it of the answer, and the operations.
pub(super) fn patched(object: &Value, response: &Value) -> (Value, Vec<Value>) {
    let Some(patch) = response["patch"].as_str() else { return (object.clone(), Vec::new()) };
    assert_eq!(response["patchType"], "JSONPatch");
    let steps: Value = serde_json::from_slice(&STANDARD.decode(patch).unwrap()).unwrap();
    let patch: json_patch::Patch = serde_json::from_value(steps.clone()).unwrap();
    let mut object = object.clone();
    json_patch::patch(&mut object, &patch).unwrap();
    (object, steps.as_array().unwrap().clone())
}

/// What the fix engine makes of an object that lies in a file.
pub(super) fn fixed(object: &Value, settings: &Settings) -> Value {
    use plimsoll::discover::Input;
    use plimsoll::fix::{LeftAlone, Repaired, run};
    let input = Input::Text("x.json".into(), object.to_string().into_bytes());
    let settings = Settings { suppressions: false, ..settings.clone() };
    let safe = plimsoll::rule::Safety::Safe;
    let repairs = run(vec![input], &settings, safe, &LeftAlone::default(), &std::sync::atomic::AtomicUsize::new(0));
    match &repairs.inputs[..] {
        [Repaired::Fixed(fixed)] => serde_json::from_str(&fixed.text).unwrap(),
        _ => object.clone(),
    }
}

#[test]
fn safe_fixes_are_answered_as_a_patch() {
    let mutating = reviewer("fail-on = \"never\"").mutating(true);
    let asked = fixture("deployment-update");
    let object = &asked["request"]["object"];
    let (answer, response) = answer(&mutating, &asked);
    let (after, steps) = patched(object, &response);
    assert_eq!((answer.outcome, answer.changes), (Outcome::Warned, steps.len()));
    assert_eq!(response["auditAnnotations"]["patched"], steps.len().to_string());
    let profile = json!({"type": "RuntimeDefault"});
    let container = &after["spec"]["template"]["spec"]["containers"][0];
    assert_eq!(container["securityContext"]["appArmorProfile"], profile, "{steps:?}");
    assert!(after["spec"]["template"]["metadata"].get("annotations").is_none_or(|a| a == &json!({})), "{steps:?}");
    // Nothing of what it mended is told, and there is nothing left to mend.
    assert!(!answer.findings.contains_key("apparmor-annotation"));
    assert_eq!(super::answer(&mutating, &review("UPDATE", &after, object)).0.changes, 0);
    // Without being asked, it changes nothing.
    assert_eq!(super::answer(&reviewer("fail-on = \"never\""), &asked).0.changes, 0);
}

#[test]
fn what_is_refused_is_not_patched() {
    let (answer, response) = answer(&reviewer("").mutating(true), &fixture("deployment-update"));
    assert_eq!((answer.outcome, answer.changes), (Outcome::Refused, 0));
    assert!(response["auditAnnotations"].get("patched").is_none(), "{response}");
    // The verdict is that on what would be left.
    let only = reviewer("[rules]\nroot-user = \"off\"\n").mutating(true);
    let (_, response) = super::answer(&only, &fixture("deployment-update"));
    let told = response["status"]["message"].as_str().unwrap();
    assert!(!told.contains("apparmor-annotation") && !told.contains("root-user"), "{told}");
}

/// A patch that the API server would refuse helps nobody.
#[test]
fn what_never_changes_is_not_patched() {
    let mutating = reviewer("fail-on = \"never\"").mutating(true);
    let mut pod = object("pod-restricted");
    pod["metadata"]["annotations"] = json!({"container.apparmor.security.beta.kubernetes.io/web": "runtime/default"});
    let mut old = pod.clone();
    old["spec"]["containers"][0]["image"] = json!("registry.example/web:1.3");
    assert!(answer(&mutating, &create(&pod)).0.changes > 0);
    assert_eq!(answer(&mutating, &review("UPDATE", &pod, &old)).0.changes, 0);
    let mut debugged = review("UPDATE", &pod, &old);
    debugged["request"]["subResource"] = json!("ephemeralcontainers");
    assert_eq!(answer(&mutating, &debugged).0.changes, 0);
    // What makes it another object is left to whoever wrote it.
    let class = json!({
        "apiVersion": "node.k8s.io/v1beta1", "kind": "RuntimeClass", "metadata": {"name": "a"}, "handler": "runc",
    });
    let (answer, response) = answer(&mutating, &create(&class));
    assert!(answer.changes == 0 && answer.outcome == Outcome::Warned, "{response}");
}

/// What the configuration suppresses nobody asked to have mended.
#[test]
fn what_is_suppressed_is_not_patched() {
    let entry = "fail-on = \"never\"\n[[ignore]]\nrule = \"apparmor-annotation\"\nname = \"web\"\nreason = \"known\"\n";
    let mutating: Reviewer = reviewer(entry).mutating(true);
    let (answer, response) = answer(&mutating, &fixture("deployment-update"));
    assert_eq!(answer.changes, 0, "{response}");
    assert_eq!(response["auditAnnotations"]["suppressed"], "apparmor-annotation=1");
}
