//! One document: raw text → tree → objects → pods → drafts. Its tree lives only here.

use std::sync::Arc;

use super::facts::{FactDraft, gather};
use super::plan::Active;
use super::sweep::{Sweep, SweepDraft};
use crate::config::Settings;
use crate::coverage::Outcome;
use crate::finding::{Draft, Report};
use crate::k8s::{self, NamespacePolicy, Object, ObjectRef, PodData};
use crate::rule::Check;
use crate::source::{Source, Span};
use crate::yaml::{self, RawDocument, Tree};

/// A document that was not read, while its file is still at hand.
pub(super) struct UnreadDraft {
    pub(super) span: Span,
    pub(super) outcome: Outcome,
    pub(super) reason: String,
    pub(super) help: Option<&'static str>,
}

/// What came of one document.
pub(super) struct DocumentResult {
    pub(super) outcome: Outcome,
    pub(super) unread: Option<UnreadDraft>,
    pub(super) drafts: Vec<Draft>,
    pub(super) verdicts: Vec<SweepDraft>,
    pub(super) facts: Vec<FactDraft>,
    pub(super) namespaces: Vec<(String, NamespacePolicy)>,
    /// Namespaces that pods of the document name.
    pub(super) pod_namespaces: Vec<String>,
    pub(super) pods: usize,
}

impl DocumentResult {
    fn new(outcome: Outcome) -> Self {
        Self {
            outcome,
            unread: None,
            drafts: Vec::new(),
            verdicts: Vec::new(),
            facts: Vec::new(),
            namespaces: Vec::new(),
            pod_namespaces: Vec::new(),
            pods: 0,
        }
    }

    fn unread(span: Span, outcome: Outcome, reason: String, help: Option<&'static str>) -> Self {
        Self { unread: Some(UnreadDraft { span, outcome, reason, help }), ..Self::new(outcome) }
    }
}

/// Reads and judges a document.
pub(super) fn lint(
    source: &Source,
    raw: RawDocument,
    settings: &Settings,
    rules: &[Active],
    sweep: Option<&Sweep>,
) -> DocumentResult {
    if let Some(trailing) = raw.trailing {
        let reason = "text behind the document separator".to_owned();
        return DocumentResult::unread(trailing, Outcome::Broken, reason, Some("begin the document on the next line"));
    }
    if let Some((at, byte)) = source.first_invalid(raw.span) {
        let reason = format!("byte 0x{byte:02x} is not UTF-8");
        return DocumentResult::unread(at, Outcome::Broken, reason, Some("save the file as UTF-8"));
    }
    match yaml::parse(&source.text, raw.span) {
        Ok(tree) => lint_tree(&tree, settings, rules, sweep),
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

pub(super) fn lint_tree(
    tree: &Tree<'_>,
    settings: &Settings,
    rules: &[Active],
    sweep: Option<&Sweep>,
) -> DocumentResult {
    let objects = k8s::objects(tree);
    if objects.is_empty() {
        return DocumentResult::new(Outcome::NotKubernetes);
    }
    let mut result = DocumentResult::new(Outcome::Linted);
    for object in objects {
        let reference = Arc::new(object.reference());
        let pods = k8s::pods(object);
        result.pods += pods.len();
        gather(object, &pods, &reference, &mut result.facts);
        if object.kind() == "Namespace"
            && let (Some(name), Some(policy)) = (object.name(), NamespacePolicy::of(object))
        {
            result.namespaces.push((name.to_owned(), policy));
        }
        if !pods.is_empty() {
            result.pod_namespaces.extend(reference.namespace.clone());
        }
        match sweep {
            Some(sweep) => result.verdicts.extend(sweep.judge(object, &pods, &reference)),
            None => judge(object, &pods, &reference, settings, rules, &mut result.drafts),
        }
    }
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
            Check::Container(check) => {
                for container in pods.iter().flat_map(|p| p.view().containers()) {
                    report.set_container(Some(container));
                    check(container, &mut report);
                }
            }
            Check::Inputs(_) | Check::Namespace(_) | Check::Reader => {}
        }
    }
}
