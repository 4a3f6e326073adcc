use crate::finding::Report;
use crate::k8s::Pod;
use crate::k8s::host_path::{self, Mount};
use crate::policy::{self, containers};
use crate::rule::{Check, Map, Policy, Rule, Safety, Severity};

pub(super) static RULE: Rule = Rule {
    id: "host-path-writable",
    aliases: &[],
    summary: "container mounts a hostPath volume writable",
    severity: Severity::Medium,
    since: "0.1.0",
    standards: &[],
    maps: &[Map::Kubescape("C-0045"), Map::Kyverno("ensure-readonly-hostpath"), Map::KubeLinter("writable-host-mount")],
    doc: include_str!("host_path_writable.md"),
    check: Check::Pod(check),
    policy: Policy::Cel(|_| {
        let holds = format!(
            "c.?volumeMounts.orValue([]).all(m, m.?readOnly.orValue(false)
\
             || !variables.hostPaths.exists(v, v.name == m.?name.orValue('') && !({})))",
            policy::host_path::is_endpoint()
        );
        vec![containers(holds, "mounts of hostPath volumes must be readOnly")]
    }),
};

fn check(pod: Pod<'_>, report: &mut Report<'_>) {
    for volume in host_path::host_paths(pod).filter(|v| !v.is_endpoint()) {
        for mount in volume.mounts(pod) {
            report.set_container(Some(mount.container));
            judge(volume, mount, report);
        }
    }
    report.set_container(None);
}

fn judge(volume: host_path::HostPath<'_>, mount: Mount<'_>, report: &mut Report<'_>) {
    let (read_only, path, who) = (mount.slot.at("readOnly"), volume.path().text(), mount.container.label());
    if read_only.has_placeholder() {
        report.undecided(read_only, &format!("whether {who} may write to {path}"));
        return;
    }
    let recursive = mount.slot.at("recursiveReadOnly");
    let shallow = has_submounts(volume, mount, report) && !matches!(recursive.as_str(), Some("Enabled" | "IfPossible"));
    if mount.is_writable() {
        let draft = report.at(read_only, format!("{who} mounts {path} of the node writable"));
        let below = shallow.then(|| recursive.set("IfPossible"));
        draft
            .fix(Safety::Unsafe, [read_only.set(true)].into_iter().chain(below))
            .help("write `readOnly: true` beside the mount's `mountPath`");
    } else if shallow {
        let message = format!("{who} mounts {path} read-only, but not the file systems mounted below it");
        report
            .note(recursive, message)
            .help("write `recursiveReadOnly: IfPossible` beside `readOnly: true`, which wants no mountPropagation");
    }
}

/// Whether there are file systems mounted below, which a mount may have read-only too.
fn has_submounts(volume: host_path::HostPath<'_>, mount: Mount<'_>, report: &Report<'_>) -> bool {
    let propagates = matches!(mount.slot.at("mountPropagation").as_str(), Some("HostToContainer" | "Bidirectional"));
    // Beta and on from 1.31, GA in 1.33 (KEP-3857).
    let known = report.settings().kubernetes.since(31) && !propagates;
    known && volume.normal().is_some_and(|p| host_path::has_submounts(&p))
}
