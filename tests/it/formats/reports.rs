//! The formats that are Kubernetes objects themselves: as their schemas say, read back by every reader, one for each
//! object, and nothing unread in the green.

use std::collections::BTreeSet;
use std::fs;

use plimsoll::config::Settings;
use plimsoll::discover::{self, Input};
use plimsoll::engine::{self, Keep, Outcomes};
use plimsoll::report::{Format, Options};
use plimsoll::source::Source;
use plimsoll::yaml;
use serde_json::Value;

use super::samples::{hostile, sample};
use super::{options, render};
use crate::support::{command, plimsoll, root, run, shared, temporary};

const BOTH: [Format; 2] = [Format::PolicyReport, Format::ConfigAuditReport];

/// The documents of a stream as our reader has them.
fn documents(text: &str) -> Vec<Value> {
    let source = Source::new("reports.yaml", text);
    let read = |raw: &yaml::RawDocument| {
        let tree = yaml::parse(&source.text, raw.span).unwrap_or_else(|e| panic!("{}:\n{text}", e.message));
        // A value that looks like a placeholder is text to everybody else.
        serde_json::from_str(&crate::json::print(&tree)).unwrap()
    };
    source.documents().iter().filter(|d| yaml::has_content(d.span.text(text)).is_some()).map(read).collect()
}

fn run_over(inputs: Vec<Input>) -> Outcomes {
    engine::run_counted(inputs, &Settings::default(), Keep { objects: true, sources: false }, &0.into())
}

/// All that the fixtures hold.
fn everything() -> Outcomes {
    run_over(discover::discover(&[root().join("fixtures")], &discover::Options::default()))
}

/// A schema as strict as an API server that is told to refuse what it does not know.
fn strict(kind: &str) -> Option<Value> {
    let group = if kind.contains("Policy") { "wgpolicyk8s.io_v1alpha2" } else { "aquasecurity.github.io_v1alpha1" };
    let file = shared(&format!("schemas/{}_{group}.json", kind.to_lowercase()))?;
    let mut schema: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    schema["additionalProperties"] = false.into();
    Some(schema)
}

#[test]
fn reports_are_as_their_schemas_say() {
    for (format, cluster) in
        [(Format::PolicyReport, "ClusterPolicyReport"), (Format::ConfigAuditReport, "ClusterConfigAuditReport")]
    {
        let kinds = [cluster, &cluster["Cluster".len()..]];
        let Some(schemas) = kinds.iter().map(|kind| strict(kind)).collect::<Option<Vec<_>>>() else { return };
        let validators: Vec<_> = schemas.iter().map(|s| jsonschema::validator_for(s).unwrap()).collect();
        let mut seen = BTreeSet::new();
        for outcomes in [sample(), hostile(), everything(), Outcomes::default()] {
            let timed = Options { timestamp: Some(1_700_000_000), ..options() };
            for options in [options(), timed] {
                for document in documents(&render(format, &outcomes, &options)) {
                    let kind = document["kind"].as_str().unwrap().to_owned();
                    let at = kinds.iter().position(|k| *k == kind).unwrap();
                    let errors: Vec<_> = validators[at].iter_errors(&document).map(|e| e.to_string()).collect();
                    assert!(errors.is_empty(), "{kind}: {}\n{document:#}", errors.join("\n"));
                    seen.insert(kind);
                }
            }
        }
        assert_eq!(seen.len(), 2, "{seen:?}");
        let mut wrong = documents(&render(format, &sample(), &options())).remove(0);
        wrong["reprot"] = Value::Null;
        assert!(!validators.iter().any(|v| v.is_valid(&wrong)), "the schema takes anything");
    }
}

#[test]
fn every_object_has_one_report_with_a_name_of_its_own() {
    let outcomes = everything();
    for format in BOTH {
        let documents = documents(&render(format, &outcomes, &options()));
        let mut names = BTreeSet::new();
        for document in &documents {
            let metadata = &document["metadata"];
            let name = metadata["name"].as_str().unwrap();
            assert!(plimsoll::k8s::runtime_class::is_dns_subdomain(name), "{name}");
            let cluster = document["kind"].as_str().unwrap().starts_with("Cluster");
            assert!(!cluster || metadata["namespace"].is_null(), "{document:#}");
            let place = metadata["namespace"].as_str().unwrap_or_default();
            assert!(names.insert((cluster, place, name)), "{place}/{name} stands twice");
            for (key, value) in metadata["labels"].as_object().unwrap() {
                assert!(plimsoll::k8s::runtime_class::is_label_value(value.as_str().unwrap()), "{key}: {value}");
            }
        }
        assert!(documents.len() > 100, "{}", documents.len());
    }
}

/// Every finding, and whatever was not read, is in a report and counted by its summary.
#[test]
fn nothing_is_lost_on_the_way_into_a_report() {
    let outcomes = everything();
    let (notes, unread) = (plimsoll::rule::Severity::Note, outcomes.coverage.document_counts());
    let failed = outcomes.findings.iter().filter(|f| f.severity > notes).count();
    let policy = documents(&render(Format::PolicyReport, &outcomes, &options()));
    let count = |word: &str| {
        let counted = |d: &Value| d["results"].as_array().unwrap().iter().filter(|r| r["result"] == word).count();
        let summed: u64 = policy.iter().map(|d| d["summary"][word].as_u64().unwrap()).sum();
        assert_eq!(usize::try_from(summed).unwrap(), policy.iter().map(counted).sum::<usize>(), "{word}");
        usize::try_from(summed).unwrap()
    };
    assert_eq!(count("fail"), failed);
    assert_eq!(count("warn"), outcomes.findings.len() - failed);
    assert_eq!((count("error"), count("skip")), (unread.broken, unread.skipped + outcomes.suppressed.len()));
    assert!(count("pass") > 10 && unread.broken > 0 && unread.skipped > 0);
    let audit = documents(&render(Format::ConfigAuditReport, &outcomes, &options()));
    let checks = audit.iter().flat_map(|d| d["report"]["checks"].as_array().unwrap());
    let messages: usize = checks.map(|c| c["messages"].as_array().unwrap().len()).sum();
    let told = outcomes.findings.len() + outcomes.suppressed.len();
    assert_eq!(messages, told + unread.broken + unread.skipped);
}

#[test]
fn what_was_not_read_never_passes() {
    let files = [("a.yaml", "a: [\n"), ("b.yaml", "{{ if x }}\na: 1\n")];
    let inputs = files.map(|(name, text)| Input::Text(name.into(), text.into()));
    let outcomes = run_over(inputs.into());
    let policy = documents(&render(Format::PolicyReport, &outcomes, &options()));
    let summary = |of: &str| policy[0]["summary"][of].as_u64().unwrap();
    assert_eq!((policy.len(), summary("error"), summary("skip"), summary("pass")), (1, 1, 1, 0));
    let audit = documents(&render(Format::ConfigAuditReport, &outcomes, &options()));
    assert_eq!(audit[0]["report"]["summary"]["criticalCount"], 1);
    let checks = audit[0]["report"]["checks"].as_array().unwrap();
    assert!(checks.len() == 2 && checks.iter().all(|c| c["success"] == false), "{checks:#?}");
}

/// kubectl reads what our reader reads: no string turns into a number, a boolean or nothing on the way.
#[test]
fn reports_are_read_alike_by_kubernetes() {
    let folder = temporary("reports-read-back");
    let strings = [
        "yes",
        "0x10",
        "1e3",
        "null",
        "~",
        "2026-11-24",
        "a: b",
        "- a",
        "#",
        "'",
        "é\u{85}\u{2028}\u{feff}",
        "{{ x }}",
    ];
    let container = |s: &&str| format!("  - {{name: {}, image: a}}\n", serde_json::to_string(s).unwrap());
    let containers = strings.iter().map(container).collect::<Vec<_>>().concat();
    let pod = format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: \"010\", namespace: \"on\"}}\nspec:\n  containers:\n{containers}"
    );
    let odd = run_over(vec![Input::Text("1e3".into(), pod.into())]);
    for (at, outcomes) in [sample(), hostile(), everything(), odd].iter().enumerate() {
        for format in BOTH {
            let text = render(format, outcomes, &options());
            let file = folder.join(format!("{at}-{format:?}.yaml"));
            fs::write(&file, &text).unwrap();
            let Some((answer, error)) = crate::oracle::ask(&["json"], &[file]) else { return };
            assert!(error.is_none(), "{error:?}");
            let theirs = answer.lines().filter_map(|l| l.splitn(3, '\t').nth(2));
            let theirs: Vec<Value> = theirs.map(|json| serde_json::from_str(json).unwrap()).collect();
            assert!(documents(&text) == theirs, "{format:?} of sample {at}");
        }
    }
}

#[test]
fn a_time_stands_in_reports_where_the_environment_gives_one() {
    let folder = temporary("reports-time");
    fs::write(folder.join("a.yaml"), "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n").unwrap();
    let lint = |format: &str, epoch: &str| {
        run(command(&folder, &["lint", "--format", format]).env("SOURCE_DATE_EPOCH", epoch), b"")
    };
    assert!(lint("policy-report", "1700000000").stdout.contains("seconds: 1700000000\n"));
    assert!(lint("config-audit-report", "1700000000").stdout.contains("updateTimestamp: \"2023-11-14T22:13:20Z\"\n"));
    for format in ["policy-report", "config-audit-report"] {
        let without = plimsoll(&folder, &["lint", "--format", format]).stdout;
        assert!(!without.contains("imestamp"), "{without}");
        assert_eq!(lint(format, "").stdout, without);
        for wrong in ["now", "-1", "99999999999999", "1.5"] {
            let ran = lint(format, wrong);
            assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
            assert_eq!(ran.stderr, format!("error: SOURCE_DATE_EPOCH is no number of seconds since 1970: {wrong}\n"));
        }
    }
    assert_eq!(lint("json", "now").code, 2, "suppressions with a date are held against it in every run");
}
