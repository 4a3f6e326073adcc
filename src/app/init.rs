//! `plimsoll init`: look at a directory, write its configuration, lint once with it, show how to go on.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::output::create;
use super::{Failure, lint, print, stdout_options};
use crate::adopt::{self, Draft, Pipeline, Seen};
use crate::cli::Init;
use crate::config::File;
use crate::discover;
use crate::engine::Outcomes;
use crate::report::{self, Color, plural};
use crate::rule::Severity;

/// Runs it; the result is the exit code.
pub(super) fn run(init: &Init) -> Result<u8, Failure> {
    let from = current()?;
    let typed = init.directory.as_deref().unwrap_or(Path::new("."));
    // All that is said of files is said from there, as the file that is written says it.
    std::env::set_current_dir(typed).map_err(|error| Failure::said(cannot_enter(typed, &error)))?;
    let here = current()?;
    let target = if typed == Path::new(".") { PathBuf::from(File::NAME) } else { typed.join(File::NAME) };
    if !init.dry_run {
        refuse(&here, &from, &target)?;
    }
    let inputs = discover::discover(&[], &discover::Options::default());
    let seen = adopt::look(&here, &inputs);
    let mut draft = Draft { kubernetes: init.kubernetes, ..Draft::default() };
    let text = adopt::draft(&seen, &draft);
    let file = File::read(&here.join(File::NAME), &here, target.display().to_string(), &text)
        .map_err(|problems| Failure::Said(problems.to_string()))?;
    let (outcomes, settings) = lint::first(file, inputs);
    draft.outcomes = Some(&outcomes);
    let text = adopt::draft(&seen, &draft);
    if init.dry_run {
        return print(&text);
    }
    create(Path::new(File::NAME), &text).map_err(Failure::said)?;
    let options = report::Options { fail_on: settings.fail_on, ..stdout_options(Color::Auto) };
    let mut said = format!("wrote {}\n", target.display());
    settled(&mut said, &seen, init);
    said.push_str("\nA first lint with it:\n\n");
    said.push_str(&report::summary(&outcomes, &options));
    most(&mut said, &outcomes);
    how_to_go_on(&mut said, &here, typed);
    print(&said)
}

fn current() -> Result<PathBuf, Failure> {
    std::env::current_dir().map_err(|e| Failure::said(format_args!("the current directory: {e}")))
}

fn cannot_enter(typed: &Path, error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => format!("{}: no such directory", typed.display()),
        std::io::ErrorKind::NotADirectory => format!("{}: not a directory", typed.display()),
        _ => format!("{}: {error}", typed.display()),
    }
}

/// A file that is there, here or above, is the user's: none is replaced, and none is put out of force.
fn refuse(here: &Path, from: &Path, target: &Path) -> Result<(), Failure> {
    if here.join(File::NAME).symlink_metadata().is_ok() {
        return Err(Failure::said(format_args!("{} is there already, and init overwrites nothing", target.display())));
    }
    match File::find(here) {
        None => Ok(()),
        Some(above) => {
            let above = super::shown(&above, from);
            Err(Failure::said(format_args!(
                "{above} already holds for this directory, and a second file would replace all of it: change that one"
            )))
        }
    }
}

/// What was settled, in a line each.
fn settled(said: &mut String, seen: &Seen, init: &Init) {
    match (init.kubernetes, seen.version()) {
        (Some(version), _) => {
            let _ = writeln!(said, "  Kubernetes {version}, as asked for");
        }
        (None, Some((version, claims))) => {
            let (path, line, what) = (&claims[0].path, claims[0].line, claims[0].what);
            let _ = writeln!(said, "  Kubernetes {version}: {path}:{line}, {what}");
        }
        (None, None) => said.push_str("  the newest Kubernetes: no file says which version the cluster has\n"),
    }
    for vendored in &seen.vendored {
        let _ = writeln!(said, "  without {}: {}", vendored.glob, vendored.why);
    }
    for (name, place) in &seen.runtime_classes {
        let _ = writeln!(said, "  with the RuntimeClass {name}: {place} names it");
    }
}

/// Rules that are named.
const NAMED: usize = 5;

/// The rules that found the most.
fn most(said: &mut String, outcomes: &Outcomes) {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in outcomes.findings.iter().filter(|f| f.severity > Severity::Note) {
        *counts.entry(finding.rule.id).or_default() += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|&(id, count)| (std::cmp::Reverse(count), id));
    if counts.len() < 2 {
        return;
    }
    let rules = counts.len();
    said.push_str("\nMost of it by rule:\n\n");
    for (id, count) in counts.iter().take(NAMED) {
        let _ = writeln!(said, "  {count:>8}  {id}");
    }
    if rules > NAMED {
        let rest: usize = counts[NAMED..].iter().map(|(_, count)| count).sum();
        let _ = writeln!(said, "  {rest:>8}  by {}", plural(rules - NAMED, "other rule"));
    }
}

fn how_to_go_on(said: &mut String, here: &Path, typed: &Path) {
    let cd = if typed == Path::new(".") { String::new() } else { format!("in {}, ", typed.display()) };
    let _ = write!(said, "\nTo see what was found: {cd}`plimsoll lint`; `plimsoll explain RULE` says why.\n");
    for Pipeline { name, file, text } in adopt::pipelines() {
        let verb = if here.join(file).exists() { "add to" } else { "write to" };
        let _ = write!(said, "\n{name}: {verb} {file}\n\n");
        for line in text.lines() {
            let _ = writeln!(said, "    {line}");
        }
    }
}
