//! What a rule over the whole input says, and where.

use std::sync::Arc;

use super::Finding;
use crate::engine::{Fact, Settings};
use crate::fingerprint::{self, Mark};
use crate::rule::{Rule, Severity};

/// Where a rule over the whole input writes: its findings stand in files that are no longer open.
pub struct CrossReport<'a> {
    settings: &'a Settings,
    rule: &'static Rule,
    severity: Severity,
    findings: &'a mut Vec<Finding>,
    fingerprints: fingerprint::Maker,
}

impl<'a> CrossReport<'a> {
    /// A report that writes into `findings`.
    pub(crate) fn new(
        settings: &'a Settings,
        rule: &'static Rule,
        severity: Severity,
        findings: &'a mut Vec<Finding>,
    ) -> Self {
        Self { settings, rule, severity, findings, fingerprints: fingerprint::Maker::default() }
    }

    /// The settings of this run.
    pub fn settings(&self) -> &'a Settings {
        self.settings
    }

    /// A note that the rule cannot decide because the value at a fact, or what belongs to it, is a placeholder.
    pub fn undecided(&mut self, fact: &Fact, what: &str) -> &mut Finding {
        let finding = self.at(fact, format!("cannot decide {what}: the value is a placeholder"));
        finding.severity = Severity::Note;
        finding
    }

    /// A finding at a fact.
    pub fn at(&mut self, fact: &Fact, message: impl Into<Arc<str>>) -> &mut Finding {
        let mark = self.settings.with_marks.then(|| Mark::of(unnumbered(&fact.field), &*fact.value));
        let fingerprint = mark.map(|mark| self.fingerprints.of(self.rule, Some(&fact.object), None, &mark));
        self.findings.push(Finding {
            rule: self.rule,
            severity: self.severity,
            message: message.into(),
            help: None,
            path: Arc::clone(&fact.path),
            region: fact.region,
            object: Some(Arc::clone(&fact.object)),
            container: None,
            field: Some(fact.field.as_str().into()),
            fingerprint: fingerprint.unwrap_or_default(),
            standard: None,
            related: Box::default(),
            fixable: None,
            fix: None,
        });
        let last = self.findings.len() - 1;
        &mut self.findings[last]
    }
}

impl Finding {
    /// Takes over what mends a finding about a fact.
    pub fn mended_by(&mut self, fact: &Fact) -> &mut Self {
        (self.fixable, self.fix) = (fact.fixable, fact.fix.clone());
        self
    }
}

/// A field's path without the numbers of list items.
fn unnumbered(field: &str) -> String {
    field.split_inclusive('[').map(|part| part.trim_start_matches(|c: char| c.is_ascii_digit())).collect()
}
