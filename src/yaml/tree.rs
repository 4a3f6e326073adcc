//! One document as an arena of spanned nodes. Children of a mapping or sequence lie side by side;
//! aliases are nodes that point at their target; merge keys are resolved when the mapping closes.

use super::placeholder::contains_placeholder;
use crate::source::Span;

/// A node's number in its tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub(super) u32);

/// What a node is, as the API server would read it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// Null, or nothing written.
    Null,
    /// A boolean (`yes` and `on` included).
    Bool(bool),
    /// An integer.
    Int(i64),
    /// An integer above `i64::MAX`.
    Uint(u64),
    /// A number with a point or an exponent.
    Float(f64),
    /// A string.
    Str,
    /// A sequence.
    Seq,
    /// A mapping.
    Map,
    /// A stand-in for another node.
    Alias(NodeId),
    /// A value that is not known: a placeholder such as `{{ x }}`.
    Unknown,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    pub(super) kind: Kind,
    pub(super) span: Span,
    pub(super) parent: u32,
    /// Scalars: the text's span, or an index into `owned` when `len == OWNED`.
    /// Collections: first child and number of children.
    pub(super) first: u32,
    pub(super) len: u32,
    pub(super) flags: u8,
}

pub(super) const OWNED: u32 = u32::MAX;
/// The scalar was written without quotes (a plain scalar).
pub(super) const PLAIN: u8 = 1;
/// The collection is written in flow style.
pub(super) const FLOW: u8 = 2;
/// The mapping has merge keys: its effective entries are in `merged`.
pub(super) const MERGED: u8 = 4;
/// The scalar is a merge key.
pub(super) const MERGE: u8 = 8;

/// A key and its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The key's node: a scalar.
    pub key: NodeId,
    /// The value's node.
    pub value: NodeId,
}

/// A comment of the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comment {
    /// With its `#`, without the line end.
    pub span: Span,
}

/// A key that a mapping holds twice; the last one counts, as in kubectl.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Duplicate {
    /// The key that is overridden.
    pub first: NodeId,
    /// The key that counts.
    pub second: NodeId,
}

/// One parsed document.
#[derive(Debug)]
pub struct Tree<'s> {
    pub(super) text: &'s str,
    pub(super) nodes: Vec<Node>,
    pub(super) items: Vec<NodeId>,
    pub(super) entries: Vec<Entry>,
    /// Effective entries of the mappings with merge keys, and where each mapping's begin and end.
    pub(super) merged: Vec<(NodeId, Vec<Entry>)>,
    pub(super) owned: Vec<String>,
    pub(super) comments: Vec<Comment>,
    pub(super) duplicates: Vec<Duplicate>,
    pub(super) root: NodeId,
    /// Where the document's content ends: text after it (behind `...`) is read by nobody.
    pub(super) end: u32,
    /// Nobody fills in anything later: what looks like a placeholder is text.
    pub(super) literal: bool,
}

impl NodeId {
    pub(super) fn of(index: usize) -> Self {
        Self(Span::new(index, index).start)
    }

    pub(super) fn index(self) -> usize {
        self.0 as usize
    }
}

impl<'s> Tree<'s> {
    /// Whether a string of this document has a part that is filled in later.
    pub(super) fn has_placeholder(&self, text: &str) -> bool {
        !self.literal && contains_placeholder(text)
    }

    /// The document's root node.
    pub fn root(&self) -> NodeId {
        self.root
    }

    /// The whole file's text, to which every span refers.
    pub fn text(&self) -> &'s str {
        self.text
    }

    /// The comments, in order.
    pub fn comments(&self) -> &[Comment] {
        &self.comments
    }

    /// The keys that stand twice in one mapping, in order.
    pub fn duplicates(&self) -> &[Duplicate] {
        &self.duplicates
    }

    /// The same by key: every key that stands several times in one mapping, with all its places in order.
    pub fn repeated_keys(&self) -> Vec<Vec<NodeId>> {
        let next: std::collections::HashMap<NodeId, NodeId> =
            self.duplicates.iter().map(|d| (d.first, d.second)).collect();
        let later: std::collections::HashSet<NodeId> = self.duplicates.iter().map(|d| d.second).collect();
        let firsts = self.duplicates.iter().map(|d| d.first).filter(|first| !later.contains(first));
        let chain = |first| std::iter::successors(Some(first), |key| next.get(key).copied()).collect();
        firsts.map(chain).collect()
    }

    /// Byte offset of the end of what was read; anything behind it followed a `...`.
    pub fn end(&self) -> u32 {
        self.end
    }

    /// What a node is; aliases are not followed.
    pub fn kind(&self, id: NodeId) -> Kind {
        self.nodes[id.0 as usize].kind
    }

    /// What a node stands for: itself, or an alias's target.
    pub fn resolve(&self, id: NodeId) -> NodeId {
        match self.kind(id) {
            // An alias's target is never an alias: YAML forbids an anchor on one.
            Kind::Alias(target) => target,
            _ => id,
        }
    }

    /// Where a node stands: a scalar with its quotes, a collection from its first to its last character.
    pub fn span(&self, id: NodeId) -> Span {
        self.nodes[id.0 as usize].span
    }

    /// The node that holds this one; `None` for the root. For a value this is the mapping, not the key.
    pub fn parent(&self, id: NodeId) -> Option<NodeId> {
        let parent = self.nodes[id.0 as usize].parent;
        (parent != u32::MAX).then_some(NodeId(parent))
    }

    /// The last node in or below this one: nodes are numbered in the order of the text.
    pub(super) fn last_part(&self, id: NodeId) -> NodeId {
        let mut last = id;
        while let Some(part) = self.written_entries(last).last().map(|e| e.value).or(self.items(last).last().copied()) {
            last = part;
        }
        last
    }

    /// Whether a scalar was written without quotes.
    pub fn is_plain(&self, id: NodeId) -> bool {
        self.nodes[id.0 as usize].flags & PLAIN != 0
    }

    /// Whether a collection is written in flow style.
    pub fn is_flow(&self, id: NodeId) -> bool {
        self.nodes[id.0 as usize].flags & FLOW != 0
    }

    /// The aliases, each with what it stands for, in order.
    pub fn aliases(&self) -> impl Iterator<Item = (NodeId, NodeId)> {
        let target = |n: &Node| if let Kind::Alias(target) = n.kind { Some(target) } else { None };
        (0..).map(NodeId).zip(&self.nodes).filter_map(move |(id, node)| Some((id, target(node)?)))
    }

    /// A scalar's text after quotes and escapes are taken away; empty for collections.
    pub fn scalar_text(&self, id: NodeId) -> &str {
        let node = &self.nodes[id.0 as usize];
        match node.kind {
            Kind::Seq | Kind::Map | Kind::Alias(_) => "",
            _ if node.len == OWNED => &self.owned[node.first as usize],
            _ => self.text.get(node.first as usize..(node.first + node.len) as usize).unwrap_or_default(),
        }
    }

    /// A key's name in JSON: `yes:` is the key "true", `1:` the key "1".
    pub fn key_name(&self, id: NodeId) -> std::borrow::Cow<'_, str> {
        use std::borrow::Cow;
        let id = self.resolve(id);
        match self.kind(id) {
            Kind::Bool(b) => Cow::Borrowed(if b { "true" } else { "false" }),
            Kind::Int(i) => Cow::Owned(i.to_string()),
            Kind::Uint(u) => Cow::Owned(u.to_string()),
            Kind::Float(f) => Cow::Owned(go_float_key(f)),
            _ => Cow::Borrowed(self.scalar_text(id)),
        }
    }

    /// The elements of a sequence; empty for anything else. Aliases are not followed.
    pub fn items(&self, id: NodeId) -> &[NodeId] {
        let node = &self.nodes[id.0 as usize];
        match node.kind {
            Kind::Seq => &self.items[node.first as usize..(node.first + node.len) as usize],
            _ => &[],
        }
    }

    /// The entries of a mapping as they count: merge keys resolved. Of a key that stands twice both are here; the last counts.
    pub fn entries(&self, id: NodeId) -> &[Entry] {
        let node = &self.nodes[id.0 as usize];
        if node.flags & MERGED != 0 {
            let at = self.merged.binary_search_by_key(&id, |(owner, _)| *owner);
            return at.map_or(&[], |i| &self.merged[i].1);
        }
        self.written_entries(id)
    }

    /// The entries of a mapping as they are written: `<<` is a key like others.
    pub fn written_entries(&self, id: NodeId) -> &[Entry] {
        let node = &self.nodes[id.0 as usize];
        match node.kind {
            Kind::Map => &self.entries[node.first as usize..(node.first + node.len) as usize],
            _ => &[],
        }
    }

    /// The entry of a mapping that counts for `key`.
    pub fn get(&self, id: NodeId, key: &str) -> Option<Entry> {
        self.entries(id).iter().rev().find(|e| self.key_is(e.key, key)).copied()
    }

    fn key_is(&self, id: NodeId, key: &str) -> bool {
        let node = &self.nodes[id.0 as usize];
        match node.kind {
            // Mostly the length tells.
            Kind::Str if node.len != OWNED && node.len as usize != key.len() => false,
            Kind::Str => self.scalar_text(id) == key,
            _ => self.key_name(id) == key,
        }
    }
}

/// sigs.k8s.io/yaml prints a float key with `FormatFloat(f, 'g', -1, 32)`.
#[allow(clippy::cast_possible_truncation, reason = "the API server's own rounding")]
fn go_float_key(f: f64) -> String {
    let short = f as f32;
    let exponent = if short == 0.0 { 0 } else { short.abs().log10().floor() as i32 };
    if f.is_nan() {
        ".nan".into()
    } else if short.is_infinite() {
        if f > 0.0 { ".inf".into() } else { "-.inf".into() }
    } else if (-4..6).contains(&exponent) {
        format!("{short}")
    } else {
        let text = format!("{short:e}");
        let (mantissa, power) = text.split_once('e').unwrap_or((&text, "0"));
        let (sign, digits) = power.strip_prefix('-').map_or(('+', power), |d| ('-', d));
        format!("{mantissa}e{sign}{digits:0>2}")
    }
}

/// Notes the keys of a mapping that stand twice. Small mappings compare pairs; large ones sort.
pub(super) fn find_duplicates(tree: &mut Tree<'_>, id: NodeId) -> bool {
    let before = tree.duplicates.len();
    let node = tree.nodes[id.0 as usize];
    let entries = node.first as usize..(node.first + node.len) as usize;
    if entries.len() <= 16 {
        for i in entries.clone() {
            let later = (i + 1..entries.end).find(|&j| same_key(tree, tree.entries[i].key, tree.entries[j].key));
            if let Some(j) = later {
                tree.duplicates.push(Duplicate { first: tree.entries[i].key, second: tree.entries[j].key });
            }
        }
    } else {
        let mut keys: Vec<_> = tree.entries[entries].iter().map(|e| (tree.key_name(e.key), e.key)).collect();
        keys.sort();
        let twice: Vec<_> = keys
            .windows(2)
            .filter(|w| w[0].0 == w[1].0 && w[0].0 != "<<")
            .map(|w| Duplicate { first: w[0].1, second: w[1].1 })
            .collect();
        tree.duplicates.extend(twice);
    }
    tree.duplicates.len() > before
}

fn same_key(tree: &Tree<'_>, a: NodeId, b: NodeId) -> bool {
    match (tree.kind(a), tree.kind(b)) {
        (Kind::Str, Kind::Str) => {
            let (x, y) = (tree.scalar_text(a), tree.scalar_text(b));
            // Merge keys may stand several times.
            x.len() == y.len() && x == y && x != "<<"
        }
        _ => tree.key_name(a) == tree.key_name(b),
    }
}

/// The entries of a mapping after its merge keys, each key once. go-yaml sets keys in the order written,
/// merges included, so that a merge overrides what stands before it and is overridden by what follows.
pub(super) fn effective_entries(tree: &Tree<'_>, id: NodeId) -> Result<Vec<Entry>, super::Broken> {
    let mut all = Vec::new();
    for entry in tree.written_entries(id) {
        if super::build::is_merge(tree, entry.key) {
            let value = tree.resolve(entry.value);
            match tree.kind(value) {
                Kind::Map => all.extend_from_slice(tree.entries(value)),
                // The first of a list takes precedence.
                Kind::Seq => {
                    for &item in tree.items(value).iter().rev() {
                        let item = tree.resolve(item);
                        if tree.kind(item) != Kind::Map {
                            return Err(wants_mapping(tree, item));
                        }
                        all.extend_from_slice(tree.entries(item));
                    }
                }
                _ => return Err(wants_mapping(tree, entry.value)),
            }
        } else {
            all.push(*entry);
        }
    }
    let mut seen = std::collections::HashSet::new();
    let mut unique: Vec<_> = all.into_iter().rev().filter(|e| seen.insert(tree.key_name(e.key))).collect();
    unique.reverse();
    Ok(unique)
}

fn wants_mapping(tree: &Tree<'_>, id: NodeId) -> super::Broken {
    let message = "a merge key wants a mapping or a list of mappings".to_owned();
    super::Broken { span: tree.span(id), message }
}

impl Tree<'_> {
    pub(super) fn set_effective(&mut self, id: NodeId, entries: Vec<Entry>) {
        self.nodes[id.0 as usize].flags |= MERGED;
        let at = self.merged.partition_point(|(owner, _)| *owner < id);
        self.merged.insert(at, (id, entries));
    }
}
