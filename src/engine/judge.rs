//! One document at a time, for whoever changes documents: what the rules say of it, suppressed or not.

use std::sync::Arc;

use super::cross;
use super::document::{DocumentResult, Task, lint_tree};
use super::facts::{FactDraft, Inputs};
use super::plan::Plan;
use crate::config::Settings;
use crate::finding::Draft;
use crate::source::LineIndex;
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
        let task = Task { settings: self.0.settings, rules: &rules, sweep: None, wanted: Wanted::default() };
        let DocumentResult { mut drafts, facts, .. } = lint_tree(tree, task);
        if let Some(around) = self.0.settings.around.as_ref().filter(|_| !facts.is_empty()) {
            drafts.extend(self.over_all(path, tree, &facts, around));
        }
        drafts
    }

    /// What the rules over the whole input say about a document of it, as far as it can be mended there.
    fn over_all(&self, path: &str, tree: &Tree<'_>, facts: &[FactDraft], around: &Arc<Inputs>) -> Vec<Draft> {
        let (path, lines) = (Arc::from(path), LineIndex::new(tree.text(), 0));
        let mut inputs = Inputs::amid(around);
        for fact in facts {
            inputs.push(fact.kind, fact.clone().finish(&path, &lines));
        }
        let mut findings = Vec::new();
        cross(&inputs, &self.0, &mut findings);
        findings.iter().filter_map(|finding| facts.iter().find_map(|fact| fact.draft(finding))).collect()
    }
}
