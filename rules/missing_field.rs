use crate::finding::Report;
use crate::k8s::api::{Fault, Slip};
use crate::rule::{Check, Policy, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "missing-field",
    aliases: &[],
    summary: "required field of a list item that is missing",
    severity: Severity::Medium,
    since: "0.1.0",
    standards: &[],
    maps: &[],
    doc: include_str!("missing_field.md"),
    check: Check::Api(check),
    policy: Policy::None("the API server refuses such an object before admission sees it"),
};

fn check(slip: &Slip<'_>, report: &mut Report<'_>) {
    let Fault::Missing(field, owner) = slip.fault else { return };
    // A container without a name is called by its place.
    let holder = if slip.container.is_some_and(|c| c.name().is_empty()) { slip.parent.path() } else { slip.holder() };
    let sort = owner.name.rsplit('.').next().unwrap_or_default();
    report
        .at(slip.slot, format!("{holder} has no {}", field.name))
        .help(format!("write `{}:`, which the API server wants of each {sort}", field.name));
}
