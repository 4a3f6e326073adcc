//! Volume sources as the restricted level sorts them.

use crate::yaml::Slot;

/// The sources that the restricted level allows.
pub const ALLOWED: &[&str] = &[
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "image",
    "persistentVolumeClaim",
    "projected",
    "secret",
];

/// The sources that it does not, `hostPath` apart; in the order in which Pod Security admission names the first.
pub const RESTRICTED: &[&str] = &[
    "gcePersistentDisk",
    "awsElasticBlockStore",
    "gitRepo",
    "nfs",
    "iscsi",
    "glusterfs",
    "rbd",
    "flexVolume",
    "cinder",
    "cephfs",
    "flocker",
    "fc",
    "azureFile",
    "vsphereVolume",
    "quobyte",
    "azureDisk",
    "photonPersistentDisk",
    "portworxVolume",
    "scaleIO",
    "storageos",
];

/// Whether a volume has a source that the restricted level allows: it then passes, whatever else it has.
pub fn has_allowed_source(volume: Slot<'_>) -> bool {
    ALLOWED.iter().any(|source| !volume.at(source).is_absent())
}

/// How messages call a volume: `volume "data"`.
pub fn label(volume: Slot<'_>) -> String {
    format!("volume \"{}\"", volume.at("name").as_str().unwrap_or_default())
}
