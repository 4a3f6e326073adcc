use crate::finding::Report;
use crate::k8s::Pod;
use crate::k8s::host_path;
use crate::policy::{self, host_paths};
use crate::rule::{Check, Map, Policy, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "host-path-sensitive",
    aliases: &[],
    summary: "hostPath volume gives away a sensitive part of the node",
    severity: Severity::High,
    since: "0.1.0",
    standards: &[],
    maps: &[Map::KubeLinter("sensitive-host-mounts")],
    doc: include_str!("host_path_sensitive.md"),
    check: Check::Pod(check),
    policy: Policy::Cel(|_| {
        let demand = host_paths(
            policy::host_path::gives_nothing_away(),
            "no hostPath may give away a sensitive part of the node",
        );
        vec![demand.help("mount only the file or folder that is needed, readOnly, or use another volume type")]
    }),
};

fn check(pod: Pod<'_>, report: &mut Report<'_>) {
    for volume in host_path::host_paths(pod) {
        if volume.path().has_placeholder() {
            report.undecided(volume.path(), &format!("what volume \"{}\" shows of the node", volume.name));
        } else if let Some((what, written)) = volume.gives_away(pod) {
            let how = if written { "writable" } else { "to read" };
            let message = format!("volume \"{}\" gives {} {how}: {what}", volume.name, volume.path().text());
            let draft = report.at(volume.path(), message);
            draft.help("mount only the file or folder that is needed, `readOnly: true`, or use another volume type");
            if let Some(mount) = volume.mounts(pod).next() {
                draft.related(mount.slot.at("name").span(), format!("{} mounts it", mount.container.label()));
            }
        }
    }
}
