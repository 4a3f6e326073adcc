//! The baseline of a run: which file, read before the work begins and written after it.

use std::path::{Path, PathBuf};

use super::Failure;
use super::output::Output;
use crate::baseline::{self, Compared, Entry, Place};
use crate::cli::Baselines;
use crate::config::Settings;
use crate::engine::Outcomes;

/// A baseline that is to be used, or written.
pub(super) struct Baseline {
    /// As output shows it.
    shown: String,
    folder: PathBuf,
    /// Its text; none where it is written anew.
    text: Option<String>,
    /// Where it is written to, if it is.
    output: Option<Output>,
}

impl Baseline {
    /// What the command line asks for, or else the configuration.
    pub(super) fn chosen(typed: &Baselines, settings: &Settings, here: &Path) -> Result<Option<Self>, Failure> {
        if typed.no_baseline || settings.sweep.is_some() {
            return Ok(None);
        }
        let file = typed.write_baseline.as_ref().or(typed.baseline.as_ref()).or(settings.baseline.as_ref());
        let Some(name) = file else {
            return if typed.prune {
                Err(Failure::said("`--prune` needs a baseline: `--baseline FILE`, or `baseline` in plimsoll.toml"))
            } else {
                Ok(None)
            };
        };
        let file = here.join(name);
        let shown = super::shown(&file, here);
        let text = if typed.write_baseline.is_some() { None } else { Some(super::text(&file, &shown)?) };
        let output = (text.is_none() || typed.prune).then(|| Output::new(name).map_err(Failure::said)).transpose()?;
        Ok(Some(Self { shown, folder: file.parent().unwrap_or(&file).to_owned(), text, output }))
    }

    /// The findings that it knows; none where it is written anew.
    pub(super) fn read(&self) -> Result<Vec<Entry<'_>>, Failure> {
        let text = self.text.as_deref();
        let entries = text.map(baseline::read).transpose();
        entries.map(Option::unwrap_or_default).map_err(|wrong| Failure::Said(format!("{}{wrong}", self.shown)))
    }

    /// Leaves out what is known; the entries as they are now, and whether they are others.
    pub(super) fn compare<'t>(
        &self,
        entries: Vec<Entry<'t>>,
        outcomes: &mut Outcomes,
        settings: &Settings,
        here: &Path,
    ) -> (Vec<Entry<'t>>, bool) {
        let place = Place { folder: &self.folder, here };
        baseline::apply(outcomes, entries, settings, place, &self.shown)
    }

    /// Leaves out what is known, and writes the file where that is asked for.
    pub(super) fn apply(
        &self,
        mut entries: Vec<Entry<'_>>,
        outcomes: &mut Outcomes,
        settings: &Settings,
        here: &Path,
    ) -> Result<(), Failure> {
        let is_new = self.text.is_none();
        if is_new {
            entries = baseline::entries(outcomes, Place { folder: &self.folder, here });
        }
        let (entries, changed) = self.compare(entries, outcomes, settings, here);
        let Some(output) = self.output.as_ref().filter(|_| changed || is_new) else { return Ok(()) };
        output.write(|out| baseline::write(&entries, out)).map_err(Failure::said)?;
        if let Some(compared) = &mut outcomes.baseline {
            *compared = Compared { pruned: true, ..std::mem::take(compared) };
        }
        Ok(())
    }
}
