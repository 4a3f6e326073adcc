//! `path:line:column: severity[rule-id] message`, one line a finding; then what was not read; the counts last.

use std::io::{self, Write};

use super::text::clean;
use super::{Options, summary};
use crate::coverage::Outcome;
use crate::engine::Outcomes;

/// Writes the findings, what was not read, and one line of counts.
pub fn write(outcomes: &Outcomes, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    for f in &outcomes.findings {
        let (path, message) = (clean(&f.path), clean(&f.message));
        let start = f.region.start;
        writeln!(out, "{path}:{}:{}: {}[{}] {message}", start.line, start.column, f.severity.name(), f.rule.id)?;
    }
    for unread in outcomes.coverage.unread() {
        if options.quiet && unread.outcome == Outcome::Skipped {
            continue;
        }
        let place = unread.position.map(|p| format!("{}:{}:", p.line, p.column)).unwrap_or_default();
        let (path, reason) = (clean(&unread.path), clean(&unread.reason));
        writeln!(out, "{path}:{place} {}: {reason}", unread.outcome.name())?;
    }
    if !options.quiet {
        writeln!(out, "{}", summary::line(outcomes))?;
    }
    Ok(())
}
