//! Whether a tree is another one with the planned changes, and nothing else.

use std::collections::HashSet;

use super::plan::Plan;
use super::value::Model;
use crate::yaml::build::is_merge;
use crate::yaml::{Kind, NodeId, Tree};

/// How many merge keys may lead from one to the next.
const MAX_MERGES: usize = 64;

/// What a place must hold.
#[derive(Clone, Copy)]
enum Wanted<'p> {
    /// What the old tree has there, but for the changes below it.
    Old(NodeId),
    New(&'p Model),
}

/// `Err` is a path where the new tree is not what it must be.
pub(super) fn agree(old: &Tree<'_>, plan: &Plan, new: &Tree<'_>) -> Result<(), String> {
    let proof = Proof { old, plan, new };
    let mut todo = vec![(proof.wanted(old.root()), new.root(), String::new())];
    // An alias brings the same pair again and again.
    let mut seen = HashSet::new();
    while let Some((wanted, node, path)) = todo.pop() {
        let node = new.resolve(node);
        let same = match wanted {
            Wanted::New(model) => model.is(new, node),
            Wanted::Old(before) => !seen.insert((before, node)) || proof.collect(before, node, &path, &mut todo),
        };
        if !same {
            return Err(if path.is_empty() { "the document".to_owned() } else { path });
        }
    }
    Ok(())
}

struct Proof<'p, 'o, 'n> {
    old: &'p Tree<'o>,
    plan: &'p Plan,
    new: &'p Tree<'n>,
}

type Todo<'p> = Vec<(Wanted<'p>, NodeId, String)>;

impl<'p> Proof<'p, '_, '_> {
    fn wanted(&self, node: NodeId) -> Wanted<'p> {
        let new = |node| self.plan.values.get(&node).map(Wanted::New);
        let target = self.old.resolve(node);
        new(node).or_else(|| new(target)).unwrap_or(Wanted::Old(target))
    }

    /// Compares two nodes, and puts what lies below them on the list.
    fn collect(&self, old: NodeId, new: NodeId, path: &str, todo: &mut Todo<'p>) -> bool {
        match (self.old.kind(old), self.new.kind(new)) {
            (Kind::Map, Kind::Map) => {
                let Some(wanted) = self.entries(old, 0) else { return false };
                if wanted.len() != self.new.entries(new).len() {
                    return false;
                }
                wanted.into_iter().all(|(key, wanted)| {
                    let found = self.new.get(new, &key);
                    todo.extend(found.map(|e| (wanted, e.value, format!("{path}.{key}"))));
                    found.is_some()
                })
            }
            (Kind::Seq, Kind::Seq) => {
                let kept = self.old.items(old).iter().filter(|i| !self.plan.removed.contains(i));
                let added = self.plan.items.get(&old).into_iter().flatten().map(Wanted::New);
                let wanted: Vec<_> = kept.map(|&i| self.wanted(i)).chain(added).collect();
                let found = self.new.items(new);
                let items = wanted.iter().zip(found).enumerate();
                todo.extend(items.map(|(n, (&w, &f))| (w, f, format!("{path}[{n}]"))));
                wanted.len() == found.len()
            }
            (Kind::Str, Kind::Str) | (Kind::Unknown, Kind::Unknown) => {
                self.old.scalar_text(old) == self.new.scalar_text(new)
            }
            (a, b) => a == b,
        }
    }

    /// The entries that a mapping must have, merge keys resolved: the last of a key counts.
    fn entries(&self, map: NodeId, merges: usize) -> Option<Vec<(String, Wanted<'p>)>> {
        if merges > MAX_MERGES {
            return None;
        }
        let mut all = Vec::new();
        for entry in self.old.written_entries(map).iter().filter(|e| !self.plan.removed.contains(&e.key)) {
            if is_merge(self.old, entry.key) {
                let value = self.old.resolve(entry.value);
                let maps: Vec<_> = match self.old.kind(value) {
                    Kind::Seq => self.old.items(value).iter().rev().map(|&i| self.old.resolve(i)).collect(),
                    _ => vec![value],
                };
                for merged in maps {
                    all.extend(self.entries(merged, merges + 1)?);
                }
            } else {
                let name = || self.old.key_name(entry.key).into_owned();
                let key = self.plan.renamed.get(&entry.key).map_or_else(name, |k| k.to_string());
                all.push((key, self.wanted(entry.value)));
            }
        }
        let added = self.plan.fields.get(&map).into_iter().flatten();
        all.extend(added.map(|(key, model)| (key.clone(), Wanted::New(model))));
        let mut seen = HashSet::new();
        let mut unique: Vec<_> = all.into_iter().rev().filter(|(key, _)| seen.insert(key.clone())).collect();
        unique.reverse();
        Some(unique)
    }
}
