//! One page that needs nothing but a browser: findings by file, severity and rule, source excerpts, the ledger, and the
//! fleet by level of the Pod Security Standards. It loads nothing, and reads well without its script.

mod excerpt;
mod findings;
mod fleet;
mod ledger;
mod suppressed;

use std::fmt::Write as _;
use std::io::{self, Write};

use sha2::{Digest, Sha256};

use super::markup::escape;
use super::{Options, summary};
use crate::engine::Outcomes;
use crate::finding::Finding;
use crate::rule::{Rule, Severity};
use crate::source::Position;

const STYLE: &str = include_str!("html/page.css");
const SCRIPT: &str = include_str!("html/page.js");

/// Writes the page.
pub fn write(outcomes: &Outcomes, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let verdict = summary::verdict(outcomes);
    // Even what slipped through escaping could neither run nor load anything.
    let (style, script) = (hash(STYLE), hash(SCRIPT));
    write!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src '{style}'; \
         script-src '{script}'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>Plimsoll: {verdict}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
    )?;
    head(outcomes, options, &verdict, out)?;
    writeln!(out, "<main>")?;
    fleet::write(outcomes, options, out)?;
    ledger::write(outcomes, options, out)?;
    let rules = Rules::of(outcomes);
    rules.write(out)?;
    findings::write(outcomes, options, &rules, out)?;
    suppressed::write(outcomes, options, out)?;
    writeln!(out, "</main>\n<script>{SCRIPT}</script>\n</body>\n</html>")
}

/// The verdict, and where to go from it.
fn head(outcomes: &Outcomes, options: &Options, verdict: &str, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<header>\n<p class=\"tool\">Plimsoll {}</p>\n<h1>{verdict}</h1>", env!("CARGO_PKG_VERSION"))?;
    if outcomes.coverage.has_broken() {
        writeln!(out, "<p class=\"broken\">Not everything could be read: what is broken was not judged.</p>")?;
    }
    if let Some(config) = &options.config {
        writeln!(out, "<p class=\"aside\">configured by <code>{}</code></p>", escape(config))?;
    }
    let sections = [
        (fleet::is_told(outcomes), "fleet", "Pods"),
        (true, "ledger", "Coverage"),
        (!outcomes.findings.is_empty(), "rules", "Rules"),
        (true, "findings", "Findings"),
        (!outcomes.suppressed.is_empty(), "suppressed", "Suppressed"),
    ];
    let links = sections.iter().filter(|s| s.0).map(|(_, id, name)| format!("<a href=\"#{id}\">{name}</a>"));
    writeln!(out, "<nav aria-label=\"Sections\">{}</nav>\n</header>", links.collect::<Vec<_>>().join(" "))
}

/// The rules that found something, the gravest first, and how often.
struct Rules(Vec<(&'static Rule, Severity, usize)>);

impl Rules {
    fn of(outcomes: &Outcomes) -> Self {
        let mut counts: Vec<(usize, Severity)> = vec![(0, Severity::Note); crate::rules::ALL.len()];
        for f in &outcomes.findings {
            if let Some(count) = index(f.rule).and_then(|at| counts.get_mut(at)) {
                *count = (count.0 + 1, count.1.max(f.severity));
            }
        }
        let all = crate::rules::ALL.iter().zip(counts).filter(|(_, (n, _))| *n > 0);
        let mut found: Vec<_> = all.map(|(&rule, (n, severity))| (rule, severity, n)).collect();
        found.sort_by(|a, b| (b.1, b.2).cmp(&(a.1, a.2)).then_with(|| a.0.id.cmp(b.0.id)));
        Self(found)
    }

    /// By what number the page knows the rules, by their index in the catalogue.
    fn numbers(&self) -> Vec<usize> {
        let mut numbers = vec![0; crate::rules::ALL.len()];
        for (number, (rule, ..)) in self.0.iter().enumerate() {
            if let Some(at) = index(rule) {
                numbers[at] = number;
            }
        }
        numbers
    }

    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        writeln!(out, "<section id=\"rules\" aria-labelledby=\"rules-title\">\n<h2 id=\"rules-title\">Rules</h2>")?;
        writeln!(out, "<div class=\"wide\"><table>\n<thead><tr><th scope=\"col\">severity</th>")?;
        writeln!(out, "<th scope=\"col\">rule</th><th scope=\"col\">finds</th>")?;
        writeln!(out, "<th scope=\"col\" class=\"n\">findings</th></tr></thead>\n<tbody>")?;
        for (number, (rule, severity, n)) in self.0.iter().enumerate() {
            let (id, url) = (rule.id, rule.url());
            write!(out, "<tr id=\"r{number}\"><td>{}</td>", badge(*severity))?;
            write!(out, "<td><a href=\"{url}\" rel=\"noreferrer\">{id}</a></td><td>{}</td>", escape(rule.summary))?;
            writeln!(out, "<td class=\"n\"><span data-rule=\"{number}\">{n}</span></td></tr>")?;
        }
        writeln!(out, "</tbody></table></div>\n</section>")
    }
}

fn index(rule: &Rule) -> Option<usize> {
    crate::rules::ALL.binary_search_by(|r| r.id.cmp(rule.id)).ok()
}

fn badge(severity: Severity) -> String {
    let name = severity.name();
    format!("<b class=\"badge {name}\">{name}</b>")
}

/// `path:line:column`, linked where the repository's pages are known.
fn place(options: &Options, path: &str, position: Option<Position>) -> String {
    let told = options.told(path);
    let mut shown = escape(&told).into_owned();
    if let Some(p) = position {
        let _ = write!(shown, ":{}:{}", p.line, p.column);
    }
    let uri = options.root.uri(path);
    match &options.pages {
        Some(pages) if uri.relative => {
            let line = position.map(|p| format!("#L{}", p.line)).unwrap_or_default();
            format!("<a href=\"{}/{}{line}\" rel=\"noreferrer\"><code>{shown}</code></a>", escape(pages), uri.text)
        }
        _ => format!("<code>{shown}</code>"),
    }
}

/// `Deployment prod/web`
fn object(f: &Finding) -> String {
    let Some(o) = f.object.as_deref() else { return String::new() };
    let namespace = o.namespace.as_deref().map(|n| format!("{n}/")).unwrap_or_default();
    escape(&format!("{} {namespace}{}", o.kind, o.name)).into_owned()
}

/// A message or a help, what stands between backticks as code.
fn prose(text: &str) -> String {
    let text = escape(text);
    let parts: Vec<_> = text.split('`').collect();
    if parts.len() % 2 == 0 {
        return text.into_owned();
    }
    let tags = ["", "<code>", "</code>"];
    let tagged =
        parts.iter().enumerate().map(|(n, part)| format!("{}{part}", tags[if n == 0 { 0 } else { 2 - n % 2 }]));
    tagged.collect()
}

/// How a Content Security Policy names the text of a script or style: its SHA-256 in base 64.
fn hash(text: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digest: [u8; 32] = Sha256::digest(text.as_bytes()).into();
    let mut out = "sha256-".to_owned();
    for three in digest.chunks(3) {
        let bits = three.iter().chain([0, 0].iter()).take(3).fold(0_u32, |bits, b| bits << 8 | u32::from(*b));
        for digit in 0..=three.len() {
            out.push(char::from(DIGITS[(bits >> (18 - 6 * digit)) as usize % 64]));
        }
    }
    // 32 bytes leave one digit short.
    out + "="
}

#[cfg(test)]
mod tests {
    use super::{hash, prose};

    #[test]
    fn code_stands_between_backticks() {
        assert_eq!(prose("write `a: <b>` or `c`"), "write <code>a: &lt;b&gt;</code> or <code>c</code>");
        assert_eq!(prose("a ` alone"), "a ` alone");
    }

    #[test]
    fn a_hash_is_as_browsers_write_it() {
        assert_eq!(hash(""), "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
        assert_eq!(hash("alert('Hello, world.');"), "sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng=");
    }
}
