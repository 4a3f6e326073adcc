use crate::clause::pod_and_containers;
use crate::rule::{Check, Map, Policy, Rule, Severity, baseline};

pub(super) static RULE: Rule = Rule {
    id: "host-process",
    aliases: &[],
    summary: "a Windows container runs as a process of its node",
    severity: Severity::Critical,
    since: "0.1.0",
    standards: &[baseline("windowsHostProcess", 0)],
    maps: &[
        Map::Trivy("KSV103"),
        Map::Kyverno("disallow-host-process"),
        Map::Polaris("hostProcess"),
        Map::Cis("5.2.10"),
    ],
    doc: include_str!("host_process.md"),
    check: Check::Require(&[pod_and_containers("securityContext.windowsOptions.hostProcess")
        .is_not(true)
        .help("remove `hostProcess: true`; only the node's own agents need it")]),
    policy: Policy::Derived,
};
