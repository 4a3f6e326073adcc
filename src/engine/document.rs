//! One document: raw text → tree → objects → pods → drafts. Its tree lives only here.

use std::sync::Arc;

use super::facts::{FactDraft, gather};
use super::plan::Active;
use super::sweep::{Sweep, SweepDraft};
use crate::config::Settings;
use crate::coverage::Outcome;
use crate::finding::{Draft, Report};
use crate::identity::{Claim, Ids};
use crate::k8s::{self, NamespacePolicy, Object, ObjectRef, PodData};
use crate::rule::Check;
use crate::source::{Source, Span};
use crate::suppress::{self, Marks, Wanted};
use crate::yaml::{self, Editor, RawDocument, Slot, TemplateKind, Tree};

/// A document that was not read, while its file is still at hand.
pub(crate) struct UnreadDraft {
    pub(crate) span: Span,
    pub(crate) outcome: Outcome,
    pub(crate) reason: String,
    pub(crate) help: Option<&'static str>,
}

/// What came of one document.
pub(crate) struct DocumentResult {
    /// None where there is nothing but comments and separators.
    pub(super) outcome: Option<Outcome>,
    /// Why the document, or what follows it, was not read.
    pub(crate) unread: Vec<UnreadDraft>,
    pub(super) drafts: Vec<Draft>,
    pub(super) verdicts: Vec<SweepDraft>,
    pub(super) facts: Vec<FactDraft>,
    pub(super) namespaces: Vec<(String, NamespacePolicy)>,
    /// Namespaces that pods of the document name.
    pub(super) pod_namespaces: Vec<String>,
    pub(super) pods: usize,
    /// Every object, and where its name stands.
    pub(super) objects: Vec<(Span, Arc<ObjectRef>)>,
    pub(super) marks: Marks,
    /// What the workloads say about ids: only where fixes are asked for, or ids may be short.
    pub(super) claims: Vec<Claim>,
    /// What of the text no excerpt shows.
    pub(super) secrets: Vec<Span>,
}

impl DocumentResult {
    pub(super) fn new(outcome: impl Into<Option<Outcome>>) -> Self {
        Self {
            outcome: outcome.into(),
            unread: Vec::new(),
            drafts: Vec::new(),
            verdicts: Vec::new(),
            facts: Vec::new(),
            namespaces: Vec::new(),
            pod_namespaces: Vec::new(),
            pods: 0,
            objects: Vec::new(),
            marks: Marks::default(),
            claims: Vec::new(),
            secrets: Vec::new(),
        }
    }

    /// Whether the document is empty, as far as anyone is told.
    pub(super) fn says_nothing(&self) -> bool {
        self.outcome.is_none() && self.unread.is_empty()
    }

    fn unread(span: Span, outcome: Outcome, reason: String, help: Option<&'static str>) -> Self {
        Self { unread: vec![UnreadDraft { span, outcome, reason, help }], ..Self::new(outcome) }
    }
}

/// What is asked of each document of a file.
#[derive(Clone, Copy)]
pub(super) struct Task<'a> {
    pub(super) settings: &'a Settings,
    pub(super) rules: &'a [Active],
    pub(super) sweep: Option<&'a Sweep>,
    pub(super) wanted: Wanted,
}

/// Reads and judges a document.
pub(super) fn lint(source: &Source, raw: RawDocument, task: Task<'_>) -> DocumentResult {
    let (mut result, tree) = look(source, raw, task);
    if let Some(tree) = tree
        && task.settings.with_fixes
        && !(result.drafts.is_empty() && result.facts.is_empty())
    {
        let editor = Editor::new(&tree);
        result.drafts.iter_mut().for_each(|d| d.settle(&editor));
        result.facts.iter_mut().for_each(|f| f.settle(&editor));
    }
    result
}

/// Reads and judges a document, for whoever goes on with its tree.
pub(super) fn look<'s>(source: &'s Source, raw: RawDocument, task: Task<'_>) -> (DocumentResult, Option<Tree<'s>>) {
    match read(source, raw) {
        Ok(tree) => {
            let mut result = lint_tree(&tree, task);
            result.unread.extend(leftover(&tree, raw));
            (result, Some(tree))
        }
        Err(unread) => (*unread, None),
    }
}

/// The tree of a document; `Err` where there is none, and why.
pub(crate) fn read(source: &Source, raw: RawDocument) -> Result<Tree<'_>, Box<DocumentResult>> {
    let none = |at, outcome, reason, help| Err(Box::new(DocumentResult::unread(at, outcome, reason, help)));
    if let Some(trailing) = raw.trailing {
        return Err(Box::new(refused(source, raw, trailing)));
    }
    if let Some((at, byte)) = source.first_invalid(raw.span) {
        let reason = format!("byte 0x{byte:02x} is not UTF-8");
        return none(at, Outcome::Broken, reason, Some("save the file as UTF-8"));
    }
    match yaml::parse(&source.text, raw.span) {
        // All of it is one placeholder.
        Ok(tree) if tree.kind(tree.root()) == yaml::Kind::Unknown => {
            Err(Box::new(template(tree.span(tree.root()), TemplateKind::Go)))
        }
        Ok(tree) => Ok(tree),
        Err(broken) => match yaml::template_kind(&source.text, raw.span, &broken) {
            Some(kind) => Err(Box::new(template(broken.span, kind))),
            None => none(broken.span, Outcome::Broken, broken.message, None),
        },
    }
}

fn template(at: Span, kind: TemplateKind) -> DocumentResult {
    let (reason, help) = match kind {
        TemplateKind::Go => ("a Go template, not YAML", "render it first: `helm template CHART | plimsoll lint -`"),
        TemplateKind::Jinja => ("a Jinja template, not YAML", "render it first, and lint the result"),
    };
    DocumentResult::unread(at, Outcome::Skipped, reason.to_owned(), Some(help))
}

/// Text where a document would have to end.
fn refused(source: &Source, raw: RawDocument, trailing: Span) -> DocumentResult {
    let (reason, help) = if source.text[..trailing.start as usize].trim_end().ends_with("---") {
        ("text behind the document separator, where kubectl gives up", "begin the document on the next line")
    } else {
        ("text behind the JSON value, where kubectl gives up", "take it out, or put `---` on a line before it")
    };
    debug_assert!(raw.span.end >= trailing.start);
    DocumentResult::unread(trailing, Outcome::Broken, reason.to_owned(), Some(help))
}

/// What follows a document's end before the next separator: the decoder stops, so nobody would read it.
pub(crate) fn leftover(tree: &Tree<'_>, raw: RawDocument) -> Option<UnreadDraft> {
    let rest = Span { start: tree.end(), end: raw.span.end }.text(tree.text());
    let at = Span::new(tree.end() as usize + yaml::has_content(rest)?, raw.span.end as usize);
    let reason = "the document ends before this, and kubectl reads no further".to_owned();
    Some(UnreadDraft { span: at, outcome: Outcome::Broken, reason, help: Some("put `---` on a line before it") })
}

/// A document that is a bare list with an object among its items.
fn bare_list(tree: &Tree<'_>) -> Option<DocumentResult> {
    let has = |item: yaml::NodeId, key| tree.get(tree.resolve(item), key).is_some();
    let mut items = tree.items(tree.root()).iter();
    let first = items.find(|&&item| has(item, "apiVersion") && has(item, "kind"))?;
    let reason = "a list of objects that is no `List`, which kubectl does not read".to_owned();
    let help = Some("put the objects under `items` of a `kind: List`, or between `---`");
    Some(DocumentResult::unread(tree.span(*first), Outcome::Skipped, reason, help))
}

/// An item of a list that is no Kubernetes object: kubectl refuses it. A null is nothing that could be judged.
pub(crate) fn stray(item: Slot<'_>) -> UnreadDraft {
    let null = item.kind() == yaml::Kind::Null;
    let what = if null { "null" } else { "no Kubernetes object" };
    let outcome = if null { Outcome::Skipped } else { Outcome::Broken };
    let reason = format!("{} of the list is {what}: kubectl refuses it", item.path());
    let help = Some("an item is a mapping with `apiVersion` and `kind`");
    UnreadDraft { span: item.span(), outcome, reason, help }
}

pub(super) fn lint_tree(tree: &Tree<'_>, task: Task<'_>) -> DocumentResult {
    let Task { settings, rules, sweep, wanted } = task;
    let k8s::Objects { found: objects, strays } = k8s::Objects::of(tree);
    let mut marks = Marks::default();
    if wanted.comments {
        suppress::comments(tree, &objects, settings, &mut marks);
    }
    if objects.is_empty() && strays.is_empty() {
        if let Some(unread) = bare_list(tree) {
            return unread;
        }
        let nothing = tree.kind(tree.root()) == yaml::Kind::Null;
        return DocumentResult { marks, ..DocumentResult::new((!nothing).then_some(Outcome::NotKubernetes)) };
    }
    let outcome = (!objects.is_empty()).then_some(Outcome::Linted);
    let mut result = DocumentResult { marks, ..DocumentResult::new(outcome) };
    result.unread = strays.into_iter().map(stray).collect();
    let linted = sweep.is_none_or(|s| !s.alone);
    for &Active { rule, severity, .. } in rules.iter().filter(|_| linted) {
        if let Check::Document(check) = rule.check {
            check(tree, &objects, &mut Report::new(settings, rule, severity, None, &mut result.drafts));
        }
    }
    for object in objects {
        let reference = Arc::new(object.reference());
        result.objects.push((object.name_span(), Arc::clone(&reference)));
        let pods = k8s::pods(object);
        result.pods += pods.len();
        gather(object, &pods, &reference, &mut result.facts);
        if settings.with_fixes || Ids::are_few_above(settings.uid_floor) {
            result.claims.extend(Claim::of(object, &pods, &reference, settings.uid_floor));
        }
        suppress::object(wanted, object, &pods, &reference, settings, &mut result.marks);
        if object.kind() == "Namespace"
            && let (Some(name), Some(policy)) = (object.name(), NamespacePolicy::of(object))
        {
            result.namespaces.push((name.to_owned(), policy));
        }
        if !pods.is_empty() {
            result.pod_namespaces.extend(reference.namespace.clone());
        }
        if let Some(sweep) = sweep {
            result.verdicts.extend(sweep.judge(object, &pods, &reference));
        }
        if linted {
            judge(object, &pods, &reference, settings, rules, &mut result.drafts);
        }
    }
    result.secrets = result.drafts.iter().flat_map(Draft::secrets).copied().collect();
    result
}

/// Lets the rules judge an object and its pods.
pub(super) fn judge(
    object: Object<'_>,
    pods: &[PodData<'_>],
    reference: &Arc<ObjectRef>,
    settings: &Settings,
    rules: &[Active],
    drafts: &mut Vec<Draft>,
) {
    let mut slips = None;
    for &Active { rule, severity, .. } in rules {
        let mut report = Report::new(settings, rule, severity, Some(reference), drafts);
        match &rule.check {
            Check::Object(check) => check(object, &mut report),
            Check::Require(clauses) => {
                for pod in pods {
                    clauses.iter().for_each(|c| c.check(pod.view(), &mut report));
                }
            }
            Check::Pod(check) => {
                for pod in pods {
                    report.set_container(None);
                    check(pod.view(), &mut report);
                }
            }
            Check::Api(say) => {
                let slips = slips.get_or_insert_with(|| k8s::api::slips(object, pods, settings.kubernetes.0));
                for slip in &*slips {
                    report.set_container(slip.container);
                    say(slip, &mut report);
                }
            }
            Check::Container(check) => {
                for container in pods.iter().flat_map(|p| p.view().containers()) {
                    report.set_container(Some(container));
                    check(container, &mut report);
                }
            }
            Check::Inputs(_) | Check::Namespace(_) | Check::Document(_) | Check::Suppression(_) | Check::Import => {}
        }
    }
}
