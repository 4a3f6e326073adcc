//! Text that is safe and measured: nothing from a manifest reaches a terminal as a command, and columns line up.

use std::borrow::Cow;
use std::fmt::Write;

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
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn nothing_that_a_terminal_obeys_is_left() {
        assert_eq!(clean("plain ü 世界 👩‍💻 e\u{301}"), "plain ü 世界 👩‍💻 e\u{301}");
        assert_eq!(clean("\u{1b}[31mred\u{7}\u{9b}2J"), "\\u{1b}[31mred\\u{7}\\u{9b}2J");
        assert_eq!(clean("a\nb\r\tc\0"), "a\\nb\\r\\tc\\u{0}");
        assert_eq!(clean("\u{202e}gpj.exe\u{2066}\u{feff}"), "\\u{202e}gpj.exe\\u{2066}\\u{feff}");
    }
}
