use crate::clause::{SHARES_NO_IDS, below_floor, ids_are_judged};
use crate::finding::Report;
use crate::k8s::Pod;
use crate::policy::{above_floor, pod};
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
    policy: Policy::Cel(|target| {
        const HOLDS: &str = "variables.pod.?securityContext.?supplementalGroups.orValue([])\
                             .all(group, group == 0 || group > variables.floor)";
        let says = above_floor("each group of securityContext.supplementalGroups", target);
        vec![pod(HOLDS, says).unless(SHARES_NO_IDS, target)]
    }),
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
