//! The parallel map: source → findings; then the rules over the whole input; then one sort.
//! A file's tree lives only while its file is judged.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use rayon::prelude::*;

mod document;
mod facts;
mod file;
mod ids;
mod import;
mod judge;
mod namespaces;
mod order;
mod plan;
mod sources;
mod survey;
mod sweep;

pub(crate) use self::document::{UnreadDraft, leftover, read as read_document, stray};
pub use self::facts::{Accounts, Fact, FactKind, Inputs};
use self::file::{FileResult, LazyLines};
pub(crate) use self::judge::Judge;
pub use self::judge::judge;
use self::namespaces::{Namespaced, under_namespaces};
pub(crate) use self::order::sort_key;
use self::order::{merge, sort};
use self::plan::Plan;
pub(crate) use self::plan::{Speakers, looks_at_all};
use self::sources::Again;
pub use self::sources::Sources;
pub(crate) use self::survey::{SeenDocument, SeenFile, Survey};
pub use self::sweep::{PodVerdicts, Verdict};
use crate::baseline::Compared;
pub use crate::config::Settings;
use crate::coverage::Coverage;
use crate::discover::Input;
use crate::finding::{CrossReport, Draft, Finding, Texts};
use crate::identity::Ids;
use crate::k8s::ObjectRef;
use crate::rule::{Check, Severity};
use crate::since::Since;
use crate::source::{Region, Source};
use crate::suppress::{self, FileMarks, Suppressed, Suppression, Wanted};
use crate::yaml;

/// What a run found.
#[derive(Debug, Default)]
pub struct Outcomes {
    /// Sorted by path, place and rule.
    pub findings: Vec<Finding>,
    /// Findings that are suppressed, in the same order. They fail nothing.
    pub suppressed: Vec<Suppressed>,
    /// Every suppression that was read, by file and place, and what each hid.
    pub suppressions: Vec<Suppression>,
    /// What came of comparing them with a baseline, where there is one.
    pub baseline: Option<Compared>,
    /// With a revision to compare with: what was left out.
    pub since: Option<Since>,
    /// The ledger.
    pub coverage: Coverage,
    /// With a sweep in place of findings, or with levels beside them: every pod's verdicts, in the order of the input.
    pub verdicts: Vec<PodVerdicts>,
    /// The texts of the files that have findings, for formats that show them.
    pub sources: Sources,
    /// Every object that was judged, in the order of the input, for formats that speak of those without findings too.
    pub objects: Vec<Judged>,
    /// What the rules over the whole input knew of it.
    pub facts: Inputs,
    /// With fixes: the ids that the workloads of the input have, where those are not the hash of their names.
    pub ids: Ids,
    /// Whether reports of a cluster stand beside the input.
    pub imported: bool,
    /// After fixes: how many findings were mended, and in how many files.
    pub fixed: Option<(usize, usize)>,
}

/// An object that was judged, and where its name stands.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The file.
    pub path: Arc<str>,
    /// Where its name stands, or, without one, its kind.
    pub region: Region,
    /// What it is called.
    pub object: Arc<ObjectRef>,
}

/// What a run keeps beside its findings, for those who ask.
#[derive(Clone, Copy, Debug, Default)]
pub struct Keep {
    /// The texts of the files that have findings.
    pub sources: bool,
    /// The objects, and with `sources` the texts of all files that have any.
    pub objects: bool,
}

/// Judges every input.
pub fn run(inputs: Vec<Input>, settings: &Settings, keep_sources: bool) -> Outcomes {
    run_counted(inputs, settings, Keep { sources: keep_sources, objects: false }, &AtomicUsize::new(0))
}

/// Judges every input, and counts in `done` those that are.
pub fn run_counted(inputs: Vec<Input>, settings: &Settings, keep: Keep, done: &AtomicUsize) -> Outcomes {
    run_beside(inputs, Vec::new(), settings, keep, done)
}

/// Judges every input, and joins what is found with what reports of a cluster say, if there are any: for that, `keep`
/// has to keep the objects.
pub fn run_beside(
    inputs: Vec<Input>,
    reports: Vec<Input>,
    settings: &Settings,
    keep: Keep,
    done: &AtomicUsize,
) -> Outcomes {
    let plan = Plan::new(settings);
    let lint = |input| {
        let result = lint_input(input, &plan, keep);
        done.fetch_add(1, Relaxed);
        result
    };
    let files = if is_small(&inputs) {
        inputs.into_iter().map(lint).collect()
    } else {
        // In small pieces: files differ much in size, and nobody shall wait for the last piece.
        inputs.into_par_iter().with_max_len(FEW).map(lint).collect()
    };
    finish(files, reports, &plan, keep)
}

/// Puts together what came of each file, and lets the rules over all of them speak, and the reports.
fn finish(mut files: Vec<FileResult>, reports: Vec<Input>, plan: &Plan<'_>, keep: Keep) -> Outcomes {
    let mut outcomes = Outcomes { ids: ids::settle(&mut files, plan, keep), ..Outcomes::default() };
    let mut facts = Inputs::default();
    let mut with_namespaces = Vec::new();
    let mut by_file = Vec::with_capacity(files.len());
    let mut marks: Vec<FileMarks> = Vec::new();
    for file in files {
        marks.extend(file.marks.map(|marks| *marks));
        by_file.push((Arc::clone(&file.coverage.path), file.findings));
        outcomes.verdicts.extend(file.verdicts);
        outcomes.objects.extend(file.objects);
        outcomes.coverage.pods += file.pods;
        let path = Arc::clone(&file.coverage.path);
        outcomes.coverage.files.push(file.coverage);
        facts.append(file.facts);
        if let Some(again) = file.again {
            if keep.sources {
                outcomes.sources.push(Arc::clone(&path), again.clone(), file.secrets);
            }
            if !file.pod_namespaces.is_empty() {
                with_namespaces.push(Namespaced { path, again, names: file.pod_namespaces });
            }
        }
    }
    let over_all = over_the_whole(&facts, &mut with_namespaces, plan);
    outcomes.sources.sort();
    outcomes.findings = merge(by_file, over_all);
    outcomes.facts = facts;
    if !reports.is_empty() {
        import::import(reports, &mut outcomes, plan, keep.sources);
    }
    silence(&mut outcomes, marks, &with_namespaces, plan);
    outcomes
}

/// What the rules over the whole input say, and the policies of its namespaces.
fn over_the_whole(facts: &Inputs, with_namespaces: &mut Vec<Namespaced>, plan: &Plan<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    if plan.settings.standard.is_some() || plan.settings.sweep.is_some() {
        return findings;
    }
    with_namespaces.retain(|f| f.names.iter().any(|n| facts.namespaces.contains_key(n)));
    if with_namespaces.is_empty() {
        cross(facts, plan, &mut findings);
    } else {
        let under = || under_namespaces(with_namespaces, facts, plan);
        let ((), mut under) = rayon::join(|| cross(facts, plan, &mut findings), under);
        findings.append(&mut under);
    }
    findings
}

/// Applies the suppressions, now that all rules have spoken.
fn silence(outcomes: &mut Outcomes, mut marks: Vec<FileMarks>, with_namespaces: &[Namespaced], plan: &Plan<'_>) {
    let under_namespaces: HashSet<&str> = with_namespaces.iter().map(|f| &*f.path).collect();
    for file in &mut marks {
        file.under_namespaces = under_namespaces.contains(&*file.path);
    }
    let (settings, severities) = (plan.settings, |path: &str| plan.severities(path));
    let judged = suppress::Judged { settings, severities: &severities, imported: outcomes.imported };
    if suppress::apply(outcomes, &marks, &judged) {
        sort(&mut outcomes.findings);
    }
}

/// Input below this many bytes is judged on the thread that is already here: starting others would take longer.
const SMALL: u64 = 128 << 10;

/// So many files may be small together.
const FEW: usize = 16;

fn is_small(inputs: &[Input]) -> bool {
    let size = |input: &Input| match input {
        Input::File(_, path) => std::fs::metadata(path).map_or(0, |m| m.len()),
        Input::Text(_, bytes) => bytes.len() as u64,
        // As long as whoever writes it likes.
        Input::Stdin(_) => SMALL,
        Input::Unreadable(_) => 0,
    };
    // Alone, a large file still spreads its documents over threads.
    inputs.len() == 1 || inputs.len() <= FEW && inputs.iter().map(size).sum::<u64>() < SMALL
}

fn cross(facts: &Inputs, plan: &Plan<'_>, findings: &mut Vec<Finding>) {
    let settings = plan.settings;
    for rule in crate::rules::ALL {
        let Check::Inputs(check) = rule.check else { continue };
        let first = findings.len();
        check(facts, &mut CrossReport::new(settings, rule, rule.severity, findings));
        let mut added = findings.split_off(first);
        added.retain_mut(|f| match plan.severity(rule, &f.path) {
            Some(severity) => {
                if f.severity != Severity::Note {
                    f.severity = severity;
                }
                true
            }
            None => false,
        });
        findings.append(&mut added);
    }
}

fn lint_input(input: Input, plan: &Plan<'_>, keep: Keep) -> FileResult {
    let file = matches!(input, Input::File(..)).then(|| input.clone());
    match input.read() {
        Ok(source) => {
            let mut result = lint_source(&source, plan, keep);
            let told = !result.findings.is_empty()
                || !result.coverage.unread.is_empty()
                || result.facts.any()
                || result.marks.is_some();
            let whole_input = !result.pod_namespaces.is_empty() || !result.claims.is_empty();
            if whole_input || (keep.sources && (told || !result.objects.is_empty())) {
                result.again = Some(file.map_or_else(|| Again::Kept(Arc::new(source)), Again::File));
            }
            result
        }
        Err(unread) => {
            let mut result = FileResult::new(&unread.path);
            result.coverage.unread.push(unread);
            result
        }
    }
}

/// A file above this size is judged by several threads.
const LARGE: usize = 1 << 20;

/// How many documents of a file are judged before their findings are put together.
const BATCH: usize = 4096;

/// One file, judged by the rules that need nothing else.
fn lint_source(source: &Source, plan: &Plan<'_>, keep: Keep) -> FileResult {
    let (rules, settings) = (plan.rules(&source.path), plan.settings);
    let documents = source.documents();
    let lines = LazyLines::new(source);
    let wanted = Wanted::of(source, settings);
    let task = document::Task { settings, rules: &rules, sweep: plan.sweep.as_ref(), wanted };
    let judge = |texts: &mut Texts, raw: &yaml::RawDocument| {
        let mut part = document::lint(source, *raw, task);
        let finish = |draft: Draft| {
            let standard = rules.iter().find(|a| std::ptr::eq(a.rule, draft.rule())).and_then(|a| a.standard);
            draft.finish(&source.path, lines.get(), standard, texts)
        };
        let mut findings: Vec<_> = std::mem::take(&mut part.drafts).into_iter().map(finish).collect();
        // Here, where documents are judged side by side: the last sort then has next to nothing to do.
        sort(&mut findings);
        (part, findings)
    };
    let mut result = FileResult::new(&source.path);
    let mut silent = true;
    let mut texts = Texts::default();
    let mut marks = wanted.any().then(|| Box::new(FileMarks::new(source)));
    // In batches, so that the findings of a large file are not all held twice.
    for batch in documents.chunks(BATCH) {
        let parts: Vec<_> = if source.text.len() > LARGE {
            batch.par_iter().map_init(Texts::sharing, judge).collect()
        } else {
            batch.iter().map(|raw| judge(&mut texts, raw)).collect()
        };
        for (raw, (mut part, findings)) in batch.iter().zip(parts) {
            let objects = if keep.objects { std::mem::take(&mut part.objects) } else { Vec::new() };
            result.objects.extend(objects.into_iter().map(|(span, object)| Judged {
                path: Arc::clone(&source.path),
                region: lines.get().region(span),
                object,
            }));
            let nothing = part.says_nothing();
            silent &= nothing;
            if let Some(marks) = &mut marks {
                marks.between(source, raw.span, settings, lines.get());
                marks.take(std::mem::take(&mut part.marks), raw.span, nothing, lines.get());
            }
            result.take(part, source, &lines);
            result.findings.extend(findings);
        }
    }
    if silent {
        result.coverage.not_kubernetes = 1;
    }
    result.marks = marks.filter(|marks| !marks.is_empty());
    if let Some(marks) = &mut result.marks {
        marks.whole = result.coverage.unread.is_empty();
    }
    result
}
