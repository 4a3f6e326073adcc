//! A first look at inputs that are about to be changed: no rule judges, and whoever changes a document has its tree.

use super::document::{self, DocumentResult, Task};
use super::plan::Plan;
use super::{FileResult, Keep, LazyLines, Outcomes, finish};
use crate::config::Settings;
use crate::coverage::{Outcome, Unread};
use crate::source::Source;
use crate::suppress::Wanted;
use crate::yaml::{RawDocument, Tree};

/// Looks at inputs one by one; only then it can be told what the whole of them says.
pub(crate) struct Survey<'a>(Plan<'a>);

/// What was seen of a document.
pub(crate) struct SeenDocument(DocumentResult);

/// What was seen of a file.
pub(crate) struct SeenFile(FileResult);

impl<'a> Survey<'a> {
    /// The settings are without rules.
    pub(crate) fn new(settings: &'a Settings) -> Self {
        Self(Plan::new(settings))
    }

    /// Looks at a document; its tree is that of its text alone. None where no rule would have anything to judge.
    pub(crate) fn document<'s>(&self, source: &'s Source, raw: RawDocument) -> (SeenDocument, Option<Tree<'s>>) {
        let task = Task { settings: self.0.settings, rules: &[], sweep: None, wanted: Wanted::default() };
        let (result, tree) = document::look(source, raw, task);
        let fit = matches!(result.outcome, Some(Outcome::Linted) | None);
        (SeenDocument(result), tree.filter(|_| fit).map(|tree| tree.alone(raw.span)))
    }

    /// Puts together what was seen of a file's documents.
    pub(crate) fn file(source: &Source, documents: impl Iterator<Item = SeenDocument>) -> SeenFile {
        let (mut file, lines) = (FileResult::new(&source.path), LazyLines::new(source));
        let mut silent = true;
        for SeenDocument(part) in documents {
            silent &= part.says_nothing();
            file.take(part, source, &lines);
        }
        file.coverage.not_kubernetes += usize::from(silent);
        SeenFile(file)
    }

    /// A file that cannot be read.
    pub(crate) fn unread(unread: Unread) -> SeenFile {
        let mut file = FileResult::new(&unread.path);
        file.coverage.unread.push(unread);
        SeenFile(file)
    }

    /// What the whole input says.
    pub(crate) fn finish(&self, files: Vec<SeenFile>) -> Outcomes {
        finish(files.into_iter().map(|SeenFile(file)| file).collect(), Vec::new(), &self.0, Keep::default())
    }
}

impl SeenDocument {
    /// Whether something that rules say of the document hangs on what other documents say: on ids or facts.
    pub(crate) fn hangs_on_others(&self) -> bool {
        !(self.0.claims.is_empty() && self.0.facts.is_empty())
    }
}
