//! Every fix over real manifests, in memory.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use plimsoll::config::Settings;
use plimsoll::discover::{Input, Options, discover};
use plimsoll::engine::{self, Outcomes};
use plimsoll::rule::{Level, Safety, Severity};
use plimsoll::source::{Source, Span};

use super::{Made, made};
use crate::oracle::ask;
use crate::support::{shared, temporary};

/// Files that are mended; all of them under `PLIMSOLL_WHOLE=1`.
const SAMPLE: usize = 300;

fn sources(folder: &Path) -> Vec<Source> {
    let inputs = discover(&[folder.to_owned()], &Options { no_ignore: true, ..Options::default() });
    let step = if std::env::var_os("PLIMSOLL_WHOLE").is_some() { 1 } else { inputs.len().div_ceil(SAMPLE).max(1) };
    inputs.into_iter().step_by(step).filter_map(|i| i.read().ok()).filter(|s| s.invalid.is_empty()).collect()
}

fn run(name: &str, text: &str, settings: &Settings) -> Outcomes {
    engine::run(vec![Input::Text(name.into(), text.as_bytes().to_vec())], settings, false)
}

/// How often each check of a level denies a container or pod of a text.
fn denials(name: &str, text: &str, level: Level) -> BTreeMap<(String, String, &'static str), usize> {
    let settings = Settings { standard: Some(level), ..Settings::default() };
    let mut denials = BTreeMap::new();
    for f in run(name, text, &settings).findings.iter().filter(|f| f.severity > Severity::Note) {
        let object = f.object.as_ref().map(|o| format!("{}/{}", o.kind, o.name)).unwrap_or_default();
        let container = f.container.as_deref().unwrap_or_default().to_owned();
        *denials.entry((object, container, f.rule.id)).or_default() += 1;
    }
    denials
}

fn comment_texts(text: &str) -> Vec<String> {
    let text = text.trim_start_matches('\u{feff}');
    let of = |span: Span| {
        let tree = plimsoll::yaml::parse(text, span).ok();
        tree.into_iter().flat_map(move |t| t.find_comments(span)).map(|c| c.text(text).to_owned())
    };
    plimsoll::yaml::documents(text).iter().flat_map(|d| of(d.span)).collect()
}

/// Why a fix is left out, without what is of its own: file, object, container, and what else the message names.
fn reason(dropped: &str) -> String {
    let Some((_, what)) = dropped.split_once("the fix for ") else { return dropped.to_owned() };
    let rule = what.split(' ').next().unwrap_or_default();
    let why = what.rsplit_once("is left out: ").map_or(what, |(_, why)| why);
    let why = if why.starts_with("it would bring") { why.split(": ").next().unwrap_or_default() } else { why };
    format!("{rule}: {why}")
}

#[derive(Default)]
struct Figures {
    files: usize,
    changed: usize,
    mended: usize,
    /// The fixes that are left out, by rule and reason, with how many.
    dropped: BTreeMap<String, usize>,
    restricted: (usize, usize),
    problems: Vec<String>,
}

impl Figures {
    fn take(&mut self, name: &str, old: &str, made: &Made) {
        let settings = Settings::default();
        self.files += 1;
        self.mended += made.count;
        for what in &made.dropped {
            *self.dropped.entry(reason(what)).or_default() += 1;
        }
        if made.count == 0 {
            return;
        }
        self.changed += 1;
        let mut problem = |what: String| self.problems.push(format!("{name}: {what}"));
        let again = super::made(name, &made.text, &settings, Safety::Unsafe);
        if again.text != made.text {
            problem("a second run changes more".to_owned());
        }
        if comment_texts(old) != comment_texts(&made.text) {
            problem("a comment is lost, or stands elsewhere".to_owned());
        }
        let coverage = |text: &str| {
            let coverage = run(name, text, &settings).coverage;
            (coverage.document_counts(), coverage.pods)
        };
        if coverage(old) != coverage(&made.text) {
            problem("documents end otherwise".to_owned());
        }
        for level in [Level::Baseline, Level::Restricted] {
            let (before, after) = (denials(name, old, level), denials(name, &made.text, level));
            for (key, count) in &after {
                if *count > before.get(key).copied().unwrap_or_default() {
                    problem(format!("the verdict of {} worsens: {key:?}", level.name()));
                }
            }
        }
        self.restricted(name, old, &made.text);
    }

    /// A document that only rules with fixes kept from the restricted level is there now.
    fn restricted(&mut self, name: &str, old: &str, new: &str) {
        let settings = Settings { standard: Some(Level::Restricted), ..Settings::default() };
        let (before, after) = (run(name, old, &settings), run(name, new, &settings));
        let denied = |o: &Outcomes| o.findings.iter().filter(|f| f.severity > Severity::Note).count();
        let fixable = before.findings.iter().all(|f| f.fixable.is_some());
        if denied(&before) > 0 && fixable {
            self.restricted.1 += 1;
            self.restricted.0 += usize::from(denied(&after) == 0);
        }
    }
}

#[test]
fn real_manifests_are_mended_and_nothing_else_changes() {
    let Some(folder) = shared("corpora/real") else { return };
    let mut figures = Figures::default();
    let scratch = temporary("fix-corpus");
    let mut pairs: Vec<(PathBuf, PathBuf)> = Vec::new();
    for source in sources(&folder) {
        let bom = if source.bom > 0 { "\u{feff}" } else { "" };
        let old = format!("{bom}{}", source.text);
        let made = made(&source.path, &old, &Settings::default(), Safety::Unsafe);
        figures.take(&source.path, &old, &made);
        if made.count > 0 {
            let pair = ["old", "new"].map(|side| scratch.join(format!("{}-{side}.yaml", pairs.len())));
            std::fs::write(&pair[0], old).unwrap();
            std::fs::write(&pair[1], made.text).unwrap();
            let [old, new] = pair;
            pairs.push((old, new));
        }
    }
    figures.problems.extend(unread_by_the_oracle(&pairs));
    let Figures { files, changed, mended, dropped, restricted, problems } = figures;
    for (reason, count) in &dropped {
        println!("left out {count} times: {reason}");
    }
    let dropped: usize = dropped.values().sum();
    println!(
        "{files} files: {changed} changed, {mended} findings mended, {dropped} fixes left out; restricted reached in {} of \
         {} files that only rules with fixes kept from it",
        restricted.0, restricted.1
    );
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

/// Documents that sigs.k8s.io/yaml reads in one of the two files and not in the other.
fn unread_by_the_oracle(pairs: &[(PathBuf, PathBuf)]) -> Vec<String> {
    let answers = |files: Vec<PathBuf>| {
        let (output, _) = ask(&["json"], &files)?;
        let answer = |line: &str| {
            let (place, rest) = line.split_once('\t')?;
            let (_, name) = place.rsplit_once('/')?;
            // `12-old.yaml#0`: the pair and the document.
            let (pair, document) = (name.split('-').next()?, name.rsplit('#').next()?);
            Some(((pair.to_owned(), document.to_owned()), rest.split('\t').next()?.to_owned()))
        };
        Some(output.lines().filter_map(answer).collect::<BTreeMap<_, _>>())
    };
    let (old, new): (Vec<_>, Vec<_>) = pairs.iter().cloned().unzip();
    let (Some(before), Some(after)) = (answers(old), answers(new)) else { return Vec::new() };
    println!("the oracle read {} documents before and {} after", before.len(), after.len());
    let differ = before.iter().filter(|(place, answer)| after.get(place) != Some(answer));
    differ.map(|(place, _)| format!("{place:?}: the oracle reads it otherwise")).collect()
}
