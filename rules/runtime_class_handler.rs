use crate::finding::Report;
use crate::k8s::Object;
use crate::k8s::runtime_class::{is_dns_label, is_runtime_class};
use crate::rule::{Check, Policy, Rule, Safety, Severity};
use crate::yaml::Typed;

pub(super) static RULE: Rule = Rule {
    id: "runtime-class-handler",
    aliases: &[],
    summary: "RuntimeClass has no handler, or one that is no DNS label",
    severity: Severity::Medium,
    since: "0.1.0",
    standards: &[],
    maps: &[],
    doc: include_str!("runtime_class_handler.md"),
    check: Check::Object(check),
    policy: Policy::None("the API server refuses the RuntimeClass itself"),
};

fn check(object: Object<'_>, report: &mut Report<'_>) {
    if !is_runtime_class(object) {
        return;
    }
    let handler = object.at("handler");
    let alpha = object.at("spec.runtimeHandler");
    let fault = match handler.str() {
        _ if handler.has_placeholder() => {
            report.undecided(handler, "whether the handler is a DNS label");
            return;
        }
        Typed::Absent if alpha.exists() => {
            let message = "RuntimeClass has its handler at spec.runtimeHandler, where only v1alpha1 read it";
            let [set, remove] = alpha.move_to(handler);
            let only = object.at("spec").entries().count() == 1;
            let remove = if only { remove.and_then(|_| object.at("spec").remove()) } else { remove };
            report.at_key(alpha, message).fix(Safety::Safe, [set, remove]).help("write `handler` beside `metadata`");
            return;
        }
        Typed::Absent => "RuntimeClass has no handler".to_owned(),
        Typed::Wrong => "RuntimeClass has a handler that is no string".to_owned(),
        Typed::Is(name) if !is_dns_label(name) => {
            format!("RuntimeClass has the handler {name:?}, which is no DNS label")
        }
        Typed::Is(_) | Typed::Unknown => return,
    };
    report.at(handler, fault).help(
        "write the name that the runtime's configuration gives the handler: lower case letters, digits and `-`, at most 63",
    );
}
