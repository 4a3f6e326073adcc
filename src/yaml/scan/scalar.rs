//! Scalars without quotes: plain ones, and blocks behind `|` and `>`.

use std::borrow::Cow;

use super::{Kind, Scan, Scanner, Style};

/// What is done with the line breaks at a block's end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Chomp {
    Strip,
    Clip,
    Keep,
}

impl Scanner<'_> {
    pub(super) fn plain(&mut self) -> Scan {
        self.save_key()?;
        self.key_allowed = false;
        let start = self.at;
        let mut end = self.at;
        let mut owned: Option<String> = None;
        // Where the part begins that is not in `owned` yet.
        let mut from = self.at;
        let mut fresh_line = false;
        loop {
            if self.at_document_mark() || self.here() == b'#' {
                break;
            }
            let run = self.at;
            self.plain_run();
            if self.at > run {
                fresh_line = false;
                end = self.at;
            }
            let blank = self.is_blank(self.at) || self.break_len(self.at) > 0;
            if !blank {
                break;
            }
            if let Some(folded) = self.plain_blanks(start)? {
                fresh_line = true;
                // Whether more comes is known when it comes: look before the fold is taken.
                if self.flow.is_empty() && self.column_i() < self.indent + 1 {
                    break;
                }
                if self.plain_goes_on() {
                    let text = owned.get_or_insert_default();
                    text.push_str(&self.text[from..end]);
                    text.push_str(&folded);
                    from = self.at;
                }
            }
        }
        let text = match owned {
            None => Cow::Borrowed(&self.text[start..end]),
            Some(mut text) => {
                text.push_str(&self.text[from..end]);
                Cow::Owned(text)
            }
        };
        if fresh_line {
            self.key_allowed = true;
        }
        self.queue.push_back(super::Token {
            kind: Kind::Scalar(text, Style::Plain),
            span: crate::source::Span::new(start, end),
        });
        Ok(())
    }

    /// Skips what is no blank and ends no plain scalar.
    fn plain_run(&mut self) {
        let flow = !self.flow.is_empty();
        loop {
            match self.here() {
                b' ' | b'\t' | b'\n' | b'\r' => return,
                b':' if self.is_blank_or_end(self.at + 1) => return,
                b',' | b'?' | b'[' | b']' | b'{' | b'}' if flow => return,
                0 if self.at_end() => return,
                0xc2 | 0xe2 if self.break_len(self.at) > 0 => return,
                _ => self.at += 1,
            }
        }
    }

    /// Whether a plain scalar goes on at this place, after a line break.
    fn plain_goes_on(&self) -> bool {
        let ends = match self.here() {
            b'#' => true,
            b':' => self.is_blank_or_end(self.at + 1),
            b',' | b'?' | b'[' | b']' | b'{' | b'}' => !self.flow.is_empty(),
            _ => self.at_end(),
        };
        !ends && !self.at_document_mark()
    }

    /// Skips blanks and breaks; the breaks folded, if there are any.
    fn plain_blanks(&mut self, start: usize) -> Scan<Option<String>> {
        let mut folded: Option<String> = None;
        let mut first = "";
        loop {
            let len = self.break_len(self.at);
            if len > 0 {
                let text = self.break_text(self.at, len);
                if let Some(more) = &mut folded {
                    more.push_str(text);
                } else {
                    (first, folded) = (text, Some(String::new()));
                }
                self.skip_break(len);
            } else if self.is_blank(self.at) {
                if folded.is_some() && self.here() == b'\t' && self.column_i() < self.indent + 1 && !self.json {
                    return Err(self.error(self.at, self.at + 1, "a tab cannot indent: use spaces"));
                }
                self.at += 1;
            } else {
                break;
            }
        }
        debug_assert!(self.at > start);
        Ok(folded.map(|more| match (first, more.is_empty()) {
            ("\n", true) => " ".to_owned(),
            ("\n", false) => more,
            (other, _) => format!("{other}{more}"),
        }))
    }

    pub(super) fn block_scalar(&mut self) -> Scan {
        self.remove_key()?;
        self.key_allowed = true;
        let start = self.at;
        let literal = self.here() == b'|';
        self.at += 1;
        let (chomp, increment, header_end) = self.block_header(start)?;
        let mut indent = increment.map_or(0, |n| if self.indent >= 0 { self.indent + n } else { n });
        let mut value = String::new();
        let mut breaks = String::new();
        let mut end = header_end;
        self.block_breaks(&mut indent, &mut breaks)?;
        let mut lead = "";
        let mut lead_blank = false;
        while self.column_i() == indent && !self.at_end() {
            let blank = self.is_blank(self.at);
            // A folded break is a space, unless blank lines follow or a line is indented more.
            if !literal && !lead_blank && !blank && lead == "\n" {
                if breaks.is_empty() {
                    value.push(' ');
                }
            } else {
                value.push_str(lead);
            }
            value.push_str(&breaks);
            breaks.clear();
            lead_blank = blank;
            let line_end = self.line_end(self.at);
            value.push_str(&self.text[self.at..line_end]);
            self.at = line_end;
            let len = self.break_len(self.at);
            if len > 0 {
                lead = self.break_text(self.at, len);
                self.skip_break(len);
            } else {
                // kubectl's line reader ends every line, the last one too.
                lead = "\n";
                self.line_start = self.at;
            }
            end = line_end;
            self.block_breaks(&mut indent, &mut breaks)?;
        }
        if chomp != Chomp::Strip {
            value.push_str(lead);
        }
        if chomp == Chomp::Keep {
            value.push_str(&breaks);
        }
        let span = crate::source::Span::new(start, end);
        self.queue.push_back(super::Token { kind: Kind::Scalar(Cow::Owned(value), Style::Block), span });
        Ok(())
    }

    /// `|`'s chomping and indentation indicators, in either order, and the rest of its line.
    fn block_header(&mut self, start: usize) -> Scan<(Chomp, Option<isize>, usize)> {
        let mut chomp = None;
        let mut increment = None;
        for _ in 0..2 {
            match self.here() {
                c @ (b'+' | b'-') if chomp.is_none() => {
                    chomp = Some(if c == b'+' { Chomp::Keep } else { Chomp::Strip });
                }
                b'0' if increment.is_none() => {
                    return Err(self.error(start, self.at + 1, "a block cannot be indented by 0"));
                }
                digit @ b'1'..=b'9' if increment.is_none() => increment = Some(isize::from(digit - b'0')),
                _ => break,
            }
            self.at += 1;
        }
        let end = self.at;
        self.skip_blanks();
        self.skip_comment();
        let len = self.break_len(self.at);
        if len == 0 && !self.at_end() {
            let message = "a block's text begins on the line below its `|` or `>`: put a value like this in quotes";
            return Err(self.error(start, start + 1, message));
        }
        if len > 0 {
            self.skip_break(len);
        } else {
            self.line_start = self.at;
        }
        Ok((chomp.unwrap_or(Chomp::Clip), increment, end))
    }

    /// Skips indentation and empty lines, and settles the indentation where it is not known (0).
    fn block_breaks(&mut self, indent: &mut isize, breaks: &mut String) -> Scan {
        let mut widest = 0;
        loop {
            while (*indent == 0 || self.column_i() < *indent) && self.here() == b' ' {
                self.at += 1;
            }
            widest = widest.max(self.column_i());
            if (*indent == 0 || self.column_i() < *indent) && self.here() == b'\t' {
                return Err(self.error(self.at, self.at + 1, "a tab cannot indent a block's text: use spaces"));
            }
            let len = self.break_len(self.at);
            if len > 0 {
                breaks.push_str(self.break_text(self.at, len));
                self.skip_break(len);
            } else if self.at_end() && self.at > self.line_start {
                breaks.push('\n');
                self.line_start = self.at;
            } else {
                break;
            }
        }
        if *indent == 0 {
            *indent = widest.max(self.indent + 1).max(1);
        }
        Ok(())
    }
}
