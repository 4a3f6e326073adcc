//! The verdict of the Pod Security Standards at every version of a range, and where it changes.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::document::judge;
use super::plan::{Active, active};
use crate::config::Settings;
use crate::finding::Draft;
use crate::k8s::{Object, ObjectRef, PodData, Version};
use crate::rule::{Level, Severity};
use crate::source::{LineIndex, Region, Span};

/// What a standard says of a pod from a version on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The level.
    pub level: Level,
    /// The first version of the range at which it holds.
    pub from: Version,
    /// The checks that deny the pod, each with what it says first; none where the pod is allowed.
    pub denied: BTreeMap<&'static str, String>,
    /// Whether a placeholder stands where a check would look.
    pub undecided: bool,
}

/// A pod, and what the standards say of it over a range of versions.
#[derive(Clone, Debug)]
pub struct PodVerdicts {
    /// The file.
    pub path: Arc<str>,
    /// Where the pod's spec stands.
    pub region: Region,
    /// The object that it belongs to.
    pub object: Arc<ObjectRef>,
    /// For each level the verdict at the first version, then one for each change between allowed and denied.
    pub verdicts: Vec<Verdict>,
}

impl PodVerdicts {
    /// Whether any level's verdict changes in the range.
    pub fn changes(&self) -> bool {
        self.verdicts.windows(2).any(|w| w[0].level == w[1].level)
    }

    /// The strictest level that the pod meets at the first version; none where that hangs on a placeholder.
    pub fn level(&self) -> Option<Level> {
        let mut met = Level::Privileged;
        for verdict in &self.verdicts {
            if !verdict.denied.is_empty() {
                return Some(met);
            }
            if verdict.undecided {
                return None;
            }
            met = verdict.level;
        }
        Some(met)
    }
}

/// The rules at every level and version of a sweep.
pub(super) struct Sweep {
    /// Pods are judged in this way instead of being linted.
    pub(super) alone: bool,
    levels: Vec<(Level, Vec<Run>)>,
}

/// The rules of one level at one version.
struct Run {
    settings: Settings,
    rules: Vec<Active>,
}

/// A pod's verdicts while its file is still at hand.
pub(super) struct SweepDraft {
    span: Span,
    object: Arc<ObjectRef>,
    verdicts: Vec<Verdict>,
}

impl SweepDraft {
    pub(super) fn finish(self, path: &Arc<str>, lines: &LineIndex<'_>) -> PodVerdicts {
        let region = lines.region(self.span);
        PodVerdicts { path: Arc::clone(path), region, object: self.object, verdicts: self.verdicts }
    }
}

impl Sweep {
    /// The sweep that the settings ask for: over both levels, or the one of the settings where it is all that is asked.
    pub(super) fn new(settings: &Settings) -> Option<Self> {
        let alone = settings.sweep.is_some();
        let now = settings.levels.then_some((settings.kubernetes, settings.kubernetes));
        let (first, last) = settings.sweep.or(now)?;
        let levels = [Level::Baseline, Level::Restricted].into_iter();
        let wanted = levels.filter(|&level| !alone || settings.standard.is_none_or(|only| only == level));
        let run = |level, minor| {
            let settings = settings.as_the_plugin(level, Version(minor));
            let rules = active(&settings, &settings.severities);
            Run { settings, rules }
        };
        let levels = wanted.map(|level| (level, (first.0..=last.0).map(|minor| run(level, minor)).collect())).collect();
        Some(Self { alone, levels })
    }

    /// Judges the pods of an object at every level and version.
    pub(super) fn judge(&self, object: Object<'_>, pods: &[PodData<'_>], of: &Arc<ObjectRef>) -> Vec<SweepDraft> {
        let verdicts = |pod| {
            let mut verdicts: Vec<Verdict> = Vec::new();
            for (level, runs) in &self.levels {
                let mut denied_before = None;
                for Run { settings, rules } in runs {
                    let (denied, undecided) = denying(object, pod, of, settings, rules);
                    if denied_before != Some(!denied.is_empty()) {
                        denied_before = Some(!denied.is_empty());
                        verdicts.push(Verdict { level: *level, from: settings.kubernetes, denied, undecided });
                    } else if let Some(last) = verdicts.last_mut().filter(|v| !v.denied.is_empty()) {
                        // What denies just before the change is what the change is about.
                        last.denied = denied;
                    }
                }
            }
            verdicts
        };
        pods.iter()
            .map(|pod| SweepDraft {
                span: pod.view().spec().key_span(),
                object: Arc::clone(of),
                verdicts: verdicts(pod),
            })
            .collect()
    }
}

fn denying(
    object: Object<'_>,
    pod: &PodData<'_>,
    of: &Arc<ObjectRef>,
    settings: &Settings,
    rules: &[Active],
) -> (BTreeMap<&'static str, String>, bool) {
    let mut drafts: Vec<Draft> = Vec::new();
    judge(object, std::slice::from_ref(pod), of, settings, rules, &mut drafts);
    let mut denied = BTreeMap::new();
    for draft in drafts.iter().filter(|d| d.severity() > Severity::Note) {
        if let Some(standard) = draft.rule().standard_at(settings) {
            denied.entry(standard.check).or_insert_with(|| draft.message().to_owned());
        }
    }
    // A rule of a standard notes only what it cannot decide.
    (denied, drafts.iter().any(|d| d.severity() == Severity::Note))
}
