//! Findings through the suppressions of the run: what is hidden is taken out, and each suppression is told what it hid.

use std::collections::HashMap;
use std::sync::Arc;

use super::file::FileMarks;
use super::index::Index;
use super::{By, Form, Hidden, Ignores, Suppressed, Suppression, faults};
use crate::config::Settings;
use crate::engine::Outcomes;
use crate::finding::Finding;
use crate::rule::Severity;
use crate::rules::ALL;

/// What is known of the run when all rules have spoken.
pub(crate) struct Judged<'a> {
    pub(crate) settings: &'a Settings,
    /// The severities of all rules in a file, by index; none where a rule did not run.
    pub(crate) severities: &'a dyn Fn(&str) -> Vec<Option<Severity>>,
    /// Whether reports of a cluster stand beside the input.
    pub(crate) imported: bool,
}

/// Moves what is suppressed out of the findings, which are sorted, and tells what is wrong with the suppressions.
/// True where findings were added, which then are no longer sorted.
pub(crate) fn apply(outcomes: &mut Outcomes, files: &[FileMarks], judged: &Judged<'_>) -> bool {
    let ignores = &judged.settings.ignores;
    if !judged.settings.suppressions || (files.is_empty() && ignores.list.is_empty()) {
        return false;
    }
    let mut suppressions: Vec<Suppression> =
        files.iter().flat_map(|f| f.kept.iter().map(|kept| kept.suppression.clone())).collect();
    suppressions.extend(entries(ignores, judged.settings));
    let mut sieve = Sieve::new(files, ignores, &suppressions);
    let mut hits = Vec::new();
    let hide = |f: &mut Finding| {
        let covering = sieve.covering(f);
        let hidden = !covering.is_empty();
        hits.extend(hidden.then_some(covering));
        hidden
    };
    let hidden: Vec<Finding> = outcomes.findings.extract_if(.., hide).collect();
    outcomes.suppressed.reserve(hidden.len());
    let by: Vec<Arc<By>> = suppressions.iter().map(|s| Arc::new(s.by())).collect();
    for (finding, covering) in hidden.into_iter().zip(hits) {
        let (rule, start) = (finding.rule, finding.region.start);
        for &at in &covering {
            let (path, message) = (Arc::clone(&finding.path), Arc::clone(&finding.message));
            suppressions[at].hides.push(Hidden { rule, path, start, message });
        }
        let Some(by) = covering.first().map(|&at| Arc::clone(&by[at])) else { continue };
        outcomes.suppressed.push(Suppressed { finding, by });
    }
    let before = outcomes.findings.len();
    faults::tell(files, &suppressions, judged, outcomes);
    outcomes.suppressions = suppressions;
    outcomes.suppressions.sort_by(|a, b| (&a.path, a.region).cmp(&(&b.path, b.region)));
    outcomes.findings.len() > before
}

/// The entries of the configuration as suppressions.
fn entries(ignores: &Ignores, settings: &Settings) -> Vec<Suppression> {
    let Some(source) = &ignores.source else { return Vec::new() };
    let lines = source.lines();
    let entry = |ignore: &super::Ignore| Suppression {
        form: Form::Entry,
        path: Arc::clone(&source.path),
        region: lines.region(ignore.span),
        rules: ignore.rules.iter().flatten().map(|&r| ALL[r]).collect(),
        reason: ignore.reason.as_str().into(),
        until: ignore.until,
        holds: ignore.until.is_none_or(|until| until >= settings.today),
        hides: Vec::new(),
    };
    ignores.list.iter().map(entry).collect()
}

/// The suppressions, asked file by file.
struct Sieve<'a> {
    files: HashMap<&'a str, (usize, &'a FileMarks)>,
    ignores: &'a Ignores,
    suppressions: Vec<bool>,
    /// The number of suppressions before those of the configuration.
    entries: usize,
    file: Option<OpenFile<'a>>,
}

/// The file that findings are asked about.
struct OpenFile<'a> {
    path: Arc<str>,
    index: Option<(usize, Index<'a>)>,
    /// The entries that are about the file, by rule; those about every rule are with each.
    ignores: Vec<Vec<usize>>,
}

impl<'a> Sieve<'a> {
    fn new(files: &'a [FileMarks], ignores: &'a Ignores, suppressions: &[Suppression]) -> Self {
        let mut first = 0;
        let mut by_path = HashMap::new();
        for file in files {
            by_path.insert(&*file.path, (first, file));
            first += file.kept.len();
        }
        let holds = suppressions.iter().map(|s| s.holds).collect();
        Self { files: by_path, ignores, suppressions: holds, entries: first, file: None }
    }

    /// The suppressions that cover a finding, the narrowest first.
    fn covering(&mut self, f: &Finding) -> Vec<usize> {
        let Ok(rule) = ALL.binary_search_by(|r| r.id.cmp(f.rule.id)) else { return Vec::new() };
        if self.file.as_ref().is_none_or(|open| open.path != f.path) {
            self.file = Some(self.open(&f.path));
        }
        let Some(open) = &self.file else { return Vec::new() };
        let mut found = Vec::new();
        if let Some((first, index)) = &open.index {
            found.extend(index.covering(rule, f).into_iter().map(|kept| first + kept));
        }
        let covers = |&&at: &&usize| {
            let ignore = &self.ignores.list[at];
            let image = || open.index.as_ref().is_some_and(|(_, index)| index.has_image(at, f));
            ignore.covers(f) && (ignore.images.is_none() || image())
        };
        let ignores = open.ignores.get(rule).map_or(&[][..], Vec::as_slice);
        found.extend(ignores.iter().filter(covers).map(|at| self.entries + at));
        found
    }

    fn open(&self, path: &Arc<str>) -> OpenFile<'a> {
        let index = self.files.get(&**path).map(|&(first, file)| (first, Index::new(file)));
        let mut ignores = if self.ignores.list.is_empty() { Vec::new() } else { vec![Vec::new(); ALL.len()] };
        for (at, ignore) in self.ignores.list.iter().enumerate() {
            let here = ignore.paths.as_ref().is_none_or(|paths| paths.matches(path.as_ref().as_ref(), false));
            if !here || !self.suppressions[self.entries + at] {
                continue;
            }
            match &ignore.rules {
                Some(rules) => rules.iter().for_each(|&rule| ignores[rule].push(at)),
                None => ignores.iter_mut().for_each(|rule| rule.push(at)),
            }
        }
        OpenFile { path: Arc::clone(path), index, ignores }
    }
}
