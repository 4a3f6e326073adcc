//! A stream into documents, line by line, as kubectl splits it before any YAML is parsed:
//! a line that begins with `---` ends a document, wherever it stands.
//! So a document that does not parse never hides its siblings.

use crate::source::Span;

/// The separator that kubectl looks for at a line's start (k8s.io/apimachinery, `util/yaml`).
const SEPARATOR: &str = "---";

/// One document of a stream, before parsing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RawDocument {
    /// Its text: from the end of its separator's line to the start of the next.
    pub span: Span,
    /// Text after `---` on the separator's line that is no comment; kubectl refuses the stream there.
    pub trailing: Option<Span>,
}

/// The documents of a stream in order. Stretches without anything but white space are left out.
pub fn documents(text: &str) -> Vec<RawDocument> {
    let mut found = Vec::new();
    let (mut start, mut trailing) = (0, None);
    for separator in separators(text) {
        push(text, start, separator, trailing, &mut found);
        let end = memchr::memchr(b'\n', &text.as_bytes()[separator..]).map_or(text.len(), |i| separator + i + 1);
        let rest = &text[separator + SEPARATOR.len()..end];
        let content = rest.trim();
        trailing = (!content.is_empty() && !content.starts_with('#')).then(|| {
            let at = separator + SEPARATOR.len() + (rest.len() - rest.trim_start().len());
            Span::new(at, at + content.len())
        });
        start = end;
    }
    push(text, start, text.len(), trailing, &mut found);
    found
}

fn push(text: &str, start: usize, end: usize, trailing: Option<Span>, found: &mut Vec<RawDocument>) {
    if trailing.is_some() || !text[start..end].trim().is_empty() {
        found.push(RawDocument { span: Span::new(start, end), trailing });
    }
}

fn separators(text: &str) -> impl Iterator<Item = usize> {
    memchr::memmem::find_iter(text.as_bytes(), SEPARATOR).filter(|&i| i == 0 || text.as_bytes()[i - 1] == b'\n')
}

#[cfg(test)]
mod tests {
    use super::documents;

    fn texts(stream: &str) -> Vec<&str> {
        documents(stream).iter().map(|d| d.span.text(stream)).collect()
    }

    #[test]
    fn separators_carry_comments_and_white_space() {
        assert_eq!(texts("a: 1\n--- # next\nb: 2\n---   \n---\nc: 3"), ["a: 1\n", "b: 2\n", "c: 3"]);
        assert_eq!(texts("---\r\na: 1\r\n---\r\n"), ["a: 1\r\n"]);
    }

    #[test]
    fn only_a_line_start_separates() {
        assert_eq!(texts("a: '---'\nb: x---\n"), ["a: '---'\nb: x---\n"]);
    }

    #[test]
    fn text_after_the_separator_is_kept_apart() {
        let found = documents("--- a: 1\nb: 2\n");
        assert_eq!(found[0].trailing.map(|s| s.text("--- a: 1\nb: 2\n")), Some("a: 1"));
    }
}
