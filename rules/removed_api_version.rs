use crate::finding::Report;
use crate::k8s::api::{self, Fault, Slip};
use crate::rule::{Check, Map, Policy, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "removed-api-version",
    aliases: &[],
    summary: "apiVersion that Kubernetes no longer serves",
    severity: Severity::Medium,
    since: "0.1.0",
    standards: &[],
    maps: &[
        Map::Trivy("KSV107"),
        Map::KubeLinter("no-extensions-v1beta"),
        Map::KubeScore("stable-version"),
        Map::Kyverno("check-deprecated-apis"),
    ],
    doc: include_str!("removed_api_version.md"),
    check: Check::Api(check),
    policy: Policy::None("the API server does not serve such an object, so that admission never sees it"),
};

fn check(slip: &Slip<'_>, report: &mut Report<'_>) {
    let version = report.settings().kubernetes;
    let (kind, draft) = match slip.fault {
        Fault::Removed(kind) => {
            let gone = kind.removed.unwrap_or_default();
            let message = format!("{} {} left with Kubernetes 1.{gone}", kind.group_version, kind.name);
            (kind, report.at(slip.slot, message))
        }
        Fault::Leaving(kind) => {
            let goes = kind.removed.unwrap_or_default();
            let message =
                format!("{} {} is deprecated and leaves with Kubernetes 1.{goes}", kind.group_version, kind.name);
            (kind, report.note(slip.slot, message))
        }
        _ => return,
    };
    let successor = kind.successor(version.0);
    if let Some((safety, changes)) = successor.and_then(|new| api::succession(slip.parent, kind, new, version.0)) {
        draft.fix(safety, changes);
    }
    draft.help(match successor {
        None => "nothing replaces it: take the object away".to_owned(),
        Some(new) => {
            let other = if new.name == kind.name { String::new() } else { format!(", `kind: {}`", new.name) };
            let changes = api::unfit(slip.parent, new, version.0);
            let rest = match &changes[..] {
                [] => "its fields are the same".to_owned(),
                [first @ .., last] if first.len() < 3 => {
                    let and = if first.is_empty() { "" } else { " and " };
                    format!("then mend {}{and}{last}", first.join(", "))
                }
                [a, b, c, more @ ..] => format!("then mend {a}, {b}, {c} and {} more", more.len()),
                _ => String::new(),
            };
            format!("write `apiVersion: {}`{other}; {rest}", new.group_version)
        }
    });
}
