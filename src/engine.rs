//! The parallel map: source → findings; then the rules over the whole input; then one sort.
//! A file's tree lives only while its file is judged.

use std::borrow::Cow;
use std::sync::Arc;

use rayon::prelude::*;

pub use crate::config::Settings;
use crate::config::Severities;
use crate::coverage::{Coverage, FileCoverage, Outcome, Unread};
use crate::discover::Input;
use crate::finding::{CrossReport, Draft, Finding, Report};
use crate::k8s::{self, Object, ObjectRef, PodData};
use crate::rule::{Check, Rule, Severity, Standard};
use crate::source::{LineIndex, Region, Source, Span};
use crate::yaml::{self, RawDocument, Slot, Tree};

/// Something that a rule over the whole input needs to know, kept after its file is closed.
#[derive(Clone, Debug)]
pub struct Fact {
    /// The file.
    pub path: Arc<str>,
    /// Where the value stands.
    pub region: Region,
    /// Whose value it is.
    pub object: Arc<ObjectRef>,
    /// The field's path.
    pub field: String,
    /// The value.
    pub value: String,
}

/// The facts of the whole input, in the order of the input.
#[derive(Clone, Debug, Default)]
pub struct Inputs {
    /// `metadata.name` of every RuntimeClass.
    pub runtime_classes: Vec<Fact>,
    /// Every `runtimeClassName` of a pod.
    pub runtime_class_names: Vec<Fact>,
}

impl Inputs {
    fn append(&mut self, mut other: Self) {
        self.runtime_classes.append(&mut other.runtime_classes);
        self.runtime_class_names.append(&mut other.runtime_class_names);
    }
}

/// What a run found.
#[derive(Debug, Default)]
pub struct Outcomes {
    /// Sorted by path, place and rule.
    pub findings: Vec<Finding>,
    /// The ledger.
    pub coverage: Coverage,
    /// The texts of the files that have findings, for formats that show them; by path.
    pub sources: Vec<Arc<Source>>,
}

/// Judges every input.
pub fn run(inputs: Vec<Input>, settings: &Settings, keep_sources: bool) -> Outcomes {
    let plan = Plan::new(settings);
    let lint = |input| lint_input(input, &plan, keep_sources);
    let files: Vec<FileResult> = if is_small(&inputs) {
        inputs.into_iter().map(lint).collect()
    } else {
        inputs.into_par_iter().map(lint).collect()
    };
    let mut outcomes = Outcomes::default();
    let mut facts = Inputs::default();
    for file in files {
        outcomes.findings.extend(file.findings);
        outcomes.coverage.pods += file.pods;
        outcomes.coverage.files.push(file.coverage);
        outcomes.sources.extend(file.source);
        facts.append(file.facts);
    }
    cross(&facts, &plan, &mut outcomes.findings);
    outcomes.findings.sort_by(|a, b| sort_key(a).cmp(&sort_key(b)));
    outcomes
}

fn sort_key(f: &Finding) -> (&str, usize, usize, &str, &str) {
    (&f.path, f.region.start.offset, f.region.end.offset, f.rule.id, &f.message)
}

fn cross(facts: &Inputs, plan: &Plan<'_>, findings: &mut Vec<Finding>) {
    let settings = plan.settings;
    for rule in crate::rules::ALL {
        let Check::Inputs(check) = rule.check else { continue };
        if settings.standard.is_some() {
            continue;
        }
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

/// Input below this many bytes is judged on the thread that is already here: starting others would take longer.
const SMALL: u64 = 128 << 10;

fn is_small(inputs: &[Input]) -> bool {
    let size = |input: &Input| match input {
        Input::File(_, path) => std::fs::metadata(path).map_or(0, |m| m.len()),
        Input::Text(_, bytes) => bytes.len() as u64,
        // As long as whoever writes it likes.
        Input::Stdin(_) => SMALL,
        Input::Unreadable(_) => 0,
    };
    inputs.len() <= 16 && inputs.iter().map(size).sum::<u64>() < SMALL
}

/// A rule that judges, its severity, and the check that it stands for.
type Active = (&'static Rule, Severity, Option<Standard>);

/// The rules of a run, settled once.
struct Plan<'a> {
    settings: &'a Settings,
    rules: Vec<Active>,
}

impl<'a> Plan<'a> {
    fn new(settings: &'a Settings) -> Self {
        Self { settings, rules: active(settings, &settings.severities) }
    }

    /// The rules that judge a file.
    fn rules(&self, path: &str) -> Cow<'_, [Active]> {
        match self.settings.overridden(path) {
            Some(severities) => Cow::Owned(active(self.settings, &severities)),
            None => Cow::Borrowed(&self.rules),
        }
    }

    /// The severity of a rule in a file; `None` where it is off.
    fn severity(&self, rule: &Rule, path: &str) -> Option<Severity> {
        self.rules(path).iter().find(|(r, ..)| std::ptr::eq(*r, rule)).map(|r| r.1)
    }
}

fn active(settings: &Settings, severities: &Severities) -> Vec<Active> {
    let judge = |(rule, severity): (&'static Rule, Severity)| {
        let standard = rule.standard_at(settings);
        (settings.standard.is_none() || standard.is_some()).then_some((rule, severity, standard))
    };
    severities.active().filter_map(judge).collect()
}

struct FileResult {
    findings: Vec<Finding>,
    coverage: FileCoverage,
    facts: Inputs,
    pods: usize,
    source: Option<Arc<Source>>,
}

fn lint_input(input: Input, plan: &Plan<'_>, keep_source: bool) -> FileResult {
    match input.read() {
        Ok(source) => {
            let mut result = lint_source(&source, plan);
            if keep_source && (!result.findings.is_empty() || !result.coverage.unread.is_empty()) {
                result.source = Some(Arc::new(source));
            }
            result
        }
        Err(unread) => {
            let mut coverage = FileCoverage::new(Arc::clone(&unread.path));
            coverage.unread.push(unread);
            FileResult { findings: Vec::new(), coverage, facts: Inputs::default(), pods: 0, source: None }
        }
    }
}

/// A file above this size is judged by several threads.
const LARGE: usize = 1 << 20;

/// One file, judged, with rules that see the whole input left out.
fn lint_source(source: &Source, plan: &Plan<'_>) -> FileResult {
    let (rules, settings) = (plan.rules(&source.path), plan.settings);
    let documents = yaml::documents(&source.text);
    let judge = |raw: &RawDocument| lint_document(source, *raw, settings, &rules);
    let parts: Vec<DocumentResult> = if source.text.len() > LARGE {
        documents.par_iter().map(judge).collect()
    } else {
        documents.iter().map(judge).collect()
    };
    let mut result = FileResult {
        findings: Vec::new(),
        coverage: FileCoverage::new(Arc::clone(&source.path)),
        facts: Inputs::default(),
        pods: 0,
        source: None,
    };
    if documents.is_empty() {
        result.coverage.not_kubernetes = 1;
    }
    let lines = LazyLines::new(source);
    for part in parts {
        match part.outcome {
            Outcome::Linted => result.coverage.linted += 1,
            Outcome::NotKubernetes => result.coverage.not_kubernetes += 1,
            Outcome::Skipped | Outcome::Broken => {}
        }
        result.pods += part.pods;
        result.coverage.unread.extend(part.unread.into_iter().map(|u| u.finish(source, &lines)));
        result.findings.extend(part.drafts.into_iter().map(|d| {
            let standard = rules.iter().find(|(r, ..)| std::ptr::eq(*r, d.rule())).and_then(|r| r.2);
            d.finish(&source.path, lines.get(), standard)
        }));
        for (kind, draft) in part.facts {
            let fact = draft.finish(&source.path, lines.get());
            match kind {
                FactKind::RuntimeClass => result.facts.runtime_classes.push(fact),
                FactKind::RuntimeClassName => result.facts.runtime_class_names.push(fact),
            }
        }
    }
    result
}

/// The line index of a file, made when the first place is asked for.
struct LazyLines<'s> {
    source: &'s Source,
    cell: std::cell::OnceCell<LineIndex<'s>>,
}

impl<'s> LazyLines<'s> {
    fn new(source: &'s Source) -> Self {
        Self { source, cell: std::cell::OnceCell::new() }
    }

    fn get(&self) -> &LineIndex<'s> {
        self.cell.get_or_init(|| self.source.lines())
    }
}

struct UnreadDraft {
    span: Span,
    outcome: Outcome,
    reason: String,
    help: Option<&'static str>,
}

impl UnreadDraft {
    fn finish(self, source: &Source, lines: &LazyLines<'_>) -> Unread {
        Unread {
            path: Arc::clone(&source.path),
            position: Some(lines.get().position(self.span.start)),
            outcome: self.outcome,
            reason: self.reason,
            help: self.help,
        }
    }
}

#[derive(Clone, Copy)]
enum FactKind {
    RuntimeClass,
    RuntimeClassName,
}

struct FactDraft {
    span: Span,
    object: Arc<ObjectRef>,
    field: String,
    value: String,
}

impl FactDraft {
    fn finish(self, path: &Arc<str>, lines: &LineIndex<'_>) -> Fact {
        let region = lines.region(self.span);
        Fact { path: Arc::clone(path), region, object: self.object, field: self.field, value: self.value }
    }
}

struct DocumentResult {
    outcome: Outcome,
    unread: Option<UnreadDraft>,
    drafts: Vec<Draft>,
    facts: Vec<(FactKind, FactDraft)>,
    pods: usize,
}

impl DocumentResult {
    fn new(outcome: Outcome) -> Self {
        Self { outcome, unread: None, drafts: Vec::new(), facts: Vec::new(), pods: 0 }
    }

    fn unread(span: Span, outcome: Outcome, reason: String, help: Option<&'static str>) -> Self {
        Self { unread: Some(UnreadDraft { span, outcome, reason, help }), ..Self::new(outcome) }
    }
}

fn lint_document(source: &Source, raw: RawDocument, settings: &Settings, rules: &[Active]) -> DocumentResult {
    if let Some(trailing) = raw.trailing {
        let reason = "text behind the document separator".to_owned();
        return DocumentResult::unread(trailing, Outcome::Broken, reason, Some("begin the document on the next line"));
    }
    if let Some((at, byte)) = source.first_invalid(raw.span) {
        let reason = format!("byte 0x{byte:02x} is not UTF-8");
        return DocumentResult::unread(at, Outcome::Broken, reason, Some("save the file as UTF-8"));
    }
    match yaml::parse(&source.text, raw.span) {
        Ok(tree) => lint_tree(&tree, settings, rules),
        Err(broken) => match yaml::template_kind(raw.span.text(&source.text)) {
            Some(yaml::TemplateKind::Go) => DocumentResult::unread(
                broken.span,
                Outcome::Skipped,
                "a Go template, not YAML".to_owned(),
                Some("render it first: `helm template CHART | plimsoll lint -`"),
            ),
            Some(yaml::TemplateKind::Jinja) => DocumentResult::unread(
                broken.span,
                Outcome::Skipped,
                "a Jinja template, not YAML".to_owned(),
                Some("render it first, and lint the result"),
            ),
            None => DocumentResult::unread(broken.span, Outcome::Broken, broken.message, None),
        },
    }
}

fn lint_tree(tree: &Tree<'_>, settings: &Settings, rules: &[Active]) -> DocumentResult {
    let objects = k8s::objects(tree);
    if objects.is_empty() {
        return DocumentResult::new(Outcome::NotKubernetes);
    }
    let mut result = DocumentResult::new(Outcome::Linted);
    for object in objects {
        lint_object(object, settings, rules, &mut result);
    }
    result
}

fn lint_object(object: Object<'_>, settings: &Settings, rules: &[Active], result: &mut DocumentResult) {
    let reference = Arc::new(object.reference());
    let pods = k8s::pods(object);
    result.pods += pods.len();
    gather(object, &pods, &reference, &mut result.facts);
    for &(rule, severity, _) in rules {
        let mut report = Report::new(settings, rule, severity, Some(&reference), &mut result.drafts);
        match &rule.check {
            Check::Object(check) => check(object, &mut report),
            Check::Require(clauses) => {
                for pod in &pods {
                    clauses.iter().for_each(|c| c.check(pod.view(), &mut report));
                }
            }
            Check::Pod(check) => pods.iter().for_each(|pod| check(pod.view(), &mut report)),
            Check::Container(check) => {
                for container in pods.iter().flat_map(|p| p.view().containers()) {
                    report.set_container(Some(container));
                    check(container, &mut report);
                }
            }
            Check::Inputs(_) | Check::Reader => {}
        }
    }
}

fn gather(object: Object<'_>, pods: &[PodData<'_>], of: &Arc<ObjectRef>, facts: &mut Vec<(FactKind, FactDraft)>) {
    let mut fact = |kind, slot: Slot<'_>| {
        if let Some(value) = slot.as_str() {
            let draft =
                FactDraft { span: slot.span(), object: Arc::clone(of), field: slot.path(), value: value.to_owned() };
            facts.push((kind, draft));
        }
    };
    if object.kind() == "RuntimeClass" {
        fact(FactKind::RuntimeClass, object.at("metadata.name"));
    }
    for pod in pods {
        fact(FactKind::RuntimeClassName, pod.view().at("runtimeClassName"));
    }
}
