//! Demands in CEL, and the variables that their expressions may ask.

use std::borrow::Cow;

use super::host_path;
use super::images;
use crate::clause::Exemption;
use crate::config::Settings;
use crate::k8s::probe;
use crate::rule::{Level, Rule};

/// What policies are made for.
#[derive(Clone, Debug)]
pub struct Target {
    /// What a lint would judge by: the cluster's version, the standard, the floor, the RuntimeClasses, the severities.
    pub settings: Settings,
    /// Where floor and RuntimeClasses are looked up in the cluster before those of the settings hold.
    pub params: Option<Params>,
}

impl Target {
    /// Whether the cluster is of 1.⟨minor⟩ or newer.
    pub fn since(&self, minor: u32) -> bool {
        self.settings.kubernetes.since(minor)
    }

    /// Whether what a check of this level denies is one of the rule's findings, as `Report::judges` has it for the lint.
    pub fn judges(&self, rule: &Rule, level: Level) -> bool {
        let in_force = self.settings.standard.and_then(|_| rule.standard_at(&self.settings));
        in_force.is_none_or(|standard| standard.level == level)
    }
}

/// The ConfigMap of the parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Params {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
}

/// What a demand is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// The pod.
    Pod,
    /// Every container `c`: init, main and ephemeral.
    Containers,
    /// Every container `c` but ephemeral ones, which have no resources, ports, probes and lifecycle.
    Lasting,
    /// Every container `c` of `containers` and every sidecar: those that run for as long as the pod.
    Running,
    /// Every hostPath volume `v`, with `name`, `type` and the `path` in the form of `k8s::host_path`.
    HostPaths,
}

impl Of {
    /// The variable that lists them; none for the pod.
    pub(super) fn list(self) -> Option<&'static str> {
        match self {
            Self::Pod => None,
            Self::Containers => Some("containers"),
            Self::Lasting => Some("lasting"),
            Self::Running => Some("running"),
            Self::HostPaths => Some("hostPaths"),
        }
    }

    /// What it is about, in words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pod => "the pod",
            Self::Containers => "every container `c`",
            Self::Lasting => "every container `c` but ephemeral ones",
            Self::Running => "every container `c` that runs as long as the pod",
            Self::HostPaths => "every hostPath volume `v`",
        }
    }

    /// What an expression calls one of them.
    pub(super) fn item(self) -> &'static str {
        if self == Self::HostPaths { "v" } else { "c" }
    }
}

/// Something that must hold: a CEL expression, over `c` where it is about containers, over `v` where about volumes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Demand {
    /// What it is about.
    pub of: Of,
    /// Pods that are not asked: true for them.
    pub unless: Option<String>,
    /// True where the rule passes.
    pub holds: Cow<'static, str>,
    /// What must be, for the message: "hostPID must not be true".
    pub says: Cow<'static, str>,
    /// What to write; empty where the message says it.
    pub help: Cow<'static, str>,
}

impl Demand {
    fn new(of: Of, holds: impl Into<Cow<'static, str>>, says: impl Into<Cow<'static, str>>) -> Self {
        Self { of, unless: None, holds: holds.into(), says: says.into(), help: Cow::Borrowed("") }
    }

    /// The whole expression: true where the pod is not asked, or passes.
    pub fn expression(&self) -> String {
        self.or_exempt(&self.holds)
    }

    /// The same where what must hold is said in another way.
    pub(super) fn or_exempt(&self, holds: &str) -> String {
        self.unless.as_ref().map_or_else(|| holds.to_owned(), |unless| format!("{unless}\n|| {holds}"))
    }

    /// What to write.
    #[must_use]
    pub fn help(mut self, help: impl Into<Cow<'static, str>>) -> Self {
        self.help = help.into();
        self
    }

    /// Pods of which the demand is not made at the cluster's version.
    #[must_use]
    pub fn unless(self, exemptions: &[Exemption], target: &Target) -> Self {
        exempt(exemptions, target).into_iter().fold(self, Self::unless_cel)
    }

    /// Pods of which the demand is not made: true for them. An exemption that it has already holds too.
    #[must_use]
    pub fn unless_cel(mut self, exempt: &str) -> Self {
        self.unless = Some(match self.unless.take() {
            Some(other) => format!("{other} || {exempt}"),
            None => exempt.to_owned(),
        });
        self
    }
}

/// A demand on the pod, in CEL over `variables.pod` and `variables.annotations`.
pub fn pod(holds: impl Into<Cow<'static, str>>, says: impl Into<Cow<'static, str>>) -> Demand {
    Demand::new(Of::Pod, holds, says)
}

/// A demand on every container `c`.
pub fn containers(holds: impl Into<Cow<'static, str>>, says: impl Into<Cow<'static, str>>) -> Demand {
    Demand::new(Of::Containers, holds, says)
}

/// A demand on a list of every container: that it holds nothing but these.
pub fn lists_only(path: &str, allowed: &[&str]) -> Demand {
    let holds = format!("{}.orValue([]).all(x, x in {})", optional("c", path), list_of(allowed));
    containers(holds, format!("{path} may list nothing but {}", allowed.join(", ")))
}

/// What a message says of ids that must be above the floor.
pub fn above_floor(path: &str, target: &Target) -> String {
    match target.params {
        Some(_) => format!("{path} must be above the uid-floor of the cluster's parameters"),
        None => format!("{path} must be above {}", target.settings.uid_floor),
    }
}

/// A demand on these containers, each as `c`.
pub fn container(of: Of, holds: impl Into<Cow<'static, str>>, says: impl Into<Cow<'static, str>>) -> Demand {
    Demand::new(of, holds, says)
}

/// A demand on every hostPath volume, each as `v`.
pub fn host_paths(holds: impl Into<Cow<'static, str>>, says: impl Into<Cow<'static, str>>) -> Demand {
    Demand::new(Of::HostPaths, holds, says)
}

/// Which pods are not asked, at the cluster's version.
pub(super) fn exempt(exemptions: &[Exemption], target: &Target) -> Vec<&'static str> {
    const WINDOWS: &str = "variables.pod.?os.?name.orValue('') == 'windows'";
    const SELECTS: &str = "variables.pod.?nodeSelector[?'kubernetes.io/os'].orValue('') == 'windows' || \
                           variables.pod.?nodeSelector[?'beta.kubernetes.io/os'].orValue('') == 'windows'";
    const USER_NAMESPACE: &str = "variables.pod.?hostUsers.orValue(true) == false";
    let mut exempt = Vec::new();
    for exemption in exemptions {
        match *exemption {
            Exemption::Windows(minor) if target.since(minor) => exempt.push(WINDOWS),
            Exemption::UserNamespace(minor) if target.since(minor) => exempt.push(USER_NAMESPACE),
            Exemption::WindowsNode => exempt.extend([WINDOWS, SELECTS]),
            Exemption::Windows(_) | Exemption::UserNamespace(_) => {}
        }
    }
    exempt
}

/// Pods that are meant to end, as far as kind, annotation and restart policy tell: `probe::long_running` in CEL.
pub fn runs_to_its_end() -> String {
    format!(
        "object.kind in {}\n|| object.?metadata.?annotations[?{}].hasValue()\n\
         || variables.pod.?restartPolicy.orValue('') in {}",
        list_of(&probe::ENDS),
        quoted(probe::HOOK),
        list_of(&probe::LEAVES)
    )
}

/// True where every reference `r` in a container's subPathExpr is as it must be, said over `names` and the mount `m`;
/// `$$` is a dollar sign. A list around a value is how CEL gives it a name.
pub fn every_reference(names: &str, holds: &str) -> String {
    format!(
        "[{names}].all(names, c.?volumeMounts.orValue([]).all(m,\n\
         m.?subPathExpr.orValue('').findAll('[$][$]|[$][(][^)]*[)]').all(r, {holds})))"
    )
}

/// A variable of a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Asked as `variables.⟨name⟩`.
    pub name: String,
    /// Its value, which may ask variables before it.
    pub expression: String,
    /// Why it is there, where the expression does not say so.
    pub why: Option<String>,
}

/// The pod's part of every kind that holds one, as an optional value.
fn part(object: &str, part: &str) -> String {
    format!(
        "({object}.kind == 'Pod' ? {object}.?{part}\n: {object}.kind == 'PodTemplate' ? {object}.?template.?{part}\n\
         : {object}.kind == 'CronJob' ? {object}.?spec.?jobTemplate.?spec.?template.?{part}\n\
         : {object}.?spec.?template.?{part})"
    )
}

/// A list of containers.
fn list(field: &str) -> String {
    format!("variables.pod.?{field}.orValue([])")
}

/// All variables there are, in an order in which each asks only those before it.
fn all(target: &Target) -> Vec<(&'static str, String)> {
    let sidecar = "variables.initContainers.filter(c, c.?restartPolicy.orValue('') == 'Always')";
    vec![
        ("pod", part("object", "spec") + ".orValue({})"),
        ("metadata", part("object", "metadata") + ".orValue({})"),
        ("annotations", "variables.metadata.?annotations.orValue({})".to_owned()),
        // Those of a workload beside its template, where no pod gets them.
        ("ownAnnotations", "object.kind == 'Pod' ? {} : object.metadata.?annotations.orValue({})".to_owned()),
        // Required, and so null and not absent where it is empty.
        (
            "mainContainers",
            "variables.pod.?containers.orValue([]) == null ? [] : variables.pod.?containers.orValue([])".to_owned(),
        ),
        ("initContainers", list("initContainers")),
        ("ephemeralContainers", list("ephemeralContainers")),
        ("lasting", "variables.initContainers + variables.mainContainers".to_owned()),
        ("running", format!("{sidecar} + variables.mainContainers")),
        (
            "containers",
            "variables.initContainers + variables.mainContainers + variables.ephemeralContainers".to_owned(),
        ),
        ("hostPaths", host_path::volumes()),
        ("writable", host_path::WRITABLE.to_owned()),
        ("images", images::well_formed()),
        ("floating", images::FLOATING.to_owned()),
        ("who", WHO.to_owned()),
        ("floor", floor(target)),
        ("runtimeClasses", runtime_classes(target)),
    ]
}

/// The object, its owners, and the owners of those as the built-in controllers name them: what a person calls it by.
const WHO: &str = "[{'kind': object.kind, 'name': object.metadata.?name.orValue('')}]\n\
     + object.metadata.?ownerReferences.orValue([]).map(o, {'kind': o.kind, 'name': o.name})\n\
     + object.metadata.?ownerReferences.orValue([]).filter(o, o.kind in ['ReplicaSet', 'Job'] && o.name.contains('-'))\n\
     .map(o, {'kind': o.kind == 'Job' ? 'CronJob' : 'Deployment', 'name': o.name.substring(0, o.name.lastIndexOf('-'))})";

fn floor(target: &Target) -> String {
    match target.params {
        Some(_) => format!("int(params.?data[?'uid-floor'].orValue('{}'))", target.settings.uid_floor),
        None => target.settings.uid_floor.to_string(),
    }
}

fn runtime_classes(target: &Target) -> String {
    let names = target.settings.runtime_classes.join(",");
    match target.params {
        Some(_) => format!(
            "params.?data[?'runtime-classes'].orValue('{names}').split(',').map(n, n.trim()).filter(n, n != '')"
        ),
        None => list_of(&target.settings.runtime_classes),
    }
}

/// The variables that these expressions ask, and those that the variables ask.
pub fn variables(expressions: &[&str], target: &Target) -> Vec<Variable> {
    let all = all(target);
    let mut asked: Vec<String> = expressions.iter().map(|e| (*e).to_owned()).collect();
    let mut used = Vec::new();
    for (name, expression) in all.into_iter().rev() {
        if asked.iter().any(|e| asks(e, name)) {
            asked.push(expression.clone());
            used.push(Variable { name: name.to_owned(), expression, why: None });
        }
    }
    used.reverse();
    used
}

/// Whether an expression asks a variable.
fn asks(expression: &str, name: &str) -> bool {
    expression.match_indices("variables.").any(|(at, prefix)| {
        let rest = &expression[at + prefix.len()..];
        rest.starts_with(name) && !rest[name.len()..].starts_with(|c: char| c.is_ascii_alphanumeric())
    })
}

/// True where a request changes what is judged: on creation always. A controller must be able to scale what was there
/// before the policy came, and a finalizer be taken off.
pub fn changes(annotations: bool) -> String {
    let differ = |part: &str| format!("{} != {}", self::part("object", part), self::part("oldObject", part));
    let mut changes = format!("oldObject == null || {}", differ("spec"));
    if annotations {
        changes.extend([" || ", &differ("metadata.?annotations")]);
    }
    changes
}

/// A string as CEL writes it.
pub fn quoted(text: &str) -> String {
    let mut out = String::from("'");
    for c in text.chars() {
        match c {
            '\'' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            c => out.push(c),
        }
    }
    out.push('\'');
    out
}

/// Strings as a list in CEL, in lines that can be read.
pub fn list_of<T: AsRef<str>>(items: &[T]) -> String {
    const LONGEST: usize = 100;
    let (mut list, mut line) = (String::from("["), 0);
    for (index, item) in items.iter().enumerate() {
        let item = quoted(item.as_ref());
        line += item.len() + 2;
        if index > 0 {
            list.push_str(if line > LONGEST { ",\n  " } else { ", " });
        }
        if line > LONGEST {
            line = item.len() + 2;
        }
        list.push_str(&item);
    }
    list + "]"
}

/// A path of fields behind `base`, each of which may be absent: `variables.pod.?securityContext.?runAsUser`.
pub fn optional(base: &str, path: &str) -> String {
    path.split('.').fold(base.to_owned(), |mut expression, field| {
        expression.extend([".?", field]);
        expression
    })
}
