//! Where the scanner stands, and what the bytes around are.

use super::{Broken, Scanner};
use crate::source::Span;

impl<'i> Scanner<'i> {
    pub(super) fn byte(&self, at: usize) -> u8 {
        // The text has no NUL, so this one can only be the end.
        self.bytes.get(at).copied().unwrap_or(0)
    }

    pub(super) fn here(&self) -> u8 {
        self.byte(self.at)
    }

    pub(super) fn column(&self) -> usize {
        self.at - self.line_start
    }

    pub(super) fn column_i(&self) -> isize {
        isize::try_from(self.column()).unwrap_or(isize::MAX)
    }

    pub(super) fn at_end(&self) -> bool {
        self.at >= self.bytes.len()
    }

    pub(super) fn is_blank(&self, at: usize) -> bool {
        matches!(self.byte(at), b' ' | b'\t')
    }

    /// Length of the line break at `at`, 0 if there is none. `\r\r\n` is one: kubectl's line reader takes off a `\r`.
    pub(super) fn break_len(&self, at: usize) -> usize {
        match self.byte(at) {
            b'\r' if self.byte(at + 1) == b'\n' => 2,
            b'\r' if self.byte(at + 1) == b'\r' && self.byte(at + 2) == b'\n' => 3,
            b'\n' | b'\r' => 1,
            0xc2 if self.exotic && self.byte(at + 1) == 0x85 => 2,
            0xe2 if self.exotic && self.byte(at + 1) == 0x80 && matches!(self.byte(at + 2), 0xa8 | 0xa9) => 3,
            _ => 0,
        }
    }

    pub(super) fn is_blank_or_end(&self, at: usize) -> bool {
        match self.byte(at) {
            b' ' | b'\t' | b'\n' | b'\r' => true,
            0 => at >= self.bytes.len(),
            0xc2 | 0xe2 => self.break_len(at) > 0,
            _ => false,
        }
    }

    /// The text of the break at `at`: what a value keeps of it.
    pub(super) fn break_text(&self, at: usize, len: usize) -> &'i str {
        if self.byte(at) == 0xe2 { &self.text[at..at + len] } else { "\n" }
    }

    pub(super) fn skip_break(&mut self, len: usize) {
        self.at += len;
        self.line += 1;
        self.line_start = self.at;
    }

    /// Where the line that `from` stands in ends.
    pub(super) fn line_end(&self, from: usize) -> usize {
        if !self.exotic {
            return memchr::memchr2(b'\n', b'\r', &self.bytes[from..]).map_or(self.bytes.len(), |i| from + i);
        }
        (from..self.bytes.len()).find(|&i| self.break_len(i) > 0).unwrap_or(self.bytes.len())
    }

    pub(super) fn skip_blanks(&mut self) {
        while self.is_blank(self.at) {
            self.at += 1;
        }
    }

    pub(super) fn skip_comment(&mut self) {
        if self.here() == b'#' {
            let end = self.line_end(self.at);
            if let Some(comments) = &mut self.comments {
                comments.push(Span::new(self.at, end));
            }
            self.at = end;
        }
    }

    /// Whether `---` or `...` stands here at the start of a line.
    pub(super) fn at_document_mark(&self) -> bool {
        self.at == self.line_start
            && matches!(self.bytes.get(self.at..self.at + 3), Some(b"---" | b"..."))
            && self.is_blank_or_end(self.at + 3)
    }

    pub(super) fn error(&self, start: usize, end: usize, message: impl Into<String>) -> Broken {
        let end = end.min(self.bytes.len()).max(start);
        Broken { span: Span::new(start, end), message: message.into() }
    }

    pub(super) fn error_here(&self, message: impl Into<String>) -> Broken {
        let len = self.text.get(self.at..).and_then(|t| t.chars().next()).map_or(0, char::len_utf8);
        self.error(self.at, self.at + len, message)
    }
}
