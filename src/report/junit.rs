//! JUnit's XML for test reports, in the dialect of Jenkins' `junit-10.xsd`, which GitLab and the actions for GitHub
//! read too: a suite for each file, a test for each finding. No times: nothing changes from run to run.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use super::files::{FileReport, files};
use super::markup::escape;
use super::{Options, summary};
use crate::coverage::{Outcome, Unread};
use crate::engine::Outcomes;
use crate::finding::Finding;

/// Writes a suite for each file, and last one of the whole run that holds the ledger: no report is without a test.
pub fn write(outcomes: &Outcomes, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let whole = files(outcomes).map(|file| Counts::of(&file, options)).fold(Counts::LEDGER, Counts::plus);
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"plimsoll\"{}>", whole.attributes())?;
    for file in files(outcomes) {
        let path = options.told(file.path);
        let path = escape(&path);
        let counts = Counts::of(&file, options).attributes();
        writeln!(out, "  <testsuite name=\"{path}\"{counts} file=\"{path}\">")?;
        suite(&file, &path, options, out)?;
        writeln!(out, "  </testsuite>")?;
    }
    writeln!(out, "  <testsuite name=\"plimsoll\"{}>", Counts::LEDGER.attributes())?;
    writeln!(out, "    <testcase name=\"ledger\" classname=\"plimsoll\">")?;
    writeln!(out, "      <system-out>{}</system-out>", escape(&summary::line(outcomes)))?;
    writeln!(out, "    </testcase>\n  </testsuite>\n</testsuites>")
}

fn suite(file: &FileReport<'_>, path: &str, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    if file.is_silent() {
        return writeln!(out, "    <testcase name=\"no findings\" classname=\"{path}\"/>");
    }
    let mut names = Names::default();
    for f in file.findings {
        let name = names.unique(name(f));
        writeln!(out, "    <testcase name=\"{}\" classname=\"{path}\">", escape(&name))?;
        finding(f, options, out)?;
        writeln!(out, "    </testcase>")?;
    }
    for s in file.suppressed {
        let name = names.unique(name(&s.finding));
        writeln!(out, "    <testcase name=\"{}\" classname=\"{path}\">", escape(&name))?;
        let (why, message) = (escape(&s.by.justification), escape(&s.finding.message));
        writeln!(out, "      <skipped type=\"suppressed\" message=\"{why}\">{message}</skipped>")?;
        writeln!(out, "    </testcase>")?;
    }
    for u in file.unread() {
        let name = names.unique(u.outcome.name().to_owned());
        writeln!(out, "    <testcase name=\"{name}\" classname=\"{path}\">")?;
        unread(u, path, out)?;
        writeln!(out, "    </testcase>")?;
    }
    Ok(())
}

/// A finding that fails the run is a failure; a milder one, or a note, is a test that passes and tells of it.
fn finding(f: &Finding, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let tag = if fails(f, options) { "failure" } else { "system-out" };
    write!(out, "      <{tag}")?;
    if fails(f, options) {
        write!(out, " type=\"{}\" message=\"{}\"", f.rule.id, escape(&f.message))?;
    }
    let (path, start) = (options.told(&f.path), f.region.start);
    write!(out, ">{}:{}:{}: ", escape(&path), start.line, start.column)?;
    writeln!(out, "{}[{}] {}", f.severity.name(), f.rule.id, escape(&f.message))?;
    for r in &f.related {
        let (path, start) = (options.told(&r.path), r.region.start);
        writeln!(out, "{}:{}:{}: {}", escape(&path), start.line, start.column, escape(&r.message))?;
    }
    if let Some(help) = &f.help {
        writeln!(out, "help: {}", escape(help))?;
    }
    writeln!(out, "{}</{tag}>", f.rule.url())
}

fn unread(u: &Unread, path: &str, out: &mut dyn Write) -> io::Result<()> {
    let (tag, reason) = (if u.outcome == Outcome::Broken { "error" } else { "skipped" }, escape(&u.reason));
    write!(out, "      <{tag} type=\"{}\" message=\"{reason}\">{path}", u.outcome.name())?;
    if let Some(p) = u.position {
        write!(out, ":{}:{}", p.line, p.column)?;
    }
    write!(out, ": {reason}")?;
    if let Some(help) = u.help {
        write!(out, "\nhelp: {}", escape(help))?;
    }
    writeln!(out, "</{tag}>")
}

fn fails(f: &Finding, options: &Options) -> bool {
    options.fail_on.is_some_and(|least| f.severity >= least)
}

/// What a test goes by: no line, so that it is the same test when lines move.
fn name(f: &Finding) -> String {
    let mut name = f.rule.id.to_owned();
    if let Some(o) = f.object.as_deref() {
        let namespace = o.namespace.as_deref().map(|n| format!("{n}/")).unwrap_or_default();
        let _ = write!(name, ": {} {namespace}{}", o.kind, o.name);
    }
    if let Some(field) = f.field.as_deref() {
        let _ = write!(name, " {field}");
    }
    name
}

/// Names that were given in a suite. GitLab reads only the first of several tests of one name.
#[derive(Default)]
struct Names(HashMap<String, usize>);

impl Names {
    fn unique(&mut self, name: String) -> String {
        let count = self.0.entry(name.clone()).or_default();
        *count += 1;
        if *count == 1 { name } else { format!("{name} ({count})") }
    }
}

/// How many tests there are and how they ended.
#[derive(Clone, Copy)]
struct Counts {
    tests: usize,
    failures: usize,
    errors: usize,
}

impl Counts {
    /// Of the suite that holds the ledger.
    const LEDGER: Self = Self { tests: 1, failures: 0, errors: 0 };

    fn of(file: &FileReport<'_>, options: &Options) -> Self {
        let told = file.findings.len() + file.suppressed.len() + file.unread().len();
        let errors = file.unread().iter().filter(|u| u.outcome == Outcome::Broken).count();
        Self { tests: told.max(1), failures: file.findings.iter().filter(|f| fails(f, options)).count(), errors }
    }

    fn plus(self, other: Self) -> Self {
        Self {
            tests: self.tests + other.tests,
            failures: self.failures + other.failures,
            errors: self.errors + other.errors,
        }
    }

    fn attributes(self) -> String {
        format!(" tests=\"{}\" failures=\"{}\" errors=\"{}\"", self.tests, self.failures, self.errors)
    }
}
