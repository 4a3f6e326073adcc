use crate::finding::Report;
use crate::k8s::{Container, references};
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
    policy: Policy::None("it takes reading the expression"),
};

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
                    report
                        .at(expr, message)
                        .help("define it in the container's `env`: without it the container does not start");
                }
                Some(env) => {
                    let path = env.at("valueFrom.fieldRef.fieldPath").as_str().unwrap_or_default();
                    let chosen = ["metadata.labels", "metadata.annotations"].iter().any(|p| path.starts_with(p));
                    if chosen && outlives(container, mount) {
                        let message =
                            format!("{who} takes its subPathExpr from {path}: who labels the pod chooses the folder");
                        let draft = report.at(expr, message);
                        draft
                            .help("use metadata.name, metadata.uid or a literal value")
                            .related(env.span(), "the variable");
                    }
                }
            }
        }
    }
}

/// Whether the mounted volume has data of others: an emptyDir and its like belong to the pod.
fn outlives(container: Container<'_>, mount: Slot<'_>) -> bool {
    let own = ["emptyDir", "configMap", "secret", "projected", "downwardAPI", "ephemeral"];
    let volume = mount.at("name").as_str().and_then(|name| container.pod().volume(name));
    volume.is_some_and(|v| !own.iter().any(|kind| v.at(kind).exists()))
}
