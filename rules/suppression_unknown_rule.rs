use crate::rule::{Check, Fault, Policy, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "suppression-unknown-rule",
    aliases: &[],
    summary: "suppression that names a rule that there is not",
    severity: Severity::Low,
    since: "0.1.0",
    standards: &[],
    maps: &[],
    doc: include_str!("suppression_unknown_rule.md"),
    check: Check::Suppression(Fault::UnknownRule),
    policy: Policy::None("a cluster sees the object and not who was to be asked"),
};
