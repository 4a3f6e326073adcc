use crate::clause::every_container;
use crate::k8s::{Container, Pod};
use crate::rule::{Check, Map, Policy, Rule, Safety, Severity, baseline};

pub(super) static RULE: Rule = Rule {
    id: "privileged",
    aliases: &[],
    summary: "container is privileged",
    severity: Severity::Critical,
    since: "0.1.0",
    standards: &[baseline("privileged", 0)],
    maps: &[
        Map::Trivy("KSV017"),
        Map::Checkov("CKV_K8S_16"),
        Map::Kubescape("C-0057"),
        Map::Kyverno("disallow-privileged-containers"),
        Map::KubeLinter("privileged-container"),
        Map::KubeScore("container-security-context-privileged"),
        Map::Polaris("runAsPrivileged"),
        Map::Kubesec("Privileged"),
        Map::Cis("5.2.2"),
    ],
    doc: include_str!("privileged.md"),
    check: Check::Require(&[every_container("securityContext.privileged")
        .is_not(true)
        .fix(Safety::Unsafe, "false")
        .where_it_fits(fits)
        .help("remove `privileged: true`; if a device or capability is missing, give that one alone")]),
    policy: Policy::Derived,
};

/// The API server lets privileged containers alone hand mounts back to the node.
fn fits(_: Pod<'_>, container: Option<Container<'_>>) -> Option<Safety> {
    let mut mounts = container?.at("volumeMounts").items();
    let hands_back = mounts.any(|m| m.at("mountPropagation").as_str() == Some("Bidirectional"));
    (!hands_back).then_some(Safety::Unsafe)
}
