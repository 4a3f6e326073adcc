use crate::finding::Report;
use crate::k8s::{Mode, Object, parse_level};
use crate::rule::{Check, Level, Policy, Rule, Safety, Severity};

pub(super) static RULE: Rule = Rule {
    id: "namespace-pod-security",
    aliases: &[],
    summary: "namespace does not enforce the restricted Pod Security level",
    severity: Severity::Low,
    since: "0.1.0",
    standards: &[],
    maps: &[],
    doc: include_str!("namespace_pod_security.md"),
    check: Check::Object(check),
    policy: Policy::None("a policy on pods does not see the labels of their Namespace"),
};

/// Kubernetes' own: the first runs the node's agents, the others no pods.
const SYSTEM: [&str; 3] = ["kube-system", "kube-public", "kube-node-lease"];

fn check(object: Object<'_>, report: &mut Report<'_>) {
    // The plugin is on by default from 1.23 (KEP-2579).
    let ours = object.api_version() == "v1" && object.kind() == "Namespace" && report.settings().kubernetes.since(23);
    let name = object.name().unwrap_or_default();
    if !ours || SYSTEM.contains(&name) {
        return;
    }
    let enforce = object.at("metadata.labels").key(Mode::Enforce.label());
    if enforce.has_placeholder() {
        report.undecided(enforce, "which Pod Security level the namespace enforces");
    } else if !enforce.exists() {
        let message = format!("namespace \"{name}\" enforces no Pod Security level: it takes privileged pods");
        report
            .at(enforce, message)
            .fix(Safety::Unsafe, [enforce.set("restricted")])
            .help("label it `pod-security.kubernetes.io/enforce: restricted`");
    } else if let Some(level) = enforce.as_str().and_then(parse_level).filter(|l| *l < Level::Restricted) {
        report
            .at(enforce, format!("namespace \"{name}\" enforces {}, which is weaker than restricted", level.name()))
            .help("write `restricted`, and `baseline` or `privileged` only where a workload needs it");
    }
}
