use crate::credential::{is_literal, named, shape};
use crate::finding::Report;
use crate::k8s::Container;
use crate::rule::{Check, Map, Policy, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "credential-in-env",
    aliases: &[],
    summary: "environment variable has a credential as its literal value",
    severity: Severity::High,
    since: "0.1.0",
    standards: &[],
    maps: &[Map::KubeLinter("env-var-secret"), Map::Polaris("sensitiveContainerEnvVar"), Map::Kubescape("C-0012")],
    doc: include_str!("credential_in_env.md"),
    check: Check::Container(check),
    policy: Policy::None(
        "shapes of tokens and words of names, asked of each value, cost more than the API server lets a policy",
    ),
};

fn check(container: Container<'_>, report: &mut Report<'_>) {
    for variable in container.at("env").items() {
        let (name, value) = (variable.at("name").text(), variable.at("value"));
        let who = container.label();
        let message = if let Some(found) = shape(value.text()) {
            format!("{who} has {} as the value of {name}", found.what)
        } else if named(name).is_some_and(|kind| is_literal(kind, name, value.text())) {
            format!("{who} has the value of {name} in the manifest")
        } else {
            continue;
        };
        report.at(value, message).known_by(value, "").secret(value).help(
            "keep it in a Secret and mount that as a file, or refer to it by `valueFrom.secretKeyRef`; then renew it",
        );
    }
}
