//! The texts of a run, had a second time when they are needed: a file is read again rather than kept.

use std::sync::Arc;

use crate::discover::Input;
use crate::source::{Source, Span};

/// How one source is had again.
#[derive(Clone, Debug)]
pub(super) enum Again {
    /// By reading its file.
    File(Input),
    /// It was kept: standard input flows once.
    Kept(Arc<Source>),
}

impl Again {
    pub(super) fn source(&self) -> Option<Arc<Source>> {
        match self {
            Self::File(input) => input.clone().read().ok().map(Arc::new),
            Self::Kept(source) => Some(Arc::clone(source)),
        }
    }
}

/// The texts of the files of a run, by the path that output shows, each with what of it no output shows.
#[derive(Clone, Debug, Default)]
pub struct Sources(Vec<(Arc<str>, Again, Vec<Span>)>);

impl Sources {
    pub(super) fn push(&mut self, path: Arc<str>, again: Again, secrets: Vec<Span>) {
        self.0.push((path, again, secrets));
    }

    /// Keeps a text that is already here.
    pub fn keep(&mut self, source: Arc<Source>) {
        self.push(Arc::clone(&source.path), Again::Kept(source), Vec::new());
        self.sort();
    }

    pub(super) fn sort(&mut self) {
        self.0.sort_by(|a, b| a.0.cmp(&b.0));
    }

    /// The text of a file, its secrets hidden; none where it cannot be read any more.
    pub fn get(&self, path: &str) -> Option<Arc<Source>> {
        let at = self.0.binary_search_by(|(p, ..)| (**p).cmp(path)).ok()?;
        let (_, again, secrets) = &self.0[at];
        let source = again.source()?;
        Some(if secrets.is_empty() { source } else { Arc::new(source.hiding(secrets)) })
    }
}
