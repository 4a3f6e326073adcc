use crate::finding::Report;
use crate::k8s::{Pod, sysctl};
use crate::policy::{list_of, pod};
use crate::rule::{Check, Map, Policy, Rule, Safety, Severity, baseline};
use crate::yaml::Typed;

pub(super) static RULE: Rule = Rule {
    id: "sysctls",
    aliases: &[],
    summary: "pod sets a kernel parameter that is not known to be safe",
    severity: Severity::High,
    since: "0.1.0",
    standards: &[baseline("sysctls", 0)],
    maps: &[Map::Trivy("KSV026"), Map::Kyverno("restrict-sysctls"), Map::KubeLinter("unsafe-sysctls")],
    doc: include_str!("sysctls.md"),
    check: Check::Pod(check),
    policy: Policy::Cel(|target| {
        let safe: Vec<_> = sysctl::safe(target.settings.kubernetes).collect();
        let names = list_of(&safe);
        let holds = format!(
            "variables.pod.?securityContext.?sysctls.orValue([]).all(sysctl, sysctl.?name.orValue('') in {names})"
        );
        vec![pod(holds, format!("securityContext.sysctls may set nothing but {}", safe.join(", ")))]
    }),
};

fn check(pod: Pod<'_>, report: &mut Report<'_>) {
    let version = report.settings().kubernetes;
    for item in report.items(pod.at("securityContext.sysctls"), "securityContext.sysctls of the pod") {
        if !report.is_mapping(item, "an item of securityContext.sysctls") {
            continue;
        }
        let slot = item.at("name");
        match slot.str() {
            Typed::Is(name) if sysctl::is_safe(name, version) => {}
            Typed::Unknown => drop(report.undecided(slot, "the name of a sysctl")),
            Typed::Wrong => drop(report.refused(slot, "the name of a sysctl", "a string")),
            Typed::Absent => drop(report.at(slot, "a sysctl has no name")),
            Typed::Is(name) => {
                let draft = report.at(slot, format!("the pod sets the sysctl {name}"));
                draft.fix(Safety::Unsafe, [item.remove()]);
                match sysctl::safe_since(name) {
                    Some(since) => draft.help(format!("pods may set it from Kubernetes 1.{since} on")),
                    None => draft.help("remove it: what a node needs is set on the node"),
                };
            }
        }
    }
}
