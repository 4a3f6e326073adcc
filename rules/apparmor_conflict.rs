use crate::clause::Exemption::Windows;
use crate::finding::Report;
use crate::k8s::Pod;
use crate::k8s::profile::{APPARMOR, Profile};
use crate::policy::{Demand, Target, containers};
use crate::rule::{Check, Policy, Rule, Safety, Severity};

pub(super) static RULE: Rule = Rule {
    id: "apparmor-conflict",
    aliases: &[],
    summary: "AppArmor annotation and field say different things",
    severity: Severity::Medium,
    since: "0.1.0",
    standards: &[],
    maps: &[],
    doc: include_str!("apparmor_conflict.md"),
    check: Check::Pod(check),
    policy: Policy::Cel(demands),
};

fn check(pod: Pod<'_>, report: &mut Report<'_>) {
    if pod.is_windows() || !report.settings().kubernetes.since(30) {
        return;
    }
    for annotation in APPARMOR.annotations(pod) {
        let Some(container) = pod.containers().find(|c| c.name() == annotation.container) else { continue };
        let field = container.effective(APPARMOR.field);
        let says = annotation.slot.as_str().and_then(|text| Profile::of_annotation(text, APPARMOR));
        let (Some(says), Some(means)) = (says, Profile::of_field(field)) else { continue };
        if says == means {
            continue;
        }
        let own = container.at(APPARMOR.field);
        let outcome = if own.exists() { "the API server refuses the pod" } else { "the annotation counts" };
        let who = container.label();
        let message = format!("the AppArmor annotation of {who} says {says}, appArmorProfile {means}: {outcome}");
        let draft = report.at(annotation.slot, message);
        if own.exists() {
            draft.fix(Safety::Unsafe, [annotation.slot.remove()]);
        } else {
            draft.fix(Safety::Safe, APPARMOR.into_field(annotation.slot, own));
        }
        draft
            .help("remove the annotation, and let the field say what is meant")
            .related(field.span(), format!("the field says {means}"))
            .container(container);
    }
}

fn demands(target: &Target) -> Vec<Demand> {
    if !target.since(30) {
        return Vec::new();
    }
    let holds = APPARMOR.agree_in_cel(&APPARMOR.annotation_in_cel(), &APPARMOR.effective_in_cel());
    let demand = containers(holds, "the AppArmor annotation must say what securityContext.appArmorProfile does");
    vec![demand.help("remove the annotation, and let the field say what is meant").unless(&[Windows(0)], target)]
}
