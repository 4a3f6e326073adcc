//! seccomp and AppArmor profiles: one field and one legacy annotation each, read the same way.

use std::borrow::Cow;

use super::container::Container;
use super::pod::Pod;
use crate::nearest::nearest;
use crate::yaml::{Change, Slot, Typed, Value};

/// Where a kind of profile is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The field, from the pod's spec and from the container.
    pub field: &'static str,
    /// The annotation for one container, up to its name.
    pub annotation: &'static str,
    /// The annotation for every container of a pod.
    pub pod: &'static str,
    /// What an annotation calls the runtime's default.
    defaults: &'static [&'static str],
}

/// AppArmor: an annotation until Kubernetes 1.30 gave it a field (KEP-24).
pub const APPARMOR: Place = Place {
    field: "securityContext.appArmorProfile",
    annotation: "container.apparmor.security.beta.kubernetes.io/",
    // It never was one, but is written where seccomp's is known.
    pod: "apparmor.security.beta.kubernetes.io/pod",
    defaults: &["runtime/default"],
};

/// seccomp: a field since Kubernetes 1.19; the annotations have no effect since 1.27 (KEP-135).
pub const SECCOMP: Place = Place {
    field: "securityContext.seccompProfile",
    annotation: "container.seccomp.security.alpha.kubernetes.io/",
    pod: "seccomp.security.alpha.kubernetes.io/pod",
    defaults: &["runtime/default", "docker/default"],
};

/// A profile as it counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile<'t> {
    /// The container runtime's own.
    RuntimeDefault,
    /// None.
    Unconfined,
    /// One that the node has under this name.
    Localhost(&'t str),
}

impl std::fmt::Display for Profile<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::RuntimeDefault => f.write_str("RuntimeDefault"),
            Self::Unconfined => f.write_str("Unconfined"),
            Self::Localhost(name) => write!(f, "Localhost {name}"),
        }
    }
}

impl<'t> Profile<'t> {
    /// What a field says; none where it is absent, unknown or nothing that the API accepts.
    pub fn of_field(field: Slot<'t>) -> Option<Self> {
        match field.at("type").as_str()? {
            "RuntimeDefault" => Some(Self::RuntimeDefault),
            "Unconfined" => Some(Self::Unconfined),
            "Localhost" => field.at("localhostProfile").as_str().map(Self::Localhost),
            _ => None,
        }
    }

    /// What an annotation says; none where it says nothing that the API accepts.
    pub fn of_annotation(text: &'t str, place: Place) -> Option<Self> {
        match text.strip_prefix("localhost/") {
            Some(name) => (!name.is_empty() && name.trim() == name).then_some(Self::Localhost(name)),
            None if place.defaults.contains(&text) => Some(Self::RuntimeDefault),
            None => (text == "unconfined").then_some(Self::Unconfined),
        }
    }
}

/// An annotation that names a container's profile.
#[derive(Clone, Debug)]
pub struct Annotation<'t> {
    /// The container's name, as the key has it.
    pub container: Cow<'t, str>,
    /// The value.
    pub slot: Slot<'t>,
}

impl Place {
    /// The annotations for single containers, in the order written.
    pub fn annotations(self, pod: Pod<'_>) -> impl Iterator<Item = Annotation<'_>> {
        pod.metadata().at("annotations").entries().filter_map(move |(key, slot)| {
            let container = match key {
                Cow::Borrowed(key) => Cow::Borrowed(key.strip_prefix(self.annotation)?),
                Cow::Owned(key) => Cow::Owned(key.strip_prefix(self.annotation)?.to_owned()),
            };
            Some(Annotation { container, slot })
        })
    }

    /// The annotations of this kind on a workload that has them beside its pod template, where no pod gets them.
    pub fn strays(self, pod: Pod<'_>) -> impl Iterator<Item = Slot<'_>> {
        let object = pod.object();
        let template = matches!(object.group(), "apps" | "batch" | "") && object.kind() != "Pod";
        let annotations = object.at("metadata.annotations").entries().filter(move |_| template);
        annotations.filter(move |(key, _)| key.starts_with(self.annotation) || *key == self.pod).map(|(_, slot)| slot)
    }

    /// The annotation for this container.
    pub fn annotation_of(self, container: Container<'_>) -> Option<Slot<'_>> {
        self.annotations(container.pod()).find(|a| a.container == container.name()).map(|a| a.slot)
    }

    /// Every field of this kind that is written: the pod's, then each container's, with the name for messages.
    pub fn fields(self, pod: Pod<'_>) -> impl Iterator<Item = (Option<Container<'_>>, Slot<'_>)> {
        let containers = pod.containers().map(move |c| (Some(c), c.at(self.field)));
        std::iter::once((None, pod.at(self.field))).chain(containers).filter(|(_, slot)| slot.exists())
    }

    /// How a profile is written as a field.
    pub fn as_field(self, profile: Profile<'_>) -> String {
        let name = self.field.rsplit('.').next().unwrap_or_default();
        let value = match profile {
            Profile::Localhost(path) => format!("{{type: Localhost, localhostProfile: {path}}}"),
            profile => format!("{{type: {profile}}}"),
        };
        format!("write `{name}: {value}` under `securityContext`")
    }

    /// The changes that move what an annotation says into a field; none where that is nothing that the API accepts.
    pub fn into_field(self, annotation: Slot<'_>, field: Slot<'_>) -> [Option<Change>; 2] {
        let says = annotation.as_str().filter(|_| !annotation.has_placeholder());
        let change = says.and_then(|text| Profile::of_annotation(text, self)).and_then(|profile| match profile {
            Profile::Localhost(path) if self.path_fault(path).is_some() => None,
            Profile::Localhost(path) => field.set(Value::map(&[("type", "Localhost"), ("localhostProfile", path)])),
            profile => field.set(format!("{{type: {profile}}}")),
        });
        [change, annotation.remove()]
    }

    /// The changes that move what a stray says to where the pods get it, if nothing is said there.
    pub fn into_template(self, stray: Slot<'_>, pod: Pod<'_>) -> [Option<Change>; 2] {
        let key = stray.key_name().unwrap_or_default();
        let named = |c: &Container<'_>| key.strip_prefix(self.annotation) == Some(c.name());
        let whole = (key == self.pod && self == SECCOMP).then(|| pod.at(self.field));
        let field = whole.or_else(|| pod.containers().find(named).map(|c| c.effective(self.field)));
        field.filter(|f| f.is_absent()).map_or([None, None], |field| self.into_field(stray, field))
    }

    /// The change that mends what `fault` finds, where it is plain what was meant.
    pub fn mended(self, field: Slot<'_>) -> Option<Change> {
        let (kind, path) = (field.at("type"), field.at("localhostProfile"));
        match (kind.str(), path.str()) {
            (Typed::Is("Localhost"), Typed::Is(text)) => {
                let meant = if self == SECCOMP { text.strip_prefix("/var/lib/kubelet/seccomp/")? } else { text.trim() };
                self.path_fault(meant).is_none().then(|| path.set(Value::text(meant))).flatten()
            }
            (Typed::Is("RuntimeDefault" | "Unconfined" | "Localhost"), _) => None,
            (Typed::Is(other), said) => {
                let meant = nearest(other, ["RuntimeDefault", "Localhost", "Unconfined"])?;
                ((meant == "Localhost") == (said != Typed::Absent)).then(|| kind.set(meant)).flatten()
            }
            (Typed::Absent, Typed::Is(text)) if self.path_fault(text).is_none() => kind.set("Localhost"),
            _ => None,
        }
    }

    /// What the API server would refuse in a field of this kind: where, and in which words.
    pub fn fault(self, field: Slot<'_>) -> Option<(Slot<'_>, String)> {
        let name = self.field.rsplit('.').next().unwrap_or_default();
        let (kind, path) = (field.at("type"), field.at("localhostProfile"));
        match kind.str() {
            Typed::Unknown => None,
            Typed::Is("Localhost") => match path.str() {
                Typed::Unknown => None,
                Typed::Absent => Some((path, format!("{name} has type Localhost and no localhostProfile"))),
                Typed::Wrong => Some((path, format!("localhostProfile of {name} is no string"))),
                Typed::Is(_) if path.has_placeholder() => None,
                Typed::Is(path_text) => self.path_fault(path_text).map(|why| (path, format!("localhostProfile {why}"))),
            },
            Typed::Is(kind @ ("RuntimeDefault" | "Unconfined")) => (path.exists() || path.is_unknown())
                .then(|| (path, format!("localhostProfile counts only with type Localhost, not {kind}"))),
            Typed::Is(other) => {
                Some((kind, format!("{name} has the type {other:?}: it is RuntimeDefault, Localhost or Unconfined")))
            }
            Typed::Absent => Some((kind, format!("{name} has no type"))),
            Typed::Wrong => Some((kind, format!("the type of {name} is no string"))),
        }
    }

    /// Why a localhostProfile is refused: AppArmor's is a loaded profile's name, seccomp's a path below the kubelet's folder.
    fn path_fault(self, path: &str) -> Option<&'static str> {
        if self == SECCOMP {
            if path.starts_with('/') {
                Some("is an absolute path: it is taken below the kubelet's seccomp folder")
            } else if path.split('/').any(|part| part == "..") {
                Some("leaves the kubelet's seccomp folder by `..`")
            } else {
                // The API server takes an empty path; the kubelet then finds a folder instead of a profile.
                path.is_empty().then_some("is empty")
            }
        } else if path.trim().is_empty() {
            Some("is empty")
        } else if path.trim() != path {
            Some("has white space around the name")
        } else {
            (path.len() > 4095).then_some("is longer than 4095 bytes")
        }
    }
}
