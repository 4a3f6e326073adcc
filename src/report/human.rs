//! For people, in the look of miette: grouped by file, each place once, the summary with the ledger last.
//!
//! Drawn here and not by miette, which repeats a source line for each finding at it, prints lines of any length whole,
//! and hands the terminal whatever bytes a manifest holds.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::io::{self, Write};

use super::paint::{Paint, Tint};
use super::snippet::{self, Label};
use super::text::{clean, cut_start, width, wrap};
use super::{Options, summary};
use crate::coverage::{Outcome, Unread};
use crate::engine::Outcomes;
use crate::finding::{Finding, Related};
use crate::k8s::ObjectRef;
use crate::source::{LineIndex, Position, Region};

/// Writes the findings, what could not be read, and the summary.
pub fn write(outcomes: &Outcomes, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page { paint: Paint::new(options), columns: options.width, outcomes, out };
    let mut findings = outcomes.findings.as_slice();
    let mut broken: Vec<&Unread> = outcomes.coverage.unread().filter(|u| u.outcome == Outcome::Broken).collect();
    broken.sort();
    let mut broken = broken.as_slice();
    loop {
        let next = [findings.first().map(|f| &*f.path), broken.first().map(|u| &*u.path)];
        let Some(path) = next.into_iter().flatten().min() else { break };
        let (here, rest) = findings.split_at(findings.partition_point(|f| &*f.path <= path));
        let (unread, later) = broken.split_at(broken.partition_point(|u| &*u.path <= path));
        page.file(path, unread, here)?;
        (findings, broken) = (rest, later);
    }
    if options.quiet {
        return Ok(());
    }
    summary::write(outcomes, options, page.paint, page.out)
}

/// Where the output is written, with what it needs to know.
struct Page<'a> {
    paint: Paint,
    columns: usize,
    outcomes: &'a Outcomes,
    out: &'a mut dyn Write,
}

impl<'a> Page<'a> {
    fn file(&mut self, path: &'a str, unread: &[&'a Unread], findings: &'a [Finding]) -> io::Result<()> {
        let name = clean(path);
        let name = cut_start(&name, self.columns, self.paint.glyphs.dots);
        writeln!(self.out, "{}\n", self.paint.tint(Tint::Strong, &name))?;
        let source = self.outcomes.sources.get(path);
        let lines = source.as_ref().map(|s| s.lines());
        for u in unread {
            self.broken(u, lines.as_ref())?;
        }
        // A help that a file needs a hundred times is read once.
        let mut told = BTreeSet::new();
        for group in findings.chunk_by(|a, b| a.region == b.region) {
            self.group(group, &mut told, lines.as_ref())?;
        }
        Ok(())
    }

    fn broken(&mut self, u: &Unread, lines: Option<&LineIndex<'_>>) -> io::Result<()> {
        let symbol = self.paint.glyphs.error;
        let name = u.outcome.name();
        self.headline(Tint::Critical, symbol, (name, name), &u.reason)?;
        if let Some(start) = u.position {
            let label = Label { region: Region { start, end: start }, text: "", primary: true, tint: Tint::Critical };
            self.snippet(&u.path, start, "", vec![label], lines)?;
        }
        if let Some(help) = u.help {
            self.help("help: ", help)?;
        }
        writeln!(self.out)
    }

    /// Findings at one place: their messages, the worst first; the place; their helps.
    fn group(
        &mut self,
        group: &'a [Finding],
        told: &mut BTreeSet<(&'a str, &'a str)>,
        lines: Option<&LineIndex<'_>>,
    ) -> io::Result<()> {
        let mut group: Vec<&Finding> = group.iter().collect();
        group.sort_by_key(|f| Reverse(f.severity));
        for f in &group {
            let tint = Tint::of(f.severity);
            let linked = format!("{}[{}]", f.severity.name(), self.paint.link(&f.rule.url(), f.rule.id));
            let plain = format!("{}[{}]", f.severity.name(), f.rule.id);
            self.headline(tint, self.paint.glyphs.symbol(f.severity), (&plain, &linked), &f.message)?;
        }
        let Some(worst) = group.first() else { return Ok(()) };
        let field = common_field(&group);
        let own = Label { region: worst.region, text: field, primary: true, tint: Tint::of(worst.severity) };
        let mut labels = vec![own];
        let mut elsewhere: Vec<&Related> = Vec::new();
        for r in group.iter().flat_map(|f| &f.related) {
            if r.path != worst.path {
                elsewhere.push(r);
            } else if !labels.iter().any(|l| l.region == r.region && l.text == r.message) {
                labels.push(related(r));
            }
        }
        let object = worst.object.as_deref().map(named).unwrap_or_default();
        self.snippet(&worst.path, worst.region.start, &object, labels, lines)?;
        for r in elsewhere {
            let source = self.outcomes.sources.get(&r.path);
            let lines = source.as_ref().map(|s| s.lines());
            self.snippet(&r.path, r.region.start, "", vec![related(r)], lines.as_ref())?;
        }
        for f in &group {
            let Some(help) = f.help.as_deref().filter(|help| told.insert((f.rule.id, help))) else { continue };
            let lead = if group.len() > 1 { format!("help[{}]: ", f.rule.id) } else { "help: ".to_owned() };
            self.help(&lead, help)?;
        }
        writeln!(self.out)
    }

    /// `  × high[rule]: message`, and as many lines below as it takes.
    fn headline(&mut self, tint: Tint, symbol: char, (plain, painted): (&str, &str), message: &str) -> io::Result<()> {
        let message = clean(message);
        let first = self.columns.saturating_sub(6 + width(plain));
        let lines = wrap(&message, first, self.columns.saturating_sub(4));
        let lead = self.paint.tint(tint, &format!("{symbol} {painted}"));
        writeln!(self.out, "{}", format!("  {lead}: {}", lines[0]).trim_end())?;
        for line in &lines[1..] {
            writeln!(self.out, "  {} {line}", self.paint.tint(tint, &self.paint.glyphs.bar.to_string()))?;
        }
        Ok(())
    }

    fn help(&mut self, lead: &str, help: &str) -> io::Result<()> {
        let indent = 2 + width(lead).min(6);
        let first = self.columns.saturating_sub(2 + width(lead));
        let lines = wrap(&clean(help), first, self.columns.saturating_sub(indent));
        writeln!(self.out, "  {}{}", self.paint.tint(Tint::Aside, lead), lines[0])?;
        for line in &lines[1..] {
            writeln!(self.out, "{:indent$}{line}", "")?;
        }
        Ok(())
    }

    /// The source with its labels; where the source is not at hand, the places by name.
    fn snippet(
        &mut self,
        path: &str,
        at: Position,
        of: &str,
        mut labels: Vec<Label<'_>>,
        lines: Option<&LineIndex<'_>>,
    ) -> io::Result<()> {
        let place = format!("{}:{}:{}", clean(path), at.line, at.column);
        let Some(lines) = lines else {
            for label in labels {
                let text = format!("{place}: {}", clean(label.text));
                let room = self.columns.saturating_sub(4);
                for line in wrap(text.trim_end_matches(": "), room, room) {
                    writeln!(self.out, "    {}", self.paint.tint(label.tint, &line))?;
                }
            }
            return Ok(());
        };
        snippet::draw(self.out, self.paint, self.columns, lines, (&place, of), &mut labels)
    }
}

fn related(r: &Related) -> Label<'_> {
    Label { region: r.region, text: &r.message, primary: false, tint: Tint::Aside }
}

/// `Deployment prod/web`
fn named(object: &ObjectRef) -> String {
    let namespace = object.namespace.as_deref().map(|n| format!("{n}/")).unwrap_or_default();
    clean(&format!("{} {namespace}{}", object.kind, object.name)).trim_end().to_owned()
}

/// The field that the findings are about, or the part of its path that they share.
fn common_field<'a>(group: &[&'a Finding]) -> &'a str {
    let fields = group.iter().map(|f| f.field.as_deref().unwrap_or_default());
    fields.reduce(shared_path).unwrap_or_default()
}

fn shared_path<'a>(a: &'a str, b: &str) -> &'a str {
    let ends = a.match_indices('.').map(|(at, _)| at).chain([a.len()]);
    // A dot inside a quoted key ends nothing.
    let whole = |at: &usize| a[..*at].matches('"').count().is_multiple_of(2);
    let in_both =
        |at: &usize| b.strip_prefix(&a[..*at]).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']));
    let end = ends.filter(whole).take_while(in_both).last().unwrap_or_default();
    &a[..end]
}

#[cfg(test)]
mod tests {
    use super::shared_path;

    #[test]
    fn paths_share_whole_steps() {
        assert_eq!(shared_path("spec.containers[0].image", "spec.containers[0].image"), "spec.containers[0].image");
        assert_eq!(shared_path("spec.containers[0].image", "spec.containers[0].imagePullPolicy"), "spec.containers[0]");
        assert_eq!(shared_path("spec.os", "spec.os.name"), "spec.os");
        assert_eq!(shared_path("a[\"x.y\"].b", "a[\"x.z\"].b"), "");
        assert_eq!(shared_path("a.b", ""), "");
    }
}
