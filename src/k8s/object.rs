//! A Kubernetes object: a mapping with `apiVersion` and `kind`, alone in its document or an item of a list.

use super::api;
use crate::source::Span;
use crate::yaml::{Slot, Tree};

/// What an object is called, for output.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct ObjectRef {
    /// `apps/v1`
    pub api_version: String,
    /// `Deployment`
    pub kind: String,
    /// As written; none where the manifest leaves it to whoever applies it.
    pub namespace: Option<String>,
    /// The name, or the `generateName` with a `*` behind it.
    pub name: String,
}

/// A view of one object.
#[derive(Clone, Copy, Debug)]
pub struct Object<'t> {
    slot: Slot<'t>,
    api_version: &'t str,
    kind: &'t str,
}

impl<'t> Object<'t> {
    /// The object's root.
    pub fn slot(self) -> Slot<'t> {
        self.slot
    }

    /// The slot at a path from the root.
    pub fn at(self, path: &'t str) -> Slot<'t> {
        self.slot.at(path)
    }

    /// `apps/v1`; for an item of a typed list that has none, the list's. Empty where it is missing or no string.
    pub fn api_version(self) -> &'t str {
        self.api_version
    }

    /// `apps` of `apps/v1`, empty for the core group.
    pub fn group(self) -> &'t str {
        self.api_version.split_once('/').map_or("", |(group, _)| group)
    }

    /// `Deployment`; for an item of a typed list that has none, from the list's (`PodList`).
    pub fn kind(self) -> &'t str {
        self.kind
    }

    /// `metadata.name`, if it is a string.
    pub fn name(self) -> Option<&'t str> {
        self.at("metadata.name").as_str()
    }

    /// `metadata.namespace`, if it is a string.
    pub fn namespace(self) -> Option<&'t str> {
        self.at("metadata.namespace").as_str()
    }

    /// Where the name stands, or the `generateName`; without either, where the object begins.
    pub fn name_span(self) -> Span {
        let names = [self.at("metadata.name"), self.at("metadata.generateName")];
        let name = names.into_iter().find(|name| name.exists() || name.is_unknown());
        name.map_or_else(|| self.slot.key_span(), Slot::span)
    }

    /// The object's names as owned text.
    pub fn reference(self) -> ObjectRef {
        let generated = || self.at("metadata.generateName").as_str().map(|g| format!("{g}*"));
        ObjectRef {
            api_version: self.api_version.to_owned(),
            kind: self.kind.to_owned(),
            namespace: self.namespace().map(str::to_owned),
            name: self.name().map(str::to_owned).or_else(generated).unwrap_or_default(),
        }
    }
}

/// What a document holds.
#[derive(Debug, Default)]
pub struct Objects<'t> {
    /// The objects: the document itself, or the items of a `List` or typed list, however deep.
    pub found: Vec<Object<'t>>,
    /// Items of such a list that are no objects.
    pub strays: Vec<Slot<'t>>,
}

/// The objects of a document; none if it is not Kubernetes'.
pub fn objects<'t>(tree: &'t Tree<'t>) -> Vec<Object<'t>> {
    Objects::of(tree).found
}

/// A node that may be an object, and what the list that it is in says of its items.
struct Candidate<'t> {
    slot: Slot<'t>,
    in_list: bool,
    api_version: &'t str,
    kind: &'t str,
}

impl<'t> Objects<'t> {
    /// The objects of a document.
    pub fn of(tree: &'t Tree<'t>) -> Self {
        let mut objects = Self::default();
        let slot = Slot::root(tree, tree.root());
        let mut todo = vec![Candidate { slot, in_list: false, api_version: "", kind: "" }];
        while let Some(candidate) = todo.pop() {
            let mark = todo.len();
            objects.add(&candidate, &mut todo);
            todo[mark..].reverse();
        }
        objects
    }

    fn add(&mut self, candidate: &Candidate<'t>, todo: &mut Vec<Candidate<'t>>) {
        let slot = candidate.slot;
        // Paths are told from the object on.
        let object = Slot::root(slot.tree(), slot.node());
        let (version, kind) = (object.at("apiVersion"), object.at("kind"));
        let written = |s: Slot<'_>| s.exists() || s.is_unknown();
        let looks = (written(version) && written(kind))
            || (kind.as_str().is_some() && (object.at("metadata").is_map() || object.at("spec").is_map()))
            || (version.as_str().is_some_and(api::has_version) && object.at("metadata").is_map());
        if !object.is_map() || (!looks && candidate.kind.is_empty()) {
            // A placeholder may well become an object.
            if candidate.in_list && !slot.has_placeholder() {
                self.strays.push(slot);
            }
            return;
        }
        let api_version = if written(version) { version.as_str().unwrap_or_default() } else { candidate.api_version };
        let kind = if written(kind) { kind.as_str().unwrap_or_default() } else { candidate.kind };
        let items = object.at("items");
        match kind.strip_suffix("List") {
            Some(of) if items.is_seq() => {
                // The items of a `List` say themselves what they are.
                let api_version = if of.is_empty() { "" } else { api_version };
                todo.extend(items.items().map(|slot| Candidate { slot, in_list: true, api_version, kind: of }));
            }
            _ => self.found.push(Object { slot: object, api_version, kind }),
        }
    }
}
