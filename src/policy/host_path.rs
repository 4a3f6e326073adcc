//! hostPath volumes in CEL: the lint's own tables, and one form for each path.

use super::cel::list_of;
use crate::k8s::host_path::{ENDPOINTS, FILES, Reach, SENSITIVE, SOCKET_FOLDERS, SOCKETS};

/// The hostPath volumes, each with its name, its type and its path as `k8s::host_path::normal` has it. What holds `..` may
/// be any path, and so counts as `/`: CEL has no way to resolve it, and the API server takes it with backslashes only.
/// The list of one item that is mapped step by step is CEL's `let`.
pub(super) fn volumes() -> String {
    format!(
        r"variables.pod.?volumes.orValue([]).filter(v, has(v.hostPath)).map(v, {{
  'name': v.?name.orValue(''),
  'type': v.hostPath.?type.orValue('') == '' && v.hostPath.?path.orValue('').endsWith('.log')
    ? {file} : v.hostPath.?type.orValue(''),
  'path': dyn([v.hostPath.?path.orValue('').replace('\\', '/')]
    .map(p, p.matches('^([A-Za-z]:|//)') ? p.lowerAscii() : p)
    .map(p, p == '' ? '' : '..' in p.split('/') ? '/'
      : (p.startsWith('//./') ? '//' : p.matches('^[A-Za-z]:') ? '' : '/')
        + p.split('/').filter(s, s != '' && s != '.').join('/'))
    .map(p, p == '/var/run' || p.startsWith('/var/run/') ? p.substring(4) : p)[0])
}})",
        file = super::cel::quoted(FILES[0])
    )
}

/// For each container the names of the volumes that it mounts writable.
pub(super) const WRITABLE: &str = "variables.containers.map(c, c.?volumeMounts.orValue([])\n  \
                                   .filter(m, !m.?readOnly.orValue(false)).map(m, m.?name.orValue('')))";

/// True for a hostPath volume `v` that gives nothing of the node away.
pub fn gives_nothing_away() -> String {
    use Reach::{Exact, ExactWritten, Tree, Written};
    let covered = |alone: [Reach; 2], below: Reach| {
        let of = |reaches: &[Reach], tail: &str| {
            let entries = SENSITIVE.iter().filter(|(_, reach, _)| reaches.contains(reach));
            entries.map(|(path, ..)| format!("{path}{tail}")).collect::<Vec<_>>()
        };
        format!(
            "(v.path in {}\n|| {}.exists(t, v.path.startsWith(t)))",
            list_of(&of(&alone, "")),
            list_of(&of(&[below], "/"))
        )
    };
    let own_log = format!("v.type in {} && v.path.startsWith('/var/log/')", list_of(FILES));
    format!(
        "!{}\n&& (!variables.writable.exists(names, v.name in names) || ({own_log})\n|| !{})",
        covered([Exact, Tree], Tree),
        covered([Written, ExactWritten], Written)
    )
}

/// True for a hostPath volume `v` that neither is a container runtime's socket nor holds one.
pub fn has_no_runtime_socket() -> String {
    let files: Vec<_> = SOCKETS.iter().map(|(name, _)| format!("/{name}")).collect();
    let folders = list_of(SOCKET_FOLDERS);
    format!("!(v.path in {folders})\n&& !{}.exists(s, v.path.endsWith(s))", list_of(&files))
}

/// True for a hostPath volume `v` to which `readOnly` means nothing.
pub fn is_endpoint() -> String {
    let types = list_of(ENDPOINTS);
    format!("v.type in {types} || v.path.endsWith('.sock') || v.path.startsWith('/dev/') || v.path.startsWith('//')")
}
