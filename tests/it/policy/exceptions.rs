//! What a cluster leaves alone is what the lint leaves alone: entries of the configuration, and known findings.

use std::path::Path;

use plimsoll::baseline::{self, Entry, Place};
use plimsoll::config::{File, Settings};
use plimsoll::policy::{Exception, Request, Target, namespaces};
use plimsoll::suppress::Date;
use serde_json::{Value, json};

use super::evaluate::Evaluator;
use super::{Comparison, sampled};
use crate::pss::documents_with_pods;
use crate::support::{lint, root};

/// The settings of a configuration.
fn configured(toml: &str) -> Settings {
    let mut settings = Settings::default();
    let folder = root().join("fixtures");
    let file = File::read(&folder.join("plimsoll.toml"), &folder, "plimsoll.toml".into(), toml);
    file.unwrap_or_else(|problems| panic!("{problems}")).apply(&mut settings);
    settings
}

fn exceptions(settings: &Settings) -> Vec<Exception> {
    let of = |ignore| Exception::of_ignore(ignore, settings.today).unwrap();
    settings.ignores.list.iter().filter_map(of).collect()
}

#[test]
fn entries_of_the_configuration_are_exceptions() {
    let settings = configured(
        "[[ignore]]\nrule = [\"run-as-non-root\", \"run-as-user-floor\"]\nkind = \"P*\"\nreason = \"pods of others\"\n\
         [[ignore]]\ncontainer = \"{init,side*}\"\nreason = \"helpers\"\n\
         [[ignore]]\nrule = \"privilege-escalation\"\nimage = \"registry.example/*\"\nreason = \"ours\"\n\
         [[ignore]]\nname = [\"a*\", \"[!b-w]*\"]\nnamespace = \"?*\"\nreason = \"names\"\nuntil = \"2999-12-31\"\n\
         [[ignore]]\nrule = \"host-port\"\nreason = \"over\"\nuntil = \"2020-01-31\"\n",
    );
    let documents = documents_with_pods(&root().join("fixtures/rules"));
    // What the manifests themselves silence is another matter.
    let silent = |text: &str| {
        ["plimsoll: ignore", "plimsoll:ignore", "ignore.plimsoll.dev"].iter().any(|part| text.contains(part))
    };
    let documents = sampled(documents.into_iter().filter(|(_, text)| !silent(text)).collect(), 3);
    let mut comparison = Comparison::new(settings.clone(), None);
    comparison.settings.suppressions = true;
    comparison.request.exceptions = exceptions(&settings);
    assert_eq!(comparison.request.exceptions.len(), 4);
    comparison.compare("policy-ignores", &documents);
    comparison.settle("entries of the configuration");
}

#[test]
fn a_cluster_knows_no_files() {
    let settings = configured("[[ignore]]\nrule = \"host-port\"\npath = \"legacy/**\"\nreason = \"old\"\n");
    assert!(Exception::of_ignore(&settings.ignores.list[0], settings.today).unwrap_err().contains("file"));
}

const KNOWN: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: prod}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      hostPID: true
      containers:
        - {name: app, image: registry.example/app:1, securityContext: {privileged: true}}
";

/// What is known is left alone by name until its day, with what its controllers make of it; nothing else is.
#[test]
fn what_a_baseline_knows_is_left_alone_by_name() {
    let settings = Settings::default();
    let outcomes = lint("web.yaml", KNOWN, &settings);
    let place = Place { folder: root(), here: Path::new(root()) };
    let entries = baseline::entries(&outcomes, place);
    let request = Request {
        target: Target { settings, params: None },
        enforce_at: None,
        excluded: namespaces::own(),
        exceptions: Exception::of_baseline(&entries, Date::new(2027, 1, 31).unwrap()),
        reported: None,
    };
    let policies: Vec<_> = request.enforced().map(|policy| (policy.rule.id, Evaluator::new(&policy.program))).collect();
    let refused = |object: &Value| -> Vec<&str> {
        let text = object.to_string();
        let verdict = |evaluator: &Evaluator| evaluator.verdict(&text, &json!({})).unwrap();
        let all = policies.iter().map(|(rule, evaluator)| (*rule, verdict(evaluator)));
        all.inspect(|(rule, verdict)| assert_ne!(verdict.0, "error", "{rule}: {}", verdict.1))
            .filter(|(_, verdict)| verdict.0 == "deny")
            .map(|(rule, _)| rule)
            .collect()
    };
    let known = super::evaluate::pruned(KNOWN);
    assert_eq!(refused(&known), Vec::<&str>::new());
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut object = known.clone();
        change(&mut object);
        refused(&object)
    };
    let all = changed(&|o| o["metadata"]["name"] = "other".into());
    assert!(all.contains(&"privileged") && all.contains(&"host-namespaces") && all.len() > 5, "{all:?}");
    assert_eq!(changed(&|o| o["metadata"]["namespace"] = "test".into()), all);
    assert_eq!(changed(&|o| o["metadata"]["creationTimestamp"] = "2027-02-01T00:00:00Z".into()), all);
    assert!(changed(&|o| o["metadata"]["creationTimestamp"] = "2027-01-31T23:00:00Z".into()).is_empty());
    // A container that was not there is not known.
    let more = changed(&|o| {
        let containers = o["spec"]["template"]["spec"]["containers"].as_array_mut().unwrap();
        containers
            .push(json!({"name": "new", "image": "registry.example/new:1", "securityContext": {"privileged": true}}));
    });
    assert!(more.contains(&"privileged") && !more.contains(&"host-namespaces"), "{more:?}");
    // The pods of the Deployment's ReplicaSets, and the ReplicaSets.
    let spec = known["spec"]["template"]["spec"].clone();
    let owned = |kind: &str, owner: &str, name: &str, spec: Value| {
        json!({"apiVersion": if kind == "Pod" { "v1" } else { "apps/v1" }, "kind": kind,
               "metadata": {"name": name, "namespace": "prod", "ownerReferences": [{"kind": owner, "name": if kind == "Pod" { "web-5d9c7b8f6" } else { "web" }}]},
               "spec": spec})
    };
    assert!(refused(&owned("ReplicaSet", "Deployment", "web-5d9c7b8f6", known["spec"].clone())).is_empty());
    assert!(refused(&owned("Pod", "ReplicaSet", "web-5d9c7b8f6-x2x4z", spec.clone())).is_empty());
    assert_eq!(refused(&owned("Pod", "StatefulSet", "web-0", spec)), all);
}

/// CEL takes no expression of more than 100,000 characters, however much is known.
#[test]
fn a_long_baseline_stays_within_what_cel_takes() {
    let settings = Settings::default();
    let place = Place { folder: root(), here: Path::new(root()) };
    let entries = baseline::entries(&lint("web.yaml", KNOWN, &settings), place);
    let named = |at: usize| format!("Deployment prod/web-with-a-name-of-some-length-{at}");
    let of_all = |at| entries.iter().map(move |entry| Entry { object: named(at).into(), ..entry.clone() });
    let many: Vec<_> = (0..4000).flat_map(of_all).collect();
    let exceptions = Exception::of_baseline(&many, Date::new(2027, 1, 31).unwrap());
    let target = Target { settings: settings.only("privileged"), params: None };
    let request = Request { target, enforce_at: None, excluded: Vec::new(), exceptions, reported: None };
    let policy = request.enforced().next().unwrap();
    let program = &policy.program;
    let expressions = program.variables.iter().map(|v| &v.expression);
    let expressions = expressions.chain(program.validations.iter().map(|v| &v.expression));
    assert!(expressions.map(|e| e.chars().count()).all(|length| length < 100_000));
    let evaluator = Evaluator::new(program);
    for (at, verdict) in [(0, "allow"), (3999, "allow"), (4000, "deny")] {
        let mut object = super::evaluate::pruned(KNOWN);
        object["metadata"]["name"] = named(at)["Deployment prod/".len()..].into();
        assert_eq!(evaluator.verdict(&object.to_string(), &json!({})).unwrap().0, verdict, "{at}");
    }
}
