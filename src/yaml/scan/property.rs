//! What may stand before a node or a document: anchors, aliases, tags, directives.

use super::{Kind, RawTag, Scan, Scanner};

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

impl<'i> Scanner<'i> {
    /// Skips letters, digits, `_` and `-`.
    fn word(&mut self) -> &'i str {
        let start = self.at;
        while is_word(self.here()) {
            self.at += 1;
        }
        &self.text[start..self.at]
    }

    pub(super) fn anchor(&mut self) -> Scan {
        self.save_key()?;
        self.key_allowed = false;
        let start = self.at;
        let alias = self.here() == b'*';
        self.at += 1;
        let name = self.word();
        let ends = self.is_blank_or_end(self.at)
            || matches!(self.here(), b'?' | b':' | b',' | b']' | b'}' | b'%' | b'@' | b'`');
        if name.is_empty() || !ends {
            let what = if alias { "an alias" } else { "an anchor" };
            let message = format!("{what} has a name of letters, digits, `-` and `_`: put a value like this in quotes");
            return Err(self.error(start, self.at.max(start + 1), message));
        }
        self.push(if alias { Kind::Alias(name) } else { Kind::Anchor(name) }, start);
        Ok(())
    }

    pub(super) fn tag(&mut self) -> Scan {
        self.save_key()?;
        self.key_allowed = false;
        let start = self.at;
        let tag = if self.byte(self.at + 1) == b'<' {
            self.at += 2;
            let suffix = self.tag_uri(start, String::new(), false)?;
            if self.here() != b'>' {
                return Err(self.error(start, self.at, "a tag that begins with `!<` ends with `>`"));
            }
            self.at += 1;
            RawTag { handle: String::new(), suffix }
        } else {
            let handle = self.tag_handle(start)?;
            if handle.len() > 1 && handle.ends_with('!') {
                RawTag { handle: handle.to_owned(), suffix: self.tag_uri(start, String::new(), false)? }
            } else {
                let suffix = self.tag_uri(start, handle[1..].to_owned(), true)?;
                if suffix.is_empty() {
                    RawTag { handle: String::new(), suffix: "!".to_owned() }
                } else {
                    RawTag { handle: "!".to_owned(), suffix }
                }
            }
        };
        if !self.is_blank_or_end(self.at) {
            return Err(self.error(
                start,
                self.at + 1,
                "a tag ends with a space: put a value that begins with `!` in quotes",
            ));
        }
        self.push(Kind::Tag(Box::new(tag)), start);
        Ok(())
    }

    /// `!`, `!!`, `!name!` or, where no `!` ends it, `!name`.
    fn tag_handle(&mut self, start: usize) -> Scan<&'i str> {
        if self.here() != b'!' {
            return Err(self.error(start, self.at + 1, "expected `!`"));
        }
        let begin = self.at;
        self.at += 1;
        self.word();
        if self.here() == b'!' {
            self.at += 1;
        }
        Ok(&self.text[begin..self.at])
    }

    fn tag_uri(&mut self, start: usize, head: String, may_be_empty: bool) -> Scan<String> {
        let mut uri = head.into_bytes();
        let before = self.at;
        loop {
            let byte = self.here();
            if byte == b'%' {
                self.uri_escape(start, &mut uri)?;
            } else if is_word(byte) || (byte != 0 && b";/?:@&=+$,.!~*'()[]".contains(&byte)) {
                uri.push(byte);
                self.at += 1;
            } else {
                break;
            }
        }
        if self.at == before && !may_be_empty {
            return Err(self.error(start, self.at + 1, "the tag has no name"));
        }
        String::from_utf8(uri).map_err(|_| self.error(start, self.at, "the tag's `%` escapes are not UTF-8"))
    }

    /// One character as `%XX` octets.
    fn uri_escape(&mut self, start: usize, uri: &mut Vec<u8>) -> Scan {
        let mut left = 1;
        let mut first = true;
        while left > 0 {
            let digits = self.text.get(self.at + 1..self.at + 3).filter(|_| self.here() == b'%');
            let hex = digits.filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()));
            let octet = hex.and_then(|d| u8::from_str_radix(d, 16).ok());
            let Some(octet) = octet else {
                return Err(self.error(start, self.at + 1, "`%` in a tag wants two hexadecimal digits"));
            };
            if first {
                left = match octet {
                    0x00..=0x7f => 1,
                    0xc0..=0xdf => 2,
                    0xe0..=0xef => 3,
                    0xf0..=0xf7 => 4,
                    _ => return Err(self.error(start, self.at + 3, "the tag's `%` escapes are not UTF-8")),
                };
                first = false;
            }
            uri.push(octet);
            self.at += 3;
            left -= 1;
        }
        Ok(())
    }

    pub(super) fn directive(&mut self) -> Scan {
        self.unroll(-1);
        self.remove_key()?;
        self.key_allowed = false;
        let start = self.at;
        self.at += 1;
        let name = self.word();
        let known = self.is_blank_or_end(self.at) && matches!(name, "YAML" | "TAG");
        if !known {
            return Err(self.error(start, self.at, "a line that begins with `%` is a directive: `%YAML` or `%TAG`"));
        }
        let kind = if name == "YAML" { self.version(start)? } else { self.tag_directive(start)? };
        let end = self.at;
        self.skip_blanks();
        self.skip_comment();
        let len = self.break_len(self.at);
        if len == 0 && !self.at_end() {
            return Err(self.error(start, self.at, "a directive ends with its line"));
        }
        self.queue.push_back(super::Token { kind, span: crate::source::Span::new(start, end) });
        if len > 0 {
            self.skip_break(len);
        }
        Ok(())
    }

    /// Whether it is 1.1, the only version that the decoder takes.
    fn version(&mut self, start: usize) -> Scan<Kind<'i>> {
        self.skip_blanks();
        if let Some(major) = self.two_digits()
            && self.here() == b'.'
        {
            self.at += 1;
            if let Some(minor) = self.two_digits() {
                return Ok(Kind::Version((major, minor) == (1, 1)));
            }
        }
        Err(self.error(start, self.at, "`%YAML` wants a version: `%YAML 1.1`"))
    }

    fn two_digits(&mut self) -> Option<u32> {
        let from = self.at;
        while self.here().is_ascii_digit() {
            self.at += 1;
        }
        self.text[from..self.at].parse().ok().filter(|_| self.at - from <= 2)
    }

    fn tag_directive(&mut self, start: usize) -> Scan<Kind<'i>> {
        self.skip_blanks();
        let handle = self.tag_handle(start)?.to_owned();
        let wrong =
            |s: &Self| s.error(start, s.at, "`%TAG` wants a handle and a prefix: `%TAG !e! tag:example.com,2000:`");
        if (handle.len() > 1 && !handle.ends_with('!')) || !self.is_blank(self.at) {
            return Err(wrong(self));
        }
        self.skip_blanks();
        let suffix = self.tag_uri(start, String::new(), false)?;
        if !self.is_blank_or_end(self.at) {
            return Err(wrong(self));
        }
        Ok(Kind::TagDirective(Box::new(RawTag { handle, suffix })))
    }
}
