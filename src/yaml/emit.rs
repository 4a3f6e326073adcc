//! YAML out: block style, keys in the order given, and every string quoted that any reader of YAML 1.1 or 1.2 could take
//! for something else.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Write};

/// A value to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Emit<'a> {
    /// A string.
    Text(Cow<'a, str>),
    /// An integer.
    Int(i64),
    /// A boolean.
    Bool(bool),
    /// A mapping, in this order.
    Map(Vec<(Cow<'a, str>, Emit<'a>)>),
    /// A sequence.
    List(Vec<Emit<'a>>),
    /// A sequence of strings on one line.
    Row(Vec<Cow<'a, str>>),
    /// A value with a comment on the lines above it; a document's stands at its head.
    Noted(Cow<'a, str>, Box<Emit<'a>>),
}

impl<'a> Emit<'a> {
    /// The same value with a comment above it, in place of any that it had.
    #[must_use]
    pub fn noted(self, comment: impl Into<Cow<'a, str>>) -> Self {
        match self {
            Self::Noted(_, value) => Self::Noted(comment.into(), value),
            value => Self::Noted(comment.into(), Box::new(value)),
        }
    }

    fn apart(&self) -> (Option<&str>, &Self) {
        match self {
            Self::Noted(comment, value) => (Some(comment), value.apart().1),
            value => (None, value),
        }
    }
}

impl<'a, T: Into<Cow<'a, str>>> From<T> for Emit<'a> {
    fn from(text: T) -> Self {
        Self::Text(text.into())
    }
}

/// A mapping of these entries, those without a value left out.
pub fn map<'a, const N: usize>(entries: [(&'a str, Option<Emit<'a>>); N]) -> Emit<'a> {
    Emit::Map(entries.into_iter().filter_map(|(key, value)| Some((key.into(), value?))).collect())
}

/// Writes a value as a document, with its separator.
pub fn document(value: &Emit<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut text = String::from("---\n");
    block(value, &mut text);
    out.write_all(text.as_bytes())
}

/// What is still to be written: a value, how deep it stands, and whether it begins behind a dash.
struct Todo<'e, 'a> {
    lead: Lead<'e>,
    value: &'e Emit<'a>,
    depth: usize,
}

/// What a line begins with.
#[derive(Clone, Copy)]
enum Lead<'e> {
    None,
    Key(&'e str, bool),
    Item(bool),
}

fn block(value: &Emit<'_>, out: &mut String) {
    let mut todo = vec![Todo { lead: Lead::None, value, depth: 0 }];
    while let Some(Todo { lead, value, depth }) = todo.pop() {
        let (comment, value) = value.apart();
        let lead = comment.map_or(lead, |comment| note(comment, lead, depth, out));
        let below = begin(lead, depth, out);
        let children = match value {
            Emit::Map(entries) => entries.len(),
            Emit::List(items) => items.len(),
            _ => 0,
        };
        if children == 0 {
            out.push_str(if below { " " } else { "" });
            leaf(value, depth + 1, out);
            out.push('\n');
            continue;
        }
        // Behind a dash the first entry follows on the same line; behind a key all go on lines of their own.
        let inline = !matches!(lead, Lead::Key(..));
        out.push_str(match lead {
            Lead::Key(..) => "\n",
            Lead::Item(_) => " ",
            Lead::None => "",
        });
        let depth = if below { depth + 1 } else { depth };
        let mark = todo.len();
        match value {
            Emit::Map(entries) => todo.extend(entries.iter().enumerate().map(|(i, (key, value))| Todo {
                lead: Lead::Key(key, inline && i == 0),
                value,
                depth,
            })),
            Emit::List(items) => todo.extend(items.iter().enumerate().map(|(i, value)| Todo {
                lead: Lead::Item(inline && i == 0),
                value,
                depth,
            })),
            _ => {}
        }
        todo[mark..].reverse();
    }
}

/// Writes what stands before a value; whether that is anything.
fn begin(lead: Lead<'_>, depth: usize, out: &mut String) -> bool {
    // The first entry of an item stands behind the dash that is already written.
    let (first, below) = match lead {
        Lead::None => (true, false),
        Lead::Key(_, first) | Lead::Item(first) => (first, true),
    };
    if !first {
        let _ = write!(out, "{:1$}", "", depth * 2);
    }
    if let Lead::Key(key, _) = lead {
        scalar(key, out);
        out.push(':');
    } else if below {
        out.push('-');
    }
    below
}

/// Writes a comment; what was to stand behind a dash stands below it.
fn note<'e>(comment: &str, lead: Lead<'e>, depth: usize, out: &mut String) -> Lead<'e> {
    let first = matches!(lead, Lead::Key(_, true) | Lead::Item(true));
    for (i, line) in comment.lines().enumerate() {
        let indent = if first && i == 0 { 0 } else { depth * 2 };
        let _ = writeln!(out, "{:indent$}{}", "", format!("# {line}").trim_end());
    }
    match lead {
        Lead::Key(key, _) => Lead::Key(key, false),
        Lead::Item(_) => Lead::Item(false),
        Lead::None => Lead::None,
    }
}

fn leaf(value: &Emit<'_>, depth: usize, out: &mut String) {
    match value {
        Emit::Text(text) if is_literal(text) => literal(text, depth, out),
        Emit::Text(text) => scalar(text, out),
        Emit::Int(n) => drop(write!(out, "{n}")),
        Emit::Bool(b) => drop(write!(out, "{b}")),
        Emit::Map(_) => out.push_str("{}"),
        Emit::List(_) => out.push_str("[]"),
        Emit::Row(items) => row(items, out),
        Emit::Noted(_, value) => leaf(value, depth, out),
    }
}

fn row(items: &[Cow<'_, str>], out: &mut String) {
    out.push('[');
    for (i, item) in items.iter().enumerate() {
        out.push_str(if i == 0 { "" } else { ", " });
        if item.contains(',') { quoted(item, out) } else { scalar(item, out) }
    }
    out.push(']');
}

/// Whether a text is written as it is, line by line: nothing in it is hidden, and no line begins or ends with a blank.
fn is_literal(text: &str) -> bool {
    let body = text.strip_suffix('\n').unwrap_or(text);
    let blank = |line: &str| line.ends_with([' ', '\t']);
    body.contains('\n')
        && !body.starts_with([' ', '\n'])
        && !body.ends_with('\n')
        && !body.chars().any(|c| c != '\n' && is_hidden(c))
        && !body.lines().any(blank)
}

fn literal(text: &str, depth: usize, out: &mut String) {
    out.push_str(if text.ends_with('\n') { "|" } else { "|-" });
    for line in text.lines() {
        out.push('\n');
        if !line.is_empty() {
            let _ = write!(out, "{:1$}{line}", "", depth.max(1) * 2);
        }
    }
}

/// A string: plain where nothing can take it for anything else, quoted otherwise.
fn scalar(text: &str, out: &mut String) {
    if is_plain(text) {
        out.push_str(text);
    } else {
        quoted(text, out);
    }
}

fn quoted(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if is_hidden(c) && u32::from(c) > 0xffff => drop(write!(out, "\\U{:08x}", u32::from(c))),
            c if is_hidden(c) => drop(write!(out, "\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
}

/// What YAML forbids, takes for a line end, or no reader would see.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{ffff}' | '\u{e0000}'..='\u{e007f}')
}

/// Whether a string is written without quotes: it begins with a letter or a slash, goes on with what has no meaning in
/// YAML, and is no word that has one.
fn is_plain(text: &str) -> bool {
    const WORDS: [&str; 11] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"];
    let bytes = text.as_bytes();
    let begins = bytes.first().is_some_and(|b| b.is_ascii_alphabetic() || *b == b'/');
    let goes_on = bytes.iter().all(|b| b.is_ascii_alphanumeric() || b" -_./:,()'`*=+;".contains(b));
    begins
        && goes_on
        && !text.contains(": ")
        && !text.ends_with([' ', ':'])
        && !WORDS.iter().any(|word| word.eq_ignore_ascii_case(text))
}

#[cfg(test)]
mod tests {
    use super::{Emit, document, map, scalar};

    fn written(text: &str) -> String {
        let mut out = String::new();
        scalar(text, &mut out);
        out
    }

    #[test]
    fn what_looks_like_something_else_is_quoted() {
        for plain in ["web", "apps/v1", "/var/run", "a: b".trim_end_matches(": b"), "it's, (so) `x`"] {
            assert_eq!(written(plain), plain);
        }
        for quoted in
            ["", "yes", "NO", "y", "null", "10", "0x1f", "1e3", "2026-11-24", ".5", "~", "- a", "a: b", "a:", "a #b"]
        {
            assert_eq!(written(quoted), format!("\"{quoted}\""));
        }
        assert_eq!(written("a\"b\\c\nd\u{1b}\u{85}\u{feff}é"), "\"a\\\"b\\\\c\\nd\\u001b\\u0085\\ufeffé\"");
    }

    #[test]
    fn blocks_stand_under_their_keys() {
        let value = map([
            ("kind", Some("Pod".into())),
            ("none", None),
            ("empty", Some(Emit::List(Vec::new()))),
            (
                "list",
                Some(Emit::List(vec![map([("a", Some(Emit::Int(1))), ("b", Some(Emit::Bool(true)))]), "x".into()])),
            ),
            ("map", Some(map([("in", Some(map([("deep", Some(map([])))]))), ("after", Some("1".into()))]))),
        ]);
        let mut out = Vec::new();
        document(&value, &mut out).unwrap();
        let want = "---\nkind: Pod\nempty: []\nlist:\n  - a: 1\n    b: true\n  - x\nmap:\n  in:\n    deep: {}\n  after: \"1\"\n";
        assert_eq!(String::from_utf8(out).unwrap(), want);
    }

    #[test]
    fn comments_and_lines_stand_as_they_are() {
        let value = map([
            ("kind", Some(Emit::from("Pod").noted("What it is.\n\nReally."))),
            ("text", Some("a: b\n  c\n\nd".into())),
            ("whole", Some("x\ny\n".into())),
            ("hidden", Some("x\n\u{1b}".into())),
            ("row", Some(Emit::Row(vec!["a".into(), "b, c".into(), "".into()]))),
            (
                "list",
                Some(Emit::List(vec![
                    map([("a", Some(Emit::Int(1).noted("one"))), ("b", Some("p\nq".into()))]),
                    Emit::from("x").noted("an x"),
                    Emit::List(vec![Emit::Int(1).noted("in")]),
                ])),
            ),
        ]);
        let mut out = Vec::new();
        document(&value.noted("head"), &mut out).unwrap();
        let want = r#"---
# head
# What it is.
#
# Really.
kind: Pod
text: |-
  a: b
    c

  d
whole: |
  x
  y
hidden: "x\n\u001b"
row: [a, "b, c", ""]
list:
  - # one
    a: 1
    b: |-
      p
      q
  # an x
  - x
  - # in
    - 1
"#;
        assert_eq!(String::from_utf8(out).unwrap(), want);
    }
}
