use crate::finding::Report;
use crate::k8s::api::{Fault, Slip};
use crate::rule::{Check, Policy, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "wrong-type",
    aliases: &[],
    summary: "value of a type that the API server refuses",
    severity: Severity::Medium,
    since: "0.1.0",
    standards: &[],
    maps: &[],
    doc: include_str!("wrong_type.md"),
    check: Check::Api(check),
    policy: Policy::None("the API server refuses such an object before admission sees it"),
};

fn check(slip: &Slip<'_>, report: &mut Report<'_>) {
    let Fault::Type(wanted) = slip.fault else { return };
    // A rule that reads the field has said what it should be.
    if report.is_told(slip.slot) {
        return;
    }
    let message =
        format!("{} is {}: the API server wants {}", slip.at(), slip.stands(), wanted.wanted(slip.slot.kind()));
    let draft = report.at(slip.slot, message);
    // Passwords are what most often lacks its quotes.
    draft.known_by(slip.slot, "");
    if let Some((safety, change)) = slip.mended(wanted) {
        draft.fix(safety, [Some(change)]);
    }
    if let Some(advice) = slip.advice(wanted) {
        draft.help(advice);
    }
}
