//! Kubernetes' things as views of a tree: small copies, no models, unknown fields kept.

pub mod api;
pub mod capability;
pub mod command;
pub mod confinement;
mod container;
pub mod host_path;
mod image;
mod namespace;
mod object;
mod pod;
pub mod probe;
pub mod profile;
mod quantity;
pub mod resources;
pub mod runtime_class;
pub mod sysctl;
mod version;
pub mod volume;
mod workload;
mod writable;

pub use container::{Container, ContainerKind, references};
pub use image::{Image, ImageError, Pin, Tag};
pub use namespace::{LABEL_PREFIX, LevelVersion, Mode, NamespacePolicy, parse_level, parse_version, version_meant};
pub use object::{Object, ObjectRef, Objects, objects};
pub use pod::{Pod, PodData};
pub use quantity::{Quantity, QuantityError};
pub use version::{NEWEST, Version};
pub use workload::pods;
pub use writable::{advice as read_only_advice, volumes as read_only_volumes};
