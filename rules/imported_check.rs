use crate::rule::{Check, Policy, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "imported-check",
    aliases: &[],
    summary: "a cluster's report has a failed check that no other rule makes",
    // The worst that a report can say: each finding is as severe as its check.
    severity: Severity::Critical,
    since: "0.1.0",
    standards: &[],
    maps: &[],
    doc: include_str!("imported_check.md"),
    check: Check::Import,
    policy: Policy::None("it repeats what was found in a cluster"),
};
