//! Known findings: those of a run that a baseline knows are suppressed; those of a baseline that a run lacks are gone.

mod file;
mod files;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;

pub use file::{Entry, Malformed, read, write};
use files::Files;

use crate::config::Settings;
use crate::engine::{self, Outcomes};
use crate::finding::Finding;
use crate::fingerprint::{self, Fingerprint};
use crate::k8s::ObjectRef;
use crate::rule::Severity;
use crate::suppress::{Kind, Suppressed};

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

/// The findings of a run as entries of a baseline, sorted. Notes are no findings, and what is suppressed is answered.
pub fn entries(outcomes: &Outcomes, place: Place<'_>) -> Vec<Entry<'static>> {
    let mut paths = Paths { place, last: None };
    let mut entries = Vec::new();
    for (finding, fingerprint) in outcomes.findings.iter().zip(fingerprints(&outcomes.findings)) {
        let Some(fingerprint) = fingerprint else { continue };
        entries.push(Entry {
            path: paths.of(finding).to_string().into(),
            rule: finding.rule.id.into(),
            object: finding.object.as_deref().map(named).unwrap_or_default().into(),
            container: finding.container.as_deref().unwrap_or_default().to_owned().into(),
            fingerprint,
        });
    }
    entries.sort();
    entries
}

/// `Deployment prod/web`
fn named(object: &ObjectRef) -> String {
    let namespace = object.namespace.as_deref().map(|n| format!("{n}/")).unwrap_or_default();
    format!("{} {namespace}{}", object.kind, object.name)
}

/// Below this many findings other threads would take longer to start.
const FEW: usize = 4096;

/// What findings are known by; nothing for notes.
fn fingerprints(findings: &[Finding]) -> Vec<Option<Fingerprint>> {
    let of = |f: &Finding| (f.severity > Severity::Note).then(|| fingerprint::of(f));
    if findings.len() < FEW { findings.iter().map(of).collect() } else { findings.par_iter().map(of).collect() }
}

/// The paths of findings as the baseline tells them, each worked out once: findings are sorted by file.
struct Paths<'a> {
    place: Place<'a>,
    last: Option<(Arc<str>, Arc<str>)>,
}

impl Paths<'_> {
    fn of(&mut self, finding: &Finding) -> Arc<str> {
        match &self.last {
            Some((shown, told)) if *shown == finding.path => Arc::clone(told),
            _ => {
                let told: Arc<str> = files::told(&finding.path, self.place).into();
                self.last = Some((Arc::clone(&finding.path), Arc::clone(&told)));
                told
            }
        }
    }
}

/// Suppresses what the baseline knows. The entries come back as they are now: without those that are gone, and under the
/// names that their files have now; and whether they differ from what they were.
pub fn apply<'t>(
    outcomes: &mut Outcomes,
    entries: Vec<Entry<'t>>,
    settings: &Settings,
    place: Place<'_>,
    shown: &str,
) -> (Vec<Entry<'t>>, bool) {
    let fingerprints = fingerprints(&outcomes.findings);
    let mut matching = Matching::new(entries);
    let mut paths = Paths { place, last: None };
    let mut known = vec![false; fingerprints.len()];
    let mut pending = Vec::new();
    for (at, (finding, fingerprint)) in outcomes.findings.iter().zip(&fingerprints).enumerate() {
        let Some(fingerprint) = *fingerprint else { continue };
        known[at] = matching.take(fingerprint, &paths.of(finding));
        if !known[at] {
            pending.push((at, fingerprint));
        }
    }
    let mut files = Files::new(&outcomes.coverage, place);
    for at in matching.moved(&pending, &outcomes.findings, &mut files, &mut paths) {
        known[at] = true;
    }
    let judged = engine::Speakers::new(settings, outcomes.imported);
    let mut whole = None;
    let gone = matching.gone(|entry, entries| match files.of_run(&entry.path) {
        Some(file) => {
            file.unread.is_empty()
                && judged.by(&entry.rule, &file.path, || *whole.get_or_insert_with(|| files.are_all_in_run(entries)))
        }
        None => files.is_gone(&entry.path),
    });
    suppress(outcomes, &known, shown);
    let changed = !gone.is_empty() || matching.renamed;
    let compared =
        Compared { file: shown.to_owned(), known: known.iter().filter(|k| **k).count(), gone, pruned: false };
    outcomes.baseline = Some(compared);
    (matching.rest(), changed)
}

/// Moves the findings that are known among those that are suppressed.
fn suppress(outcomes: &mut Outcomes, known: &[bool], shown: &str) {
    if !known.contains(&true) {
        return;
    }
    let justification: Arc<str> = format!("known before: {shown}").into();
    let findings = std::mem::take(&mut outcomes.findings);
    for (finding, known) in findings.into_iter().zip(known) {
        if *known {
            let justification = Arc::clone(&justification);
            outcomes.suppressed.push(Suppressed { finding, kind: Kind::External, justification, place: None });
        } else {
            outcomes.findings.push(finding);
        }
    }
    outcomes.suppressed.sort_by(|a, b| engine::sort_key(&a.finding).cmp(&engine::sort_key(&b.finding)));
}

/// No entry.
const NONE: u32 = u32::MAX;

/// Entries while findings are matched with them, each with one at most.
struct Matching<'t> {
    entries: Vec<Entry<'t>>,
    state: Vec<State>,
    /// Numbers for paths.
    paths: HashMap<String, u32>,
    /// The first entry of a fingerprint in a file that no finding has taken, and behind each the next.
    first: HashMap<(Fingerprint, u32), u32>,
    next: Vec<u32>,
    renamed: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    Taken,
    Gone,
}

impl<'t> Matching<'t> {
    fn new(mut entries: Vec<Entry<'t>>) -> Self {
        entries.sort();
        let mut matching = Self {
            state: vec![State::Open; entries.len()],
            paths: HashMap::new(),
            first: HashMap::with_capacity(entries.len()),
            next: vec![NONE; entries.len()],
            renamed: false,
            entries: Vec::new(),
        };
        let mut number = 0;
        for (at, entry) in entries.iter().enumerate().rev() {
            if entries.get(at + 1).is_none_or(|later| later.path != entry.path) {
                number += 1;
                matching.paths.insert(entry.path.to_string(), number);
            }
            let at = u32::try_from(at).unwrap_or(NONE);
            if let Some(later) = matching.first.insert((entry.fingerprint, number), at) {
                matching.next[at as usize] = later;
            }
        }
        matching.entries = entries;
        matching
    }

    /// Whether an entry of this file is left for the finding, which takes it.
    fn take(&mut self, fingerprint: Fingerprint, path: &str) -> bool {
        let Some(number) = self.paths.get(path) else { return false };
        let Some(first) = self.first.get_mut(&(fingerprint, *number)).filter(|at| **at != NONE) else { return false };
        let taken = std::mem::replace(first, self.next[*first as usize]);
        self.state[taken as usize] = State::Taken;
        true
    }

    /// Gives findings that their own file has no entry for those of files that are no more, or whose object is elsewhere
    /// now. A file that still has the object has lost the finding, and where it turns up is another place.
    fn moved(
        &mut self,
        pending: &[(usize, Fingerprint)],
        findings: &[Finding],
        files: &mut Files<'_>,
        paths: &mut Paths<'_>,
    ) -> Vec<usize> {
        let mut wanted: BTreeMap<Fingerprint, Vec<usize>> = BTreeMap::new();
        for (at, fingerprint) in pending {
            wanted.entry(*fingerprint).or_default().push(*at);
        }
        let mut left: BTreeMap<Fingerprint, Vec<usize>> = BTreeMap::new();
        if !wanted.is_empty() {
            for (at, entry) in self.entries.iter().enumerate().filter(|(at, _)| self.state[*at] == State::Open) {
                if wanted.contains_key(&entry.fingerprint) {
                    left.entry(entry.fingerprint).or_default().push(at);
                }
            }
        }
        let mut known = Vec::new();
        for (fingerprint, entries) in left {
            let mut findings_left = wanted.get(&fingerprint).into_iter().flatten().copied().peekable();
            for entry in entries {
                let Some(&at) = findings_left.peek() else { break };
                if files.has_lost(&self.entries[entry].path, findings[at].object.as_deref()) {
                    findings_left.next();
                    self.state[entry] = State::Taken;
                    self.entries[entry].path = Cow::Owned(paths.of(&findings[at]).to_string());
                    self.renamed = true;
                    known.push(at);
                }
            }
        }
        known
    }

    /// Takes the entries that no finding has taken and that `is_gone` holds for.
    fn gone(&mut self, mut is_gone: impl FnMut(&Entry<'t>, &[Entry<'t>]) -> bool) -> Vec<Entry<'static>> {
        let mut gone = Vec::new();
        for (entry, state) in self.entries.iter().zip(&mut self.state).filter(|(_, state)| **state == State::Open) {
            if is_gone(entry, &self.entries) {
                *state = State::Gone;
                gone.push(entry.clone().into_owned());
            }
        }
        gone
    }

    /// What is not gone.
    fn rest(self) -> Vec<Entry<'t>> {
        let kept = self.entries.into_iter().zip(self.state).filter(|(_, state)| *state != State::Gone);
        let mut kept: Vec<_> = kept.map(|(entry, _)| entry).collect();
        kept.sort();
        kept
    }
}

impl Entry<'_> {
    fn into_owned(self) -> Entry<'static> {
        let own = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
        let Self { path, rule, object, container, fingerprint } = self;
        Entry { path: own(path), rule: own(rule), object: own(object), container: own(container), fingerprint }
    }
}
