use crate::clause::Exemption::Windows;
use crate::finding::Report;
use crate::k8s::{Container, capability};
use crate::policy::{Demand, Target, cel, containers};
use crate::rule::{Check, Map, Policy, Rule, Safety, Severity, restricted};

pub(super) static RULE: Rule = Rule {
    id: "added-capabilities",
    aliases: &[],
    summary: "container adds a capability beyond `NET_BIND_SERVICE`",
    severity: Severity::Medium,
    since: "0.1.0",
    standards: &[restricted("capabilities_restricted", 22)],
    maps: &[Map::Trivy("KSV106"), Map::Checkov("CKV_K8S_25"), Map::Kyverno("disallow-capabilities-strict")],
    doc: include_str!("added_capabilities.md"),
    check: Check::Container(check),
    policy: Policy::Cel(demands),
};

/// Those that the baseline level allows and the restricted one does not; `dangerous-capabilities` has the others.
fn check(container: Container<'_>, report: &mut Report<'_>) {
    if Windows(25).covers(container.pod(), report) {
        return;
    }
    for item in container.at("securityContext.capabilities.add").items() {
        let Some(name) = item.as_str().filter(|n| *n != "NET_BIND_SERVICE" && capability::BASELINE.contains(n)) else {
            continue;
        };
        report
            .at(item, format!("{} adds the capability {name}", container.label()))
            .fix(Safety::Unsafe, [item.remove()])
            .help("remove it: the restricted level lets a container add `NET_BIND_SERVICE` and nothing else");
    }
}

fn demands(target: &Target) -> Vec<Demand> {
    let others: Vec<_> = capability::BASELINE.iter().copied().filter(|n| *n != "NET_BIND_SERVICE").collect();
    let holds = format!("!c.?securityContext.?capabilities.?add.orValue([]).exists(x, x in {})", cel::list_of(&others));
    vec![containers(holds, "capabilities.add may list nothing but NET_BIND_SERVICE").unless(&[Windows(25)], target)]
}
