//! What is known before a run: its baseline, and what a revision has. Fixes leave that alone, and the report leaves it out.

use std::path::Path;

use super::Failure;
use super::baseline::Baseline;
use crate::baseline;
use crate::config::Settings;
use crate::discover::Input;
use crate::engine::{self, Outcomes};
use crate::fix::LeftAlone;
use crate::since::Changes;

/// What is known before a run, and where its user stands.
pub(super) struct Known<'a> {
    baseline: Option<(&'a Baseline, baseline::Known<'a>)>,
    changes: Option<Changes>,
    here: &'a Path,
}

impl<'a> Known<'a> {
    pub(super) fn new(
        baseline: Option<(&'a Baseline, baseline::Known<'a>)>,
        changes: Option<Changes>,
        here: &'a Path,
    ) -> Self {
        Self { baseline, changes, here }
    }

    /// The findings that fixes leave alone: those that the report would leave out.
    pub(super) fn left_alone(&self, inputs: &[Input], settings: &Settings) -> LeftAlone {
        let baseline = self.baseline.as_ref().filter(|(_, known)| !known.is_empty());
        if baseline.is_none() && self.changes.is_none() {
            return LeftAlone::default();
        }
        let mut outcomes = engine::run(inputs.to_vec(), settings, false);
        let all = outcomes.findings.clone();
        if let Some((baseline, known)) = baseline {
            baseline.compare(known.clone(), &mut outcomes, settings, self.here);
        }
        if let Some(changes) = &self.changes {
            changes.apply(&mut outcomes, settings);
        }
        LeftAlone::but(&outcomes.findings, &all)
    }

    /// Leaves out of the outcomes what is known, and writes the baseline where that is asked for.
    pub(super) fn leave_out(self, outcomes: &mut Outcomes, settings: &Settings) -> Result<(), Failure> {
        if let Some((baseline, known)) = self.baseline {
            baseline.apply(known, outcomes, settings, self.here)?;
        }
        if let Some(changes) = self.changes {
            changes.apply(outcomes, settings);
        }
        Ok(())
    }
}
