use crate::finding::Report;
use crate::k8s::{Pod, Version};
use crate::policy::{Demand, Target, containers, list_of, pod};
use crate::rule::{Check, Map, Policy, Rule, Safety, Severity, baseline};
use crate::yaml::{Slot, Typed};

pub(super) static RULE: Rule = Rule {
    id: "selinux-options",
    aliases: &[],
    summary: "an SELinux label is not a container's",
    severity: Severity::High,
    since: "0.1.0",
    standards: &[baseline("seLinuxOptions", 0)],
    maps: &[Map::Trivy("KSV025"), Map::Kyverno("disallow-selinux")],
    doc: include_str!("selinux_options.md"),
    check: Check::Pod(check),
    policy: Policy::Cel(demands),
};

/// The types that are a container's, and the first minor whose check allows them.
const TYPES: [(&str, u32); 4] =
    [("container_t", 0), ("container_init_t", 0), ("container_kvm_t", 0), ("container_engine_t", 31)];

fn types(version: Version) -> Vec<&'static str> {
    TYPES.iter().filter(|(_, since)| version.since(*since)).map(|(name, _)| *name).collect()
}

fn check(pod: Pod<'_>, report: &mut Report<'_>) {
    const FIELD: &str = "securityContext.seLinuxOptions";
    options(pod.at(FIELD), "the pod", report);
    for container in pod.containers().filter(|c| !c.at(FIELD).is_absent()) {
        report.set_container(Some(container));
        options(container.at(FIELD), &container.label(), report);
    }
}

fn options(slot: Slot<'_>, who: &str, report: &mut Report<'_>) {
    if !report.is_mapping(slot, &format!("seLinuxOptions of {who}")) {
        return;
    }
    let types = types(report.settings().kubernetes);
    for name in ["type", "user", "role"] {
        let field = slot.at(name);
        match field.str() {
            Typed::Absent | Typed::Is("") => {}
            Typed::Is(value) if name == "type" && types.contains(&value) => {}
            Typed::Unknown => drop(report.undecided(field, &format!("seLinuxOptions.{name} of {who}"))),
            Typed::Wrong => drop(report.refused(field, &format!("seLinuxOptions.{name} of {who}"), "a string")),
            Typed::Is(value) => {
                let message = format!("{who} sets seLinuxOptions.{name} to \"{value}\"");
                let draft = report.at(field, message).fix(Safety::Unsafe, [field.remove()]);
                draft.help("remove it: the container runtime gives each container its own label");
            }
        }
    }
}

fn demands(target: &Target) -> Vec<Demand> {
    let types = types(target.settings.kubernetes);
    let allowed = list_of(&[&[""], &*types].concat());
    let holds = |of: &str| {
        let options = format!("{of}.?securityContext.?seLinuxOptions");
        format!(
            "{options}.?type.orValue('') in {allowed} && {options}.?user.orValue('') == '' && \
             {options}.?role.orValue('') == ''"
        )
    };
    let says =
        format!("securityContext.seLinuxOptions may have no user, no role, and no type but {}", types.join(", "));
    let demands = [pod(holds("variables.pod"), says.clone()), containers(holds("c"), says)];
    demands.map(|demand| demand.help("remove it: the container runtime gives each container its own label")).into()
}
