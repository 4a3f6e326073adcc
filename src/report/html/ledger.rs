//! How every file and document ended, and what was not read.

use std::io::{self, Write};

use super::{Options, place, prose};
use crate::coverage::{Counts, Outcome};
use crate::engine::Outcomes;

/// So many are seen at once; more are folded.
const UNFOLDED: usize = 20;

pub(super) fn write(outcomes: &Outcomes, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<section id=\"ledger\" aria-labelledby=\"ledger-title\">\n<h2 id=\"ledger-title\">Coverage</h2>")?;
    writeln!(out, "<div class=\"wide\"><table class=\"counts\">\n<thead><tr><td></td>")?;
    for head in ["linted", "not Kubernetes", "skipped", "broken"] {
        writeln!(out, "<th scope=\"col\" class=\"n\">{head}</th>")?;
    }
    writeln!(out, "</tr></thead>\n<tbody>")?;
    row("files", outcomes.coverage.file_counts(), out)?;
    row("documents", outcomes.coverage.document_counts(), out)?;
    writeln!(out, "</tbody></table></div>")?;
    unread(outcomes, options, out)?;
    writeln!(out, "</section>")
}

fn row(what: &str, c: Counts, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "<tr><th scope=\"row\">{what}</th><td class=\"n\">{}</td>", c.linted)?;
    write!(out, "<td class=\"n\">{}</td><td class=\"n\">{}</td>", c.not_kubernetes, c.skipped)?;
    writeln!(out, "<td class=\"n{}\">{}</td></tr>", if c.broken > 0 { " broken" } else { "" }, c.broken)
}

fn unread(outcomes: &Outcomes, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let mut all: Vec<_> = outcomes.coverage.unread().collect();
    if all.is_empty() {
        return Ok(());
    }
    // The broken ones first: they fail the run.
    all.sort_by_key(|u| u.outcome != Outcome::Broken);
    let open = if all.len() <= UNFOLDED { " open" } else { "" };
    writeln!(out, "<details{open}><summary><h3>Not read</h3> <span class=\"aside\">{}</span></summary>", all.len())?;
    writeln!(out, "<div class=\"wide\"><table>\n<thead><tr><th scope=\"col\">outcome</th>")?;
    writeln!(out, "<th scope=\"col\">place</th><th scope=\"col\">why</th></tr></thead>\n<tbody>")?;
    for u in all {
        let class = if u.outcome == Outcome::Broken { "critical" } else { "note" };
        write!(out, "<tr><td><b class=\"badge {class}\">{}</b></td>", u.outcome.name())?;
        write!(out, "<td>{}</td><td>{}", place(options, &u.path, u.position), prose(&u.reason))?;
        if let Some(help) = u.help {
            write!(out, "<br><span class=\"aside\">help: {}</span>", prose(help))?;
        }
        writeln!(out, "</td></tr>")?;
    }
    writeln!(out, "</tbody></table></div>\n</details>")
}
