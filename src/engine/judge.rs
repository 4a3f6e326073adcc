//! One document at a time, for whoever changes documents: what the rules say of it, suppressed or not.

use super::document::{Task, lint_tree};
use super::plan::Plan;
use crate::config::Settings;
use crate::finding::Draft;
use crate::suppress::Wanted;
use crate::yaml::Tree;

/// The rules of a run, for documents that come one by one.
pub(crate) struct Judge<'a>(Plan<'a>);

impl<'a> Judge<'a> {
    pub(crate) fn new(settings: &'a Settings) -> Self {
        Self(Plan::new(settings))
    }

    /// What the rules say about a document of the file that output shows as `path`.
    pub(crate) fn drafts(&self, path: &str, tree: &Tree<'_>) -> Vec<Draft> {
        let rules = self.0.rules(path);
        lint_tree(tree, Task { settings: self.0.settings, rules: &rules, sweep: None, wanted: Wanted::default() })
            .drafts
    }
}
