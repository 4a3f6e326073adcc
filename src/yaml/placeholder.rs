//! Values that someone else fills in later: `${X}`, `$(X)`, `{{ x }}`, `<CHANGE_ME>`.
//! They are unknown, not wrong: the rest of the document is still read.

use std::borrow::Cow;

/// How long a placeholder may be. Without a bound, a text of openers would be searched to its end for each of them.
const LONGEST: usize = 1024;

/// Whether a string has a part that is filled in later.
pub fn contains_placeholder(text: &str) -> bool {
    memchr::memchr3_iter(b'$', b'{', b'<', text.as_bytes()).any(|i| placeholder_len(&text[i..]).is_some())
}

/// The string with a NUL for each part that is filled in later.
pub fn blank_placeholders(text: &str) -> Cow<'_, str> {
    let mut blanked = String::new();
    let mut copied = 0;
    for i in memchr::memchr3_iter(b'$', b'{', b'<', text.as_bytes()) {
        if let Some(len) = placeholder_len(&text[i..]).filter(|_| i >= copied) {
            blanked.push_str(&text[copied..i]);
            blanked.push('\0');
            copied = i + len;
        }
    }
    if copied == 0 { Cow::Borrowed(text) } else { Cow::Owned(blanked + &text[copied..]) }
}

/// The length of the placeholder that a text begins with.
fn placeholder_len(text: &str) -> Option<usize> {
    let end = (0..=LONGEST.min(text.len())).rev().find(|&end| text.is_char_boundary(end))?;
    let text = &text[..end];
    match text.as_bytes().first()? {
        b'$' => variable_len(text),
        b'{' => text.strip_prefix("{{")?.find("}}").map(|i| i + 4),
        _ => angle_len(text),
    }
}

fn variable_len(text: &str) -> Option<usize> {
    let named = |open: char, close: char| {
        let (name, _) = text[1..].strip_prefix(open)?.split_once(close)?;
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_').then_some(name.len() + 3)
    };
    let bare = || {
        let name = &text[1..];
        let ok = name.len() > 1 && name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
        (ok && text.len() < LONGEST).then_some(text.len())
    };
    named('{', '}').or_else(|| named('(', ')')).or_else(bare)
}

fn angle_len(text: &str) -> Option<usize> {
    let (name, _) = text[1..].split_once('>')?;
    let ok = name.len() > 1
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b' ' | b'.'));
    ok.then_some(name.len() + 2)
}

#[cfg(test)]
mod tests {
    use super::contains_placeholder;

    #[test]
    fn placeholders() {
        for text in ["${X}", "a-${TAG}", "$(IMAGE)", "{{ tag }}", "<CHANGE_ME>", "repo:<your tag>", "$IMAGE"] {
            assert!(contains_placeholder(text), "{text}");
        }
        for text in ["", "$", "a$b", "${}", "<", "a < b > c", "{x}", "$5", "<>", "x{{"] {
            assert!(!contains_placeholder(text), "{text}");
        }
    }
}
