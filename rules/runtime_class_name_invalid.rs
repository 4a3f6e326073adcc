use crate::finding::Report;
use crate::k8s::Pod;
use crate::k8s::runtime_class::is_dns_subdomain;
use crate::rule::{Check, Policy, Rule, Severity};
use crate::yaml::Typed;

pub(super) static RULE: Rule = Rule {
    id: "runtime-class-name-invalid",
    aliases: &[],
    summary: "runtimeClassName cannot be the name of a RuntimeClass",
    severity: Severity::Medium,
    since: "0.1.0",
    standards: &[],
    maps: &[],
    doc: include_str!("runtime_class_name_invalid.md"),
    check: Check::Pod(check),
    policy: Policy::None("the API server refuses the pod itself"),
};

fn check(pod: Pod<'_>, report: &mut Report<'_>) {
    let name = pod.at("runtimeClassName");
    let message = match name.str() {
        _ if name.has_placeholder() => return,
        Typed::Wrong => "runtimeClassName is no string".to_owned(),
        Typed::Is(text) if !text.is_empty() && !is_dns_subdomain(text) => {
            format!("runtimeClassName is {text:?}, which no RuntimeClass can have as its name")
        }
        Typed::Is(_) | Typed::Absent | Typed::Unknown => return,
    };
    report
        .at(name, message)
        .help("write the `metadata.name` of a RuntimeClass: lower case letters, digits, `-` and `.`");
}
