use crate::clause::Exemption::Windows;
use crate::finding::Report;
use crate::k8s::Pod;
use crate::k8s::profile::{APPARMOR, Profile};
use crate::policy::cel::optional;
use crate::policy::{Demand, Target, containers};
use crate::rule::{Check, Policy, Rule, Safety, Severity};

pub(super) static RULE: Rule = Rule {
    id: "apparmor-annotation",
    aliases: &[],
    summary: "AppArmor profile stands in a deprecated annotation where the field should be",
    severity: Severity::Low,
    since: "0.1.0",
    standards: &[],
    maps: &[],
    doc: include_str!("apparmor_annotation.md"),
    check: Check::Pod(check),
    policy: Policy::Cel(demands),
};

fn check(pod: Pod<'_>, report: &mut Report<'_>) {
    if pod.is_windows() || !report.settings().kubernetes.since(30) {
        return;
    }
    for stray in APPARMOR.strays(pod) {
        let kind = pod.object().kind();
        let message = format!("the AppArmor annotation stands on the {kind} itself, whose pods do not get it");
        report
            .at_key(stray, message)
            .fix(Safety::Unsafe, APPARMOR.into_template(stray, pod))
            .help("write `appArmorProfile` under `securityContext` of the pod template");
    }
    for annotation in APPARMOR.annotations(pod) {
        let Some(container) = pod.containers().find(|c| c.name() == annotation.container) else { continue };
        let says = annotation.slot.as_str().and_then(|text| Profile::of_annotation(text, APPARMOR));
        let inherited = Profile::of_field(pod.at(APPARMOR.field));
        // The API server itself keeps quiet where the field says the same.
        if container.at(APPARMOR.field).exists() || says.is_some() && says == inherited {
            continue;
        }
        let message = format!("{} has its AppArmor profile from an annotation", container.label());
        let draft = report.at_key(annotation.slot, message);
        draft.container(container);
        draft.fix(Safety::Safe, APPARMOR.into_field(annotation.slot, container.at(APPARMOR.field)));
        draft.help(match says {
            Some(profile) => APPARMOR.as_field(profile),
            None => "write `appArmorProfile` under `securityContext`".to_owned(),
        });
    }
}

fn demands(target: &Target) -> Vec<Demand> {
    if !target.since(30) {
        return Vec::new();
    }
    let same = APPARMOR.same_in_cel(&APPARMOR.annotation_in_cel(), &optional("variables.pod", APPARMOR.field));
    let own = optional("c", APPARMOR.field);
    let holds = format!("!(({}) in variables.annotations) || {own}.hasValue()\n|| {same}", APPARMOR.key_in_cel());
    let annotated = containers(holds, "the AppArmor profile must not be named by an annotation");
    let demands = [annotated.help("write securityContext.appArmorProfile"), APPARMOR.has_no_strays()];
    demands.into_iter().map(|demand| demand.unless(&[Windows(0)], target)).collect()
}
