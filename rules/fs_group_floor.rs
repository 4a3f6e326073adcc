use crate::clause::{Remedy, SHARES_NO_IDS, Test, pod};
use crate::rule::{Check, Policy, Rule, Safety, Severity};

pub(super) static RULE: Rule = Rule {
    id: "fs-group-floor",
    aliases: &[],
    summary: "fsGroup is not set above the floor",
    severity: Severity::Low,
    since: "0.1.0",
    standards: &[],
    maps: &[],
    doc: include_str!("fs_group_floor.md"),
    check: Check::Require(&[pod("securityContext.fsGroup")
        .must(Test::AboveFloor)
        .unless(SHARES_NO_IDS)
        .remedy(Safety::Unsafe, Remedy::WriteId)]),
    policy: Policy::Derived,
};
