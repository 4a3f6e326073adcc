use crate::finding::Report;
use crate::k8s::Object;
use crate::k8s::runtime_class::{GROUP, is_runtime_class, version_fault};
use crate::rule::{Check, Policy, Rule, Safety, Severity};

pub(super) static RULE: Rule = Rule {
    id: "runtime-class-api-version",
    aliases: &[],
    summary: "RuntimeClass has an apiVersion that no API server serves",
    severity: Severity::High,
    since: "0.1.0",
    standards: &[],
    maps: &[],
    doc: include_str!("runtime_class_api_version.md"),
    check: Check::Object(check),
    policy: Policy::None("the API server refuses an unknown version before admission runs"),
};

fn check(object: Object<'_>, report: &mut Report<'_>) {
    if !is_runtime_class(object) {
        return;
    }
    let slot = object.at("apiVersion");
    if slot.has_placeholder() {
        report.undecided(slot, "whether the version is served");
        return;
    }
    let at = report.settings().kubernetes;
    let wanted = if at.since(20) { "v1" } else { "v1beta1" };
    let change = || [slot.set(format!("{GROUP}/{wanted}"))];
    let help = format!("did you mean `{GROUP}/{wanted}`?");
    let found = object.api_version();
    if found.is_empty() {
        let what = if slot.exists() { "an apiVersion that is no string" } else { "no apiVersion" };
        report.at(slot, format!("RuntimeClass has {what}")).fix(Safety::Safe, change()).help(help);
        return;
    }
    let version = found.split_once('/').map_or(found, |(_, version)| version);
    if object.group() != GROUP {
        let message = format!("RuntimeClass is served by {GROUP}/{wanted}, not {found}");
        report.at(slot, message).fix(Safety::Safe, change()).help(help);
    } else if let Some((fault, later)) = version_fault(version, at) {
        let draft = if later { report.note(slot, fault) } else { report.at(slot, fault) };
        draft.fix(Safety::Safe, change()).help(help);
    }
}
