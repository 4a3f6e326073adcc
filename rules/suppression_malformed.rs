use crate::rule::{Check, Fault, Policy, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "suppression-malformed",
    aliases: &[],
    summary: "comment or annotation to plimsoll that it cannot read",
    severity: Severity::Low,
    since: "0.1.0",
    standards: &[],
    maps: &[],
    doc: include_str!("suppression_malformed.md"),
    check: Check::Suppression(Fault::Malformed),
    policy: Policy::None("a cluster sees no comments"),
};
