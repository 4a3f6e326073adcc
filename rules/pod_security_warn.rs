use crate::k8s::Mode;
use crate::rule::{Check, Policy, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "pod-security-warn",
    aliases: &[],
    summary: "pod violates the level that its own namespace warns of or audits",
    severity: Severity::Low,
    since: "0.1.0",
    standards: &[],
    maps: &[],
    doc: include_str!("pod_security_warn.md"),
    check: Check::Namespace(&[Mode::Audit, Mode::Warn]),
    policy: Policy::None("the Pod Security admission plugin itself is the policy"),
};
