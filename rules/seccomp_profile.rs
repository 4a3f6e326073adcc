use crate::clause::Exemption::Windows;
use crate::finding::Report;
use crate::k8s::{Pod, confinement};
use crate::policy::{Demand, Target, containers};
use crate::rule::{Check, Map, Policy, Rule, Safety, Severity, restricted};
use crate::yaml::Typed;

pub(super) static RULE: Rule = Rule {
    id: "seccomp-profile",
    aliases: &[],
    summary: "container has no seccomp profile",
    severity: Severity::Medium,
    since: "0.1.0",
    standards: &[restricted("seccompProfile_restricted", 19)],
    maps: &[
        Map::Trivy("KSV030"),
        Map::Checkov("CKV_K8S_31"),
        Map::Kyverno("restrict-seccomp-strict"),
        Map::KubeScore("container-seccomp-profile"),
    ],
    doc: include_str!("seccomp_profile.md"),
    check: Check::Pod(check),
    policy: Policy::Cel(demands),
};

/// Profiles that are set, to whatever, are left to `seccomp-unconfined`.
fn check(pod: Pod<'_>, report: &mut Report<'_>) {
    const FIELD: &str = "securityContext.seccompProfile";
    // The field is there since 1.19 (KEP-135).
    if !report.settings().kubernetes.since(19) || Windows(25).covers(pod, report) {
        return;
    }
    if confinement::profile_type(pod.at(FIELD)) != Typed::Absent {
        return;
    }
    for container in pod.containers().filter(|c| confinement::profile_type(c.at(FIELD)) == Typed::Absent) {
        // The API server refuses the field for a pod on Windows.
        let shared = if pod.is_windows() { None } else { pod.at(FIELD).set("{type: RuntimeDefault}") };
        report.set_container(Some(container));
        report
            .at(container.at(FIELD), format!("{} has no {FIELD}, and neither has the pod", container.label()))
            .fix(Safety::Unsafe, [shared])
            .help("write `seccompProfile: {type: RuntimeDefault}` under the pod's `securityContext`");
    }
}

fn demands(target: &Target) -> Vec<Demand> {
    const HOLDS: &str = "c.?securityContext.?seccompProfile.hasValue() || \
                         variables.pod.?securityContext.?seccompProfile.hasValue()";
    let demand = containers(HOLDS, "securityContext.seccompProfile must be set, here or for the pod");
    if target.since(19) { vec![demand.unless(&[Windows(25)], target)] } else { Vec::new() }
}
