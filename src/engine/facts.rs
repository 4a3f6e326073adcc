//! What rules over the whole input need to know, kept after the files are closed.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::k8s::{NamespacePolicy, Object, ObjectRef, PodData};
use crate::source::{LineIndex, Region, Span};
use crate::yaml::Slot;

/// What a fact is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FactKind {
    /// `metadata.name` of a RuntimeClass.
    RuntimeClass,
    /// `runtimeClassName` of a pod.
    RuntimeClassName,
}

/// One thing that the input says, and where.
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

/// The facts of the whole input.
#[derive(Clone, Debug, Default)]
pub struct Inputs {
    facts: BTreeMap<FactKind, Vec<Fact>>,
    /// The Pod Security policy of every Namespace that has labels of it, by name.
    pub namespaces: BTreeMap<String, NamespacePolicy>,
}

impl Inputs {
    /// The facts of a kind, in the order of the input.
    pub fn of(&self, kind: FactKind) -> &[Fact] {
        self.facts.get(&kind).map_or(&[], Vec::as_slice)
    }

    pub(super) fn append(&mut self, other: Self) {
        for (kind, mut facts) in other.facts {
            self.facts.entry(kind).or_default().append(&mut facts);
        }
        for (name, policy) in other.namespaces {
            self.namespaces.entry(name).or_insert(policy);
        }
    }

    pub(super) fn push(&mut self, kind: FactKind, fact: Fact) {
        self.facts.entry(kind).or_default().push(fact);
    }
}

/// A fact while its file is still at hand.
pub(super) struct FactDraft {
    pub(super) kind: FactKind,
    span: Span,
    object: Arc<ObjectRef>,
    field: String,
    value: String,
}

impl FactDraft {
    fn new(kind: FactKind, slot: Slot<'_>, of: &Arc<ObjectRef>) -> Option<Self> {
        let value = slot.as_str()?.to_owned();
        Some(Self { kind, span: slot.span(), object: Arc::clone(of), field: slot.path(), value })
    }

    pub(super) fn finish(self, path: &Arc<str>, lines: &LineIndex<'_>) -> Fact {
        let region = lines.region(self.span);
        Fact { path: Arc::clone(path), region, object: self.object, field: self.field, value: self.value }
    }
}

/// The facts of one object.
pub(super) fn gather(object: Object<'_>, pods: &[PodData<'_>], of: &Arc<ObjectRef>, facts: &mut Vec<FactDraft>) {
    if object.kind() == "RuntimeClass" {
        facts.extend(FactDraft::new(FactKind::RuntimeClass, object.at("metadata.name"), of));
    }
    for pod in pods {
        facts.extend(FactDraft::new(FactKind::RuntimeClassName, pod.view().at("runtimeClassName"), of));
    }
}
