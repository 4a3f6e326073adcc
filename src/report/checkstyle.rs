//! Checkstyle's XML, which Jenkins, reviewdog and many more read; valid by `checkstyle-report-1.0.0.xsd`.

use std::io::{self, Write};

use super::files::files;
use super::markup::escape;
use super::{Options, summary};
use crate::coverage::{Outcome, Unread};
use crate::engine::Outcomes;
use crate::finding::Finding;
use crate::rule::Severity;

/// Writes each file with its findings and what of it was not read; the counts stand in a comment at the end.
pub fn write(outcomes: &Outcomes, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<checkstyle version=\"4.3\">")?;
    for file in files(outcomes) {
        writeln!(out, "  <file name=\"{}\">", escape(&options.told(file.path)))?;
        for f in file.findings {
            finding(f, options, out)?;
        }
        for u in file.unread() {
            unread(u, out)?;
        }
        writeln!(out, "  </file>")?;
    }
    writeln!(out, "</checkstyle>\n<!-- {} -->", summary::line(outcomes))
}

fn finding(f: &Finding, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let severity = match f.severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Note => "info",
    };
    let start = f.region.start;
    write!(out, "    <error line=\"{}\" column=\"{}\" severity=\"{severity}\"", start.line, start.column)?;
    write!(out, " message=\"{}", escape(&f.message))?;
    for r in &f.related {
        let start = r.region.start;
        let path = options.told(&r.path);
        write!(out, "; {}:{}:{}: {}", escape(&path), start.line, start.column, escape(&r.message))?;
    }
    if let Some(help) = &f.help {
        write!(out, "; help: {}", escape(help))?;
    }
    writeln!(out, "\" source=\"plimsoll.{}\"/>", f.rule.id)
}

fn unread(u: &Unread, out: &mut dyn Write) -> io::Result<()> {
    let severity = if u.outcome == Outcome::Broken { "error" } else { "warning" };
    write!(out, "    <error")?;
    if let Some(p) = u.position {
        write!(out, " line=\"{}\" column=\"{}\"", p.line, p.column)?;
    }
    write!(out, " severity=\"{severity}\" message=\"{}", escape(&u.reason))?;
    if let Some(help) = u.help {
        write!(out, "; help: {}", escape(help))?;
    }
    writeln!(out, "\" source=\"plimsoll.{}\"/>", u.outcome.name())
}
