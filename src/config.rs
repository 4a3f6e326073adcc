//! What a run is asked to do: `Settings` is what configuration and options mean together.

use std::path::PathBuf;

mod entries;
mod file;
mod ignores;
mod keys;
mod problem;
mod schema;
mod starter;

pub use entries::without as without_entries;
pub use file::File;
pub use problem::Problems;
pub use schema::{reference, schema};
pub use starter::{Settled, starter};

use std::sync::Arc;

use crate::engine::Inputs;
use crate::globs::Globs;
use crate::identity::Ids;
use crate::k8s::Version;
use crate::rule::{Level, Rule, Severity};
use crate::rules;
use crate::suppress::{Date, Ignores};

/// Everything that rules and reports may ask about the run.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Settings {
    /// Judge by a standard alone, at this level; otherwise by every rule.
    pub standard: Option<Level>,
    /// The Kubernetes version whose rules hold.
    pub kubernetes: Version,
    /// Tell how the verdict of the standards changes from one version to another, instead of linting.
    pub sweep: Option<(Version, Version)>,
    /// Beside linting, judge every pod by each level of the standards.
    pub levels: bool,
    /// User, group and fsGroup ids must be above this one.
    pub uid_floor: i64,
    /// RuntimeClasses that the cluster has beside those in the input.
    pub runtime_classes: Vec<String>,
    /// The severity of every rule.
    pub severities: Severities,
    /// Other severities for the files that match a glob, in order; the last that matches wins.
    pub overrides: Vec<Override>,
    /// The file of known findings that the configuration names.
    pub baseline: Option<PathBuf>,
    /// Findings from this severity on fail the run; `None`: never.
    pub fail_on: Option<Severity>,
    /// Whether findings shall carry the edits that mend them, rather than only whether there are any.
    pub with_fixes: bool,
    /// Whether findings shall carry what `fingerprint` knows them by.
    pub with_marks: bool,
    /// The user and group ids that fixes write.
    pub ids: Ids,
    /// What the whole input says, for fixes of single documents that hang on it.
    pub around: Option<Arc<Inputs>>,
    /// Obey suppressions; otherwise everything is shown.
    pub suppressions: bool,
    /// Rules that nothing in a manifest silences, by index in `rules::ALL`.
    pub locked: Vec<usize>,
    /// What the configuration suppresses.
    pub ignores: Arc<Ignores>,
    /// The input is all that the configuration speaks of, so that an entry that hides nothing is of no use.
    pub whole_input: bool,
    /// The day of the run: what was suppressed until an earlier one is no longer.
    pub today: Date,
}

/// The severity of every rule, in the order of `rules::ALL`; `None` where the rule is off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Severities(Vec<Option<Severity>>);

/// A rule's index in `rules::ALL` and its severity; `None` where it is off.
pub type Change = (usize, Option<Severity>);

/// What fails a run: findings from a severity on, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Threshold(pub Option<Severity>);

/// Severities for the files that match a glob.
#[derive(Clone, Debug)]
pub struct Override {
    /// Which files.
    pub paths: Globs,
    /// The rules that it changes.
    pub severities: Vec<Change>,
}

impl Default for Severities {
    /// Every rule at the severity of its definition.
    fn default() -> Self {
        Self(rules::ALL.iter().map(|r| Some(r.severity)).collect())
    }
}

impl Severities {
    /// Rules with their severities, those that are off left out.
    pub fn active(&self) -> impl Iterator<Item = (&'static Rule, Severity)> {
        rules::ALL.iter().zip(&self.0).filter_map(|(rule, severity)| Some((*rule, (*severity)?)))
    }

    /// The severity of the rule at this index of `rules::ALL`.
    pub fn get(&self, index: usize) -> Option<Severity> {
        self.0.get(index).copied().flatten()
    }

    /// Changes the rule at this index of `rules::ALL`.
    pub fn set(&mut self, index: usize, severity: Option<Severity>) {
        if let Some(place) = self.0.get_mut(index) {
            *place = severity;
        }
    }

    /// Turns every rule off for which `keep` is false.
    pub fn retain(&mut self, keep: impl Fn(&Rule) -> bool) {
        for (rule, severity) in rules::ALL.iter().zip(&mut self.0) {
            *severity = severity.filter(|_| keep(rule));
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            standard: None,
            kubernetes: Version::LATEST,
            sweep: None,
            levels: false,
            uid_floor: 10_000,
            runtime_classes: Vec::new(),
            severities: Severities::default(),
            overrides: Vec::new(),
            baseline: None,
            fail_on: Some(Severity::Low),
            with_fixes: false,
            with_marks: true,
            ids: Ids::default(),
            around: None,
            suppressions: true,
            locked: Vec::new(),
            ignores: Arc::default(),
            whole_input: false,
            today: Date::today(),
        }
    }
}

impl Settings {
    /// These settings with every rule off but one.
    #[must_use]
    pub fn only(mut self, id: &str) -> Self {
        self.severities.retain(|r| r.id == id);
        self.overrides.clear();
        self
    }

    /// These settings for the verdict of a standard as the admission plugin gives it: no configuration touches it,
    /// and whoever names the violations says what they are known by.
    pub(crate) fn as_the_plugin(&self, level: Level, version: Version) -> Self {
        Self {
            standard: Some(level),
            kubernetes: version,
            severities: Severities::default(),
            overrides: Vec::new(),
            with_marks: false,
            ..self.clone()
        }
    }

    /// These settings with every rule off: for a run of whose findings nobody is told.
    pub fn without_rules(mut self) -> Self {
        self.severities.retain(|_| false);
        self.overrides.clear();
        self
    }

    /// The severities that hold in a file, where an override changes any.
    pub fn overridden(&self, path: &str) -> Option<Severities> {
        let mut changed = None;
        for over in self.overrides.iter().filter(|o| o.paths.matches(path.as_ref(), false)) {
            let severities: &mut Severities = changed.get_or_insert_with(|| self.severities.clone());
            over.severities.iter().for_each(|&(index, severity)| severities.set(index, severity));
        }
        changed
    }
}
