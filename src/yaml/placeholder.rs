//! Values that someone else fills in later: `${X}`, `$(X)`, `{{ x }}`, `<CHANGE_ME>`.
//! They are unknown, not wrong: the rest of the document is still read.

use std::borrow::Cow;
use std::ops::Range;

/// What sort of template a text is that no YAML reader can take as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TemplateKind {
    /// `{{ if … }}`, `{{ include … }}`: rendered by Helm or another Go program.
    Go,
    /// `{% … %}`: rendered by Jinja (Ansible, Salt).
    Jinja,
}

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
        ok.then_some(text.len())
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

/// First words of the actions that stand for structure.
const CONTROL: [&str; 11] = ["if", "else", "end", "range", "with", "define", "template", "include", "block", "/*", "$"];

/// The kind of a text that is a template by its control blocks, which stand for structure and not for a value.
pub fn template_kind(text: &str) -> Option<TemplateKind> {
    if memchr::memmem::find(text.as_bytes(), b"{%").is_some() && text.contains("%}") {
        return Some(TemplateKind::Jinja);
    }
    memchr::memmem::find_iter(text.as_bytes(), b"{{")
        .any(|i| {
            let action = text[i + 2..].trim_start_matches('-').trim_start();
            let alone = text[..i].rsplit('\n').next().is_some_and(|before| before.trim().is_empty());
            CONTROL.iter().any(|word| {
                action.strip_prefix(word).is_some_and(|r| !r.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
            }) || (alone && line_ends_after_action(&text[i..]))
        })
        .then_some(TemplateKind::Go)
}

/// `{{ … }}` alone on its line stands for any amount of YAML.
fn line_ends_after_action(text: &str) -> bool {
    let line = text.lines().next().unwrap_or_default();
    line.split_once("}}").is_some_and(|(_, after)| after.trim().is_empty())
}

/// The text with every one-line `{{ … }}` replaced by filler of the same length that reads as one word,
/// and where; `None` when there is none.
pub(super) fn mask(text: &str) -> Option<(String, Vec<Range<usize>>)> {
    let mut ranges = Vec::new();
    let mut masked = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(open) = text[at..].find("{{").map(|i| at + i) {
        let line_end = text[open..].find('\n').map_or(text.len(), |i| open + i);
        let Some(close) = text[open..line_end].find("}}").map(|i| open + i + 2) else { break };
        masked.push_str(&text[at..open]);
        masked.extend(std::iter::repeat_n('x', close - open));
        ranges.push(open..close);
        at = close;
    }
    masked.push_str(&text[at..]);
    (!ranges.is_empty()).then_some((masked, ranges))
}

#[cfg(test)]
mod tests {
    use super::{TemplateKind, contains_placeholder, mask, template_kind};

    #[test]
    fn placeholders() {
        for text in ["${X}", "a-${TAG}", "$(IMAGE)", "{{ tag }}", "<CHANGE_ME>", "repo:<your tag>", "$IMAGE"] {
            assert!(contains_placeholder(text), "{text}");
        }
        for text in ["", "$", "a$b", "${}", "<", "a < b > c", "{x}", "$5", "<>", "x{{"] {
            assert!(!contains_placeholder(text), "{text}");
        }
    }

    #[test]
    fn templates() {
        assert_eq!(template_kind("a: {{ x }}\n"), None);
        assert_eq!(template_kind("{{- if .Values.x }}\na: 1\n{{- end }}\n"), Some(TemplateKind::Go));
        assert_eq!(template_kind("a:\n  {{ toYaml .x }}\n"), Some(TemplateKind::Go));
        assert_eq!(template_kind("{% if x %}a: 1{% endif %}"), Some(TemplateKind::Jinja));
    }

    #[test]
    fn the_mask_keeps_offsets() {
        let (masked, ranges) = mask("a: {{ x }}-y\nb: 1\n").unwrap();
        assert_eq!(masked, "a: xxxxxxx-y\nb: 1\n");
        assert_eq!((ranges.len(), ranges[0].clone()), (1, 3..10));
    }
}
