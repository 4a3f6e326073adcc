//! MutatingAdmissionPolicies (admissionregistration.k8s.io/v1, KEP-3962, GA in 1.36): the safe fixes as defaults.
//! A safe fix that repairs a slip has no place here, as the API server refuses slips; what is left is a value that
//! changes nothing for the pod that it is written into.

use super::cel;
use super::{Condition, Request, namespaces};
use crate::clause::Exemption;
use crate::rule::Rule;
use crate::yaml::emit::{Emit, map};

const API_VERSION: &str = "admissionregistration.k8s.io/v1";

/// A rule's default.
pub struct Default {
    /// The rule.
    pub rule: &'static str,
    /// Pods of which the rule asks nothing.
    pub unless: &'static [Exemption],
    /// Conditions for a Pod to get it, by name and why, all in CEL without variables.
    pub conditions: &'static [(&'static str, &'static str, &'static str)],
    /// What is written, as an apply configuration in CEL.
    pub applies: &'static str,
}

/// Every default there is.
pub const DEFAULTS: &[Default] = &[Default {
    rule: "run-as-non-root",
    unless: &[Exemption::UserNamespace(35)],
    conditions: &[
        ("unset", "The pod says nothing itself.", "!object.spec.?securityContext.?runAsNonRoot.hasValue()"),
        (
            "linux",
            "On Windows there are no such users.",
            "object.spec.?os.?name.orValue('') != 'windows' \
             && object.spec.?nodeSelector[?'kubernetes.io/os'].orValue('') != 'windows' \
             && object.spec.?nodeSelector[?'beta.kubernetes.io/os'].orValue('') != 'windows'",
        ),
        (
            "users",
            "Every container that takes the value runs as another user than root already.",
            "(object.spec.containers + object.spec.?initContainers.orValue([]))\n\
             .filter(c, !c.?securityContext.?runAsNonRoot.hasValue())\n\
             .all(c, c.?securityContext.?runAsUser.or(object.spec.?securityContext.?runAsUser).orValue(0) > 0)",
        ),
        (
            "needed",
            "A container takes the value.",
            "(object.spec.containers + object.spec.?initContainers.orValue([]))\n\
             .exists(c, !c.?securityContext.?runAsNonRoot.hasValue())",
        ),
    ],
    applies: "Object{\n  spec: Object.spec{\n    securityContext: Object.spec.securityContext{\n      runAsNonRoot: true\n    }\n  }\n}",
}];

/// The policies of the defaults whose rules are on, each with its binding.
pub fn documents(request: &Request) -> Vec<Emit<'static>> {
    let enforced: Vec<_> = request.enforced().map(|policy| policy.rule.id).collect();
    let on = |default: &&Default| enforced.contains(&default.rule);
    let all = DEFAULTS.iter().filter(on).filter_map(|default| Some((default, crate::names::rule(default.rule)?)));
    all.flat_map(|(default, rule)| [policy(default, rule, request), binding(rule, request)]).collect()
}

/// What must be true of a Pod.
pub fn conditions(default: &Default, request: &Request) -> Vec<Condition> {
    let exempt = cel::exempt(default.unless, &request.target).into_iter();
    let exempt = exempt.map(|exempt| Condition {
        name: "asked".to_owned(),
        expression: format!("!({})", exempt.replace("variables.pod", "object.spec")),
        why: "The rule does not ask these pods.".to_owned(),
    });
    let own = default.conditions.iter().map(|(name, why, expression)| Condition {
        name: (*name).to_owned(),
        expression: (*expression).to_owned(),
        why: (*why).to_owned(),
    });
    exempt.chain(own).collect()
}

fn name(rule: &Rule) -> String {
    format!("plimsoll-{}-default", rule.id)
}

fn metadata(rule: &Rule) -> Emit<'static> {
    map([
        ("name", Some(name(rule).into())),
        ("labels", Some(super::labels())),
        ("annotations", Some(map([("plimsoll.dev/page", Some(rule.url().into()))]))),
    ])
}

fn policy(default: &Default, rule: &Rule, request: &Request) -> Emit<'static> {
    let pods = map([
        ("apiGroups", Some(Emit::Row(vec!["".into()]))),
        ("apiVersions", Some(Emit::Row(vec!["v1".into()]))),
        ("operations", Some(Emit::Row(vec!["CREATE".into()]))),
        ("resources", Some(Emit::Row(vec!["pods".into()]))),
    ]);
    let mutation = map([
        ("patchType", Some("ApplyConfiguration".into())),
        ("applyConfiguration", Some(map([("expression", Some(default.applies.into()))]))),
    ]);
    map([
        ("apiVersion", Some(API_VERSION.into())),
        ("kind", Some("MutatingAdmissionPolicy".into())),
        ("metadata", Some(metadata(rule))),
        (
            "spec",
            Some(map([
                // A default that cannot be written stops nobody: the policy that judges comes after it.
                ("failurePolicy", Some("Ignore".into())),
                ("reinvocationPolicy", Some("IfNeeded".into())),
                ("matchConstraints", Some(map([("resourceRules", Some(Emit::List(vec![pods])))]))),
                ("matchConditions", Some(super::vap::conditions(&conditions(default, request)))),
                ("mutations", Some(Emit::List(vec![mutation]))),
            ])),
        ),
    ])
    .noted(format!("The safe fix of {} as a default.", rule.id))
}

fn binding(rule: &Rule, request: &Request) -> Emit<'static> {
    map([
        ("apiVersion", Some(API_VERSION.into())),
        ("kind", Some("MutatingAdmissionPolicyBinding".into())),
        ("metadata", Some(metadata(rule))),
        (
            "spec",
            Some(map([
                ("policyName", Some(name(rule).into())),
                ("matchResources", namespaces::resources(&request.excluded)),
            ])),
        ),
    ])
}
