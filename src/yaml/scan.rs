//! Text into tokens, as go.yaml.in/yaml/v2 draws them: what kubectl and the API server read decides, not the YAML
//! specification, and the two differ (tabs, keys over two lines, `[a,b]#c`, what may stand in an anchor).
//!
//! One pass over bytes. Whether a token was a key is known only at its `:`, so tokens wait in a queue until then.

mod cursor;
mod key;
mod property;
mod quoted;
mod scalar;

use std::borrow::Cow;
use std::collections::VecDeque;

use super::parse::{Broken, MAX_DEPTH};
use crate::source::Span;
use key::SimpleKey;

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    Quoted,
    Block,
}

/// A tag as it is written: its handle (`!`, `!!`, `!x!`, or none for `!<…>` and the lone `!`) and what follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RawTag {
    pub(super) handle: String,
    pub(super) suffix: String,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind<'i> {
    Version(bool),
    TagDirective(Box<RawTag>),
    DocumentStart,
    DocumentEnd,
    StreamEnd,
    BlockSequence,
    BlockMapping,
    BlockEnd,
    FlowSequence,
    FlowSequenceEnd,
    FlowMapping,
    FlowMappingEnd,
    BlockEntry,
    FlowEntry,
    Key,
    Value,
    Alias(&'i str),
    Anchor(&'i str),
    Tag(Box<RawTag>),
    Scalar(Cow<'i, str>, Style),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token<'i> {
    pub(super) kind: Kind<'i>,
    pub(super) span: Span,
}

pub(super) struct Scanner<'i> {
    text: &'i str,
    bytes: &'i [u8],
    at: usize,
    line: u32,
    line_start: usize,
    /// Column of the innermost block collection; -1 outside all.
    indent: isize,
    indents: Vec<isize>,
    /// Openers of the flow collections around here.
    flow: Vec<usize>,
    keys: Vec<SimpleKey>,
    key_allowed: bool,
    queue: VecDeque<Token<'i>>,
    taken: usize,
    /// The text has line breaks beyond LF and CR.
    exotic: bool,
    /// Read as strict JSON may be written, where YAML would refuse: long keys, `\/`, surrogate pairs.
    json: bool,
    comments: Option<Vec<Span>>,
}

type Scan<T = ()> = Result<T, Broken>;

impl<'i> Scanner<'i> {
    pub(super) fn new(text: &'i str, json: bool, comments: bool) -> Scan<Self> {
        // The decoder takes a mark off each document's start; elsewhere it is text.
        let at = if text.starts_with('\u{feff}') { 3 } else { 0 };
        // JSON knows no other line breaks, and none in a string.
        let exotic = super::survey::survey(text, json)? && !json;
        Ok(Self {
            text,
            bytes: text.as_bytes(),
            at,
            line: 0,
            line_start: at,
            indent: -1,
            indents: Vec::new(),
            flow: Vec::new(),
            keys: vec![SimpleKey::default()],
            key_allowed: true,
            queue: VecDeque::with_capacity(8),
            taken: 0,
            exotic,
            json,
            comments: comments.then(Vec::new),
        })
    }

    /// The comments so far.
    pub(super) fn into_comments(self) -> Vec<Span> {
        self.comments.unwrap_or_default()
    }

    /// The next token, left where it is.
    pub(super) fn peek(&mut self) -> Scan<&Token<'i>> {
        while self.queue.is_empty() || self.head_may_be_key()? {
            self.fetch()?;
        }
        Ok(&self.queue[0])
    }

    /// Takes the token that `peek` showed.
    pub(super) fn take(&mut self) -> Scan<Token<'i>> {
        self.peek()?;
        self.taken += 1;
        match self.queue.pop_front() {
            Some(token) => Ok(token),
            None => Err(self.error_here("the stream ended")),
        }
    }

    fn push(&mut self, kind: Kind<'i>, start: usize) {
        self.queue.push_back(Token { kind, span: Span::new(start, self.at) });
    }

    /// Puts a token before another of this number; at the end where that one is taken already.
    fn insert(&mut self, number: usize, token: Token<'i>) {
        match number.checked_sub(self.taken) {
            Some(at) => self.queue.insert(at.min(self.queue.len()), token),
            None => self.queue.push_back(token),
        }
    }

    fn fetch(&mut self) -> Scan {
        self.skip_to_token();
        self.unroll(self.column_i());
        if self.at_end() {
            return self.stream_end();
        }
        let byte = self.here();
        if self.at == self.line_start {
            if byte == b'%' {
                return self.directive();
            }
            if self.at_document_mark() {
                let kind = if byte == b'-' { Kind::DocumentStart } else { Kind::DocumentEnd };
                return self.document_mark(kind);
            }
        }
        let flow = !self.flow.is_empty();
        match byte {
            b'[' => self.open_flow(Kind::FlowSequence),
            b'{' => self.open_flow(Kind::FlowMapping),
            b']' => self.close_flow(Kind::FlowSequenceEnd),
            b'}' => self.close_flow(Kind::FlowMappingEnd),
            b',' => self.indicator(Kind::FlowEntry, true),
            b'-' if self.is_blank_or_end(self.at + 1) => self.block_entry(),
            b'?' if flow || self.is_blank_or_end(self.at + 1) => self.key(),
            b':' if flow || self.is_blank_or_end(self.at + 1) => self.value(),
            b'*' | b'&' => self.anchor(),
            b'!' => self.tag(),
            b'|' | b'>' if !flow => self.block_scalar(),
            b'\'' | b'"' => self.quoted(),
            b'\t' => Err(self.error_here("a tab cannot indent: use spaces")),
            b'#' | b'|' | b'>' | b'%' | b'@' | b'`' => {
                let c = char::from(byte);
                Err(self.error_here(format!("a value cannot begin with `{c}`: put it in quotes")))
            }
            _ => self.plain(),
        }
    }

    fn skip_to_token(&mut self) {
        loop {
            // At a line's start, and after `-`, `?` and a lone `:`, a tab would be indentation.
            let tabs = !self.flow.is_empty() || !self.key_allowed || self.json;
            while self.here() == b' ' || (tabs && self.here() == b'\t') {
                self.at += 1;
            }
            self.skip_comment();
            let len = self.break_len(self.at);
            if len == 0 {
                return;
            }
            self.skip_break(len);
            if self.flow.is_empty() {
                self.key_allowed = true;
            }
        }
    }

    /// Opens a block collection where the column is deeper than all that are open. `number`: before which token.
    fn roll(&mut self, column: usize, number: Option<usize>, kind: Kind<'i>, at: usize) -> Scan {
        let column = isize::try_from(column).unwrap_or(isize::MAX);
        if !self.flow.is_empty() || self.indent >= column {
            return Ok(());
        }
        if self.indents.len() >= MAX_DEPTH {
            return Err(self.error(at, at + 1, too_deep()));
        }
        self.indents.push(self.indent);
        self.indent = column;
        let token = Token { kind, span: Span::new(at, at) };
        match number {
            Some(number) => self.insert(number, token),
            None => self.queue.push_back(token),
        }
        Ok(())
    }

    fn unroll(&mut self, column: isize) {
        if self.flow.is_empty() {
            while self.indent > column {
                self.push(Kind::BlockEnd, self.at);
                self.indent = self.indents.pop().unwrap_or(-1);
            }
        }
    }

    fn stream_end(&mut self) -> Scan {
        self.unroll(-1);
        self.remove_key()?;
        self.key_allowed = false;
        // Past the last line no key can follow any more.
        self.line += 1;
        self.json = false;
        self.push(Kind::StreamEnd, self.at);
        Ok(())
    }

    fn document_mark(&mut self, kind: Kind<'i>) -> Scan {
        self.unroll(-1);
        self.remove_key()?;
        self.key_allowed = false;
        let start = self.at;
        self.at += 3;
        self.push(kind, start);
        Ok(())
    }

    fn open_flow(&mut self, kind: Kind<'i>) -> Scan {
        self.save_key()?;
        if self.flow.len() >= MAX_DEPTH {
            return Err(self.error_here(too_deep()));
        }
        let token = self.taken + self.queue.len();
        self.keys.push(SimpleKey { token, ..SimpleKey::default() });
        self.flow.push(self.at);
        self.key_allowed = true;
        self.at += 1;
        self.push(kind, self.at - 1);
        Ok(())
    }

    fn close_flow(&mut self, kind: Kind<'i>) -> Scan {
        self.remove_key()?;
        if self.flow.pop().is_some()
            && let (Some(inner), Some(outer)) = (self.keys.pop(), self.keys.last_mut())
            && inner.token == outer.token
        {
            outer.awaited = false;
        }
        self.key_allowed = false;
        self.at += 1;
        self.push(kind, self.at - 1);
        Ok(())
    }

    fn indicator(&mut self, kind: Kind<'i>, key_allowed: bool) -> Scan {
        self.remove_key()?;
        self.key_allowed = key_allowed;
        self.at += 1;
        self.push(kind, self.at - 1);
        Ok(())
    }

    fn block_entry(&mut self) -> Scan {
        // In a flow collection it is an error, too, which the parser finds.
        if self.flow.is_empty() {
            if !self.key_allowed {
                return Err(self.error_here("a list item is not allowed here: begin it on its own line"));
            }
            self.roll(self.column(), None, Kind::BlockSequence, self.at)?;
        }
        self.indicator(Kind::BlockEntry, true)
    }

    fn key(&mut self) -> Scan {
        let block = self.flow.is_empty();
        if block {
            if !self.key_allowed {
                return Err(self.error_here("a key is not allowed here"));
            }
            self.roll(self.column(), None, Kind::BlockMapping, self.at)?;
        }
        self.indicator(Kind::Key, block)
    }

    fn value(&mut self) -> Scan {
        let last = self.keys.len() - 1;
        let key = self.keys[last];
        if self.key_is_valid(last)? {
            let span = Span::new(key.at, key.at);
            self.insert(key.token, Token { kind: Kind::Key, span });
            self.roll(key.column, Some(key.token), Kind::BlockMapping, key.at)?;
            self.keys[last].possible = false;
            self.key_allowed = false;
        } else {
            let block = self.flow.is_empty();
            if block {
                if !self.key_allowed {
                    let message = "a second `:` is not allowed here: put a value that has one in quotes";
                    return Err(self.error_here(message));
                }
                self.roll(self.column(), None, Kind::BlockMapping, self.at)?;
            }
            self.key_allowed = block;
        }
        self.at += 1;
        self.push(Kind::Value, self.at - 1);
        Ok(())
    }

    /// Where the innermost bracket that is still open stands.
    pub(super) fn open_bracket(&self) -> Option<usize> {
        self.flow.last().copied()
    }
}

pub(super) fn too_deep() -> String {
    format!("nested deeper than {MAX_DEPTH} levels, which the API server's decoder refuses")
}
