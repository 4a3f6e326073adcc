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

/// Characters of a line that are shown before and after the place in question.
const AROUND: usize = 60;

/// The line, and marks under the part of it that the region covers.
fn excerpt(f: &mut fmt::Formatter<'_>, line: &str, region: Region) -> fmt::Result {
    let (number, column) = (region.start.line.to_string(), region.start.column as usize - 1);
    let cut = column.saturating_sub(AROUND);
    let before = column - cut;
    let part: String = line.chars().skip(cut).take(before + AROUND).collect();
    let line = part.as_str();
    let length = if region.end.line == region.start.line {
        (region.end.column - region.start.column) as usize
    } else {
        usize::MAX
    };
    let columns = |c: char| printable(c.encode_utf8(&mut [0; 4])).width();
    let indent: usize = line.chars().take(before).map(columns).sum();
    let marked: usize = line.chars().skip(before).take(length).map(columns).sum();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_stand_under_what_is_wrong() {
        let show = |text: &str, span| {
            let problem = Problem { span, message: "m".into(), help: None };
            Problems::new("p".into(), text, vec![problem]).to_string()
        };
        assert_eq!(show("ab = 1", 5..6), "p:1:6: m\n 1 | ab = 1\n   |      ^");
        assert_eq!(show("\tb\t= 1", 1..2), "p:1:2: m\n 1 |     b    = 1\n   |     ^");
        assert_eq!(show("名 = 1\n", 0..3), "p:1:1: m\n 1 | 名 = 1\n   | ^^");
        assert_eq!(show("a = [\n1", 4..7), "p:1:5: m\n 1 | a = [\n   |     ^");
        assert_eq!(show("", 0..0), "p:1:1: m\n 1 | \n   | ^");
        let long = "x".repeat(100_000);
        assert!(show(&long, 50_000..50_001).lines().all(|l| l.len() < 130));
        assert!(show(&long, 0..100_000).lines().all(|l| l.len() < 130));
    }
}
