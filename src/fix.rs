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
use crate::engine::{self, Judge, Outcomes, SeenDocument, SeenFile, Survey};
use crate::rule::Safety;
use crate::source::Source;
use crate::yaml::{RawDocument, Tree};

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

    /// The change as a unified diff.
    pub fn diff(&self) -> String {
        if self.old.bom == 0 {
            return diff::unified(&self.old.path, &self.old.text, &self.text);
        }
        let marked = |text: &str| format!("\u{feff}{text}");
        diff::unified(&self.old.path, &marked(&self.old.text), &marked(&self.text))
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
    /// What came of the inputs as they were, judged by no rule.
    pub seen: Outcomes,
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
    let settings = Settings { with_fixes: true, sweep: None, ..settings.clone() };
    // Only unsafe fixes hang on what the whole input says.
    let gathered = Settings { with_fixes: safety == Safety::Unsafe, ..settings.clone() }.without_rules();
    let (survey, judge) = (Survey::new(&gathered), Judge::new(&settings));
    let task = Task { judge: &judge, settings: &settings, safety, left };
    let first = |input: Input| {
        let (begun, seen) = begin(input.hold(), &survey, task);
        done.fetch_add(usize::from(matches!(begun, Begun::Done(..))), Relaxed);
        (begun, seen)
    };
    let (begun, seen): (Vec<Begun>, Vec<SeenFile>) = inputs.into_par_iter().map(first).unzip();
    let mut seen = survey.finish(seen);
    // Beside a standard, no rule asks for the facts of the whole input.
    let around = settings.standard.is_none().then(|| Arc::new(std::mem::take(&mut seen.facts)));
    let settings = Settings { around, ids: std::mem::take(&mut seen.ids), ..settings.clone() };
    let judge = Judge::new(&settings);
    let task = Task { judge: &judge, settings: &settings, ..task };
    let end = |begun| match begun {
        Begun::Done(repaired, dropped) => (repaired, dropped),
        Begun::Waits(input, source, documents) => {
            let repaired = end(input, source, documents, task);
            done.fetch_add(1, Relaxed);
            repaired
        }
    };
    let (inputs, dropped): (_, Vec<Vec<String>>) = begun.into_par_iter().map(end).unzip();
    Repairs { inputs, dropped: dropped.concat(), seen }
}

/// How to mend.
#[derive(Clone, Copy)]
struct Task<'a> {
    judge: &'a Judge<'a>,
    settings: &'a Settings,
    safety: Safety,
    left: &'a LeftAlone,
}

/// How far an input is after the first pass.
enum Begun {
    Done(Repaired, Vec<String>),
    /// Some of its documents, those without an outcome, wait until it is known what the whole input says.
    Waits(Input, Source, Vec<Option<Mended>>),
}

/// Mends those documents of an input that hang on no others, or finds that there is nothing to mend.
fn begin(input: Input, survey: &Survey<'_>, task: Task<'_>) -> (Begun, SeenFile) {
    let source = match input.clone().read() {
        Ok(source) => source,
        // Said by the lint that follows.
        Err(unread) => {
            let same = Repaired::Same(Input::Unreadable(unread.clone()));
            return (Begun::Done(same, Vec::new()), Survey::unread(unread));
        }
    };
    // What a suppression hides can hang on the whole input too.
    let all_wait = task.safety == Safety::Unsafe && may_suppress(&source, task.settings);
    let suppressed = if all_wait { BTreeSet::new() } else { suppressed(&source, task.settings) };
    let one = |raw: &RawDocument| {
        let (seen, tree) = survey.document(&source, *raw);
        // Bytes that are no text could not be written back.
        let Some(tree) = tree.filter(|_| source.invalid.is_empty()) else { return (seen, Some(Mended::default())) };
        let waits = all_wait || task.safety == Safety::Unsafe && seen.hangs_on_others();
        let mended = (!waits).then(|| mend_document(&source, raw, &tree, &suppressed, task));
        // What is mended may say something that hangs on others then.
        (seen, mended.filter(|m| task.safety == Safety::Safe || m.is_nothing()))
    };
    let documents = source.documents();
    let (seen, mended): (Vec<SeenDocument>, Vec<Option<Mended>>) = documents.par_iter().map(one).unzip();
    let seen = Survey::file(&source, seen.into_iter());
    if mended.iter().any(Option::is_none) {
        return (Begun::Waits(input, source, mended), seen);
    }
    let (repaired, dropped) = put_together(input, source, mended.into_iter().flatten().collect(), task);
    (Begun::Done(repaired, dropped), seen)
}

/// Mends the documents of an input that have waited.
fn end(input: Input, source: Source, begun: Vec<Option<Mended>>, task: Task<'_>) -> (Repaired, Vec<String>) {
    let suppressed = suppressed(&source, task.settings);
    let one = |(raw, begun): (&RawDocument, Option<Mended>)| {
        begun.unwrap_or_else(|| match engine::read_document(&source, *raw) {
            Ok(tree) => mend_document(&source, raw, &tree.alone(raw.span), &suppressed, task),
            Err(_) => Mended::default(),
        })
    };
    let mended: Vec<Mended> = source.documents().par_iter().zip(begun).map(one).collect();
    put_together(input, source, mended, task)
}

/// A text as an input.
pub fn again(source: &Source, text: &str) -> Input {
    Input::Text(Arc::clone(&source.path), bytes(source, text))
}

fn mend_document(
    source: &Source,
    raw: &RawDocument,
    tree: &Tree<'_>,
    suppressed: &BTreeSet<String>,
    task: Task<'_>,
) -> Mended {
    let mut untouched = Cow::Borrowed(suppressed);
    if let Some(left) = task.left.of(&source.path) {
        left.within(raw.span, source.bom, untouched.to_mut());
    }
    mend(&source.path, tree, task.judge, Limits { safety: task.safety, untouched: &untouched })
}

/// What came of an input whose documents are mended, and the fixes that were left out.
fn put_together(input: Input, source: Source, documents: Vec<Mended>, task: Task<'_>) -> (Repaired, Vec<String>) {
    let mut mended = joined(&source, documents);
    if source.invalid.is_empty() {
        let text = mended.text.as_deref().unwrap_or(&source.text);
        let left = task.left.of(&source.path);
        let (tidied, taken, why) = suppressions::tidy(&source, text, task.settings, left);
        mended.text = tidied.or(mended.text);
        mended.fixed += taken;
        mended.dropped.extend(why);
    }
    let Mended { text, fixed: count, dropped } = mended;
    let repaired = match text {
        Some(text) => Repaired::Fixed(Box::new(Fixed { input, old: source, text, count })),
        None => Repaired::Same(input),
    };
    (repaired, dropped)
}

/// The text of a file with its mended documents in it.
fn joined(source: &Source, mended: Vec<Mended>) -> Mended {
    let mut whole = Mended::default();
    if mended.iter().all(Mended::is_nothing) {
        return whole;
    }
    let documents = source.documents();
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
    let tree = judge.read(text).ok()?;
    mend("", &tree, judge, Limits { safety: Safety::Safe, untouched: left_alone }).text
}

/// Whether something may be suppressed in a file.
fn may_suppress(source: &Source, settings: &Settings) -> bool {
    source.text.contains("plimsoll") || !settings.ignores.list.is_empty()
}

/// The findings of a file that are suppressed, as `proof::identity` tells them: nobody asked to have them mended.
fn suppressed(source: &Source, settings: &Settings) -> BTreeSet<String> {
    if !may_suppress(source, settings) {
        return BTreeSet::new();
    }
    let outcomes = engine::run(vec![again(source, &source.text)], settings, false);
    outcomes.suppressed.iter().map(|s| identity_of(&s.finding)).collect()
}
