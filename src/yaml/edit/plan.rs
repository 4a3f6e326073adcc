//! Changes put together: what becomes of each node. The writer writes it, and the proof expects it.

use std::collections::{BTreeMap, BTreeSet};

use super::value::Model;
use super::{Change, Op};
use crate::yaml::{Kind, NodeId, Tree};

/// Keys whose mapping or list says nothing when it is empty; an empty `emptyDir` or `podSelector` says a lot.
const SILENT: [&str; 9] = [
    "add",
    "annotations",
    "capabilities",
    "drop",
    "labels",
    "nodeSelector",
    "securityContext",
    "seLinuxOptions",
    "sysctls",
];

#[derive(Debug, Default)]
pub(super) struct Plan {
    /// New entries of mappings.
    pub(super) fields: BTreeMap<NodeId, Vec<(String, Model)>>,
    /// New values of nodes, aliases not followed.
    pub(super) values: BTreeMap<NodeId, Model>,
    /// New items of lists.
    pub(super) items: BTreeMap<NodeId, Vec<Model>>,
    /// Keys and items that go.
    pub(super) removed: BTreeSet<NodeId>,
    /// Keys with another name.
    pub(super) renamed: BTreeMap<NodeId, Box<str>>,
}

impl Plan {
    /// None where changes contradict each other.
    pub(super) fn new(tree: &Tree<'_>, changes: &[Change]) -> Option<Self> {
        let mut plan = Self::default();
        changes.iter().try_for_each(|change| plan.add(tree, &change.0))?;
        plan.sweep_empty(tree);
        plan.is_consistent(tree).then_some(plan)
    }

    fn add(&mut self, tree: &Tree<'_>, op: &Op) -> Option<()> {
        match op {
            Op::Field(node, path, value) => {
                let mut map = if tree.kind(*node) == Kind::Null {
                    self.values.remove(node).unwrap_or(Model::Map(Vec::new()))
                } else {
                    Model::Map(self.fields.remove(node).unwrap_or_default())
                };
                map.insert(path.keys(), value.model()?).then_some(())?;
                self.put(tree, *node, map)?;
            }
            Op::Override { user, key, path, value } => {
                let name = tree.key_name(*key);
                let fields = self.fields.entry(*user).or_default();
                let known = fields.iter().position(|(k, _)| *k == name);
                let at = known.unwrap_or(fields.len());
                if known.is_none() {
                    let merged = tree.get(*user, &name)?.value;
                    fields.push((name.into_owned(), Model::of(tree, merged, 0)?));
                }
                fields[at].1.replace(path.keys(), value.model()?).then_some(())?;
            }
            Op::Replace(node, value) => {
                let model = value.model()?;
                let known = self.values.entry(*node).or_insert_with(|| model.clone());
                (*known == model).then_some(())?;
            }
            Op::Append(node, value) => {
                let (items, item) = (self.items.entry(*node).or_default(), value.model()?);
                if !items.contains(&item) {
                    items.push(item);
                }
            }
            Op::Remove(place) => {
                self.removed.insert(*place);
            }
            Op::Rename(key, name) => {
                let known = self.renamed.entry(*key).or_insert_with(|| name.clone());
                (known == name).then_some(())?;
            }
        }
        Some(())
    }

    fn put(&mut self, tree: &Tree<'_>, node: NodeId, map: Model) -> Option<()> {
        match map {
            Model::Map(fields) if tree.kind(node) == Kind::Map => self.fields.insert(node, fields).is_none(),
            map => self.values.insert(node, map).is_none(),
        }
        .then_some(())
    }

    /// Where all entries or items of a collection go, it becomes an empty one, or goes itself.
    fn sweep_empty(&mut self, tree: &Tree<'_>) {
        let mut todo: BTreeSet<NodeId> = self.removed.iter().filter_map(|&n| tree.parent(n)).collect();
        // From the inside out: children have higher numbers.
        while let Some(node) = todo.pop_last() {
            let children: Vec<NodeId> = match tree.kind(node) {
                Kind::Map => tree.written_entries(node).iter().map(|e| e.key).collect(),
                _ => tree.items(node).to_vec(),
            };
            if !children.iter().all(|c| self.removed.contains(c))
                || self.fields.contains_key(&node)
                || self.items.contains_key(&node)
            {
                continue;
            }
            for child in &children {
                self.removed.remove(child);
            }
            let entry = tree.entry_of(node).filter(|e| SILENT.contains(&&*tree.key_name(e.key)));
            match (entry, tree.parent(node)) {
                // An alias elsewhere may need the value.
                (Some(entry), Some(parent)) if !tree.aliases().any(|(_, target)| target == node) => {
                    self.removed.insert(entry.key);
                    todo.insert(parent);
                }
                _ => {
                    let empty =
                        if tree.kind(node) == Kind::Map { Model::Map(Vec::new()) } else { Model::List(Vec::new()) };
                    self.values.insert(node, empty);
                }
            }
        }
    }

    /// Whether a node is in what is taken out, or below what is replaced.
    pub(super) fn clears(&self, tree: &Tree<'_>, node: NodeId) -> bool {
        if self.removed.is_empty() && self.values.is_empty() {
            return false;
        }
        std::iter::successors(Some(node), |&n| tree.parent(n))
            .any(|n| self.removes(tree, n) || n != node && self.values.contains_key(&n))
    }

    /// Whether an item or the entry of this value goes.
    fn removes(&self, tree: &Tree<'_>, node: NodeId) -> bool {
        self.removed.contains(&node) || tree.entry_of(node).is_some_and(|e| self.removed.contains(&e.key))
    }

    /// Whether nothing is changed in or below what goes or is replaced.
    fn is_consistent(&self, tree: &Tree<'_>) -> bool {
        let removed = |node| self.removes(tree, node);
        let gone = |node| self.values.contains_key(&node) || removed(node);
        let above = |node| std::iter::successors(tree.parent(node), |&n| tree.parent(n));
        self.touched().all(|node| !above(node).any(gone))
            && !self.fields.keys().chain(self.items.keys()).any(|&node| gone(node))
            && !self.values.keys().chain(self.renamed.keys()).any(|&node| removed(node))
    }

    /// The collections that change, and the nodes that are replaced.
    pub(super) fn touched(&self) -> impl Iterator<Item = NodeId> {
        let keys = self.removed.iter().chain(self.renamed.keys());
        self.fields.keys().chain(self.values.keys()).chain(self.items.keys()).chain(keys).copied()
    }
}
