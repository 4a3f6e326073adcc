use crate::finding::Report;
use crate::k8s::{Pod, resources};
use crate::policy::{Demand, Of, Target, container};
use crate::rule::{Check, Map, Policy, Rule, Severity};
use crate::yaml::Typed;

pub(super) static RULE: Rule = Rule {
    id: "memory-limit",
    aliases: &[],
    summary: "container has no memory limit",
    severity: Severity::Medium,
    since: "0.1.0",
    standards: &[],
    maps: &[
        Map::Trivy("KSV018"),
        Map::Checkov("CKV_K8S_13"),
        Map::Kubescape("C-0271"),
        Map::Kyverno("require-requests-limits"),
        Map::KubeLinter("unset-memory-requirements"),
        Map::KubeScore("container-resources"),
        Map::Polaris("memoryLimitsMissing"),
        Map::Kubesec("LimitsMemory"),
        Map::Nsa("Resource policies"),
    ],
    doc: include_str!("memory_limit.md"),
    check: Check::Pod(check),
    policy: Policy::Cel(demands),
};

const HELP: &str = "write `memory:` under `resources.limits`, as much as the program needs at its worst";

fn check(pod: Pod<'_>, report: &mut Report<'_>) {
    if resources::of_pod(pod, "resources.limits.memory", report.settings().kubernetes).is_some() {
        return;
    }
    for (resources, who, container) in resources::resources(pod) {
        let Some(container) = container else { continue };
        let limit = resources.at("limits.memory");
        report.set_container(Some(container));
        match resources::quantity(limit) {
            Typed::Absent => {
                report.at(limit, format!("{who} has no memory limit: it may use up the node's memory")).help(HELP);
            }
            Typed::Is(Ok(quantity)) if quantity.is_zero() => {
                report.at(limit, format!("{who} has a memory limit of 0, which is none"));
            }
            Typed::Unknown => {
                report.undecided(limit, &format!("whether {who} has a memory limit"));
            }
            Typed::Is(_) | Typed::Wrong => {}
        }
    }
    report.set_container(None);
}

fn demands(target: &Target) -> Vec<Demand> {
    const LIMIT: &str =
        "c.?resources.?limits.?memory.hasValue() && quantity(c.resources.limits.memory) != quantity('0')";
    const SHARED: &str = "variables.pod.?resources.?limits.?memory.hasValue()";
    let demand = container(Of::Lasting, LIMIT, "resources.limits.memory must be set, and not 0").help(HELP);
    vec![if target.since(resources::OF_PODS) { demand.unless_cel(SHARED) } else { demand }]
}
