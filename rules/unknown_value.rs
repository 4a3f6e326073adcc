use crate::finding::Report;
use crate::k8s::api::{Fault, Slip};
use crate::rule::{Check, Policy, Rule, Safety, Severity};

pub(super) static RULE: Rule = Rule {
    id: "unknown-value",
    aliases: &[],
    summary: "string that is none of those which the field takes",
    severity: Severity::Medium,
    since: "0.1.0",
    standards: &[],
    maps: &[],
    doc: include_str!("unknown_value.md"),
    check: Check::Api(check),
    policy: Policy::None("the API server refuses such an object before admission sees it"),
};

fn check(slip: &Slip<'_>, report: &mut Report<'_>) {
    let Fault::Value(values) = slip.fault else { return };
    // A rule that reads the field has said what it should be.
    if report.is_told(slip.slot) {
        return;
    }
    let (text, version) = (slip.slot.text(), report.settings().kubernetes);
    let message = format!("{} is {}", slip.at(), slip.stands());
    if let Some(since) = values.value(text).and_then(|v| v.since) {
        report.at(slip.slot, format!("{message}, which came with Kubernetes 1.{since}: {version} refuses it"));
    } else if let Some(near) = values.nearest(text) {
        let message = format!("{message}, which the API server refuses: did you mean {near}?");
        report.at(slip.slot, message).fix(Safety::Safe, [slip.slot.set(near)]).help(format!("write `{near}`"));
    } else {
        let all: Vec<_> = values.values().filter(|v| v.exists_at(version.0)).map(|v| v.name).collect();
        report.at(slip.slot, format!("{message}: the API server wants one of {}", all.join(", ")));
    }
}
