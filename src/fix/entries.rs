//! Entries `[[ignore]]` of the configuration that earn no place there are taken out, once every file is mended: then it is
//! known what each hides.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::LeftAlone;
use super::suppressions::{agree, is_about_suppressions};
use crate::config::Settings;
use crate::engine::Outcomes;
use crate::finding::Finding;
use crate::source::Source;

/// A configuration without the entries that were told to go.
#[derive(Debug)]
pub struct Tidied {
    /// What it was.
    pub old: Arc<Source>,
    /// What it is now.
    pub new: Arc<Source>,
    /// How many entries were taken out.
    pub count: usize,
    /// What is found under it.
    pub outcomes: Outcomes,
}

/// Takes out the entries that the outcomes of all files tell to go, but for those that are left alone. `None` where there
/// are none; `Err` says why they stay. `judge` finds what is found under other settings.
pub fn entries(
    outcomes: &Outcomes,
    settings: &Settings,
    left: &LeftAlone,
    judge: impl FnOnce(&Settings) -> Outcomes,
) -> Option<Result<Tidied, String>> {
    let old = settings.ignores.source.as_ref()?;
    let left = left.of(&old.path);
    let asked = |f: &&Finding| {
        is_about_suppressions(f) && f.path == old.path && f.fixable.is_some() && left.is_none_or(|left| !left.has_at(f))
    };
    let starts: BTreeSet<usize> = outcomes.findings.iter().filter(asked).map(|f| f.region.start.offset).collect();
    let places = settings.ignores.list.iter().map(|ignore| ignore.span.start as usize).enumerate();
    let gone: BTreeSet<usize> = places.filter(|(_, start)| starts.contains(start)).map(|(at, _)| at).collect();
    if gone.is_empty() {
        return None;
    }
    let why = |what: &str| format!("{}: entries `[[ignore]]` are left as they are: {what}", old.path);
    let Some(ignores) = settings.ignores.without(&gone) else {
        return Some(Err(why("the rest of the file would say something else")));
    };
    let new = Arc::clone(ignores.source.as_ref()?);
    let after = judge(&Settings { ignores: Arc::new(ignores), ..settings.clone() });
    if !agree(outcomes, &after) {
        return Some(Err(why("what is found would change")));
    }
    Some(Ok(Tidied { old: Arc::clone(old), new, count: gone.len(), outcomes: after }))
}
