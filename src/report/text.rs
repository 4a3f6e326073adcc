//! Text that is safe and measured: nothing from a manifest reaches a terminal as a command, and columns line up.

use std::borrow::Cow;
use std::fmt::Write;

use unicode_width::UnicodeWidthStr;

/// The text with every character written out that a terminal would obey or hide: control characters, and those that
/// change the direction or vanish (as in CVE-2021-42574).
pub(crate) fn clean(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|b| (b' '..0x7f).contains(&b)) || !text.contains(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        push_clean(&mut out, c);
    }
    Cow::Owned(out)
}

/// Appends one character as `clean` writes it.
pub(crate) fn push_clean(out: &mut String, c: char) {
    match c {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        c if is_unsafe(c) => {
            let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
        }
        c => out.push(c),
    }
}

fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}' | '\u{e0000}'..='\u{e007f}')
}

/// Columns that a text takes on a terminal.
pub(crate) fn width(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.width() }
}

/// Breaks a text at spaces into lines of at most `room` columns, the first of at most `first`; a word that is longer
/// than a line is broken where it must be.
pub(crate) fn wrap(text: &str, first: usize, room: usize) -> Vec<String> {
    let room = room.max(8);
    let mut lines = vec![String::new()];
    let (mut used, mut limit) = (0, first);
    for word in text.split(' ').filter(|w| !w.is_empty()) {
        let size = width(word);
        let space = usize::from(used > 0);
        if used + space + size > limit && (used > 0 || size <= room && lines.len() == 1) {
            lines.push(String::new());
            (used, limit) = (0, room);
        }
        let mut line = lines.pop().unwrap_or_default();
        if used > 0 {
            line.push(' ');
            used += 1;
        }
        for c in word.chars() {
            let size = width(c.encode_utf8(&mut [0; 4]));
            if used + size > limit.max(2) {
                lines.push(std::mem::take(&mut line));
                (used, limit) = (0, room);
            }
            line.push(c);
            used += size;
        }
        lines.push(line);
    }
    lines
}

/// The text in at most `room` columns: what does not fit is cut from its start, the end of a path being what tells.
pub(crate) fn cut_start<'t>(text: &'t str, room: usize, dots: &str) -> Cow<'t, str> {
    if width(text) <= room {
        return Cow::Borrowed(text);
    }
    let room = room.saturating_sub(width(dots));
    let mut used = 0;
    let mut start = text.len();
    for (at, c) in text.char_indices().rev() {
        used += width(c.encode_utf8(&mut [0; 4]));
        if used > room {
            break;
        }
        start = at;
    }
    Cow::Owned(format!("{dots}{}", &text[start..]))
}

#[cfg(test)]
mod tests {
    use super::{clean, cut_start, width, wrap};

    #[test]
    fn nothing_that_a_terminal_obeys_is_left() {
        assert_eq!(clean("plain ü 世界 👩‍💻 e\u{301}"), "plain ü 世界 👩‍💻 e\u{301}");
        assert_eq!(clean("\u{1b}[31mred\u{7}\u{9b}2J"), "\\u{1b}[31mred\\u{7}\\u{9b}2J");
        assert_eq!(clean("a\nb\r\tc\0"), "a\\nb\\r\\tc\\u{0}");
        assert_eq!(clean("\u{202e}gpj.exe\u{2066}\u{feff}"), "\\u{202e}gpj.exe\\u{2066}\\u{feff}");
    }

    #[test]
    fn lines_break_at_spaces_and_long_words_where_they_must() {
        assert_eq!(wrap("one two three four", 8, 10), ["one two", "three four"]);
        assert_eq!(wrap("", 8, 10), [""]);
        assert_eq!(wrap("a 0123456789012345 b", 10, 10), ["a", "0123456789", "012345 b"]);
        assert_eq!(wrap("word", 2, 10), ["", "word"]);
        for line in wrap(&"世界 ".repeat(30), 20, 20) {
            assert!(width(&line) <= 20);
        }
    }

    #[test]
    fn cuts_keep_the_end() {
        assert_eq!(cut_start("deploy/prod/app.yaml", 40, "…"), "deploy/prod/app.yaml");
        assert_eq!(cut_start("deploy/prod/app.yaml", 9, "…"), "…app.yaml");
        assert_eq!(cut_start("世界世界", 5, "…"), "…世界");
    }
}
