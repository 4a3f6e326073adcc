use crate::finding::Report;
use crate::k8s::{Container, references};
use crate::policy::{Demand, Target, containers, every_reference, list_of};
use crate::rule::{Check, Policy, Rule, Severity};
use crate::yaml::Slot;

pub(super) static RULE: Rule = Rule {
    id: "sub-path-expr",
    aliases: &[],
    summary: "subPathExpr uses a variable that is not there, or that others choose",
    severity: Severity::Medium,
    since: "0.1.0",
    standards: &[],
    maps: &[],
    doc: include_str!("sub_path_expr.md"),
    check: Check::Container(check),
    policy: Policy::Cel(demands),
};

const DEFINE: &str = "define it in the container's `env`: without it the container does not start";
const USE: &str = "use metadata.name, metadata.uid or a literal value";

/// What whoever makes the pod may write.
const CHOSEN: [&str; 2] = ["metadata.labels", "metadata.annotations"];

/// What a volume of the pod's own has: its name and its source.
const OWN: [&str; 7] = ["name", "emptyDir", "configMap", "secret", "projected", "downwardAPI", "ephemeral"];

fn check(container: Container<'_>, report: &mut Report<'_>) {
    for mount in container.at("volumeMounts").items() {
        let expr = mount.at("subPathExpr");
        for variable in expr.as_str().into_iter().flat_map(references) {
            let who = container.label();
            let env = container.at("env").items().filter(|e| e.at("name").as_str() == Some(variable)).last();
            match env {
                // What envFrom brings only the cluster knows.
                None if container.at("envFrom").items().len() > 0 => {}
                None => {
                    let message = format!("{who} has $({variable}) in subPathExpr and no such variable in env");
                    report.at(expr, message).help(DEFINE);
                }
                Some(env) => {
                    let path = env.at("valueFrom.fieldRef.fieldPath").as_str().unwrap_or_default();
                    if CHOSEN.iter().any(|p| path.starts_with(p)) && outlives(container, mount) {
                        let why = "who labels the pod chooses the folder";
                        let draft = report.at(expr, format!("{who} takes its subPathExpr from {path}: {why}"));
                        draft.help(USE).related(env.span(), "the variable");
                    }
                }
            }
        }
    }
}

/// Whether the mounted volume has data of others: an emptyDir, which it is without a source, and its like do not.
fn outlives(container: Container<'_>, mount: Slot<'_>) -> bool {
    let volume = mount.at("name").as_str().and_then(|name| container.pod().volume(name));
    volume.is_some_and(|v| v.entries().any(|(source, slot)| !OWN.contains(&&*source) && !slot.is_absent()))
}

fn demands(_: &Target) -> Vec<Demand> {
    let (env, name) = ("c.?env.orValue([])", "'$(' + e.?name.orValue('') + ')'");
    let chosen = |e: &str| {
        let begins = |begin| format!("{e}.?valueFrom.?fieldRef.?fieldPath.orValue('').startsWith('{begin}')");
        CHOSEN.map(begins).join(" || ")
    };
    let lasts = format!("v.?name == m.?name && v.exists(s, !(s in {}))", list_of(&OWN));
    let (others, whose) = (format!("{env}.filter(e, {}).map(e, {name})", chosen("e")), chosen("same[same.size() - 1]"));
    let fixed = format!(
        "!(r in names) || [{env}.filter(e, {name} == r)].all(same, !({whose}))\n\
         || !variables.pod.?volumes.orValue([]).exists(v, {lasts})"
    );
    let defined = every_reference(&format!("{env}.map(e, {name})"), "r == '$$' || r in names");
    let defined = format!("c.?envFrom.orValue([]).size() > 0 || {defined}");
    vec![
        containers(defined, "subPathExpr may use nothing but variables of env").help(DEFINE),
        containers(every_reference(&others, &fixed), "subPathExpr of a shared volume may not come from labels")
            .help(USE),
    ]
}
