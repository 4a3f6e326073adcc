//! The rules of a run, settled once.

use std::borrow::Cow;

use super::sweep::Sweep;
use crate::config::{Settings, Severities};
use crate::rule::{Check, Rule, Severity, Standard};

/// A rule that judges a file, its severity there, and the check that it stands for.
#[derive(Clone, Copy)]
pub(super) struct Active {
    pub(super) rule: &'static Rule,
    pub(super) severity: Severity,
    pub(super) standard: Option<&'static Standard>,
}

pub(super) struct Plan<'a> {
    pub(super) settings: &'a Settings,
    pub(super) sweep: Option<Sweep>,
    rules: Vec<Active>,
}

impl<'a> Plan<'a> {
    pub(super) fn new(settings: &'a Settings) -> Self {
        Self { settings, sweep: Sweep::new(settings), rules: active(settings, &settings.severities) }
    }

    /// The rules that judge a file.
    pub(super) fn rules(&self, path: &str) -> Cow<'_, [Active]> {
        match self.settings.overridden(path) {
            Some(severities) => Cow::Owned(active(self.settings, &severities)),
            None => Cow::Borrowed(&self.rules),
        }
    }

    /// The severities of all rules in a file, in the order of the catalogue; `None` where one is off.
    pub(super) fn severities(&self, path: &str) -> Vec<Option<Severity>> {
        let mut severities = vec![None; crate::rules::ALL.len()];
        for active in &*self.rules(path) {
            if let Ok(at) = crate::rules::ALL.binary_search_by(|rule| rule.id.cmp(active.rule.id)) {
                severities[at] = Some(active.severity);
            }
        }
        severities
    }

    /// The severity of a rule in a file; `None` where it is off.
    pub(super) fn severity(&self, rule: &Rule, path: &str) -> Option<Severity> {
        self.rules(path).iter().find(|a| std::ptr::eq(a.rule, rule)).map(|a| a.severity)
    }
}

/// Whether a rule needs more than the object that it speaks of.
pub(crate) fn looks_at_all(rule: &Rule) -> bool {
    matches!(rule.check, Check::Inputs(_) | Check::Namespace(_))
}

/// Which rules judge which files, for whoever asks after the run.
pub(crate) struct Speakers<'a> {
    plan: Plan<'a>,
    imported: bool,
}

impl<'a> Speakers<'a> {
    /// `imported` says whether reports of a cluster spoke too.
    pub(crate) fn new(settings: &'a Settings, imported: bool) -> Self {
        Self { plan: Plan::new(settings), imported }
    }

    /// Whether the rule of this name judges a file; one that looks at all files at once does so where `whole` is true:
    /// where no file is missing.
    pub(crate) fn by(&self, id: &str, path: &str, whole: impl FnOnce() -> bool) -> bool {
        let Some(rule) = crate::names::rule(id) else { return false };
        self.plan.severity(rule, path).is_some()
            && (self.imported || !matches!(rule.check, Check::Import))
            && (!looks_at_all(rule) || (self.plan.settings.standard.is_none() && whole()))
    }
}

pub(super) fn active(settings: &Settings, severities: &Severities) -> Vec<Active> {
    let judge = |(rule, severity): (&'static Rule, Severity)| {
        let standard = rule.standard_at(settings);
        (settings.standard.is_none() || standard.is_some()).then_some(Active { rule, severity, standard })
    };
    let mut rules: Vec<_> = severities.active().filter_map(judge).collect();
    rules.sort_by_key(|a| matches!(a.rule.check, Check::Api(_)));
    rules
}
