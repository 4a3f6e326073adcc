//! Events into a tree, with an explicit stack: nesting is bounded by memory, not by the call stack.
//! Meaning (scalars, merge keys, duplicate keys, alias limits) follows go.yaml.in/yaml/v2.

use std::borrow::Cow;
use std::ops::Range;

use granit_parser::{Event, Parser, ScalarStyle, StrInput, StructureStyle, Tag};

use super::placeholder::mask;
use super::scalar::{Scalar, resolve};
use super::tree::{Comment, Entry, FLOW, Kind, Node, NodeId, OWNED, PLAIN, Tree};
use crate::source::Span;

/// How deep collections may nest: the decoder of the API server refuses more.
pub const MAX_DEPTH: usize = 10_000;
/// How many entries the merge keys of one document may bring in.
const MAX_MERGED: usize = 1_000_000;

/// Why a document has no tree, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The place.
    pub span: Span,
    /// What is wrong: lower case, no full stop.
    pub message: String,
}

/// Parses the document at `span` of `text`.
///
/// Text that is YAML only after its `{{ … }}` are filled in is read with those values unknown.
pub fn parse(text: &str, span: Span) -> Result<Tree<'_>, Broken> {
    let document = span.text(text);
    match Builder::new(text, span.start, &[]).run(document) {
        Err(broken) => match mask(document) {
            Some((masked, ranges)) => Builder::new(text, span.start, &ranges).run(&masked).map_err(|_| broken),
            None => Err(broken),
        },
        tree => tree,
    }
}

/// A collection that is still open.
struct Frame {
    node: NodeId,
    /// Where its children begin in `Builder::pending`.
    children: usize,
    anchor: usize,
    /// `Builder::decoded` when it opened.
    decoded: u64,
}

struct Builder<'s, 'r> {
    tree: Tree<'s>,
    base: u32,
    masked: &'r [Range<usize>],
    stack: Vec<Frame>,
    pending: Vec<NodeId>,
    /// By anchor id: the node, its decode steps, and whether it is closed.
    anchors: Vec<Option<(NodeId, u64)>>,
    /// go-yaml's own counters against alias bombs.
    decoded: u64,
    aliased: u64,
    merged: usize,
}

impl<'s, 'r> Builder<'s, 'r> {
    fn new(text: &'s str, base: u32, masked: &'r [Range<usize>]) -> Self {
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

    fn run(mut self, input: &str) -> Result<Tree<'s>, Broken> {
        let guess = input.len() / 12;
        self.tree.nodes.reserve(guess);
        let options = granit_parser::options! {
            emit_comments: memchr::memmem::find(input.as_bytes(), b"plimsoll:").is_some(),
            max_buffered_comment_events: usize::MAX,
            flow_nesting_limit: MAX_DEPTH,
            block_nesting_limit: MAX_DEPTH,
        };
        let mut parser = Parser::with_options(StrInput::new(input), options);
        while let Some(next) = parser.next_event() {
            let (event, span) = next.map_err(|e| self.scan_error(&e))?;
            let range = span.byte_range().unwrap_or_default();
            let span = Span::new(range.start + self.base as usize, range.end + self.base as usize);
            match event {
                Event::Scalar(value, style, anchor, tag) => {
                    self.scalar(input, value, style, anchor, tag.as_deref(), span)?;
                }
                Event::MappingStart(style, anchor, _) => self.open(Kind::Map, style, anchor, span),
                Event::SequenceStart(style, anchor, _) => self.open(Kind::Seq, style, anchor, span),
                Event::MappingEnd => self.close_mapping(span)?,
                Event::SequenceEnd => self.close_sequence(span),
                Event::Alias(id) => self.alias(id, span)?,
                Event::Comment(..) => self.tree.comments.push(Comment { span }),
                Event::DocumentEnd => {
                    self.tree.end = span.end;
                    break;
                }
                _ => {}
            }
        }
        match self.pending.first() {
            Some(&root) => self.tree.root = root,
            // Nothing but comments: null, as for the API server.
            None => self.tree.root = self.push(Kind::Null, Span::new(self.base as usize, self.base as usize), 0),
        }
        Ok(self.tree)
    }

    fn scan_error(&self, error: &granit_parser::ScanError) -> Broken {
        let at = self.base as usize + error.marker().byte_offset().unwrap_or_default();
        Broken { span: Span::new(at, at), message: lower_first(&error.info()) }
    }

    fn push(&mut self, kind: Kind, span: Span, flags: u8) -> NodeId {
        let id = NodeId(Span::new(self.tree.nodes.len(), self.tree.nodes.len()).start);
        let parent = self.stack.last().map_or(u32::MAX, |f| f.node.0);
        self.tree.nodes.push(Node { kind, span, parent, first: 0, len: 0, flags });
        id
    }

    fn remember(&mut self, anchor: usize, node: NodeId, steps: u64) {
        if anchor > 0 {
            if self.anchors.len() <= anchor {
                self.anchors.resize(anchor + 1, None);
            }
            self.anchors[anchor] = Some((node, steps));
        }
    }

    fn scalar(
        &mut self,
        input: &str,
        value: Cow<'_, str>,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&Tag>,
        span: Span,
    ) -> Result<(), Broken> {
        let plain = style == ScalarStyle::Plain;
        // The parser writes `~` where nothing is written.
        let empty = plain && span.start == span.end;
        let value = if empty { Cow::Borrowed("") } else { value };
        let unknown = !self.masked.is_empty() && self.is_masked(span);
        let kind = if unknown {
            Kind::Unknown
        } else if plain || tag.is_some() {
            meaning(tag, &value, span)?
        } else {
            Kind::Str
        };
        let id = self.push(kind, span, if plain { PLAIN } else { 0 });
        self.store_text(id, input, value);
        self.decoded += 1;
        self.remember(anchor, id, 1);
        self.pending.push(id);
        Ok(())
    }

    fn is_masked(&self, span: Span) -> bool {
        let (start, end) = ((span.start - self.base) as usize, (span.end - self.base) as usize);
        self.masked.iter().any(|m| m.start < end && start < m.end)
    }

    /// Most scalars are slices of the text itself; only escapes and folded lines need a copy.
    fn store_text(&mut self, id: NodeId, input: &str, value: Cow<'_, str>) {
        let node = &mut self.tree.nodes[id.0 as usize];
        let offset = (value.as_ptr() as usize).wrapping_sub(input.as_ptr() as usize);
        if offset <= input.len() && offset + value.len() <= input.len() {
            let span = Span::new(self.base as usize + offset, self.base as usize + offset + value.len());
            (node.first, node.len) = (span.start, span.end - span.start);
        } else if !value.is_empty() {
            (node.first, node.len) = (Span::new(self.tree.owned.len(), 0).start, OWNED);
            self.tree.owned.push(value.into_owned());
        }
    }

    fn open(&mut self, kind: Kind, style: StructureStyle, anchor: usize, span: Span) {
        let node = self.push(kind, span, if style == StructureStyle::Flow { FLOW } else { 0 });
        // An open anchor has no steps yet: an alias to it refers to itself.
        self.remember(anchor, node, 0);
        self.decoded += 1;
        self.stack.push(Frame { node, children: self.pending.len(), anchor, decoded: self.decoded - 1 });
    }

    /// Takes the innermost frame off, and puts its node among its parent's children.
    fn close(&mut self, span: Span) -> Option<(Frame, Vec<NodeId>)> {
        let frame = self.stack.pop()?;
        let children = self.pending.split_off(frame.children);
        let last = children.last().map(|&c| self.tree.span(c).end);
        let node = &mut self.tree.nodes[frame.node.0 as usize];
        // A block collection's end event stands at the next token: it ends with its last child.
        node.span.end = match last {
            Some(end) if node.flags & FLOW == 0 => end.max(node.span.start),
            _ => span.end,
        };
        self.remember(frame.anchor, frame.node, self.decoded - frame.decoded);
        self.pending.push(frame.node);
        Some((frame, children))
    }

    fn close_sequence(&mut self, span: Span) {
        if let Some((frame, children)) = self.close(span) {
            let node = &mut self.tree.nodes[frame.node.0 as usize];
            (node.first, node.len) = (Span::new(self.tree.items.len(), 0).start, Span::new(children.len(), 0).start);
            self.tree.items.extend(children);
        }
    }

    fn close_mapping(&mut self, span: Span) -> Result<(), Broken> {
        let Some((frame, children)) = self.close(span) else { return Ok(()) };
        let first = self.tree.entries.len();
        let mut merges = false;
        for pair in children.chunks_exact(2) {
            let entry = Entry { key: pair[0], value: pair[1] };
            let key = self.tree.resolve(entry.key);
            match self.tree.kind(key) {
                Kind::Map | Kind::Seq => {
                    let message = "a mapping or sequence cannot be a key".to_owned();
                    return Err(Broken { span: self.tree.span(entry.key), message });
                }
                Kind::Null => {
                    let message = "null cannot be a key: JSON has no such keys".to_owned();
                    return Err(Broken { span: self.tree.span(entry.key), message });
                }
                _ => merges |= is_merge(&self.tree, entry.key),
            }
            self.tree.entries.push(entry);
        }
        let node = &mut self.tree.nodes[frame.node.0 as usize];
        (node.first, node.len) = (Span::new(first, 0).start, Span::new(children.len() / 2, 0).start);
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

    fn alias(&mut self, id: usize, span: Span) -> Result<(), Broken> {
        let Some((target, steps)) = self.anchors.get(id).copied().flatten() else {
            return Err(Broken { span, message: "alias of an unknown anchor".to_owned() });
        };
        if steps == 0 {
            return Err(Broken { span, message: "the anchor's value contains itself".to_owned() });
        }
        let node = self.push(Kind::Alias(target), span, 0);
        self.pending.push(node);
        self.decoded = self.decoded.saturating_add(1 + steps);
        self.aliased = self.aliased.saturating_add(steps);
        if self.aliased > 100 && self.decoded > 1000 && exceeds_ratio(self.aliased, self.decoded) {
            let message = "aliases expand to more than the API server's decoder allows (99 % of the values, \
                           falling to 10 % at 4,000,000)";
            return Err(Broken { span, message: message.to_owned() });
        }
        Ok(())
    }
}

/// What a scalar with an explicit tag, or a plain one, is.
fn meaning(tag: Option<&Tag>, value: &str, span: Span) -> Result<Kind, Broken> {
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

/// go-yaml's `allowedAliasRatio`: 0.99 up to 400,000 decode steps, 0.10 from 4,000,000 on.
#[allow(clippy::cast_precision_loss, reason = "the decoder's own arithmetic")]
fn exceeds_ratio(aliased: u64, decoded: u64) -> bool {
    const LOW: f64 = 400_000.0;
    const HIGH: f64 = 4_000_000.0;
    let steps = decoded as f64;
    let allowed = if steps <= LOW {
        0.99
    } else if steps >= HIGH {
        0.10
    } else {
        0.99 - 0.89 * ((steps - LOW) / (HIGH - LOW))
    };
    aliased as f64 / steps > allowed
}

/// `<<` without quotes.
pub(super) fn is_merge(tree: &Tree<'_>, key: NodeId) -> bool {
    tree.is_plain(key) && tree.scalar_text(key) == "<<"
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |c| c.to_lowercase().chain(chars).collect())
}
