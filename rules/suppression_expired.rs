use crate::rule::{Check, Fault, Policy, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "suppression-expired",
    aliases: &[],
    summary: "suppression whose date has passed",
    severity: Severity::Low,
    since: "0.1.0",
    standards: &[],
    maps: &[],
    doc: include_str!("suppression_expired.md"),
    check: Check::Suppression(Fault::Expired),
    policy: Policy::None("a cluster sees the object and not who was to be asked"),
};
