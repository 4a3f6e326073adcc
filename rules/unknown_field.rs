use crate::finding::Report;
use crate::k8s::api::{Fault, Meant, Slip};
use crate::nearest::nearest;
use crate::rule::{Check, Policy, Rule, Safety, Severity};

pub(super) static RULE: Rule = Rule {
    id: "unknown-field",
    aliases: &[],
    summary: "field that Kubernetes does not have, at this place or at this version",
    severity: Severity::Medium,
    since: "0.1.0",
    standards: &[],
    maps: &[],
    doc: include_str!("unknown_field.md"),
    check: Check::Api(check),
    policy: Policy::None("the API server drops unknown fields before admission sees the object"),
};

fn check(slip: &Slip<'_>, report: &mut Report<'_>) {
    let holder = slip.holder();
    let within = if holder.is_empty() { "at the top".to_owned() } else { format!("in {holder}") };
    let path = slip.slot.path();
    let key = path.strip_prefix(&slip.parent.path()).unwrap_or(&path).trim_start_matches('.');
    match &slip.fault {
        Fault::Field(None) => report.at_key(slip.slot, format!("unknown field {key} {within}")),
        Fault::Field(Some(Meant::Spelling(name, takes))) => {
            let right = slip.parent.at(name);
            let free = right.is_absent() && !right.is_null();
            let change = if free && *takes { slip.slot.rename_key(name) } else { None };
            // Other names than a misspelt one are guesses.
            let safety = if nearest(key, [*name]).is_some() { Safety::Safe } else { Safety::Unsafe };
            report
                .at_key(slip.slot, format!("unknown field {key} {within}: did you mean {name}?"))
                .fix(safety, [change])
                .help(format!("write `{name}`"))
        }
        Fault::Field(Some(Meant::Place(place))) => report
            .at_key(slip.slot, format!("unknown field {key} {within}: it belongs at {place}"))
            .fix(Safety::Unsafe, slip.moved_to(place))
            .help(format!("move it to `{place}`")),
        Fault::Dated(field) => {
            let version = report.settings().kubernetes;
            let message = match field.removed.filter(|&removed| version.since(removed)) {
                Some(removed) => format!("field {key} {within} left with Kubernetes 1.{removed}"),
                None => format!(
                    "field {key} {within} came with Kubernetes 1.{}: {version} drops it",
                    field.since.unwrap_or_default()
                ),
            };
            report.at_key(slip.slot, message)
        }
        _ => return,
    };
}
