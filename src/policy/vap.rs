//! ValidatingAdmissionPolicies and their bindings (admissionregistration.k8s.io/v1, KEP-3488, GA in 1.30).

use super::cel::{Params, Variable};
use super::program::Validation;
use super::{Enforced, Request, resources};
use crate::yaml::emit::{Emit, map};

const API_VERSION: &str = "admissionregistration.k8s.io/v1";

/// Every policy with its binding; before them the ConfigMap of their parameters where one is asked for.
pub fn documents(request: &Request) -> Vec<Emit<'static>> {
    let policies: Vec<_> = request.enforced().collect();
    let parameters = request.target.params.as_ref().and_then(|params| super::parameters(params, &policies, request));
    let pairs = policies.iter().flat_map(|policy| [self::policy(policy, request), binding(policy, request)]);
    parameters.into_iter().chain(pairs).collect()
}

/// The parameters that a policy asks, where a ConfigMap has them.
fn asked<'r>(policy: &Enforced, request: &'r Request) -> Option<&'r Params> {
    let program = &policy.program;
    request.target.params.as_ref().filter(|_| program.asks("floor") || program.asks("runtimeClasses"))
}

fn policy(policy: &Enforced, request: &Request) -> Emit<'static> {
    let params = asked(policy, request);
    let kind = || map([("apiVersion", Some("v1".into())), ("kind", Some("ConfigMap".into()))]);
    map([
        ("apiVersion", Some(API_VERSION.into())),
        ("kind", Some("ValidatingAdmissionPolicy".into())),
        ("metadata", Some(policy.metadata())),
        (
            "spec",
            Some(map([
                ("failurePolicy", Some("Fail".into())),
                ("paramKind", params.map(|_| kind())),
                ("matchConstraints", Some(map([("resourceRules", Some(resources::rules()))]))),
                ("matchConditions", Some(conditions(&policy.conditions))),
                ("variables", some(policy.program.variables.iter().map(variable).collect())),
                ("validations", some(policy.program.validations.iter().map(validation).collect())),
            ])),
        ),
    ])
    .noted(policy.note.clone())
}

pub(super) fn some(items: Vec<Emit<'static>>) -> Option<Emit<'static>> {
    (!items.is_empty()).then_some(Emit::List(items))
}

/// Conditions, each with its name; the comment says why it is there.
pub(super) fn conditions(conditions: &[super::Condition]) -> Emit<'static> {
    let condition = |c: &super::Condition| {
        let name = Emit::from(c.name.clone());
        map([("name", Some(name)), ("expression", Some(c.expression.clone().into()))]).noted(c.why.clone())
    };
    Emit::List(conditions.iter().map(condition).collect())
}

pub(super) fn variable(variable: &Variable) -> Emit<'static> {
    let written =
        map([("name", Some(variable.name.clone().into())), ("expression", Some(variable.expression.clone().into()))]);
    match &variable.why {
        Some(why) => written.noted(why.clone()),
        None => written,
    }
}

pub(super) fn validation(validation: &Validation) -> Emit<'static> {
    map([
        ("expression", Some(validation.expression.clone().into())),
        ("message", Some(validation.message.clone().into())),
        ("messageExpression", validation.message_expression.clone().map(Into::into)),
        ("reason", Some("Forbidden".into())),
    ])
}

fn binding(policy: &Enforced, request: &Request) -> Emit<'static> {
    let params = asked(policy, request);
    let actions = policy.actions(request).iter().map(|action| (*action).into()).collect();
    map([
        ("apiVersion", Some(API_VERSION.into())),
        ("kind", Some("ValidatingAdmissionPolicyBinding".into())),
        ("metadata", Some(policy.metadata())),
        (
            "spec",
            Some(map([
                ("policyName", Some(policy.name().into())),
                ("paramRef", params.map(param_ref)),
                ("validationActions", Some(Emit::Row(actions))),
                ("matchResources", super::namespaces::resources(&request.excluded)),
            ])),
        ),
    ])
}

fn param_ref(params: &Params) -> Emit<'static> {
    map([
        ("name", Some(params.name.clone().into())),
        ("namespace", Some(params.namespace.clone().into())),
        ("parameterNotFoundAction", Some("Deny".into())),
    ])
}
