use crate::clause::Exemption::Windows;
use crate::finding::Report;
use crate::k8s::Pod;
use crate::k8s::profile::{Profile, SECCOMP};
use crate::policy::cel::{optional, quoted};
use crate::policy::{Demand, Target, containers, pod};
use crate::rule::{Check, Policy, Rule, Safety, Severity};
use crate::yaml::Slot;

pub(super) static RULE: Rule = Rule {
    id: "seccomp-conflict",
    aliases: &[],
    summary: "seccomp annotation and field say different things",
    severity: Severity::Medium,
    since: "0.1.0",
    standards: &[],
    maps: &[],
    doc: include_str!("seccomp_conflict.md"),
    check: Check::Pod(check),
    policy: Policy::Cel(demands),
};

fn check(pod: Pod<'_>, report: &mut Report<'_>) {
    if pod.is_windows() || !report.settings().kubernetes.since(19) {
        return;
    }
    compare(pod.annotation(SECCOMP.pod), pod.at(SECCOMP.field), true, "the pod", report);
    for annotation in SECCOMP.annotations(pod) {
        let Some(container) = pod.containers().find(|c| c.name() == annotation.container) else { continue };
        report.set_container(Some(container));
        let own = container.at(SECCOMP.field).exists();
        compare(annotation.slot, container.effective(SECCOMP.field), own, &container.label(), report);
    }
    report.set_container(None);
}

fn compare(annotation: Slot<'_>, field: Slot<'_>, own: bool, who: &str, report: &mut Report<'_>) {
    let says = annotation.as_str().and_then(|text| Profile::of_annotation(text, SECCOMP));
    let (Some(says), Some(means)) = (says, Profile::of_field(field)) else { return };
    if says == means {
        return;
    }
    let outcome = match (report.settings().kubernetes.since(27), own) {
        (true, _) => "only the field counts since Kubernetes 1.27",
        (false, true) => "the API server refuses the pod",
        (false, false) => "the annotation counts for this container",
    };
    let ignored = report.settings().kubernetes.since(27);
    let draft = report
        .at(annotation, format!("the seccomp annotation of {who} says {says}, seccompProfile {means}: {outcome}"));
    draft.help("remove the annotation, and let the field say what is meant");
    draft.related(field.span(), format!("the field says {means}"));
    // An annotation that counts for a container cannot go without changing what it does.
    if ignored {
        draft.fix(Safety::Safe, [annotation.remove()]);
    } else if own {
        draft.fix(Safety::Unsafe, [annotation.remove()]);
    }
}

fn demands(target: &Target) -> Vec<Demand> {
    const SAYS: &str = "the seccomp annotation must say what securityContext.seccompProfile does";
    if !target.since(19) {
        return Vec::new();
    }
    let whole = format!("variables.annotations[?{}].orValue('')", quoted(SECCOMP.pod));
    let demands = [
        pod(SECCOMP.agree_in_cel(&whole, &optional("variables.pod", SECCOMP.field)), SAYS),
        containers(SECCOMP.agree_in_cel(&SECCOMP.annotation_in_cel(), &SECCOMP.effective_in_cel()), SAYS),
    ];
    let help = "remove the annotation, and let the field say what is meant";
    demands.into_iter().map(|demand| demand.help(help).unless(&[Windows(0)], target)).collect()
}
