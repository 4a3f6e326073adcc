use crate::clause::Exemption::UserNamespace;
use crate::finding::Report;
use crate::k8s::Container;
use crate::policy::{Demand, Target, containers};
use crate::rule::{Check, Level, Map, Policy, Rule, Safety, Severity, baseline, restricted};
use crate::yaml::Typed;

pub(super) static RULE: Rule = Rule {
    id: "proc-mount",
    aliases: &[],
    summary: "container sees the whole of /proc",
    severity: Severity::High,
    since: "0.1.0",
    standards: &[baseline("procMount", 0), restricted("procMount_restricted", 35)],
    maps: &[
        Map::Trivy("KSV027"),
        Map::Kyverno("disallow-proc-mount"),
        Map::KubeLinter("unsafe-proc-mount"),
        Map::Polaris("procMount"),
    ],
    doc: include_str!("proc_mount.md"),
    check: Check::Container(check),
    policy: Policy::Cel(demands),
};

fn check(container: Container<'_>, report: &mut Report<'_>) {
    let slot = container.at("securityContext.procMount");
    if slot.is_absent() {
        return;
    }
    let who = container.label();
    match slot.str() {
        Typed::Absent | Typed::Is("Default") => {}
        Typed::Unknown => drop(report.undecided(slot, &format!("procMount of {who}"))),
        Typed::Wrong => drop(report.refused(slot, &format!("securityContext.procMount of {who}"), "a string")),
        Typed::Is(value) => {
            // Pods with a user namespace may have it under the baseline level from 1.35 on; the restricted level
            // then has a check of its own, without that (KEP-4265).
            if !report.judges(Level::Restricted) && UserNamespace(35).covers(container.pod(), report) {
                return;
            }
            let message = format!("{who} sets securityContext.procMount to \"{value}\"");
            let draft = report.at(slot, message).help("remove `procMount`, or write `Default`");
            draft.fix(Safety::Unsafe, [slot.remove()]);
        }
    }
}

fn demands(target: &Target) -> Vec<Demand> {
    const HOLDS: &str = "c.?securityContext.?procMount.orValue('Default') == 'Default'";
    let demand = containers(HOLDS, "securityContext.procMount must be Default");
    vec![if target.judges(&RULE, Level::Restricted) { demand } else { demand.unless(&[UserNamespace(35)], target) }]
}
