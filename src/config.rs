//! What a run is asked to do: `Settings` is what configuration and options mean together.

use std::collections::BTreeMap;

use crate::k8s::Version;
use crate::rule::{Level, Rule, Severity};

/// Everything that rules and reports may ask about the run.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Judge by a standard alone, at this level; otherwise by every rule.
    pub standard: Option<Level>,
    /// The Kubernetes version whose rules hold.
    pub kubernetes: Version,
    /// User, group and fsGroup ids must be above this one.
    pub uid_floor: i64,
    /// RuntimeClasses that the cluster has beside those in the input.
    pub runtime_classes: Vec<String>,
    /// Severity by rule id, where configuration changes it; `None` turns the rule off.
    pub severities: BTreeMap<String, Option<Severity>>,
    /// The same for paths that match a glob, in order; the last that matches wins.
    pub overrides: Vec<Override>,
    /// Findings from this severity on fail the run; `None`: never.
    pub fail_on: Option<Severity>,
}

/// Severities for the files that match a glob.
#[derive(Clone, Debug)]
pub struct Override {
    /// Which files, by the path that output shows.
    pub paths: ignore::overrides::Override,
    /// As in `Settings::severities`.
    pub severities: BTreeMap<String, Option<Severity>>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            standard: None,
            kubernetes: Version::LATEST,
            uid_floor: 10_000,
            runtime_classes: Vec::new(),
            severities: BTreeMap::new(),
            overrides: Vec::new(),
            fail_on: Some(Severity::Low),
        }
    }
}

impl Settings {
    /// These settings with every rule off but one.
    #[must_use]
    pub fn only(mut self, id: &str) -> Self {
        self.severities = crate::rules::ALL.iter().filter(|r| r.id != id).map(|r| (r.id.to_owned(), None)).collect();
        self
    }

    /// The severity of a rule in a file; `None` where it is off.
    pub fn severity(&self, rule: &Rule, path: &str) -> Option<Severity> {
        let by_path = self.overrides.iter().rev().filter(|o| o.paths.matched(path, false).is_whitelist());
        by_path
            .filter_map(|o| o.severities.get(rule.id))
            .chain(self.severities.get(rule.id))
            .next()
            .copied()
            .unwrap_or(Some(rule.severity))
    }
}
