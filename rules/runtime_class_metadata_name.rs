use crate::finding::Report;
use crate::k8s::Object;
use crate::k8s::runtime_class::{is_dns_subdomain, is_runtime_class};
use crate::rule::{Check, Policy, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "runtime-class-metadata-name",
    aliases: &[],
    summary: "RuntimeClass has a name that the API server refuses",
    severity: Severity::Medium,
    since: "0.1.0",
    standards: &[],
    maps: &[],
    doc: include_str!("runtime_class_metadata_name.md"),
    check: Check::Object(check),
    policy: Policy::None("the API server refuses the RuntimeClass itself"),
};

fn check(object: Object<'_>, report: &mut Report<'_>) {
    let slot = object.at("metadata.name");
    let Some(name) = slot.as_str().filter(|_| is_runtime_class(object) && !slot.has_placeholder()) else { return };
    if !is_dns_subdomain(name) {
        report
            .at(slot, format!("RuntimeClass has the name {name:?}, which is no DNS subdomain"))
            .help("write lower case letters, digits, `-` and `.`: pods name it as `runtimeClassName`");
    }
}
