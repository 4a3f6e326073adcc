//! Objects that say a cluster's version: those of the tools that make clusters, Namespaces, charts.

use std::sync::Arc;

use super::claim::{Claim, Weight, least, minor};
use crate::k8s::{Mode, Object, parse_version};
use crate::source::LineIndex;
use crate::yaml::{Slot, Tree};

/// A kind that says the version of a cluster.
struct Definition {
    /// The end of its group; all of it, or from a dot on.
    group: &'static str,
    /// The end of its kind.
    kind: &'static str,
    field: &'static str,
    what: &'static str,
}

const fn definition(group: &'static str, kind: &'static str, field: &'static str, what: &'static str) -> Definition {
    Definition { group, kind, field, what }
}

static DEFINITIONS: &[Definition] = &[
    definition("eksctl.io", "ClusterConfig", "metadata.version", "an eksctl ClusterConfig"),
    definition("kubeadm.k8s.io", "ClusterConfiguration", "kubernetesVersion", "a kubeadm ClusterConfiguration"),
    definition("kops.k8s.io", "Cluster", "spec.kubernetesVersion", "a kOps Cluster"),
    definition("cluster.x-k8s.io", "Cluster", "spec.topology.version", "a Cluster API Cluster"),
    // KubeadmControlPlane, AWSManagedControlPlane, RKE2ControlPlane and their like.
    definition("cluster.x-k8s.io", "ControlPlane", "spec.version", "a Cluster API control plane"),
    definition("cluster.x-k8s.io", "MachineDeployment", "spec.template.spec.version", "a MachineDeployment"),
    definition("cluster.x-k8s.io", "MachinePool", "spec.template.spec.version", "a MachinePool"),
    definition("core.gardener.cloud", "Shoot", "spec.kubernetes.version", "a Gardener Shoot"),
    definition("provisioning.cattle.io", "Cluster", "spec.kubernetesVersion", "a Rancher Cluster"),
    definition("upgrade.cattle.io", "Plan", "spec.version", "an upgrade Plan"),
    definition("k0sctl.k0sproject.io", "Cluster", "spec.k0s.version", "a k0sctl Cluster"),
    definition(
        "container.cnrm.cloud.google.com",
        "ContainerCluster",
        "spec.minMasterVersion",
        "a GKE ContainerCluster",
    ),
    definition("eks.services.k8s.aws", "Cluster", "spec.version", "an EKS Cluster"),
    definition("containerservice.azure.com", "ManagedCluster", "spec.kubernetesVersion", "an AKS ManagedCluster"),
];

/// A file without any of these has no definition.
pub(super) const WORDS: &[&str] = &[
    "eksctl.io",
    "kubeadm.k8s.io",
    "kops.k8s.io",
    "cluster.x-k8s.io",
    "core.gardener.cloud",
    "provisioning.cattle.io",
    "upgrade.cattle.io",
    "k0sctl.k0sproject.io",
    "container.cnrm.cloud.google.com",
    "eks.services.k8s.aws",
    "containerservice.azure.com",
];

/// What an object says of the cluster's version.
pub(super) fn claims(object: Object<'_>, path: &Arc<str>, lines: &LineIndex<'_>) -> Vec<Claim> {
    let claim = |weight, minor, slot: Slot<'_>, what| {
        Claim::new(weight, minor, path, lines.position(slot.span().start).line, what)
    };
    let defined = DEFINITIONS.iter().filter(|d| fits(d, object)).filter_map(|d| {
        let slot = object.at(d.field);
        claim(Weight::Cluster, minor(slot.text())?, slot, d.what)
    });
    let mut claims: Vec<Claim> = defined.collect();
    if object.kind() == "Namespace" && object.api_version() == "v1" {
        let labels = object.at("metadata.labels");
        let pinned = Mode::ALL.iter().map(|mode| labels.key(mode.version_label()));
        claims.extend(pinned.filter_map(|slot| {
            let minor = parse_version(slot.as_str()?).ok()??;
            claim(Weight::Least, minor, slot, "a Namespace's Pod Security label")
        }));
    }
    claims
}

fn fits(definition: &Definition, object: Object<'_>) -> bool {
    let before = object.group().strip_suffix(definition.group);
    object.kind().ends_with(definition.kind) && before.is_some_and(|b| b.is_empty() || b.ends_with('.'))
}

/// What a `Chart.yaml` says.
pub(super) fn chart(tree: &Tree<'_>, path: &Arc<str>, lines: &LineIndex<'_>) -> Option<Claim> {
    let slot = Slot::root(tree, tree.root()).at("kubeVersion");
    let line = lines.position(slot.span().start).line;
    least(slot.text()).and_then(|minor| Claim::new(Weight::Least, minor, path, line, "a chart's kubeVersion"))
}

#[cfg(test)]
mod tests {
    use super::{DEFINITIONS, WORDS};

    #[test]
    fn each_definition_has_its_word() {
        for definition in DEFINITIONS {
            assert!(WORDS.iter().any(|w| definition.group.contains(w)), "{}", definition.group);
        }
    }
}
