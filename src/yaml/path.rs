//! Paths of slots: by number for people, `spec.containers[0].image`, and by name for what must outlive an insertion,
//! `spec.containers[app].image`.

use std::borrow::Cow;

use super::slot::Slot;
use super::tree::{Kind, NodeId, Tree};

/// One step of a path.
enum Step<'t> {
    /// A key, as it is written between dots or brackets.
    Key(Cow<'t, str>),
    /// An item of a list: the list and the item.
    Item(NodeId, NodeId),
}

/// For what a fingerprint has behind the path by name.
const ROOM: usize = 32;

impl<'t> Slot<'t> {
    /// The path from the root: `spec.containers[0].securityContext.capabilities`.
    pub fn path(self) -> String {
        self.by_number(&self.steps())
    }

    /// `path`, and the same with what Kubernetes tells items of a list apart by in place of their numbers; one of them may
    /// be known by its name.
    pub fn paths(self, known: Option<(NodeId, &'t str)>) -> (String, String) {
        let steps = self.steps();
        let name = |_, item| match known {
            Some((node, name)) if !name.is_empty() && self.tree.resolve(item) == node => name.into(),
            _ => item_name(self.tree, item),
        };
        (self.by_number(&steps), self.join(&steps, ROOM, name))
    }

    fn by_number(self, steps: &[Step<'t>]) -> String {
        let number = |list, item| self.tree.items(list).iter().position(|&i| i == item).unwrap_or_default();
        self.join(steps, 0, |list, item| number(list, item).to_string().into())
    }

    /// The steps, the last one first.
    fn steps(self) -> Vec<Step<'t>> {
        let mut steps = Vec::with_capacity(12);
        let mut node = self.node;
        let mut via = self.via;
        let mut key = self.key;
        while node != self.root {
            if let Some((user, target)) = via
                && target == node
            {
                via = None;
                node = user;
                // A merge's user is the mapping itself: it has the same path as the mapping that it merged.
                if self.tree.kind(user) == Kind::Map {
                    key = None;
                    continue;
                }
            }
            let Some(parent) = self.tree.parent(node) else { break };
            steps.push(step(self.tree, parent, node, key.take()));
            node = parent;
        }
        steps
    }

    fn join(self, steps: &[Step<'t>], room: usize, item: impl Fn(NodeId, NodeId) -> Cow<'t, str>) -> String {
        let length = |s: &Step<'_>| if let Step::Key(key) = s { key.len() + 1 } else { 8 };
        let length = steps.iter().map(length).sum::<usize>() + self.missing[0].len() + room;
        let mut path = String::with_capacity(length);
        let key = |path: &mut String, key: &str| {
            if !path.is_empty() && !key.starts_with('[') {
                path.push('.');
            }
            path.push_str(key);
        };
        for step in steps.iter().rev() {
            match step {
                Step::Key(name) => key(&mut path, name),
                Step::Item(list, of) => path.extend(["[", &item(*list, *of), "]"]),
            }
        }
        self.missing.into_iter().filter(|m| !m.is_empty()).for_each(|name| key(&mut path, name));
        path
    }
}

fn step<'t>(tree: &'t Tree<'t>, parent: NodeId, node: NodeId, key: Option<NodeId>) -> Step<'t> {
    if tree.kind(parent) == Kind::Seq {
        return Step::Item(parent, node);
    }
    let key = key.or_else(|| tree.written_entries(parent).iter().find(|e| e.value == node).map(|e| e.key));
    let name = key.map_or(Cow::Borrowed("?"), |k| tree.key_name(k));
    if name.is_empty() || name.contains(|c: char| !(c.is_alphanumeric() || c == '-' || c == '_')) {
        return Step::Key(format!("[{name:?}]").into());
    }
    Step::Key(name)
}

/// What tells an item from its siblings: the keys that Kubernetes merges lists by, the surest first. A volume mount has
/// the name of its volume, which others may mount as well. Empty where it has none of them.
fn item_name<'t>(tree: &'t Tree<'t>, item: NodeId) -> Cow<'t, str> {
    let item = tree.resolve(item);
    let mut best: Option<(u8, &str)> = None;
    // Of a key that stands twice the last counts.
    for entry in tree.entries(item) {
        let rank = match tree.scalar_text(entry.key) {
            "mountPath" => 0,
            "devicePath" => 1,
            "containerPort" => 2,
            "name" => 3,
            "topologyKey" => 4,
            "ip" => 5,
            "key" => 6,
            _ => continue,
        };
        if best.is_none_or(|(other, _)| rank <= other) {
            best = scalar(tree, entry.value).map(|name| (rank, name)).or(best);
        }
    }
    let inner = || scalar(tree, tree.get(tree.resolve(tree.get(item, "metadata")?.value), "name")?.value);
    best.map(|(_, name)| name).or_else(inner).unwrap_or_default().into()
}

/// The text of a value that can name something.
fn scalar<'t>(tree: &'t Tree<'t>, value: NodeId) -> Option<&'t str> {
    let value = tree.resolve(value);
    Some(tree.scalar_text(value)).filter(|text| !text.is_empty() && tree.kind(value) != Kind::Null)
}
