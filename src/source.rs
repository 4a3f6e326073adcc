//! A text and where things stand in it. Everything inside works in byte offsets;
//! lines and columns are made once, when a finding leaves the file.

use std::sync::Arc;

use crate::coverage::{Outcome, Unread};
use crate::yaml::{RawDocument, documents, documents_after_mark};

/// How large a file may be. Spans could tell 4 GiB apart; but what holds more than this is no manifest, and reading it
/// would only end by running out of memory.
pub const MAX_BYTES: usize = 1 << 30;

/// Stands for each byte of what no output shows; shown, a row of them is a mask.
pub const HIDDEN: char = '\u{1a}';

/// A half-open range of bytes in a source's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The range `start..end`, in bytes. No file is larger than `MAX_BYTES`, so offsets fit.
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
    /// The first byte of each line that is not UTF-8, and where; a `?` stands for it in `text`.
    pub invalid: Vec<(u32, u8)>,
}

impl Source {
    /// A source of this name and text.
    pub fn new(path: &str, text: impl Into<String>) -> Self {
        Self { path: path.into(), text: text.into(), bom: 0, invalid: Vec::new() }
    }

    /// The text of these bytes. Bytes that are not UTF-8 spoil only the document that they stand in, as for kubectl,
    /// so they are noted and the rest is kept. `Err` where the whole is no text that kubectl could read.
    pub fn decode(path: Arc<str>, mut bytes: Vec<u8>) -> Result<Self, Unread> {
        if bytes.len() > MAX_BYTES {
            let reason = format!("larger than {} GiB, the most that is read", MAX_BYTES >> 30);
            return Err(Unread {
                path,
                position: None,
                outcome: Outcome::Broken,
                reason,
                help: Some("split the file"),
            });
        }
        if let Some(encoding) = wide_encoding(&bytes) {
            let reason = format!("the text is {encoding}, and Kubernetes reads UTF-8");
            let help = Some("save the file as UTF-8");
            let position = Some(Position { offset: 0, line: 1, column: 1 });
            return Err(Unread { path, position, outcome: Outcome::Broken, reason, help });
        }
        let bom = if bytes.starts_with("\u{feff}".as_bytes()) { 3 } else { 0 };
        bytes.drain(..bom);
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Self { path, text, bom, invalid: Vec::new() }),
            Err(error) => {
                let (text, invalid) = replace_invalid(error.as_bytes());
                Ok(Self { path, text, bom, invalid })
            }
        }
    }

    /// The same with `HIDDEN` for every byte of these spans, line ends left: every place stays where it is.
    pub fn hiding(&self, secrets: &[Span]) -> Self {
        let mut bytes = self.text.clone().into_bytes();
        for span in secrets {
            // Characters are hidden whole, so that the rest stays text.
            let start = boundary(&self.text, span.start as usize);
            let mut end = (span.end as usize).min(bytes.len());
            while !self.text.is_char_boundary(end) {
                end += 1;
            }
            let hidden = bytes.get_mut(start..end).unwrap_or_default();
            hidden.iter_mut().filter(|b| !matches!(b, b'\n' | b'\r')).for_each(|b| *b = HIDDEN as u8);
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Self { text, path: Arc::clone(&self.path), bom: self.bom, invalid: self.invalid.clone() }
    }

    /// The documents of the text.
    pub fn documents(&self) -> Vec<RawDocument> {
        if self.bom > 0 { documents_after_mark(&self.text) } else { documents(&self.text) }
    }

    /// The first byte of the range that is not UTF-8.
    pub fn first_invalid(&self, within: Span) -> Option<(Span, u8)> {
        let at = self.invalid.partition_point(|&(offset, _)| offset < within.start);
        let &(offset, byte) = self.invalid.get(at).filter(|&&(offset, _)| offset < within.end)?;
        Some((Span { start: offset, end: offset + 1 }, byte))
    }

    /// The index that turns offsets into lines; made once per file, and only where it is needed.
    pub fn lines(&self) -> LineIndex<'_> {
        LineIndex::new(&self.text, self.bom)
    }
}

/// The name of an encoding with units of more than one byte, told by its mark or by the NUL bytes of plain letters.
fn wide_encoding(bytes: &[u8]) -> Option<&'static str> {
    match *bytes {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => Some("UTF-32"),
        [0xff, 0xfe, ..] => Some("UTF-16 (little endian)"),
        [0xfe, 0xff, ..] => Some("UTF-16 (big endian)"),
        [1..=255, 0, 1..=255, 0, ..] => Some("UTF-16 (little endian, without a byte order mark)"),
        [0, 1..=255, 0, 1..=255, ..] => Some("UTF-16 (big endian, without a byte order mark)"),
        _ => None,
    }
}

/// The text with one `?` for each byte that is not UTF-8, so that offsets stay; and the first such byte of each line.
fn replace_invalid(bytes: &[u8]) -> (String, Vec<(u32, u8)>) {
    let mut text = String::with_capacity(bytes.len());
    let mut invalid = Vec::new();
    let mut noted = false;
    for chunk in bytes.utf8_chunks() {
        noted &= memchr::memchr(b'\n', chunk.valid().as_bytes()).is_none();
        text.push_str(chunk.valid());
        if let (Some(&byte), false) = (chunk.invalid().first(), noted) {
            invalid.push((Span::new(text.len(), 0).start, byte));
            noted = true;
        }
        text.extend(chunk.invalid().iter().map(|_| '?'));
    }
    (text, invalid)
}

/// The offset, or the one nearest before it that is inside the text and not inside a character.
fn boundary(text: &str, offset: usize) -> usize {
    let mut at = offset.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Offsets of the line starts of a text.
#[derive(Debug)]
pub struct LineIndex<'s> {
    text: &'s str,
    bom: usize,
    starts: Vec<u32>,
    /// Within long lines: an offset every `STRIDE` bytes, and the characters of its line before it. A whole file may be
    /// one line, and counting from its start for each finding would cost the square of it.
    strides: Vec<(u32, u32)>,
}

const STRIDE: usize = 4096;

impl<'s> LineIndex<'s> {
    /// Indexes `text`, which begins `bom` bytes into its file.
    pub fn new(text: &'s str, bom: usize) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        // A lone carriage return breaks a line in YAML too.
        let breaks = memchr::memchr2_iter(b'\n', b'\r', bytes);
        let breaks = breaks.filter(|&i| bytes[i] == b'\n' || bytes.get(i + 1) != Some(&b'\n'));
        starts.extend(breaks.map(|i| Span::new(i + 1, i + 1).start));
        let ends = starts.iter().skip(1).map(|&e| e as usize).chain([text.len()]);
        let mut strides = Vec::new();
        for (&start, end) in starts.iter().zip(ends) {
            let (mut from, mut count) = (start as usize, 0);
            while end - from > STRIDE {
                let to = boundary(text, from + STRIDE);
                count += text[from..to].chars().count();
                strides.push((Span::new(to, to).start, Span::new(count, count).start));
                from = to;
            }
        }
        Self { text, bom, starts, strides }
    }

    /// The place of byte `offset` of the text.
    pub fn position(&self, offset: u32) -> Position {
        let at = boundary(self.text, offset as usize);
        let line = self.starts.partition_point(|&s| s as usize <= at);
        let start = self.starts[line - 1] as usize;
        let stride = self.strides.partition_point(|&(s, _)| s as usize <= at).checked_sub(1).map(|i| self.strides[i]);
        let (from, before) = stride.filter(|&(s, _)| s as usize > start).unwrap_or((self.starts[line - 1], 0));
        let column = self.text[from as usize..at].chars().count() + before as usize + 1;
        let small = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Position { offset: at + self.bom, line: small(line), column: small(column) }
    }

    /// Start and end of `span`.
    pub fn region(&self, span: Span) -> Region {
        Region { start: self.position(span.start), end: self.position(span.end) }
    }

    /// The byte offset in the file at which a 1-based line begins.
    pub fn line_start(&self, line: u32) -> usize {
        let start = (line as usize).checked_sub(1).and_then(|i| self.starts.get(i));
        start.map_or(self.text.len(), |&s| s as usize) + self.bom
    }

    /// The text of a 1-based line, without its line end.
    pub fn line(&self, line: u32) -> &'s str {
        let n = line as usize;
        let Some(&start) = n.checked_sub(1).and_then(|i| self.starts.get(i)) else { return "" };
        let end = self.starts.get(n).map_or(self.text.len(), |&e| e as usize);
        self.text[start as usize..end].trim_end_matches(['\n', '\r'])
    }
}

#[cfg(test)]
mod tests {
    use super::{LineIndex, STRIDE};

    #[test]
    fn columns_of_long_lines_are_counted_right() {
        let text = format!("short\n{}\r\nlast {}", "世a".repeat(STRIDE), "é".repeat(STRIDE * 2));
        let lines = LineIndex::new(&text, 0);
        for (line, number) in text.split('\n').zip(1..) {
            let start = lines.line_start(number);
            for (column, (at, _)) in (1..).zip(line.char_indices()).step_by(97) {
                let found = lines.position(u32::try_from(start + at).unwrap());
                assert_eq!((found.line, found.column), (number, column));
            }
        }
    }
}
