use crate::finding::Report;
use crate::k8s::profile::APPARMOR;
use crate::k8s::{Pod, confinement};
use crate::policy::cel::quoted;
use crate::policy::{Demand, Target, pod};
use crate::rule::{Check, Map, Policy, Rule, Safety, Severity, baseline};
use crate::yaml::Typed;

pub(super) static RULE: Rule = Rule {
    id: "apparmor-unconfined",
    aliases: &[],
    summary: "an AppArmor profile confines nothing",
    severity: Severity::High,
    since: "0.1.0",
    standards: &[baseline("appArmorProfile", 0)],
    maps: &[Map::Trivy("KSV002"), Map::Kyverno("restrict-apparmor-profiles")],
    doc: include_str!("apparmor_unconfined.md"),
    check: Check::Pod(check),
    policy: Policy::Cel(demands),
};

fn check(pod: Pod<'_>, report: &mut Report<'_>) {
    const FIELD: &str = APPARMOR.field;
    confinement::judge(pod.at(FIELD), "AppArmor", "the pod", true, report);
    for container in pod.containers().filter(|c| !c.at(FIELD).is_absent()) {
        report.set_container(Some(container));
        confinement::judge(container.at(FIELD), "AppArmor", &container.label(), true, report);
    }
    report.set_container(None);
    report.is_mapping(pod.metadata().at("annotations"), "metadata.annotations");
    for annotation in APPARMOR.annotations(pod) {
        let (name, slot) = (format!("{}{}", APPARMOR.annotation, annotation.container), annotation.slot);
        match slot.str() {
            Typed::Absent | Typed::Is("" | "runtime/default") => {}
            Typed::Is(value) if value.starts_with("localhost/") => {}
            Typed::Unknown => drop(report.undecided(slot, &name)),
            Typed::Wrong => drop(report.refused(slot, &name, "a string")),
            Typed::Is(value) => {
                let message = format!("{name} is set to \"{value}\"");
                let draft = report.at(slot, message);
                // The field that replaces it is known by its container.
                pod.containers().find(|c| c.name() == annotation.container).map(|c| draft.container(c));
                if value == "unconfined" {
                    draft.fix(Safety::Unsafe, [slot.set("runtime/default")]);
                }
                draft.help("write `runtime/default`, or better the field `appArmorProfile` (1.30)");
            }
        }
    }
}

fn demands(_: &Target) -> Vec<Demand> {
    let (prefix, value) = (quoted(APPARMOR.annotation), "variables.annotations[k]");
    let confined = format!("{value} in ['', 'runtime/default'] || {value}.startsWith('localhost/')");
    let annotations = pod(
        format!("variables.annotations.all(k, !k.startsWith({prefix}) || {confined})"),
        "AppArmor annotations must be runtime/default or localhost/ and the name of a profile",
    );
    APPARMOR.confines().into_iter().chain([annotations]).collect()
}
