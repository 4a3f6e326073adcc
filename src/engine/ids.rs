//! Ids that hang on the whole input: where they differ from what the first pass took them for, files are judged again.

use rayon::prelude::*;

use super::plan::Plan;
use super::sources::Again;
use super::{FileResult, Keep, lint_source};
use crate::config::Settings;
use crate::identity::Ids;

/// Gives the findings of each file the ids that all files together ask for: those that are not the hash of a name.
pub(super) fn settle(files: &mut [FileResult], plan: &Plan<'_>, keep: Keep) -> Ids {
    if files.iter().all(|file| file.claims.is_empty()) {
        return Ids::default();
    }
    let ids = Ids::settle(files.iter().flat_map(|file| &file.claims), plan.settings.uid_floor);
    let settings = Settings { ids, ..plan.settings.clone() };
    let plan = Plan::new(&settings);
    let concerned = |file: &&mut FileResult| !file.findings.is_empty() && settings.ids.concern(&file.claims);
    files.par_iter_mut().filter(concerned).for_each(|file| {
        // A file that cannot be read any more keeps what was said of it.
        if let Some(source) = file.again.as_ref().and_then(Again::source) {
            file.findings = lint_source(&source, &plan, keep).findings;
        }
    });
    drop(plan);
    settings.ids
}
