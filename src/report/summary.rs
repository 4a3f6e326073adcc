//! What a run comes to, in words: findings by severity, notes apart, and the ledger.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use super::Options;
use super::known;
use super::paint::{Paint, Tint};
use super::text::{clean, cut_start, wrap};
use crate::coverage::{Counts, Outcome, Unread};
use crate::engine::Outcomes;
use crate::finding::Finding;
use crate::rule::{Safety, Severity};

/// `3 findings (1 critical, 2 low) and 1 note in 2 pods, 4 suppressed`
pub(crate) fn verdict(outcomes: &Outcomes) -> String {
    let mut text = findings(&outcomes.findings);
    let _ = write!(text, " in {}", plural(outcomes.coverage.pods, "pod"));
    let (known, gone) = outcomes.baseline.as_ref().map_or((0, 0), |b| (b.known, b.gone.len()));
    let suppressed = outcomes.suppressed.len() - known;
    for (n, what) in [(suppressed, "suppressed"), (known, "known"), (gone, "gone")].into_iter().filter(|(n, _)| *n > 0)
    {
        let _ = write!(text, ", {n} {what}");
    }
    if let Some(since) = &outcomes.since {
        let (changed, revision) = (plural(since.objects, "object"), clean(&since.revision));
        let _ = write!(text, ", {changed} changed since {revision}, {} left out", since.left_out);
    }
    text
}

/// `3 findings (1 critical, 2 low) and 1 note`
pub(crate) fn findings(findings: &[Finding]) -> String {
    let by_severity = by_severity(findings.iter().map(|f| f.severity).filter(|&s| s > Severity::Note));
    let notes = findings.iter().filter(|f| f.severity == Severity::Note).count();
    let total = findings.len() - notes;
    let mut text = if total == 0 { "no findings".to_owned() } else { plural(total, "finding") };
    if total > 0 {
        let _ = write!(text, " ({by_severity})");
    }
    if notes > 0 {
        let _ = write!(text, " and {}", plural(notes, "note"));
    }
    text
}

/// `1 critical, 2 low`
pub(crate) fn by_severity(severities: impl Iterator<Item = Severity>) -> String {
    let mut counts = [0_usize; Severity::ALL.len()];
    severities.for_each(|s| counts[s as usize] += 1);
    let all = Severity::ALL.into_iter().zip(counts).rev().filter(|(_, n)| *n > 0);
    all.map(|(s, n)| format!("{n} {}", s.name())).collect::<Vec<_>>().join(", ")
}

/// `12 fixable with --fix, 5 more with --unsafe-fixes`; `import` mends nothing, and names the command that does.
pub(crate) fn fixable(outcomes: &Outcomes) -> Option<String> {
    let run = if outcomes.imported { "plimsoll lint " } else { "" };
    let count = |safety| outcomes.findings.iter().filter(|f| f.fixable == Some(safety)).count();
    match (count(Safety::Safe), count(Safety::Unsafe)) {
        (0, 0) => None,
        (safe, 0) => Some(format!("{safe} fixable with {run}--fix")),
        (0, more) => Some(format!("{more} fixable with {run}--fix --unsafe-fixes")),
        (safe, more) => Some(format!("{safe} fixable with {run}--fix, {more} more with --unsafe-fixes")),
    }
}

/// `fixed 12 findings in 3 files`
pub(crate) fn fixed(outcomes: &Outcomes) -> Option<String> {
    Some(format!("fixed {}", counted(outcomes.fixed?)))
}

/// `would fix 12 findings in 3 files`
pub(crate) fn would_fix(counts: (usize, usize)) -> String {
    format!("would fix {}", counted(counts))
}

fn counted((findings, files): (usize, usize)) -> String {
    format!("{} in {}", plural(findings, "finding"), plural(files, "file"))
}

/// The verdict and the ledger's counts in one line.
pub(crate) fn line(outcomes: &Outcomes) -> String {
    let coverage = &outcomes.coverage;
    format!(
        "{}; files: {}; documents: {}",
        verdict(outcomes),
        counts(coverage.file_counts()),
        counts(coverage.document_counts())
    )
}

pub(crate) fn counts(c: Counts) -> String {
    format!("{} linted, {} not Kubernetes, {} skipped, {} broken", c.linted, c.not_kubernetes, c.skipped, c.broken)
}

/// `1 pod`, `2 pods`
pub(crate) fn plural(n: usize, noun: &str) -> String {
    format!("{n} {noun}{}", if n == 1 { "" } else { "s" })
}

/// Places that are named for one reason; `concise` names all.
const NAMED: usize = 5;

/// The verdict, what was not read and why, and last the ledger.
pub(crate) fn write(outcomes: &Outcomes, options: &Options, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    let columns = options.width;
    let worst = outcomes.findings.iter().map(|f| f.severity).max();
    let broken = outcomes.coverage.has_broken();
    let tint = match worst {
        Some(severity) if severity > Severity::Note => Tint::of(severity),
        _ if broken => Tint::Critical,
        _ => Tint::Good,
    };
    let text = verdict(outcomes);
    for line in wrap(&text, columns, columns) {
        writeln!(out, "{}", paint.tint(tint, &line))?;
    }
    let fixes = [fixed(outcomes), fixable(outcomes)].into_iter().flatten();
    for line in fixes.flat_map(|text| wrap(&text, columns, columns)) {
        writeln!(out, "{line}")?;
    }
    if let Some(config) = &options.config {
        writeln!(out, "configured by {}", cut_start(&clean(config), columns.saturating_sub(14), paint.glyphs.dots))?;
    }
    let mut reasons: BTreeMap<(Outcome, &str, Option<&str>), Vec<&Unread>> = BTreeMap::new();
    for u in outcomes.coverage.unread() {
        reasons.entry((u.outcome, &u.reason, u.help)).or_default().push(u);
    }
    for ((outcome, reason, help), places) in reasons {
        why(outcome, reason, help, &places, paint, columns, out)?;
    }
    if let Some(compared) = &outcomes.baseline {
        known::write(compared, columns, paint, out)?;
    }
    ledger(outcomes, paint, out)
}

fn why(
    outcome: Outcome,
    reason: &str,
    help: Option<&str>,
    places: &[&Unread],
    paint: Paint,
    columns: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let tint = if outcome == Outcome::Broken { Tint::Critical } else { Tint::Warning };
    let lead = outcome.name();
    let lines = wrap(&clean(reason), columns.saturating_sub(lead.len() + 2), columns.saturating_sub(2));
    writeln!(out, "\n{}: {}", paint.tint(tint, lead), lines[0])?;
    for line in &lines[1..] {
        writeln!(out, "  {line}")?;
    }
    // Those of broken documents stand with their source above already.
    for u in places.iter().take(NAMED) {
        let position = u.position.map(|p| format!(":{}:{}", p.line, p.column)).unwrap_or_default();
        let place = format!("{}{position}", clean(&u.path));
        writeln!(out, "  {}", cut_start(&place, columns.saturating_sub(2), paint.glyphs.dots))?;
    }
    if places.len() > NAMED {
        writeln!(out, "  and {} more, which --format concise names", places.len() - NAMED)?;
    }
    if let Some(help) = help {
        let lines = wrap(&clean(help), columns.saturating_sub(8), columns.saturating_sub(8));
        writeln!(out, "  {}{}", paint.tint(Tint::Aside, "help: "), lines[0])?;
        for line in &lines[1..] {
            writeln!(out, "        {line}")?;
        }
    }
    Ok(())
}

/// Files and documents by how they ended.
fn ledger(outcomes: &Outcomes, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    let head = format!("{:<12}{:>8}{:>16}{:>9}{:>8}", "", "linted", "not Kubernetes", "skipped", "broken");
    writeln!(out, "\n{}", paint.tint(Tint::Dim, &head))?;
    let rows = [("files", outcomes.coverage.file_counts()), ("documents", outcomes.coverage.document_counts())];
    for (what, c) in rows {
        let some = |n: usize, tint, text: String| if n > 0 { paint.tint(tint, &text) } else { text };
        let skipped = some(c.skipped, Tint::Warning, format!("{:>9}", c.skipped));
        let broken = some(c.broken, Tint::Critical, format!("{:>8}", c.broken));
        writeln!(out, "{what:<12}{:>8}{:>16}{skipped}{broken}", c.linted, c.not_kubernetes)?;
    }
    Ok(())
}
