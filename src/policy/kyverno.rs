//! Kyverno's policies with the same CEL: ValidatingPolicy (policies.kyverno.io/v1, served from 1.17 on) and ClusterPolicy
//! (kyverno.io/v1, deprecated in 1.17, with `validate.cel` from 1.11 on).

use super::vap::{conditions, some, variable};
use super::{Enforced, Request, Validation, namespaces, resources};
use crate::yaml::emit::{Emit, map};

/// ValidatingPolicies: as the API server's own, with the binding in them.
pub fn documents(request: &Request) -> Vec<Emit<'static>> {
    request.enforced().map(|policy| validating(&policy, request)).collect()
}

fn validating(policy: &Enforced, request: &Request) -> Emit<'static> {
    let actions = policy.actions(request).iter().map(|action| (*action).into()).collect();
    let on = || Some(map([("enabled", Some(Emit::Bool(true)))]));
    let constraints = map([
        ("namespaceSelector", namespaces::selector(&request.excluded)),
        ("resourceRules", Some(resources::rules())),
    ]);
    map([
        ("apiVersion", Some("policies.kyverno.io/v1".into())),
        ("kind", Some("ValidatingPolicy".into())),
        ("metadata", Some(policy.metadata())),
        (
            "spec",
            Some(map([
                ("failurePolicy", Some("Fail".into())),
                ("validationActions", Some(Emit::Row(actions))),
                ("evaluation", Some(map([("admission", on()), ("background", on())]))),
                ("matchConstraints", Some(constraints)),
                ("matchConditions", Some(conditions(&policy.conditions))),
                ("variables", some(policy.program.variables.iter().map(variable).collect())),
                ("validations", some(policy.program.validations.iter().map(super::vap::validation).collect())),
            ])),
        ),
    ])
    .noted(policy.note.clone())
}

/// ClusterPolicies.
pub fn legacy(request: &Request) -> Vec<Emit<'static>> {
    request.enforced().map(|policy| cluster_policy(&policy, request)).collect()
}

fn cluster_policy(policy: &Enforced, request: &Request) -> Emit<'static> {
    let refuses = policy.actions(request).contains(&"Deny");
    let excluded = request.excluded.iter().map(|e| Emit::from(e.name.clone()).noted(e.why.clone())).collect();
    let any = |resources| map([("any", Some(Emit::List(vec![map([("resources", Some(resources))])])))]);
    let exclude = (!request.excluded.is_empty()).then(|| any(map([("namespaces", Some(Emit::List(excluded)))])));
    let program = &policy.program;
    let cel = map([
        ("variables", some(program.variables.iter().map(variable).collect())),
        ("expressions", some(program.validations.iter().map(expression).collect())),
    ]);
    let rule = map([
        ("name", Some(policy.rule.id.into())),
        ("match", Some(any(kinds()))),
        ("exclude", exclude),
        ("celPreconditions", Some(conditions(&policy.conditions))),
        (
            "validate",
            Some(map([("failureAction", Some(if refuses { "Enforce" } else { "Audit" }.into())), ("cel", Some(cel))])),
        ),
    ]);
    map([
        ("apiVersion", Some("kyverno.io/v1".into())),
        ("kind", Some("ClusterPolicy".into())),
        (
            "metadata",
            Some(policy.metadata_with(&[
                // The expressions know every kind themselves.
                ("pod-policies.kyverno.io/autogen-controllers", "none"),
            ])),
        ),
        ("spec", Some(map([("background", Some(Emit::Bool(true))), ("rules", Some(Emit::List(vec![rule])))]))),
    ])
    .noted(policy.note.clone())
}

/// Every built-in kind that holds a pod, as ClusterPolicies name kinds.
fn kinds() -> Emit<'static> {
    const KINDS: [&str; 10] = [
        "Pod",
        "Pod/ephemeralcontainers",
        "v1/PodTemplate",
        "v1/ReplicationController",
        "apps/v1/DaemonSet",
        "apps/v1/Deployment",
        "apps/v1/ReplicaSet",
        "apps/v1/StatefulSet",
        "batch/v1/CronJob",
        "batch/v1/Job",
    ];
    map([
        ("kinds", Some(Emit::List(KINDS.into_iter().map(Into::into).collect()))),
        ("operations", Some(Emit::Row(vec!["CREATE".into(), "UPDATE".into()]))),
    ])
}

fn expression(validation: &Validation) -> Emit<'static> {
    map([
        ("expression", Some(validation.expression.clone().into())),
        ("message", Some(validation.message.clone().into())),
        ("messageExpression", validation.message_expression.clone().map(Into::into)),
    ])
}
