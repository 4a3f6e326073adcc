use crate::finding::Report;
use crate::k8s::{Pod, resources};
use crate::policy::{Demand, Of, Target, container, pod};
use crate::rule::{Check, Policy, Rule, Safety, Severity};
use crate::yaml::{Slot, Typed, Value};

pub(super) static RULE: Rule = Rule {
    id: "resource-quantity",
    aliases: &[],
    summary: "resource quantity is malformed or not what was meant",
    severity: Severity::Medium,
    since: "0.1.0",
    standards: &[],
    maps: &[],
    doc: include_str!("resource_quantity.md"),
    check: Check::Pod(check),
    policy: Policy::Cel(demands),
};

fn check(pod: Pod<'_>, report: &mut Report<'_>) {
    for (resources, who, container) in resources::resources(pod) {
        report.set_container(container);
        for list in ["requests", "limits"] {
            for (name, slot) in resources.at(list).entries() {
                judge(slot, &name, &format!("{who} has a {} of {name} that", &list[..list.len() - 1]), report);
            }
        }
    }
    report.set_container(None);
    for volume in pod.at("volumes").items() {
        let name = volume.at("name").text();
        let who = format!("the emptyDir \"{name}\" has a sizeLimit that");
        judge(volume.at("emptyDir.sizeLimit"), "sizeLimit", &who, report);
    }
}

fn judge(slot: Slot<'_>, resource: &str, who: &str, report: &mut Report<'_>) {
    let text = slot.text();
    let (what, help) = match resources::quantity(slot) {
        Typed::Absent | Typed::Wrong => return,
        Typed::Unknown => {
            report.undecided(slot, &format!("whether {resource} is a quantity"));
            return;
        }
        Typed::Is(Err(_)) => ("is no quantity", resources::meant(resource, text)),
        Typed::Is(Ok(quantity)) => match resources::problem(&quantity, resource, text) {
            Some(problem) => problem,
            None => return,
        },
    };
    let shown = if slot.is_map() || slot.is_seq() { String::new() } else { format!(": {text}") };
    let draft = report.at(slot, format!("{who} {what}{shown}"));
    if let Some(meant) = help {
        draft.fix(Safety::Unsafe, [slot.set(Value::text(&meant))]);
        draft.help(format!("write `{meant}`, if that is what is meant"));
    }
}

/// The API server has written each quantity anew by then: 1.3Gi reaches a policy as 1395864371200m, and no text tells
/// what was meant by a fraction of a byte above a mebibyte.
fn demands(_: &Target) -> Vec<Demand> {
    let bytes = resources::in_cel("'sizeLimit'");
    let volumes = format!(
        "variables.pod.?volumes.orValue([]).all(v, v.?emptyDir.?sizeLimit.optMap(limit, [quantity(limit)].all(q,\n\
         {bytes})).orValue(true))"
    );
    let all = |of: &str| {
        let lists = ["requests", "limits"].map(|list| format!("{of}.?resources.?{list}.orValue({{}})")).join(", ");
        format!("[{lists}].all(list, list.all(name, [quantity(list[name])].all(q,\n{})))", resources::in_cel("name"))
    };
    let says = |what: &str| format!("{what} must not be negative, a fraction of a device, or bytes below 1Mi");
    vec![
        pod(all("variables.pod"), says("resources")),
        container(Of::Lasting, all("c"), says("resources")),
        pod(volumes, says("sizeLimit of an emptyDir")),
    ]
}
