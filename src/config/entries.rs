//! The entries `[[ignore]]` as text: where each stands, and a configuration without some of them.

use std::collections::BTreeSet;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::file::array;
use crate::source::Span;

/// Where an entry stands: its first line, and all that goes when it is taken out.
pub(super) fn place(text: &str, item: &Spanned<DeValue<'_>>) -> (Span, Span) {
    let Range { start, end } = item.span();
    let first = Span::new(start, start + text[start..].lines().next().map_or(0, str::len).max(1));
    let is_header = text[start..].starts_with("[[");
    let values = item.get_ref().as_table().into_iter().flatten();
    let end = if is_header { values.map(|(_, value)| value.span().end).max().unwrap_or(end) } else { end };
    let whole = if is_header { lines(text, start, end) } else { listed(text, start, end) };
    (first, Span::new(whole.start, whole.end))
}

/// The first byte of the line that this byte is on, behind a byte order mark.
fn line_start(text: &str, at: usize) -> usize {
    let first = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    text[..at].rfind('\n').map_or(first, |newline| newline + 1)
}

/// The first byte after the line that this byte is on.
fn line_end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |newline| at + newline + 1)
}

/// The lines from its header to its last value, and the blank ones that would otherwise be too many.
fn lines(text: &str, start: usize, end: usize) -> Range<usize> {
    let (start, end) = (line_start(text, start), line_end(text, end));
    let (top, rest) = (line_start(text, 0), text[end..].trim_start());
    let before = &text[top..start];
    if rest.is_empty() {
        let last = top + before.trim_end().len();
        return if last == top { top..text.len() } else { line_end(text, last)..text.len() };
    }
    let blank = before.lines().next_back().is_none_or(|line| line.trim().is_empty());
    start..if blank { line_start(text, text.len() - rest.len()) } else { end }
}

/// An item of a list with its comma, and with its lines where nothing else stands on them.
fn listed(text: &str, start: usize, end: usize) -> Range<usize> {
    const BLANK: [char; 2] = [' ', '\t'];
    let after = text[end..].trim_start_matches(BLANK);
    let comma = after.strip_prefix(',');
    let rest = comma.unwrap_or(after);
    let tail = rest.lines().next().unwrap_or_default().trim();
    let line = line_start(text, start);
    if text[line..start].trim().is_empty() && (tail.is_empty() || tail.starts_with('#')) {
        return line..line_end(text, text.len() - rest.len());
    }
    if comma.is_some() {
        return start..text.len() - rest.trim_start_matches(BLANK).len();
    }
    let before = text[..start].trim_end_matches(BLANK);
    before.strip_suffix(',').map_or(start, str::len)..end
}

/// A configuration without these of its entries, and where the others stand then, as `place` has it. None where it would
/// be no configuration any more, or say anything else.
pub fn without(text: &str, gone: &BTreeSet<usize>) -> Option<(String, Vec<(Span, Span)>)> {
    let (said, mut entries) = values(text)?;
    let mut new = text.to_owned();
    // Each by itself, the last first: what goes with one depends on what is still around it.
    for at in gone.iter().rev() {
        let whole = places(&new)?.get(*at)?.1;
        new.replace_range(whole.start as usize..whole.end as usize, "");
    }
    let mut at = 0..;
    entries.retain(|_| at.next().is_none_or(|at| !gone.contains(&at)));
    let same = values(&new)? == (said, entries);
    let places = places(&new)?;
    same.then_some((new, places))
}

const NAME: &str = "ignore";

fn places(text: &str) -> Option<Vec<(Span, Span)>> {
    let table = DeTable::parse(text).ok()?;
    let entries = table.get_ref().get(NAME).and_then(|value| value.get_ref().as_array());
    Some(entries.map(|items| array(items).map(|item| place(text, item)).collect()).unwrap_or_default())
}

/// Paths, each with what stands there.
type Values = Vec<(String, String)>;

/// What a configuration says beside its entries, and what each of these says.
fn values(text: &str) -> Option<(Values, Vec<Values>)> {
    let table = DeTable::parse(text).ok()?;
    let (mut said, mut entries) = (Vec::new(), Vec::new());
    for (key, value) in table.get_ref() {
        match value.get_ref().as_array() {
            Some(items) if key.get_ref() == NAME => entries.extend(array(items).map(|item| leaves(item.get_ref(), ""))),
            _ => said.extend(leaves(value.get_ref(), key.get_ref())),
        }
    }
    Some((said, entries))
}

fn leaves(root: &DeValue<'_>, path: &str) -> Values {
    let mut found = Vec::new();
    let mut todo = vec![(path.to_owned(), root)];
    while let Some((path, value)) = todo.pop() {
        let leaf = match value {
            DeValue::String(text) => format!("string {text}"),
            DeValue::Integer(n) => format!("integer {n}"),
            DeValue::Float(n) => format!("float {n}"),
            DeValue::Boolean(b) => format!("boolean {b}"),
            DeValue::Datetime(moment) => format!("moment {moment}"),
            DeValue::Array(items) => {
                todo.extend(array(items).enumerate().map(|(at, item)| (format!("{path}\0{at}"), item.get_ref())));
                "list".to_owned()
            }
            DeValue::Table(table) => {
                todo.extend(table.iter().map(|(key, value)| (format!("{path}\0{}", key.get_ref()), value.get_ref())));
                "table".to_owned()
            }
        };
        found.push((path, leaf));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(text: &str, gone: &[usize]) -> Option<String> {
        without(text, &gone.iter().copied().collect()).map(|(text, _)| text)
    }

    const A: &str = "[[ignore]] # first\nrule = \"a\"\n# between\nreason = '''\nx\n'''\n";
    const B: &str = "  [[ ignore ]]\n  rule = [\n    \"b\", # one\n  ]\n  reason = \"x\" # why\n";

    #[test]
    fn a_table_goes_with_its_lines() {
        let all = format!("# top\nfail-on = \"low\"\n\n# of a\n{A}\n{B}\n# of rules\n[rules]\nx = \"off\"\n");
        let top = "# top\nfail-on = \"low\"\n\n# of a\n";
        let end = "# of rules\n[rules]\nx = \"off\"\n";
        assert_eq!(left(&all, &[0]).unwrap(), format!("{top}\n{B}\n{end}"));
        assert_eq!(left(&all, &[1]).unwrap(), format!("{top}{A}\n{end}"));
        assert_eq!(left(&all, &[0, 1]).unwrap(), format!("{top}\n{end}"));
        let crlf = |text: &str| text.replace('\n', "\r\n");
        assert_eq!(left(&crlf(&all), &[1]).unwrap(), crlf(&format!("{top}{A}\n{end}")));
        // At the end, with and without a line end, and alone.
        let last = format!("fail-on = \"low\"\n\n{A}\n\n{B}\n\n");
        assert_eq!(left(&last, &[1]).unwrap(), format!("fail-on = \"low\"\n\n{A}"));
        assert_eq!(left(last.trim_end(), &[0, 1]).unwrap(), "fail-on = \"low\"\n");
        assert_eq!(left(&format!("\n{A}\n"), &[0]).unwrap(), "");
        assert_eq!(left(&format!("\u{feff}{A}\n{B}"), &[0]).unwrap(), format!("\u{feff}{B}"));
        // Where a comment follows the last value, it is about what comes next, and stays.
        assert_eq!(left(&format!("{A}# more\n{B}"), &[0]).unwrap(), format!("# more\n{B}"));
    }

    #[test]
    fn an_item_goes_with_its_comma() {
        for (text, gone, want) in [
            ("ignore = [{ rule = 'a' }]", &[0][..], "ignore = []"),
            (
                "ignore = [{ rule = 'a' }, { rule = 'b' }, { rule = 'c' }]\n",
                &[0],
                "ignore = [{ rule = 'b' }, { rule = 'c' }]\n",
            ),
            ("ignore = [{ rule = 'a' }, { rule = 'b' }, { rule = 'c' }]\n", &[1, 2], "ignore = [{ rule = 'a' }]\n"),
            ("ignore = [{ rule = 'a' }, { rule = 'b' } ,]\n", &[1], "ignore = [{ rule = 'a' }, ]\n"),
            (
                "ignore = [\n  # of a\n  { rule = 'a' }, # why\n  { rule = 'b' }\n]\n",
                &[0],
                "ignore = [\n  # of a\n  { rule = 'b' }\n]\n",
            ),
            ("ignore = [\n  { rule = 'a' },\n  { rule = 'b' } # why\n]\n", &[1], "ignore = [\n  { rule = 'a' },\n]\n"),
            ("ignore = [\n  { rule = 'a' }, { rule = 'b' },\n]\n", &[0], "ignore = [\n  { rule = 'b' },\n]\n"),
        ] {
            assert_eq!(left(text, gone).as_deref(), Some(want), "{text}");
        }
    }

    #[test]
    fn what_would_say_something_else_is_not_done() {
        // The comma is at the start of the line.
        assert_eq!(left("ignore = [\n  { rule = 'a' }\n  , { rule = 'b' }\n]\n", &[0]), None);
        assert_eq!(left(A, &[1]), None);
        assert_eq!(left("ignore = [", &[0]), None);
        let (_, places) = without(&format!("{A}{B}"), &BTreeSet::from([0])).unwrap();
        assert_eq!(places, [(Span::new(2, 14), Span::new(0, B.len()))]);
    }
}
