use crate::clause::{Exemption::UserNamespace, pod_and_containers};
use crate::k8s::{Container, Pod};
use crate::rule::{Check, Map, Policy, Rule, Safety, Severity, restricted};
use crate::yaml::Typed;

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
        .where_it_fits(fits)
        .help("write `runAsNonRoot: true` under the pod's `securityContext`, and override it in no container")]),
    policy: Policy::Derived,
};

/// A container that is to run as root would not start: its user is mended first. Where every container names another
/// user, nothing changes.
fn fits(pod: Pod<'_>, container: Option<Container<'_>>) -> Option<Safety> {
    const FIELD: &str = "securityContext.runAsNonRoot";
    let own = container.filter(|c| !c.at(FIELD).is_absent());
    let mended = |c: &Container<'_>| own.map_or(c.at(FIELD).is_absent(), |own| own.slot().node() == c.slot().node());
    let mut safety = Safety::Safe;
    for container in pod.containers().filter(mended) {
        match container.effective("securityContext.runAsUser").int() {
            Typed::Is(user) if user > 0 && !pod.runs_on_windows() => {}
            Typed::Is(0) | Typed::Unknown | Typed::Wrong => return None,
            _ => safety = Safety::Unsafe,
        }
    }
    Some(safety)
}
