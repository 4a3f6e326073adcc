//! Text that is YAML only after its marks (`{{ … }}`, `{% … %}`, `${…}`) are filled in. Marks that stand for values are
//! put out of the parser's way; where one stands for structure, no one can say what the document will be.

use std::ops::Range;

/// What sort of template a text is that no YAML reader can take as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TemplateKind {
    /// `{{ if … }}`, `{{ include … }}`: rendered by Helm or another Go program.
    Go,
    /// `{% … %}`: rendered by Jinja (Ansible, Salt).
    Jinja,
}

/// A text whose marks are replaced by filler of the same length that reads as one word.
pub(super) struct Masked {
    pub(super) text: String,
    /// Where the values are that are not known, in order: `${X}` is a string that says so itself.
    pub(super) marks: Vec<Range<usize>>,
    /// A mark stands for more than a value.
    pub(super) structure: Option<TemplateKind>,
}

/// First words of the actions that stand for structure.
const CONTROL: [&str; 10] = ["if", "else", "end", "range", "with", "define", "block", "template", "break", "continue"];

/// The text with its marks masked; `None` when it has none.
pub(super) fn mask(text: &str) -> Option<Masked> {
    let mut masked = Masked { text: String::with_capacity(text.len()), marks: Vec::new(), structure: None };
    let mut closers = Closers::default();
    let (mut at, mut seen, mut first, mut any) = (0, 0, None, false);
    for found in memchr::memchr2_iter(b'{', b'$', text.as_bytes()) {
        if found < at {
            continue;
        }
        // What the line begins with, once for each line.
        let start = memchr::memrchr(b'\n', &text.as_bytes()[seen..found]).map(|i| seen + i + 1);
        if let Some(start) = start.or((seen == 0).then_some(0)) {
            first = text[start..].trim_start_matches([' ', '\t']).bytes().next();
        }
        seen = found + 1;
        let Some(close) = closers.mark_end(text, found).filter(|_| first != Some(b'#')) else { continue };
        masked.text.push_str(&text[at..found]);
        // Line ends stay, so that places do.
        masked.text.extend(text[found..close].bytes().map(|b| if b == b'\n' { '\n' } else { 'x' }));
        masked.structure = masked.structure.or_else(|| structure(text, found, close, first == Some(b'%')));
        if !text[found..].starts_with('$') {
            masked.marks.push(found..close);
        }
        (at, any) = (close, true);
    }
    masked.text.push_str(&text[at..]);
    any.then_some(masked)
}

/// Where marks end; remembers which closers come no more, so that a text of openers is not searched again and again.
#[derive(Default)]
struct Closers {
    missing: [bool; 3],
}

impl Closers {
    /// The end of the mark that begins at `at`.
    fn mark_end(&mut self, text: &str, at: usize) -> Option<usize> {
        if let Some(name) = text[at..].strip_prefix("${") {
            let length = name.bytes().take_while(|b| matches!(b, b' '..=b'~') && !b"{}$".contains(b)).count();
            return name[length..].starts_with('}').then_some(at + 2 + length + 1);
        }
        for (i, (open, close)) in [("{{", "}}"), ("{%", "%}"), ("{#", "#}")].into_iter().enumerate() {
            if text[at..].starts_with(open) && !self.missing[i] {
                let end = memchr::memmem::find(&text.as_bytes()[at + 2..], close.as_bytes());
                self.missing[i] = end.is_none();
                return end.map(|end| at + 2 + end + 2);
            }
        }
        None
    }
}

/// What the mark at `at` makes the text, if it stands for more than a value.
fn structure(text: &str, at: usize, end: usize, directive: bool) -> Option<TemplateKind> {
    let mark = &text[at..end];
    if mark.starts_with("{%") || mark.starts_with("{#") {
        return Some(TemplateKind::Jinja);
    }
    let action = mark.trim_start_matches('{').trim_start_matches('-').trim_start();
    let control = CONTROL.iter().any(|word| {
        action.strip_prefix(word).is_some_and(|r| !r.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
    });
    // Inside a tag, an anchor or a directive there is no value.
    let property = directive || is_property(&text[..at]);
    let assigns = action.starts_with('$') && action.contains(":=") || action.starts_with("/*");
    let alone = mark.starts_with("{{") && stands_alone(text, at, end) && !awaits_value(&text[..at]);
    let lines = mark.contains(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']);
    (control || property || assigns || alone || lines).then_some(TemplateKind::Go)
}

/// Whether the word that the text ends with is a tag, an anchor or an alias. No one writes long ones.
fn is_property(before: &str) -> bool {
    let near = before.bytes().rev().take(256).take_while(|b| !b.is_ascii_whitespace()).count();
    let word = &before.as_bytes()[before.len() - near..];
    word.iter().find(|b| !b"[{,".contains(b)).is_some_and(|b| b"!&*".contains(b))
}

/// Whether nothing else is on the line.
fn stands_alone(text: &str, start: usize, end: usize) -> bool {
    let before = text[..start].trim_end_matches([' ', '\t']);
    let after = text[end..].trim_start_matches([' ', '\t', '\r']);
    (before.is_empty() || before.ends_with('\n')) && (after.is_empty() || after.starts_with('\n'))
}

/// Whether the text ends with a key or dash whose value is still to come.
fn awaits_value(before: &str) -> bool {
    before.trim_end().ends_with([':', '-'])
}

#[cfg(test)]
mod tests {
    use super::{TemplateKind, mask};

    fn structure(text: &str) -> Option<TemplateKind> {
        mask(text).unwrap().structure
    }

    #[test]
    fn values_and_structure_are_told_apart() {
        for text in
            ["a: {{ x }}\n", "a:\n  {{ toYaml .x }}\nb: 1\n", "- {{ x }}-{{ y }}\n", "a: [${X}]\n", "{{ k }}: v\n"]
        {
            assert_eq!(structure(text), None, "{text}");
        }
        for text in [
            "{{- if .Values.x }}\na: 1\n{{- end }}\n",
            "a: {{ if x }}1{{ else }}2{{ end }}\n",
            "metadata:\n  name: x\n  {{- include \"labels\" . }}\n",
            "{{- $x := 1 }}\na: {{ $x }}\n",
            "{{/* a\ncomment */}}\na: 1\n",
        ] {
            assert_eq!(structure(text), Some(TemplateKind::Go), "{text}");
        }
        assert_eq!(structure("{% if x %}a: 1{% endif %}"), Some(TemplateKind::Jinja));
    }

    #[test]
    fn the_mask_keeps_offsets_and_lines() {
        let masked = mask("a: {{ é }}-y # {{ z }}\nb: ${X}\n# {{ no }}\n").unwrap();
        assert_eq!(masked.text, "a: xxxxxxxx-y # xxxxxxx\nb: xxxx\n# {{ no }}\n");
        assert_eq!(masked.marks, [3..11, 16..23]);
        assert!(mask("a: {b: 1} $5\n").is_none());
    }
}
