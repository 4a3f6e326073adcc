use crate::finding::Report;
use crate::k8s::{Pod, host_path, volume};
use crate::policy::{host_paths, pod};
use crate::rule::{Check, Level, Map, Policy, Rule, Severity, baseline, restricted};
use crate::yaml::Slot;

pub(super) static RULE: Rule = Rule {
    id: "host-path-volume",
    aliases: &[],
    summary: "volume is a path of the node",
    severity: Severity::High,
    since: "0.1.0",
    standards: &[baseline("hostPathVolumes", 0), restricted("restrictedVolumes", 0)],
    maps: &[
        Map::Trivy("KSV023"),
        Map::Kubescape("C-0048"),
        Map::Kyverno("disallow-host-path"),
        Map::Polaris("hostPathSet"),
        Map::Cis("5.2.11"),
    ],
    doc: include_str!("host_path_volume.md"),
    check: Check::Pod(check),
    policy: Policy::Cel(|target| {
        const SAYS: &str = "no volume may be a hostPath";
        // The restricted level passes a volume that has an allowed source, whatever else it has.
        let allowed = volume::ALLOWED.iter().map(|source| format!("has(v.{source})")).collect::<Vec<_>>().join(" || ");
        let holds = format!("variables.pod.?volumes.orValue([]).all(v, !has(v.hostPath) || {allowed})");
        vec![if target.judges(&RULE, Level::Baseline) { host_paths("false", SAYS) } else { pod(holds, SAYS) }]
    }),
};

fn check(pod: Pod<'_>, report: &mut Report<'_>) {
    for item in report.items(pod.at("volumes"), "volumes of the pod") {
        if !report.is_mapping(item, "an item of volumes") {
            continue;
        }
        let (source, who) = (item.at("hostPath"), volume::label(item));
        if source.exists() && !source.is_map() && !source.has_placeholder() {
            report.refused(source, &format!("hostPath of {who}"), "a mapping");
            continue;
        }
        // The restricted level passes a volume that has an allowed source, whatever else it has.
        let denied = report.judges(Level::Baseline) || !volume::has_allowed_source(item);
        if source.is_absent() || !denied || report.settings().standard.is_none() && is_told(item, pod) {
            continue;
        }
        let path = source.at("path").text();
        report.at(source, format!("{who} is a path of the node: {path}")).help(
            "use `emptyDir` for scratch space, a PersistentVolumeClaim for data, `configMap` or `secret` for files",
        );
    }
}

/// Whether one of the rules about what a path gives away reports this volume, in a run of every rule.
fn is_told(volume: Slot<'_>, pod: Pod<'_>) -> bool {
    let of_node = host_path::of(volume);
    of_node.is_some_and(|v| v.runtime_socket().is_some() || v.gives_away(pod).is_some())
}
