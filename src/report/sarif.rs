//! SARIF 2.1.0, in the subset that code scanning reads: the whole catalogue, results by code point, what was not read.
//! Nothing in it changes from run to run: no times, no machine, no absolute path of a file inside the repository.

mod driver;
mod fix;
mod result;
mod suppression;

use std::io::{self, Write};

use serde::Serialize;

use super::Options;
use super::json::{CoverageJson, Each};
use crate::coverage::{Outcome, Unread};
use crate::engine::Outcomes;
use crate::fingerprint::Unique;
use crate::rule::Severity;
use driver::{BROKEN, Driver, SKIPPED};
use result::{Location, ResultJson};
use suppression::{SuppressionJson, is_known, merged};

/// Writes one log with one run.
pub fn write(outcomes: &Outcomes, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let log = Log {
        schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool: Tool { driver: Driver::new() },
            invocations: [Invocation {
                execution_successful: options.exit_code < 2,
                exit_code: options.exit_code,
                tool_execution_notifications: Each(|| {
                    outcomes.coverage.unread().map(|u| Notification::new(u, options))
                }),
            }],
            column_kind: "unicodeCodePoints",
            results: Each(|| results(outcomes, options)),
            properties: RunProperties { coverage: CoverageJson::new(&outcomes.coverage) },
        }],
    };
    serde_json::to_writer_pretty(&mut *out, &log)?;
    writeln!(out)
}

/// The findings and the suppressed ones, in one order: a finding keeps its fingerprint when its twin is suppressed.
fn results<'a>(outcomes: &'a Outcomes, options: &'a Options) -> impl Iterator<Item = ResultJson<'a>> {
    let mut fingerprints = Unique::default();
    // SARIF 2.1.0, 3.27.23: either all results of a run say how they are suppressed, or none does.
    let told = !outcomes.suppressed.is_empty();
    merged(&outcomes.findings, &outcomes.suppressed).map(move |(f, suppressed)| {
        let location = Location::finding(f, options);
        let fingerprint = fingerprints.of(f, location.uri());
        let state = outcomes.baseline.as_ref().map(|_| if is_known(suppressed) { "unchanged" } else { "new" });
        let suppressions = told.then(|| suppressed.map(|s| SuppressionJson::new(s, options)).into_iter().collect());
        ResultJson::new(f, location, fingerprint, (suppressions, state), options)
    })
}

/// The level of a severity. SARIF has three; `properties` and `security-severity` keep the five apart.
fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Note => "note",
    }
}

#[derive(Serialize)]
struct Log<R> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [R; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a, N, R> {
    tool: Tool,
    invocations: [Invocation<N>; 1],
    column_kind: &'static str,
    results: R,
    properties: RunProperties<'a>,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation<N> {
    execution_successful: bool,
    exit_code: u8,
    tool_execution_notifications: N,
}

#[derive(Serialize)]
struct RunProperties<'a> {
    coverage: CoverageJson<'a>,
}

/// Something that was not read.
#[derive(Serialize)]
struct Notification {
    descriptor: Descriptor,
    level: &'static str,
    message: Text,
    locations: [Location; 1],
}

#[derive(Serialize)]
struct Descriptor {
    id: &'static str,
    index: usize,
}

/// A message, or a description that has no other form.
#[derive(Serialize)]
struct Text {
    text: String,
}

impl Notification {
    fn new(u: &Unread, options: &Options) -> Self {
        let (id, index, level) = match u.outcome {
            Outcome::Broken => (BROKEN, 0, "error"),
            _ => (SKIPPED, 1, "warning"),
        };
        let help = u.help.map(|h| format!("\nhelp: {h}")).unwrap_or_default();
        Self {
            descriptor: Descriptor { id, index },
            level,
            message: Text { text: format!("{}{help}", u.reason) },
            locations: [Location::unread(u, options)],
        }
    }
}
