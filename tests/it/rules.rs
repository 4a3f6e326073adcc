//! Fixtures that state what they expect, on the line where it is expected:
//! `# expect: <id> ["text in the message"]` binds to its line, or, alone on a line, to the next one that is not alone;
//! `# expect-note:` wants a note. The first line may set the run: `# settings: kubernetes=1.24 uid-floor=1000`.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use plimsoll::config::Settings;
use plimsoll::coverage::Outcome;
use plimsoll::discover::Input;
use plimsoll::engine::{self, Keep, Outcomes};
use plimsoll::finding::Finding;
use plimsoll::rule::{Check, Level, Policy, Safety, Severity};
use plimsoll::rules::ALL;

use crate::support::{lint, root};

#[derive(Debug)]
pub(crate) struct Expectation {
    line: u32,
    pub(crate) rule: String,
    text: String,
    note: bool,
}

pub(crate) fn expectations(text: &str) -> Vec<Expectation> {
    let mut found = Vec::new();
    let alone = |line: &&str| line.trim_start().starts_with("# expect");
    for (line, number) in text.lines().zip(1..) {
        let below = text.lines().skip(number).take_while(alone).count() + 1;
        for (marker, note) in [("# expect: ", false), ("# expect-note: ", true)] {
            let Some((before, rest)) = line.split_once(marker) else { continue };
            let (rule, text) = rest.split_once(' ').unwrap_or((rest, ""));
            let line = if before.trim().is_empty() { number + below } else { number };
            let line = u32::try_from(line).unwrap();
            found.push(Expectation { line, rule: rule.into(), text: text.trim().trim_matches('"').into(), note });
        }
    }
    found
}

pub(crate) fn settings(text: &str) -> Settings {
    let mut settings = Settings::default();
    let Some(line) = text.lines().next().and_then(|l| l.strip_prefix("# settings: ")) else { return settings };
    for pair in line.split_whitespace() {
        match pair.split_once('=').unwrap() {
            ("standard", v) => {
                settings.standard = [Level::Baseline, Level::Restricted].into_iter().find(|l| l.name() == v);
            }
            ("kubernetes", v) => settings.kubernetes = v.parse().unwrap(),
            ("uid-floor", v) => settings.uid_floor = v.parse().unwrap(),
            ("locked", v) => settings.locked = v.split(',').map(|id| plimsoll::names::index(id).unwrap()).collect(),
            ("runtime-classes", v) => settings.runtime_classes = v.split(',').map(str::to_owned).collect(),
            other => panic!("unknown setting {other:?}"),
        }
    }
    settings
}

/// What differs between a file's expectations and the findings of one rule.
fn differences(id: &str, name: &str, text: &str) -> Vec<String> {
    let outcomes = alone(id, name, text);
    compare(name, expectations(text), &outcomes, |_| true)
}

/// What a text gets from one rule. A suppression is only judged beside the rules that it is about; reports of a cluster
/// are imported.
fn alone(id: &str, name: &str, text: &str) -> Outcomes {
    let only = settings(text).only(id);
    match plimsoll::names::rule(id).unwrap().check {
        Check::Suppression(_) => {
            let mut outcomes = lint(name, text, &settings(text));
            outcomes.findings.retain(|f| f.rule.id == id);
            outcomes
        }
        Check::Import => {
            let reports = vec![Input::Text(name.into(), text.into())];
            engine::run_beside(Vec::new(), reports, &only, Keep::default(), &0.into())
        }
        _ => lint(name, text, &only),
    }
}

/// What differs between expectations and the findings that count; a document that was not read counts always.
pub(crate) fn compare(
    name: &str,
    mut wanted: Vec<Expectation>,
    outcomes: &Outcomes,
    counts: impl Fn(&Finding) -> bool,
) -> Vec<String> {
    let mut problems: Vec<String> =
        outcomes.coverage.unread().map(|u| format!("{name}: {}: {}", u.outcome.name(), u.reason)).collect();
    for f in outcomes.findings.iter().filter(|f| counts(f)) {
        let line = f.region.start.line;
        let hit = wanted.iter().position(|w| {
            w.line == line
                && w.rule == f.rule.id
                && f.message.contains(&w.text)
                && w.note == (f.severity == Severity::Note)
        });
        match hit {
            Some(i) => {
                wanted.remove(i);
            }
            None => {
                problems.push(format!("{name}:{line}: unexpected {}[{}] {}", f.severity.name(), f.rule.id, f.message));
            }
        }
        problems.extend(style(&f.message).map(|why| format!("{name}:{line}: message {why}: {}", f.message)));
    }
    problems.extend(wanted.iter().map(|w| format!("{name}:{}: unmet {w:?}", w.line)));
    problems
}

/// Messages begin in lower case, names of Kubernetes things aside, and end without a full stop.
pub(crate) fn style(message: &str) -> Option<&'static str> {
    const NAMES: [&str; 5] = ["AppArmor", "ConfigMap", "RuntimeClass", "Secret", "Windows"];
    if message.ends_with('.') {
        Some("ends in a full stop")
    } else if message.starts_with(char::is_uppercase) && !NAMES.iter().any(|name| message.starts_with(name)) {
        Some("begins with a capital")
    } else {
        None
    }
}

pub(crate) fn fixture_files(id: &str) -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(root().join("fixtures/rules").join(id))
        .map(|dir| dir.map(|e| e.unwrap().path()).collect())
        .unwrap_or_default();
    files.retain(|f| matches!(f.extension().and_then(|e| e.to_str()), Some("yaml" | "yml" | "json")));
    files.retain(|f| !f.to_string_lossy().contains(".fixed."));
    files.sort();
    files
}

#[test]
fn fixtures_find_what_they_expect() {
    let mut problems = Vec::new();
    for rule in ALL {
        for file in fixture_files(rule.id) {
            let name = file.strip_prefix(root()).unwrap().display().to_string();
            let text = fs::read_to_string(&file).unwrap();
            if file.ends_with("pass.yaml") && !expectations(&text).is_empty() {
                problems.push(format!("{name}: a pass fixture expects nothing"));
            }
            problems.extend(differences(rule.id, &name, &text));
        }
    }
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

#[test]
fn every_rule_has_its_fixtures_and_every_fixture_its_rule() {
    let ids: BTreeSet<_> = ALL.iter().map(|r| r.id.to_owned()).collect();
    let folders: BTreeSet<_> = fs::read_dir(root().join("fixtures/rules"))
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(ids, folders);
    for id in &ids {
        let names: Vec<_> = fixture_files(id).iter().map(|f| f.file_name().unwrap().to_owned()).collect();
        assert!(names.iter().any(|n| n.to_string_lossy().starts_with("fail")), "{id} has no fail fixture");
        assert!(names.iter().any(|n| n.to_string_lossy().starts_with("pass")), "{id} has no pass fixture");
    }
}

#[test]
fn the_catalogue_is_in_order() {
    let kebab = |s: &str| s.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    for rule in ALL {
        assert!(kebab(rule.id), "{} is not kebab-case", rule.id);
        assert!(style(rule.summary).is_none(), "summary of {}", rule.id);
        assert!(rule.severity > Severity::Note, "{} has no severity", rule.id);
        assert!(rule.doc.starts_with(&format!("# {}\n", rule.id)), "page of {} begins with another title", rule.id);
        if let Policy::Derived = rule.policy {
            assert!(matches!(rule.check, Check::Require(_)), "{} has no clauses to derive a policy from", rule.id);
        }
        let file = root().join("rules").join(format!("{}.rs", rule.id.replace('-', "_")));
        assert!(file.exists(), "{} is not in a file of its name", rule.id);
    }
    let ids: Vec<_> = ALL.iter().map(|r| r.id).collect();
    assert!(ids.is_sorted(), "rules are listed by id");
}

/// A page says whether its rule's findings are mended and how safely, as the failing fixtures show.
#[test]
fn pages_say_what_is_mended() {
    let mut problems = Vec::new();
    for rule in ALL {
        let mut fixable = BTreeSet::new();
        for file in fixture_files(rule.id) {
            let text = fs::read_to_string(&file).unwrap();
            // Some rules speak beside others only.
            for settings in [settings(&text).only(rule.id), settings(&text)] {
                let findings = lint("fixture", &text, &settings).findings;
                fixable.extend(findings.iter().filter(|f| f.rule.id == rule.id).filter_map(|f| f.fixable));
            }
        }
        let section = rule.doc.split_once("\n## Fix\n").map(|(_, after)| after.split("\n## ").next().unwrap());
        let Some(section) = section else {
            problems.push(format!("{}: no section `## Fix`; the fixtures show {fixable:?}", rule.id));
            continue;
        };
        let kinds = [("Safe", Some(Safety::Safe)), ("Unsafe", Some(Safety::Unsafe)), ("None", None)];
        for (word, safety) in kinds {
            let shown = safety.map_or(fixable.is_empty(), |s| fixable.contains(&s));
            if section.contains(&format!("**{word}**")) != shown {
                problems.push(format!("{}: the page and the fixtures disagree about {word}: {fixable:?}", rule.id));
            }
        }
    }
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

/// Every block `yaml bad` of a page gives at least one finding of its rule, every `yaml good` none.
#[test]
fn pages_hold_what_they_show() {
    for rule in ALL {
        let (mut bad, mut good) = (0, 0);
        for (kind, text) in blocks(rule.doc) {
            let outcomes = alone(rule.id, rule.id, &text);
            assert!(
                outcomes.coverage.unread().all(|u| u.outcome != Outcome::Broken),
                "{}: a {kind} block does not parse",
                rule.id
            );
            if kind == "bad" {
                bad += 1;
                assert!(!outcomes.findings.is_empty(), "{}: a bad block passes", rule.id);
            } else {
                good += 1;
                assert!(outcomes.findings.is_empty(), "{}: a good block fails: {:?}", rule.id, outcomes.findings);
            }
        }
        assert!(bad > 0 && good > 0, "the page of {} shows no bad or no good", rule.id);
    }
}

fn blocks(page: &str) -> Vec<(&str, String)> {
    let mut found = Vec::new();
    let mut rest = page;
    while let Some((_, after)) = rest.split_once("\n```yaml ") {
        let (kind, body) = after.split_once('\n').unwrap();
        let (text, after) = body.split_once("\n```").unwrap();
        found.push((kind, format!("{text}\n")));
        rest = after;
    }
    found
}

/// The table of rules that the README shows.
pub(crate) fn table() -> String {
    let mut table = String::from("| rule | severity | standard | finds |\n|---|---|---|---|\n");
    for rule in ALL {
        let levels: Vec<_> = rule.standards.iter().map(|s| s.level.name()).collect();
        table += &format!(
            "| [{0}](rules/{1}.md) | {2} | {3} | {4} |\n",
            rule.id,
            rule.id.replace('-', "_"),
            rule.severity.name(),
            levels.join(", "),
            rule.summary
        );
    }
    table
}
