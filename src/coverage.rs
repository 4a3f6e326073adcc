//! The coverage ledger: every file and every document ends as linted, not Kubernetes, skipped or broken.
//! Nothing unread is green.

use std::sync::Arc;

use crate::source::Position;

/// How a document, or a file that has none, ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// Judged.
    Linted,
    /// Read, and no Kubernetes object.
    NotKubernetes,
    /// Left unread, for a reason that is told.
    Skipped,
    /// Could not be read.
    Broken,
}

impl Outcome {
    /// The word that output uses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Linted => "linted",
            Self::NotKubernetes => "not Kubernetes",
            Self::Skipped => "skipped",
            Self::Broken => "broken",
        }
    }
}

/// A file, or a document of it, that was not read, and why.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unread {
    /// The file.
    pub path: Arc<str>,
    /// Where the reason stands; none where the file has no readable text.
    pub position: Option<Position>,
    /// `Skipped` or `Broken`.
    pub outcome: Outcome,
    /// Why: lower case, no full stop.
    pub reason: String,
    /// What to do about it.
    pub help: Option<&'static str>,
}

/// How many documents of a file ended how. A file without documents (empty, binary, unreadable) counts as one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileCoverage {
    /// The file.
    pub path: Arc<str>,
    /// Documents that were judged.
    pub linted: usize,
    /// Documents that are no Kubernetes objects.
    pub not_kubernetes: usize,
    /// Documents that were skipped or broken, each with its reason.
    pub unread: Vec<Unread>,
}

impl FileCoverage {
    /// A file of which nothing has been read yet.
    pub fn new(path: Arc<str>) -> Self {
        Self { path, linted: 0, not_kubernetes: 0, unread: Vec::new() }
    }

    /// How the file as a whole ended: the worst of its documents, and linted if any was.
    pub fn outcome(&self) -> Outcome {
        let any = |o: Outcome| self.unread.iter().any(|u| u.outcome == o);
        if any(Outcome::Broken) {
            Outcome::Broken
        } else if self.linted > 0 {
            Outcome::Linted
        } else if any(Outcome::Skipped) {
            Outcome::Skipped
        } else {
            Outcome::NotKubernetes
        }
    }
}

/// The ledger of a run, by file in path order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Every file that was found.
    pub files: Vec<FileCoverage>,
    /// Pods that were judged.
    pub pods: usize,
}

/// How many files or documents ended how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Judged.
    pub linted: usize,
    /// No Kubernetes objects.
    pub not_kubernetes: usize,
    /// Skipped for a reason.
    pub skipped: usize,
    /// Broken.
    pub broken: usize,
}

impl Coverage {
    /// Files by how they ended.
    pub fn file_counts(&self) -> Counts {
        let mut counts = Counts::default();
        for file in &self.files {
            *match file.outcome() {
                Outcome::Linted => &mut counts.linted,
                Outcome::NotKubernetes => &mut counts.not_kubernetes,
                Outcome::Skipped => &mut counts.skipped,
                Outcome::Broken => &mut counts.broken,
            } += 1;
        }
        counts
    }

    /// Documents by how they ended.
    pub fn document_counts(&self) -> Counts {
        let mut counts = Counts::default();
        for file in &self.files {
            counts.linted += file.linted;
            counts.not_kubernetes += file.not_kubernetes;
            for unread in &file.unread {
                *if unread.outcome == Outcome::Broken { &mut counts.broken } else { &mut counts.skipped } += 1;
            }
        }
        counts
    }

    /// Everything that was not read, in order.
    pub fn unread(&self) -> impl Iterator<Item = &Unread> {
        self.files.iter().flat_map(|f| &f.unread)
    }

    /// Whether anything could not be read.
    pub fn has_broken(&self) -> bool {
        self.unread().any(|u| u.outcome == Outcome::Broken)
    }
}
