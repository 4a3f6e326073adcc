use crate::clause::{Exemption::UserNamespace, Literal, Remedy, Test, pod_and_containers};
use crate::rule::{Check, Map, Policy, Rule, Safety, Severity, restricted};

pub(super) static RULE: Rule = Rule {
    id: "root-user",
    aliases: &[],
    summary: "pod or container runs as user 0",
    severity: Severity::High,
    since: "0.1.0",
    standards: &[restricted("runAsUser", 23)],
    maps: &[Map::Trivy("KSV105"), Map::Kyverno("require-run-as-non-root-user"), Map::Cis("5.2.7")],
    doc: include_str!("root_user.md"),
    check: Check::Require(&[pod_and_containers("securityContext.runAsUser")
        .must(Test::IsNot(Literal::Int(0)))
        .unless(&[UserNamespace(35)])
        .remedy(Safety::Unsafe, Remedy::WriteId)
        .help("write the id of a user that the image is made for, above the node's own ids")]),
    policy: Policy::Derived,
};
