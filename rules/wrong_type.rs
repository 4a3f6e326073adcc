use crate::credential::{named, shape};
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
    let (mut stands, is_secret) = (slip.stands(), is_secret(slip, report));
    if let Some((kind, _)) = stands.strip_prefix("the ").and_then(|rest| rest.split_once(' ')).filter(|_| is_secret) {
        stands = format!("a {kind}");
    }
    let message = format!("{} is {stands}: the API server wants {}", slip.at(), wanted.wanted(slip.slot.kind()));
    let draft = report.at(slip.slot, message);
    // Passwords are what most often lacks its quotes.
    draft.known_by(slip.slot, "");
    if let Some((safety, change)) = slip.mended(wanted) {
        draft.fix(safety, [Some(change)]);
    }
    if is_secret {
        draft.secret(slip.slot);
    }
    match slip.advice(wanted) {
        Some(advice) if is_secret && advice.contains(slip.slot.text()) => draft.help("write it in quotes"),
        Some(advice) => draft.help(advice),
        None => draft,
    };
}

/// Whether what stands there is nobody's business, as far as its place or its look says.
fn is_secret(slip: &Slip<'_>, report: &Report<'_>) -> bool {
    let (path, text) = (slip.slot.path(), slip.slot.text());
    let is_data = path.starts_with("data") || path.starts_with("stringData");
    let key = || slip.slot.key_name().is_some_and(|key| named(&key).is_some());
    let variable = path.ends_with("].value") && named(slip.parent.at("name").text()).is_some();
    let option = |word: &str| word.split_once('=').is_some_and(|(name, _)| named(name).is_some());
    let in_secret = is_data && (report.is_about("Secret") || key());
    in_secret || variable || shape(text).is_some() || text.split_whitespace().any(option)
}
