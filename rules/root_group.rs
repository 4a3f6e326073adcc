use crate::clause::ids_are_judged;
use crate::finding::Report;
use crate::k8s::Pod;
use crate::rule::{Check, Map, Policy, Rule, Safety, Severity};
use crate::yaml::Slot;

pub(super) static RULE: Rule = Rule {
    id: "root-group",
    aliases: &[],
    summary: "pod runs in the root group",
    severity: Severity::Medium,
    since: "0.1.0",
    standards: &[],
    maps: &[Map::Trivy("KSV116")],
    doc: include_str!("root_group.md"),
    check: Check::Pod(check),
    policy: Policy::None("three fields of two shapes are one question here, and no clause asks it"),
};

const HELP: &str = "write a group above the floor, such as 10001, and give it the files that the image needs";

fn check(pod: Pod<'_>, report: &mut Report<'_>) {
    if !ids_are_judged(pod, report) {
        return;
    }
    let (id, none_left) = (report.id(), report.no_id());
    let mut told = |slot: Slot<'_>, who: &str, what: &str| {
        if slot.as_int() == Some(0) {
            // One more group without its files is of no use.
            let listed = what.starts_with("supplementalGroups");
            let change = if listed { slot.remove() } else { id.and_then(|id| slot.set(id)) };
            let draft = report.at(slot, format!("{who} is in the root group: securityContext.{what} 0"));
            draft.fix(Safety::Unsafe, [change]);
            match none_left.clone().filter(|_| !listed) {
                Some(why) => draft.help(why),
                None => draft.help(HELP),
            };
        }
    };
    let inherits = |c: &crate::k8s::Container<'_>| c.at("securityContext.runAsGroup").is_absent();
    if pod.containers().any(|c| inherits(&c)) {
        told(pod.at("securityContext.runAsGroup"), "the pod", "runAsGroup is");
    }
    told(pod.at("securityContext.fsGroup"), "the pod", "fsGroup is");
    for group in pod.at("securityContext.supplementalGroups").items() {
        told(group, "the pod", "supplementalGroups holds");
    }
    for container in pod.containers() {
        told(container.at("securityContext.runAsGroup"), &container.label(), "runAsGroup is");
    }
}
