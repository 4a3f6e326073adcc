//! hostPath volumes: what a path of the node gives away, and who mounts it how.

use super::container::Container;
use super::pod::Pod;
use crate::yaml::Slot;

/// How far an entry of the table reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// The path alone.
    Exact,
    /// The path and what is below it.
    Tree,
    /// As `Tree`, and only where something mounts it writable.
    Written,
    /// As `Exact`, and only where something mounts it writable.
    ExactWritten,
}
use Reach::{Exact, ExactWritten, Tree, Written};

/// Paths of a node and what a container does with them. Paths begin at `/`, or at a Windows drive in lower case;
/// `/var/run` is written `/run`, as it is a link. Below a `Tree` stands nothing else but a `Tree` or `Exact`.
pub const SENSITIVE: &[(&str, Reach, &str)] = &[
    ("/", Exact, "the node's whole file system: every credential on it, and every program that it runs"),
    ("/boot", Tree, "the kernel that the node boots next"),
    ("/dev", Exact, "the node's disks and memory as devices"),
    ("/dev/mem", Exact, "the node's memory"),
    ("/dev/kmem", Exact, "the kernel's memory"),
    ("/etc", Exact, "the node's users, keys, timers and kubelet configuration"),
    ("/etc/cni", Written, "the network configuration that the runtime follows as root"),
    ("/etc/cron.d", Tree, "commands that the node runs as root"),
    ("/etc/crontab", Exact, "commands that the node runs as root"),
    ("/etc/kubernetes", Exact, "the credentials of the kubelet and the control plane, and the static pods"),
    ("/etc/kubernetes/admin.conf", Exact, "an administrator's credentials"),
    ("/etc/kubernetes/azure.json", Exact, "the node's credentials at the cloud"),
    ("/etc/kubernetes/cloud-config", Exact, "the node's credentials at the cloud"),
    ("/etc/kubernetes/cloud.config", Exact, "the node's credentials at the cloud"),
    ("/etc/kubernetes/controller-manager.conf", Exact, "the controller manager's credentials"),
    ("/etc/kubernetes/kubelet.conf", Exact, "the kubelet's credentials"),
    ("/etc/kubernetes/manifests", Tree, "static pods, which the kubelet starts whatever they ask for"),
    ("/etc/kubernetes/pki", Tree, "the keys of the control plane"),
    ("/etc/kubernetes/scheduler.conf", Exact, "the scheduler's credentials"),
    ("/etc/kubernetes/super-admin.conf", Exact, "an administrator's credentials"),
    ("/etc/passwd", Written, "the node's users"),
    ("/etc/shadow", Tree, "the passwords of the node's users"),
    ("/etc/ssh", Tree, "the node's SSH host keys"),
    ("/etc/sudoers", Tree, "who becomes root on the node"),
    ("/etc/sudoers.d", Tree, "who becomes root on the node"),
    ("/etc/systemd", Written, "services that the node starts as root"),
    ("/etc/udev", Written, "rules by which the node starts programs as root"),
    ("/home", Exact, "the node's users' keys"),
    ("/lib/modules", Written, "the modules that the kernel loads"),
    ("/lib/systemd", Written, "services that the node starts as root"),
    ("/lib/udev", Written, "rules by which the node starts programs as root"),
    ("/opt/cni/bin", Written, "programs that the runtime starts as root"),
    ("/bin", Written, "programs that the node runs as root"),
    ("/sbin", Written, "programs that the node runs as root"),
    ("/lib", Written, "libraries of programs that the node runs as root"),
    ("/usr", Written, "programs that the node runs as root"),
    ("/proc", Exact, "every process of the node, and kernel settings that name a program to run as root"),
    ("/proc/1", Tree, "the node's first process, and through it the node's root file system"),
    ("/proc/sys", Written, "kernel settings, among them one that names a program to run as root"),
    ("/root", Tree, "root's keys and shell start-up files"),
    ("/sys", ExactWritten, "the kernel's settings and control groups, which name programs to run as root"),
    ("/sys/fs/bpf", Written, "the eBPF programs and maps that the node's network and sensors run on"),
    ("/sys/fs/cgroup", Written, "control groups, which name a program that the kernel runs as root"),
    ("/sys/kernel", Written, "kernel settings, among them one that names a program to run as root"),
    ("/sys/kernel/debug", Tree, "the kernel's tracing: other containers' data"),
    ("/var", Exact, "all data of the kubelet, the runtime and etcd"),
    ("/var/lib", Exact, "all data of the kubelet, the runtime and etcd"),
    ("/var/lib/containerd", Tree, "the file systems of all containers of the node"),
    ("/var/lib/containers", Tree, "the file systems of all containers of the node"),
    ("/var/lib/docker", Exact, "the file systems of all containers of the node"),
    ("/var/lib/docker/overlay2", Tree, "the file systems of all containers of the node"),
    ("/var/lib/etcd", Tree, "every Secret and object of the cluster"),
    ("/var/lib/kubelet", Exact, "the kubelet's credentials, and the Secrets and tokens of every pod of the node"),
    ("/var/lib/kubelet/pki", Tree, "the kubelet's credentials"),
    ("/var/lib/kubelet/pods", Tree, "the Secrets and tokens of every pod of the node"),
    ("/var/lib/kubelet/config.yaml", Written, "who may command the kubelet"),
    ("/var/log", Written, "links that the kubelet follows, as root, to any file when it serves logs"),
    ("/var/spool/cron", Tree, "commands that the node runs as root"),
    ("c:", Exact, "the node's whole drive"),
    ("c:/windows", Tree, "programs that the node runs as its system user"),
    ("c:/etc/kubernetes", Tree, "the kubelet's credentials"),
    ("c:/var/lib/kubelet", Exact, "the kubelet's credentials, and the Secrets and tokens of every pod of the node"),
    ("c:/users", Exact, "the node's users' keys"),
];

/// Folders in which a container runtime has its socket, and nothing else stands between.
pub const SOCKET_FOLDERS: &[&str] = &[
    "/run",
    "/run/containerd",
    "/run/crio",
    "/run/docker",
    "/run/podman",
    "/run/k3s",
    "/run/k3s/containerd",
    "/run/k0s",
];

/// Sockets of container runtimes and builders that run as root, by the name of the file.
pub const SOCKETS: &[(&str, &str)] = &[
    ("docker.sock", "Docker"),
    ("docker_engine", "Docker"),
    ("containerd.sock", "containerd"),
    ("containerd-containerd", "containerd"),
    ("crio.sock", "CRI-O"),
    ("cri-dockerd.sock", "cri-dockerd"),
    ("dockershim.sock", "dockershim"),
    ("podman.sock", "Podman"),
    ("buildkitd.sock", "BuildKit"),
    ("frakti.sock", "frakti"),
    ("rktlet.sock", "rktlet"),
    ("isulad.sock", "iSulad"),
];

/// Types of what is opened and not changed.
pub const ENDPOINTS: &[&str] = &["Socket", "CharDevice", "BlockDevice"];

/// Types of a single file.
pub const FILES: &[&str] = &["File", "FileOrCreate"];

/// Folders that have other file systems mounted below them: `readOnly` does not reach those (KEP-3857).
const WITH_SUBMOUNTS: &[&str] =
    &["/", "/dev", "/mnt", "/media", "/run", "/sys", "/var", "/var/lib", "/var/lib/kubelet", "/var/lib/kubelet/pods"];

/// Folders of the node's own, in which no id of a workload owns anything.
const OF_THE_NODE: &[&str] = &[
    "/bin",
    "/boot",
    "/dev",
    "/etc",
    "/lib",
    "/lib64",
    "/opt/cni",
    "/proc",
    "/root",
    "/run",
    "/sbin",
    "/sys",
    "/usr",
    "/var/lib/containerd",
    "/var/lib/containers",
    "/var/lib/docker",
    "/var/lib/etcd",
    "/var/lib/kubelet",
    "/var/log",
];

/// A hostPath volume.
#[derive(Clone, Copy, Debug)]
pub struct HostPath<'t> {
    /// The volume's name.
    pub name: &'t str,
    /// The `hostPath` mapping.
    pub source: Slot<'t>,
}

/// A mount of a hostPath volume.
#[derive(Clone, Copy, Debug)]
pub struct Mount<'t> {
    /// Whose.
    pub container: Container<'t>,
    /// The item of `volumeMounts`.
    pub slot: Slot<'t>,
}

impl Mount<'_> {
    /// Whether the container may write: `readOnly` is anything but true.
    pub fn is_writable(self) -> bool {
        let read_only = self.slot.at("readOnly");
        read_only.as_bool() != Some(true) && !read_only.has_placeholder()
    }
}

/// The hostPath volumes of a pod, in order.
pub fn host_paths(pod: Pod<'_>) -> impl Iterator<Item = HostPath<'_>> {
    pod.at("volumes").items().filter_map(of)
}

/// An item of `volumes` as a hostPath volume, if it is one.
pub fn of(volume: Slot<'_>) -> Option<HostPath<'_>> {
    let source = volume.at("hostPath");
    source.is_map().then(|| HostPath { name: volume.at("name").as_str().unwrap_or_default(), source })
}

impl<'t> HostPath<'t> {
    /// The path as it is written.
    pub fn path(self) -> Slot<'t> {
        self.source.at("path")
    }

    /// The path in the form of the tables; none where it is unknown.
    pub fn normal(self) -> Option<String> {
        let path = self.path();
        if path.has_placeholder() { None } else { path.as_str().filter(|p| !p.is_empty()).map(normal) }
    }

    /// Its mounts, container by container.
    pub fn mounts(self, pod: Pod<'t>) -> impl Iterator<Item = Mount<'t>> {
        pod.containers().flat_map(move |container| {
            let mounts = container.at("volumeMounts").items();
            let here = mounts.filter(move |m| m.at("name").as_str() == Some(self.name));
            here.map(move |slot| Mount { container, slot })
        })
    }

    /// What it gives away as it is mounted, if that is known, and whether something mounts it writable.
    pub fn gives_away(self, pod: Pod<'t>) -> Option<(&'static str, bool)> {
        let path = self.normal()?;
        // A log file of its own lets nobody plant a link.
        let own_log = self.is_file() && path.starts_with("/var/log/");
        let written = self.mounts(pod).any(Mount::is_writable) && !own_log;
        gives_away(&path, written).map(|what| (what, written))
    }

    /// What it is to a container runtime, if it is or holds its socket.
    pub fn runtime_socket(self) -> Option<String> {
        runtime_socket(&self.normal()?)
    }

    /// Whether it shows what belongs to the node, rather than a folder that workloads have there.
    pub fn is_of_the_node(self) -> bool {
        let Some(path) = self.normal() else { return false };
        let within = |top: &&str| path.strip_prefix(top).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        OF_THE_NODE.iter().any(within) || self.is_endpoint() || gives_away(&path, true).is_some()
    }

    /// Whether it is a single file, as far as its type and name tell.
    pub fn is_file(self) -> bool {
        match self.source.at("type").as_str() {
            None | Some("") => self.path().as_str().is_some_and(|p| ends(p, "log")),
            Some(kind) => FILES.contains(&kind),
        }
    }

    /// Whether it is one to which `readOnly` means nothing: sockets and devices are opened, not changed.
    pub fn is_endpoint(self) -> bool {
        self.source.at("type").as_str().is_some_and(|kind| ENDPOINTS.contains(&kind))
            || self.normal().is_some_and(|p| ends(&p, "sock") || p.starts_with("/dev/") || p.starts_with("//"))
    }
}

fn ends(path: &str, extension: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, last)| last == extension)
}

/// What a path gives away, if it is known to; `written` says whether something mounts it writable.
fn gives_away(path: &str, written: bool) -> Option<&'static str> {
    let covers = |(entry, reach, _): &&(&str, Reach, &str)| {
        let below = || path.strip_prefix(entry).is_some_and(|rest| rest.starts_with('/'));
        path == *entry || (matches!(reach, Tree | Written) && below())
    };
    let longest = SENSITIVE.iter().filter(covers).max_by_key(|(entry, ..)| entry.len())?;
    (matches!(longest.1, Exact | Tree) || written).then_some(longest.2)
}

/// What the path is to a container runtime, if it is or holds its socket.
fn runtime_socket(path: &str) -> Option<String> {
    if SOCKET_FOLDERS.contains(&path) {
        return Some("which holds the container runtime's socket".to_owned());
    }
    let file = path.rsplit('/').next()?;
    SOCKETS.iter().find(|(name, _)| *name == file).map(|(_, runtime)| format!("the socket of {runtime}"))
}

/// Whether other file systems are mounted below the path.
pub fn has_submounts(path: &str) -> bool {
    WITH_SUBMOUNTS.contains(&path)
}

/// One form for each path: no `.`, `..`, double or last slash, Windows separators turned, `/var/run` as `/run`.
fn normal(path: &str) -> String {
    let turned = path.replace('\\', "/");
    let drive = matches!(turned.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic());
    let lower = if drive || turned.starts_with("//") { turned.to_ascii_lowercase() } else { turned };
    let mut parts: Vec<&str> = Vec::new();
    for part in lower.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    let start = if drive {
        ""
    } else if lower.starts_with("//./") {
        "//"
    } else {
        "/"
    };
    if let ("/", ["var", "run", rest @ ..]) = (start, &parts[..]) {
        parts = [&["run"], rest].concat();
    }
    format!("{start}{}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::{Reach, SENSITIVE, gives_away, normal, runtime_socket};

    #[test]
    fn what_is_given_away_whatever_is_mounted_is_not_taken_back_below() {
        for (tree, ..) in SENSITIVE.iter().filter(|(_, reach, _)| *reach == Reach::Tree) {
            let below = |path: &str| path.strip_prefix(tree).is_some_and(|rest| rest.starts_with('/'));
            let written = |reach| matches!(reach, Reach::Written | Reach::ExactWritten);
            let inner = SENSITIVE.iter().find(|(path, reach, _)| written(*reach) && below(path));
            assert!(inner.is_none(), "{tree}: a policy does not look for the longest entry");
        }
    }

    #[test]
    fn paths_have_one_form() {
        for (path, want) in [
            ("/", "/"),
            ("//etc/./kubernetes/", "/etc/kubernetes"),
            ("/var/run/docker.sock", "/run/docker.sock"),
            ("/var/runtime", "/var/runtime"),
            ("/a/../..", "/"),
            ("C:\\Windows\\", "c:/windows"),
            (r"\\.\pipe\docker_engine", "//pipe/docker_engine"),
        ] {
            assert_eq!(normal(path), want, "{path}");
        }
    }

    #[test]
    fn only_what_gives_something_away_is_named() {
        for path in ["/", "/etc", "/etc/kubernetes/pki", "/root/.ssh", "/var/lib/kubelet/pods/x", "c:"] {
            assert!(gives_away(path, false).is_some(), "{path}");
        }
        for path in [
            "/etc/localtime",
            "/etc/ssl/certs",
            "/var/lib/app",
            "/data",
            "/var/log",
            "/lib/modules",
            "/rooted",
            "/etc/kubernetes/app",
        ] {
            assert!(gives_away(path, false).is_none(), "{path}");
        }
        for path in ["/var/log/pods", "/lib/modules", "/sys/fs/cgroup"] {
            assert!(gives_away(path, true).is_some(), "{path}");
        }
    }

    #[test]
    fn sockets_are_known_by_file_and_folder() {
        assert_eq!(runtime_socket("/run/k3s/containerd/containerd.sock").unwrap(), "the socket of containerd");
        assert_eq!(runtime_socket("//pipe/docker_engine").unwrap(), "the socket of Docker");
        assert!(runtime_socket("/run").is_some());
        assert!(runtime_socket("/run/secrets").is_none());
    }
}
