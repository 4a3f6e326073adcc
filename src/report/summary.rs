//! What a run comes to, in words: findings by severity, notes apart, and the ledger.

use std::fmt::Write;

use crate::coverage::Counts;
use crate::engine::Outcomes;
use crate::rule::Severity;

/// `3 findings (1 critical, 2 low) and 1 note in 2 pods`
pub(crate) fn verdict(outcomes: &Outcomes) -> String {
    let count = |s: Severity| outcomes.findings.iter().filter(|f| f.severity == s).count();
    let by_severity: Vec<(usize, &str)> = Severity::ALL
        .into_iter()
        .rev()
        .filter(|&s| s != Severity::Note)
        .map(|s| (count(s), s.name()))
        .filter(|(n, _)| *n > 0)
        .collect();
    let total: usize = by_severity.iter().map(|(n, _)| n).sum();
    let mut text = if total == 0 { "no findings".to_owned() } else { plural(total, "finding") };
    if total > 0 {
        let parts: Vec<_> = by_severity.iter().map(|(n, name)| format!("{n} {name}")).collect();
        let _ = write!(text, " ({})", parts.join(", "));
    }
    let notes = count(Severity::Note);
    if notes > 0 {
        let _ = write!(text, " and {}", plural(notes, "note"));
    }
    let _ = write!(text, " in {}", plural(outcomes.coverage.pods, "pod"));
    text
}

/// The verdict and the ledger's counts in one line.
pub(crate) fn line(outcomes: &Outcomes) -> String {
    let coverage = &outcomes.coverage;
    format!(
        "{}; files: {}; documents: {}",
        verdict(outcomes),
        counts(coverage.file_counts()),
        counts(coverage.document_counts())
    )
}

fn counts(c: Counts) -> String {
    format!("{} linted, {} not Kubernetes, {} skipped, {} broken", c.linted, c.not_kubernetes, c.skipped, c.broken)
}

/// `1 pod`, `2 pods`
pub(crate) fn plural(n: usize, noun: &str) -> String {
    format!("{n} {noun}{}", if n == 1 { "" } else { "s" })
}
