use crate::clause::{Exemption::Windows, every_container};
use crate::k8s::{Container, Pod};
use crate::rule::{Check, Map, Policy, Rule, Safety, Severity, restricted};

pub(super) static RULE: Rule = Rule {
    id: "drop-all-capabilities",
    aliases: &[],
    summary: "container keeps the default Linux capabilities",
    severity: Severity::High,
    since: "0.1.0",
    standards: &[restricted("capabilities_restricted", 22)],
    maps: &[Map::Trivy("KSV003"), Map::Checkov("CKV_K8S_37"), Map::Kyverno("require-drop-all"), Map::Cis("5.2.9")],
    doc: include_str!("drop_all_capabilities.md"),
    check: Check::Require(&[every_container("securityContext.capabilities.drop")
        .includes("ALL")
        .unless(&[Windows(25)])
        .fix(Safety::Unsafe, "ALL")
        .where_it_fits(fits)
        .help("write `drop: [ALL]` under `securityContext.capabilities`, then add back what the program needs")]),
    policy: Policy::Derived,
};

/// The API server refuses the field in Windows pods, which versions before 1.25 ask nevertheless.
fn fits(pod: Pod<'_>, _: Option<Container<'_>>) -> Option<Safety> {
    (!pod.is_windows()).then_some(Safety::Unsafe)
}
