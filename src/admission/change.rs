//! Whether two values are the same, whatever order their fields stand in. No recursion: they may nest deep.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::yaml::{Entry, Kind, NodeId, Slot, Tree};

/// Whether there is the same at both places; null is nothing.
pub(super) fn same(a: Slot<'_>, b: Slot<'_>) -> bool {
    match (a.exists(), b.exists()) {
        (true, true) => same_nodes((a.tree(), a.node()), (b.tree(), b.node())),
        (false, false) => true,
        _ => false,
    }
}

/// A node and its tree.
pub(super) type At<'t> = (&'t Tree<'t>, NodeId);

/// Whether two nodes stand for the same.
pub(super) fn same_nodes((old, a): At<'_>, (new, b): At<'_>) -> bool {
    let mut todo = vec![(a, b)];
    while let Some((a, b)) = todo.pop() {
        match (old.kind(a), new.kind(b)) {
            (Kind::Map, Kind::Map) => {
                let (ours, theirs) = (old.entries(a), new.entries(b));
                if ours.len() != theirs.len() {
                    return false;
                }
                let pairs = Fields::of(new, theirs);
                for (at, entry) in ours.iter().enumerate() {
                    let Some(other) = pairs.get(&old.key_name(entry.key), at) else { return false };
                    todo.push((entry.value, other));
                }
            }
            (Kind::Seq, Kind::Seq) => {
                let (ours, theirs) = (old.items(a), new.items(b));
                if ours.len() != theirs.len() {
                    return false;
                }
                todo.extend(ours.iter().copied().zip(theirs.iter().copied()));
            }
            (x, y) if x != y || old.scalar_text(a) != new.scalar_text(b) => return false,
            _ => {}
        }
    }
    true
}

/// The fields of a mapping, by name. Two mappings most often have theirs in one order.
pub(super) struct Fields<'t> {
    tree: &'t Tree<'t>,
    entries: &'t [Entry],
    by_name: std::cell::OnceCell<HashMap<Cow<'t, str>, NodeId>>,
}

impl<'t> Fields<'t> {
    pub(super) fn of(tree: &'t Tree<'t>, entries: &'t [Entry]) -> Self {
        Self { tree, entries, by_name: std::cell::OnceCell::new() }
    }

    /// The value of this name, which probably stands at this place.
    pub(super) fn get(&self, name: &str, at: usize) -> Option<NodeId> {
        if let Some(entry) = self.entries.get(at).filter(|entry| self.tree.key_name(entry.key) == name) {
            return Some(entry.value);
        }
        let index = || self.entries.iter().map(|entry| (self.tree.key_name(entry.key), entry.value)).collect();
        self.by_name.get_or_init(index).get(name).copied()
    }
}
