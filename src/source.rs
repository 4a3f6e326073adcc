//! A text and where things stand in it. Everything inside works in byte offsets;
//! lines and columns are made once, when a finding leaves the file.

use std::sync::Arc;

/// A half-open range of bytes in a source's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The range `start..end`, in bytes. Files are refused above 4 GiB, so offsets fit.
    pub fn new(start: usize, end: usize) -> Self {
        let clamp = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self { start: clamp(start), end: clamp(end.max(start)) }
    }

    /// The text that this range covers.
    pub fn text(self, source: &str) -> &str {
        source.get(self.start as usize..self.end as usize).unwrap_or_default()
    }
}

/// A place in a file as people and formats name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Byte offset in the file, its byte order mark included.
    pub offset: usize,
    /// Line, 1-based.
    pub line: u32,
    /// Column, 1-based, in characters (Unicode scalar values).
    pub column: u32,
}

/// A start and an end in one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region {
    /// The first character.
    pub start: Position,
    /// One past the last character.
    pub end: Position,
}

/// A text with its name.
#[derive(Clone, Debug)]
pub struct Source {
    /// The name that output shows: relative to where the user stands, or `<stdin>`.
    pub path: Arc<str>,
    /// The text, without its byte order mark.
    pub text: String,
    /// Bytes of the byte order mark before `text`: 0 or 3.
    pub bom: usize,
}

impl Source {
    /// A source of this name and text.
    pub fn new(path: &str, text: impl Into<String>) -> Self {
        Self { path: path.into(), text: text.into(), bom: 0 }
    }

    /// The index that turns offsets into lines; made once per file, and only where it is needed.
    pub fn lines(&self) -> LineIndex<'_> {
        LineIndex::new(&self.text, self.bom)
    }
}

/// Offsets of the line starts of a text.
#[derive(Debug)]
pub struct LineIndex<'s> {
    text: &'s str,
    bom: usize,
    starts: Vec<u32>,
}

impl<'s> LineIndex<'s> {
    /// Indexes `text`, which begins `bom` bytes into its file.
    pub fn new(text: &'s str, bom: usize) -> Self {
        let mut starts = vec![0];
        starts.extend(memchr::memchr_iter(b'\n', text.as_bytes()).map(|i| Span::new(i + 1, i + 1).start));
        Self { text, bom, starts }
    }

    /// The place of byte `offset` of the text.
    pub fn position(&self, offset: u32) -> Position {
        let mut at = (offset as usize).min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        let line = self.starts.partition_point(|&s| s as usize <= at);
        let start = self.starts[line - 1] as usize;
        let column = self.text[start..at].chars().count() + 1;
        let small = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Position { offset: at + self.bom, line: small(line), column: small(column) }
    }

    /// Start and end of `span`.
    pub fn region(&self, span: Span) -> Region {
        Region { start: self.position(span.start), end: self.position(span.end) }
    }

    /// The text of a 1-based line, without its line end.
    pub fn line(&self, line: u32) -> &'s str {
        let n = line as usize;
        let Some(&start) = n.checked_sub(1).and_then(|i| self.starts.get(i)) else { return "" };
        let end = self.starts.get(n).map_or(self.text.len(), |&e| e as usize);
        self.text[start as usize..end].trim_end_matches(['\n', '\r'])
    }
}
