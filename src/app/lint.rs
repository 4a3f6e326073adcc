//! `plimsoll lint`: settle what is asked, find, judge, report.

use std::io::{self, BufWriter, IsTerminal, Write};
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use super::baseline::Baseline;
use super::fix::Mended;
use super::known::Known;
use super::output::Output;
use super::progress::Progress;
use super::{Failure, stdout_error, stdout_options, suppressions};
use crate::cli::{Lint, Sweep};
use crate::config::{File, Settings, Threshold};
use crate::engine::{self, Keep, Outcomes};
use crate::globs::{self, Globs};
use crate::report::{self, Color, Format, Root};
use crate::rules;
use crate::since::Changes;
use crate::suppress::Date;
use crate::{date, discover};

/// Runs it, joined with the reports of a cluster where there are any; the result is the exit code.
pub(super) fn run(lint: &Lint, imported: &[PathBuf]) -> Result<u8, Failure> {
    let here = std::env::current_dir().map_err(|e| Failure::said(format_args!("the current directory: {e}")))?;
    let timestamp = timestamp()?;
    let (mut settings, options, config) = settle(lint, &here, timestamp)?;
    let reports = reports(lint)?;
    let keep = Keep {
        sources: reports.iter().any(|r| r.format.needs_sources()),
        objects: !imported.is_empty() || reports.iter().any(|r| r.format.needs_objects()),
    };
    fits_together(lint)?;
    if let Some(threads) = lint.threads {
        // Fails only where threads were started before: none were.
        let _ = rayon::ThreadPoolBuilder::new().num_threads(threads.into()).build_global();
    }
    // Reports alone can be imported; without a path a lint reads where it stands.
    let only_reports = lint.paths.is_empty() && !imported.is_empty();
    settings.whole_input &= !only_reports;
    if only_reports {
        // The configuration's is one of manifests.
        settings.baseline = None;
    }
    let baseline = Baseline::chosen(&lint.known.baselines, &settings, &here)?;
    carry(&mut settings, &reports, baseline.is_some() || lint.known.since.is_some());
    let read = || baseline.as_ref().map(Baseline::read).transpose();
    let find = || if only_reports { Vec::new() } else { discover::discover(&lint.paths, &options) };
    let is_large = baseline.as_ref().is_some_and(Baseline::is_large);
    let (read, inputs) = if is_large { rayon::join(read, find) } else { (read(), find()) };
    let known = Known::new(baseline.as_ref().zip(read?), changes(lint, &inputs, &here)?, &here);
    let mut mended = mend(lint, inputs, &settings, &known);
    let told = !lint.diff || baseline.is_some() || reports.iter().any(|r| r.output.is_some());
    // Of no path at all, `discover` would make the current directory.
    let beside = if imported.is_empty() { Vec::new() } else { discover::discover(imported, &options) };
    let judge = |settings: &Settings, inputs| judge(lint, inputs, beside.clone(), settings, keep);
    // Where nobody is told of findings, it matters what could not be read, and that was seen on the way.
    let seen = mended.seen.take().filter(|_| !told && imported.is_empty() && !lint.list_suppressions);
    let outcomes = seen.unwrap_or_else(|| judge(&settings, std::mem::take(&mut mended.inputs)));
    // The process ends with them: to take a million texts apart one by one would only take time.
    let mut outcomes = ManuallyDrop::new(outcomes);
    super::fix::tidy(lint, &here, &mut mended, &mut outcomes, (&settings, judge));
    if told {
        known.leave_out(&mut outcomes, &settings)?;
    }
    outcomes.fixed = (lint.fix && !lint.diff).then_some(mended.fixed);
    let code = exit_code(lint, &outcomes, &settings, &mended);
    if let Some(range) = settings.sweep {
        return to_stdout(|out| report::sweep::write(&outcomes, range, out)).map(|()| code);
    }
    if lint.list_suppressions {
        return suppressions::list(&outcomes, &reports, settings.today).map(|()| code & 2);
    }
    let (root, fail_on) = (Root::find(&here), settings.fail_on);
    let options = |detected| {
        let (config, root) = (config.clone(), root.clone());
        report::Options { exit_code: code, fail_on, quiet: lint.quiet, config, root, timestamp, ..detected }
    };
    deliver(lint, &reports, &outcomes, &mended, options)?;
    Ok(code)
}

/// What findings shall carry for these reports, and, where they are compared with others, to be known by.
fn carry(settings: &mut Settings, reports: &[Report], compared: bool) {
    let any = |needs: fn(Format) -> bool| reports.iter().any(|r| needs(r.format));
    settings.with_fixes = any(Format::needs_fixes);
    settings.levels = any(Format::needs_levels);
    settings.with_marks = compared || any(Format::needs_marks);
}

/// Whether what was typed makes sense together.
fn fits_together(lint: &Lint) -> Result<(), Failure> {
    if lint.unsafe_fixes && !lint.fix && !lint.diff {
        return Err(Failure::said("`--unsafe-fixes` says how far fixes may go: add `--fix` or `--diff`"));
    }
    if lint.stdin_filename.is_some() && !lint.paths.iter().any(|p| p.as_os_str() == "-") {
        return Err(Failure::said("`--stdin-filename` names standard input, which is not read: add the path `-`"));
    }
    Ok(())
}

/// Writes the reports, and what stands on standard output in their place.
fn deliver(
    lint: &Lint,
    reports: &[Report],
    outcomes: &Outcomes,
    mended: &Mended,
    options: impl Fn(report::Options) -> report::Options,
) -> Result<(), Failure> {
    // Files first: they are whole even where the reader of standard output goes away.
    for report in reports.iter().filter(|r| r.output.is_some()) {
        let color = if lint.color == Color::Always { Color::Always } else { Color::Never };
        let options = options(report::Options::detect(color, None, |name| std::env::var(name).ok()));
        if let Some(output) = &report.output {
            output.write(|out| report::write(report.format, outcomes, &options, out)).map_err(Failure::said)?;
        }
    }
    if lint.diff && mended.fixed.0 > 0 && !lint.quiet {
        let _ = writeln!(io::stderr(), "{}", report::would_fix(mended.fixed));
    }
    if let Some(text) = &mended.text {
        super::fix::print(text)?;
    }
    for report in reports.iter().filter(|r| r.output.is_none() && !lint.diff) {
        if mended.text.is_some() {
            let options = options(report::Options::detect(lint.color, None, |name| std::env::var(name).ok()));
            let written = report::write(report.format, outcomes, &options, &mut io::stderr().lock());
            written.map_err(|error| Failure::said(format_args!("standard error: {error}")))?;
            continue;
        }
        let options = options(stdout_options(lint.color));
        to_stdout(|out| report::write(report.format, outcomes, &options, out))?;
    }
    Ok(())
}

/// What the inputs changed since the revision that was asked for.
fn changes(lint: &Lint, inputs: &[discover::Input], here: &Path) -> Result<Option<Changes>, Failure> {
    let changes = lint.known.since.as_ref().map(|revision| Changes::of(inputs, revision, here)).transpose();
    changes.map_err(|why| Failure::said(format_args!("`--since`: {why}")))
}

/// The time that reports carry: none but the one that reproducible builds set.
pub(super) fn timestamp() -> Result<Option<i64>, Failure> {
    let Some(text) = std::env::var_os("SOURCE_DATE_EPOCH").filter(|text| !text.is_empty()) else { return Ok(None) };
    let seconds = text.to_str().and_then(|text| text.parse().ok()).filter(|s| (0..=date::LAST).contains(s));
    let wrong =
        || Failure::said(format_args!("SOURCE_DATE_EPOCH is no number of seconds since 1970: {}", text.display()));
    seconds.ok_or_else(wrong).map(Some)
}

pub(super) fn to_stdout(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    write(&mut out).and_then(|()| out.flush()).map_err(|error| stdout_error(&error))
}

fn judge(
    lint: &Lint,
    inputs: Vec<discover::Input>,
    reports: Vec<discover::Input>,
    settings: &Settings,
    keep: Keep,
) -> Outcomes {
    let done = Arc::new(AtomicUsize::new(0));
    // The line is gone before the first result is written.
    let _progress = progress(lint, "linted", inputs.len(), &done);
    engine::run_beside(inputs, reports, settings, keep, &done)
}

fn mend(lint: &Lint, inputs: Vec<discover::Input>, settings: &Settings, known: &Known<'_>) -> Mended {
    if !lint.fix && !lint.diff {
        return Mended { inputs, ..Mended::default() };
    }
    let done = Arc::new(AtomicUsize::new(0));
    let _progress = progress(lint, "looked at for fixes", inputs.len(), &done);
    super::fix::mend(lint, inputs, settings, known, &done)
}

fn progress(lint: &Lint, what: &'static str, total: usize, done: &Arc<AtomicUsize>) -> Option<Progress> {
    let terminal = io::stderr().is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb");
    (terminal && !lint.quiet)
        .then(|| Progress::start(io::stderr(), what, total, Arc::clone(done), Duration::from_secs(1)))
}

/// A run with a configuration that is about to be written, over a folder whose inputs are known.
pub(super) fn first(mut file: File, mut inputs: Vec<discover::Input>) -> (Outcomes, Settings) {
    let mut settings = Settings::default();
    if let Some(globs) = file.exclude.take() {
        inputs = discover::discover(&[], &discover::Options { exclude: vec![globs], ..Default::default() });
    }
    file.apply(&mut settings);
    let outcomes = judge(&Lint::default(), inputs, Vec::new(), &settings, Keep::default());
    (outcomes, settings)
}

/// What configuration and options mean together: the command line wins, and both leave out what they exclude.
pub(super) fn settle(
    lint: &Lint,
    here: &Path,
    timestamp: Option<i64>,
) -> Result<(Settings, discover::Options, Option<String>), Failure> {
    let mut config = None;
    let mut settings = Settings::default();
    let mut options = discover::Options {
        exclude: Vec::new(),
        no_ignore: lint.no_ignore,
        hidden: lint.hidden,
        stdin_filename: lint.stdin_filename.clone(),
    };
    if let Some(mut file) = read(lint, here)? {
        options.exclude.extend(file.exclude.take());
        config = Some(file.path.clone());
        settings.whole_input = covers(lint, here, &file.folder);
        file.apply(&mut settings);
    }
    if !lint.exclude.is_empty() {
        let globs = Globs::new(here, here, lint.exclude.iter().map(String::as_str));
        options.exclude.push(globs.map_err(Failure::said)?);
    }
    settings.standard = lint.standard.or(settings.standard);
    settings.kubernetes = lint.kubernetes.unwrap_or(settings.kubernetes);
    settings.sweep = lint.sweep.map(|Sweep(from, to)| (from, to));
    settings.uid_floor = lint.uid_floor.unwrap_or(settings.uid_floor);
    settings.fail_on = lint.fail_on.map_or(settings.fail_on, |Threshold(least)| least);
    settings.suppressions = !lint.no_suppressions;
    settings.today = timestamp.map_or(settings.today, Date::at);
    if !lint.only.is_empty() {
        only(&mut settings, &lint.only);
    }
    Ok((settings, options, config))
}

/// Whether the run reads all that a configuration in this folder speaks of.
fn covers(lint: &Lint, here: &Path, folder: &Path) -> bool {
    let all = |path: &PathBuf| path.as_os_str() != "-" && globs::is_in(&here.join(path), folder);
    let paths = if lint.paths.is_empty() { globs::is_in(here, folder) } else { lint.paths.iter().any(all) };
    paths && lint.exclude.is_empty()
}

/// Runs the rules that are named: those that configuration turns off for the whole run too, as they were asked for.
fn only(settings: &mut Settings, ids: &[&str]) {
    let named = |index: usize| ids.contains(&rules::ALL[index].id);
    for (index, rule) in rules::ALL.iter().enumerate() {
        let severity = settings.severities.get(index).or(Some(rule.severity));
        settings.severities.set(index, severity.filter(|_| named(index)));
    }
    for over in &mut settings.overrides {
        over.severities.retain(|(index, _)| named(*index));
    }
}

/// The configuration file of a run.
pub(super) fn configuration(lint: &Lint, here: &Path) -> Option<PathBuf> {
    let typed = || lint.config.as_ref().map(|path| here.join(path));
    if lint.no_config { None } else { typed().or_else(|| File::find(here)) }
}

fn read(lint: &Lint, here: &Path) -> Result<Option<File>, Failure> {
    let Some(path) = configuration(lint, here) else { return Ok(None) };
    let shown = super::shown(&path, here);
    let text = super::text(&path, &shown)?;
    File::read(&path, here, shown, &text).map(Some).map_err(|problems| Failure::Said(problems.to_string()))
}

pub(super) struct Report {
    pub(super) format: Format,
    pub(super) output: Option<Output>,
}

fn reports(lint: &Lint) -> Result<Vec<Report>, Failure> {
    let default = if io::stdout().is_terminal() { Format::Human } else { Format::Concise };
    if lint.reports.0.is_empty() {
        return Ok(vec![Report { format: default, output: None }]);
    }
    let report = |(format, file): &(Option<Format>, Option<PathBuf>)| match file {
        Some(file) if file.as_os_str() != "-" => {
            let output = Output::new(file).map_err(Failure::said)?;
            Ok(Report { format: format.unwrap_or(Format::Concise), output: Some(output) })
        }
        _ => Ok(Report { format: format.unwrap_or(default), output: None }),
    };
    lint.reports.0.iter().map(report).collect()
}

fn exit_code(lint: &Lint, outcomes: &Outcomes, settings: &Settings, mended: &Mended) -> u8 {
    // A path that is not there is a slip of whoever typed it, not a broken document.
    let missing = lint.paths.iter().any(|p| p.as_os_str() != "-" && p.symlink_metadata().is_err());
    if missing || mended.failed || (outcomes.coverage.has_broken() && !lint.allow_broken) {
        return 2;
    }
    if lint.diff {
        return u8::from(mended.fixed.0 > 0);
    }
    let fails = |least| outcomes.findings.iter().any(|f| f.severity >= least);
    u8::from(settings.fail_on.is_some_and(fails))
}
