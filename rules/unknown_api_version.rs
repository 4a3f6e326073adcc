use crate::finding::Report;
use crate::k8s::api::{self, Fault, Slip};
use crate::rule::{Check, Policy, Rule, Safety, Severity};

pub(super) static RULE: Rule = Rule {
    id: "unknown-api-version",
    aliases: &[],
    summary: "apiVersion is missing, or names a group or version that Kubernetes does not have",
    severity: Severity::Medium,
    since: "0.1.0",
    standards: &[],
    maps: &[],
    doc: include_str!("unknown_api_version.md"),
    check: Check::Api(check),
    policy: Policy::None("the API server refuses such an object before admission sees it"),
};

fn check(slip: &Slip<'_>, report: &mut Report<'_>) {
    let (written, kind) = (slip.slot.text(), slip.parent.at("kind").text());
    let (message, meant) = match slip.fault {
        Fault::NoApiVersion(meant) if slip.slot.exists() => ("apiVersion is not a string".to_owned(), meant),
        Fault::NoApiVersion(meant) => (format!("apiVersion of this {kind} is missing"), meant),
        Fault::ApiVersion(Some(meant)) => {
            (format!("no apiVersion {written:?} in Kubernetes: did you mean {meant}?"), Some(meant))
        }
        Fault::ApiVersion(None) => (format!("no apiVersion {written:?} in Kubernetes"), None),
        Fault::Home(home) => {
            let home = home.group_version;
            (format!("no {kind} in {written}: it is in {home}"), Some(home))
        }
        Fault::Early(early) => {
            let since = early.since.unwrap_or_default();
            let version = report.settings().kubernetes;
            let meant = api::home(kind, version.0).map(|home| home.group_version);
            (format!("{written} {kind} came with Kubernetes 1.{since}: {version} does not have it"), meant)
        }
        _ => return,
    };
    let report_version = report.settings().kubernetes;
    let draft = report.at(slip.slot, message);
    if let Some(meant) = meant {
        draft.help(format!("write `apiVersion: {meant}`"));
        if api::fits(slip.parent, meant, report_version.0) {
            draft.fix(Safety::Safe, [slip.slot.set(meant)]);
        }
    }
}
