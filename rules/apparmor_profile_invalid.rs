use crate::finding::Report;
use crate::k8s::Pod;
use crate::k8s::profile::{APPARMOR, Profile};
use crate::rule::{Check, Policy, Rule, Safety, Severity};
use crate::yaml::Typed;

pub(super) static RULE: Rule = Rule {
    id: "apparmor-profile-invalid",
    aliases: &[],
    summary: "AppArmor profile that the API server refuses",
    severity: Severity::Medium,
    since: "0.1.0",
    standards: &[],
    maps: &[],
    doc: include_str!("apparmor_profile_invalid.md"),
    check: Check::Pod(check),
    policy: Policy::None("the API server refuses the pod itself"),
};

const HELP: &str = "write `type: RuntimeDefault`, or `type: Localhost` with the `localhostProfile` that the nodes load";

fn check(pod: Pod<'_>, report: &mut Report<'_>) {
    for (container, field) in APPARMOR.fields(pod) {
        report.set_container(container);
        if field.has_placeholder() || !report.is_mapping(field, "appArmorProfile") {
            continue;
        }
        let Some((slot, why)) = APPARMOR.fault(field) else { continue };
        let who = container.map_or_else(|| "the pod".to_owned(), crate::k8s::Container::label);
        report.at(slot, format!("{who}: {why}")).fix(Safety::Safe, [APPARMOR.mended(field)]).help(HELP);
    }
    report.set_container(None);
    for annotation in APPARMOR.annotations(pod) {
        let valid = match annotation.slot.str() {
            Typed::Is(text) => text.is_empty() || Profile::of_annotation(text, APPARMOR).is_some(),
            Typed::Wrong => false,
            Typed::Absent | Typed::Unknown => true,
        };
        if !valid && !annotation.slot.has_placeholder() {
            let value = annotation.slot.text();
            let message = format!("the AppArmor annotation of container \"{}\" is {value:?}", annotation.container);
            report.at(annotation.slot, message).help("write runtime/default, or localhost/ and a profile's name");
        }
    }
}
