use crate::finding::Report;
use crate::k8s::Pod;
use crate::k8s::profile::{Profile, SECCOMP};
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
    policy: Policy::None("what counts is the field, and that has a rule"),
};

fn check(pod: Pod<'_>, report: &mut Report<'_>) {
    // Before 1.19 there was nothing else.
    if pod.is_windows() || !report.settings().kubernetes.since(19) {
        return;
    }
    let set = |slot: Slot<'_>| slot.exists() || slot.is_unknown();
    let whole = pod.annotation(SECCOMP.pod);
    if set(whole) && !pod.containers().all(|c| set(c.effective(SECCOMP.field))) {
        judge(whole, pod.at(SECCOMP.field), "the pod", report);
    }
    for annotation in SECCOMP.annotations(pod) {
        let container = pod.containers().find(|c| c.name() == annotation.container);
        if container.is_some_and(|c| set(c.effective(SECCOMP.field))) {
            continue;
        }
        report.set_container(container);
        let field = container.map_or(pod.at(SECCOMP.field), |c| c.at(SECCOMP.field));
        judge(annotation.slot, field, &format!("container \"{}\"", annotation.container), report);
    }
    report.set_container(None);
    for stray in SECCOMP.strays(pod) {
        let kind = pod.object().kind();
        let message = format!("the seccomp annotation stands on the {kind} itself, whose pods do not get it");
        let draft = report.at_key(stray, message);
        if stray.key_name().as_deref() == Some(SECCOMP.pod) {
            draft.fix(Safety::Unsafe, SECCOMP.into_field(stray, pod.at(SECCOMP.field)));
        }
        draft.help("write `seccompProfile` under `securityContext` of the pod template");
    }
}

fn judge(annotation: Slot<'_>, field: Slot<'_>, who: &str, report: &mut Report<'_>) {
    let ignored = report.settings().kubernetes.since(27);
    let fate = if ignored { "has had no effect since Kubernetes 1.27" } else { "is deprecated since Kubernetes 1.19" };
    let draft = report.at_key(annotation, format!("the annotation for the seccomp profile of {who} {fate}"));
    let says = annotation.as_str().and_then(|text| Profile::of_annotation(text, SECCOMP));
    match says {
        // Without it such a pod is as unconfined as with it.
        Some(Profile::Unconfined) if ignored => draft.fix(Safety::Safe, [annotation.remove()]),
        Some(Profile::Unconfined) | None => draft,
        // Until 1.26 the API server itself wrote the field.
        Some(_) if !ignored => draft.fix(Safety::Safe, SECCOMP.into_field(annotation, field)),
        Some(_) => draft.fix(Safety::Unsafe, SECCOMP.into_field(annotation, field)),
    };
    draft.help(match says {
        Some(Profile::Localhost(path)) => {
            format!("write `seccompProfile: {{type: Localhost, localhostProfile: {path}}}` under `securityContext`")
        }
        _ => "write `seccompProfile: {type: RuntimeDefault}` under `securityContext`".to_owned(),
    });
}
