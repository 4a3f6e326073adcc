//! Format-preserving edits: a field is set, moved or taken out in the text that the user wrote, in the style that stands
//! around it. Nothing else of the text moves: comments, blank lines, quotes, order, anchors, line ends.

mod keep;
mod plan;
mod proof;
mod shift;
mod style;
mod value;
mod write;

use std::collections::BTreeSet;

pub use self::value::Value;

use self::plan::Plan;
use self::style::Style;
use self::write::Writer;
use super::slot::Slot;
use super::tree::{Kind, NodeId, Tree};
use crate::source::Span;

/// A replacement of bytes by text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edit {
    /// What is replaced, in bytes of the tree's text.
    pub span: Span,
    /// What stands there instead.
    pub text: String,
}

/// One change of a document's tree. Only `edits` turns it into text, so that changes that belong together are written
/// together: two fields of a mapping that is missing become one mapping.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change(pub(super) Op);

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Op {
    /// A field below a mapping (or a null that becomes one), at a path of keys that are missing.
    Field(NodeId, Path, Value),
    /// Another value for a node.
    Replace(NodeId, Value),
    /// A field that a mapping has through a merge key, given in the mapping itself: a copy of the merged value with
    /// another one at a path below it, unless the path is empty.
    Override { user: NodeId, key: NodeId, path: Path, value: Value },
    /// One more item for a list.
    Append(NodeId, Value),
    /// Takes out the entry of this key, or this item.
    Remove(NodeId),
    /// Another name for a key.
    Rename(NodeId, Box<str>),
}

/// Keys, outermost first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Path(Box<str>);

impl Path {
    const SEPARATOR: char = '\0';

    fn new<'k>(keys: impl Iterator<Item = &'k str>) -> Self {
        let mut path = String::new();
        for key in keys {
            if !path.is_empty() {
                path.push(Self::SEPARATOR);
            }
            path.push_str(key);
        }
        Self(path.into())
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.split(Self::SEPARATOR).filter(|k| !k.is_empty())
    }
}

impl<'t> Slot<'t> {
    /// The change that makes this slot hold `value`; none where a placeholder or a value of another type is in the way.
    /// What comes through a merge key is overridden in the mapping that merges; what an alias brings is changed at its
    /// anchor, for all who use it, unless the alias stands for this very value.
    pub fn set(self, value: impl Into<Value>) -> Option<Change> {
        let (tree, node, value) = (self.tree(), self.node(), value.into());
        let keys = self.missing_keys()?;
        let whole = keys.is_empty();
        let fits = match tree.kind(node) {
            Kind::Null => true,
            Kind::Map if !whole => true,
            Kind::Map | Kind::Seq => whole && tree.is_flow(node),
            Kind::Unknown | Kind::Alias(_) => false,
            _ => whole,
        };
        if !fits || self.has_placeholder() {
            return None;
        }
        let op = match self.via {
            Some((user, target)) if is_merge(tree, user) && below(tree, target, node).is_some() => {
                let steps = below(tree, target, node)?;
                let (&(key, _), rest) = steps.split_first()?;
                let name = tree.key_name(key);
                // A key that the merge overrides already: who wins would hang on the order.
                if tree.written_entries(user).iter().any(|e| tree.key_name(e.key) == name) {
                    return None;
                }
                let path = rest.iter().map(|(_, name)| &**name).chain(keys);
                Op::Override { user, key, path: Path::new(path), value }
            }
            Some((user, target)) if target == node && whole => Op::Replace(user, value),
            _ if whole => Op::Replace(node, value),
            _ => Op::Field(node, Path::new(keys.into_iter()), value),
        };
        Some(Change(op))
    }

    /// The change that adds an item at the end of this list; one that is not there, or null, begins with it.
    pub fn append(self, item: impl Into<Value>) -> Option<Change> {
        if self.is_seq() {
            return Some(Change(Op::Append(self.node(), item.into())));
        }
        if self.is_absent() { self.set(item.into().in_list()) } else { None }
    }

    /// The change that takes this out: the entry with its key, or the item; its comments stay, on lines of their own. The
    /// last of a mapping or list leaves `{}` or `[]`, or takes a key with it that says nothing when it is empty.
    /// What comes through a merge key cannot be taken out where it arrives.
    pub fn remove(self) -> Option<Change> {
        let tree = self.tree();
        if !self.missing_keys()?.is_empty() {
            return None;
        }
        let node = match self.via {
            Some((user, _)) if is_merge(tree, user) => return None,
            Some((user, target)) if target == self.node() => user,
            _ => self.node(),
        };
        let parent = tree.parent(node)?;
        let place = if tree.kind(parent) == Kind::Seq { node } else { tree.entry_of(node)?.key };
        Some(Change(Op::Remove(place)))
    }

    /// The change that gives this entry's key another name.
    pub fn rename_key(self, name: &str) -> Option<Change> {
        let merged = self.via.is_some_and(|(user, _)| is_merge(self.tree(), user));
        let key = self.key.filter(|_| !merged && self.missing_keys().is_some_and(|k| k.is_empty()))?;
        Some(Change(Op::Rename(key, name.into())))
    }

    /// The keys below `node` that are missing; none where the slot does not tell, or something else is in the way.
    fn missing_keys(self) -> Option<Vec<&'t str>> {
        if self.whole_keys & Self::TOO_MANY != 0 || self.misread().is_some() {
            return None;
        }
        let mut keys = Vec::new();
        for (n, path) in self.missing.iter().enumerate().take_while(|(_, p)| !p.is_empty()) {
            if self.whole_keys & (1 << n) != 0 { keys.push(*path) } else { keys.extend(path.split('.')) }
        }
        Some(keys)
    }
}

impl Change {
    /// Takes out the entry of a key, whether it counts or is overridden by another.
    pub fn remove_key(key: NodeId) -> Self {
        Self(Op::Remove(key))
    }
}

/// Whether this is a mapping, and so a slot came through its merge key rather than an alias.
fn is_merge(tree: &Tree<'_>, user: NodeId) -> bool {
    tree.kind(user) == Kind::Map
}

/// A key and its name.
type Step<'t> = (NodeId, std::borrow::Cow<'t, str>);

/// The keys that lead from a mapping to a node below it; none where a list stands between.
fn below<'t>(tree: &'t Tree<'_>, top: NodeId, node: NodeId) -> Option<Vec<Step<'t>>> {
    let mut steps = Vec::new();
    let mut here = node;
    while here != top {
        let key = tree.entry_of(here)?.key;
        steps.push((key, tree.key_name(key)));
        here = tree.parent(here)?;
    }
    steps.reverse();
    Some(steps)
}

/// Why there are no edits, where nothing better can be said.
const UNWRITTEN: &str = "it cannot be written into this text";

/// Makes edits of the changes of one document, and proves them.
#[derive(Debug)]
pub struct Editor<'t, 's> {
    tree: &'t Tree<'s>,
    style: Style,
    /// The aliases, each with what it stands for.
    aliases: Vec<(NodeId, NodeId)>,
}

impl<'t, 's> Editor<'t, 's> {
    /// An editor of this document.
    pub fn new(tree: &'t Tree<'s>) -> Self {
        Self { tree, style: Style::of(tree), aliases: tree.aliases().collect() }
    }

    /// The document that is edited.
    pub fn tree(&self) -> &'t Tree<'s> {
        self.tree
    }

    /// What all of these changes come to when they are made at once, no comment lost.
    /// `Err` says why they cannot be: they contradict each other, or the text is such that they cannot be written.
    pub fn plan(&self, changes: &[Change]) -> Result<Planned<'_, 't, 's>, &'static str> {
        let plan = Plan::new(self.tree, changes).ok_or(UNWRITTEN)?;
        if self.aliases.iter().any(|&(alias, target)| plan.clears(self.tree, target) && !plan.clears(self.tree, alias))
        {
            return Err("an alias would lose its anchor");
        }
        let edits = Writer { tree: self.tree, style: self.style, plan: &plan }.edits()?;
        Ok(Planned { editor: self, plan, edits })
    }

    /// The edits of `plan`.
    pub fn edits(&self, changes: &[Change]) -> Result<Vec<Edit>, &'static str> {
        Ok(self.plan(changes)?.edits)
    }

    /// Whether a tree is this one with these changes and no others. `Err` is the path of a difference.
    pub fn prove(&self, changes: &[Change], new: &Tree<'_>) -> Result<(), String> {
        self.plan(changes)?.prove(new)
    }
}

/// Changes that are made at once.
#[derive(Debug)]
pub struct Planned<'e, 't, 's> {
    editor: &'e Editor<'t, 's>,
    plan: Plan,
    edits: Vec<Edit>,
}

impl Planned<'_, '_, '_> {
    /// The edits that make them: in text order, none touching another.
    pub fn edits(&self) -> &[Edit] {
        &self.edits
    }

    /// The same edits, for whoever keeps them.
    pub fn into_edits(self) -> Vec<Edit> {
        self.edits
    }

    /// Whether a tree is the old one with these changes and no others. `Err` is the path of a difference.
    pub fn prove(&self, new: &Tree<'_>) -> Result<(), String> {
        proof::agree(self.editor.tree, &self.plan, new)
    }

    /// Where aliases and merge keys stand that bring a changed value elsewhere too.
    pub fn users(&self) -> Vec<Span> {
        let Editor { tree, aliases, .. } = self.editor;
        if aliases.is_empty() {
            return Vec::new();
        }
        let mut shared = BTreeSet::new();
        for node in self.plan.touched() {
            shared.extend(std::iter::successors(Some(node), |&n| tree.parent(n)));
        }
        let aliases = aliases.iter().filter(|(_, target)| shared.contains(target));
        aliases.map(|&(alias, _)| tree.span(alias)).collect()
    }
}

/// The edits that make all of these changes of one document at once; see `Editor`.
pub fn edits(tree: &Tree<'_>, changes: &[Change]) -> Result<Vec<Edit>, &'static str> {
    Editor::new(tree).edits(changes)
}
