use crate::finding::Report;
use crate::k8s::Object;
use crate::k8s::runtime_class::{is_label_value, is_qualified_name, is_runtime_class};
use crate::rule::{Check, Policy, Rule, Safety, Severity};
use crate::yaml::{Kind, Typed, Value, contains_placeholder};

pub(super) static RULE: Rule = Rule {
    id: "runtime-class-scheduling",
    aliases: &[],
    summary: "RuntimeClass has a node selector that the API server refuses",
    severity: Severity::Medium,
    since: "0.1.0",
    standards: &[],
    maps: &[],
    doc: include_str!("runtime_class_scheduling.md"),
    check: Check::Object(check),
    policy: Policy::None("the API server refuses the RuntimeClass itself"),
};

fn check(object: Object<'_>, report: &mut Report<'_>) {
    if !is_runtime_class(object) {
        return;
    }
    for (key, value) in object.at("scheduling.nodeSelector").entries() {
        if !is_qualified_name(&key) && !contains_placeholder(&key) {
            report
                .at_key(value, format!("RuntimeClass selects nodes by {key:?}, which cannot be a label"))
                .help("write a node label's key: letters, digits, `-`, `_` and `.`, behind `domain/` or not");
        }
        let valid = match value.str() {
            Typed::Is(text) => value.has_placeholder() || is_label_value(text),
            Typed::Absent | Typed::Unknown => true,
            Typed::Wrong => false,
        };
        if !valid {
            let plain = matches!(value.kind(), Kind::Bool(_) | Kind::Int(_) | Kind::Uint(_) | Kind::Float(_));
            let quoted =
                if plain && is_label_value(value.text()) { value.set(Value::text(value.text())) } else { None };
            report
                .at(
                    value,
                    format!("RuntimeClass selects nodes by {key} of {:?}, which is no label's value", value.text()),
                )
                .fix(Safety::Safe, [quoted])
                .help("write the value as a string, in quotes where YAML reads another type");
        }
    }
}
