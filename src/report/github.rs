//! GitHub's workflow commands: annotations beside the lines of a change. The counts follow as plain text.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Write};

use super::text::clean;
use super::{Options, summary};
use crate::coverage::Outcome;
use crate::engine::Outcomes;
use crate::finding::Finding;
use crate::rule::Severity;

/// Writes one command a finding and one for each thing that was not read.
pub fn write(outcomes: &Outcomes, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    for f in &outcomes.findings {
        let command = match f.severity {
            Severity::Critical | Severity::High => "error",
            Severity::Medium => "warning",
            Severity::Low | Severity::Note => "notice",
        };
        let title = format!("{}[{}]", f.severity.name(), f.rule.id);
        writeln!(out, "::{command} {},title={}::{}", place(f, options), property(&title), data(&message(f)))?;
    }
    for unread in outcomes.coverage.unread() {
        let command = if unread.outcome == Outcome::Broken { "error" } else { "warning" };
        let mut properties = format!("file={}", file(&unread.path, options));
        if let Some(p) = unread.position {
            let _ = write!(properties, ",line={},col={}", p.line, p.column);
        }
        let help = unread.help.map(|h| format!("\nhelp: {h}")).unwrap_or_default();
        let reason = format!("{}{help}", unread.reason);
        writeln!(out, "::{command} {properties},title={}::{}", unread.outcome.name(), data(&reason))?;
    }
    writeln!(out, "{}", summary::line(outcomes))
}

fn place(f: &Finding, options: &Options) -> String {
    let (start, end) = (f.region.start, f.region.end);
    let mut text = format!("file={},line={},endLine={}", file(&f.path, options), start.line, end.line);
    // GitHub refuses columns of a range over several lines.
    if start.line == end.line {
        let _ = write!(text, ",col={},endColumn={}", start.column, end.column);
    }
    text
}

fn message(f: &Finding) -> String {
    let mut text = f.message.to_string();
    if let Some(help) = &f.help {
        let _ = write!(text, "\nhelp: {help}");
    }
    for related in &f.related {
        let (path, start) = (clean(&related.path), related.region.start);
        let _ = write!(text, "\n{path}:{}:{}: {}", start.line, start.column, related.message);
    }
    text
}

fn file(path: &str, options: &Options) -> String {
    property(&clean(&options.told(path)))
}

/// A message as the runner reads it back (actions/toolkit, command.ts). What a log viewer would obey is written out.
fn data(text: &str) -> String {
    let lines: Vec<Cow<'_, str>> = text.split('\n').map(clean).collect();
    lines.join("\n").replace('%', "%25").replace('\n', "%0A")
}

/// A property, which `:` and `,` would end.
fn property(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A").replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::{data, property};

    #[test]
    fn nothing_ends_a_command_early() {
        assert_eq!(data("100% of a::b,c\r\n::error::x"), "100%25 of a::b,c\\r%0A::error::x");
        assert_eq!(property("a%b:c,d\r\n"), "a%25b%3Ac%2Cd%0D%0A");
    }
}
