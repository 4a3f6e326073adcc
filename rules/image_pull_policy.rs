use crate::finding::Report;
use crate::k8s::{Container, Pin};
use crate::nearest::nearest;
use crate::policy::containers;
use crate::rule::{Check, Map, Policy, Rule, Safety, Severity};
use crate::yaml::Typed;

pub(super) static RULE: Rule = Rule {
    id: "image-pull-policy",
    aliases: &[],
    summary: "image pull policy keeps an image whose tag moves",
    severity: Severity::Low,
    since: "0.1.0",
    standards: &[],
    maps: &[Map::Kyverno("imagepullpolicy-always"), Map::Kubescape("C-0075")],
    doc: include_str!("image_pull_policy.md"),
    check: Check::Container(check),
    policy: Policy::Cel(|_| {
        // The API server has filled it in by then, and refuses other values than the three.
        let holds = "c.?imagePullPolicy.orValue('Always') in ['', 'Always'] || \
                     !(c.?image.orValue('') in variables.floating)";
        vec![containers(holds, "imagePullPolicy must be Always where the image's tag moves").help(HELP)]
    }),
};

const HELP: &str = "pin the image to a version, or write `imagePullPolicy: Always`";

fn check(container: Container<'_>, report: &mut Report<'_>) {
    let (policy, image) = (container.at("imagePullPolicy"), container.at("image"));
    let who = container.label();
    let floats = Pin::of(image).map_or(Some(false), Pin::floats);
    match (policy.str(), floats) {
        // Absent or empty means Always where the tag is latest or missing.
        (Typed::Absent | Typed::Is("" | "Always"), _)
        | (Typed::Is("IfNotPresent" | "Never") | Typed::Unknown, Some(false)) => {}
        (Typed::Is(name @ ("IfNotPresent" | "Never")), Some(true)) => {
            let why = "but its image's tag moves: each node runs what it happens to have";
            report
                .at(policy, format!("{who} sets imagePullPolicy to {name}, {why}"))
                .fix(Safety::Unsafe, [policy.set("Always")])
                .help(HELP);
        }
        (Typed::Is("IfNotPresent" | "Never"), None) => {
            report.undecided(image, &format!("whether imagePullPolicy of {who} fits its image"));
        }
        (Typed::Unknown, _) => {
            report.undecided(policy, &format!("whether imagePullPolicy of {who} fits its image"));
        }
        (Typed::Is(other), _) => {
            let meant = nearest(other, ["Always", "IfNotPresent", "Never"]);
            report
                .at(policy, format!("{who} sets imagePullPolicy to {other}: the API server refuses it"))
                .fix(Safety::Safe, [meant.and_then(|meant| policy.set(meant))])
                .help("write `Always`, `IfNotPresent` or `Never`");
        }
        (Typed::Wrong, _) => {
            report.refused(policy, &format!("imagePullPolicy of {who}"), "a string");
        }
    }
}
