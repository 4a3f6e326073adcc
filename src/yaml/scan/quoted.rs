//! Scalars in quotes.

use std::borrow::Cow;

use super::{Kind, Scan, Scanner, Style};

/// A value under construction: a slice of the text until something must be left out or changed.
struct Value<'i> {
    owned: Option<String>,
    /// Where the part begins that is not in `owned` yet.
    from: usize,
    text: &'i str,
}

impl Value<'_> {
    /// Takes the text up to `end`, puts `instead` behind it, and goes on at `next`.
    fn replace(&mut self, end: usize, instead: &str, next: usize) {
        let owned = self.owned.get_or_insert_default();
        owned.push_str(&self.text[self.from..end]);
        owned.push_str(instead);
        self.from = next;
    }
}

impl<'i> Scanner<'i> {
    pub(super) fn quoted(&mut self) -> Scan {
        self.save_key()?;
        self.key_allowed = false;
        let start = self.at;
        let quote = self.here();
        self.at += 1;
        let mut value = Value { owned: None, from: self.at, text: self.text };
        loop {
            if self.at_document_mark() {
                return Err(self.unclosed(start, "the quotes are not closed before the document ends"));
            }
            if self.at_end() {
                return Err(self.unclosed(start, "the quotes are never closed"));
            }
            let escaped_break = self.quoted_run(start, quote, &mut value)?;
            if self.here() == quote {
                break;
            }
            self.quoted_blanks(escaped_break, &mut value);
        }
        let text = match value.owned {
            None => Cow::Borrowed(&self.text[value.from..self.at]),
            Some(mut owned) => {
                owned.push_str(&self.text[value.from..self.at]);
                Cow::Owned(owned)
            }
        };
        self.at += 1;
        self.push(Kind::Scalar(text, Style::Quoted), start);
        Ok(())
    }

    fn unclosed(&self, start: usize, message: &str) -> super::Broken {
        self.error(start, start + 1, message)
    }

    /// What is no blank, up to the closing quote; true after `\` at a line's end.
    fn quoted_run(&mut self, start: usize, quote: u8, value: &mut Value<'i>) -> Scan<bool> {
        loop {
            match self.here() {
                b' ' | b'\t' | b'\n' | b'\r' => return Ok(false),
                0 if self.at_end() => return Ok(false),
                0xc2 | 0xe2 if self.break_len(self.at) > 0 => return Ok(false),
                b'\'' if quote == b'\'' => {
                    if self.byte(self.at + 1) != b'\'' {
                        return Ok(false);
                    }
                    value.replace(self.at + 1, "", self.at + 2);
                    self.at += 2;
                }
                b'"' if quote == b'"' => return Ok(false),
                b'\\' if quote == b'"' => {
                    let len = self.break_len(self.at + 1);
                    if len > 0 {
                        value.replace(self.at, "", self.at + 1 + len);
                        self.at += 1;
                        self.skip_break(len);
                        return Ok(true);
                    }
                    self.escape(start, value)?;
                }
                _ => self.at += 1,
            }
        }
    }

    /// Blanks and line breaks inside quotes: a lone break is a space, of more the first is left out.
    fn quoted_blanks(&mut self, escaped_break: bool, value: &mut Value<'i>) {
        let before = self.at;
        let mut folded = escaped_break;
        let mut first: Option<&str> = None;
        let mut more = String::new();
        loop {
            let len = self.break_len(self.at);
            if len > 0 {
                let text = self.break_text(self.at, len);
                if folded {
                    more.push_str(text);
                } else {
                    first = Some(text);
                    folded = true;
                }
                self.skip_break(len);
            } else if self.is_blank(self.at) {
                self.at += 1;
            } else {
                break;
            }
        }
        if !folded {
            return;
        }
        let end = if escaped_break { value.from } else { before };
        match first {
            Some("\n") if more.is_empty() => value.replace(end, " ", self.at),
            Some("\n") | None => value.replace(end, &more, self.at),
            Some(other) => {
                more.insert_str(0, other);
                value.replace(end, &more, self.at);
            }
        }
    }

    fn escape(&mut self, start: usize, value: &mut Value<'i>) -> Scan {
        let at = self.at;
        let simple = match self.byte(at + 1) {
            b'0' => "\0",
            b'a' => "\u{7}",
            b'b' => "\u{8}",
            b't' | b'\t' => "\t",
            b'n' => "\n",
            b'v' => "\u{b}",
            b'f' => "\u{c}",
            b'r' => "\r",
            b'e' => "\u{1b}",
            b' ' => " ",
            b'"' => "\"",
            b'\'' => "'",
            b'\\' => "\\",
            b'/' if self.json => "/",
            b'N' => "\u{85}",
            b'_' => "\u{a0}",
            b'L' => "\u{2028}",
            b'P' => "\u{2029}",
            b'x' => return self.code(at, 2, value),
            b'u' => return self.code(at, 4, value),
            b'U' => return self.code(at, 8, value),
            0 if at + 1 >= self.bytes.len() => return Err(self.unclosed(start, "the quotes are never closed")),
            _ => {
                let c = self.text[at + 1..].chars().next().unwrap_or_default();
                let message = format!("`\\{c}` is no escape: write `\\\\{c}`, or use single quotes");
                return Err(self.error(at, at + 1 + c.len_utf8(), message));
            }
        };
        value.replace(at, simple, at + 2);
        self.at += 2;
        Ok(())
    }

    /// `\xXX`, `\uXXXX`, `\UXXXXXXXX`; in JSON also a surrogate pair.
    fn code(&mut self, at: usize, digits: usize, value: &mut Value<'i>) -> Scan {
        let code = |from: usize| {
            let hex = self.text.get(from..from + digits)?;
            u32::from_str_radix(hex, 16).ok().filter(|_| hex.bytes().all(|b| b.is_ascii_hexdigit()))
        };
        let mut end = at + 2 + digits;
        let Some(mut number) = code(at + 2) else {
            let message = format!("this escape wants {digits} hexadecimal digits");
            return Err(self.error(at, at + 2, message));
        };
        if self.json && matches!(number, 0xd800..=0xdfff) {
            // Go's JSON decoder puts a replacement character where half a pair stands alone.
            let low = if self.bytes.get(end..end + 2) == Some(b"\\u") { code(end + 2) } else { None };
            match (number, low) {
                (0xd800..=0xdbff, Some(low @ 0xdc00..=0xdfff)) => {
                    number = 0x1_0000 + ((number - 0xd800) << 10) + (low - 0xdc00);
                    end += 2 + digits;
                }
                _ => number = 0xfffd,
            }
        }
        let Some(c) = char::from_u32(number) else {
            return Err(self.error(at, end, "this escape is no Unicode character"));
        };
        value.replace(at, c.encode_utf8(&mut [0; 4]), end);
        self.at = end;
        Ok(())
    }
}
