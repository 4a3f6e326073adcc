//! The Pod Security Standards, to the letter: our verdict at a level and a version is the admission plugin's,
//! by its own fixtures, over real manifests, over random pods, and over the telling cases kept in `fixtures/pss`.

mod cases;
pub(crate) mod oracle;
pub(crate) mod random;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use plimsoll::config::Settings;
use plimsoll::discover::Input;
use plimsoll::engine;
use plimsoll::k8s::{self, Version};
use plimsoll::rule::{Level, Severity};
use plimsoll::yaml;

use crate::support::{root, shared};
use oracle::{Answer, Oracle};

/// The levels that have checks.
const LEVELS: [Level; 2] = [Level::Baseline, Level::Restricted];

/// What we say of a text at a level and a version.
#[derive(Clone, Debug, Default)]
struct Ours {
    /// The plugin's checks that our findings stand for.
    checks: BTreeSet<&'static str>,
    /// Those that we say we cannot decide.
    undecided: BTreeSet<&'static str>,
    /// Whether a finding says that the API server refuses the object.
    refused: bool,
}

/// What we say of each text at a level and a version.
fn ours(texts: &[&str], level: Level, version: Version) -> Vec<Ours> {
    // The plugin knows nothing of our suppressions.
    let settings = Settings { standard: Some(level), kubernetes: version, suppressions: false, ..Settings::default() };
    let input = |(i, text): (usize, &&str)| Input::Text(i.to_string().into(), text.as_bytes().to_vec());
    let mut all = vec![Ours::default(); texts.len()];
    for finding in engine::run(texts.iter().enumerate().map(input).collect(), &settings, false).findings {
        let ours = &mut all[finding.path.parse::<usize>().unwrap()];
        ours.refused |=
            finding.message.ends_with("the API server refuses it") || finding.rule.id.ends_with("-profile-invalid");
        let standard = finding.standard.expect("under a standard every finding stands for a check");
        let note = finding.severity == Severity::Note;
        if note { &mut ours.undecided } else { &mut ours.checks }.insert(standard.check);
    }
    all
}

/// Whether we say of each text that the API server does not take it, at either level.
fn refused(texts: &[&str]) -> Vec<bool> {
    let [baseline, restricted] = LEVELS.map(|level| ours(texts, level, Version::LATEST));
    baseline.iter().zip(&restricted).map(|(b, r)| b.refused || r.refused).collect()
}

/// How our answer differs from the oracle's at a level and a version; `None` where they agree.
fn difference(ours: &Ours, level: Level, version: Version, theirs: &oracle::Verdict) -> Option<String> {
    let mut expected = theirs.checks.clone();
    // The one known divergence. The API server makes a volume without a source an `emptyDir` before admission; the
    // oracle judges what is written, and calls its type unknown.
    if theirs.only_unknown_volumes {
        expected.remove("restrictedVolumes");
    }
    let decided = |set: &BTreeSet<&'static str>| set.difference(&ours.undecided).copied().collect::<BTreeSet<_>>();
    let (ours, theirs_decided) = (decided(&ours.checks), decided(&expected));
    (ours != theirs_decided).then(|| {
        format!("{}:{version}: we say {ours:?}, the plugin {theirs_decided:?}: {}", level.name(), theirs.detail)
    })
}

#[test]
fn every_fixture_of_the_plugin_is_judged_as_it_expects() {
    let Some(table) = shared("corpora/pss/expected.csv") else { return };
    let base = table.parent().unwrap().to_owned();
    let (mut problems, mut rows) = (String::new(), 0);
    for row in fs::read_to_string(&table).unwrap().lines().skip(1) {
        let columns: Vec<_> = row.split(',').collect();
        let [path, level, version, _, expect, evaluated, ..] = columns[..] else { panic!("{row}") };
        let level = LEVELS.into_iter().find(|l| l.name() == level).unwrap();
        let text = fs::read_to_string(base.join(path)).unwrap();
        let ours = &ours(&[&text], level, version.parse().unwrap())[0];
        let right = match expect {
            "pass" => ours.checks.is_empty(),
            "fail" => ours.checks.contains(evaluated),
            other => panic!("{other}"),
        };
        if !right || !ours.undecided.is_empty() {
            writeln!(problems, "{path}: expected {expect} by {evaluated}, we say {ours:?}").unwrap();
        }
        rows += 1;
    }
    assert!(problems.is_empty(), "\n{problems}");
    println!("{rows} rows of the plugin's own fixtures agree");
}

/// Whether to compare everything: `PLIMSOLL_WHOLE=1`. Otherwise a tenth, as an everyday test should not take a minute.
fn whole() -> bool {
    std::env::var_os("PLIMSOLL_WHOLE").is_some()
}

/// Every document of a folder that is itself an object of a kind that the oracle takes, by path and document.
pub(crate) fn documents_with_pods(folder: &Path) -> Vec<(String, String)> {
    let mut files = Vec::new();
    let mut todo = vec![folder.to_owned()];
    while let Some(next) = todo.pop() {
        for entry in fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            let extension = path.extension().and_then(|e| e.to_str());
            if path.is_dir() {
                todo.push(path);
            } else if matches!(extension, Some("yaml" | "yml" | "json")) {
                files.push(path);
            }
        }
    }
    files.sort();
    let mut found = Vec::new();
    for path in files {
        let Ok(text) = fs::read_to_string(&path) else { continue };
        for (index, raw) in yaml::documents(&text).iter().enumerate() {
            let Ok(tree) = yaml::parse(&text, raw.span) else { continue };
            let objects = k8s::objects(&tree);
            if objects.len() == 1 && objects[0].slot().node() == tree.root() && !k8s::pods(objects[0]).is_empty() {
                let name = path.strip_prefix(folder).unwrap().display();
                found.push((format!("{name}#{index}"), raw.span.text(&text).to_owned()));
            }
        }
    }
    found
}

/// Writes each text to a file of its own, for the oracle.
pub(crate) fn spread<'a>(name: &str, texts: impl Iterator<Item = &'a str>) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let write = |(index, text): (usize, &str)| {
        let path = folder.join(format!("{index}.yaml"));
        fs::write(&path, text).unwrap();
        path
    };
    texts.enumerate().map(write).collect()
}

#[test]
fn every_real_pod_is_judged_as_the_plugin_judges_it() {
    let (Some(folder), Some(oracle)) = (shared("corpora/real"), Oracle::find()) else { return };
    let mut documents = documents_with_pods(&folder);
    if !whole() {
        documents = documents.into_iter().step_by(10).collect();
    }
    let files = spread("pss-real", documents.iter().map(|d| d.1.as_str()));
    let texts: Vec<&str> = documents.iter().map(|d| d.1.as_str()).collect();
    let (mut compared, mut sourceless, mut undecided) = (0, BTreeSet::new(), BTreeSet::new());
    let (mut unknown, mut refused) = (BTreeSet::new(), BTreeSet::new());
    let mut problems = String::new();
    for version in [20, 25, 29, 34, 35, k8s::NEWEST].map(Version) {
        let answers = oracle.pss(version, &files);
        for (index, level) in LEVELS.into_iter().enumerate() {
            let all = ours(&texts, level, version);
            for (((name, _), answer), ours) in documents.iter().zip(&answers).zip(&all) {
                let theirs = match answer {
                    Answer::Levels(levels) => &levels[index],
                    Answer::Nothing => {
                        unknown.insert(name);
                        continue;
                    }
                    Answer::Refused => {
                        refused.insert(name);
                        continue;
                    }
                };
                compared += 1;
                if theirs.only_unknown_volumes {
                    sourceless.insert(name);
                }
                if !ours.undecided.is_empty() {
                    undecided.insert(name);
                }
                if let Some(problem) = difference(ours, level, version, theirs) {
                    writeln!(problems, "{name}: {problem}").unwrap();
                }
            }
        }
    }
    println!(
        "{} documents with pods, {compared} verdicts compared; {} of kinds that the oracle does not know, {} that it refuses; \
         {} with placeholders that a check reads; {} with a volume without a source",
        documents.len(),
        unknown.len(),
        refused.len(),
        undecided.len(),
        sourceless.len()
    );
    assert!(compared > 2_000, "the corpus of real manifests has hardly any pods");
    assert!(problems.is_empty(), "\n{problems}");
}

/// The level that a pod meets, as a report shows it, follows from the verdicts of both standards.
#[test]
fn the_level_of_a_pod_follows_from_both_standards() {
    let texts: Vec<_> = documents_with_pods(&root().join("fixtures")).into_iter().map(|(_, text)| text).collect();
    let texts: Vec<_> = texts.iter().map(String::as_str).collect();
    let settings = Settings { levels: true, ..Settings::default() };
    let input = |(i, text): (usize, &&str)| Input::Text(i.to_string().into(), text.as_bytes().to_vec());
    let outcomes = engine::run(texts.iter().enumerate().map(input).collect(), &settings, false);
    assert_eq!(outcomes.verdicts.len(), outcomes.coverage.pods);
    assert!(!outcomes.findings.is_empty(), "the pods are linted as well");
    let [baseline, restricted] = LEVELS.map(|level| ours(&texts, level, Version::LATEST));
    let mut seen = BTreeSet::new();
    for pods in outcomes.verdicts.chunk_by(|a, b| a.path == b.path).filter(|pods| pods.len() == 1) {
        let at = pods[0].path.parse::<usize>().unwrap();
        let expected = match (&baseline[at], &restricted[at]) {
            (b, _) if !b.checks.is_empty() => Some(Level::Privileged),
            (b, _) if !b.undecided.is_empty() => None,
            (_, r) if !r.checks.is_empty() => Some(Level::Baseline),
            (_, r) if !r.undecided.is_empty() => None,
            _ => Some(Level::Restricted),
        };
        assert_eq!(pods[0].level(), expected, "{}", texts[at]);
        seen.insert(expected);
    }
    assert_eq!(seen.len(), 4, "{seen:?}");
}
