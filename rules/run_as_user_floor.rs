use crate::clause::{Remedy, SHARES_NO_IDS, Test, every_container};
use crate::rule::{Check, Map, Policy, Rule, Safety, Severity};

pub(super) static RULE: Rule = Rule {
    id: "run-as-user-floor",
    aliases: &[],
    summary: "user id is not set above the floor",
    severity: Severity::Medium,
    since: "0.1.0",
    standards: &[],
    maps: &[
        Map::Trivy("KSV020"),
        Map::Checkov("CKV_K8S_40"),
        Map::KubeScore("container-security-context-user-group-id"),
        Map::Kubesec("RunAsUser"),
    ],
    doc: include_str!("run_as_user_floor.md"),
    check: Check::Require(&[every_container("securityContext.runAsUser")
        .or_pod()
        .must(Test::AboveFloor)
        .unless(SHARES_NO_IDS)
        .remedy(Safety::Unsafe, Remedy::WriteId)]),
    policy: Policy::Derived,
};
