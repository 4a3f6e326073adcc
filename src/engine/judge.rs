//! One document at a time, for whoever changes documents: what the rules say of it, suppressed or not.

use std::sync::Arc;

use super::document::{DocumentResult, Task, lint_tree};
use super::facts::{FactDraft, Inputs};
use super::order::sort;
use super::plan::Plan;
use super::{Outcomes, cross, silence};
use crate::config::Settings;
use crate::finding::{Draft, Texts};
use crate::source::{LineIndex, Source, Span};
use crate::suppress::{FileMarks, Wanted};
use crate::yaml::{Broken, Tree, parse, parse_object};

/// What the rules say about parsed documents, told apart from reading them: for measuring.
pub fn judge<'t>(trees: impl IntoIterator<Item = &'t Tree<'t>>, settings: &Settings) -> Vec<Draft> {
    let plan = Plan::new(settings);
    let rules = plan.rules("");
    let task = Task { settings, rules: &rules, sweep: None, wanted: Wanted::default() };
    trees.into_iter().flat_map(|tree| lint_tree(tree, task).drafts).collect()
}

/// The rules of a run, for documents that come one by one.
pub(crate) struct Judge<'a> {
    plan: Plan<'a>,
    /// They are objects of an API server, not manifests.
    objects: bool,
}

impl<'a> Judge<'a> {
    pub(crate) fn new(settings: &'a Settings) -> Self {
        Self { plan: Plan::new(settings), objects: false }
    }

    /// The same for objects as an API server holds them.
    pub(crate) fn of_objects(settings: &'a Settings) -> Self {
        Self { objects: true, ..Self::new(settings) }
    }

    /// The tree of a document.
    pub(crate) fn read<'t>(&self, text: &'t str) -> Result<Tree<'t>, Broken> {
        if self.objects { parse_object(text) } else { parse(text, Span::new(0, text.len())) }
    }

    /// What the rules say about an object and, apart from that, what the configuration suppresses of it.
    pub(crate) fn outcomes(&self, source: &Source, tree: &Tree<'_>) -> Outcomes {
        let plan = &self.plan;
        let rules = plan.rules(&source.path);
        let wanted = Wanted::by_configuration(plan.settings);
        let task = Task { settings: plan.settings, rules: &rules, sweep: None, wanted };
        let DocumentResult { drafts, marks, .. } = lint_tree(tree, task);
        let (lines, mut texts) = (source.lines(), Texts::default());
        let finish = |draft: Draft| {
            let standard = rules.iter().find(|a| std::ptr::eq(a.rule, draft.rule())).and_then(|a| a.standard);
            draft.finish(&source.path, &lines, standard, &mut texts)
        };
        let mut outcomes = Outcomes { findings: drafts.into_iter().map(finish).collect(), ..Outcomes::default() };
        sort(&mut outcomes.findings);
        let mut file = FileMarks::new(source);
        file.take(marks, Span::new(0, source.text.len()), false, &lines);
        silence(&mut outcomes, vec![file], &[], plan);
        outcomes
    }

    /// What the rules say about a document of the file that output shows as `path`.
    pub(crate) fn drafts(&self, path: &str, tree: &Tree<'_>) -> Vec<Draft> {
        let rules = self.plan.rules(path);
        let task = Task { settings: self.plan.settings, rules: &rules, sweep: None, wanted: Wanted::default() };
        let DocumentResult { mut drafts, facts, .. } = lint_tree(tree, task);
        if let Some(around) = self.plan.settings.around.as_ref().filter(|_| !facts.is_empty()) {
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
        cross(&inputs, &self.plan, &mut findings);
        findings.iter().filter_map(|finding| facts.iter().find_map(|fact| fact.draft(finding))).collect()
    }
}
