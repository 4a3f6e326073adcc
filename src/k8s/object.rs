//! A Kubernetes object: a mapping with `apiVersion` and `kind`, alone in its document or an item of a list.

use super::api;
use crate::yaml::{NodeId, Slot, Tree};

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

/// The objects of a document: itself, or the items of a `List` or typed list, however deep; none if it is not Kubernetes'.
pub fn objects<'t>(tree: &'t Tree<'t>) -> Vec<Object<'t>> {
    let mut found = Vec::new();
    let mut todo: Vec<(NodeId, &'t str, &'t str)> = vec![(tree.root(), "", "")];
    while let Some((node, list_version, item_kind)) = todo.pop() {
        let slot = Slot::root(tree, node);
        let (version, kind) = (slot.at("apiVersion"), slot.at("kind"));
        let known = !item_kind.is_empty();
        let looks = (version.exists() && kind.exists())
            || (kind.as_str().is_some() && (slot.at("metadata").is_map() || slot.at("spec").is_map()))
            || (version.as_str().is_some_and(api::has_version) && slot.at("metadata").is_map());
        if !slot.is_map() || !(known || looks) {
            continue;
        }
        let api_version = if version.exists() { version.as_str().unwrap_or_default() } else { list_version };
        let kind_name = if kind.exists() { kind.as_str().unwrap_or_default() } else { item_kind };
        let items = slot.at("items");
        match kind_name.strip_suffix("List") {
            Some(of) if items.is_seq() => {
                // The items of a `List` say themselves what they are.
                let api_version = if of.is_empty() { "" } else { api_version };
                todo.extend(tree.items(items.node()).iter().rev().map(|&i| (tree.resolve(i), api_version, of)));
            }
            _ => found.push(Object { slot, api_version, kind: kind_name }),
        }
    }
    found
}
