use crate::finding::Report;
use crate::k8s::api::{Fault, Slip};
use crate::rule::{Check, Policy, Rule, Safety, Severity};

pub(super) static RULE: Rule = Rule {
    id: "unknown-kind",
    aliases: &[],
    summary: "kind is missing, or one that its apiVersion does not have",
    severity: Severity::Medium,
    since: "0.1.0",
    standards: &[],
    maps: &[],
    doc: include_str!("unknown_kind.md"),
    check: Check::Api(check),
    policy: Policy::None("the API server refuses such an object before admission sees it"),
};

fn check(slip: &Slip<'_>, report: &mut Report<'_>) {
    let version = slip.parent.at("apiVersion").text();
    match slip.fault {
        Fault::NoKind if slip.slot.exists() => report.at(slip.slot, "kind is not a string"),
        Fault::NoKind => report.at(slip.slot, format!("kind of this object of {version} is missing")),
        Fault::Kind(meant) => {
            let message = format!("no kind {:?} in {version}", slip.slot.text());
            match meant {
                Some(meant) => {
                    let draft = report.at(slip.slot, format!("{message}: did you mean {meant}?"));
                    draft.fix(Safety::Safe, [slip.slot.set(meant)]).help(format!("write `kind: {meant}`"))
                }
                None => report.at(slip.slot, message),
            }
        }
        _ => return,
    };
}
