use crate::clause::Exemption::Windows;
use crate::finding::Report;
use crate::k8s::{Container, capability};
use crate::policy::lists_only;
use crate::rule::{Check, Level, Map, Policy, Rule, Safety, Severity, baseline, restricted};
use crate::yaml::{Slot, Typed};

pub(super) static RULE: Rule = Rule {
    id: "dangerous-capabilities",
    aliases: &[],
    summary: "container adds a capability that reaches beyond it",
    severity: Severity::Critical,
    since: "0.1.0",
    standards: &[baseline("capabilities_baseline", 0), restricted("capabilities_restricted", 22)],
    maps: &[
        Map::Trivy("KSV022"),
        Map::Kubescape("C-0046"),
        Map::Kyverno("disallow-capabilities"),
        Map::Polaris("dangerousCapabilities"),
    ],
    doc: include_str!("dangerous_capabilities.md"),
    check: Check::Container(check),
    policy: Policy::Cel(|target| {
        let demand = lists_only("securityContext.capabilities.add", capability::BASELINE);
        vec![if target.judges(&RULE, Level::Baseline) { demand } else { demand.unless(&[Windows(25)], target) }]
    }),
};

fn check(container: Container<'_>, report: &mut Report<'_>) {
    let list = container.at("securityContext.capabilities.add");
    if list.is_absent() {
        return;
    }
    let what = format!("securityContext.capabilities.add of {}", container.label());
    // The restricted level does not ask Windows pods from 1.25 on; the baseline level asks every pod.
    let asked = report.judges(Level::Baseline) || !Windows(25).covers(container.pod(), report);
    for item in report.items(list, &what) {
        match item.str() {
            Typed::Unknown => drop(report.undecided(item, &what)),
            Typed::Wrong => drop(report.refused(item, &format!("an item of {what}"), "a string")),
            Typed::Is(name) if capability::BASELINE.contains(&name) => {}
            _ if asked => forbid(item, container, report),
            _ => {}
        }
    }
}

fn forbid(item: Slot<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let (name, who) = (item.text(), container.label());
    let (what, severity) = match capability::danger(name) {
        Some((severity, allows)) => (format!("the capability {name}, which allows {allows}"), severity),
        None => (format!("\"{name}\", which is no capability"), Severity::High),
    };
    let meant = capability::meant(name);
    let change = meant.filter(|&n| n == "NET_BIND_SERVICE").map_or_else(|| item.remove(), |name| item.set(name));
    let draft = report.at(item, format!("{who} adds {what}")).at_most(severity).fix(Safety::Unsafe, [change]);
    let name = meant.map(|name| format!("the name is `{name}`"));
    draft.help(name.unwrap_or_else(|| "remove it; what needs it belongs to a pod in a namespace of its own".into()));
}
