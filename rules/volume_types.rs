use crate::finding::Report;
use crate::k8s::{Pod, volume};
use crate::policy::pod;
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
    policy: Policy::Cel(|_| {
        let restricted =
            volume::RESTRICTED.iter().map(|source| format!("!has(v.{source})")).collect::<Vec<_>>().join(" && ");
        let allowed = volume::ALLOWED.iter().map(|source| format!("has(v.{source})")).collect::<Vec<_>>().join(" || ");
        let holds =
            format!("variables.pod.?volumes.orValue([]).all(v, {allowed} || has(v.hostPath) || ({restricted}))");
        vec![pod(holds, format!("volumes may be nothing but {}", volume::ALLOWED.join(", ")))]
    }),
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
