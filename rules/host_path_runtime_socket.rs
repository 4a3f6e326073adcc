use crate::finding::Report;
use crate::k8s::Pod;
use crate::k8s::host_path;
use crate::policy::{self, host_paths};
use crate::rule::{Check, Map, Policy, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "host-path-runtime-socket",
    aliases: &[],
    summary: "hostPath volume gives a container runtime's socket",
    severity: Severity::Critical,
    since: "0.1.0",
    standards: &[],
    maps: &[
        Map::Trivy("KSV006"),
        Map::Checkov("CKV_K8S_27"),
        Map::Kubescape("C-0074"),
        Map::Kyverno("disallow-cri-sock-mount"),
        Map::KubeLinter("docker-sock"),
        Map::Kubesec("DockerSock"),
    ],
    doc: include_str!("host_path_runtime_socket.md"),
    check: Check::Pod(check),
    policy: Policy::Cel(|_| {
        let demand = host_paths(
            policy::host_path::has_no_runtime_socket(),
            "no hostPath may be a container runtime's socket or hold one",
        );
        vec![demand.help("build with a rootless builder, watch through the API or the kubelet")]
    }),
};

fn check(pod: Pod<'_>, report: &mut Report<'_>) {
    for volume in host_path::host_paths(pod) {
        let Some(what) = volume.runtime_socket() else { continue };
        let message = format!(
            "volume \"{}\" gives {}, {what}: whoever reaches it starts any container as root on the node",
            volume.name,
            volume.path().text()
        );
        let draft = report.at(volume.path(), message);
        draft.help("remove the volume: build with a rootless builder, watch through the API or the kubelet");
        if let Some(mount) = volume.mounts(pod).next() {
            draft.related(mount.slot.at("name").span(), format!("{} mounts it", mount.container.label()));
        }
    }
}
