//! What a rule is made of: types, no behaviour.
//! A rule is a `static` in `rules/`; every consumer iterates `rules::ALL`.

use crate::clause::Clause;
use crate::engine::{Inputs, Settings};
use crate::finding::{CrossReport, Report};
use crate::k8s::api::Slip;
use crate::k8s::{Container, Mode, Object, Pod};
use crate::policy::{Demand, Target};
use crate::yaml::Tree;

/// How bad it is when a rule's finding is left as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Not a finding of its own: something that could not be decided, or is good to know.
    Note,
    /// Hygiene.
    Low,
    /// Weakens a defence.
    Medium,
    /// Takes a defence away.
    High,
    /// Hands over the node or the cluster.
    Critical,
}

impl Severity {
    /// Every severity, mildest first.
    pub const ALL: [Self; 5] = [Self::Note, Self::Low, Self::Medium, Self::High, Self::Critical];

    /// The word that output and configuration use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// A level of the Pod Security Standards. `privileged` allows everything and so has no checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Allows everything.
    Privileged,
    /// Prevents known privilege escalations.
    Baseline,
    /// Current hardening practice.
    Restricted,
}

impl Level {
    /// The word that labels and options use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Privileged => "privileged",
            Self::Baseline => "baseline",
            Self::Restricted => "restricted",
        }
    }
}

/// A check of the Pod Security admission plugin, by the plugin's own id (`runAsNonRoot`), at its level.
/// A finding of a rule that names a check is one for which the plugin denies the pod at that level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standard {
    /// The level that the check belongs to.
    pub level: Level,
    /// The check's id in k8s.io/pod-security-admission.
    pub check: &'static str,
    /// The first minor at which the plugin's check covers what the rule finds.
    pub since: u32,
}

/// A check of the baseline level, in force from 1.⟨since⟩ on.
pub const fn baseline(check: &'static str, since: u32) -> Standard {
    Standard { level: Level::Baseline, check, since }
}

/// A check of the restricted level, in force from 1.⟨since⟩ on.
pub const fn restricted(check: &'static str, since: u32) -> Standard {
    Standard { level: Level::Restricted, check, since }
}

/// The same check under another tool's or guide's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Map {
    /// Trivy: `KSV001` (its AVD id is `AVD-KSV-0001`).
    Trivy(&'static str),
    /// Checkov: `CKV_K8S_20`.
    Checkov(&'static str),
    /// Kubescape: `C-0016`.
    Kubescape(&'static str),
    /// Kyverno policy name: `disallow-privilege-escalation`.
    Kyverno(&'static str),
    /// kube-linter check name: `privilege-escalation-container`.
    KubeLinter(&'static str),
    /// kube-score check id: `container-security-context-user-group-id`.
    KubeScore(&'static str),
    /// Polaris check name: `privilegeEscalationAllowed`.
    Polaris(&'static str),
    /// kubesec rule id: `RunAsNonRoot`.
    Kubesec(&'static str),
    /// CIS Kubernetes Benchmark section: `5.2.5`.
    Cis(&'static str),
    /// NSA/CISA Kubernetes Hardening Guide heading: `Non-root containers`.
    Nsa(&'static str),
}

/// Whether a fix may be applied without a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Safety {
    /// Cannot change what a working pod does, or only repairs a slip.
    Safe,
    /// May need a look.
    Unsafe,
}

impl Safety {
    /// The word that output uses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Unsafe => "unsafe",
        }
    }
}

/// How a rule judges.
pub enum Check {
    /// Requirements as data: verdict, place, fix and policy follow from them.
    Require(&'static [Clause]),
    /// Once for each Kubernetes object, of any kind.
    Object(fn(Object<'_>, &mut Report<'_>)),
    /// Once for each pod: a Pod itself, or a pod template in any kind.
    Pod(fn(Pod<'_>, &mut Report<'_>)),
    /// Once for each container: init, main and ephemeral.
    Container(fn(Container<'_>, &mut Report<'_>)),
    /// Once for each slip of an object against Kubernetes' own API: one walk for all such rules. They judge last, so
    /// that they can leave to other rules what those have said.
    Api(fn(&Slip<'_>, &mut Report<'_>)),
    /// Once for the whole input, over the facts that were gathered from it.
    Inputs(fn(&Inputs, &mut CrossReport<'_>)),
    /// Once for each pod whose Namespace is in the input, for each of these modes that its labels set:
    /// the engine judges the pod by that level and version, and the rule names the finding.
    Namespace(&'static [Mode]),
    /// Never of itself: `plimsoll import` names by it the checks of a cluster's reports that no other rule makes.
    Import,
    /// Once for each document that holds Kubernetes objects: for what is wrong with the text and not with an object.
    Document(fn(&Tree<'_>, &[Object<'_>], &mut Report<'_>)),
    /// Never by itself: the rule names what is wrong with a suppression, which the engine finds when all rules are done.
    Suppression(Fault),
}

/// What can be wrong with a suppression.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// It cannot be read.
    Malformed,
    /// It names a rule that there is not.
    UnknownRule,
    /// It does not say why.
    Reason,
    /// Its time is over.
    Expired,
    /// Nothing that it covers is found.
    Unused,
    /// It may not silence the rule.
    Locked,
}

/// How the rule becomes admission policy.
pub enum Policy {
    /// From its clauses.
    Derived,
    /// These demands, in CEL, at a cluster's version.
    Cel(fn(&Target) -> Vec<Demand>),
    /// Not at all, and why.
    None(&'static str),
}

/// One rule: definition and documentation, whole.
pub struct Rule {
    /// Kebab-case, read as "ignore ⟨id⟩"; never changes.
    pub id: &'static str,
    /// Ids that the rule had before, the oldest first: fingerprints keep that one.
    pub aliases: &'static [&'static str],
    /// What is wrong when it fires: lower case, no full stop.
    pub summary: &'static str,
    /// The default; configuration may change it.
    pub severity: Severity,
    /// The version of this project that first had it.
    pub since: &'static str,
    /// The Pod Security checks that each of its findings violates; empty for rules beside the standards.
    pub standards: &'static [Standard],
    /// Names elsewhere.
    pub maps: &'static [Map],
    /// Its page, in Markdown.
    pub doc: &'static str,
    /// How it judges.
    pub check: Check,
    /// How a cluster enforces it.
    pub policy: Policy,
}

impl Rule {
    /// Where its page can be read.
    pub fn url(&self) -> String {
        format!("{}/blob/main/rules/{}.md", env!("CARGO_PKG_REPOSITORY"), self.id.replace('-', "_"))
    }

    /// The check that a finding of this rule violates, at the level and version of a run. Where a check of the
    /// restricted level replaces one of baseline, that is the one, as in the plugin.
    pub fn standard_at(&self, settings: &Settings) -> Option<&'static Standard> {
        let level = settings.standard.unwrap_or(Level::Restricted);
        let in_force = |s: &&Standard| s.level <= level && settings.kubernetes.since(s.since);
        self.standards.iter().filter(in_force).max_by_key(|s| s.level)
    }
}

impl std::fmt::Debug for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.id)
    }
}
