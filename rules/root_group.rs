use crate::clause::{SHARES_NO_IDS, ids_are_judged};
use crate::finding::Report;
use crate::k8s::Pod;
use crate::policy::{Demand, Target, containers, pod};
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
    policy: Policy::Cel(demands),
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

fn demands(target: &Target) -> Vec<Demand> {
    const HELP: &str = "write a group above the floor";
    const SHARED: &str = "variables.pod.?securityContext.?runAsGroup != optional.of(0) || \
                          variables.containers.all(c, c.?securityContext.?runAsGroup.hasValue())";
    let demands = [
        pod(SHARED, "securityContext.runAsGroup must not be 0"),
        pod("variables.pod.?securityContext.?fsGroup != optional.of(0)", "securityContext.fsGroup must not be 0"),
        pod(
            "!(0 in variables.pod.?securityContext.?supplementalGroups.orValue([]))",
            "securityContext.supplementalGroups must not list 0",
        ),
        containers("c.?securityContext.?runAsGroup != optional.of(0)", "securityContext.runAsGroup must not be 0"),
    ];
    demands.into_iter().map(|demand| demand.unless(SHARES_NO_IDS, target).help(HELP)).collect()
}
