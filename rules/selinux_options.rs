use crate::finding::Report;
use crate::k8s::Pod;
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
    policy: Policy::None("which types are a container's depends on the version of the cluster"),
};

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
    let engine = report.settings().kubernetes.since(31);
    for name in ["type", "user", "role"] {
        let field = slot.at(name);
        match field.str() {
            Typed::Absent | Typed::Is("") => {}
            Typed::Is("container_t" | "container_init_t" | "container_kvm_t") if name == "type" => {}
            Typed::Is("container_engine_t") if name == "type" && engine => {}
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
