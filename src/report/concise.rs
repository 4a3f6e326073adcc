//! `path:line:column: severity[rule-id] message`, one line a finding; then what was not read; the counts last.

use std::io::{self, Write};

use rayon::prelude::*;

use super::text::clean;
use super::{Options, known, summary};
use crate::coverage::Outcome;
use crate::engine::Outcomes;
use crate::finding::Finding;

/// Findings that are put into words side by side, and then written one after the other.
const PIECE: usize = 1024;

/// Writes the findings, what was not read, and one line of counts.
pub fn write(outcomes: &Outcomes, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    for part in outcomes.findings.chunks(PIECE * 16) {
        if part.len() <= PIECE {
            // Starting threads would take longer.
            out.write_all(&lines(part)?)?;
            continue;
        }
        let pieces: Vec<Vec<u8>> = part.par_chunks(PIECE).map(lines).collect::<io::Result<_>>()?;
        pieces.iter().try_for_each(|piece| out.write_all(piece))?;
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
        outcomes.baseline.as_ref().map_or(Ok(()), |compared| known::lines(compared, out))?;
        for line in [summary::fixed(outcomes), summary::fixable(outcomes)].into_iter().flatten() {
            writeln!(out, "{line}")?;
        }
        writeln!(out, "{}", summary::line(outcomes))?;
    }
    Ok(())
}

fn lines(findings: &[Finding]) -> io::Result<Vec<u8>> {
    let mut out = Vec::with_capacity(findings.len() * 160);
    for f in findings {
        let (path, message) = (clean(&f.path), clean(&f.message));
        let start = f.region.start;
        writeln!(out, "{path}:{}:{}: {}[{}] {message}", start.line, start.column, f.severity.name(), f.rule.id)?;
    }
    Ok(out)
}
