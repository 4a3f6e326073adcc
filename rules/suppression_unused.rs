use crate::rule::{Check, Fault, Policy, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "suppression-unused",
    aliases: &[],
    summary: "suppression that hides nothing",
    severity: Severity::Low,
    since: "0.1.0",
    standards: &[],
    maps: &[],
    doc: include_str!("suppression_unused.md"),
    check: Check::Suppression(Fault::Unused),
    policy: Policy::None("a cluster sees the object and not who was to be asked"),
};
