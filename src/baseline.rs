//! Known findings: those of a run that a baseline knows are suppressed; those of a baseline that a run lacks are gone.

mod file;
mod files;
mod known;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::iter::Peekable;
use std::path::Path;
use std::sync::Arc;
use std::vec::IntoIter;

use rayon::prelude::*;

pub use file::{Entry, Malformed, read, write};
use files::{Files, Told};
pub use known::Known;

use crate::config::Settings;
use crate::engine::{self, Outcomes};
use crate::finding::Finding;
use crate::fingerprint::Fingerprint;
use crate::k8s::ObjectRef;
use crate::rule::Severity;
use crate::suppress::{By, Kind, Suppressed};

/// What a baseline came to in a run.
#[derive(Clone, Debug, Default)]
pub struct Compared {
    /// The baseline, as output shows it.
    pub file: String,
    /// Findings of the run that it knows.
    pub known: usize,
    /// Findings that it knows and that are no more. What the run has not looked at is not among them.
    pub gone: Vec<Entry<'static>>,
    /// Whether those have been taken out of it.
    pub pruned: bool,
}

/// Where a baseline is and where its user stands: what its paths and those of a run mean.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The folder of the baseline, absolute.
    pub folder: &'a Path,
    /// The current directory, absolute.
    pub here: &'a Path,
}

/// The findings of a run as entries of a baseline, sorted. What is suppressed is answered.
pub fn entries(outcomes: &Outcomes, place: Place<'_>) -> Vec<Entry<'static>> {
    let told = Told::new(place);
    let mut entries = Vec::with_capacity(outcomes.findings.len());
    for finding in outcomes.findings.iter().filter(|finding| counts(finding)) {
        entries.push(Entry {
            path: told.path(&finding.path).into_owned().into(),
            rule: finding.rule.id.into(),
            object: finding.object.as_deref().map(named).unwrap_or_default().into(),
            container: finding.container.as_deref().unwrap_or_default().to_owned().into(),
            fingerprint: finding.fingerprint,
        });
    }
    entries.sort();
    entries
}

/// `Deployment prod/web`
pub fn named(object: &ObjectRef) -> String {
    let namespace = object.namespace.as_deref().map(|n| format!("{n}/")).unwrap_or_default();
    format!("{} {namespace}{}", object.kind, object.name)
}

/// Below this many findings other threads would take longer to start.
const FEW: usize = 4096;

/// Suppresses what the baseline knows. What comes back tells the entries as they are now: without those that are gone, and
/// under the names that their files have now.
pub fn apply<'t>(
    outcomes: &mut Outcomes,
    known: Known<'t>,
    settings: &Settings,
    place: Place<'_>,
    shown: &str,
) -> Matching<'t> {
    let mut matching = Matching::new(known);
    let told = Told::new(place);
    let mut known = vec![false; outcomes.findings.len()];
    matching.take(&outcomes.findings, &mut known, &told);
    let mut gone = Vec::new();
    if matching.state.contains(&State::Open) {
        let mut files = Files::new(&outcomes.coverage, place);
        matching.take_moved(&outcomes.findings, &mut known, &mut files, &told);
        gone = matching.gone(&engine::Speakers::new(settings, outcomes.imported), &mut files);
    }
    let count = known.iter().filter(|k| **k).count();
    suppress(outcomes, known, count, shown);
    outcomes.baseline = Some(Compared { file: shown.to_owned(), known: count, gone, pruned: false });
    matching
}

/// Moves the findings that are known, so many, among those that are suppressed.
fn suppress(outcomes: &mut Outcomes, known: Vec<bool>, count: usize, shown: &str) {
    let justification = format!("known before: {shown}").into();
    let by = Arc::new(By { kind: Kind::External, justification, place: None });
    let mut known = known.into_iter();
    let is_sorted = outcomes.suppressed.is_empty();
    outcomes.suppressed.reserve_exact(count);
    let taken = outcomes.findings.extract_if(.., |_| known.next().unwrap_or_default());
    outcomes.suppressed.extend(taken.map(|finding| Suppressed { finding, by: Arc::clone(&by) }));
    if !is_sorted {
        outcomes.suppressed.sort_by(|a, b| engine::sort_key(&a.finding).cmp(&engine::sort_key(&b.finding)));
    }
}

/// Entries while findings are matched with them, each with one at most.
#[derive(Debug)]
pub struct Matching<'t> {
    known: Known<'t>,
    state: Vec<State>,
    /// The files that entries are in now, where those are others.
    moved: BTreeMap<usize, String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Open,
    Taken,
    Gone,
}

impl<'t> Matching<'t> {
    fn new(known: Known<'t>) -> Self {
        Self { state: vec![State::Open; known.fingerprints.len()], known, moved: BTreeMap::new() }
    }

    /// Gives findings the entries of their files, and marks those that have one.
    fn take(&mut self, findings: &[Finding], known: &mut [bool], told: &Told<'_>) {
        let by_file: Vec<&[Finding]> = findings.chunk_by(|a, b| a.path == b.path).collect();
        let pairs = |of_file: &&[Finding]| self.known.pairs(&told.path(&of_file[0].path), of_file);
        // A few are matched sooner than other threads are started.
        let pairs: Vec<_> = if findings.len() < FEW {
            by_file.iter().map(pairs).collect()
        } else {
            by_file.par_iter().map(pairs).collect()
        };
        let mut first = 0;
        for (of_file, pairs) in by_file.iter().zip(pairs) {
            for (entry, at) in pairs {
                self.state[entry] = State::Taken;
                known[first + at] = true;
            }
            first += of_file.len();
        }
    }

    /// Gives findings that their own file has no entry for those of files that are no more, or whose object is elsewhere
    /// now. A file that still has the object has lost the finding, and where it turns up is another place.
    fn take_moved(&mut self, findings: &[Finding], known: &mut [bool], files: &mut Files<'_>, told: &Told<'_>) {
        let mut left: BTreeMap<Fingerprint, Vec<(&str, usize)>> = BTreeMap::new();
        for (path, file) in &self.known.files {
            for at in file.clone().filter(|&at| self.state[at] == State::Open) {
                left.entry(self.known.fingerprints[at]).or_default().push((path, at));
            }
        }
        let mut wanted: BTreeMap<Fingerprint, Vec<usize>> = BTreeMap::new();
        for (at, finding) in findings.iter().enumerate().filter(|(at, finding)| !known[*at] && counts(finding)) {
            if left.contains_key(&finding.fingerprint) {
                wanted.entry(finding.fingerprint).or_default().push(at);
            }
        }
        for (fingerprint, findings_left) in wanted {
            let mut findings_left = findings_left.into_iter().peekable();
            for &(path, entry) in &left[&fingerprint] {
                let Some(&at) = findings_left.peek() else { break };
                if files.has_lost(path, findings[at].object.as_deref()) {
                    findings_left.next();
                    self.state[entry] = State::Taken;
                    self.moved.insert(entry, told.path(&findings[at].path).into_owned());
                    known[at] = true;
                }
            }
        }
    }

    /// Finds the entries of findings that are no more: those of rules that had their say about what the entry is about.
    fn gone(&mut self, judged: &engine::Speakers<'_>, files: &mut Files<'_>) -> Vec<Entry<'static>> {
        let mut whole = None;
        let mut gone = Vec::new();
        for (path, of_file) in &self.known.files {
            for (at, state) in of_file.clone().zip(&mut self.state[of_file.clone()]) {
                let open = (*state == State::Open).then(|| self.known.entry(at));
                let Some(entry) = open.flatten() else { continue };
                let is_gone = match files.of_run(path) {
                    Some(file) => {
                        let is_whole = || *whole.get_or_insert_with(|| files.are_all_in_run(&self.known));
                        file.unread.is_empty() && judged.by(&entry.rule, &file.path, is_whole)
                    }
                    None => files.is_gone(path),
                };
                if is_gone {
                    *state = State::Gone;
                    gone.push(entry.into_owned());
                }
            }
        }
        gone.sort();
        gone
    }

    /// Whether the entries are others than they were.
    pub fn has_changed(&self) -> bool {
        !self.moved.is_empty() || self.state.contains(&State::Gone)
    }

    /// What is not gone, sorted.
    pub fn rest(mut self) -> Vec<Entry<'t>> {
        let kept = self.state.iter().enumerate().filter(|(_, state)| **state != State::Gone);
        let entry = |(at, _)| {
            let mut entry = self.known.entry(at)?;
            if let Some(path) = self.moved.remove(&at) {
                entry.path = path.into();
            }
            Some(entry)
        };
        let mut kept: Vec<_> = kept.filter_map(entry).collect();
        kept.sort();
        kept
    }
}

impl Known<'_> {
    /// Entries of a file, each with the one of its findings that it knows: the places of both.
    fn pairs(&self, path: &str, findings: &[Finding]) -> Vec<(usize, usize)> {
        let Ok(file) = self.files.binary_search_by(|(other, _)| (**other).cmp(path)) else { return Vec::new() };
        let entries = self.files[file].1.clone();
        let mut pairs = Vec::with_capacity(entries.len());
        let mut left = sorted(entries.map(|at| (self.fingerprints[at], at)));
        let counted = findings.iter().enumerate().filter(|(_, finding)| counts(finding));
        for (fingerprint, at) in sorted(counted.map(|(at, finding)| (finding.fingerprint, at))) {
            while left.next_if(|(other, _)| *other < fingerprint).is_some() {}
            pairs.extend(left.next_if(|(other, _)| *other == fingerprint).map(|(_, entry)| (entry, at)));
        }
        pairs
    }
}

/// Whether a finding is one that a baseline has: notes are none.
fn counts(finding: &Finding) -> bool {
    finding.severity > Severity::Note
}

fn sorted(these: impl Iterator<Item = (Fingerprint, usize)>) -> Peekable<IntoIter<(Fingerprint, usize)>> {
    let mut these: Vec<_> = these.collect();
    these.sort_unstable();
    these.into_iter().peekable()
}

impl Entry<'_> {
    fn into_owned(self) -> Entry<'static> {
        let own = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
        let Self { path, rule, object, container, fingerprint } = self;
        Entry { path: own(path), rule: own(rule), object: own(object), container: own(container), fingerprint }
    }
}
