//! The kernel parameters that Pod Security admission lets a pod set.

use super::version::Version;

/// Namespaced ones that cannot reach other pods or the node, and the first minor whose check allows them.
const SAFE: &[(&str, u32)] = &[
    ("kernel.shm_rmid_forced", 0),
    ("net.ipv4.ip_local_port_range", 0),
    ("net.ipv4.ip_unprivileged_port_start", 0),
    ("net.ipv4.ping_group_range", 0),
    ("net.ipv4.tcp_syncookies", 0),
    ("net.ipv4.ip_local_reserved_ports", 27),
    ("net.ipv4.tcp_fin_timeout", 29),
    ("net.ipv4.tcp_keepalive_intvl", 29),
    ("net.ipv4.tcp_keepalive_probes", 29),
    ("net.ipv4.tcp_keepalive_time", 29),
    ("net.ipv4.tcp_rmem", 32),
    ("net.ipv4.tcp_wmem", 32),
    ("net.ipv4.tcp_notsent_lowat", 37),
    ("net.ipv4.tcp_slow_start_after_idle", 37),
];

/// The first minor at which a pod may set this parameter; the name counts as written, with dots.
pub fn safe_since(name: &str) -> Option<u32> {
    SAFE.iter().find(|(safe, _)| *safe == name).map(|&(_, since)| since)
}

/// The parameters that a pod may set at a version.
pub fn safe(version: Version) -> impl Iterator<Item = &'static str> {
    SAFE.iter().filter(move |(_, since)| version.since(*since)).map(|(name, _)| *name)
}

/// Whether a pod may set this parameter at a version.
pub fn is_safe(name: &str, version: Version) -> bool {
    safe_since(name).is_some_and(|since| version.since(since))
}
