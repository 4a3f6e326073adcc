//! Flow collections of plain words and simple strings on one line: `[ALL]`, `{app: web}`, `[]`.

use super::block::GiveUp;
use super::build::Builder;
use super::tree::Kind;

/// How deep such a collection may nest before the full parser is asked.
const MAX_NESTED: usize = 16;

/// Reads the collection that begins at `from`; the offset after its bracket.
pub(super) fn read(text: &str, from: usize, end: usize, builder: &mut Builder<'_, '_>) -> Result<usize, GiveUp> {
    let mut reader = Reader { text, end, at: from, open: Vec::new(), expect: Expect::Value, builder };
    while !reader.step()? {}
    Ok(reader.at)
}

struct Reader<'a, 'b, 's, 'r> {
    text: &'a str,
    end: usize,
    at: usize,
    /// For each open collection whether it is a mapping.
    open: Vec<bool>,
    expect: Expect,
    builder: &'b mut Builder<'s, 'r>,
}

impl Reader<'_, '_, '_, '_> {
    /// One token; whether the outermost collection is closed.
    fn step(&mut self) -> Result<bool, GiveUp> {
        let bytes = self.text.as_bytes();
        while self.at < self.end && bytes[self.at] == b' ' {
            self.at += 1;
        }
        let Some(&byte) = bytes.get(self.at).filter(|_| self.at < self.end) else { return Err(GiveUp) };
        let in_map = self.open.last() == Some(&true);
        match (self.expect, byte) {
            (Expect::First | Expect::Comma, b']' | b'}') => return self.close(byte == b'}'),
            (Expect::Comma, b',') => {
                self.expect = if in_map { Expect::Key } else { Expect::Value };
                self.at += 1;
            }
            (Expect::Comma, _) => return Err(GiveUp),
            (Expect::First | Expect::Key, _) if in_map => self.key()?,
            (_, b'[' | b'{') => {
                if self.open.len() == MAX_NESTED {
                    return Err(GiveUp);
                }
                self.builder.begin(if byte == b'{' { Kind::Map } else { Kind::Seq }, self.at, true);
                self.open.push(byte == b'{');
                self.expect = Expect::First;
                self.at += 1;
            }
            _ => {
                self.at = scalar(self.text, self.at, self.end, self.builder)?;
                self.expect = Expect::Comma;
            }
        }
        Ok(false)
    }

    fn key(&mut self) -> Result<(), GiveUp> {
        let bytes = self.text.as_bytes();
        let colon = scalar(self.text, self.at, self.end, self.builder)?;
        if colon + 1 >= self.end || bytes[colon] != b':' || bytes[colon + 1] != b' ' {
            return Err(GiveUp);
        }
        self.at = colon + 2;
        self.expect = Expect::Value;
        Ok(())
    }

    fn close(&mut self, map: bool) -> Result<bool, GiveUp> {
        if self.open.pop() != Some(map) {
            return Err(GiveUp);
        }
        self.at += 1;
        if map {
            self.builder.end_mapping(Some(self.at))?;
        } else {
            self.builder.end_sequence(Some(self.at));
        }
        self.expect = Expect::Comma;
        Ok(self.open.is_empty())
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Expect {
    /// An element, or the end of an empty collection.
    First,
    Key,
    Value,
    Comma,
}

/// A scalar without escapes; the offset after it.
fn scalar(text: &str, from: usize, end: usize, builder: &mut Builder<'_, '_>) -> Result<usize, GiveUp> {
    let bytes = text.as_bytes();
    let quote = bytes[from];
    if quote == b'"' || quote == b'\'' {
        let close = memchr::memchr2(quote, b'\\', &bytes[from + 1..end]).map(|i| from + 1 + i).ok_or(GiveUp)?;
        if bytes[close] == b'\\' || bytes.get(close + 1) == Some(&quote) {
            return Err(GiveUp);
        }
        builder.quoted(from, close + 1);
        return Ok(close + 1);
    }
    let plain =
        |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'/' | b'-' | b'=' | b'$' | b'+' | b'(' | b')');
    let length = bytes[from..end].iter().take_while(|&&b| plain(b)).count();
    let last = from + length;
    // `a b`, `a:b`, `a#b`: words that the full parser must look at; and a dash alone is none.
    if length == 0 || bytes[from] == b'-' || !matches!(bytes.get(last), Some(b',' | b']' | b'}' | b':' | b' ')) {
        return Err(GiveUp);
    }
    let after = last + bytes[last..end].iter().take_while(|&&b| b == b' ').count();
    if !matches!(bytes.get(after).filter(|_| after < end), Some(b',' | b']' | b'}' | b':')) {
        return Err(GiveUp);
    }
    builder.plain(text, from, last)?;
    Ok(after)
}
