//! One verdict: for every object, admission finds what lint finds of the same object alone. The exceptions are those that
//! the module states: rules that need more than one object, and text.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use plimsoll::admission::{Outcome, Reviewer, judges};
use plimsoll::config::Settings;
use plimsoll::discover::Input;
use plimsoll::engine;
use plimsoll::k8s::api::{Fault, slips};
use plimsoll::k8s::{self, Version};
use plimsoll::rule::{Level, Severity};
use plimsoll::yaml::{self, contains_placeholder};
use serde_json::Value;

use super::mutating::{fixed, patched};
use super::{answer, create};
use crate::support::{root, shared};
use crate::yaml::files_below;

/// Every object in one of so many of a folder's manifests, by file and number, as JSON.
fn objects(folder: &Path, step: usize) -> Vec<(String, Value)> {
    let is_manifest = |p: &PathBuf| p.extension().is_some_and(|e| e == "yaml" || e == "yml" || e == "json");
    let mut found = Vec::new();
    for path in files_below(folder).into_iter().filter(is_manifest).step_by(step) {
        let Ok(text) = fs::read_to_string(&path) else { continue };
        let text = text.trim_start_matches('\u{feff}');
        for raw in yaml::documents(text).into_iter().filter(|raw| raw.trailing.is_none()) {
            let Ok(tree) = yaml::parse(text, raw.span) else { continue };
            for object in k8s::objects(&tree) {
                let json = crate::json::print_node(&tree, object.slot().node());
                // A value that is not known has no form in JSON.
                let Ok(value) = serde_json::from_str::<Value>(&json) else { continue };
                let named = !object.api_version().is_empty() && !object.kind().is_empty();
                if named && value["apiVersion"] == object.api_version() && value["kind"] == object.kind() {
                    found.push((format!("{}#{}", path.strip_prefix(folder).unwrap().display(), found.len()), value));
                }
            }
        }
    }
    found
}

/// The objects of all corpora: those of the rules' fixtures, and a part of the others unless all is asked for.
fn everything() -> &'static [(String, Value)] {
    static ALL: OnceLock<Vec<(String, Value)>> = OnceLock::new();
    ALL.get_or_init(|| {
        let whole = std::env::var_os("PLIMSOLL_WHOLE").is_some();
        let mut all = objects(&root().join("fixtures/rules"), 1);
        for (name, step) in [("corpora/pss", 20), ("corpora/real/files", 100)] {
            let folder = shared(name);
            all.extend(folder.into_iter().flat_map(|folder| objects(&folder, if whole { 1 } else { step })));
        }
        all
    })
}

/// Whether the API server could not have read the object.
fn is_mistyped(text: &str, minor: u32) -> bool {
    let tree = yaml::parse_object(text).unwrap();
    let object = k8s::objects(&tree)[0];
    slips(object, &k8s::pods(object), minor).iter().any(|s| matches!(s.fault, Fault::Type(_)))
}

#[derive(Debug, Default)]
struct Tally {
    equal: usize,
    refused: usize,
    unreadable: usize,
    placeholders: usize,
}

/// What lint finds of each object in a file of its own.
fn linted(objects: &[(String, Value)], settings: &Settings) -> Vec<BTreeMap<&'static str, usize>> {
    let input = |(at, (_, object)): (usize, &(String, Value))| {
        Input::Text(at.to_string().into(), object.to_string().into_bytes())
    };
    let settings = Settings { suppressions: false, ..settings.clone() };
    let mut found = vec![BTreeMap::new(); objects.len()];
    for finding in engine::run(objects.iter().enumerate().map(input).collect(), &settings, false).findings {
        if finding.severity > Severity::Note && judges(&finding.rule.check) {
            *found[finding.path.parse::<usize>().unwrap()].entry(finding.rule.id).or_default() += 1;
        }
    }
    found
}

fn compare(objects: &[(String, Value)], settings: &Settings, tally: &mut Tally) {
    let reviewer = Reviewer::new(settings.clone());
    for ((name, object), wanted) in objects.iter().zip(linted(objects, settings)) {
        let text = object.to_string();
        let (answer, response) = answer(&reviewer, &create(object));
        if answer.outcome == Outcome::Unreadable {
            // A list is not what an API server sends, and of a broken type lint has findings.
            let is_list = object["kind"].as_str().unwrap().ends_with("List") && object["items"].is_array();
            assert!(is_list || is_mistyped(&text, settings.kubernetes.0), "{name}: {response}");
            tally.unreadable += 1;
            continue;
        }
        if contains_placeholder(&text) {
            tally.placeholders += 1;
            continue;
        }
        assert_eq!(answer.findings, wanted, "{name}");
        assert_eq!(answer.outcome == Outcome::Refused, !wanted.is_empty(), "{name}");
        tally.equal += 1;
        tally.refused += usize::from(!wanted.is_empty());
    }
}

#[test]
fn every_object_gets_the_verdict_that_lint_gives() {
    let objects = everything();
    let mut tally = Tally::default();
    compare(objects, &Settings::default(), &mut tally);
    println!("{} objects: {tally:?}", objects.len());
    assert!(tally.equal > 300 && tally.refused > 200, "{tally:?}");
}

#[test]
fn every_object_gets_the_verdict_of_the_standards() {
    let objects = everything();
    let mut tally = Tally::default();
    for standard in [Level::Baseline, Level::Restricted] {
        for minor in [19, 25, k8s::NEWEST] {
            let settings = Settings { standard: Some(standard), kubernetes: Version(minor), ..Settings::default() };
            compare(objects, &settings, &mut tally);
        }
    }
    println!("{} objects: {tally:?}", objects.len());
    assert!(tally.equal > 2_000, "{tally:?}");
}

/// The plugin's own fixtures, as it expects them.
#[test]
fn the_plugin_agrees() {
    let Some(table) = shared("corpora/pss/expected.csv") else { return };
    let (mut rows, mut problems) = (0, Vec::new());
    for row in fs::read_to_string(&table).unwrap().lines().skip(1) {
        let columns: Vec<_> = row.split(',').collect();
        let [path, level, version, _, expect, ..] = columns[..] else { panic!("{row}") };
        let standard = [Level::Baseline, Level::Restricted].into_iter().find(|l| l.name() == level);
        let settings = Settings { standard, kubernetes: version.parse().unwrap(), ..Settings::default() };
        let text = fs::read_to_string(table.with_file_name(path)).unwrap();
        let tree = yaml::parse(&text, yaml::documents(&text)[0].span).unwrap();
        let pod: Value = serde_json::from_str(&crate::json::print(&tree)).unwrap();
        let (answer, response) = answer(&Reviewer::new(settings), &create(&pod));
        if answer.outcome.is_allowed() != (expect == "pass") || answer.outcome == Outcome::Unreadable {
            problems.push(format!("{path}: {expect}: {response}"));
        }
        rows += 1;
    }
    println!("{rows} rows of the plugin's own fixtures agree");
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// A patch makes of the object what `--fix` makes of its manifest, and nothing is left to mend.
#[test]
fn patches_are_the_fixes_of_lint() {
    let mut settings = Settings { fail_on: None, ..Settings::default() };
    settings.severities.retain(|rule| judges(&rule.check));
    let mutating = Reviewer::new(settings.clone()).mutating(true);
    let (mut made, mut other) = (0, Vec::new());
    for (name, object) in everything() {
        let (answer, response) = answer(&mutating, &create(object));
        if answer.outcome == Outcome::Unreadable || contains_placeholder(&object.to_string()) {
            continue;
        }
        let (after, steps) = patched(object, &response);
        for step in &steps {
            let path = step["path"].as_str().unwrap();
            assert!(!["/apiVersion", "/kind", "/metadata/name"].contains(&path), "{name}: {step}");
        }
        let wanted = fixed(object, &settings);
        // The fix of a name makes another object of it, which a patch must not.
        if after != wanted {
            let names = |o: &Value| [o["apiVersion"].clone(), o["kind"].clone(), o["metadata"]["name"].clone()];
            assert_ne!(names(object), names(&wanted), "{name}: {steps:?}\n{after}\n{wanted}");
            other.push(name.clone());
        }
        made += usize::from(!steps.is_empty());
        let again = super::answer(&mutating, &create(&after)).0;
        assert_eq!((again.changes, &again.findings), (0, &answer.findings), "{name}: {steps:?}");
    }
    println!("{made} patches; {} objects whose names would have to change: {other:?}", other.len());
    assert!(made > 30, "{made}");
}
