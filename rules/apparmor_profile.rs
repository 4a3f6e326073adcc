use crate::clause::Exemption::Windows;
use crate::finding::Report;
use crate::k8s::Container;
use crate::k8s::profile::APPARMOR;
use crate::policy::{Demand, Target, containers};
use crate::rule::{Check, Map, Policy, Rule, Safety, Severity};
use crate::yaml::Slot;

pub(super) static RULE: Rule = Rule {
    id: "apparmor-profile",
    aliases: &[],
    summary: "container names no AppArmor profile",
    severity: Severity::Low,
    since: "0.1.0",
    standards: &[],
    maps: &[Map::Kubesec("ApparmorAny")],
    doc: include_str!("apparmor_profile.md"),
    check: Check::Container(check),
    policy: Policy::Cel(demands),
};

fn check(container: Container<'_>, report: &mut Report<'_>) {
    if container.pod().is_windows() || APPARMOR.annotation_of(container).is_some_and(says_something) {
        return;
    }
    let field = container.effective(APPARMOR.field);
    if report.settings().kubernetes.since(30) {
        if field.has_placeholder() {
            report.undecided(field, "whether there is an AppArmor profile");
        } else if !field.exists() {
            // An annotation of a sibling counts beside its own field only.
            let pod = container.pod();
            let annotated = APPARMOR.annotations(pod).next().is_some();
            let target = if annotated { container.at(APPARMOR.field) } else { pod.at(APPARMOR.field) };
            let message = format!("{} names no AppArmor profile", container.label());
            let draft = report.at(container.at(APPARMOR.field), message);
            draft.fix(Safety::Unsafe, [target.set("{type: RuntimeDefault}")]).help(
                "write `appArmorProfile: {type: RuntimeDefault}` under `securityContext`, the pod's for all containers",
            );
        }
    } else {
        let at = container.at("name");
        report.at(at, format!("{} names no AppArmor profile", container.label())).help(format!(
            "annotate the pod with `{}{}: runtime/default`: fields came with Kubernetes 1.30",
            APPARMOR.annotation,
            container.name()
        ));
    }
}

fn says_something(annotation: Slot<'_>) -> bool {
    annotation.is_unknown() || !annotation.text().is_empty()
}

fn demands(target: &Target) -> Vec<Demand> {
    let annotated = format!("{} != ''", APPARMOR.annotation_in_cel());
    let demand = if target.since(30) {
        let holds = format!("{}.hasValue() || {annotated}", APPARMOR.effective_in_cel());
        containers(holds, "an AppArmor profile must be named").help("write securityContext.appArmorProfile")
    } else {
        containers(annotated, "an AppArmor profile must be named").help("annotate the pod: fields came with 1.30")
    };
    vec![demand.unless(&[Windows(0)], target)]
}
