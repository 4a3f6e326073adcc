use crate::finding::Report;
use crate::k8s::Pod;
use crate::k8s::profile::SECCOMP;
use crate::rule::{Check, Policy, Rule, Safety, Severity};

pub(super) static RULE: Rule = Rule {
    id: "seccomp-profile-invalid",
    aliases: &[],
    summary: "seccomp profile that the API server refuses",
    severity: Severity::Medium,
    since: "0.1.0",
    standards: &[],
    maps: &[],
    doc: include_str!("seccomp_profile_invalid.md"),
    check: Check::Pod(check),
    policy: Policy::None("the API server refuses the pod itself"),
};

const HELP: &str = "write `type: RuntimeDefault`, or `type: Localhost` with a path below /var/lib/kubelet/seccomp as `localhostProfile`";

fn check(pod: Pod<'_>, report: &mut Report<'_>) {
    for (container, field) in SECCOMP.fields(pod) {
        report.set_container(container);
        if field.has_placeholder() || !report.is_mapping(field, "seccompProfile") {
            continue;
        }
        let Some((slot, why)) = SECCOMP.fault(field) else { continue };
        let who = container.map_or_else(|| "the pod".to_owned(), crate::k8s::Container::label);
        report.at(slot, format!("{who}: {why}")).fix(Safety::Safe, [SECCOMP.mended(field)]).help(HELP);
    }
    report.set_container(None);
}
