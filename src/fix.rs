//! Repair: choose the changes that mend findings, make them in the text, prove them, until nothing is left to mend.
//! Nothing is written here: a file comes back with its old and its new text.

pub mod diff;
mod document;
mod entries;
mod left;
mod proof;
mod suppressions;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use rayon::prelude::*;

use self::document::{Mended, mend};
pub use self::entries::{Tidied, entries};
pub use self::left::LeftAlone;
use self::left::OfFile;
pub(crate) use self::left::identity_of;
use crate::config::Settings;
use crate::discover::Input;
use crate::engine::{self, Judge};
use crate::rule::Safety;
use crate::source::Source;

/// How often changes may call for more changes before they are taken not to come to rest.
pub const MAX_ROUNDS: usize = 10;

/// A file that is mended.
#[derive(Debug)]
pub struct Fixed {
    /// Where it came from.
    pub input: Input,
    /// What it was.
    pub old: Source,
    /// Its text now, without the byte order mark.
    pub text: String,
    /// How many findings are mended.
    pub count: usize,
}

impl Fixed {
    /// The bytes that were read.
    pub fn old_bytes(&self) -> Vec<u8> {
        bytes(&self.old, &self.old.text)
    }

    /// The bytes of the mended file.
    pub fn new_bytes(&self) -> Vec<u8> {
        bytes(&self.old, &self.text)
    }
}

fn bytes(source: &Source, text: &str) -> Vec<u8> {
    let mark = if source.bom > 0 { "\u{feff}" } else { "" };
    [mark.as_bytes(), text.as_bytes()].concat()
}

/// What came of one input.
#[derive(Debug)]
pub enum Repaired {
    /// There was nothing to mend in it, or it could not be read.
    Same(Input),
    /// It is mended.
    Fixed(Box<Fixed>),
}

/// What came of all of them.
#[derive(Debug, Default)]
pub struct Repairs {
    /// In the order of the input.
    pub inputs: Vec<Repaired>,
    /// Fixes that were left out, and why: `path: what`.
    pub dropped: Vec<String>,
}

/// What may be done, and what not.
#[derive(Clone, Copy, Debug)]
struct Limits<'a> {
    safety: Safety,
    /// Findings that are suppressed or left alone, as `proof::identity` tells them.
    untouched: &'a BTreeSet<String>,
}

/// Mends every input as far as fixes of this safety go, but for the findings that are left alone.
pub fn run(inputs: Vec<Input>, settings: &Settings, safety: Safety, left: &LeftAlone, done: &AtomicUsize) -> Repairs {
    let (inputs, settings) = amid(inputs, settings, safety);
    let judge = Judge::new(&settings);
    let one = |input: Input| {
        let repaired = repair(input, &judge, &settings, (safety, left));
        done.fetch_add(1, Relaxed);
        repaired
    };
    let all: Vec<_> = inputs.into_par_iter().map(one).collect();
    let mut repairs = Repairs::default();
    for (repaired, dropped) in all {
        repairs.inputs.push(repaired);
        repairs.dropped.extend(dropped);
    }
    repairs
}

/// The settings with what the whole input says, as unsafe fixes hang on that: its facts, and the ids that are left.
fn amid(inputs: Vec<Input>, settings: &Settings, safety: Safety) -> (Vec<Input>, Settings) {
    let settings = Settings { with_fixes: true, sweep: None, ..settings.clone() };
    if safety == Safety::Safe {
        return (inputs, settings);
    }
    let inputs: Vec<Input> = inputs.into_iter().map(Input::hold).collect();
    // No rule has to judge for what is only gathered.
    let outcomes = engine::run(inputs.clone(), &settings.clone().without_rules(), false);
    // Beside a standard, no rule asks the whole input.
    let around = settings.standard.is_none().then(|| Arc::new(outcomes.facts));
    (inputs, Settings { around, ids: outcomes.ids, ..settings })
}

/// What came of one input, and the fixes that were left out.
fn repair(
    input: Input,
    judge: &Judge<'_>,
    settings: &Settings,
    (safety, left): (Safety, &LeftAlone),
) -> (Repaired, Vec<String>) {
    let kept = input.clone();
    let source = match input.read() {
        Ok(source) => source,
        // Said by the lint that follows. Standard input is gone, and what was wrong with it with it.
        Err(unread) => {
            return (Repaired::Same(Input::Unreadable(unread)), Vec::new());
        }
    };
    let mut mended = Mended::default();
    // Bytes that are no text could not be written back.
    if source.invalid.is_empty() {
        let left = left.of(&source.path);
        mended = repair_source(&source, judge, settings, (safety, left));
        let text = mended.text.as_deref().unwrap_or(&source.text);
        let (tidied, taken, why) = suppressions::tidy(&source, text, settings, left);
        mended.text = tidied.or(mended.text);
        mended.fixed += taken;
        mended.dropped.extend(why);
    }
    let Mended { text, fixed: count, dropped } = mended;
    let repaired = match text {
        Some(text) => Repaired::Fixed(Box::new(Fixed { input: kept, old: source, text, count })),
        None if matches!(kept, Input::Stdin(_)) => Repaired::Same(again(&source, &source.text)),
        None => Repaired::Same(kept),
    };
    (repaired, dropped)
}

/// A text as an input.
pub fn again(source: &Source, text: &str) -> Input {
    Input::Text(Arc::clone(&source.path), bytes(source, text))
}

fn repair_source(
    source: &Source,
    judge: &Judge<'_>,
    settings: &Settings,
    (safety, left): (Safety, Option<&OfFile>),
) -> Mended {
    let suppressed = suppressed(source, settings);
    let documents = source.documents();
    let one = |raw: &crate::yaml::RawDocument| {
        let text = raw.span.text(&source.text);
        let fit = raw.trailing.is_none() && !text.trim().is_empty();
        if !fit {
            return Mended::default();
        }
        let mut untouched = Cow::Borrowed(&suppressed);
        if let Some(left) = left {
            left.within(raw.span, source.bom, untouched.to_mut());
        }
        mend(&source.path, text, judge, Limits { safety, untouched: &untouched })
    };
    let mended: Vec<Mended> = documents.par_iter().map(one).collect();
    let mut whole = Mended::default();
    let (mut text, mut at) = (String::new(), 0);
    for (raw, mended) in documents.iter().zip(mended) {
        whole.dropped.extend(mended.dropped.iter().map(|what| format!("{}: {what}", source.path)));
        let Some(new) = mended.text else { continue };
        text.push_str(&source.text[at..raw.span.start as usize]);
        text.push_str(&new);
        at = raw.span.end as usize;
        whole.fixed += mended.fixed;
    }
    if whole.fixed == 0 {
        return whole;
    }
    text.push_str(&source.text[at..]);
    let new = Source { text, ..Source::new(&source.path, "") };
    let new = Source { bom: source.bom, ..new };
    if new.documents().len() == documents.len() {
        whole.text = Some(new.text);
    } else {
        whole.dropped.push(format!("{}: left as it was: its documents would fall together or apart", source.path));
        whole.fixed = 0;
    }
    whole
}

/// The text of an object with its safe fixes made, if there are any; findings that are left alone are given by `identity_of`.
pub(crate) fn object(text: &str, judge: &Judge<'_>, left_alone: &BTreeSet<String>) -> Option<String> {
    mend("", text, judge, Limits { safety: Safety::Safe, untouched: left_alone }).text
}

/// The findings of a file that are suppressed, as `proof::identity` tells them: nobody asked to have them mended.
fn suppressed(source: &Source, settings: &Settings) -> BTreeSet<String> {
    if !source.text.contains("plimsoll") && settings.ignores.list.is_empty() {
        return BTreeSet::new();
    }
    let outcomes = engine::run(vec![again(source, &source.text)], settings, false);
    outcomes.suppressed.iter().map(|s| identity_of(&s.finding)).collect()
}
