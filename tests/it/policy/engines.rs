//! The other engines: the same CEL in objects of their schemas, levels as labels, and safe fixes as defaults.

use std::fs;

use plimsoll::config::Settings;
use plimsoll::k8s::Version;
use plimsoll::policy::{Request, Target, kyverno, mutating, namespaces, pss, vap};
use plimsoll::rule::{Level, Safety, Severity};
use plimsoll::yaml;
use plimsoll::yaml::emit::{self, Emit};
use serde_json::{Value, json};

use super::evaluate::{self, holds};
use crate::pss::documents_with_pods;
use crate::support::{lint, root, shared};

fn request() -> Request {
    Request {
        target: Target { settings: Settings::default(), params: None },
        enforce_at: Some(Severity::High),
        excluded: namespaces::own(),
        exceptions: Vec::new(),
        reported: None,
    }
}

/// What is written, read again.
fn read(documents: &[Emit<'_>]) -> Vec<Value> {
    let mut text = Vec::new();
    for document in documents {
        emit::document(document, &mut text).unwrap();
    }
    let text = String::from_utf8(text).unwrap();
    let documents = yaml::documents(&text);
    let json = |raw: &yaml::RawDocument| crate::json::print(&yaml::parse(&text, raw.span).unwrap());
    documents.iter().map(|raw| serde_json::from_str(&json(raw)).unwrap()).collect()
}

/// Kyverno evaluates what the API server does.
#[test]
fn kyverno_has_the_same_cel() {
    let request = request();
    let own = read(&vap::documents(&request));
    let (own, bindings): (Vec<_>, Vec<_>) = own.iter().partition(|d| d["kind"] == "ValidatingAdmissionPolicy");
    let (validating, legacy) = (read(&kyverno::documents(&request)), read(&kyverno::legacy(&request)));
    assert!(
        own.len() > 20 && own.len() == validating.len() && own.len() == legacy.len() && own.len() == bindings.len()
    );
    for (((own, binding), validating), legacy) in own.iter().zip(bindings).zip(&validating).zip(&legacy) {
        assert_eq!(own["metadata"]["name"], validating["metadata"]["name"]);
        for field in ["variables", "validations", "matchConditions", "failurePolicy"] {
            assert_eq!(own["spec"][field], validating["spec"][field], "{field}");
        }
        assert_eq!(
            own["spec"]["matchConstraints"]["resourceRules"],
            validating["spec"]["matchConstraints"]["resourceRules"]
        );
        let selector = &binding["spec"]["matchResources"]["namespaceSelector"];
        assert_eq!(*selector, validating["spec"]["matchConstraints"]["namespaceSelector"]);
        assert_eq!(binding["spec"]["validationActions"], validating["spec"]["validationActions"]);
        let rule = &legacy["spec"]["rules"][0];
        assert_eq!(own["spec"]["matchConditions"], rule["celPreconditions"]);
        assert_eq!(own["spec"]["variables"], rule["validate"]["cel"]["variables"]);
        assert_eq!(selector["matchExpressions"][0]["values"], rule["exclude"]["any"][0]["resources"]["namespaces"]);
        let denies = binding["spec"]["validationActions"][0] == "Deny";
        assert_eq!(rule["validate"]["failureAction"], if denies { "Enforce" } else { "Audit" });
        let expressions = rule["validate"]["cel"]["expressions"].as_array().unwrap();
        for (ours, theirs) in own["spec"]["validations"].as_array().unwrap().iter().zip(expressions) {
            for field in ["expression", "message", "messageExpression"] {
                assert_eq!(ours[field], theirs[field]);
            }
        }
    }
}

#[test]
fn validating_policies_are_as_their_schema_says() {
    let Some(file) = shared("schemas/validatingpolicy_policies.kyverno.io_v1.json") else { return };
    let schema: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mut documents = read(&kyverno::documents(&request()));
    for document in &documents {
        let errors: Vec<_> = validator.iter_errors(document).map(|e| e.to_string()).collect();
        assert!(errors.is_empty(), "{}\n{document:#}", errors.join("\n"));
    }
    documents[0]["spec"]["validatoins"] = json!([]);
    assert!(!validator.is_valid(&documents[0]), "the schema takes anything");
}

/// A rule that is graver than the threshold refuses; the others tell.
#[test]
fn what_is_refused_follows_from_severity() {
    let all = read(&vap::documents(&request()));
    let mut seen = std::collections::BTreeSet::new();
    for binding in all.iter().filter(|d| d["kind"] == "ValidatingAdmissionPolicyBinding") {
        let severity = binding["metadata"]["annotations"]["plimsoll.dev/severity"].as_str().unwrap();
        let denies = matches!(severity, "high" | "critical");
        let actions = if denies { json!(["Deny", "Audit"]) } else { json!(["Warn", "Audit"]) };
        assert_eq!(binding["spec"]["validationActions"], actions, "{binding:#}");
        seen.insert(denies);
    }
    assert_eq!(seen.len(), 2);
}

/// What a controller changes on objects that were there before is left alone; what changes the pod is judged.
#[test]
fn only_requests_that_change_the_pod_are_judged() {
    let policy = request().enforced().next().unwrap();
    let judged = |object: &Value, old: &Value| policy.conditions.iter().all(|c| holds(&c.expression, object, old));
    let pod = |image: &str| json!({"containers": [{"name": "app", "image": image}]});
    let replica_set = |replicas: i64, image: &str| {
        json!({"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": {"name": "web"},
               "spec": {"replicas": replicas, "template": {"spec": pod(image)}}})
    };
    let old = replica_set(3, "a:1");
    assert!(judged(&old, &Value::Null));
    assert!(!judged(&replica_set(0, "a:1"), &old));
    assert!(judged(&replica_set(3, "a:2"), &old));
    let bare = |labels: Value| json!({"kind": "Pod", "metadata": {"name": "a", "labels": labels}, "spec": pod("a:1")});
    assert!(!judged(&bare(json!({"a": "b"})), &bare(json!({}))));
    let mut leaving = bare(json!({}));
    leaving["metadata"]["deletionTimestamp"] = "2026-11-24T00:00:00Z".into();
    let mut changed = leaving.clone();
    changed["spec"] = pod("a:2");
    assert!(judged(&changed, &bare(json!({}))));
    assert!(!judged(&changed, &leaving));
    let cron = |schedule: &str, image: &str| {
        json!({"kind": "CronJob", "metadata": {"name": "a"},
               "spec": {"schedule": schedule, "jobTemplate": {"spec": {"template": {"spec": pod(image)}}}}})
    };
    assert!(!judged(&cron("1 * * * *", "a:1"), &cron("2 * * * *", "a:1")));
    assert!(judged(&cron("1 * * * *", "a:2"), &cron("1 * * * *", "a:1")));
}

/// The labels are those that the lint asks for.
#[test]
fn namespaces_carry_the_level_at_its_version() {
    let settings = Settings { standard: Some(Level::Restricted), kubernetes: Version(34), ..Settings::default() };
    let target = Target { settings, params: None };
    let documents = pss::documents(&Request { target, ..request() }, &["shop".into()]);
    let mut text = Vec::new();
    emit::document(&documents[0], &mut text).unwrap();
    let text = String::from_utf8(text).unwrap();
    for mode in ["enforce", "audit", "warn"] {
        assert!(text.contains(&format!("pod-security.kubernetes.io/{mode}: restricted\n")), "{text}");
        assert!(text.contains(&format!("pod-security.kubernetes.io/{mode}-version: v1.34\n")), "{text}");
    }
    let found = lint("namespace.yaml", &text, &Settings::default()).findings;
    assert!(found.iter().all(|f| f.severity == Severity::Note), "{found:?}");
    let told = read(&pss::documents(&Request { enforce_at: None, ..request() }, &["shop".into()]));
    assert_eq!(told[0]["metadata"]["labels"].get("pod-security.kubernetes.io/enforce"), None);
}

const CONTAINERS: [&str; 2] = ["containers", "initContainers"];

/// A default is written just where the lint has a safe fix that writes it.
#[test]
fn defaults_are_the_safe_fixes() {
    let request = request();
    let mut given = 0;
    for default in mutating::DEFAULTS {
        let conditions = mutating::conditions(default, &request);
        let settings = Settings { with_fixes: true, suppressions: false, ..Settings::default() }.only(default.rule);
        for (path, text) in documents_with_pods(&root().join("fixtures/rules")) {
            // What is not known before it is rendered is in no cluster.
            let Some(pod) = evaluate::known(&text) else { continue };
            if pod["kind"] != "Pod"
                || !pod["spec"]["ephemeralContainers"].is_null()
                || !pod["spec"]["containers"].is_array()
            {
                continue;
            }
            // An id that is no number comes to no policy: the API server refuses it before.
            let user = |of: &Value| of["securityContext"]["runAsUser"].is_string();
            if user(&pod["spec"])
                || CONTAINERS.iter().any(|list| pod["spec"][list].as_array().is_some_and(|c| c.iter().any(user)))
            {
                continue;
            }
            let written = conditions.iter().all(|c| holds(&c.expression, &pod, &Value::Null));
            let outcomes = lint("pod.yaml", &text, &settings);
            let safe = outcomes.findings.iter().any(|finding| {
                let fix = finding.fix.as_ref().filter(|fix| fix.safety == Safety::Safe);
                // Of a value that is there already another one is no default.
                fix.is_some_and(|fix| fix.edits.iter().all(|e| e.region.start == e.region.end))
            });
            assert_eq!(written, safe, "{path}: {}\n{text}", default.rule);
            given += usize::from(written);
        }
    }
    assert!(given > 3, "{given}");
}
