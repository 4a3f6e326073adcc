use crate::k8s::Mode;
use crate::rule::{Check, Policy, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "pod-security-enforce",
    aliases: &[],
    summary: "pod violates the level that its own namespace enforces",
    severity: Severity::High,
    since: "0.1.0",
    standards: &[],
    maps: &[],
    doc: include_str!("pod_security_enforce.md"),
    check: Check::Namespace(&[Mode::Enforce]),
    policy: Policy::None("the Pod Security admission plugin itself is the policy"),
};
