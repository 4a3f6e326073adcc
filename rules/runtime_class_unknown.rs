use crate::engine::{FactKind, Inputs};
use crate::finding::CrossReport;
use crate::k8s::runtime_class::is_dns_subdomain;
use crate::nearest::nearest;
use crate::policy::{Demand, Target, pod};
use crate::rule::{Check, Policy, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "runtime-class-unknown",
    aliases: &[],
    summary: "runtimeClassName that no RuntimeClass of the input or the configuration has",
    severity: Severity::Medium,
    since: "0.1.0",
    standards: &[],
    maps: &[],
    doc: include_str!("runtime_class_unknown.md"),
    check: Check::Inputs(check),
    policy: Policy::Cel(demands),
};

fn check(inputs: &Inputs, report: &mut CrossReport<'_>) {
    let configured = report.settings().runtime_classes.iter().map(String::as_str);
    let known: Vec<&str> =
        inputs.of(FactKind::RuntimeClass).iter().map(|f| f.value.as_str()).chain(configured).collect();
    for used in inputs.of(FactKind::RuntimeClassName) {
        let name = used.value.as_str();
        // What is no name at all has rules of its own, and a placeholder is no name yet.
        if known.contains(&name) || !is_dns_subdomain(name) {
            continue;
        }
        if known.is_empty() {
            let message = format!("cannot know whether the RuntimeClass \"{name}\" exists");
            let finding = report.at(used, message);
            finding.severity = Severity::Note;
            finding.help = Some("lint its manifest too, or list it in `runtime-classes` of plimsoll.toml".into());
            continue;
        }
        let finding = report.at(used, format!("no RuntimeClass \"{name}\" is in the input or the configuration"));
        finding.help = Some(match nearest(name, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?").into(),
            None => "add its manifest, or list it in `runtime-classes` of plimsoll.toml".into(),
        });
    }
}

fn demands(target: &Target) -> Vec<Demand> {
    // That a RuntimeClass exists is what the API server sees to: without a list there is nothing to add.
    if target.params.is_none() && target.settings.runtime_classes.is_empty() {
        return Vec::new();
    }
    // What is no name at all the API server refuses, and rules of its own say so.
    let holds = "variables.runtimeClasses.size() == 0 || !variables.pod.?runtimeClassName.hasValue()\n\
                 || variables.pod.?runtimeClassName.orValue('') in variables.runtimeClasses\n\
                 || !variables.pod.?runtimeClassName.orValue('').matches(\
                 '^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$')";
    let allowed = target.settings.runtime_classes.join(", ");
    let says = match target.params {
        Some(_) => "runtimeClassName must be one of the runtime-classes of the cluster's parameters".to_owned(),
        None => format!("runtimeClassName must be one of {allowed}"),
    };
    vec![pod(holds, says)]
}
