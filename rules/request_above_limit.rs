use crate::finding::Report;
use crate::k8s::{Pod, resources};
use crate::rule::{Check, Policy, Rule, Severity};
use crate::yaml::Typed;

pub(super) static RULE: Rule = Rule {
    id: "request-above-limit",
    aliases: &[],
    summary: "container requests more than its limit",
    severity: Severity::Medium,
    since: "0.1.0",
    standards: &[],
    maps: &[],
    doc: include_str!("request_above_limit.md"),
    check: Check::Pod(check),
    policy: Policy::None("the API server refuses the pod itself"),
};

fn check(pod: Pod<'_>, report: &mut Report<'_>) {
    for (resources, who, container) in resources::resources(pod) {
        report.set_container(container);
        for (name, request) in resources.at("requests").entries() {
            let limit = resources.at("limits").entries().find(|(n, _)| *n == name).map(|(_, slot)| slot);
            let Some(limit) = limit else { continue };
            match (resources::quantity(request), resources::quantity(limit)) {
                (Typed::Is(Ok(asked)), Typed::Is(Ok(most))) if asked > most => {
                    let (asked, most) = (request.text(), limit.text());
                    let message = format!("{who} requests {asked} of {name}, more than its limit of {most}");
                    report
                        .at(request, message)
                        .help("lower the request or raise the limit: the API server refuses the pod")
                        .related(limit.span(), "the limit");
                }
                (Typed::Unknown, Typed::Is(_) | Typed::Unknown) => {
                    report.undecided(request, &format!("whether the request for {name} of {who} is within its limit"));
                }
                (Typed::Is(_), Typed::Unknown) => {
                    report.undecided(limit, &format!("whether the request for {name} of {who} is within its limit"));
                }
                _ => {}
            }
        }
    }
    report.set_container(None);
}
