//! `plimsoll init`: look at a directory, write its configuration, lint once with it, show how to go on.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};

use super::output::create;
use super::{Failure, lint, print, stdout_options};
use crate::adopt::{self, Draft, Pipeline, Seen};
use crate::baseline::{self, Place};
use crate::cli::Init;
use crate::config::{File, Settled};
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
    let target = in_folder(typed);
    if !init.dry_run {
        refuse(&here, &from, &target, init.baseline)?;
    }
    let inputs = discover::discover(&[], &discover::Options::default());
    let seen = adopt::look(&here, &inputs);
    let mut draft = Draft { kubernetes: init.kubernetes, ..Draft::default() };
    let text = adopt::draft(&seen, &draft);
    let file = File::read(&here.join(File::NAME), &here, target.display().to_string(), &text)
        .map_err(|problems| Failure::Said(problems.to_string()))?;
    let (outcomes, settings) = lint::first(file, inputs);
    draft.outcomes = Some(&outcomes);
    if init.dry_run {
        return print(&adopt::draft(&seen, &draft));
    }
    let mut said = settled(&seen, init);
    said.push_str("\nA first lint with it:\n\n");
    let options = report::Options { fail_on: settings.fail_on, ..stdout_options(Color::Auto) };
    said.push_str(&report::summary(&outcomes, &options));
    most(&mut said, &outcomes);
    let baseline = init.baseline || {
        let found = outcomes.findings.iter().any(|f| f.severity > Severity::Note);
        let can_ask = io::stdin().is_terminal() && io::stdout().is_terminal() && !Path::new(BASELINE).exists();
        found && can_ask && !init.no_baseline && {
            print(&std::mem::take(&mut said))?;
            ask(&mut io::stdin().lock(), &mut io::stderr())
        }
    };
    if baseline {
        draft.more.push(known(&here, &outcomes)?);
    }
    if let Err(why) = create(Path::new(File::NAME), &adopt::draft(&seen, &draft)) {
        if baseline {
            // It was made a moment ago, for a configuration that there is not.
            let _ = std::fs::remove_file(BASELINE);
        }
        return Err(Failure::said(why));
    }
    how_to_go_on(&mut said, &here, typed, baseline);
    print(&said)
}

/// The file of known findings, beside the configuration.
const BASELINE: &str = ".plimsoll-baseline.json";

/// Asks whether there shall be a baseline; no answer is none.
fn ask(input: &mut dyn BufRead, out: &mut dyn Write) -> bool {
    let question = format!("\nTake these findings as known, so that only new ones fail? ({BASELINE}) [y/N] ");
    let mut answer = String::new();
    let asked = out.write_all(question.as_bytes()).and_then(|()| out.flush());
    asked.is_ok() && input.read_line(&mut answer).is_ok() && matches!(answer.trim(), "y" | "Y" | "yes" | "Yes")
}

/// Writes the baseline, and gives the key that names it.
fn known(here: &Path, outcomes: &Outcomes) -> Result<Settled, Failure> {
    let mut text = Vec::new();
    let entries = baseline::entries(outcomes, Place { folder: here, here });
    let written = baseline::write(&entries, &mut text).map_err(|error| error.to_string());
    let text = String::from_utf8_lossy(&text);
    written.and_then(|()| create(Path::new(BASELINE), &text)).map_err(Failure::said)?;
    let why = "It has what the lint found when this file was written.".to_owned();
    Ok(Settled { key: "baseline", why: vec![why], value: Some(format!("\"{BASELINE}\"")) })
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

/// The file, as whoever typed the folder would name it.
fn in_folder(typed: &Path) -> PathBuf {
    if typed == Path::new(".") { PathBuf::from(File::NAME) } else { typed.join(File::NAME) }
}

/// A file that is there, here or above, is the user's: none is replaced, and none is put out of force.
fn refuse(here: &Path, from: &Path, target: &Path, baseline: bool) -> Result<(), Failure> {
    if here.join(File::NAME).symlink_metadata().is_ok() {
        return Err(Failure::said(format_args!("{} is there already, and init overwrites nothing", target.display())));
    }
    if baseline && here.join(BASELINE).symlink_metadata().is_ok() {
        let file = target.with_file_name(BASELINE);
        return Err(Failure::said(format_args!("{} is there already, and init overwrites nothing", file.display())));
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
fn settled(seen: &Seen, init: &Init) -> String {
    let mut said = format!("{} for what is here:\n\n", File::NAME);
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
    said
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

fn how_to_go_on(said: &mut String, here: &Path, typed: &Path, baseline: bool) {
    let cd = if typed == Path::new(".") { String::new() } else { format!("in {}, ", typed.display()) };
    let (also, all) = if baseline { (format!(" and {BASELINE}"), " --no-baseline") } else { (String::new(), "") };
    let _ = writeln!(said, "\nWrote {}{also}.", in_folder(typed).display());
    let _ = writeln!(said, "\nTo see what was found: {cd}`plimsoll lint{all}`; `plimsoll explain RULE` says why.");
    if !baseline {
        let _ = writeln!(
            said,
            "To let only new findings fail: {cd}`plimsoll lint --write-baseline {BASELINE}`, and name it in {}.",
            File::NAME
        );
    }
    for Pipeline { name, file, text } in adopt::pipelines() {
        let verb = if here.join(file).exists() { "add to" } else { "write to" };
        let _ = write!(said, "\n{name}: {verb} {file}\n\n");
        for line in text.lines() {
            let _ = writeln!(said, "    {line}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ask;

    #[test]
    fn only_a_yes_is_one() {
        for (answer, want) in
            [("y\n", true), ("yes\r\n", true), ("n\n", false), ("\n", false), ("", false), ("yn\n", false)]
        {
            let mut said = Vec::new();
            assert_eq!(ask(&mut answer.as_bytes(), &mut said), want, "{answer}");
            assert!(String::from_utf8(said).unwrap().ends_with(" [y/N] "));
        }
    }
}
