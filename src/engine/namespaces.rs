//! Pods under the policy of their own Namespace, where the input has it: what the cluster would do with each.
//! Namespace and pod may stand in different files, so the files with such pods are read a second time.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::document::judge;
use super::facts::Inputs;
use super::plan::{Active, Plan, active};
use super::sources::Again;
use crate::config::Settings;
use crate::finding::{Draft, Finding, Report, Texts};
use crate::k8s::{self, LevelVersion, Mode, NamespacePolicy, Object, ObjectRef, PodData};
use crate::rule::{Check, Level, Rule, Severity};
use crate::source::Source;
use crate::yaml;

/// A file with pods whose namespaces may have something to say of them.
pub(super) struct Namespaced {
    pub(super) path: Arc<str>,
    pub(super) again: Again,
    /// The namespaces that its pods name.
    pub(super) names: BTreeSet<String>,
}

/// The verdicts of the input's own namespaces on the pods of these files.
pub(super) fn under_namespaces(files: &[Namespaced], facts: &Inputs, plan: &Plan<'_>) -> Vec<Finding> {
    let policies = Policies::new(&facts.namespaces, plan.settings);
    let judge = |Namespaced { again, .. }: &Namespaced| {
        // A file that cannot be read any more was told of in the first pass, or has gone since.
        let Some(source) = again.source() else { return Vec::new() };
        let lines = source.lines();
        let drafts = policies.lint(&source, plan);
        let mut texts = Texts::default();
        drafts.into_iter().map(|d| d.finish(&source.path, &lines, None, &mut texts)).collect()
    };
    if files.is_empty() {
        return Vec::new();
    }
    files.par_iter().flat_map_iter(judge).collect()
}

/// The rules of each level and version that some namespace asks for.
struct Policies<'a> {
    namespaces: &'a BTreeMap<String, NamespacePolicy>,
    runs: BTreeMap<LevelVersion, (Settings, Vec<Active>)>,
}

impl<'a> Policies<'a> {
    fn new(namespaces: &'a BTreeMap<String, NamespacePolicy>, settings: &Settings) -> Self {
        let wanted = namespaces.values().flat_map(|p| Mode::ALL.map(|m| p.mode(m)));
        let run = |lv: LevelVersion| {
            let settings = settings.as_the_plugin(lv.level, lv.version());
            let rules = active(&settings, &settings.severities);
            (lv, (settings, rules))
        };
        Self { namespaces, runs: wanted.filter(|lv| lv.level > Level::Privileged).map(run).collect() }
    }

    /// Judges every pod of a file whose namespace has a policy, with the rules that tell of it.
    fn lint(&self, source: &Source, plan: &Plan<'_>) -> Vec<Draft> {
        let speakers: Vec<_> = crate::rules::ALL
            .iter()
            .filter_map(|&rule| match rule.check {
                Check::Namespace(modes) => Some((rule, modes, plan.severity(rule, &source.path)?)),
                _ => None,
            })
            .collect();
        let mut drafts = Vec::new();
        for raw in source.documents().into_iter().filter(|raw| raw.trailing.is_none()) {
            let Ok(tree) = yaml::parse(&source.text, raw.span) else { continue };
            for object in k8s::objects(&tree) {
                let Some((name, policy)) = object.namespace().and_then(|n| self.namespaces.get_key_value(n)) else {
                    continue;
                };
                let reference = Arc::new(object.reference());
                for pod in k8s::pods(object) {
                    for &(rule, modes, severity) in &speakers {
                        let subject = Subject { object, pod: &pod, reference: &reference, namespace: name, policy };
                        self.tell(&subject, modes, (rule, severity), plan.settings, &mut drafts);
                    }
                }
            }
        }
        drafts
    }

    fn tell(
        &self,
        subject: &Subject<'_, '_>,
        modes: &[Mode],
        (rule, severity): (&'static Rule, Severity),
        settings: &Settings,
        drafts: &mut Vec<Draft>,
    ) {
        for &mode in modes {
            let lv = subject.policy.mode(mode);
            let violations = self.violations(subject, lv);
            // Whoever is denied is not warned as well.
            let denied = || !self.violations(subject, subject.policy.mode(Mode::Enforce)).is_empty();
            if violations.is_empty() || (mode == Mode::Warn && subject.object.kind() == "Pod" && denied()) {
                continue;
            }
            let mut checks: Vec<_> = violations.iter().map(|(_, check)| *check).collect();
            checks.sort_unstable();
            checks.dedup();
            let checks = checks.join(", ");
            let message = format!("{}: {checks}", subject.consequence(mode, lv));
            let mut report = Report::new(settings, rule, severity, Some(subject.reference), drafts);
            let draft = report.at_key(subject.pod.view().spec(), message);
            draft.known_by(subject.pod.view().spec(), &format!("{}: {checks}", mode.name())).help(format!(
                "run `plimsoll lint --standard {} --kubernetes {}` to see each field",
                lv.level.name(),
                lv.version()
            ));
            for (violation, _) in &violations {
                draft.related(violation.span(), violation.message().to_owned());
            }
        }
    }

    /// What a level at a version denies of a pod, each with its check.
    fn violations(&self, subject: &Subject<'_, '_>, lv: LevelVersion) -> Vec<(Draft, &'static str)> {
        let Some((run, rules)) = self.runs.get(&lv) else { return Vec::new() };
        let mut drafts = Vec::new();
        judge(subject.object, std::slice::from_ref(subject.pod), subject.reference, run, rules, &mut drafts);
        drafts.retain(|draft| draft.severity() > Severity::Note);
        let check = |draft: Draft| {
            let check = draft.rule().standard_at(run)?.check;
            Some((draft, check))
        };
        drafts.into_iter().filter_map(check).collect()
    }
}

struct Subject<'a, 't> {
    object: Object<'t>,
    pod: &'a PodData<'t>,
    reference: &'a Arc<ObjectRef>,
    namespace: &'a str,
    policy: &'a NamespacePolicy,
}

impl Subject<'_, '_> {
    /// What the cluster would do. The plugin denies pods; of a workload it warns and audits, and its pods it denies.
    fn consequence(&self, mode: Mode, lv: LevelVersion) -> String {
        let kind = self.object.kind();
        let what = match (mode, kind) {
            (Mode::Enforce, "Pod") => "the cluster denies this Pod".to_owned(),
            (Mode::Enforce, _) => format!("the cluster accepts this {kind} and denies its pods"),
            (Mode::Audit, _) => format!("the cluster writes an audit annotation for this {kind}"),
            (Mode::Warn, _) => format!("the cluster warns of this {kind}"),
        };
        let verb = match mode {
            Mode::Enforce => "enforces",
            Mode::Audit => "audits",
            Mode::Warn => "warns at",
        };
        format!("namespace \"{}\" {verb} {lv}, so {what}", self.namespace)
    }
}
