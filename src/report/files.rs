//! Findings by file, beside what the ledger has of it: for formats that tell of one file after the other.

use crate::coverage::{FileCoverage, Unread};
use crate::engine::Outcomes;
use crate::finding::Finding;
use crate::suppress::Suppressed;

/// A file of the run.
pub(super) struct FileReport<'a> {
    /// The file, as output shows it.
    pub(super) path: &'a str,
    /// Its findings, in order.
    pub(super) findings: &'a [Finding],
    /// Those that are suppressed.
    pub(super) suppressed: &'a [Suppressed],
    coverage: Option<&'a FileCoverage>,
}

impl<'a> FileReport<'a> {
    /// What of it was not read.
    pub(super) fn unread(&self) -> &'a [Unread] {
        self.coverage.map_or(&[], |c| &c.unread)
    }

    /// Whether any document of it was judged.
    pub(super) fn is_linted(&self) -> bool {
        self.coverage.is_some_and(|c| c.linted > 0)
    }

    /// Whether there is anything to tell of it: a file that holds nothing of Kubernetes is only counted.
    pub(super) fn is_told(&self) -> bool {
        self.is_linted() || !self.is_silent()
    }

    /// Whether it was read whole and nothing found.
    pub(super) fn is_silent(&self) -> bool {
        self.findings.is_empty() && self.suppressed.is_empty() && self.unread().is_empty()
    }
}

/// The files that there is something to tell of, by path.
pub(super) fn files(outcomes: &Outcomes) -> impl Iterator<Item = FileReport<'_>> {
    let mut covered: Vec<&FileCoverage> = outcomes.coverage.files.iter().collect();
    covered.sort_by(|a, b| a.path.cmp(&b.path));
    let mut covered = covered.into_iter().peekable();
    let (mut findings, mut suppressed) = (outcomes.findings.as_slice(), outcomes.suppressed.as_slice());
    let next = move || {
        let found = [findings.first(), suppressed.first().map(|s| &s.finding)].into_iter().flatten();
        let path = covered.peek().map(|c| &*c.path).into_iter().chain(found.map(|f| &*f.path)).min()?;
        let (here, rest) = findings.split_at(findings.partition_point(|f| &*f.path <= path));
        let (silenced, later) = suppressed.split_at(suppressed.partition_point(|s| &*s.finding.path <= path));
        (findings, suppressed) = (rest, later);
        let coverage = covered.next_if(|c| &*c.path == path);
        Some(FileReport { path, findings: here, suppressed: silenced, coverage })
    };
    std::iter::from_fn(next).filter(FileReport::is_told)
}
