//! Nodes into a tree, with an explicit stack: nesting is bounded by memory, not by the call stack.
//! Both readers write into it.

use std::ops::Range;

use granit_parser::{StructureStyle, Tag};

use super::parse::Broken;
use super::scalar::{Scalar, resolve};
use super::tree::{Entry, FLOW, Kind, Node, NodeId, OWNED, PLAIN, Tree};
use crate::source::Span;

/// How many entries the merge keys of one document may bring in.
const MAX_MERGED: usize = 1_000_000;

/// A collection that is still open.
struct Frame {
    node: NodeId,
    /// Where its children begin in `Builder::pending`.
    children: usize,
    anchor: usize,
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
    /// By anchor id: the node, its decode steps, and whether it is closed.
    pub(super) anchors: Vec<Option<(NodeId, u64)>>,
    /// go-yaml's own counters against alias bombs.
    pub(super) decoded: u64,
    pub(super) aliased: u64,
    merged: usize,
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
        };
        Self {
            tree,
            base,
            masked,
            stack: Vec::new(),
            pending: Vec::new(),
            anchors: Vec::new(),
            decoded: 0,
            aliased: 0,
            merged: 0,
        }
    }

    pub(super) fn finish(mut self) -> Tree<'s> {
        self.tree.root = match self.pending.first() {
            Some(&root) => root,
            // Nothing but comments: null, as for the API server.
            None => self.push(Kind::Null, Span::new(self.base as usize, self.base as usize), 0),
        };
        self.tree
    }

    /// Whether nothing has been read yet.
    pub(super) fn is_empty(&self) -> bool {
        self.tree.nodes.is_empty()
    }

    fn local(&self, start: usize, end: usize) -> Span {
        Span::new(self.base as usize + start, self.base as usize + end)
    }

    fn push_scalar(&mut self, kind: Kind, span: Span, flags: u8, (first, len): (u32, u32)) {
        let id = self.push(kind, span, flags);
        let node = &mut self.tree.nodes[id.0 as usize];
        (node.first, node.len) = (first, len);
        self.decoded += 1;
        self.pending.push(id);
    }

    /// A plain scalar at `start..end` of the document `input`; where both are one, nothing is written.
    pub(super) fn plain(&mut self, input: &str, start: usize, end: usize) -> Result<(), Broken> {
        let span = self.local(start, end);
        let kind = meaning(None, &input[start..end], span)?;
        self.push_scalar(kind, span, PLAIN, (span.start, span.end - span.start));
        Ok(())
    }

    /// A quoted scalar without escapes, quotes included.
    pub(super) fn quoted(&mut self, start: usize, end: usize) {
        let span = self.local(start, end);
        self.push_scalar(Kind::Str, span, 0, (span.start + 1, span.end - span.start - 2));
    }

    /// A block scalar's lines: the indentation of what follows is none of it.
    pub(super) fn block_span(&self, span: Span) -> Span {
        let text = span.text(self.tree.text).trim_end_matches(' ');
        if text.ends_with('\n') { Span::new(span.start as usize, span.start as usize + text.len()) } else { span }
    }

    /// A block scalar.
    pub(super) fn block(&mut self, start: usize, end: usize, text: String) {
        let span = self.block_span(self.local(start, end));
        let index = Span::new(self.tree.owned.len(), 0).start;
        self.tree.owned.push(text);
        self.push_scalar(Kind::Str, span, 0, (index, OWNED));
    }

    /// A collection begins.
    pub(super) fn begin(&mut self, kind: Kind, at: usize, flow: bool) {
        let style = if flow { StructureStyle::Flow } else { StructureStyle::Block };
        self.open(kind, style, 0, self.local(at, at));
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

    pub(super) fn remember(&mut self, anchor: usize, node: NodeId, steps: u64) {
        if anchor > 0 {
            if self.anchors.len() <= anchor {
                self.anchors.resize(anchor + 1, None);
            }
            self.anchors[anchor] = Some((node, steps));
        }
    }

    pub(super) fn open(&mut self, kind: Kind, style: StructureStyle, anchor: usize, span: Span) {
        let node = self.push(kind, span, if style == StructureStyle::Flow { FLOW } else { 0 });
        // An open anchor has no steps yet: an alias to it refers to itself.
        self.remember(anchor, node, 0);
        self.decoded += 1;
        self.stack.push(Frame { node, children: self.pending.len(), anchor, decoded: self.decoded - 1 });
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
        self.remember(frame.anchor, frame.node, self.decoded - frame.decoded);
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
            let refused = match self.tree.kind(key) {
                Kind::Map | Kind::Seq => Some("a mapping or sequence cannot be a key"),
                Kind::Null => Some("null cannot be a key: JSON has no such keys"),
                _ => None,
            };
            if let Some(message) = refused {
                return Err(Broken { span: self.tree.span(entry.key), message: message.to_owned() });
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

/// What a scalar with an explicit tag, or a plain one, is.
pub(super) fn meaning(tag: Option<&Tag>, value: &str, span: Span) -> Result<Kind, Broken> {
    let core = tag.and_then(|t| t.suffix_in_namespace("tag:yaml.org,2002:"));
    if tag.is_some() && core.is_none() {
        return Ok(Kind::Str);
    }
    let broken = |message: String| Broken { span, message };
    match resolve(core.as_deref(), value) {
        Ok(Scalar::Null) => Ok(Kind::Null),
        Ok(Scalar::Bool(b)) => Ok(Kind::Bool(b)),
        Ok(Scalar::Int(i)) => Ok(Kind::Int(i)),
        Ok(Scalar::Uint(u)) => Ok(Kind::Uint(u)),
        Ok(Scalar::Float(f)) if f.is_finite() => Ok(Kind::Float(f)),
        Ok(Scalar::Float(_)) => Err(broken(format!("`{value}` has no form in JSON"))),
        Ok(Scalar::Str) => Ok(Kind::Str),
        Err(want) => Err(broken(format!("`{value}` is no {want}"))),
    }
}

/// `<<` without quotes.
pub(super) fn is_merge(tree: &Tree<'_>, key: NodeId) -> bool {
    tree.is_plain(key) && tree.scalar_text(key) == "<<"
}
