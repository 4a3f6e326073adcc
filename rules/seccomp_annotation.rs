use crate::clause::Exemption::Windows;
use crate::finding::Report;
use crate::k8s::Pod;
use crate::k8s::profile::{Profile, SECCOMP};
use crate::policy::cel::quoted;
use crate::policy::{Demand, Target, pod};
use crate::rule::{Check, Policy, Rule, Safety, Severity};
use crate::yaml::Slot;

pub(super) static RULE: Rule = Rule {
    id: "seccomp-annotation",
    aliases: &[],
    summary: "seccomp profile stands in an annotation that has no effect",
    severity: Severity::Medium,
    since: "0.1.0",
    standards: &[],
    maps: &[],
    doc: include_str!("seccomp_annotation.md"),
    check: Check::Pod(check),
    policy: Policy::Cel(demands),
};

fn check(pod: Pod<'_>, report: &mut Report<'_>) {
    // Before 1.19 there was nothing else.
    if pod.is_windows() || !report.settings().kubernetes.since(19) {
        return;
    }
    let set = |slot: Slot<'_>| slot.exists() || slot.is_unknown();
    let whole = pod.annotation(SECCOMP.pod);
    if set(whole) && !pod.containers().all(|c| set(c.effective(SECCOMP.field))) {
        judge(whole, Some(pod.at(SECCOMP.field)), "the pod", report);
    }
    for annotation in SECCOMP.annotations(pod) {
        let container = pod.containers().find(|c| c.name() == annotation.container);
        if !container.is_some_and(|c| set(c.effective(SECCOMP.field))) {
            report.set_container(container);
            let (field, name) = (container.map(|c| c.at(SECCOMP.field)), annotation.container);
            judge(annotation.slot, field, &format!("container \"{name}\""), report);
        }
    }
    report.set_container(None);
    for stray in SECCOMP.strays(pod) {
        let kind = pod.object().kind();
        let message = format!("the seccomp annotation stands on the {kind} itself, whose pods do not get it");
        let draft = report.at_key(stray, message).fix(Safety::Unsafe, SECCOMP.into_template(stray, pod));
        draft.help("write `seccompProfile` under `securityContext` of the pod template");
    }
}

fn judge(annotation: Slot<'_>, field: Option<Slot<'_>>, who: &str, report: &mut Report<'_>) {
    let ignored = report.settings().kubernetes.since(27);
    // Until 1.26 the API server itself wrote the field.
    let since = if ignored { "has had no effect since Kubernetes 1.27" } else { "is deprecated since Kubernetes 1.19" };
    let safety = if ignored { Safety::Unsafe } else { Safety::Safe };
    let draft = report.at_key(annotation, format!("the annotation for the seccomp profile of {who} {since}"));
    let says = annotation.as_str().and_then(|text| Profile::of_annotation(text, SECCOMP));
    match (says, field) {
        (Some(Profile::Unconfined), Some(_)) if !ignored => {}
        (Some(Profile::Unconfined), _) | (_, None) => drop(draft.fix(Safety::Safe, [annotation.remove()])),
        (_, Some(field)) => drop(draft.fix(safety, SECCOMP.into_field(annotation, field))),
    }
    draft.help(SECCOMP.as_field(says.filter(|&p| p != Profile::Unconfined).unwrap_or(Profile::RuntimeDefault)));
}

fn demands(target: &Target) -> Vec<Demand> {
    const SAYS: &str = "the seccomp profile must not be named by an annotation";
    if !target.since(19) {
        return Vec::new();
    }
    let field = format!("{}.hasValue()", SECCOMP.effective_in_cel());
    let whole = format!("!({} in variables.annotations) || variables.containers.all(c, {field})", quoted(SECCOMP.pod));
    let each = format!(
        "variables.annotations.all(k, !k.startsWith({})\n|| variables.containers.exists(c, k == {} && {field}))",
        quoted(SECCOMP.annotation),
        SECCOMP.key_in_cel()
    );
    let demands = [pod(whole, SAYS), pod(each, SAYS)].map(|d| d.help("write securityContext.seccompProfile"));
    let demands = demands.into_iter().chain([SECCOMP.has_no_strays()]);
    demands.map(|demand| demand.unless(&[Windows(0)], target)).collect()
}
