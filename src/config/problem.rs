//! What is wrong in a configuration file, each at its line.

use std::fmt;
use std::ops::Range;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::source::{LineIndex, Region, Span};

/// Something that is wrong in a configuration file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) span: Range<usize>,
    pub(super) message: String,
    pub(super) help: Option<String>,
}

/// Everything that is wrong in a configuration file, in the order of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems {
    path: String,
    text: String,
    list: Vec<Problem>,
}

impl Problems {
    pub(super) fn new(path: String, text: &str, mut problems: Vec<Problem>) -> Self {
        problems.sort_by_key(|p| (p.span.start, p.span.end));
        Self { path, text: text.to_owned(), list: problems }
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = LineIndex::new(&self.text, 0);
        for (i, problem) in self.list.iter().enumerate() {
            let region = lines.region(Span::new(problem.span.start, problem.span.end));
            let start = region.start;
            if i > 0 {
                f.write_str("\n")?;
            }
            writeln!(f, "{}:{}:{}: {}", self.path, start.line, start.column, printable(&problem.message))?;
            excerpt(f, lines.line(start.line), region)?;
            if let Some(help) = &problem.help {
                write!(f, "\n{:1$} = {help}", "", start.line.to_string().len() + 1)?;
            }
        }
        Ok(())
    }
}

/// The line, and marks under the part of it that the region covers.
fn excerpt(f: &mut fmt::Formatter<'_>, line: &str, region: Region) -> fmt::Result {
    let (number, before) = (region.start.line.to_string(), region.start.column as usize - 1);
    let length = if region.end.line == region.start.line {
        (region.end.column - region.start.column) as usize
    } else {
        usize::MAX
    };
    let column = |c: char| printable(c.encode_utf8(&mut [0; 4])).width();
    let indent: usize = line.chars().take(before).map(column).sum();
    let marked: usize = line.chars().skip(before).take(length).map(column).sum();
    writeln!(f, " {number} | {}", printable(line))?;
    write!(f, " {:1$} | {2:3$}{4}", "", number.len(), "", indent, "^".repeat(marked.max(1)))
}

/// The text with tabs as blanks, and without what a terminal would obey.
fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\t' => shown.push_str("    "),
            c if c.is_control() || c.width().is_none() => shown.push('\u{fffd}'),
            c => shown.push(c),
        }
    }
    shown
}
