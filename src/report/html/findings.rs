//! The findings by file, each place once, and the controls that a script brings to life.

use std::collections::BTreeSet;
use std::io::{self, Write};

use super::{Options, Rules, badge, escape, excerpt, index, object, place, prose};
use crate::engine::Outcomes;
use crate::finding::Finding;
use crate::report::files::{FileReport, files};
use crate::report::summary;
use crate::rule::{Level, Severity};
use crate::source::LineIndex;

/// So many findings are unfolded.
const UNFOLDED: usize = 100;

/// So many findings are shown with their source: a browser opens a page of some tens of megabytes, not of hundreds.
const EXCERPTS: usize = 5000;

pub(super) fn write(outcomes: &Outcomes, options: &Options, rules: &Rules, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<section id=\"findings\" aria-labelledby=\"findings-title\">")?;
    writeln!(out, "<h2 id=\"findings-title\">Findings</h2>")?;
    if outcomes.findings.is_empty() {
        return writeln!(out, "<p>Nothing was found.</p>\n</section>");
    }
    filter(outcomes, rules, out)?;
    let excerpts = Excerpts::new(&outcomes.findings);
    if let Some(text) = excerpts.told() {
        writeln!(out, "<p class=\"aside\">{text}</p>")?;
    }
    let numbers = rules.numbers();
    let mut page = Page { outcomes, options, excerpts, numbers, shown: 0, out };
    for file in files(outcomes).filter(|f| !f.findings.is_empty()) {
        page.file(&file)?;
    }
    writeln!(out, "</section>")
}

/// The controls; without a script they would do nothing and are not shown.
fn filter(outcomes: &Outcomes, rules: &Rules, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<form id=\"filter\" role=\"search\" aria-label=\"Filter findings\" hidden>")?;
    writeln!(out, "<label>Text <input type=\"search\" id=\"text\" autocomplete=\"off\"></label>")?;
    writeln!(out, "<label>Rule <select id=\"rule\"><option value=\"\">every rule</option>")?;
    for (number, (rule, ..)) in rules.0.iter().enumerate() {
        writeln!(out, "<option value=\"{number}\">{}</option>", rule.id)?;
    }
    writeln!(out, "</select></label>\n<fieldset><legend>Severity</legend>")?;
    for severity in Severity::ALL.into_iter().rev() {
        let n = outcomes.findings.iter().filter(|f| f.severity == severity).count();
        if n > 0 {
            let name = severity.name();
            writeln!(out, "<label><input type=\"checkbox\" value=\"{name}\" checked> {name} {n}</label>")?;
        }
    }
    writeln!(out, "</fieldset>\n<p><button type=\"button\" id=\"unfold\">Unfold all</button>")?;
    writeln!(out, "<button type=\"button\" id=\"fold\">Fold all</button>")?;
    writeln!(out, "<button type=\"reset\">Show all</button>")?;
    writeln!(out, "<output id=\"shown\" aria-live=\"polite\"></output></p>\n</form>")
}

/// Which findings are shown with their source: the gravest, as many as there is room for.
struct Excerpts {
    /// Findings of this severity, until `left` is used up; all that are graver.
    least: Severity,
    left: usize,
    all: bool,
}

impl Excerpts {
    fn new(findings: &[Finding]) -> Self {
        let mut left = EXCERPTS;
        for severity in Severity::ALL.into_iter().rev() {
            let n = findings.iter().filter(|f| f.severity == severity).count();
            if n > left {
                return Self { least: severity, left, all: false };
            }
            left -= n;
        }
        Self { least: Severity::Note, left: usize::MAX, all: true }
    }

    fn told(&self) -> Option<String> {
        let least = self.least.name();
        (!self.all).then(|| format!("The source is shown with the gravest {EXCERPTS}, down to severity {least}."))
    }

    fn take(&mut self, group: &[Finding]) -> bool {
        let worst = group.iter().map(|f| f.severity).max().unwrap_or(Severity::Note);
        if worst != self.least || self.all {
            return worst >= self.least;
        }
        let taken = self.left > 0;
        self.left = self.left.saturating_sub(group.len());
        taken
    }
}

struct Page<'a> {
    outcomes: &'a Outcomes,
    options: &'a Options,
    excerpts: Excerpts,
    numbers: Vec<usize>,
    shown: usize,
    out: &'a mut dyn Write,
}

impl Page<'_> {
    fn file(&mut self, file: &FileReport<'_>) -> io::Result<()> {
        let total = file.findings.len();
        let open = if self.shown == 0 || self.shown + total <= UNFOLDED { " open" } else { "" };
        self.shown += total;
        let (path, counts) = (self.options.told(file.path), summary::findings(file.findings));
        write!(self.out, "<details class=\"file\"{open}><summary><h3>{}</h3> ", escape(&path))?;
        writeln!(self.out, "<span class=\"aside\">{counts}</span></summary>")?;
        let source = self.outcomes.sources.get(file.path);
        let lines = source.as_ref().map(|s| s.lines());
        let mut told = BTreeSet::new();
        for group in file.findings.chunk_by(|a, b| a.region == b.region) {
            self.group(group, &mut told, lines.as_ref())?;
        }
        writeln!(self.out, "</details>")
    }

    /// Findings at one place: where it is, its source, and what is found.
    fn group<'f>(
        &mut self,
        group: &'f [Finding],
        told: &mut BTreeSet<(&'f str, &'f str)>,
        lines: Option<&LineIndex<'_>>,
    ) -> io::Result<()> {
        let Some(first) = group.first() else { return Ok(()) };
        write!(self.out, "<article><p class=\"at\">{}", self.line(first))?;
        writeln!(self.out, " <span>{}</span></p>", object(first))?;
        if self.excerpts.take(group)
            && let Some(lines) = lines
        {
            excerpt::write(lines, first.region, self.out)?;
        }
        let mut group: Vec<&Finding> = group.iter().collect();
        group.sort_by_key(|f| std::cmp::Reverse(f.severity));
        for f in group {
            self.finding(f, told)?;
        }
        writeln!(self.out, "</article>")
    }

    fn finding<'f>(&mut self, f: &'f Finding, told: &mut BTreeSet<(&'f str, &'f str)>) -> io::Result<()> {
        let number = index(f.rule).map_or(0, |at| self.numbers[at]);
        let (id, severity) = (f.rule.id, f.severity.name());
        write!(self.out, "<div class=\"f {severity}\" data-r=\"{number}\"><p>{} ", badge(f.severity))?;
        write!(self.out, "<a href=\"#r{number}\">{id}</a>")?;
        if let Some(standard) = f.standard.filter(|s| s.level > Level::Privileged) {
            write!(self.out, " <span class=\"aside\">Pod Security: {}</span>", standard.level.name())?;
        }
        writeln!(self.out, "</p><p>{}</p>", prose(&f.message))?;
        for r in &f.related {
            let at = place(self.options, &r.path, Some(r.region.start));
            writeln!(self.out, "<p>{at}: {}</p>", escape(&r.message))?;
        }
        // A help that a file needs a hundred times is read once.
        if let Some(help) = f.help.as_deref().filter(|help| told.insert((id, help))) {
            writeln!(self.out, "<p class=\"help\">help: {}</p>", prose(help))?;
        }
        writeln!(self.out, "</div>")
    }

    /// The line; of a page that is known, as a link.
    fn line(&self, f: &Finding) -> String {
        let (start, uri) = (f.region.start, self.options.root.uri(&f.path));
        let shown = format!("line {}, column {}", start.line, start.column);
        match &self.options.pages {
            Some(pages) if uri.relative => {
                let line = start.line;
                format!("<a href=\"{}/{}#L{line}\" rel=\"noreferrer\">{shown}</a>", escape(pages), uri.text)
            }
            _ => shown,
        }
    }
}
