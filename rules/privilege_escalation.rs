use crate::clause::{Exemption::Windows, every_container};
use crate::k8s::{Container, Pod};
use crate::rule::{Check, Map, Policy, Rule, Safety, Severity, restricted};

pub(super) static RULE: Rule = Rule {
    id: "privilege-escalation",
    aliases: &[],
    summary: "container may gain privileges that it was not started with",
    severity: Severity::High,
    since: "0.1.0",
    standards: &[restricted("allowPrivilegeEscalation", 8)],
    maps: &[
        Map::Trivy("KSV001"),
        Map::Checkov("CKV_K8S_20"),
        Map::Kubescape("C-0016"),
        Map::Kyverno("disallow-privilege-escalation"),
        Map::KubeLinter("privilege-escalation-container"),
        Map::Polaris("privilegeEscalationAllowed"),
        Map::Kubesec("AllowPrivilegeEscalation"),
        Map::Cis("5.2.6"),
    ],
    doc: include_str!("privilege_escalation.md"),
    check: Check::Require(&[every_container("securityContext.allowPrivilegeEscalation")
        .is(false)
        .unless(&[Windows(25)])
        .fix(Safety::Unsafe, "false")
        .where_it_fits(fits)
        .help("write `allowPrivilegeEscalation: false` under the container's `securityContext`")]),
    policy: Policy::Derived,
};

/// The API server refuses `false` beside these two, and in Windows pods.
fn fits(pod: Pod<'_>, container: Option<Container<'_>>) -> Option<Safety> {
    let container = container.filter(|_| !pod.is_windows())?;
    let privileged = container.at("securityContext.privileged");
    let plain = privileged.is_absent() || privileged.as_bool() == Some(false);
    let mut added = container.at("securityContext.capabilities.add").items();
    (plain && !added.any(|c| c.as_str() == Some("CAP_SYS_ADMIN"))).then_some(Safety::Unsafe)
}
