//! How a document is written: what a new line in it must look like, and where in its text things begin and end.

use super::value::{Block, Flow};
use crate::source::Span;
use crate::yaml::{Kind, NodeId, Tree};

/// Nodes that are looked at to see how a document is written: its beginning tells.
const LOOK: usize = 20_000;

/// The style of one document; found once, however many changes are made.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style {
    /// Columns for each level of mappings.
    step: usize,
    /// Columns between a key and the dashes of its list.
    dash: usize,
    flow_lists: bool,
}

impl Style {
    pub(super) fn of(tree: &Tree<'_>) -> Self {
        let (mut step, mut dash, mut flow, mut block) = (None, None, 0, 0);
        let mut todo = vec![tree.root()];
        let mut seen = 0;
        while let Some(node) = todo.pop().filter(|_| seen < LOOK) {
            seen += 1;
            let lies_in_block = !tree.is_flow(node);
            for entry in tree.written_entries(node) {
                let (key, value) = (tree.span(entry.key).start as usize, entry.value);
                if lies_in_block && !tree.is_flow(value) {
                    let offset = |start: usize| (tree.column(start)).checked_sub(tree.column(key));
                    match tree.kind(value) {
                        Kind::Map if step.is_none() => {
                            step = offset(tree.span(value).start as usize).filter(|&n| n > 0);
                        }
                        Kind::Seq if dash.is_none() => dash = tree.dash(value, 0).and_then(offset),
                        _ => {}
                    }
                }
                todo.push(value);
            }
            let items = tree.items(node);
            if !items.is_empty() && items.iter().all(|&i| !matches!(tree.kind(i), Kind::Map | Kind::Seq)) {
                *(if lies_in_block { &mut block } else { &mut flow }) += 1;
            }
            todo.extend(items);
        }
        let step = step.unwrap_or(2);
        Self { step, dash: dash.unwrap_or(step), flow_lists: flow >= block }
    }

    /// Block style for an entry of this mapping, or below it.
    pub(super) fn block(self, tree: &Tree<'_>, map: NodeId) -> Block {
        let Self { step, dash, flow_lists } = self;
        let quote = |e: &crate::yaml::Entry| tree.quote(e.key);
        let mut quotes = tree.written_entries(map).iter().map(quote);
        let first = quotes.next().flatten();
        let same = quotes.all(|q| q == first);
        let newline = tree.newline(tree.span(map).start as usize);
        Block { step, dash, flow_lists, quotes: first.filter(|_| same), newline }
    }

    /// Flow style for an entry of this collection, or below it.
    pub(super) fn flow(tree: &Tree<'_>, node: NodeId) -> Flow {
        let text = tree.text();
        let owner = |n: NodeId| tree.written_entries(n).first();
        let Some(entry) = owner(node).or_else(|| owner(tree.parent(node)?)).or_else(|| owner(tree.root())) else {
            return Flow::PLAIN;
        };
        let between =
            Span { start: tree.span(entry.key).end, end: tree.span(entry.value).start.max(tree.span(entry.key).end) };
        let quotes = tree.is_flow(tree.parent(entry.key).unwrap_or(node)) && tree.quote(entry.key) == Some('"');
        Flow {
            quotes,
            compact: quotes && between.text(text) == ":",
            step: None,
            blank: ' ',
            // Asked for where entries have lines of their own: a long line would be read to its end for nothing.
            newline: "\n",
        }
    }

    pub(super) fn step(self) -> usize {
        self.step
    }
}

/// Places in the text.
impl Tree<'_> {
    /// The characters before this byte in its line.
    pub(super) fn column(&self, at: usize) -> usize {
        self.text()[self.line_start(at)..at].chars().count()
    }

    pub(super) fn line_start(&self, at: usize) -> usize {
        self.text()[..at].rfind(['\n', '\r']).map_or(0, |i| i + 1)
    }

    /// Where the line of this byte ends, its line break left out.
    pub(super) fn line_end(&self, at: usize) -> usize {
        self.text()[at..].find(['\n', '\r']).map_or(self.text().len(), |i| at + i)
    }

    /// Where the next line begins, if this byte stands at a line break.
    pub(super) fn after_break(&self, at: usize) -> usize {
        let rest = &self.text()[at..];
        at + if rest.starts_with("\r\n") { 2 } else { usize::from(rest.starts_with(['\n', '\r'])) }
    }

    /// The line break that the document uses here.
    pub(super) fn newline(&self, at: usize) -> &'static str {
        let rest = &self.text()[self.line_end(at)..];
        if rest.is_empty() {
            let before = self.text()[..at].trim_end_matches(|c| c != '\n' && c != '\r');
            return if before.ends_with("\r\n") { "\r\n" } else { break_of(&before[before.len().saturating_sub(1)..]) };
        }
        break_of(rest)
    }

    /// Past white space, line breaks and comments.
    pub(super) fn skip_blank(&self, mut at: usize) -> usize {
        let text = self.text();
        loop {
            let rest = text[at..].trim_start_matches([' ', '\t', '\n', '\r']);
            at = text.len() - rest.len();
            if !rest.starts_with('#') {
                return at;
            }
            at = self.line_end(at);
        }
    }

    /// Past what `skip_blank` passes, anchors and tags.
    pub(super) fn skip_properties(&self, mut at: usize) -> usize {
        loop {
            at = self.skip_blank(at);
            let rest = &self.text()[at..];
            if !rest.starts_with(['&', '!']) {
                return at;
            }
            at += rest.find([' ', '\t', '\n', '\r', ',', ']', '}']).unwrap_or(rest.len());
        }
    }

    /// Past the colon behind a key.
    pub(super) fn colon(&self, key: NodeId) -> Option<usize> {
        let at = self.skip_blank(self.span(key).end as usize);
        self.text()[at..].starts_with(':').then_some(at + 1)
    }

    /// The entry of which this is the value.
    pub(super) fn entry_of(&self, value: NodeId) -> Option<crate::yaml::Entry> {
        let entries = self.written_entries(self.parent(value)?);
        // Children are numbered in the order of the text.
        let at = entries.partition_point(|e| e.key <= value).checked_sub(1)?;
        entries.get(at).filter(|e| e.value == value).copied()
    }

    /// Where the dash of an item of a block sequence stands.
    pub(super) fn dash(&self, seq: NodeId, index: usize) -> Option<usize> {
        let before = match index.checked_sub(1) {
            Some(previous) => self.last_byte(*self.items(seq).get(previous)?),
            None => match self.entry_of(seq) {
                Some(entry) => self.skip_properties(self.colon(entry.key)?),
                None if seq == self.root() => self.line_start(self.span(seq).start as usize),
                None => return None,
            },
        };
        let at = self.skip_blank(before);
        self.text()[at..].starts_with('-').then_some(at)
    }

    /// Where the text of a node ends, whatever a block scalar has of line breaks behind its text.
    pub(super) fn last_byte(&self, node: NodeId) -> usize {
        let mut node = node;
        loop {
            let last = match self.kind(node) {
                Kind::Map if !self.is_flow(node) => self
                    .written_entries(node)
                    .last()
                    .map(|e| if self.span(e.value).end < self.span(e.key).end { e.key } else { e.value }),
                Kind::Seq if !self.is_flow(node) => self.items(node).last().copied(),
                _ => None,
            };
            let Some(last) = last else { break };
            node = last;
        }
        let end = self.span(node).end as usize;
        // A null that is not written stands before the colon of its key.
        if self.kind(node) == Kind::Null && self.span(node).start as usize == end {
            let colon = self.skip_blank(end);
            return if self.text()[colon..].starts_with(':') { colon + 1 } else { end };
        }
        if self.is_block_scalar(node) {
            self.text()[..end].trim_end_matches([' ', '\t', '\n', '\r']).len()
        } else {
            end
        }
    }

    pub(super) fn is_block_scalar(&self, node: NodeId) -> bool {
        let start = self.span(node).start as usize;
        self.kind(node) == Kind::Str && !self.is_plain(node) && self.text()[start..].starts_with(['|', '>'])
    }

    /// The quotes that a scalar stands in.
    pub(super) fn quote(&self, node: NodeId) -> Option<char> {
        let written = self.span(node).text(self.text());
        written.chars().next().filter(|c| !self.is_plain(node) && matches!(c, '"' | '\''))
    }

    /// Where an entry of a block mapping begins: its key, or what stands before that on the line.
    pub(super) fn entry_start(&self, key: NodeId) -> usize {
        let start = self.span(key).start as usize;
        let line = self.line_start(start);
        let mut at = line;
        loop {
            let rest = &self.text()[at..start];
            let blank = rest.len() - rest.trim_start_matches([' ', '\t']).len();
            at += blank;
            let rest = &rest[blank..];
            let dash = rest.strip_prefix('-').is_some_and(|r| r.starts_with([' ', '\t']));
            if !dash {
                return at;
            }
            at += 1;
        }
    }
}

fn break_of(text: &str) -> &'static str {
    if text.starts_with("\r\n") {
        "\r\n"
    } else if text.starts_with('\r') {
        "\r"
    } else {
        "\n"
    }
}
