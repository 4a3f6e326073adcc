//! The suppressions of a run: where, why, until when, since when, and what each hides.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};

use serde::Serialize;

use super::summary::plural;
use super::text::clean;
use crate::engine::Outcomes;
use crate::suppress::{Date, Hidden, Suppression};

/// Since when the lines of files are as they are.
#[derive(Clone, Debug)]
pub struct Ages {
    /// The day of the run.
    pub today: Date,
    /// By file and line; a line that is missing is not committed yet. `Err` says why nobody knows.
    pub files: BTreeMap<String, Result<HashMap<u32, Date>, String>>,
}

impl Ages {
    /// Since when a suppression stands there, or why nobody knows.
    fn of(&self, s: &Suppression) -> Result<Date, Cow<'_, str>> {
        match self.files.get(&*s.path) {
            Some(Ok(lines)) => lines.get(&s.region.start.line).copied().ok_or(Cow::Borrowed("not committed yet")),
            Some(Err(why)) => Err(why.into()),
            None => Err(Cow::Borrowed("nobody was asked")),
        }
    }
}

/// Writes the list for people.
pub fn text(outcomes: &Outcomes, ages: &Ages, out: &mut dyn Write) -> io::Result<()> {
    for s in &outcomes.suppressions {
        let start = s.region.start;
        let rules = if s.rules.is_empty() { "any rule".to_owned() } else { names(s).join(", ") };
        let until = s.until.map(|day| format!(", until {day}")).unwrap_or_default();
        writeln!(out, "{}:{}:{}: {rules}: {}{until}", clean(&s.path), start.line, start.column, s.form.name())?;
        let reason = if s.reason.is_empty() { "no reason is given".into() } else { clean(&s.reason) };
        writeln!(out, "  why: {reason}")?;
        match ages.of(s) {
            Ok(day) => writeln!(out, "  since: {day}, {}", age(ages.today.days_since(day)))?,
            Err(why) => writeln!(out, "  since: unknown: {}", clean(&why))?,
        }
        match (s.hides.len(), s.holds) {
            (_, false) => writeln!(out, "  hides nothing: it does not hold")?,
            (0, true) => writeln!(out, "  hides nothing")?,
            (n, true) => writeln!(out, "  hides {}:", plural(n, "finding"))?,
        }
        for Hidden { rule, path, start, message } in &s.hides {
            let (path, message) = (clean(path), clean(message));
            writeln!(out, "    {path}:{}:{}: [{}] {message}", start.line, start.column, rule.id)?;
        }
    }
    // A baseline's have no place, and are its own matter.
    let hidden = outcomes.suppressed.iter().filter(|s| s.by.place.is_some()).count();
    let verb = if outcomes.suppressions.len() == 1 { "hides" } else { "hide" };
    writeln!(out, "{} {verb} {}", plural(outcomes.suppressions.len(), "suppression"), plural(hidden, "finding"))
}

fn names(s: &Suppression) -> Vec<&'static str> {
    s.rules.iter().map(|r| r.id).collect()
}

fn age(days: i64) -> String {
    match days {
        ..=0 => "today".to_owned(),
        days => format!("{} ago", plural(usize::try_from(days).unwrap_or_default(), "day")),
    }
}

/// Writes the list for programs.
pub fn json(outcomes: &Outcomes, ages: &Ages, out: &mut dyn Write) -> io::Result<()> {
    let suppressions = outcomes.suppressions.iter().map(|s| EntryJson::new(s, ages)).collect();
    serde_json::to_writer_pretty(&mut *out, &ListJson { version: 1, suppressions })?;
    writeln!(out)
}

#[derive(Serialize)]
struct ListJson<'a> {
    version: u8,
    suppressions: Vec<EntryJson<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EntryJson<'a> {
    path: &'a str,
    line: u32,
    column: u32,
    form: &'static str,
    rules: Vec<&'static str>,
    reason: &'a str,
    until: Option<String>,
    holds: bool,
    since: Option<String>,
    age_in_days: Option<i64>,
    age_unknown: Option<String>,
    hides: Vec<HiddenJson<'a>>,
}

#[derive(Serialize)]
struct HiddenJson<'a> {
    rule: &'static str,
    path: &'a str,
    line: u32,
    column: u32,
    message: &'a str,
}

impl<'a> EntryJson<'a> {
    fn new(s: &'a Suppression, ages: &Ages) -> Self {
        let (start, since) = (s.region.start, ages.of(s));
        let hidden = |h: &'a Hidden| HiddenJson {
            rule: h.rule.id,
            path: &h.path,
            line: h.start.line,
            column: h.start.column,
            message: &h.message,
        };
        Self {
            path: &s.path,
            line: start.line,
            column: start.column,
            form: s.form.name(),
            rules: names(s),
            reason: &s.reason,
            until: s.until.map(|day| day.to_string()),
            holds: s.holds,
            since: since.as_ref().ok().map(ToString::to_string),
            age_in_days: since.as_ref().ok().map(|&day| ages.today.days_since(day)),
            age_unknown: since.err().map(Cow::into_owned),
            hides: s.hides.iter().map(hidden).collect(),
        }
    }
}
