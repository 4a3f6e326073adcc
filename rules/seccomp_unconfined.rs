use crate::clause::Exemption::Windows;
use crate::finding::Report;
use crate::k8s::profile::SECCOMP;
use crate::k8s::{Pod, confinement};
use crate::policy::{Demand, Target};
use crate::rule::{Check, Level, Map, Policy, Rule, Safety, Severity, baseline, restricted};
use crate::yaml::Typed;

pub(super) static RULE: Rule = Rule {
    id: "seccomp-unconfined",
    aliases: &[],
    summary: "a seccomp profile confines nothing",
    severity: Severity::High,
    since: "0.1.0",
    standards: &[baseline("seccompProfile_baseline", 0), restricted("seccompProfile_restricted", 19)],
    maps: &[Map::Trivy("KSV104"), Map::Kyverno("restrict-seccomp")],
    doc: include_str!("seccomp_unconfined.md"),
    check: Check::Pod(check),
    policy: Policy::Cel(demands),
};

fn check(pod: Pod<'_>, report: &mut Report<'_>) {
    const FIELD: &str = SECCOMP.field;
    if !report.settings().kubernetes.since(19) {
        return annotations(pod, report);
    }
    // The restricted level does not ask Windows pods from 1.25 on; the baseline level asks every pod.
    let asked = report.judges(Level::Baseline) || !Windows(25).covers(pod, report);
    confinement::judge(pod.at(FIELD), "seccomp", "the pod", asked, report);
    for container in pod.containers().filter(|c| !c.at(FIELD).is_absent()) {
        report.set_container(Some(container));
        confinement::judge(container.at(FIELD), "seccomp", &container.label(), asked, report);
    }
}

/// Until 1.18 the profile was an annotation (KEP-135); an empty one counts as forbidden.
fn annotations(pod: Pod<'_>, report: &mut Report<'_>) {
    for (name, slot) in pod.metadata().at("annotations").entries() {
        let container = name.strip_prefix(SECCOMP.annotation);
        if !container.map_or(name == SECCOMP.pod, |name| pod.containers().any(|c| c.name() == name)) {
            continue;
        }
        match slot.str() {
            Typed::Unknown => drop(report.undecided(slot, &name)),
            Typed::Wrong => drop(report.refused(slot, &name, "a string")),
            Typed::Is("runtime/default" | "docker/default") => {}
            Typed::Is(value) if value.starts_with("localhost/") => {}
            said => {
                let change = if said == Typed::Is("unconfined") { slot.set("runtime/default") } else { None };
                report.at(slot, format!("{name} is set to \"{}\"", slot.text())).fix(Safety::Unsafe, [change]);
            }
        }
    }
}

fn demands(target: &Target) -> Vec<Demand> {
    if !target.since(19) {
        return Vec::new();
    }
    let asked = target.judges(&RULE, Level::Baseline);
    SECCOMP.confines().into_iter().map(|d| if asked { d } else { d.unless(&[Windows(25)], target) }).collect()
}
