use crate::finding::Report;
use crate::k8s::{Mode, NamespacePolicy, Object};
use crate::rule::{Check, Policy, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "pod-security-order",
    aliases: &[],
    summary: "namespace enforces a weaker level than it warns of or audits",
    severity: Severity::Low,
    since: "0.1.0",
    standards: &[],
    maps: &[],
    doc: include_str!("pod_security_order.md"),
    check: Check::Object(check),
    policy: Policy::None("a policy on pods does not see the labels of their Namespace"),
};

fn check(object: Object<'_>, report: &mut Report<'_>) {
    if object.kind() != "Namespace" {
        return;
    }
    let Some(policy) = NamespacePolicy::of(object) else { return };
    let enforced = policy.mode(Mode::Enforce);
    let labels = object.at("metadata.labels");
    for mode in [Mode::Warn, Mode::Audit] {
        let (slot, said) = (labels.key(mode.label()), policy.mode(mode));
        if slot.exists() && said.level > enforced.level {
            let (level, name) = (said.level.name(), mode.name());
            let message = format!("the namespace enforces {} and only {name}s at {level}", enforced.level.name());
            let draft = report.at(slot, message);
            draft.help(format!("once nothing is reported any more, set `{}: {level}`", Mode::Enforce.label()));
            let enforce = labels.key(Mode::Enforce.label());
            if enforce.exists() {
                draft.related(enforce.span(), "what is enforced");
            }
        }
    }
}
