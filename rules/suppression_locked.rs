use crate::rule::{Check, Fault, Policy, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "suppression-locked",
    aliases: &[],
    summary: "suppression of a rule that nothing in a manifest may silence",
    severity: Severity::Low,
    since: "0.1.0",
    standards: &[],
    maps: &[],
    doc: include_str!("suppression_locked.md"),
    check: Check::Suppression(Fault::Locked),
    policy: Policy::None("a cluster sees the object and not the configuration of the linter"),
};
