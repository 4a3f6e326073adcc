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

/// What a path of the node hands over, for the paths where that is the node itself. A `/` at the end of a path here
/// means whatever is below it too.
const SENSITIVE: &[(&str, &str)] = &[
    ("/", "the whole node"),
    ("/boot/", "the node's kernel"),
    ("/dev", "the node's disks and memory"),
    ("/etc", "the node's users, keys and services"),
    ("/etc/kubernetes/", "the keys of the node and, on a control plane, of the cluster"),
    ("/home", "the keys of the node's users"),
    ("/proc/", "the node's kernel parameters and every process on it"),
    ("/root/", "root's home on the node"),
    ("/run", "the container runtime, which runs anything as root"),
    ("/run/containerd", "the container runtime, which runs anything as root"),
    ("/run/crio", "the container runtime, which runs anything as root"),
    ("/sys", "the node's kernel and devices"),
    ("/usr", "the node's programs"),
    ("/var", "the whole node"),
    ("/var/lib", "the whole node"),
    ("/var/lib/containerd/", "the file systems of every container on the node"),
    ("/var/lib/docker/", "the file systems of every container on the node"),
    ("/var/lib/etcd/", "every Secret and object of the cluster"),
    ("/var/lib/kubelet", "the tokens and Secrets of every pod on the node"),
    ("/var/lib/kubelet/pods/", "the tokens and Secrets of every pod on the node"),
    ("/var/run", "the container runtime, which runs anything as root"),
];

/// Sockets of container runtimes, wherever they are.
const RUNTIME_SOCKETS: &[&str] = &["docker.sock", "containerd.sock", "crio.sock", "cri-dockerd.sock", "podman.sock"];

/// What a path of the node hands over to whoever can write there, if that is more than the path itself.
pub fn exposes(path: &str) -> Option<&'static str> {
    let path = match path.trim_end_matches('/') {
        "" => "/",
        trimmed => trimmed,
    };
    if RUNTIME_SOCKETS.iter().any(|socket| path.rsplit('/').next() == Some(socket)) {
        return Some("the container runtime, which runs anything as root");
    }
    let hit = |known: &str| match known.strip_suffix('/') {
        Some(dir) if !dir.is_empty() => path.strip_prefix(dir).is_some_and(|r| r.is_empty() || r.starts_with('/')),
        _ => path == known,
    };
    SENSITIVE.iter().find(|(known, _)| hit(known)).map(|&(_, what)| what)
}
