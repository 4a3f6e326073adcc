use crate::finding::Report;
use crate::k8s::{Pod, volume};
use crate::rule::{Check, Map, Policy, Rule, Severity, restricted};

pub(super) static RULE: Rule = Rule {
    id: "volume-types",
    aliases: &[],
    summary: "volume is of a type outside the restricted level",
    severity: Severity::Medium,
    since: "0.1.0",
    standards: &[restricted("restrictedVolumes", 0)],
    maps: &[Map::Trivy("KSV028"), Map::Kyverno("restrict-volume-types")],
    doc: include_str!("volume_types.md"),
    check: Check::Pod(check),
    policy: Policy::Cel(
        "variables.pod.?volumes.orValue([]).all(v, has(v.configMap) || has(v.csi) || has(v.downwardAPI) || has(v.emptyDir) \
         || has(v.ephemeral) || has(v.image) || has(v.persistentVolumeClaim) || has(v.projected) || has(v.secret))",
    ),
};

/// `host-path-volume` has the paths of the node, and volumes that are no mapping. A volume without any source passes:
/// the API server makes it an `emptyDir` before admission.
fn check(pod: Pod<'_>, report: &mut Report<'_>) {
    for item in pod.at("volumes").items() {
        let who = volume::label(item);
        for source in volume::ALLOWED.iter().chain(volume::RESTRICTED).filter(|s| !item.at(s).is_absent()) {
            report.is_mapping(item.at(source), &format!("{source} of {who}"));
        }
        if volume::has_allowed_source(item) || !item.at("hostPath").is_absent() {
            continue;
        }
        if let Some(source) = volume::RESTRICTED.iter().find(|source| !item.at(source).is_absent()) {
            let message = format!("{who} is of the type {source}, which the restricted level leaves out");
            report
                .at_key(item.at(source), message)
                .help("use a PersistentVolumeClaim: whoever runs the cluster then decides on what it stands");
        }
    }
}
