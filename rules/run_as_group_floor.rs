use crate::clause::{Remedy, SHARES_NO_IDS, Test, every_container};
use crate::rule::{Check, Map, Policy, Rule, Safety, Severity};

pub(super) static RULE: Rule = Rule {
    id: "run-as-group-floor",
    aliases: &[],
    summary: "group id is not set above the floor",
    severity: Severity::Medium,
    since: "0.1.0",
    standards: &[],
    maps: &[
        Map::Trivy("KSV021"),
        Map::KubeScore("container-security-context-user-group-id"),
        Map::Kubesec("RunAsGroup"),
    ],
    doc: include_str!("run_as_group_floor.md"),
    check: Check::Require(&[every_container("securityContext.runAsGroup")
        .or_pod()
        .must(Test::AboveFloor)
        .unless(SHARES_NO_IDS)
        .remedy(Safety::Unsafe, Remedy::WriteId)]),
    policy: Policy::Derived,
};
