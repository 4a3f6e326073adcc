use crate::rule::{Check, Fault, Policy, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "suppression-reason",
    aliases: &[],
    summary: "suppression that gives no reason",
    severity: Severity::Low,
    since: "0.1.0",
    standards: &[],
    maps: &[],
    doc: include_str!("suppression_reason.md"),
    check: Check::Suppression(Fault::Reason),
    policy: Policy::None("a cluster sees the object and not who was to be asked"),
};
