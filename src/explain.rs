//! A rule's page: as Markdown, and laid out for a terminal.

use std::fmt::Write;

use crate::names::tool_and_id;
use crate::policy;
use crate::report::text::wrap;
use crate::rule::Rule;

/// What there is to say of a name: the page of its rule, or, where several rules share the name, which they are.
pub fn answer(name: &str, rules: &[&Rule]) -> String {
    if let [rule] = rules {
        return page(rule);
    }
    let mut text = format!("# {name}\n\nSeveral rules find what is known by this name:\n\n");
    for rule in rules {
        let _ = writeln!(text, "- `{}` ({}): {}", rule.id, rule.severity.name(), rule.summary);
    }
    text + "\n`plimsoll explain RULE` shows the page of each.\n"
}

/// A rule's page, with what the catalogue knows of it under its title.
pub fn page(rule: &Rule) -> String {
    let (title, body) = rule.doc.split_once('\n').unwrap_or((rule.doc, ""));
    let mut text = format!("{title}\n\n- finds: {}\n- severity: {}\n", rule.summary, rule.severity.name());
    for s in rule.standards {
        let from = if s.since == 0 { String::new() } else { format!(", from Kubernetes 1.{} on", s.since) };
        let _ = writeln!(text, "- Pod Security Standards: {}, check `{}`{from}", s.level.name(), s.check);
    }
    if !rule.aliases.is_empty() {
        let _ = writeln!(text, "- formerly: {}", rule.aliases.join(", "));
    }
    if !rule.maps.is_empty() {
        let maps: Vec<String> = rule.maps.iter().map(|m| tool_and_id(*m)).map(|(t, id)| format!("{t} {id}")).collect();
        let _ = writeln!(text, "- elsewhere: {}", maps.join(", "));
    }
    let _ = writeln!(text, "- since: {}", rule.since);
    format!("{text}\n{}\n\n{}", body.trim(), policy(rule))
}

/// What the rule demands of a cluster in CEL, or why it demands nothing.
fn policy(rule: &Rule) -> String {
    let demands = match policy::shown(rule) {
        Err(reason) => return format!("## Policy\n\nNone: {reason}.\n"),
        Ok(demands) => demands,
    };
    let mut text = format!("## Policy\n\n`plimsoll generate policies --rules {}` writes it for a cluster.\n", rule.id);
    for demand in demands {
        let _ = write!(text, "\nOf {}: {}.\n\n```cel\n{}\n```\n", demand.of.name(), demand.says, demand.expression());
    }
    text
}

/// Markdown, laid out in so many columns. It knows what rules' pages use: headings, paragraphs, lists, code blocks.
pub fn text(markdown: &str, columns: usize, color: bool) -> String {
    let mut layout = Layout { columns, color, out: String::new(), block: String::new(), indent: 0 };
    let mut fence = None;
    for line in markdown.lines() {
        let start = line.trim_start();
        if let Some(mark) = fence {
            if start.starts_with(mark) {
                fence = None;
            } else {
                layout.code(line);
            }
        } else if start.starts_with("```") || start.starts_with("~~~") {
            layout.flush();
            fence = Some(&start[..3]);
        } else if start.is_empty() {
            layout.flush();
            layout.out.push('\n');
        } else if line.starts_with('#') {
            layout.flush();
            layout.heading(line.trim_start_matches('#').trim());
        } else if line.starts_with('|') {
            layout.flush();
            layout.code(line);
        } else if let Some(marker) = list_marker(start) {
            layout.flush();
            layout.indent = line.len() - start.len() + marker;
            layout.block.push_str(line);
        } else {
            layout.add(start);
        }
    }
    layout.flush();
    layout.out
}

/// How many bytes the marker of a list item takes: `- `, `* `, `12. `.
fn list_marker(line: &str) -> Option<usize> {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let rest = &line[digits..];
    match digits {
        0 => (rest.starts_with("- ") || rest.starts_with("* ")).then_some(2),
        _ => rest.starts_with(". ").then_some(digits + 2),
    }
}

const BOLD: &str = "\u{1b}[1m";
const CODE: &str = "\u{1b}[36m";
const RESET: &str = "\u{1b}[0m";

struct Layout {
    columns: usize,
    color: bool,
    out: String,
    /// A paragraph or list item, joined until it ends.
    block: String,
    /// How far its lines after the first are moved to the right.
    indent: usize,
}

impl Layout {
    fn add(&mut self, line: &str) {
        if !self.block.is_empty() {
            self.block.push(' ');
        }
        self.block.push_str(line);
    }

    fn heading(&mut self, title: &str) {
        let (on, off) = if self.color { (BOLD, RESET) } else { ("", "") };
        let _ = writeln!(self.out, "{on}{title}{off}");
    }

    fn code(&mut self, line: &str) {
        let (on, off) = if self.color && !line.is_empty() { (CODE, RESET) } else { ("", "") };
        let line = format!("    {on}{line}{off}");
        self.out.push_str(line.trim_end());
        self.out.push('\n');
    }

    /// Ends the paragraph or list item, if there is one.
    fn flush(&mut self) {
        let block = std::mem::take(&mut self.block);
        let indent = std::mem::take(&mut self.indent);
        if block.is_empty() {
            return;
        }
        let outer = block.len() - block.trim_start().len();
        let mut in_code = false;
        let (first, room) = (self.columns.saturating_sub(outer), self.columns.saturating_sub(indent));
        for (i, line) in wrap(&block, first, room).iter().enumerate() {
            let by = if i == 0 { outer } else { indent };
            let line = if self.color { paint(line, &mut in_code) } else { line.clone() };
            let _ = writeln!(self.out, "{:by$}{line}", "");
        }
    }
}

/// Colours what stands between backticks, and takes them away; `in_code` goes on from line to line.
fn paint(line: &str, in_code: &mut bool) -> String {
    let mut out = String::from(if *in_code { CODE } else { "" });
    for c in line.chars() {
        if c == '`' {
            *in_code = !*in_code;
            out.push_str(if *in_code { CODE } else { RESET });
        } else {
            out.push(c);
        }
    }
    if *in_code {
        out.push_str(RESET);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::text;

    const PAGE: &str = "# title\n\nSome words that go on for `a while`\nand more.\n\n- an item that is longer than a line\n  \
                        is\n- another\n\n```yaml bad\nkey: [a,  b]\n\n- x\n```\n";

    #[test]
    fn pages_are_laid_out() {
        let wanted = "title\n\nSome words that go\non for `a while` and\nmore.\n\n- an item that is\n  longer than a line\n  \
                      is\n- another\n\n    key: [a,  b]\n\n    - x\n";
        assert_eq!(text(PAGE, 20, false), wanted);
    }

    #[test]
    fn colour_takes_the_place_of_marks() {
        let painted = text("# t\n\nsay `drop: [ALL]` now\n", 14, true);
        let (bold, code, reset) = ("\u{1b}[1m", "\u{1b}[36m", "\u{1b}[0m");
        assert_eq!(painted, format!("{bold}t{reset}\n\nsay {code}drop:{reset}\n{code}[ALL]{reset} now\n"));
    }
}
