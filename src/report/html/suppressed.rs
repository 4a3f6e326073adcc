//! What someone has answered for: the finding, why, and where that is said.

use std::io::{self, Write};

use super::{Options, badge, escape, object, place};
use crate::engine::Outcomes;
use crate::report::summary::plural;

/// So many are seen at once; more are folded.
const UNFOLDED: usize = 20;

pub(super) fn write(outcomes: &Outcomes, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let all = &outcomes.suppressed;
    if all.is_empty() {
        return Ok(());
    }
    writeln!(out, "<section id=\"suppressed\" aria-labelledby=\"suppressed-title\">")?;
    writeln!(out, "<h2 id=\"suppressed-title\">Suppressed</h2>")?;
    let open = if all.len() <= UNFOLDED { " open" } else { "" };
    writeln!(out, "<details{open}><summary><h3>{}</h3></summary>", plural(all.len(), "finding"))?;
    writeln!(out, "<div class=\"wide\"><table>\n<thead><tr>")?;
    for head in ["severity", "place", "finding", "why"] {
        writeln!(out, "<th scope=\"col\">{head}</th>")?;
    }
    writeln!(out, "</tr></thead>\n<tbody>")?;
    for s in all {
        let f = &s.finding;
        let (id, url) = (f.rule.id, f.rule.url());
        write!(out, "<tr><td>{}</td>", badge(f.severity))?;
        write!(out, "<td>{}<br>{}</td>", place(options, &f.path, Some(f.region.start)), object(f))?;
        write!(out, "<td><a href=\"{url}\" rel=\"noreferrer\">{id}</a><br>{}</td>", escape(&f.message))?;
        write!(out, "<td>{}", escape(&s.by.justification))?;
        if let Some((path, region)) = &s.by.place {
            write!(out, "<br><span class=\"aside\">said at {}</span>", place(options, path, Some(region.start)))?;
        }
        writeln!(out, "</td></tr>")?;
    }
    writeln!(out, "</tbody></table></div>\n</details>\n</section>")
}
