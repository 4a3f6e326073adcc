use crate::finding::Report;
use crate::k8s::Pod;
use crate::rule::{Check, Policy, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "containers-empty",
    aliases: &[],
    summary: "the list of a pod's containers is written and has none",
    severity: Severity::Medium,
    since: "0.1.0",
    standards: &[],
    maps: &[],
    doc: include_str!("containers_empty.md"),
    check: Check::Pod(check),
    policy: Policy::None("the API server refuses such a pod before admission policies see it"),
};

fn check(pod: Pod<'_>, report: &mut Report<'_>) {
    let containers = pod.at("containers");
    // Not written at all is a patch, which other manifests complete.
    if containers.is_null() || (containers.is_seq() && containers.items().len() == 0) {
        let what = if containers.is_null() { "null" } else { "empty" };
        report
            .at(containers, format!("the pod's containers are {what}: the API server refuses a pod without any"))
            .help("write at least one container, or leave the key out where this is a patch");
    }
}
