//! One rule everywhere: the lint's verdict is that of the policy, by a CEL evaluator of its own and by the API server's,
//! for every rule that has a policy, at every pod of the fixtures, of the plugin's own cases and of real manifests.

mod cases;
mod engines;
mod evaluate;
mod exceptions;
mod random;
mod stated;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use plimsoll::config::Settings;
use plimsoll::k8s::Version;
use plimsoll::policy::{Params, Request, Target, vap};
use plimsoll::rule::{Level, Severity};
use plimsoll::yaml::emit;

use crate::pss::{documents_with_pods, spread};
use crate::support::{lint, root, shared};
use evaluate::Evaluator;

/// Rules of which the lint leaves a case to others that say more of it, so that one defect is one finding; in a cluster
/// each policy stands for itself. Their pages say so.
const WIDER: &[(&str, &[&str])] = &[("host-path-volume", &["host-path-runtime-socket", "host-path-sensitive"])];

/// Rules that read an image around its placeholders, which are characters as any other in a cluster.
const AROUND_PLACEHOLDERS: [&str; 3] = ["image-digest", "image-pull-policy", "image-tag"];

/// What the lint says of a document, rule by rule.
#[derive(Clone, Debug, Default)]
struct Ours {
    failed: BTreeSet<&'static str>,
    undecided: BTreeSet<&'static str>,
    refused: bool,
}

impl Ours {
    fn fails(&self, rule: &str) -> bool {
        let others = WIDER.iter().filter(|(wider, _)| *wider == rule).flat_map(|(_, others)| *others);
        self.failed.contains(rule) || others.into_iter().any(|other| self.failed.contains(other))
    }
}

impl Ours {
    fn is_read_around(&self, rule: &str) -> bool {
        AROUND_PLACEHOLDERS.contains(&rule) && self.undecided.contains("image-reference")
    }
}

/// The policies of a run and what stands against them.
struct Comparison {
    settings: Settings,
    request: Request,
    verdicts: usize,
    evaluated: usize,
    undecided: usize,
    refused: usize,
    problems: String,
}

impl Comparison {
    fn new(settings: Settings, params: Option<Params>) -> Self {
        let settings = Settings { suppressions: false, ..settings };
        // What the policies are made with is not what the cluster says.
        let (uid_floor, runtime_classes) = (1, vec!["none".to_owned()]);
        let other = || Settings { uid_floor, runtime_classes, ..settings.clone() };
        let made = if params.is_some() { other() } else { settings.clone() };
        let target = Target { settings: made, params };
        let request =
            Request { target, enforce_at: None, excluded: Vec::new(), exceptions: Vec::new(), reported: None };
        Self { settings, request, verdicts: 0, evaluated: 0, undecided: 0, refused: 0, problems: String::new() }
    }

    /// What the lint says of each text, alone: accounts, bindings and RuntimeClasses of the others would count.
    fn ours(&self, documents: &[(String, String)]) -> Vec<Ours> {
        let alone = |(_, text): &(String, String)| {
            let mut ours = Ours::default();
            for finding in lint("alone.yaml", text, &self.settings).findings {
                // What is wrong with the configuration is found in none of them.
                if *finding.path != *"alone.yaml" {
                    continue;
                }
                ours.refused |= finding.message.ends_with("the API server refuses it")
                    || finding.message.contains(" that is no quantity")
                    || finding.rule.id.ends_with("-profile-invalid");
                let note = finding.severity == Severity::Note;
                if note { &mut ours.undecided } else { &mut ours.failed }.insert(finding.rule.id);
            }
            ours
        };
        documents.iter().map(alone).collect()
    }

    /// What the ConfigMap says.
    fn said(&self) -> serde_json::Value {
        let classes = self.settings.runtime_classes.join(", ");
        serde_json::json!({"uid-floor": self.settings.uid_floor.to_string(), "runtime-classes": classes})
    }

    /// The API server's verdicts: for each document a policy's answer, none where it is refused before.
    fn theirs(&self, name: &str, documents: &[(String, String)]) -> Option<Vec<BTreeMap<String, (String, String)>>> {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-policies"));
        fs::create_dir_all(&folder).unwrap();
        let policies = folder.join("policies.yaml");
        let mut text = Vec::new();
        for document in vap::documents(&self.request) {
            emit::document(&document, &mut text).unwrap();
        }
        let mut text = String::from_utf8(text).unwrap();
        if self.request.target.params.is_some() {
            for (made, said) in [("\"1\"", &self.said()["uid-floor"]), ("none", &self.said()["runtime-classes"])] {
                assert!(text.contains(&format!(": {made}\n")), "{made} is no parameter");
                text = text.replace(&format!(": {made}\n"), &format!(": {said}\n"));
            }
        }
        fs::write(&policies, text).unwrap();
        let files = spread(name, documents.iter().map(|d| d.1.as_str()));
        let (answers, error) = crate::oracle::ask(&["vap", policies.to_str().unwrap()], &files)?;
        assert_eq!(error, None);
        let mut all = vec![BTreeMap::new(); documents.len()];
        for line in answers.lines() {
            let mut columns = line.splitn(4, '\t');
            let mut next = || columns.next().unwrap_or_default().to_owned();
            let (id, policy, verdict, message) = (next(), next(), next(), next());
            let file = Path::new(id.rsplit_once('#').unwrap().0).file_stem().unwrap().to_str().unwrap();
            all[file.parse::<usize>().unwrap()].insert(policy, (verdict, message));
        }
        Some(all)
    }

    /// Compares every rule at every document.
    fn compare(&mut self, name: &str, documents: &[(String, String)]) {
        let theirs = self.theirs(name, documents);
        let params = serde_json::json!({"data": self.said()});
        let enforced: Vec<_> = self.request.enforced().collect();
        let evaluators: Vec<_> = enforced.iter().map(|policy| Evaluator::new(&policy.program)).collect();
        for (index, (ours, (path, text))) in self.ours(documents).iter().zip(documents).enumerate() {
            let server = theirs.as_ref().map(|all| &all[index]);
            if ours.refused || server.is_some_and(|answers| answers.contains_key("-")) {
                self.refused += 1;
                continue;
            }
            for (policy, evaluator) in enforced.iter().zip(&evaluators) {
                let rule = policy.rule.id;
                if ours.undecided.contains(rule) || ours.is_read_around(rule) {
                    self.undecided += 1;
                    continue;
                }
                let lint = if ours.fails(rule) { "deny" } else { "allow" };
                let Some(here) = evaluator.verdict(text, &params) else { continue };
                self.evaluated += 1;
                if here.0 != lint {
                    writeln!(self.problems, "{path}: {rule}: lint {lint}, CEL {here:?}").unwrap();
                }
                let Some((verdict, message)) = server.and_then(|answers| answers.get(&policy.name())) else { continue };
                self.verdicts += 1;
                if verdict != lint || (verdict == "deny" && here.1 != *message) {
                    writeln!(self.problems, "{path}: {rule}: lint {lint}, API server {verdict} {message}; {here:?}")
                        .unwrap();
                }
            }
        }
    }

    fn settle(&self, what: &str) {
        println!(
            "{what}: {} verdicts of the API server, {} of the evaluator; {} documents refused before, {} verdicts undecided",
            self.verdicts, self.evaluated, self.refused, self.undecided
        );
        let lines: Vec<_> = self.problems.lines().collect();
        assert!(lines.is_empty(), "{} differences\n{}", lines.len(), lines[..lines.len().min(60)].join("\n"));
    }
}

/// Whether to compare everything; otherwise a part, as an everyday test should not take a minute.
fn sampled(documents: Vec<(String, String)>, step: usize) -> Vec<(String, String)> {
    if std::env::var_os("PLIMSOLL_WHOLE").is_some() { documents } else { documents.into_iter().step_by(step).collect() }
}

#[test]
fn every_fixture_is_judged_alike() {
    let documents = sampled(documents_with_pods(&root().join("fixtures/rules")), 3);
    let settings = Settings { runtime_classes: vec!["kata".into(), "gvisor".into()], ..Settings::default() };
    let mut comparison = Comparison::new(settings, None);
    comparison.compare("policy-fixtures", &documents);
    comparison.settle("fixtures");
}

#[test]
fn every_fixture_of_the_plugin_is_judged_alike() {
    let Some(folder) = shared("corpora/pss") else { return };
    let documents = sampled(documents_with_pods(&folder), 20);
    let mut comparison = Comparison::new(Settings::default(), None);
    comparison.compare("policy-pss", &documents);
    comparison.settle("the plugin's fixtures");
}

#[test]
fn every_real_manifest_is_judged_alike() {
    let Some(folder) = shared("corpora/real") else { return };
    let documents = sampled(documents_with_pods(&folder), 20);
    let mut comparison = Comparison::new(Settings::default(), None);
    comparison.compare("policy-real", &documents);
    comparison.settle("real manifests");
}

#[test]
fn standards_are_judged_alike_at_every_version() {
    let Some(folder) = shared("corpora/pss") else { return };
    let documents = sampled(documents_with_pods(&folder), 40);
    for (level, minor) in
        [(Level::Baseline, 30), (Level::Baseline, 35), (Level::Restricted, 30), (Level::Restricted, 37)]
    {
        let settings = Settings { standard: Some(level), kubernetes: Version(minor), ..Settings::default() };
        let mut comparison = Comparison::new(settings, None);
        comparison.compare(&format!("policy-{}-{minor}", level.name()), &documents);
        comparison.settle(&format!("{} at 1.{minor}", level.name()));
    }
}

#[test]
fn parameters_of_the_cluster_hold_before_those_of_the_settings() {
    let params = Params { namespace: "kube-system".into(), name: "plimsoll".into() };
    let documents = sampled(documents_with_pods(&root().join("fixtures/rules")), 3);
    let runtime_classes = vec!["kata".into(), "gvisor".into()];
    let settings = Settings { uid_floor: 20_000, runtime_classes, ..Settings::default() };
    let mut comparison = Comparison::new(settings, Some(params));
    comparison.compare("policy-params", &documents);
    comparison.settle("parameters");
}
