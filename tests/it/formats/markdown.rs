//! The Markdown format read back: whatever a manifest holds is text in its cell.

use std::sync::Arc;

use plimsoll::coverage::{Outcome, Unread};
use plimsoll::engine::Outcomes;
use plimsoll::finding::Finding;
use plimsoll::k8s::ObjectRef;
use plimsoll::report::{Format, Options, Root};
use plimsoll::rule::Severity;
use plimsoll::source::Source;
use pulldown_cmark::{Event, Parser, Tag};

use super::{everything, finding, hostile, options, outcomes, render, sample};

/// The tables, row by row, each cell as its text; and every link and piece of HTML.
#[derive(Default)]
struct Read {
    rows: Vec<Vec<String>>,
    links: Vec<String>,
    html: Vec<String>,
    other: Vec<String>,
}

fn read(text: &str) -> Read {
    let mut read = Read::default();
    for event in
        Parser::new_ext(text, pulldown_cmark::Options::all() - pulldown_cmark::Options::ENABLE_SMART_PUNCTUATION)
    {
        match event {
            Event::Start(Tag::TableHead | Tag::TableRow) => read.rows.push(Vec::new()),
            Event::Start(Tag::TableCell) => read.rows.last_mut().unwrap().push(String::new()),
            Event::Start(Tag::Link { dest_url, .. }) => read.links.push(dest_url.into_string()),
            Event::Text(text) => {
                if let Some(cell) = read.rows.last_mut().and_then(|row| row.last_mut()) {
                    cell.push_str(&text);
                }
            }
            Event::InlineHtml(html) | Event::Html(html) => read.html.push(html.into_string()),
            Event::Start(Tag::Table(_) | Tag::HtmlBlock | Tag::Paragraph | Tag::Strong | Tag::Heading { .. })
            | Event::End(_)
            | Event::SoftBreak => {}
            Event::Code(code) => assert!(code.starts_with("--format"), "{code}"),
            other => read.other.push(format!("{other:?}")),
        }
    }
    read
}

#[test]
fn nothing_of_a_manifest_becomes_markup() {
    let nasty = "a|b `c` **d** _e_ [f](https://evil.example) ![g](h) <script>alert(1)</script> <b>&lt; @team #12 \
                 www.evil.example https://evil.example $x^2$ ~~s~~ \\| :x: - [ ] |---|\n| x |\n\n# h\r<!-- c --> \u{202e}";
    let source = Source::new("p|[a](b)`<i>@x", "key: needle\n");
    let object =
        ObjectRef { kind: nasty.into(), name: nasty.into(), namespace: Some(nasty.into()), ..ObjectRef::default() };
    let found = Finding {
        help: Some(nasty.to_owned().into()),
        object: Some(Arc::new(object)),
        ..finding(&source, "needle", Severity::High, nasty)
    };
    let unread = Unread {
        path: Arc::clone(&source.path),
        position: Some(found.region.start),
        outcome: Outcome::Broken,
        reason: nasty.into(),
        help: None,
    };
    let text = render(Format::Markdown, &outcomes(source, vec![found], vec![unread]), &options());
    let read = read(&text);
    assert!(read.other.is_empty(), "{:?}\n{text}", read.other);
    let allowed = ["<details open>", "</details>", "<br>"];
    for html in &read.html {
        let summary = html.starts_with("<details open><summary><code>") && html.ends_with("</summary>\n");
        assert!(allowed.contains(&html.trim()) || summary, "{html}");
    }
    for link in &read.links {
        assert!(link.starts_with("https://github.com/plimsoll-dev/") || link.starts_with("deploy/p%7C"), "{link}");
    }
    let cells: Vec<_> = read.rows.iter().filter(|row| row.iter().any(|c| c.contains("alert"))).collect();
    assert_eq!(cells.len(), 2, "{text}");
    let shown = cells[1].last().unwrap().replace('\u{200b}', "");
    assert!(
        shown.starts_with(&nasty.replace('\n', "\\n").replace('\r', "\\r").replace('\u{202e}', "\\u{202e}")),
        "{shown}"
    );
    for alive in ["://evil", "www.evil", "@team", "#12"] {
        assert!(!text.contains(alive), "{alive} in {text}");
    }
}

#[test]
fn every_finding_has_its_row() {
    for outcomes in [sample(), hostile(), Outcomes::default()] {
        let text = render(Format::Markdown, &outcomes, &options());
        let read = read(&text);
        assert!(read.other.is_empty(), "{:?}\n{text}", read.other);
        let wide = read.rows.iter().filter(|row| row.len() == 5 && row[0].contains(':')).count();
        assert_eq!(wide, outcomes.findings.len() + outcomes.suppressed.len(), "{text}");
    }
}

#[test]
fn a_summary_fits_and_counts_what_does_not() {
    let long = "x".repeat(5 << 20);
    let source = Source::new("many.yaml", "needle ".repeat(60_000));
    let lines = source.lines();
    let one = finding(&source, "needle", Severity::High, "");
    let findings = (0..60_000).map(|n| {
        let message = if n % 1000 == 7 { &*long } else { "the pod shares a namespace of its node" };
        let span = plimsoll::source::Span::new(n * 7, n * 7 + 6);
        Finding { region: lines.region(span), message: message.into(), ..one.clone() }
    });
    let unread = |n: usize| Unread {
        path: Arc::clone(&source.path),
        position: None,
        outcome: if n.is_multiple_of(2) { Outcome::Skipped } else { Outcome::Broken },
        reason: if n == 1 { long.clone() } else { "no reason".into() },
        help: None,
    };
    let outcomes = outcomes(source.clone(), findings.collect(), (0..20_000).map(unread).collect());
    let text = render(Format::Markdown, &outcomes, &options());
    assert!(text.len() <= 1_000_000 && text.len() > 900_000, "{}", text.len());
    let rows = text.lines().filter(|l| l.contains("| high | [")).count();
    assert!(text.contains(&format!("\n**{} more findings** ({0} high) had no room", 60_000 - rows)), "{rows}");
    let named = text.lines().filter(|l| l.ends_with("no reason |")).count() + 1;
    assert!(text.contains(&format!("\nand {} more\n", 20_000 - named)), "{named}");
    assert!(text.ends_with("| documents | 1 | 0 | 10000 | 10000 |\n"));
    assert!(render(Format::Markdown, &everything(false), &options()).len() <= 1_000_000);
}

#[test]
fn places_are_links_into_the_repository() {
    let sample = sample();
    let text = render(Format::Markdown, &sample, &options());
    assert!(text.contains("[13:20](deploy/web.yaml#L13)"), "{text}");
    let pages = Some("https://git.example/o/r/blob/0a1b".to_owned());
    let text = render(Format::Markdown, &sample, &Options { pages, ..options() });
    assert!(text.contains("[13:20](https://git.example/o/r/blob/0a1b/deploy/web.yaml#L13)"), "{text}");
    let text = render(Format::Markdown, &sample, &Options { root: Root::new("/other", "/repo"), ..options() });
    assert!(text.contains("| 13:20 |"), "a file outside has no page: {text}");
}
