//! Kubernetes' things as views of a tree: small copies, no models, unknown fields kept.

mod container;
pub mod host_path;
mod namespace;
mod object;
mod pod;
pub mod profile;
mod version;
mod workload;

pub use container::{Container, ContainerKind};
pub use namespace::{LABEL_PREFIX, LevelVersion, Mode, NamespacePolicy, parse_level, parse_version};
pub use object::{Object, ObjectRef, objects};
pub use pod::{Pod, PodData};
pub use version::{NEWEST, Version};
pub use workload::pods;
