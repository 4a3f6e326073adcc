//! Values that someone else fills in later: `${X}`, `$(X)`, `{{ x }}`, `<CHANGE_ME>`.
//! They are unknown, not wrong: the rest of the document is still read.

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
    let bytes = text.as_bytes();
    memchr::memchr3_iter(b'$', b'{', b'<', bytes).any(|i| {
        let rest = &text[i..];
        match bytes[i] {
            b'$' => is_variable(rest),
            b'{' => rest.starts_with("{{") && rest.contains("}}"),
            _ => is_angle(rest),
        }
    })
}

fn is_variable(rest: &str) -> bool {
    let name = |open: char, close: char| {
        rest[1..]
            .strip_prefix(open)
            .and_then(|r| r.split_once(close))
            .is_some_and(|(n, _)| !n.is_empty() && n.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_'))
    };
    name('{', '}') || name('(', ')') || {
        let n: &str = &rest[1..];
        n.len() > 1 && n.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
    }
}

fn is_angle(rest: &str) -> bool {
    rest[1..].split_once('>').is_some_and(|(name, _)| {
        name.len() > 1
            && name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b' ' | b'.'))
    })
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
