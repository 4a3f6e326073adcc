use crate::finding::Report;
use crate::k8s::Pod;
use crate::rule::{Check, Policy, Rule, Safety, Severity};

pub(super) static RULE: Rule = Rule {
    id: "runtime-class-name-empty",
    aliases: &[],
    summary: "runtimeClassName is an empty string",
    severity: Severity::Medium,
    since: "0.1.0",
    standards: &[],
    maps: &[],
    doc: include_str!("runtime_class_name_empty.md"),
    check: Check::Pod(check),
    policy: Policy::None("the API server refuses the pod itself"),
};

fn check(pod: Pod<'_>, report: &mut Report<'_>) {
    let name = pod.at("runtimeClassName");
    if name.as_str() == Some("") {
        report
            .at(name, "runtimeClassName is empty: the API server refuses the pod, as no RuntimeClass has that name")
            .fix(Safety::Safe, [name.remove()])
            .help("remove the field for the default runtime, or name a RuntimeClass");
    }
}
