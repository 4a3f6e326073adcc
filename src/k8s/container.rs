//! A container of a pod, of whichever list.

use super::pod::Pod;
use crate::yaml::Slot;

/// Which sort of container.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ContainerKind {
    /// Runs to its end before the others start.
    Init,
    /// An init container with `restartPolicy: Always` (KEP-753).
    Sidecar,
    /// One of `containers`.
    Main,
    /// Added to a running pod for debugging (KEP-277).
    Ephemeral,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct ContainerData<'t> {
    pub(super) slot: Slot<'t>,
    pub(super) kind: ContainerKind,
    pub(super) name: &'t str,
}

impl<'t> ContainerData<'t> {
    pub(super) fn new(slot: Slot<'t>, kind: ContainerKind) -> Self {
        let always = kind == ContainerKind::Init && slot.at("restartPolicy").as_str() == Some("Always");
        let kind = if always { ContainerKind::Sidecar } else { kind };
        Self { slot, kind, name: slot.at("name").as_str().unwrap_or_default() }
    }
}

/// A view of one container.
#[derive(Clone, Copy, Debug)]
pub struct Container<'t> {
    pub(super) pod: Pod<'t>,
    pub(super) index: usize,
}

impl<'t> Container<'t> {
    fn data(self) -> &'t ContainerData<'t> {
        &self.pod.data.containers[self.index]
    }

    /// The pod that it is in.
    pub fn pod(self) -> Pod<'t> {
        self.pod
    }

    /// Its place in the list.
    pub fn slot(self) -> Slot<'t> {
        self.data().slot
    }

    /// The slot at a path from the container.
    pub fn at(self, path: &'t str) -> Slot<'t> {
        self.data().slot.at(path)
    }

    /// Its name; empty where it has none.
    pub fn name(self) -> &'t str {
        self.data().name
    }

    /// Which sort it is.
    pub fn kind(self) -> ContainerKind {
        self.data().kind
    }

    /// How messages call it: `init container "setup"`.
    pub fn label(self) -> String {
        let sort = match self.kind() {
            ContainerKind::Init => "init container",
            ContainerKind::Sidecar => "sidecar container",
            ContainerKind::Main => "container",
            ContainerKind::Ephemeral => "ephemeral container",
        };
        format!("{sort} \"{}\"", self.name())
    }

    /// The value at `path` that is in force: the container's own, else the pod's `securityContext` field of the same
    /// name. The slot says where it was decided; where neither has it, it is the container's.
    pub fn effective(self, path: &'t str) -> Slot<'t> {
        let own = self.at(path);
        if !own.is_absent() {
            return own;
        }
        let inherited = self.pod.at(path);
        if inherited.is_absent() { own } else { inherited }
    }
}

/// The variables that a text refers to as `$(NAME)`; `$$(NAME)` is text.
pub fn references(text: &str) -> Vec<&str> {
    let (mut found, mut rest) = (Vec::new(), text);
    while let Some((_, after)) = rest.split_once('$') {
        let name = after.strip_prefix('(').and_then(|inner| inner.split_once(')'));
        found.extend(name.map(|(name, _)| name));
        rest = name.map_or_else(|| after.strip_prefix('$').unwrap_or(after), |(_, behind)| behind);
    }
    found
}
