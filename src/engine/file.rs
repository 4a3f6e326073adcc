//! What comes of one file, document by document.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use super::document::DocumentResult;
use super::facts::Inputs;
use super::sources::Again;
use super::{Judged, PodVerdicts};
use crate::coverage::{FileCoverage, Outcome, Unread};
use crate::finding::Finding;
use crate::identity::Claim;
use crate::source::{LineIndex, Source, Span};
use crate::suppress::FileMarks;

/// What came of one file.
pub(super) struct FileResult {
    pub(super) findings: Vec<Finding>,
    pub(super) verdicts: Vec<PodVerdicts>,
    pub(super) objects: Vec<Judged>,
    pub(super) coverage: FileCoverage,
    pub(super) facts: Inputs,
    /// Namespaces that pods of the file name.
    pub(super) pod_namespaces: BTreeSet<String>,
    /// Where it will be read once more: how.
    pub(super) again: Option<Again>,
    pub(super) pods: usize,
    /// Suppressions in the file.
    pub(super) marks: Option<Box<FileMarks>>,
    /// What its workloads say about ids.
    pub(super) claims: Vec<Claim>,
    /// What of its text no excerpt shows.
    pub(super) secrets: Vec<Span>,
}

impl FileResult {
    pub(super) fn new(path: &Arc<str>) -> Self {
        Self {
            findings: Vec::new(),
            verdicts: Vec::new(),
            objects: Vec::new(),
            coverage: FileCoverage::new(Arc::clone(path)),
            facts: Inputs::default(),
            pod_namespaces: BTreeSet::new(),
            again: None,
            pods: 0,
            marks: None,
            claims: Vec::new(),
            secrets: Vec::new(),
        }
    }

    /// Takes what came of one document, its places told by line and column.
    pub(super) fn take(&mut self, part: DocumentResult, source: &Source, lines: &LazyLines<'_>) {
        match part.outcome {
            Some(Outcome::Linted) => self.coverage.linted += 1,
            Some(Outcome::NotKubernetes) => self.coverage.not_kubernetes += 1,
            Some(Outcome::Skipped | Outcome::Broken) | None => {}
        }
        self.pods += part.pods;
        self.pod_namespaces.extend(part.pod_namespaces);
        self.facts.namespaces.extend(part.namespaces);
        self.claims.extend(part.claims);
        self.secrets.extend(part.secrets);
        self.coverage.unread.extend(part.unread.into_iter().map(|u| Unread {
            path: Arc::clone(&source.path),
            position: Some(lines.get().position(u.span.start)),
            outcome: u.outcome,
            reason: u.reason,
            help: u.help,
        }));
        self.verdicts.extend(part.verdicts.into_iter().map(|v| v.finish(&source.path, lines.get())));
        for draft in part.facts {
            self.facts.push(draft.kind, draft.finish(&source.path, lines.get()));
        }
    }
}

/// The line index of a file, made when the first place is asked for.
pub(super) struct LazyLines<'s> {
    source: &'s Source,
    cell: OnceLock<LineIndex<'s>>,
}

impl<'s> LazyLines<'s> {
    pub(super) fn new(source: &'s Source) -> Self {
        Self { source, cell: OnceLock::new() }
    }

    pub(super) fn get(&self) -> &LineIndex<'s> {
        self.cell.get_or_init(|| self.source.lines())
    }
}
