//! The baseline of a run: which file, read before the work begins and written after it.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::Failure;
use super::output::Output;
use crate::baseline::{self, Compared, Matching, Place};
use crate::cli::Baselines;
use crate::config::Settings;
use crate::engine::Outcomes;

/// A baseline of more bytes is read while the files to lint are looked for.
const LARGE: u64 = 1 << 20;

/// A baseline that is to be used, or written.
pub(super) struct Baseline {
    /// As output shows it.
    shown: String,
    file: PathBuf,
    folder: PathBuf,
    /// Whether it is written anew.
    is_new: bool,
    /// Its text, once it is read.
    text: OnceLock<String>,
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
        let is_new = typed.write_baseline.is_some();
        let output = (is_new || typed.prune).then(|| Output::new(name).map_err(Failure::said)).transpose()?;
        let folder = file.parent().unwrap_or(&file).to_owned();
        Ok(Some(Self { shown, file, folder, is_new, text: OnceLock::new(), output }))
    }

    /// Whether it takes so long to read that another thread is worth its start.
    pub(super) fn is_large(&self) -> bool {
        !self.is_new && self.file.metadata().is_ok_and(|file| file.len() > LARGE)
    }

    /// The findings that it knows; none where it is written anew.
    pub(super) fn read(&self) -> Result<baseline::Known<'_>, Failure> {
        if self.is_new {
            return Ok(baseline::Known::default());
        }
        let text = super::text(&self.file, &self.shown)?;
        let text = self.text.get_or_init(|| text);
        baseline::Known::read(text).map_err(|wrong| Failure::Said(format!("{}{wrong}", self.shown)))
    }

    /// Leaves out what is known; what comes back tells the entries as they are now.
    pub(super) fn compare<'t>(
        &self,
        known: baseline::Known<'t>,
        outcomes: &mut Outcomes,
        settings: &Settings,
        here: &Path,
    ) -> Matching<'t> {
        let place = Place { folder: &self.folder, here };
        baseline::apply(outcomes, known, settings, place, &self.shown)
    }

    /// Leaves out what is known, and writes the file where that is asked for.
    pub(super) fn apply(
        &self,
        mut known: baseline::Known<'_>,
        outcomes: &mut Outcomes,
        settings: &Settings,
        here: &Path,
    ) -> Result<(), Failure> {
        if self.is_new {
            known = baseline::entries(outcomes, Place { folder: &self.folder, here }).into();
        }
        let left = self.compare(known, outcomes, settings, here);
        let Some(output) = self.output.as_ref().filter(|_| left.has_changed() || self.is_new) else { return Ok(()) };
        let entries = left.rest();
        output.write(|out| baseline::write(&entries, out)).map_err(Failure::said)?;
        if let Some(compared) = &mut outcomes.baseline {
            *compared = Compared { pruned: true, ..std::mem::take(compared) };
        }
        Ok(())
    }
}
