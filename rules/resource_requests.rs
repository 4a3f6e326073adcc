use crate::finding::Report;
use crate::k8s::{ContainerKind, Pod, resources};
use crate::policy::{Demand, Of, Target, container};
use crate::rule::{Check, Map, Policy, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "resource-requests",
    aliases: &[],
    summary: "container requests no CPU or memory",
    severity: Severity::Low,
    since: "0.1.0",
    standards: &[],
    maps: &[
        Map::Trivy("KSV015"),
        Map::Trivy("KSV016"),
        Map::Checkov("CKV_K8S_10"),
        Map::Checkov("CKV_K8S_12"),
        Map::Kubescape("C-0268"),
        Map::Kubescape("C-0269"),
        Map::Kyverno("require-requests-limits"),
        Map::KubeLinter("unset-cpu-requirements"),
        Map::KubeLinter("unset-memory-requirements"),
        Map::KubeScore("container-resources"),
        Map::Polaris("cpuRequestsMissing"),
        Map::Polaris("memoryRequestsMissing"),
        Map::Kubesec("RequestsCPU"),
        Map::Kubesec("RequestsMemory"),
        Map::Nsa("Resource policies"),
    ],
    doc: include_str!("resource_requests.md"),
    check: Check::Pod(check),
    policy: Policy::Cel(demands),
};

const HELP: &str = "write `cpu:` and `memory:` under `resources.requests`, as much as the program needs when it works";

fn check(pod: Pod<'_>, report: &mut Report<'_>) {
    let version = report.settings().kubernetes;
    let shared = |path| resources::of_pod(pod, path, version).is_some_and(resources::is_some);
    let cpu = shared("resources.requests.cpu") || shared("resources.limits.cpu");
    let memory = shared("resources.requests.memory") || shared("resources.limits.memory");
    for (resources, who, container) in resources::resources(pod) {
        // An init container runs before the others, within what they request.
        let Some(container) = container.filter(|c| c.kind() != ContainerKind::Init) else { continue };
        // A limit without a request is the request too.
        let has = |path| resources::is_some(resources.at(path));
        let cpu = cpu || has("requests.cpu") || has("limits.cpu");
        let memory = memory || has("requests.memory") || has("limits.memory");
        let missing = match (cpu, memory) {
            (true, true) => continue,
            (false, true) => "CPU",
            (true, false) => "memory",
            (false, false) => "CPU or memory",
        };
        report.set_container(Some(container));
        report
            .at_key(
                resources.at("requests"),
                format!("{who} requests no {missing}: the scheduler counts it as nothing"),
            )
            .help(HELP);
    }
    report.set_container(None);
}

fn demands(target: &Target) -> Vec<Demand> {
    let has = |of: &str, name: &str| {
        let some = |list| format!("quantity({of}.?resources.?{list}.?{name}.orValue('0')) != quantity('0')");
        format!("{} || {}", some("requests"), some("limits"))
    };
    let holds = ["cpu", "memory"].map(|name| {
        let shared = if target.since(resources::OF_PODS) { has("variables.pod", name) + " || " } else { String::new() };
        format!("({shared}{})", has("c", name))
    });
    vec![
        container(Of::Running, holds.join(" && "), "resources.requests must have cpu and memory, and not 0").help(HELP),
    ]
}
