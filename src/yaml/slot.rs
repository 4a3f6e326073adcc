//! A place that may not exist yet: `container.at("securityContext.capabilities.drop")`.
//! One idea gives look-up, location and edit.

mod iter;

pub use self::iter::{Entries, Items};
use super::tree::{Kind, NodeId, Tree};
use super::typed::Typed;
use crate::source::Span;

/// Where a finding stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The text itself; inside an anchor's target when the value comes through an alias.
    pub span: Span,
    /// Where the alias or merge key stands that brought the value here.
    pub used_at: Option<Span>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Present,
    Absent,
    Unknown,
    /// Below a value that has no fields, because it is no mapping.
    NoMapping,
    /// An item of a value that has none, because it is no list.
    NoList,
}

/// A place in a document, from some node on, that may or may not hold a value.
#[derive(Clone, Copy, Debug)]
pub struct Slot<'t> {
    pub(super) tree: &'t Tree<'t>,
    /// Paths are told from here.
    pub(super) root: NodeId,
    state: State,
    /// The value (aliases followed), or where it is absent the deepest parent that exists.
    pub(super) node: NodeId,
    /// The key of `node`, if it has one.
    pub(super) key: Option<NodeId>,
    /// The last alias or merge on the way: where it is used, and what it stands for.
    pub(super) via: Option<(NodeId, NodeId)>,
    /// Path below `node` that does not exist.
    pub(super) missing: [&'t str; 3],
    /// Bits of those of `missing` that are one key, dots and all; `TOO_MANY` where not all found room.
    pub(super) whole_keys: u8,
}

impl<'t> Slot<'t> {
    /// The slot of an existing node; paths are told from it.
    pub fn root(tree: &'t Tree<'t>, node: NodeId) -> Self {
        let (missing, whole_keys) = ([""; 3], 0);
        let root = Self { tree, root: node, state: State::Present, node, key: None, via: None, missing, whole_keys };
        root.step(node, None, None)
    }

    /// The slot below this one at a path of keys with dots between them.
    pub fn at(self, path: &'t str) -> Self {
        let mut slot = self;
        let mut rest = path;
        while !rest.is_empty() {
            if slot.state != State::Present {
                return slot.miss(rest, false);
            }
            // Keys are short: a search that is made for long texts takes longer.
            let dot = rest.bytes().position(|b| b == b'.');
            let (key, after) = dot.map_or((rest, ""), |dot| (&rest[..dot], &rest[dot + 1..]));
            match slot.child(key) {
                Some(child) => slot = child,
                None => return slot.miss(rest, false),
            }
            rest = after;
        }
        slot
    }

    /// The slot of one key, dots and all.
    pub fn key(self, key: &'t str) -> Self {
        if self.state != State::Present {
            return self.miss(key, true);
        }
        self.child(key).unwrap_or_else(|| self.miss(key, true))
    }

    /// The slot of the value that stands at this key, anywhere below: for keys that do not count, too.
    pub fn of_key(self, key: NodeId) -> Option<Self> {
        let entries = self.tree.written_entries(self.tree.parent(key)?);
        let entry = entries.iter().find(|e| e.key == key)?;
        Some(self.step(entry.value, Some(key), None))
    }

    /// The child at `key` if that key is written; `None` where this is no mapping that has it.
    fn child(self, key: &str) -> Option<Self> {
        let entry = self.tree.get(self.node, key)?;
        Some(self.below(Some(entry.key), entry.value))
    }

    /// The slot of a child that is at hand already: the value of an entry with its key, or an item.
    pub(crate) fn below(self, key: Option<NodeId>, value: NodeId) -> Self {
        let merged = key.and_then(|k| self.tree.parent(k)).filter(|&p| p != self.node).map(|p| (self.node, p));
        self.step(value, key, merged)
    }

    fn step(self, value: NodeId, key: Option<NodeId>, merged: Option<(NodeId, NodeId)>) -> Self {
        let node = self.tree.resolve(value);
        let via = if node == value { merged.or(self.via) } else { Some((value, node)) };
        let state = match self.tree.kind(node) {
            Kind::Null => State::Absent,
            Kind::Unknown => State::Unknown,
            _ => State::Present,
        };
        Self { tree: self.tree, root: self.root, state, node, key, via, missing: [""; 3], whole_keys: 0 }
    }

    pub(super) const TOO_MANY: u8 = 1 << 7;

    fn miss(mut self, path: &'t str, whole: bool) -> Self {
        if self.state == State::Present {
            self.state = match self.tree.kind(self.node) {
                Kind::Map => State::Absent,
                Kind::Str if self.tree.has_placeholder(self.tree.scalar_text(self.node)) => State::Unknown,
                _ => State::NoMapping,
            };
        }
        match self.missing.iter().position(|m| m.is_empty()) {
            Some(free) if !path.is_empty() => {
                self.missing[free] = path;
                self.whole_keys |= u8::from(whole) << free;
            }
            _ => self.whole_keys |= Self::TOO_MANY,
        }
        self
    }

    fn is_kind(self, kind: Kind) -> bool {
        self.tree.kind(self.node) == kind
    }

    /// The document that this is a slot of.
    pub fn tree(self) -> &'t Tree<'t> {
        self.tree
    }

    /// The node of the value, aliases followed; where there is none, of the deepest parent that exists.
    pub fn node(self) -> NodeId {
        self.node
    }

    /// Whether there is a value: written, and not null.
    pub fn exists(self) -> bool {
        self.state == State::Present
    }

    /// Whether the place itself is written, and null.
    pub fn is_null(self) -> bool {
        self.state == State::Absent && self.missing[0].is_empty()
    }

    /// Whether the API server sees no value here: nothing written, or null.
    pub fn is_absent(self) -> bool {
        self.state == State::Absent
    }

    /// Whether a placeholder hides the value.
    pub fn is_unknown(self) -> bool {
        self.state == State::Unknown
    }

    /// The slot of an item of this value, which is no list.
    pub(crate) fn item_of_no_list(self) -> Self {
        Self { state: State::NoList, ..self }
    }

    /// Where the way to this slot leads through a value of the wrong type: the type that the API wants there.
    pub fn misread(self) -> Option<&'static str> {
        match self.state {
            State::NoMapping => Some("a mapping"),
            State::NoList => Some("a list"),
            _ => None,
        }
    }

    /// The deepest slot on the way to this one that is written.
    #[must_use]
    pub fn written(self) -> Self {
        let state = if self.misread().is_some() { State::Present } else { self.state };
        Self { state, missing: [""; 3], whole_keys: 0, ..self }
    }

    /// What the value is; `Null` where there is none.
    pub fn kind(self) -> Kind {
        match self.state {
            State::Present => self.tree.kind(self.node),
            State::Absent | State::NoMapping | State::NoList => Kind::Null,
            State::Unknown => Kind::Unknown,
        }
    }

    /// Whether the value is a string that someone fills in later, wholly or in part.
    pub fn has_placeholder(self) -> bool {
        self.is_unknown()
            || (self.exists() && self.is_kind(Kind::Str) && self.tree.has_placeholder(self.tree.scalar_text(self.node)))
    }

    fn typed<T>(self, read: impl FnOnce(Kind) -> Option<T>) -> Typed<T> {
        match self.kind() {
            Kind::Null if self.misread().is_some() => Typed::Wrong,
            Kind::Null => Typed::Absent,
            Kind::Unknown => Typed::Unknown,
            kind => match read(kind) {
                Some(value) => Typed::Is(value),
                None if self.has_placeholder() => Typed::Unknown,
                None => Typed::Wrong,
            },
        }
    }

    /// As a boolean.
    pub fn bool(self) -> Typed<bool> {
        self.typed(|k| if let Kind::Bool(b) = k { Some(b) } else { None })
    }

    /// As a 64-bit integer. `1e4` is one, as JSON prints it without its exponent; `1.5` is not.
    pub fn int(self) -> Typed<i64> {
        #[allow(clippy::cast_possible_truncation, reason = "checked to be whole and in range")]
        self.typed(|k| match k {
            Kind::Int(i) => Some(i),
            // Go prints floats below 1e21 in JSON without an exponent; the integer decoder then takes them.
            Kind::Float(f) if f.fract() == 0.0 && f.abs() < 9_223_372_036_854_775_808.0 => Some(f as i64),
            _ => None,
        })
    }

    /// As a string; unknown where a part of it is a placeholder.
    pub fn str(self) -> Typed<&'t str> {
        self.typed(|k| (k == Kind::Str && !self.has_placeholder()).then(|| self.tree.scalar_text(self.node)))
    }

    /// The string, if it is one: as written, placeholders and all.
    pub fn as_str(self) -> Option<&'t str> {
        (self.kind() == Kind::Str).then(|| self.tree.scalar_text(self.node))
    }

    /// The boolean, if it is one.
    pub fn as_bool(self) -> Option<bool> {
        self.bool().ok()
    }

    /// The integer, if it is one.
    pub fn as_int(self) -> Option<i64> {
        self.int().ok()
    }

    /// The scalar's text whatever its type; empty where there is none.
    pub fn text(self) -> &'t str {
        if self.exists() { self.tree.scalar_text(self.node) } else { "" }
    }

    /// Whether the value is a sequence.
    pub fn is_seq(self) -> bool {
        self.exists() && self.is_kind(Kind::Seq)
    }

    /// Whether the value is a mapping.
    pub fn is_map(self) -> bool {
        self.exists() && self.is_kind(Kind::Map)
    }

    /// The elements, if the value is a sequence; null ones are absent slots at their own place.
    pub fn items(self) -> Items<'t> {
        let list = if self.exists() { self.tree.items(self.node) } else { &[] };
        Items { slot: self, list }
    }

    /// The entries, if the value is a mapping: key as JSON has it, and the slot of its value.
    /// A key that stands twice comes once, with the value that counts.
    pub fn entries(self) -> Entries<'t> {
        let list = if self.exists() { self.tree.entries(self.node) } else { &[] };
        Entries { slot: self, list }
    }

    /// Where a finding about this slot stands: its value, or, where that is absent, the key of the deepest parent
    /// that exists; an item of a list is shown by its `name`.
    pub fn place(self) -> Place {
        let used_at = self.via.map(|(user, _)| match self.tree.kind(user) {
            Kind::Map => {
                self.tree.written_entries(user).first().map_or(self.tree.span(user), |e| self.tree.span(e.key))
            }
            _ => self.tree.span(user),
        });
        Place { span: self.span(), used_at }
    }

    /// The span of `place`.
    pub fn span(self) -> Span {
        let whole = self.missing[0].is_empty();
        match self.state {
            State::Present | State::NoMapping | State::NoList => self.tree.span(self.node),
            State::Unknown if whole || self.key.is_none() => self.tree.span(self.node),
            _ => self.key_span(),
        }
    }

    /// The name of the key at which the value stands, if it has one.
    pub fn key_name(self) -> Option<std::borrow::Cow<'t, str>> {
        self.key.map(|key| self.tree.key_name(key))
    }

    /// The span of the key, or of what names a value without one.
    pub fn key_span(self) -> Span {
        if let Some(key) = self.key {
            return self.tree.span(key);
        }
        for name in ["name", "kind"] {
            if let Some(entry) = self.tree.get(self.node, name) {
                return self.tree.span(entry.value);
            }
        }
        self.tree.written_entries(self.node).first().map_or(self.tree.span(self.node), |e| self.tree.span(e.key))
    }
}
