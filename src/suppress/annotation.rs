//! Annotations: `ignore.plimsoll.dev/<rule>` and `ignore.plimsoll.dev/<rule>.<container>`, the reason as value.

use std::sync::Arc;

use super::draft::{Draft, Marks, Part, Scope, Subject};
use super::{Form, directive};
use crate::config::Settings;
use crate::k8s::{Container, Object, ObjectRef, Pod, PodData};
use crate::names;
use crate::rule::Fault;
use crate::source::Span;
use crate::yaml::{Slot, Typed, edits};

/// What the names of our annotations begin with.
pub(super) const PREFIX: &str = "ignore.plimsoll.dev/";

/// The suppressions in the annotations of an object and of its pod templates.
pub(crate) fn annotations(
    object: Object<'_>,
    pods: &[PodData<'_>],
    reference: &Arc<ObjectRef>,
    settings: &Settings,
    marks: &mut Marks,
) {
    let metadata = object.at("metadata");
    let whole = Holder { span: object.slot().span(), field: "", metadata, pods, reference, settings };
    whole.read(marks);
    for pod in pods {
        let metadata = pod.view().metadata();
        // A Pod's metadata is its object's.
        if !metadata.exists() || metadata.node() == whole.metadata.node() {
            continue;
        }
        let span = metadata.tree().parent(metadata.node()).map_or(metadata.span(), |part| metadata.tree().span(part));
        let path = metadata.path();
        let field = path.strip_suffix("metadata").unwrap_or(&path).trim_end_matches('.');
        Holder { span, field, metadata, pods: std::slice::from_ref(pod), ..whole }.read(marks);
    }
}

/// Something with annotations.
#[derive(Clone, Copy)]
struct Holder<'a, 't> {
    /// What the annotations speak for, and its path.
    span: Span,
    field: &'a str,
    metadata: Slot<'t>,
    pods: &'a [PodData<'t>],
    reference: &'a Arc<ObjectRef>,
    settings: &'a Settings,
}

impl Holder<'_, '_> {
    fn read(&self, marks: &mut Marks) {
        for (name, slot) in self.metadata.at("annotations").entries() {
            if let Some(words) = name.strip_prefix(PREFIX) {
                self.annotation(words, slot, marks);
            }
        }
    }

    fn annotation(&self, words: &str, slot: Slot<'_>, marks: &mut Marks) {
        let (rule, container) = words.split_once('.').map_or((words, None), |(rule, c)| (rule, Some(c)));
        let subject = Subject { object: Some(Arc::clone(self.reference)), field: Some(slot.path()) };
        let slip = |message, help| directive::Slip { span: slot.key_span(), message, help };
        // What comes through a merge key cannot be taken out where it arrives.
        let removal = slot.remove().and_then(|change| edits(slot.tree(), &[change]).ok()).unwrap_or_default();
        let Some(index) = names::index(rule) else {
            let (message, help) = names::unknown(rule);
            return marks.slip(Fault::UnknownRule, slip(message, help), subject, removal);
        };
        let text = match slot.str() {
            Typed::Is(text) => text,
            // A placeholder will be filled with a reason.
            Typed::Unknown => slot.as_str().unwrap_or("(a placeholder)"),
            _ => "",
        };
        let terms = match directive::terms(text) {
            Ok(terms) => terms,
            Err((_, message)) => {
                let help = "write `until=2027-01-31` before the reason".to_owned();
                return marks.slip(Fault::Malformed, slip(message, help), subject, removal);
            }
        };
        let draft = Draft {
            form: Form::Annotation,
            span: slot.key_span(),
            scope: Scope::Part(Part {
                span: self.span,
                by_place: false,
                object: Some(Arc::clone(self.reference)),
                field: self.field.to_owned(),
                container: container.map(str::to_owned),
            }),
            rules: vec![index],
            terms,
            holds: true,
            list: None,
            hint: container.and_then(|name| self.no_container(name)),
            subject,
            removal,
        };
        marks.push(draft, self.settings);
    }

    /// What to say where no container has this name.
    fn no_container(&self, name: &str) -> Option<String> {
        let containers = || self.pods.iter().flat_map(|p| Pod::containers(p.view()));
        if containers().any(|c| c.name() == name) {
            return None;
        }
        let names: Vec<_> = containers().map(Container::name).collect();
        let nearest = names::did_you_mean(crate::nearest::nearest(name, names));
        Some(format!("no container is called \"{name}\"{}", nearest.map(|n| format!(": {n}")).unwrap_or_default()))
    }
}
