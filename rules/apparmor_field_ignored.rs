use crate::finding::Report;
use crate::k8s::Pod;
use crate::k8s::profile::APPARMOR;
use crate::rule::{Check, Policy, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "apparmor-field-ignored",
    aliases: &[],
    summary: "AppArmor field on a Kubernetes version that does not have it",
    severity: Severity::Medium,
    since: "0.1.0",
    standards: &[],
    maps: &[],
    doc: include_str!("apparmor_field_ignored.md"),
    check: Check::Pod(check),
    policy: Policy::None("a cluster that drops the field drops it before admission"),
};

fn check(pod: Pod<'_>, report: &mut Report<'_>) {
    let version = report.settings().kubernetes;
    if pod.is_windows() || version.since(30) {
        return;
    }
    for (container, field) in APPARMOR.fields(pod) {
        let annotated = match container {
            Some(container) => APPARMOR.annotation_of(container).is_some(),
            None => pod.containers().all(|c| APPARMOR.annotation_of(c).is_some()),
        };
        if annotated {
            continue;
        }
        report.set_container(container);
        let who = container.map_or_else(|| "the pod".to_owned(), crate::k8s::Container::label);
        report
            .at_key(field, format!("{who} sets appArmorProfile, which Kubernetes {version} does not know"))
            .help(format!("annotate the pod with `{}⟨container⟩`: the field came with 1.30", APPARMOR.annotation));
    }
    report.set_container(None);
}
