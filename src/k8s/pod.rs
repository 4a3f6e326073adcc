//! A pod as the kubelet would see it: a Pod, or a pod template in any kind.

use super::container::{Container, ContainerData, ContainerKind};
use super::object::Object;
use crate::yaml::Slot;

/// What a pod view refers to; made once per pod.
#[derive(Debug)]
pub struct PodData<'t> {
    object: Object<'t>,
    spec: Slot<'t>,
    metadata: Slot<'t>,
    pub(super) containers: Vec<ContainerData<'t>>,
}

impl<'t> PodData<'t> {
    /// The pod whose spec and metadata stand at these slots, present or not.
    pub fn new(object: Object<'t>, spec: Slot<'t>, metadata: Slot<'t>) -> Self {
        let mut containers = Vec::new();
        for (list, kind) in [
            ("initContainers", ContainerKind::Init),
            ("containers", ContainerKind::Main),
            ("ephemeralContainers", ContainerKind::Ephemeral),
        ] {
            let name = list;
            let list = spec.at(list);
            // A placeholder for the whole list: one container of which nothing is known, so that whoever asks says so.
            // Where the spec itself is one, that is said once.
            if list.has_placeholder() && (name == "containers" || spec.is_map()) {
                containers.push(ContainerData::new(list, kind));
            }
            containers.extend(list.items().map(|slot| ContainerData::new(slot, kind)));
            // Not a list: one container of which nothing can be read, so that whoever reads says so.
            if list.exists() && !list.is_seq() && !list.has_placeholder() {
                containers.push(ContainerData::new(list.item_of_no_list(), kind));
            }
        }
        Self { object, spec, metadata, containers }
    }

    /// The view.
    pub fn view(&self) -> Pod<'_> {
        Pod { data: self }
    }
}

/// A view of one pod.
#[derive(Clone, Copy, Debug)]
pub struct Pod<'t> {
    pub(super) data: &'t PodData<'t>,
}

impl<'t> Pod<'t> {
    /// The object that the pod belongs to.
    pub fn object(self) -> Object<'t> {
        self.data.object
    }

    /// The pod's spec, present or not.
    pub fn spec(self) -> Slot<'t> {
        self.data.spec
    }

    /// The slot at a path from the pod's spec.
    pub fn at(self, path: &'t str) -> Slot<'t> {
        self.data.spec.at(path)
    }

    /// The metadata of the pod or its template.
    pub fn metadata(self) -> Slot<'t> {
        self.data.metadata
    }

    /// The annotation of this name on the pod or its template.
    pub fn annotation(self, name: &'t str) -> Slot<'t> {
        self.data.metadata.at("annotations").key(name)
    }

    /// The volume of this name.
    pub fn volume(self, name: &str) -> Option<Slot<'t>> {
        self.at("volumes").items().find(|v| v.at("name").as_str() == Some(name))
    }

    /// Its containers in the order that Pod Security admission visits them: init, main, ephemeral.
    pub fn containers(self) -> impl ExactSizeIterator<Item = Container<'t>> {
        (0..self.data.containers.len()).map(move |index| Container { pod: self, index })
    }

    /// `serviceAccountName`, or where only the older `serviceAccount` is written, that.
    pub fn service_account(self) -> Slot<'t> {
        let (name, older) = (self.at("serviceAccountName"), self.at("serviceAccount"));
        let empty = name.is_absent() || name.as_str() == Some("");
        if empty && !older.is_absent() { older } else { name }
    }

    /// Whether `spec.os.name` is `windows` (KEP-2802).
    pub fn is_windows(self) -> bool {
        self.at("os.name").as_str() == Some("windows")
    }

    /// Whether the pod can only run on Windows: it says so, or selects such nodes (as one did before `spec.os`).
    pub fn runs_on_windows(self) -> bool {
        let selects = |label| self.at("nodeSelector").key(label).as_str() == Some("windows");
        self.is_windows() || selects("kubernetes.io/os") || selects("beta.kubernetes.io/os")
    }

    /// Whether the pod has its own user namespace: `hostUsers: false` (KEP-127).
    pub fn has_user_namespace(self) -> bool {
        self.at("hostUsers").as_bool() == Some(false)
    }
}
