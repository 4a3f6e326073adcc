use crate::clause::{Exemption::UserNamespace, pod_and_containers};
use crate::rule::{Check, Map, Policy, Rule, Safety, Severity, restricted};

pub(super) static RULE: Rule = Rule {
    id: "run-as-non-root",
    aliases: &[],
    summary: "container may run as root",
    severity: Severity::High,
    since: "0.1.0",
    standards: &[restricted("runAsNonRoot", 0)],
    maps: &[
        Map::Trivy("KSV012"),
        Map::Checkov("CKV_K8S_23"),
        Map::Kubescape("C-0013"),
        Map::Kyverno("require-run-as-nonroot"),
        Map::KubeLinter("run-as-non-root"),
        Map::Polaris("runAsRootAllowed"),
        Map::Kubesec("RunAsNonRoot"),
        Map::Cis("5.2.7"),
        Map::Nsa("Non-root containers"),
    ],
    doc: include_str!("run_as_non_root.md"),
    check: Check::Require(&[pod_and_containers("securityContext.runAsNonRoot")
        .is(true)
        .unless(&[UserNamespace(35)])
        .fix(Safety::Unsafe, "true")
        .help("write `runAsNonRoot: true` under the pod's `securityContext`, and override it in no container")]),
    policy: Policy::Derived,
};
