//! Linux capabilities as the standards and an attacker see them.

use crate::rule::Severity::{self, Critical, High, Medium};

/// Those that a container may add under the baseline level: what container runtimes grant by default, without `NET_RAW`.
pub const BASELINE: &[&str] = &[
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];

/// The others (capabilities(7), Linux 6.x): how grave each is, and what it allows.
const DANGEROUS: &[(&str, Severity, &str)] = &[
    ("ALL", Critical, "everything that root on the node may do"),
    ("AUDIT_CONTROL", High, "turning the node's audit log off"),
    ("AUDIT_READ", Medium, "reading the node's audit log"),
    ("BLOCK_SUSPEND", Medium, "keeping the node from sleeping"),
    ("BPF", High, "loading BPF programs into the node's kernel"),
    ("CHECKPOINT_RESTORE", Medium, "choosing process ids and reading other processes' mapped files"),
    ("DAC_READ_SEARCH", Critical, "opening any file of the node's file system by its handle"),
    ("IPC_LOCK", Medium, "locking memory past its limit"),
    ("IPC_OWNER", Medium, "reading and writing the shared memory of other users"),
    ("LEASE", Medium, "taking leases on files of other users"),
    ("LINUX_IMMUTABLE", Medium, "making files immutable and append-only, and undoing it"),
    ("MAC_ADMIN", High, "changing the node's mandatory access control"),
    ("MAC_OVERRIDE", High, "passing over mandatory access control"),
    ("NET_ADMIN", High, "reconfiguring interfaces, routes and firewall rules of the network namespace"),
    ("NET_BROADCAST", Medium, "sending broadcasts and listening to multicasts"),
    ("NET_RAW", High, "forging packets on the pod network: ARP and DNS spoofing against the neighbours"),
    ("PERFMON", High, "watching the node's kernel and every process on it"),
    ("SYSLOG", Medium, "reading the kernel's log and its addresses"),
    ("SYS_ADMIN", Critical, "mounting file systems and most of what root may do: the usual way out of a container"),
    ("SYS_BOOT", High, "rebooting the node, or loading another kernel"),
    ("SYS_MODULE", Critical, "loading code into the node's kernel"),
    ("SYS_NICE", Medium, "taking processor time from other processes"),
    ("SYS_PACCT", Medium, "turning process accounting on and off"),
    ("SYS_PTRACE", High, "reading and writing the memory of every process it can see"),
    ("SYS_RAWIO", Critical, "reading and writing the node's memory and devices"),
    ("SYS_RESOURCE", Medium, "passing over resource limits"),
    ("SYS_TIME", High, "setting the node's clock, which certificates and logs rely on"),
    ("SYS_TTY_CONFIG", Medium, "hanging up and reconfiguring the node's terminals"),
    ("WAKE_ALARM", Medium, "waking the node up"),
];

/// How grave a capability beyond the baseline ones is, and what it allows; `None` if Linux knows no such name.
pub fn danger(name: &str) -> Option<(Severity, &'static str)> {
    DANGEROUS.iter().find(|(known, ..)| *known == name).map(|&(_, severity, allows)| (severity, allows))
}

/// The name that is meant by one that Kubernetes does not know: `CAP_SYS_ADMIN` and `sys_admin` are `SYS_ADMIN`.
pub fn meant(name: &str) -> Option<&'static str> {
    let upper = name.to_ascii_uppercase();
    let bare = upper.strip_prefix("CAP_").unwrap_or(&upper);
    let known = BASELINE.iter().copied().chain(DANGEROUS.iter().map(|d| d.0)).find(|k| *k == bare);
    known.filter(|k| *k != name)
}
