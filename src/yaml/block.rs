//! A reader for the plain block style that most manifests are written in, several times faster than the full parser.
//! It knows little, and at the first thing it does not know it gives up: then the full parser reads the document.
//! A test compares the two on every document at hand.

use super::build::Builder;
use super::parse::{Broken, MAX_DEPTH};
use super::tree::Kind;

/// The reader does not know this: the full parser must look.
pub(super) struct GiveUp;

type Known<T> = Result<T, GiveUp>;

impl From<Broken> for GiveUp {
    fn from(_: Broken) -> Self {
        Self
    }
}

/// Reads a whole document into the builder, or gives up with the builder half filled.
pub(super) fn read(text: &str, builder: &mut Builder<'_, '_>, comments: bool) -> Known<()> {
    if !is_plain_text(text) {
        return Err(GiveUp);
    }
    let mut reader = Reader { text, bytes: text.as_bytes(), builder, levels: Vec::with_capacity(16), comments };
    let mut at = reader.separator();
    while at < text.len() {
        at = reader.line(at)?;
    }
    if reader.builder.is_empty() {
        return Err(GiveUp);
    }
    while let Some(level) = reader.levels.pop() {
        reader.close(&level)?;
    }
    Ok(())
}

/// No control bytes, no odd line breaks, no byte order marks: what the full parser would treat specially or refuse.
fn is_plain_text(text: &str) -> bool {
    let bytes = text.as_bytes();
    let control = bytes.iter().fold(false, |odd, &b| odd || (b < b' ' && b != b'\n' && b != b'\r') || b == 0x7f);
    if control || memchr::memchr_iter(b'\r', bytes).any(|i| bytes.get(i + 1) != Some(&b'\n')) {
        return false;
    }
    text.is_ascii()
        || !text
            .chars()
            .any(|c| matches!(c, '\u{80}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'))
}

/// An open block collection.
#[derive(Clone, Copy)]
struct Level {
    indent: usize,
    map: bool,
    /// The key or dash is written and its value is not yet: where a null would stand.
    pending: Option<usize>,
    /// A sequence at its mapping's own indentation.
    indentless: bool,
}

struct Reader<'a, 'b, 's, 'r> {
    text: &'a str,
    bytes: &'a [u8],
    builder: &'b mut Builder<'s, 'r>,
    levels: Vec<Level>,
    /// Whether comments are kept.
    comments: bool,
}

/// A line: where its text begins, where it ends (line end and carriage return left out), where the next begins.
#[derive(Clone, Copy)]
pub(super) struct Line {
    first: usize,
    end: usize,
    next: usize,
}

impl Reader<'_, '_, '_, '_> {
    /// Where the text begins behind a separator on the first line.
    fn separator(&mut self) -> usize {
        let line = self.bounds(0);
        let rest = self.text[..line.end].strip_prefix("---").unwrap_or("?");
        let content = rest.trim_start_matches(' ');
        // `---#` is a word, not a separator with a comment.
        let comment = content.starts_with('#') && content.len() < rest.len();
        if comment {
            self.comment(line.end - content.len(), line.end);
        }
        if content.is_empty() || comment { line.next } else { 0 }
    }

    fn comment(&mut self, from: usize, end: usize) {
        if self.comments && from < end {
            self.builder.comment(from, end);
        }
    }

    fn bounds(&self, at: usize) -> Line {
        let break_at = memchr::memchr(b'\n', &self.bytes[at..]).map(|i| at + i);
        let (mut end, next) = break_at.map_or((self.bytes.len(), self.bytes.len()), |b| (b, b + 1));
        if break_at.is_some() && end > at && self.bytes[end - 1] == b'\r' {
            end -= 1;
        }
        let first = at + self.bytes[at..end].iter().take_while(|&&b| b == b' ').count();
        Line { first, end, next }
    }

    /// One line, with the lines of a block scalar that begins on it; the offset of the next.
    fn line(&mut self, at: usize) -> Known<usize> {
        let line = self.bounds(at);
        if line.first == line.end || self.bytes[line.first] == b'#' {
            self.comment(line.first, line.end);
            return Ok(line.next);
        }
        let (mut column, mut from) = (line.first - at, line.first);
        if column == 0 && matches!(self.bytes[from], b'%' | b'.') {
            return Err(GiveUp);
        }
        self.close_deeper(column, self.is_entry(from, line.end))?;
        // A dash may be followed by another node on its line.
        let mut after_dash = false;
        while self.is_entry(from, line.end) {
            self.entry(column, after_dash)?;
            let rest = self.skip_spaces(from + 1, line.end);
            if from + 1 == line.end {
                self.set_pending(line.end);
                return Ok(line.next);
            }
            // Where a null stands before spaces and comments, the full parser says.
            if rest == line.end || self.bytes[rest] == b'#' {
                return Err(GiveUp);
            }
            (column, from, after_dash) = (column + rest - from, rest, true);
        }
        let alone = self.levels.is_empty() && line.next == self.bytes.len();
        if alone && matches!(self.bytes[from], b'[' | b'{') {
            return self.value(from, line);
        }
        match self.key(from, line.end)? {
            Some((end, quoted)) => self.pair(column, from, end, quoted, after_dash, line),
            None if after_dash => self.value(from, line),
            // The values that fixes write: a word is all there is.
            None if alone && self.bytes[from].is_ascii_alphanumeric() => self.value(from, line),
            // A scalar on a line of its own may go on below.
            None => Err(GiveUp),
        }
    }

    /// Closes what a line at this column ends, and sees that the line may stand there.
    fn close_deeper(&mut self, column: usize, is_entry: bool) -> Known<()> {
        while let Some(&level) = self.levels.last() {
            if column > level.indent {
                return if level.pending.is_some() { Ok(()) } else { Err(GiveUp) };
            }
            if column == level.indent {
                match (level.map, is_entry) {
                    (true, true) => return if level.pending.is_some() { Ok(()) } else { Err(GiveUp) },
                    (true, false) | (false, true) => return self.null_if_pending(),
                    (false, false) if !level.indentless => return Err(GiveUp),
                    (false, false) => {}
                }
            }
            self.levels.pop();
            self.close(&level)?;
        }
        if self.builder.is_empty() { Ok(()) } else { Err(GiveUp) }
    }

    fn null_if_pending(&mut self) -> Known<()> {
        if let Some(at) = self.levels.last_mut().and_then(|l| l.pending.take()) {
            self.builder.plain(self.text, at, at)?;
        }
        Ok(())
    }

    fn close(&mut self, level: &Level) -> Known<()> {
        if let Some(at) = level.pending {
            self.builder.plain(self.text, at, at)?;
        }
        if level.map {
            self.builder.end_mapping(None)?;
        } else {
            self.builder.end_sequence(None);
        }
        Ok(())
    }

    fn set_pending(&mut self, at: usize) {
        if let Some(level) = self.levels.last_mut() {
            level.pending = Some(at);
        }
    }

    fn open(&mut self, column: usize, map: bool, at: usize) -> Known<()> {
        let parent = self.levels.last_mut();
        let indentless = parent.as_ref().is_some_and(|l| l.map && l.indent == column);
        if let Some(parent) = parent {
            parent.pending = None;
        }
        if self.levels.len() >= MAX_DEPTH / 2 {
            return Err(GiveUp);
        }
        self.builder.begin(if map { Kind::Map } else { Kind::Seq }, at, false);
        self.levels.push(Level { indent: column, map, pending: None, indentless });
        Ok(())
    }

    /// A dash at this column: the next entry of the sequence that is open there, or the first of a new one.
    fn entry(&mut self, column: usize, after_dash: bool) -> Known<()> {
        match self.levels.last() {
            Some(level) if !after_dash && !level.map && level.indent == column => Ok(()),
            _ => self.open(column, false, 0),
        }
    }

    fn is_entry(&self, from: usize, end: usize) -> bool {
        self.bytes[from] == b'-' && (from + 1 == end || self.bytes[from + 1] == b' ')
    }

    fn skip_spaces(&self, from: usize, end: usize) -> usize {
        from + self.bytes[from..end].iter().take_while(|&&b| b == b' ').count()
    }

    /// The end of a key that begins here, and whether it is quoted; none where the line has no key.
    fn key(&self, from: usize, end: usize) -> Known<Option<(usize, bool)>> {
        let first = self.bytes[from];
        if first == b'"' || first == b'\'' {
            let close = self.quote_end(from, end)?;
            let after = close + 1;
            return match self.bytes.get(close).filter(|_| close < end) {
                Some(b':') if after == end || self.bytes[after] == b' ' => Ok(Some((close, true))),
                Some(b':') => Err(GiveUp),
                _ => Ok(None),
            };
        }
        let mut at = from;
        while let Some(colon) = memchr::memchr(b':', &self.bytes[at..end]).map(|i| at + i) {
            if colon + 1 == end || self.bytes[colon + 1] == b' ' {
                if self.has_comment(from, colon) {
                    return Ok(None);
                }
                let odd = !(first.is_ascii_alphanumeric() || matches!(first, b'_' | b'.' | b'/'))
                    || colon - from > 200
                    || self.bytes[colon - 1] == b' ';
                return if odd { Err(GiveUp) } else { Ok(Some((colon, false))) };
            }
            at = colon + 1;
        }
        Ok(None)
    }

    fn has_comment(&self, from: usize, end: usize) -> bool {
        memchr::memchr_iter(b'#', &self.bytes[from..end]).any(|i| i > 0 && self.bytes[from + i - 1] == b' ')
    }

    /// One past the closing quote of a quoted scalar without escapes, on this line.
    fn quote_end(&self, from: usize, end: usize) -> Known<usize> {
        let quote = self.bytes[from];
        let close = memchr::memchr2(quote, b'\\', &self.bytes[from + 1..end]).map(|i| from + 1 + i).ok_or(GiveUp)?;
        let escape = match quote {
            b'"' => self.bytes[close] == b'\\',
            // A backslash is itself in single quotes, and a doubled quote is an escape: rare, so not known here.
            _ => self.bytes[close] == b'\\' || self.bytes.get(close + 1) == Some(&quote),
        };
        if escape { Err(GiveUp) } else { Ok(close + 1) }
    }

    fn pair(
        &mut self,
        column: usize,
        from: usize,
        end: usize,
        quoted: bool,
        after_dash: bool,
        line: Line,
    ) -> Known<usize> {
        match self.levels.last() {
            Some(level) if !after_dash && level.map && level.indent == column => {}
            _ => self.open(column, true, from)?,
        }
        if quoted {
            self.builder.quoted(from, end);
        } else {
            self.builder.plain(self.text, from, end)?;
        }
        let value = self.skip_spaces(end + 1, line.end);
        if value == line.end || self.bytes[value] == b'#' {
            self.set_pending(end + 1);
            self.comment(value, line.end);
            return Ok(line.next);
        }
        self.value(value, line)
    }

    /// A value that begins on a key's or dash's line; the offset of the line after it.
    fn value(&mut self, from: usize, line: Line) -> Known<usize> {
        let end = match self.bytes[from] {
            b'"' | b'\'' => {
                let end = self.quote_end(from, line.end)?;
                self.builder.quoted(from, end);
                end
            }
            b'|' => return self.literal(from, line),
            b'[' | b'{' => super::flow::read(self.text, from, line.end, self.builder)?,
            first => {
                let end = self.plain_end(from, line.end, first)?;
                self.builder.plain(self.text, from, end)?;
                end
            }
        };
        let rest = self.skip_spaces(end, line.end);
        let comment = rest > end && rest < line.end && self.bytes[rest] == b'#';
        self.comment(rest, line.end);
        if rest == line.end || comment { Ok(line.next) } else { Err(GiveUp) }
    }

    /// The end of a plain scalar on this line.
    fn plain_end(&self, from: usize, end: usize, first: u8) -> Known<usize> {
        let indicator = matches!(
            first,
            b'&' | b'*' | b'!' | b'%' | b'@' | b'`' | b',' | b']' | b'}' | b'>' | b'?' | b':' | b'#' | b'|'
        );
        if indicator || self.is_entry(from, end) {
            return Err(GiveUp);
        }
        let mut last = end;
        for i in memchr::memchr2_iter(b':', b'#', &self.bytes[from..end]) {
            let at = from + i;
            if self.bytes[at] == b':' {
                if at + 1 == end || self.bytes[at + 1] == b' ' {
                    return Err(GiveUp);
                }
            } else if self.bytes[at - 1] == b' ' {
                last = at;
                break;
            }
        }
        while self.bytes[last - 1] == b' ' {
            last -= 1;
        }
        Ok(last)
    }

    /// A literal block scalar whose header stands at `from`.
    fn literal(&mut self, from: usize, line: Line) -> Known<usize> {
        let (chomp, header) = match self.bytes.get(from + 1).filter(|_| from + 1 < line.end) {
            Some(&c @ (b'-' | b'+')) => (c, from + 2),
            _ => (b' ', from + 1),
        };
        let rest = self.skip_spaces(header, line.end);
        if rest < line.end && !(rest > header && self.bytes[rest] == b'#') {
            return Err(GiveUp);
        }
        self.comment(rest, line.end);
        let parent = self.levels.last().map_or(0, |l| l.indent);
        let mut text = String::new();
        let (mut indent, mut end, mut blank, mut at) = (0, 0, 0, line.next);
        while at < self.bytes.len() {
            let next = self.bounds(at);
            let width = next.first - at;
            if next.first == next.end {
                // Spaces beyond the indentation would be content.
                if width > indent.max(parent) {
                    return Err(GiveUp);
                }
                blank += 1;
            } else {
                if indent == 0 && width > parent {
                    indent = width;
                }
                if indent == 0 || width < indent {
                    if indent > 0 && width > parent && self.bytes[next.first] != b'#' {
                        return Err(GiveUp);
                    }
                    break;
                }
                text.extend(std::iter::repeat_n('\n', std::mem::take(&mut blank)));
                text.push_str(&self.text[at + indent..next.end]);
                text.push('\n');
                end = next.end;
            }
            at = next.next;
        }
        if indent == 0 {
            return Err(GiveUp);
        }
        match chomp {
            b'-' => drop(text.pop()),
            b'+' => text.extend(std::iter::repeat_n('\n', blank)),
            _ => {}
        }
        self.builder.block(from, end, text);
        Ok(at)
    }
}
