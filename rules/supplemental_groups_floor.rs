use crate::clause::{below_floor, ids_are_judged};
use crate::finding::Report;
use crate::k8s::Pod;
use crate::rule::{Check, Policy, Rule, Severity};
use crate::yaml::Typed;

pub(super) static RULE: Rule = Rule {
    id: "supplemental-groups-floor",
    aliases: &[],
    summary: "supplementary group is not above the floor",
    severity: Severity::Low,
    since: "0.1.0",
    standards: &[],
    maps: &[],
    doc: include_str!("supplemental_groups_floor.md"),
    check: Check::Pod(check),
    policy: Policy::None("no clause compares the numbers of a list with the floor"),
};

fn check(pod: Pod<'_>, report: &mut Report<'_>) {
    if !ids_are_judged(pod, report) {
        return;
    }
    let floor = report.settings().uid_floor;
    let groups = pod.at("securityContext.supplementalGroups");
    for item in report.items(groups, "securityContext.supplementalGroups of the pod") {
        let message = match item.int() {
            Typed::Is(group) if group > floor || group == 0 => continue,
            Typed::Is(group) => {
                format!("the pod lists group {group} in securityContext.supplementalGroups, {}", below_floor(floor))
            }
            Typed::Absent => continue,
            Typed::Wrong => {
                report.refused(item, "an item of securityContext.supplementalGroups of the pod", "an integer");
                continue;
            }
            Typed::Unknown => {
                report.undecided(item, "a group in securityContext.supplementalGroups of the pod");
                continue;
            }
        };
        report.at(item, message).help(format!("list ids above {floor}"));
    }
}
