//! `path:line:column: severity[rule-id] message`, one line a finding.

use std::io::{self, Write};

use crate::engine::Outcomes;

/// Writes the findings, then what was not read.
pub fn write(outcomes: &Outcomes, out: &mut dyn Write) -> io::Result<()> {
    for f in &outcomes.findings {
        let start = f.region.start;
        writeln!(
            out,
            "{}:{}:{}: {}[{}] {}",
            f.path,
            start.line,
            start.column,
            f.severity.name(),
            f.rule.id,
            f.message
        )?;
    }
    for unread in outcomes.coverage.unread() {
        let place = unread.position.map(|p| format!("{}:{}:", p.line, p.column)).unwrap_or_default();
        writeln!(out, "{}:{place} {}: {}", unread.path, unread.outcome.name(), unread.reason)?;
    }
    Ok(())
}
