//! Whether a tree is another one with the planned changes, and nothing else.

use std::borrow::Cow;
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
    let changed = changed(old, plan);
    let mut proof = Proof { old, plan, new, todo: Vec::new(), steps: Vec::new() };
    proof.todo.push((proof.wanted(old.root()), new.root(), None));
    // An alias brings the same pair again and again.
    let aliases = old.aliases().next().is_some();
    let mut seen = HashSet::new();
    while let Some((wanted, node, step)) = proof.todo.pop() {
        let node = new.resolve(node);
        let same = match wanted {
            Wanted::New(model) => model.is(new, node),
            Wanted::Old(before) if aliases => !seen.insert((before, node)) || proof.collect(before, node, step),
            Wanted::Old(before) => {
                (!changed[before.index()] && same(old, before, new, node)) || proof.collect(before, node, step)
            }
        };
        if !same {
            return Err(proof.path(step));
        }
    }
    Ok(())
}

/// By node, whether something changes there or below.
fn changed(tree: &Tree<'_>, plan: &Plan) -> Vec<bool> {
    let mut changed = vec![false; tree.nodes.len()];
    for node in plan.touched() {
        let mut here = Some(node);
        while let Some(node) = here.filter(|n| !changed[n.index()]) {
            changed[node.index()] = true;
            here = tree.parent(node);
        }
    }
    changed
}

/// Whether two values are written with the same parts in the same order, aliases apart: then nothing needs a closer look.
fn same(old: &Tree<'_>, before: NodeId, new: &Tree<'_>, after: NodeId) -> bool {
    // A value's parts follow it in the order of the text.
    let parts = |tree: &Tree<'_>, node: NodeId| node.index()..tree.last_part(node).index() + 1;
    let (before, after) = (parts(old, before), parts(new, after));
    before.len() == after.len()
        && before.zip(after).all(|(a, b)| {
            let (a, b) = (NodeId::of(a), NodeId::of(b));
            old.kind(a) == new.kind(b)
                && is_merge(old, a) == is_merge(new, b)
                && match old.kind(a) {
                    Kind::Map => old.written_entries(a).len() == new.written_entries(b).len(),
                    Kind::Seq => old.items(a).len() == new.items(b).len(),
                    Kind::Str | Kind::Unknown => old.scalar_text(a) == new.scalar_text(b),
                    _ => true,
                }
        })
}

/// A key or an item, and the step to what it is in.
type Step<'o> = (Option<usize>, Result<Cow<'o, str>, usize>);

struct Proof<'p, 'o, 'n> {
    old: &'o Tree<'o>,
    plan: &'p Plan,
    new: &'n Tree<'n>,
    /// What is still to be compared, and the step that led there.
    todo: Vec<(Wanted<'p>, NodeId, Option<usize>)>,
    /// The steps on the ways to all that was met.
    steps: Vec<Step<'o>>,
}

impl<'p, 'o> Proof<'p, 'o, '_> {
    fn wanted(&self, node: NodeId) -> Wanted<'p> {
        let new = |node| self.plan.values.get(&node).map(Wanted::New);
        let target = self.old.resolve(node);
        new(node).or_else(|| new(target)).unwrap_or(Wanted::Old(target))
    }

    fn path(&self, mut step: Option<usize>) -> String {
        let mut parts = Vec::new();
        while let Some(at) = step {
            let (before, what) = &self.steps[at];
            parts.push(match what {
                Ok(key) => format!(".{key}"),
                Err(item) => format!("[{item}]"),
            });
            step = *before;
        }
        parts.reverse();
        if parts.is_empty() { "the document".to_owned() } else { parts.concat() }
    }

    fn push(&mut self, wanted: Wanted<'p>, found: NodeId, step: Step<'o>) {
        self.steps.push(step);
        self.todo.push((wanted, found, Some(self.steps.len() - 1)));
    }

    /// Compares two nodes, and puts what lies below them on the list.
    fn collect(&mut self, old: NodeId, new: NodeId, step: Option<usize>) -> bool {
        let (before, after) = (self.old, self.new);
        match (before.kind(old), after.kind(new)) {
            (Kind::Map, Kind::Map) => self.collect_map(old, new, step),
            (Kind::Seq, Kind::Seq) => {
                let kept = before.items(old).iter().filter(|i| !self.plan.removed.contains(i));
                let added = self.plan.items.get(&old).into_iter().flatten().map(Wanted::New);
                let wanted: Vec<_> = kept.map(|&i| self.wanted(i)).chain(added).collect();
                let found = after.items(new);
                let same = wanted.len() == found.len();
                for (n, (wanted, &found)) in wanted.into_iter().zip(found).enumerate() {
                    self.push(wanted, found, (step, Err(n)));
                }
                same
            }
            (Kind::Str, Kind::Str) | (Kind::Unknown, Kind::Unknown) => {
                before.scalar_text(old) == after.scalar_text(new)
            }
            (a, b) => a == b,
        }
    }

    fn collect_map(&mut self, old: NodeId, new: NodeId, step: Option<usize>) -> bool {
        let after = self.new;
        let Some(wanted) = self.entries(old, 0) else { return false };
        let found = after.entries(new);
        if wanted.len() != found.len() {
            return false;
        }
        for (n, (key, wanted)) in wanted.into_iter().enumerate() {
            // Mostly the keys stand in the same order.
            let here = found.get(n).filter(|e| after.key_name(e.key) == key).copied();
            let Some(entry) = here.or_else(|| after.get(new, &key)) else { return false };
            self.push(wanted, entry.value, (step, Ok(key)));
        }
        true
    }

    /// The entries that a mapping must have, merge keys resolved: the last of a key counts.
    fn entries(&self, map: NodeId, merges: usize) -> Option<Vec<(Cow<'o, str>, Wanted<'p>)>> {
        if merges > MAX_MERGES {
            return None;
        }
        let old = self.old;
        let mut all = Vec::new();
        for entry in old.written_entries(map).iter().filter(|e| !self.plan.removed.contains(&e.key)) {
            if is_merge(old, entry.key) {
                let value = old.resolve(entry.value);
                let maps: Vec<_> = match old.kind(value) {
                    Kind::Seq => old.items(value).iter().rev().map(|&i| old.resolve(i)).collect(),
                    _ => vec![value],
                };
                for merged in maps {
                    all.extend(self.entries(merged, merges + 1)?);
                }
            } else {
                let renamed = self.plan.renamed.get(&entry.key).map(|k| Cow::Owned(k.to_string()));
                all.push((renamed.unwrap_or_else(|| old.key_name(entry.key)), self.wanted(entry.value)));
            }
        }
        let added = self.plan.fields.get(&map);
        all.extend(added.into_iter().flatten().map(|(key, model)| (Cow::Owned(key.clone()), Wanted::New(model))));
        let plain = std::ptr::eq(old.entries(map), old.written_entries(map));
        if plain && added.is_none() && self.plan.renamed.is_empty() {
            return Some(all);
        }
        let mut seen = HashSet::new();
        let mut unique: Vec<_> = all.into_iter().rev().filter(|(key, _)| seen.insert(key.clone())).collect();
        unique.reverse();
        Some(unique)
    }
}
