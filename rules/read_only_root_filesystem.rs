use crate::clause::{Exemption::WindowsNode, every_container};
use crate::k8s::{read_only_advice, read_only_volumes};
use crate::rule::{Check, Map, Policy, Rule, Safety, Severity};

pub(super) static RULE: Rule = Rule {
    id: "read-only-root-filesystem",
    aliases: &[],
    summary: "container can write to its root file system",
    severity: Severity::Medium,
    since: "0.1.0",
    standards: &[],
    maps: &[
        Map::Trivy("KSV014"),
        Map::Checkov("CKV_K8S_22"),
        Map::Kubescape("C-0017"),
        Map::Kyverno("require-ro-rootfs"),
        Map::KubeLinter("no-read-only-root-fs"),
        Map::KubeScore("container-security-context-readonlyrootfilesystem"),
        Map::Polaris("notReadOnlyRootFilesystem"),
        Map::Kubesec("ReadOnlyRootFilesystem"),
        Map::Nsa("Immutable container file systems"),
    ],
    doc: include_str!("read_only_root_filesystem.md"),
    check: Check::Require(&[every_container("securityContext.readOnlyRootFilesystem")
        .is(true)
        .unless(&[WindowsNode])
        .fix(Safety::Unsafe, "true")
        .along(read_only_volumes)
        .advise(read_only_advice)]),
    policy: Policy::Derived,
};
