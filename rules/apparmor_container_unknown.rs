use crate::finding::Report;
use crate::k8s::Pod;
use crate::k8s::profile::APPARMOR;
use crate::nearest::nearest;
use crate::rule::{Check, Policy, Rule, Safety, Severity};
use crate::yaml::contains_placeholder;

pub(super) static RULE: Rule = Rule {
    id: "apparmor-container-unknown",
    aliases: &[],
    summary: "AppArmor annotation names a container that the pod does not have",
    severity: Severity::Medium,
    since: "0.1.0",
    standards: &[],
    maps: &[],
    doc: include_str!("apparmor_container_unknown.md"),
    check: Check::Pod(check),
    policy: Policy::None("the API server refuses the pod itself"),
};

fn check(pod: Pod<'_>, report: &mut Report<'_>) {
    let names: Vec<&str> = pod.containers().map(crate::k8s::Container::name).collect();
    for annotation in APPARMOR.annotations(pod) {
        let name = &*annotation.container;
        if names.contains(&name) {
            continue;
        }
        if contains_placeholder(name) || names.iter().any(|n| n.is_empty() || contains_placeholder(n)) {
            report.note(annotation.slot, "cannot decide whether the container exists: a name is a placeholder");
            continue;
        }
        let message = format!("the AppArmor annotation is for container \"{name}\", which the pod does not have");
        let draft = report.at_key(annotation.slot, message);
        let meant = |written: &str| nearest(written, names.iter().copied());
        let alone = |n: &&str| APPARMOR.annotations(pod).filter(|a| meant(&a.container) == Some(*n)).count() == 1;
        if let Some(meant) = meant(name).filter(alone) {
            let key = format!("{}{meant}", APPARMOR.annotation);
            draft.fix(Safety::Unsafe, [annotation.slot.rename_key(&key)]);
        }
        if !names.is_empty() {
            draft.help(format!("the containers are {}", names.join(", ")));
        }
    }
}
