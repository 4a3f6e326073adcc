//! The line of a finding between its neighbours, the place marked. A line of any length costs what is shown of it.

use std::io::{self, Write};

use crate::report::markup::referenced;
use crate::report::text::clean;
use crate::source::{HIDDEN, LineIndex, Region};

/// So many characters of a line are shown.
const WIDTH: usize = 160;
/// Stands for what is not shown.
const MASK: &str = "•••";
/// So many of them before the mark.
const BEFORE: usize = 60;

pub(super) fn write(lines: &LineIndex<'_>, region: Region, out: &mut dyn Write) -> io::Result<()> {
    let number = region.start.line;
    write!(out, "<pre>")?;
    for n in number.saturating_sub(1).max(1)..=number.saturating_add(1) {
        let line = lines.line(n);
        if n == number {
            marked(lines, line, region, out)?;
        } else if !line.trim().is_empty() {
            write!(out, "<i>{n}</i> {}", code(window(line, 0)))?;
            writeln!(out, "{}", if window(line, 0).len() < line.len() { "…" } else { "" })?;
        }
    }
    writeln!(out, "</pre>")
}

fn marked(lines: &LineIndex<'_>, line: &str, region: Region, out: &mut dyn Write) -> io::Result<()> {
    let start = lines.line_start(region.start.line);
    let at = |offset: usize| floor(line, offset.saturating_sub(start));
    let from = at(region.start.offset);
    // What goes on below is marked to the end of its first line.
    let to = if region.end.line == region.start.line { at(region.end.offset).max(from) } else { line.len() };
    let before = line[..from].char_indices().rev().nth(BEFORE - 1).map_or(0, |(at, _)| at);
    // A short line is shown from its start.
    let first = if window(line, 0).len() == line.len() { 0 } else { before };
    let shown = window(line, first);
    let end = first + shown.len();
    let (from, to) = (from.min(end), to.min(end));
    write!(out, "<i>{}</i> {}{}", region.start.line, if first > 0 { "…" } else { "" }, code(&line[first..from]))?;
    write!(out, "<mark>{}</mark>{}", code(&line[from..to]), code(&line[to..end]))?;
    writeln!(out, "{}", if end < line.len() { "…" } else { "" })
}

/// As much of the line as is shown, from a byte on.
fn window(line: &str, from: usize) -> &str {
    let rest = &line[from..];
    rest.char_indices().nth(WIDTH).map_or(rest, |(at, _)| &rest[..at])
}

/// The byte offset, no further than the line's end, and not inside a character.
fn floor(line: &str, at: usize) -> usize {
    let mut at = at.min(line.len());
    while !line.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Source as it stands, its tabs too; what a browser would obey or hide is written out, and what is secret is masked,
/// however long it is.
fn code(text: &str) -> String {
    let shown = |text: &str| {
        let parts = text.split('\t').map(|part| referenced(&clean(part)).into_owned());
        parts.collect::<Vec<_>>().join("\t")
    };
    let mut code = String::new();
    for part in text.split_inclusive(HIDDEN) {
        match part.strip_suffix(HIDDEN) {
            Some("") if code.ends_with(MASK) => {}
            Some(before) => code += &(shown(before) + MASK),
            None => code += &shown(part),
        }
    }
    code
}
