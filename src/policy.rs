//! The same rules as cluster policy: pure functions of the catalogue.
//! What a rule demands is said in CEL once; each engine wraps the same demands in its own object.

pub mod cel;
mod derive;
mod exception;
pub mod host_path;
mod images;
pub mod kyverno;
mod message;
pub mod mutating;
pub mod namespaces;
mod profile;
mod program;
pub mod pss;
pub mod resources;
pub mod vap;

pub use self::cel::{
    Demand, Of, Params, Target, above_floor, container, containers, every_reference, host_paths, list_of, lists_only,
    pod, runs_to_its_end,
};
pub use self::exception::Exception;
pub use self::namespaces::Excluded;
pub use self::program::{Program, Validation};

use std::collections::{BTreeMap, BTreeSet};

use crate::config::Settings;
use crate::rule::{Policy, Rule, Severity};
use crate::yaml::emit::{Emit, map};

/// What a rule demands of a cluster's pods, in CEL; `Err` says why it has no policy.
pub fn demands(rule: &Rule, target: &Target) -> Result<Vec<Demand>, &'static str> {
    match rule.policy {
        Policy::Derived => Ok(derive::demands(rule, target)),
        Policy::Cel(demands) => Ok(demands(target)),
        Policy::None(reason) => Err(reason),
    }
}

/// What is shown of a rule's policy: its demands on a cluster of the newest version, parameters looked up there.
pub fn shown(rule: &Rule) -> Result<Vec<Demand>, &'static str> {
    let params = Some(Params { namespace: "kube-system".to_owned(), name: "plimsoll".to_owned() });
    demands(rule, &Target { settings: Settings::default(), params })
}

/// Which policies are wanted, and how.
#[derive(Clone, Debug)]
pub struct Request {
    /// What they are made for; rules that its severities turn off become none.
    pub target: Target,
    /// From this severity on a violation is refused; `None`: it is told and recorded, whatever the rule.
    pub enforce_at: Option<Severity>,
    /// Namespaces that are left alone.
    pub excluded: Vec<Excluded>,
    /// Objects that rules leave alone.
    pub exceptions: Vec<Exception>,
    /// The objects that a cluster's reports tell of, by rule: only these rules become policies, and refuse nothing.
    pub reported: Option<BTreeMap<&'static str, BTreeSet<String>>>,
}

/// One rule as a policy.
#[derive(Clone, Debug)]
pub struct Enforced {
    /// The rule.
    pub rule: &'static Rule,
    /// Its severity, as configured.
    pub severity: Severity,
    /// What it evaluates.
    pub program: Program,
    /// Requests for which one of these is false are not asked.
    pub conditions: Vec<Condition>,
    /// What its head says.
    pub note: String,
}

/// A condition for a request to be judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// Its name: a qualified name of Kubernetes.
    pub name: String,
    /// True where the request is to be judged.
    pub expression: String,
    /// Why it is there.
    pub why: String,
}

impl Request {
    /// The rules that become policies, in the order of the catalogue.
    pub fn enforced(&self) -> impl Iterator<Item = Enforced> {
        let settings = &self.target.settings;
        let standard = |rule: &Rule| settings.standard.is_none() || rule.standard_at(settings).is_some();
        let reported = |rule: &Rule| self.reported.as_ref().is_none_or(|fired| fired.contains_key(rule.id));
        let active = settings.severities.active().filter(move |(rule, _)| standard(rule) && reported(rule));
        active.filter_map(|(rule, severity)| {
            let demands = demands(rule, &self.target).ok().filter(|demands| !demands.is_empty())?;
            let program = Program::new(rule, demands, &self.exceptions, &self.target);
            let conditions = conditions(&program);
            Some(Enforced { rule, severity, program, conditions, note: self.note(rule) })
        })
    }

    /// What the comment at the head of a policy says.
    fn note(&self, rule: &Rule) -> String {
        let mut lines: Vec<String> = vec![format!("{}: {}.", rule.id, rule.summary)];
        let reasons = exception::reasons(&self.exceptions, rule);
        if !reasons.is_empty() {
            lines.push("Containers are left alone:".to_owned());
            lines.extend(reasons.iter().map(|reason| format!("  {reason}")));
        }
        if let Some(objects) = self.reported.as_ref().and_then(|fired| fired.get(rule.id)) {
            lines.push("By the reports it would refuse:".to_owned());
            lines.extend(objects.iter().map(|object| format!("  {object}")));
        }
        lines.join("\n")
    }
}

/// What every policy asks of a request before it judges it.
fn conditions(program: &Program) -> Vec<Condition> {
    let condition = |name: &str, expression: String, why: &str| Condition {
        name: name.to_owned(),
        expression,
        why: why.to_owned(),
    };
    vec![
        condition(
            "stays",
            "oldObject == null || !has(oldObject.metadata.deletionTimestamp)".to_owned(),
            "What is being deleted must be able to lose its finalizers.",
        ),
        condition(
            "changes",
            cel::changes(program.asks("annotations")),
            "What was there before the policy can still be scaled and relabelled.",
        ),
    ]
}

impl Enforced {
    /// The policy's name.
    pub fn name(&self) -> String {
        format!("plimsoll-{}", self.rule.id)
    }

    /// What happens to a request that violates it, as bindings name it.
    pub fn actions(&self, request: &Request) -> &'static [&'static str] {
        if request.reported.is_some() {
            return &["Audit"];
        }
        // The API server refuses `Deny` beside `Warn`.
        let denies = request.enforce_at.is_some_and(|least| self.severity >= least);
        if denies { &["Deny", "Audit"] } else { &["Warn", "Audit"] }
    }

    fn metadata(&self) -> Emit<'static> {
        self.metadata_with(&[])
    }

    fn metadata_with(&self, annotations: &[(&'static str, &'static str)]) -> Emit<'static> {
        let own = [
            ("plimsoll.dev/summary", self.rule.summary.into()),
            ("plimsoll.dev/severity", self.severity.name().into()),
            ("plimsoll.dev/page", self.rule.url().into()),
        ];
        let others = annotations.iter().map(|(name, value)| ((*name).into(), (*value).into()));
        let annotations = others.chain(own.map(|(name, value): (_, Emit<'_>)| (name.into(), value))).collect();
        map([
            ("name", Some(self.name().into())),
            ("labels", Some(labels())),
            ("annotations", Some(Emit::Map(annotations))),
        ])
    }
}

/// The labels of what is written.
fn labels() -> Emit<'static> {
    map([("app.kubernetes.io/managed-by", Some("plimsoll".into()))])
}

/// The ConfigMap of the parameters that these policies ask, with the values that hold without it; none where they ask none.
fn parameters(params: &Params, policies: &[Enforced], request: &Request) -> Option<Emit<'static>> {
    let settings = &request.target.settings;
    let asked = |name| policies.iter().any(|policy| policy.program.asks(name));
    let floor = Emit::from(settings.uid_floor.to_string()).noted("User, group and fsGroup ids must be above this one.");
    let classes = Emit::from(settings.runtime_classes.join(","))
        .noted("RuntimeClasses that pods may name, with commas between them; empty: any.");
    let metadata = map([
        ("name", Some(params.name.clone().into())),
        ("namespace", Some(params.namespace.clone().into())),
        ("labels", Some(labels())),
    ]);
    let data = map([
        ("uid-floor", asked("floor").then_some(floor)),
        ("runtime-classes", asked("runtimeClasses").then_some(classes)),
    ]);
    (asked("floor") || asked("runtimeClasses")).then(|| {
        map([
            ("apiVersion", Some("v1".into())),
            ("kind", Some("ConfigMap".into())),
            ("metadata", Some(metadata)),
            ("data", Some(data)),
        ])
    })
}
