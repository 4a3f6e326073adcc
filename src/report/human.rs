//! For people: findings grouped by file, the summary with the ledger last.

use std::io::{self, Write};

use crate::engine::Outcomes;

/// Writes the findings and the summary.
pub fn write(outcomes: &Outcomes, out: &mut dyn Write) -> io::Result<()> {
    super::concise::write(outcomes, out)?;
    let files = outcomes.coverage.file_counts();
    let documents = outcomes.coverage.document_counts();
    writeln!(out, "{} findings in {} pods", outcomes.findings.len(), outcomes.coverage.pods)?;
    for (what, c) in [("files", files), ("documents", documents)] {
        writeln!(
            out,
            "{what}: {} linted, {} not Kubernetes, {} skipped, {} broken",
            c.linted, c.not_kubernetes, c.skipped, c.broken
        )?;
    }
    Ok(())
}
