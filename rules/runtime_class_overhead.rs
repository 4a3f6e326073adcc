use crate::finding::Report;
use crate::k8s::Object;
use crate::k8s::runtime_class::{is_amount, is_resource_name, is_runtime_class};
use crate::rule::{Check, Policy, Rule, Safety, Severity};
use crate::yaml::Kind;

pub(super) static RULE: Rule = Rule {
    id: "runtime-class-overhead",
    aliases: &[],
    summary: "RuntimeClass has an overhead that the API server refuses",
    severity: Severity::Medium,
    since: "0.1.0",
    standards: &[],
    maps: &[],
    doc: include_str!("runtime_class_overhead.md"),
    check: Check::Object(check),
    policy: Policy::None("the API server refuses the RuntimeClass itself"),
};

fn check(object: Object<'_>, report: &mut Report<'_>) {
    if !is_runtime_class(object) {
        return;
    }
    let overhead = object.at("overhead");
    let fixed = overhead.at("podFixed");
    if overhead.exists() && !fixed.is_unknown() {
        for (key, slot) in overhead.entries() {
            if is_resource_name(&key) {
                let message = format!("RuntimeClass has {key} directly under overhead, where nothing reads it");
                let known = ["cpu", "memory", "ephemeral-storage"].into_iter().find(|name| *name == key);
                let changes = known.map_or([None, None], |name| slot.move_to(fixed.key(name)));
                report.at_key(slot, message).fix(Safety::Safe, changes).help("write it under `overhead.podFixed`");
            }
        }
    }
    for (name, amount) in fixed.entries() {
        if !is_resource_name(&name) {
            report
                .at_key(amount, format!("RuntimeClass has an overhead of {name:?}, which is no resource"))
                .help("write `cpu`, `memory`, `ephemeral-storage`, or a resource with a domain: `example.com/gpu`");
        }
        let scalar = matches!(amount.kind(), Kind::Str | Kind::Int(_) | Kind::Uint(_) | Kind::Float(_));
        if amount.has_placeholder() {
            report.undecided(amount, &format!("whether the overhead of {name} is a quantity"));
        } else if amount.exists() && !(scalar && is_amount(amount.text())) {
            report
                .at(amount, format!("RuntimeClass has {:?} as its overhead of {name}", amount.text()))
                .help("write a quantity, such as `250m` or `160Mi`");
        }
    }
}
