//! A job summary in GitHub's Markdown: the verdict, what was not read, findings by file, and the ledger.
//! What comes out of a manifest is text: it makes no table, link, mention or markup.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{self, Write};

use super::files::{FileReport, files};
use super::markup::escape;
use super::summary::{self, plural};
use super::text::clean;
use super::{Options, Uri};
use crate::coverage::{Counts, Outcome};
use crate::engine::Outcomes;
use crate::finding::Finding;
use crate::k8s::ObjectRef;
use crate::rule::Severity;
use crate::source::Position;

/// What GitHub takes as the summary of a step is 1 MiB, and other programs may write to it too.
const MOST: usize = 1_000_000;

/// So many findings are seen at once; lists after them are folded.
const UNFOLDED: usize = 30;

/// So much of it is for each list beside the findings.
const LIST: usize = 100_000;

/// So many characters of one text are shown.
const LONG: usize = 2000;

/// Writes the summary. Where findings have no room in it, their number stands in their stead.
pub fn write(outcomes: &Outcomes, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let mut head = format!("## Plimsoll: {}\n\n", summary::verdict(outcomes));
    severities(outcomes, &mut head);
    unread(outcomes, options, &mut head);
    let tail = suppressed(outcomes, options) + &ledger(outcomes);
    out.write_all(head.as_bytes())?;
    // The line about what had no room needs some itself.
    let room = MOST - head.len() - tail.len() - 1000;
    let mut page = Page { options, room, shown: 0, left_out: Vec::new(), out };
    for file in files(outcomes).filter(|f| !f.findings.is_empty()) {
        page.file(&file)?;
    }
    page.left_out()?;
    out.write_all(tail.as_bytes())
}

fn severities(outcomes: &Outcomes, head: &mut String) {
    let count = |s: Severity| outcomes.findings.iter().filter(|f| f.severity == s).count();
    let rows: Vec<_> = Severity::ALL.into_iter().rev().map(|s| (s, count(s))).filter(|(_, n)| *n > 0).collect();
    if rows.is_empty() {
        return;
    }
    head.push_str("| severity | findings |\n|---|---:|\n");
    for (severity, n) in rows {
        let _ = writeln!(head, "| {} | {n} |", severity.name());
    }
    head.push('\n');
}

/// What was not read stands before the findings: they may not be all.
fn unread(outcomes: &Outcomes, options: &Options, head: &mut String) {
    let mut all: Vec<_> = outcomes.coverage.unread().collect();
    if all.is_empty() {
        return;
    }
    // The broken ones first: they fail the run.
    all.sort_by_key(|u| u.outcome != Outcome::Broken);
    head.push_str("### Not read\n\n| place | outcome | why |\n|---|---|---|\n");
    let rows = all.into_iter().map(|u| {
        let help = u.help.map(|h| format!("<br>help: {}", text(h))).unwrap_or_default();
        let place = link(options, &u.path, u.position, &place(&options.told(&u.path), u.position));
        format!("| {place} | {} | {}{help} |\n", u.outcome.name(), text(&u.reason))
    });
    list(rows, head);
    head.push('\n');
}

/// What someone has answered for, and how.
fn suppressed(outcomes: &Outcomes, options: &Options) -> String {
    let all = &outcomes.suppressed;
    if all.is_empty() {
        return String::new();
    }
    let mut part = format!("<details><summary>{} suppressed</summary>\n\n", plural(all.len(), "finding"));
    part.push_str("| place | severity | rule | finding | why |\n|---|---|---|---|---|\n");
    let rows = all.iter().map(|s| {
        let (f, why) = (&s.finding, text(&s.by.justification));
        let at = Some(f.region.start);
        let at = link(options, &f.path, at, &place(&options.told(&f.path), at));
        let (severity, rule, url) = (f.severity.name(), f.rule.id, f.rule.url());
        format!("| {at} | {severity} | [{rule}]({url}) | {} | {why} |\n", text(&f.message))
    });
    list(rows, &mut part);
    part + "\n</details>\n\n"
}

/// As many of the rows as a list may have, and how many more there are.
fn list(mut rows: impl Iterator<Item = String>, to: &mut String) {
    let end = to.len() + LIST;
    while let Some(row) = rows.next() {
        if to.len() + row.len() > end {
            let _ = write!(to, "\nand {} more\n", 1 + rows.count());
            return;
        }
        to.push_str(&row);
    }
}

fn ledger(outcomes: &Outcomes) -> String {
    let row = |what: &str, c: Counts| {
        format!("| {what} | {} | {} | {} | {} |\n", c.linted, c.not_kubernetes, c.skipped, c.broken)
    };
    let coverage = &outcomes.coverage;
    format!(
        "| | linted | not Kubernetes | skipped | broken |\n|---|---:|---:|---:|---:|\n{}{}",
        row("files", coverage.file_counts()),
        row("documents", coverage.document_counts())
    )
}

struct Page<'a> {
    options: &'a Options,
    /// Bytes that may still be written.
    room: usize,
    shown: usize,
    /// Severities of the findings that had no room.
    left_out: Vec<Severity>,
    out: &'a mut dyn Write,
}

impl Page<'_> {
    fn file(&mut self, file: &FileReport<'_>) -> io::Result<()> {
        let open = if self.shown + file.findings.len() <= UNFOLDED { " open" } else { "" };
        let path = self.options.told(file.path);
        let opening = format!(
            "<details{open}><summary><code>{}</code>: {}</summary>\n\n\
             | place | severity | rule | object | finding |\n|---|---|---|---|---|\n",
            escape(&path),
            summary::findings(file.findings)
        );
        let closing = "\n</details>\n\n";
        let mut told = BTreeSet::new();
        let mut begun = false;
        for f in file.findings {
            let row = self.row(f, told.insert((f.rule.id, f.help.as_deref())));
            let needed = row.len() + if begun { 0 } else { opening.len() + closing.len() };
            // From the first on that has no room none is written: a gap would not be seen.
            if !self.left_out.is_empty() || needed > self.room {
                self.left_out.push(f.severity);
                continue;
            }
            self.room -= needed;
            if !begun {
                self.out.write_all(opening.as_bytes())?;
                begun = true;
            }
            self.shown += 1;
            self.out.write_all(row.as_bytes())?;
        }
        if begun { self.out.write_all(closing.as_bytes()) } else { Ok(()) }
    }

    /// One finding. A help that a file needs a hundred times is read once.
    fn row(&self, f: &Finding, first: bool) -> String {
        let (start, severity) = (f.region.start, f.severity.name());
        let at = link(self.options, &f.path, Some(start), &format!("{}:{}", start.line, start.column));
        let object = f.object.as_deref().map(named).unwrap_or_default();
        let mut row =
            format!("| {at} | {severity} | [{}]({}) | {object} | {}", f.rule.id, f.rule.url(), text(&f.message));
        for r in &f.related {
            let start = Some(r.region.start);
            let at = link(self.options, &r.path, start, &place(&self.options.told(&r.path), start));
            let _ = write!(row, "<br>{at}: {}", text(&r.message));
        }
        if let Some(help) = f.help.as_deref().filter(|_| first) {
            let _ = write!(row, "<br>help: {}", text(help));
        }
        row.push_str(" |\n");
        row
    }

    fn left_out(&mut self) -> io::Result<()> {
        if self.left_out.is_empty() {
            return Ok(());
        }
        let parts = summary::by_severity(self.left_out.iter().copied());
        let number = plural(self.left_out.len(), "more finding");
        writeln!(self.out, "**{number}** ({parts}) had no room here: `--format html` shows all.\n")
    }
}

/// `Deployment prod/web`
fn named(object: &ObjectRef) -> String {
    let namespace = object.namespace.as_deref().map(|n| format!("{n}/")).unwrap_or_default();
    text(&format!("{} {namespace}{}", object.kind, object.name))
}

fn place(path: &str, position: Option<Position>) -> String {
    text(&format!("{path}{}", position.map(|p| format!(":{}:{}", p.line, p.column)).unwrap_or_default()))
}

/// The place as a link to the line, in the repository's pages where they are known. `shown` is Markdown.
fn link(options: &Options, path: &str, position: Option<Position>, shown: &str) -> String {
    let Uri { text, relative: true } = options.root.uri(path) else { return shown.to_owned() };
    let base = options.pages.as_ref().map(|p| format!("{p}/")).unwrap_or_default();
    let line = position.map(|p| format!("#L{}", p.line)).unwrap_or_default();
    format!("[{shown}]({base}{text}{line})")
}

/// Text that stays text in GitHub's Markdown, in a table too.
fn text(text: &str) -> String {
    let cut = text.char_indices().nth(LONG).map(|(at, _)| &text[..at]);
    let text = clean(cut.unwrap_or(text));
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = &*text;
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // Nobody is called, and nothing referred to: an empty character stands between.
            '@' => out.push_str("@&#8203;"),
            '#' if after.starts_with(|d: char| d.is_ascii_digit()) => out.push_str("#&#8203;"),
            // Addresses become links by themselves.
            ':' if after.starts_with("//") => out.push_str("&#58;"),
            '.' if ends_with_www(&out) => out.push_str("&#46;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '$' | '!' => out.extend(['\\', c]),
            c => out.push(c),
        }
        rest = after;
    }
    if cut.is_some() {
        out.push('…');
    }
    out
}

fn ends_with_www(text: &str) -> bool {
    text.len() >= 3 && text.as_bytes()[text.len() - 3..].eq_ignore_ascii_case(b"www")
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn text_stays_text() {
        assert_eq!(text("container \"app\" (spec.os): 100 %"), "container \"app\" (spec.os): 100 %");
        assert_eq!(text("a|b `c` [d](e) <f> &g;"), "a\\|b \\`c\\` \\[d\\](e) &lt;f&gt; &amp;g;");
        assert_eq!(text("@team #12 #a"), "@&#8203;team #&#8203;12 #a");
        assert_eq!(text("https://x www.x WWW.x"), "https&#58;//x www&#46;x WWW&#46;x");
        assert_eq!(text("\n"), "\\\\n");
    }
}
