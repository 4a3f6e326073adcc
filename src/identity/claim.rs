//! What an object says about ids: those that it has, and the volumes that it shares.

use super::Key;
use crate::k8s::host_path::{HostPath, host_paths};
use crate::k8s::{Container, ContainerKind, Object, ObjectRef, Pod, PodData};
use crate::yaml::Slot;

/// What one workload says about ids.
#[derive(Clone, Debug)]
pub(crate) struct Claim {
    pub(super) key: Key,
    /// The ids above the floor that it has already, and how far down the list of fields each stands.
    pub(super) own: Vec<(usize, i64)>,
    /// Every id that it names.
    pub(super) ids: Vec<i64>,
    pub(super) volumes: Vec<Volume>,
}

/// A volume that outlives the pod and that others may mount.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Volume {
    /// A PersistentVolumeClaim, by namespace and name.
    Claim(String, String),
    /// Claims that a StatefulSet makes, by namespace and the name before the pod's number.
    Template(String, String),
    /// A path of the node, by namespace: others are strangers.
    Path(String, String),
    /// An NFS export.
    Export(String, String),
}

impl Claim {
    /// What an object's pods say; none where it has no pods, or no name.
    pub(crate) fn of(object: Object<'_>, pods: &[PodData<'_>], of: &ObjectRef, floor: i64) -> Option<Self> {
        let key = Key::of(of).filter(|_| !pods.is_empty())?;
        let mut ids: Vec<i64> = pods.iter().flat_map(|pod| named(pod.view())).collect();
        let above = |id: i64| id > floor && i32::try_from(id).is_ok();
        let own = ids.iter().copied().enumerate().filter(|&(_, id)| above(id)).collect();
        ids.extend(
            pods.iter()
                .flat_map(|pod| pod.view().at("securityContext.supplementalGroups").items())
                .filter_map(Slot::as_int),
        );
        let mut volumes = Vec::new();
        for pod in pods {
            self::volumes(pod.view(), &key.namespace, &mut volumes);
        }
        let templates = object.at("spec.volumeClaimTemplates").items();
        for template in templates.filter(|_| object.kind() == "StatefulSet") {
            let name = format!("{}-{}", template.at("metadata.name").text(), key.name);
            volumes.push(Volume::Template(key.namespace.clone(), name));
        }
        Some(Self { key, own, ids, volumes })
    }

    pub(super) fn key(&self) -> &Key {
        &self.key
    }
}

/// The ids that a pod runs with. The one that counts most stands first: what is missing is taken from it.
fn named(pod: Pod<'_>) -> impl Iterator<Item = i64> {
    const USER: &str = "securityContext.runAsUser";
    const GROUP: &str = "securityContext.runAsGroup";
    let of = move |main: bool, path: &'static str| {
        let sort = move |c: &Container<'_>| (c.kind() == ContainerKind::Main) == main;
        pod.containers().filter(sort).map(move |c| c.at(path))
    };
    let users = std::iter::once(pod.at(USER)).chain(of(true, USER)).chain(of(false, USER));
    let groups = [pod.at(GROUP), pod.at("securityContext.fsGroup")];
    let groups = groups.into_iter().chain(of(true, GROUP)).chain(of(false, GROUP));
    // One in quotes is meant, too.
    let id = |slot: Slot<'_>| slot.as_int().or_else(|| slot.as_str()?.parse().ok());
    users.chain(groups).filter_map(id)
}

fn volumes(pod: Pod<'_>, namespace: &str, found: &mut Vec<Volume>) {
    let text = |slot: Slot<'_>| slot.str().ok().filter(|s| !s.is_empty()).map(str::to_owned);
    for volume in pod.at("volumes").items() {
        if let Some(claim) = text(volume.at("persistentVolumeClaim.claimName")) {
            found.push(Volume::Claim(namespace.to_owned(), claim));
        }
        if let (Some(server), Some(path)) = (text(volume.at("nfs.server")), text(volume.at("nfs.path"))) {
            found.push(Volume::Export(server, path));
        }
    }
    for path in host_paths(pod).filter(|path| !path.is_of_the_node()).filter_map(HostPath::normal) {
        found.push(Volume::Path(namespace.to_owned(), path));
    }
}
