//! Nodes into a tree, with an explicit stack: nesting is bounded by memory, not by the call stack.
//! Both readers write into it.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use super::parse::Broken;
use super::scalar::meaning;
use super::tree::{Comment, Entry, FLOW, Kind, MERGE, Node, NodeId, OWNED, PLAIN, Tree};
use crate::source::Span;

/// How many entries the merge keys of one document may bring in.
const MAX_MERGED: usize = 1_000_000;

/// A collection that is still open.
struct Frame {
    node: NodeId,
    /// Where its children begin in `Builder::pending`.
    children: usize,
    anchored: bool,
    /// `Builder::decoded` when it opened.
    decoded: u64,
}

/// Puts nodes together; both readers write into it.
pub(super) struct Builder<'s, 'r> {
    pub(super) tree: Tree<'s>,
    pub(super) base: u32,
    pub(super) masked: &'r [Range<usize>],
    stack: Vec<Frame>,
    pub(super) pending: Vec<NodeId>,
    /// By name: the node, and its decode steps; none while it is open.
    pub(super) anchors: HashMap<String, (NodeId, Option<u64>)>,
    /// go-yaml's own counters against alias bombs.
    pub(super) decoded: u64,
    pub(super) aliased: u64,
    merged: usize,
    /// What has no form in JSON: an error only where it counts in the end.
    no_json: Vec<(NodeId, String)>,
}

impl<'s, 'r> Builder<'s, 'r> {
    pub(super) fn new(text: &'s str, base: u32, masked: &'r [Range<usize>]) -> Self {
        let tree = Tree {
            text,
            nodes: Vec::new(),
            items: Vec::new(),
            entries: Vec::new(),
            merged: Vec::new(),
            owned: Vec::new(),
            comments: Vec::new(),
            duplicates: Vec::new(),
            root: NodeId(0),
            end: base,
            literal: false,
        };
        Self {
            tree,
            base,
            masked,
            stack: Vec::new(),
            pending: Vec::new(),
            anchors: HashMap::new(),
            // The document is one step itself.
            decoded: 1,
            aliased: 0,
            merged: 0,
            no_json: Vec::new(),
        }
    }

    pub(super) fn finish(mut self) -> Result<Tree<'s>, Broken> {
        self.tree.root = match self.pending.first() {
            Some(&root) => root,
            // Nothing but comments: null, as for the API server.
            None => self.push(Kind::Null, Span::new(self.base as usize, self.base as usize), 0),
        };
        self.check_json()?;
        Ok(self.tree)
    }

    /// What JSON has no form for is an error only where it counts: not below a key that is given again.
    fn check_json(&self) -> Result<(), Broken> {
        if self.no_json.is_empty() {
            return Ok(());
        }
        let mut seen = vec![false; self.tree.nodes.len()];
        let mut todo = vec![self.tree.root];
        while let Some(id) = todo.pop() {
            let id = self.tree.resolve(id);
            if std::mem::replace(&mut seen[id.0 as usize], true) {
                continue;
            }
            todo.extend(self.tree.items(id));
            for entry in self.tree.entries(id) {
                // Noted by the key's own node: an alias to it may be fine as a value.
                seen[entry.key.0 as usize] |= self.key_has_no_form(entry.key);
                todo.push(entry.value);
            }
        }
        let found = self.no_json.iter().find(|(id, _)| seen[id.0 as usize]);
        found.map_or(Ok(()), |(id, message)| Err(Broken { span: self.tree.span(*id), message: message.clone() }))
    }

    fn key_has_no_form(&self, key: NodeId) -> bool {
        matches!(self.tree.kind(self.tree.resolve(key)), Kind::Null | Kind::Uint(_))
    }

    /// Whether the innermost collection is a mapping that wants a key next (true) or a value (false).
    fn wants_key(&self) -> Option<bool> {
        let frame = self.stack.last()?;
        let is_map = self.tree.nodes[frame.node.0 as usize].kind == Kind::Map;
        is_map.then(|| (self.pending.len() - frame.children).is_multiple_of(2))
    }

    /// Whether nothing has been read yet.
    pub(super) fn is_empty(&self) -> bool {
        self.tree.nodes.is_empty()
    }

    fn local(&self, start: usize, end: usize) -> Span {
        Span::new(self.base as usize + start, self.base as usize + end)
    }

    /// A scalar, and what its text is: a span of the whole text, or an index into the tree's own strings.
    pub(super) fn push_scalar(&mut self, kind: Kind, span: Span, flags: u8, (first, len): (u32, u32)) -> NodeId {
        let id = self.push(kind, span, flags);
        let node = &mut self.tree.nodes[id.0 as usize];
        (node.first, node.len) = (first, len);
        if matches!(kind, Kind::Float(f) if !f.is_finite()) && self.wants_key() != Some(true) {
            self.no_json.push((id, format!("`{}` has no form in JSON", self.tree.scalar_text(id))));
        }
        // A merge key is no value to the decoder.
        self.decoded += u64::from(flags & MERGE == 0);
        self.pending.push(id);
        id
    }

    /// The flag of a scalar that is a merge key: `<<` without quotes, or tagged as one.
    pub(super) fn merge_flag(&self, text: &str, plain: bool, tag: Option<&str>) -> u8 {
        let tagged = |tag| matches!(tag, "!" | "tag:yaml.org,2002:merge");
        let is = text == "<<" && self.wants_key() == Some(true) && tag.map_or(plain, tagged);
        if is { MERGE } else { 0 }
    }

    /// A plain scalar at `start..end` of the document `input`; where both are one, nothing is written.
    pub(super) fn plain(&mut self, input: &str, start: usize, end: usize) -> Result<(), Broken> {
        let span = self.local(start, end);
        let text = &input[start..end];
        let kind = meaning(None, &mut Cow::Borrowed(text)).map_err(|message| Broken { span, message })?;
        let flags = PLAIN | self.merge_flag(text, true, None);
        self.push_scalar(kind, span, flags, (span.start, span.end - span.start));
        Ok(())
    }

    /// A quoted scalar without escapes, quotes included.
    pub(super) fn quoted(&mut self, start: usize, end: usize) {
        let span = self.local(start, end);
        self.push_scalar(Kind::Str, span, 0, (span.start + 1, span.end - span.start - 2));
    }

    /// A comment, `#` included.
    pub(super) fn comment(&mut self, start: usize, end: usize) {
        let span = self.local(start, end);
        self.tree.comments.push(Comment { span });
    }

    /// A scalar whose text is not as it stands, `start..end`: a block scalar, or a string with escapes.
    pub(super) fn block(&mut self, start: usize, end: usize, text: String) {
        let span = self.local(start, end);
        let index = Span::new(self.tree.owned.len(), 0).start;
        self.tree.owned.push(text);
        self.push_scalar(Kind::Str, span, 0, (index, OWNED));
    }

    /// A collection begins.
    pub(super) fn begin(&mut self, kind: Kind, at: usize, flow: bool) {
        self.open(kind, flow, None, self.local(at, at));
    }

    /// The innermost sequence ends; a flow one at this offset.
    pub(super) fn end_sequence(&mut self, end: Option<usize>) {
        let end = end.unwrap_or_default();
        self.close_sequence(self.local(end, end));
    }

    /// The innermost mapping ends; a flow one at this offset.
    pub(super) fn end_mapping(&mut self, end: Option<usize>) -> Result<(), Broken> {
        let end = end.unwrap_or_default();
        self.close_mapping(self.local(end, end))
    }

    pub(super) fn push(&mut self, kind: Kind, span: Span, flags: u8) -> NodeId {
        let id = NodeId(Span::new(self.tree.nodes.len(), self.tree.nodes.len()).start);
        let parent = self.stack.last().map_or(u32::MAX, |f| f.node.0);
        self.tree.nodes.push(Node { kind, span, parent, first: 0, len: 0, flags });
        id
    }

    pub(super) fn remember(&mut self, anchor: Option<&str>, node: NodeId, steps: Option<u64>) {
        if let Some(name) = anchor {
            self.anchors.insert(name.to_owned(), (node, steps));
        }
    }

    pub(super) fn open(&mut self, kind: Kind, flow: bool, anchor: Option<&str>, span: Span) {
        // The list behind a merge key is no value to the decoder either.
        let of_merge = kind == Kind::Seq
            && self.wants_key() == Some(false)
            && self.pending.last().is_some_and(|&key| is_merge(&self.tree, key));
        let node = self.push(kind, span, if flow { FLOW } else { 0 });
        self.remember(anchor, node, None);
        let (children, decoded) = (self.pending.len(), self.decoded);
        self.stack.push(Frame { node, children, anchored: anchor.is_some(), decoded });
        self.decoded += u64::from(!of_merge);
    }

    /// Takes the innermost frame off, and settles where its node ends.
    fn close(&mut self, span: Span) -> Option<Frame> {
        let frame = self.stack.pop()?;
        let children = &self.pending[frame.children..];
        let ends =
            children.first().zip(children.last()).map(|(&a, &z)| (self.tree.span(a).start, self.tree.span(z).end));
        let node = &mut self.tree.nodes[frame.node.0 as usize];
        match ends {
            // A block collection's end event stands at the next token: it ends with its last child;
            // and a block sequence begins with its first, as its dash is in no event.
            Some((start, end)) if node.flags & FLOW == 0 => {
                if node.kind == Kind::Seq {
                    node.span.start = start;
                }
                node.span.end = end.max(node.span.start);
            }
            _ => node.span.end = span.end,
        }
        if frame.anchored {
            let steps = self.decoded - frame.decoded;
            // The name may stand for another node by now.
            for (_, known) in self.anchors.values_mut().filter(|(node, _)| *node == frame.node) {
                *known = Some(steps);
            }
        }
        Some(frame)
    }

    pub(super) fn close_sequence(&mut self, span: Span) {
        if let Some(frame) = self.close(span) {
            let first = self.tree.items.len();
            self.tree.items.extend(self.pending.drain(frame.children..));
            let node = &mut self.tree.nodes[frame.node.0 as usize];
            (node.first, node.len) = (Span::new(first, 0).start, Span::new(self.tree.items.len() - first, 0).start);
            self.pending.push(frame.node);
        }
    }

    pub(super) fn close_mapping(&mut self, span: Span) -> Result<(), Broken> {
        let Some(frame) = self.close(span) else { return Ok(()) };
        let first = self.tree.entries.len();
        let mut merges = false;
        for pair in self.pending[frame.children..].chunks_exact(2) {
            let entry = Entry { key: pair[0], value: pair[1] };
            let key = self.tree.resolve(entry.key);
            if matches!(self.tree.kind(key), Kind::Map | Kind::Seq) {
                let message = "a mapping or sequence cannot be a key".to_owned();
                return Err(Broken { span: self.tree.span(entry.key), message });
            }
            if self.key_has_no_form(entry.key) {
                self.no_json.push((entry.key, "this key has no form in JSON: put it in quotes".to_owned()));
            }
            merges |= is_merge(&self.tree, entry.key);
            self.tree.entries.push(entry);
        }
        self.pending.truncate(frame.children);
        self.pending.push(frame.node);
        let node = &mut self.tree.nodes[frame.node.0 as usize];
        (node.first, node.len) = (Span::new(first, 0).start, Span::new(self.tree.entries.len() - first, 0).start);
        let twice = super::tree::find_duplicates(&mut self.tree, frame.node);
        if merges || twice {
            self.merge(frame.node)?;
        }
        Ok(())
    }

    fn merge(&mut self, node: NodeId) -> Result<(), Broken> {
        let effective = super::tree::effective_entries(&self.tree, node)?;
        self.merged += effective.len();
        if self.merged > MAX_MERGED {
            let message = format!("merge keys bring in more than {MAX_MERGED} entries");
            return Err(Broken { span: self.tree.span(node), message });
        }
        self.tree.set_effective(node, effective);
        Ok(())
    }
}

/// `<<` without quotes, or what is tagged as one.
pub(super) fn is_merge(tree: &Tree<'_>, key: NodeId) -> bool {
    tree.nodes[key.0 as usize].flags & MERGE != 0
}
