//! A stream into documents, as kubectl splits it before any YAML is parsed: a line that begins with `---` ends a
//! document, wherever it stands; and what begins with `{` is JSON values one behind another, as long as it is JSON.
//! So a document that does not parse never hides its siblings.

use super::json;
use crate::source::Span;

/// The separator that kubectl looks for at a line's start (k8s.io/apimachinery, `util/yaml`).
const SEPARATOR: &str = "---";

/// One document of a stream, before parsing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RawDocument {
    /// Its text. A separator with nothing before it is part of it, as in kubectl's reader.
    pub span: Span,
    /// Text that stands where a document would have to end: behind `---` on its line, or behind a JSON value.
    /// kubectl refuses the stream there.
    pub trailing: Option<Span>,
}

/// The documents of a stream in order. Stretches without anything but white space are left out.
pub fn documents(text: &str) -> Vec<RawDocument> {
    match json::values(text) {
        Some(values) => json_documents(text, &values),
        None => yaml_documents(text, 0, false),
    }
}

/// The same where a byte order mark stood before the text: then the first line is no separator.
pub(crate) fn documents_after_mark(text: &str) -> Vec<RawDocument> {
    yaml_documents(text, 0, true)
}

fn json_documents(text: &str, values: &[usize]) -> Vec<RawDocument> {
    let mut found = Vec::new();
    let mut start = 0;
    for &end in values {
        found.push(RawDocument { span: Span::new(start, end), trailing: None });
        start = end;
    }
    let rest = &text[start..];
    let line_end = rest.find('\n').map_or(rest.len(), |i| i + 1);
    if rest[..line_end].trim().is_empty() && rest[line_end..].starts_with(SEPARATOR) {
        found.extend(yaml_documents(text, start + line_end, false));
    } else if !rest.trim().is_empty() {
        let at = start + (rest.len() - rest.trim_start().len());
        let line = text[at..].lines().next().unwrap_or_default().trim_end();
        found.push(RawDocument { span: Span::new(at, text.len()), trailing: Some(Span::new(at, at + line.len())) });
    }
    found
}

fn yaml_documents(text: &str, mut start: usize, marked: bool) -> Vec<RawDocument> {
    let mut found = Vec::new();
    let mut trailing = None;
    for separator in separators(text, start).filter(|&s| s > 0 || !marked) {
        let end = memchr::memchr(b'\n', &text.as_bytes()[separator..]).map_or(text.len(), |i| separator + i + 1);
        let rest = &text[separator + SEPARATOR.len()..end];
        let content = rest.trim();
        let refused = !content.is_empty() && !content.starts_with('#');
        if separator == start && trailing.is_none() && !refused {
            continue;
        }
        push(text, start, separator, trailing, &mut found);
        trailing = refused.then(|| {
            let at = separator + SEPARATOR.len() + (rest.len() - rest.trim_start().len());
            Span::new(at, at + content.len())
        });
        start = end;
    }
    push(text, start, text.len(), trailing, &mut found);
    found
}

fn push(text: &str, start: usize, end: usize, trailing: Option<Span>, found: &mut Vec<RawDocument>) {
    let content = text[start..end].strip_prefix(SEPARATOR).unwrap_or(&text[start..end]);
    if trailing.is_some() || !content.trim().is_empty() {
        found.push(RawDocument { span: Span::new(start, end), trailing });
    }
}

fn separators(text: &str, from: usize) -> impl Iterator<Item = usize> {
    let bytes = text.as_bytes();
    let all = memchr::memmem::find_iter(&bytes[from..], SEPARATOR).map(move |i| from + i);
    all.filter(move |&i| i == 0 || bytes[i - 1] == b'\n')
}

/// Whether a text behind a document's end has anything that someone meant: more than white space, comments and `...`.
pub fn has_content(text: &str) -> Option<usize> {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim();
        if !(content.is_empty() || content.starts_with('#') || content == "...") {
            return Some(at + (line.len() - line.trim_start().len()));
        }
        at += line.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{documents, documents_after_mark};

    fn texts(stream: &str) -> Vec<&str> {
        documents(stream).iter().map(|d| d.span.text(stream)).collect()
    }

    #[test]
    fn separators_carry_comments_and_white_space() {
        assert_eq!(texts("a: 1\n--- # next\nb: 2\n---   \n---\nc: 3"), ["a: 1\n", "b: 2\n", "---\nc: 3"]);
        assert_eq!(texts("---\r\na: 1\r\n---\r\n"), ["---\r\na: 1\r\n"]);
    }

    #[test]
    fn only_a_line_start_separates() {
        assert_eq!(texts("a: '---'\nb: x---\n"), ["a: '---'\nb: x---\n"]);
    }

    #[test]
    fn text_after_the_separator_is_kept_apart() {
        for stream in ["--- a: 1\nb: 2\n", "c: 3\n--- a: 1\nb: 2\n---\nd: 4\n"] {
            let found = documents(stream);
            let trailing: Vec<_> = found.iter().filter_map(|d| d.trailing).map(|s| s.text(stream)).collect();
            assert_eq!(trailing, ["a: 1"]);
        }
    }

    #[test]
    fn json_values_follow_each_other() {
        assert_eq!(texts("{\"a\": 1}{\"b\": 2}\n{}\n"), ["{\"a\": 1}", "{\"b\": 2}", "\n{}"]);
        assert_eq!(texts("{\"a\": 1}\n---\n{\"b\": 2}\n"), ["{\"a\": 1}", "---\n{\"b\": 2}\n"]);
        assert_eq!(texts("{a: 1}\n---\nb: 2\n"), ["{a: 1}\n", "b: 2\n"]);
        let found = documents("{\"a\": 1} // no\n");
        assert_eq!(found[1].trailing.map(|s| s.text("{\"a\": 1} // no\n")), Some("// no"));
    }

    #[test]
    fn a_byte_order_mark_hides_the_separator_behind_it() {
        assert_eq!(documents_after_mark("--- {a: 1}\n").len(), 1);
        assert_eq!(documents_after_mark("--- {a: 1}\n")[0].trailing, None);
    }
}
