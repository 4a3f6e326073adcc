//! GitLab's Code Quality report: an array of issues, in the part of Code Climate's format that GitLab reads.

use std::io::{self, Write};

use serde::Serialize;

use super::Options;
use super::json::Each;
use super::text::clean;
use crate::coverage::{Outcome, Unread};
use crate::engine::Outcomes;
use crate::finding::Finding;
use crate::fingerprint::Unique;
use crate::rule::Severity;

/// Writes an issue for each finding, then one for each thing that was not read.
pub fn write(outcomes: &Outcomes, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &Each(|| issues(outcomes, options)))?;
    writeln!(out)
}

fn issues<'a>(outcomes: &'a Outcomes, options: &'a Options) -> impl Iterator<Item = Issue> + 'a {
    let findings = outcomes.findings.iter().map(Told::Finding);
    let mut fingerprints = Unique::default();
    findings.chain(outcomes.coverage.unread().map(Told::Unread)).map(move |told| match told {
        Told::Finding(f) => {
            let path = options.told(&f.path);
            let fingerprint = fingerprints.of(f, &path).to_string();
            Issue::finding(f, path, fingerprint)
        }
        Told::Unread(u) => {
            let path = options.told(&u.path);
            let fingerprint = fingerprints.of_unread(u, &path).to_string();
            Issue::unread(u, path, fingerprint)
        }
    })
}

enum Told<'a> {
    Finding(&'a Finding),
    Unread(&'a Unread),
}

/// What GitLab reads of an issue. The location has lines alone: of positions it takes the line as well.
#[derive(Serialize)]
struct Issue {
    description: String,
    check_name: String,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

impl Issue {
    fn finding(f: &Finding, path: String, fingerprint: String) -> Self {
        Self {
            description: described(&f.message, f.help.as_deref()),
            check_name: f.rule.id.to_owned(),
            fingerprint,
            severity: match f.severity {
                Severity::Critical => "blocker",
                Severity::High => "critical",
                Severity::Medium => "major",
                Severity::Low => "minor",
                Severity::Note => "info",
            },
            location: Location::new(path, f.region.start.line, f.region.end.line),
        }
    }

    fn unread(u: &Unread, path: String, fingerprint: String) -> Self {
        let line = u.position.map_or(1, |p| p.line);
        Self {
            description: described(&format!("{}: {}", u.outcome.name(), u.reason), u.help),
            check_name: u.outcome.name().to_owned(),
            fingerprint,
            severity: if u.outcome == Outcome::Broken { "blocker" } else { "info" },
            location: Location::new(path, line, line),
        }
    }
}

impl Location {
    fn new(path: String, begin: u32, end: u32) -> Self {
        Self { path, lines: Lines { begin, end } }
    }
}

fn described(message: &str, help: Option<&str>) -> String {
    let help = help.map(|h| format!("; help: {}", clean(h))).unwrap_or_default();
    format!("{}{help}", clean(message))
}
