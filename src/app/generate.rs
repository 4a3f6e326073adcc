//! `plimsoll generate`.

mod webhook;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicUsize;

use super::Failure;
use super::lint::{self, to_stdout};
use crate::cli::{Engine, Generate, Generated, Policies};
use crate::config::Settings;
use crate::coverage::Outcome;
use crate::engine::{self, Keep};
use crate::k8s::Version;
use crate::policy::{self, Exception, Request, Target, namespaces};
use crate::rule::{Check, Policy, Severity};
use crate::suppress::Date;
use crate::yaml::emit;
use crate::{baseline, discover, names};

/// Writes what is asked for; the result is the exit code.
pub(super) fn run(typed: &Generate) -> Result<u8, Failure> {
    match &typed.what {
        Generated::Policies(typed) => policies(typed),
        Generated::Webhook(typed) => webhook::run(typed),
    }
}

fn policies(typed: &Policies) -> Result<u8, Failure> {
    fits_together(typed)?;
    let request = request(typed)?;
    old_enough(typed.engine, request.target.settings.kubernetes)?;
    let documents = match typed.engine {
        Engine::Vap => policy::vap::documents(&request),
        Engine::Kyverno => policy::kyverno::documents(&request),
        Engine::KyvernoLegacy => policy::kyverno::legacy(&request),
        Engine::Pss => policy::pss::documents(&request, &typed.namespace),
        Engine::Mutating => policy::mutating::documents(&request),
    };
    if documents.is_empty() {
        return Err(Failure::said(nothing(typed)));
    }
    let write = |out: &mut dyn io::Write| documents.iter().try_for_each(|document| emit::document(document, out));
    to_stdout(write).map(|()| 0)
}

/// Whether what was typed makes sense together.
fn fits_together(typed: &Policies) -> Result<(), Failure> {
    let said = |what: &str| Err(Failure::said(what));
    match typed.engine {
        Engine::Vap => {}
        _ if typed.params.is_some() => return said("`--params` is for `--engine vap`: no other looks parameters up"),
        Engine::Pss if typed.ratchet.is_some() || !typed.from_reports.is_empty() || !typed.rules.is_empty() => {
            return said("`--engine pss` enforces whole levels: it knows neither rules nor exceptions");
        }
        _ => {}
    }
    if !typed.namespace.is_empty() && typed.engine != Engine::Pss {
        return said("`--namespace` is for `--engine pss`: the other engines judge every namespace but the excluded");
    }
    Ok(())
}

/// The API server takes the policies from a version on.
fn old_enough(engine: Engine, version: Version) -> Result<(), Failure> {
    let (least, what) = match engine {
        Engine::Vap => (30, "ValidatingAdmissionPolicy v1 came"),
        Engine::Mutating => (36, "MutatingAdmissionPolicy v1 came"),
        Engine::Pss => (23, "Pod Security admission came"),
        Engine::Kyverno | Engine::KyvernoLegacy => return Ok(()),
    };
    if version.since(least) {
        return Ok(());
    }
    Err(Failure::said(format_args!("{what} with Kubernetes 1.{least}, and --kubernetes says {version}")))
}

/// Why there is no policy at all.
fn nothing(typed: &Policies) -> String {
    let reason = |id: &&'static str| match names::rule(id)?.policy {
        Policy::None(reason) => Some(format!("{id} has no policy: {reason}")),
        _ => None,
    };
    let reasons: Vec<_> = typed.rules.iter().filter_map(reason).collect();
    if reasons.is_empty() { "no rule that is asked for becomes such a policy".to_owned() } else { reasons.join("; ") }
}

fn request(typed: &Policies) -> Result<Request, Failure> {
    let here = std::env::current_dir().map_err(|e| Failure::said(format_args!("the current directory: {e}")))?;
    let (settings, ..) = lint::settle(&typed.lint(), &here, lint::timestamp()?)?;
    let excluded = namespaces::with(namespaces::typed(&typed.exclude_namespace));
    let mut exceptions = ignored(&settings);
    if let Some((path, until)) = typed.ratchet.as_ref().zip(typed.until) {
        exceptions.extend(ratchet(path, until, &settings, &here)?);
    }
    let reported = if typed.from_reports.is_empty() { None } else { Some(reported(&typed.from_reports, &settings)?) };
    let target = Target { settings, params: typed.params.clone() };
    Ok(Request { target, enforce_at: typed.enforce_at, excluded, exceptions, reported })
}

/// What the configuration suppresses, as far as a cluster can; the rest is told.
fn ignored(settings: &Settings) -> Vec<Exception> {
    let mut exceptions = Vec::new();
    for ignore in &settings.ignores.list {
        match Exception::of_ignore(ignore, settings.today) {
            Ok(exception) => exceptions.extend(exception),
            Err(why) => {
                let reason = &ignore.reason;
                let _ = writeln!(io::stderr(), "warning: `[[ignore]]` ({reason}) is no exception in a cluster: {why}");
            }
        }
    }
    exceptions
}

fn ratchet(path: &Path, until: Date, settings: &Settings, here: &Path) -> Result<Vec<Exception>, Failure> {
    let shown = super::shown(&here.join(path), here);
    if until < settings.today {
        return Err(Failure::said(format_args!("`--until {until}` is over: nothing would be left alone")));
    }
    let text = super::text(path, &shown)?;
    let entries = baseline::read(&text).map_err(|why| Failure::said(format_args!("{shown}{why}")))?;
    Ok(Exception::of_baseline(&entries, until))
}

/// The objects of the reports' failed checks, by our rules.
fn reported(files: &[PathBuf], settings: &Settings) -> Result<BTreeMap<&'static str, BTreeSet<String>>, Failure> {
    let reports = discover::discover(files, &discover::Options::default());
    let keep = Keep { sources: false, objects: true };
    let outcomes = engine::run_beside(Vec::new(), reports, settings, keep, &AtomicUsize::new(0));
    let mut unread = outcomes.coverage.unread();
    if let Some(unread) = unread.find(|unread| unread.outcome == Outcome::Broken) {
        return Err(Failure::said(format_args!("{}: {}", unread.path, unread.reason)));
    }
    let mut reported: BTreeMap<&'static str, BTreeSet<String>> = BTreeMap::new();
    let found = outcomes.findings.iter().filter(|f| f.severity > Severity::Note);
    for finding in found.filter(|f| !matches!(f.rule.check, Check::Import)) {
        let object = finding.object.as_deref().map(baseline::named).unwrap_or_default();
        let container = finding.container.as_deref().map(|c| format!(", container \"{c}\"")).unwrap_or_default();
        reported.entry(finding.rule.id).or_default().insert(format!("{object}{container}"));
    }
    Ok(reported)
}
