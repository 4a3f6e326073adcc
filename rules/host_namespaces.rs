use crate::clause::pod;
use crate::k8s::{Container, Pod};
use crate::rule::{Check, Map, Policy, Rule, Safety, Severity, baseline};

pub(super) static RULE: Rule = Rule {
    id: "host-namespaces",
    aliases: &[],
    summary: "pod shares a namespace with its node",
    severity: Severity::High,
    since: "0.1.0",
    standards: &[baseline("hostNamespaces", 0)],
    maps: &[
        Map::Trivy("KSV008"),
        Map::Trivy("KSV009"),
        Map::Trivy("KSV010"),
        Map::Checkov("CKV_K8S_17"),
        Map::Checkov("CKV_K8S_18"),
        Map::Checkov("CKV_K8S_19"),
        Map::Kubescape("C-0038"),
        Map::Kubescape("C-0041"),
        Map::Kyverno("disallow-host-namespaces"),
        Map::KubeLinter("host-network"),
        Map::KubeLinter("host-pid"),
        Map::KubeLinter("host-ipc"),
        Map::Polaris("hostNetworkSet"),
        Map::Polaris("hostPIDSet"),
        Map::Polaris("hostIPCSet"),
        Map::Kubesec("HostNetwork"),
        Map::Kubesec("HostPID"),
        Map::Kubesec("HostIPC"),
        Map::Cis("5.2.3"),
        Map::Cis("5.2.4"),
        Map::Cis("5.2.5"),
    ],
    doc: include_str!("host_namespaces.md"),
    check: Check::Require(&[
        pod("hostNetwork")
            .is_not(true)
            .fix(Safety::Unsafe, "false")
            .where_it_fits(fits)
            .help("remove it: publish ports by a Service"),
        pod("hostPID")
            .is_not(true)
            .fix(Safety::Unsafe, "false")
            .help("remove it: to see processes of the same pod write `shareProcessNamespace: true`"),
        pod("hostIPC")
            .is_not(true)
            .fix(Safety::Unsafe, "false")
            .help("remove it: containers of a pod share their IPC namespace already"),
    ]),
    policy: Policy::Derived,
};

/// The API server refuses processes of a Windows node without its network.
fn fits(pod: Pod<'_>, _: Option<Container<'_>>) -> Option<Safety> {
    const FIELD: &str = "securityContext.windowsOptions.hostProcess";
    let no_process = pod.at(FIELD).is_absent() && pod.containers().all(|c| c.at(FIELD).is_absent());
    no_process.then_some(Safety::Unsafe)
}
