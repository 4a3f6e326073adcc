//! The page: nothing of a manifest is markup, nothing is loaded, its colours can be read, and a browser brings it to life.

mod browser;

use std::fmt::Write as _;

use plimsoll::config::Settings;
use plimsoll::discover::Input;
use plimsoll::engine::{self, Outcomes};
use plimsoll::finding::Finding;
use plimsoll::report::{Format, Options};
use plimsoll::rule::Severity;
use plimsoll::source::{Source, Span};

use super::{finding, hostile, options, outcomes, render, sample};
use crate::support::{blessed, root};

/// Pods of every level, and one that a placeholder decides.
const FLEET: &str = include_str!("../../../fixtures/formats/fleet.yaml");

fn page(outcomes: &Outcomes) -> String {
    render(Format::Html, outcomes, &options())
}

/// A text as the program would show it.
fn linted(path: &str, text: &str) -> Outcomes {
    let settings = Settings { levels: true, ..Settings::default() };
    engine::run(vec![Input::Text(path.into(), text.into())], &settings, true)
}

/// The page without its style and script, and without their hashes.
fn body(page: &str) -> String {
    let mut page = page.to_owned();
    for tag in ["style", "script"] {
        let start = page.find(&format!("<{tag}>")).unwrap() + tag.len() + 2;
        let end = start + page[start..].find(&format!("</{tag}>")).unwrap();
        page.replace_range(start..end, "");
        let start = page.find(&format!("{tag}-src 'sha256-")).unwrap() + tag.len() + 5;
        let end = start + page[start..].find(['\'', ';']).unwrap();
        let end = end + page[end..].find(';').unwrap();
        page.replace_range(start..end, "…");
    }
    page
}

#[test]
fn the_page_is_kept() {
    let sample = Outcomes { verdicts: linted("fleet.yaml", FLEET).verdicts, ..sample() };
    blessed(&root().join("fixtures/formats/html.txt"), &body(&page(&sample)));
}

/// Whether a tag closes, its name, its attributes.
type Tag<'p> = (bool, &'p str, Vec<(&'p str, &'p str)>);

/// Every tag of a page.
fn tags(page: &str) -> Vec<Tag<'_>> {
    let mut found = Vec::new();
    for part in page.split('<').skip(1) {
        // A quoted value has no `>`: it is written as a reference.
        let (tag, _) = part.split_once('>').unwrap_or_else(|| panic!("<{part}"));
        let (closes, tag) = tag.strip_prefix('/').map_or((false, tag), |tag| (true, tag));
        let (name, mut rest) = tag.split_once(' ').unwrap_or((tag, ""));
        let mut attributes = Vec::new();
        loop {
            rest = rest.trim_start().trim_end_matches('/');
            if rest.is_empty() {
                break;
            }
            let end = rest.find([' ', '=']).unwrap_or(rest.len());
            let name = &rest[..end];
            rest = &rest[end..];
            let value = match rest.strip_prefix("=\"") {
                Some(quoted) => {
                    let (value, after) = quoted.split_once('"').unwrap_or_else(|| panic!("<{part}"));
                    rest = after;
                    value
                }
                None => "",
            };
            attributes.push((name, value));
        }
        found.push((closes, name.trim_end_matches('/'), attributes));
    }
    found
}

const VOID: [&str; 4] = ["!doctype", "meta", "input", "br"];

/// Our own elements and attributes, properly nested, and links to nowhere but our pages and places.
fn is_ours(page: &str) {
    let names = "!doctype html head meta title style script body header main nav section h1 h2 h3 p div span a b i br \
                 code pre mark table thead tbody tr th td details summary article form label input select option \
                 fieldset legend button output svg rect";
    let known = "lang charset http-equiv content name class id href rel scope hidden open role value checked type \
                 autocomplete viewBox preserveAspectRatio x width height html data-r data-rule";
    let mut open = Vec::new();
    for (closes, name, attributes) in tags(page) {
        assert!(names.split_whitespace().any(|n| n == name), "<{name}>");
        for (attribute, value) in attributes {
            let ours = known.split_whitespace().any(|k| k == attribute) || attribute.starts_with("aria-");
            assert!(ours, "<{name} {attribute}>");
            let safe = value.starts_with('#') || value.starts_with("https://github.com/plimsoll-dev/");
            assert!(attribute != "href" || safe, "{value}");
        }
        match (closes, VOID.contains(&name) || name == "rect") {
            (true, _) => assert_eq!(open.pop(), Some(name), "</{name}>"),
            (false, false) => open.push(name),
            (false, true) => {}
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn nothing_of_a_manifest_is_markup() {
    let page = page(&nasty());
    assert!(page.matches("&lt;/script&gt;&lt;script&gt;document.title=&#39;owned&#39;").count() > 20);
    is_ours(&body(&page));
    for outcomes in [sample(), hostile(), linted("fleet.yaml", FLEET), Outcomes::default()] {
        is_ours(&body(&render(Format::Html, &outcomes, &options())));
    }
}

/// A manifest with markup in every field that output may show, in a file with markup for its name.
fn nasty() -> Outcomes {
    let evil = "</script><script>document.title='owned'</script><img src=x onerror=alert(1)>";
    let q = format!("\"\\\"'>{evil}\"");
    let mut text = String::new();
    for kind in ["Pod", "Deployment"] {
        let spec = format!(
            "{{hostNetwork: true, serviceAccountName: {q}, runtimeClassName: {q}, volumes: [{{name: {q}, hostPath: {{path: {q}}}}}],\n\
             containers: [{{name: {q}, image: {q}, {q}: {q}, env: [{{name: PASSWORD, value: {q}}}],\n\
             securityContext: {{capabilities: {{add: [{q}]}}, seccompProfile: {{type: {q}}}, procMount: {q}}}}}]}}"
        );
        let spec = if kind == "Pod" { spec } else { format!("{{template: {{spec: {spec}}}}}") };
        let api = if kind == "Pod" { "v1" } else { "apps/v1" };
        let metadata = format!("{{name: {q}, namespace: {q}, annotations: {{{q}: {q}}}}}");
        writeln!(text, "---\napiVersion: {api}\nkind: {kind}\nmetadata: {metadata}\nspec: {spec}").unwrap();
    }
    writeln!(text, "---\napiVersion: {q}\nkind: {q}\nmetadata: {{name: {q}}}\n---\na: \"{evil}").unwrap();
    linted(&format!("a\"'>{evil}.yaml"), &text)
}

#[test]
fn nothing_is_loaded() {
    let page = page(&sample());
    for word in ["src=", "url(", "@import", "<link", "fetch(", "XMLHttpRequest", "import("] {
        assert!(!page.contains(word), "{word}");
    }
    assert!(page.contains("content=\"default-src 'none'; style-src 'sha256-"));
}

#[test]
fn the_verdict_the_ledger_and_the_fleet_are_told() {
    let page = page(&Outcomes { verdicts: linted("fleet.yaml", FLEET).verdicts, ..sample() });
    for text in [
        "<h1>5 findings (1 critical, 2 high, 1 medium, 1 low) and 1 note in 1 pod, 2 suppressed</h1>",
        "<b class=\"badge critical\">broken</b></td><td><code>deploy/web.yaml:24:9</code>",
        "<td>the mirror serves [one](digest)<br>",
        "<mark>hunter2</mark>",
    ] {
        assert!(page.contains(text), "{text}\n{page}");
    }
    let row = page.lines().find(|l| l.contains("<tr class=\"all\">")).unwrap();
    let counts: Vec<_> = row.split("<td class=\"n\">").skip(1).map(|c| c.split_once('<').unwrap().0).collect();
    assert_eq!(counts, ["1", "1", "1", "1"], "{row}");
}

/// 60,000 findings are a page that a browser opens, and the gravest have their source.
#[test]
fn a_large_page_stays_small_enough() {
    let source = Source::new("many.yaml", "key: needle\n".repeat(60_000));
    let lines = source.lines();
    let message = "container \"app\" does not drop ALL capabilities, so it keeps those of its runtime";
    let one = finding(&source, "needle", Severity::High, message);
    let findings = (0..60_000).map(|n| {
        let severity = if n % 100 == 0 { Severity::High } else { Severity::Low };
        let span = Span::new(n * 12 + 5, n * 12 + 11);
        Finding { severity, region: lines.region(span), ..one.clone() }
    });
    let page = page(&outcomes(source.clone(), findings.collect(), Vec::new()));
    assert!(page.len() < 30 << 20, "{} bytes", page.len());
    assert_eq!(page.matches("<mark>").count(), 5000);
    assert_eq!(page.matches("data-r=").count(), 60_000);
    assert!(page.contains("The source is shown with the gravest 5000, down to severity low."));
    println!("60000 findings: {} bytes", page.len());
}

#[test]
fn a_long_line_costs_what_is_shown_of_it() {
    let source = Source::new("x.json", "{a: 世界, needle},".repeat(200_000));
    let (lines, one) = (source.lines(), finding(&source, "needle", Severity::High, "x"));
    let found = (0..20).map(|n| {
        let at = n * 10_000 * 20 + 12;
        Finding { region: lines.region(Span::new(at, at + 6)), ..one.clone() }
    });
    let found = found.collect();
    let page = body(&page(&outcomes(source.clone(), found, Vec::new())));
    assert!(page.len() < 60_000, "{}", page.len());
    assert!(page.contains("…"));
}

#[test]
fn a_place_is_a_link_where_the_pages_are_known() {
    let pages = Some("https://git.example/o/r/blob/0a1b".to_owned());
    let page = render(Format::Html, &sample(), &Options { pages, ..options() });
    assert!(page.contains("<a href=\"https://git.example/o/r/blob/0a1b/deploy/web.yaml#L13\""), "{page}");
}

/// The colours of a scheme, by name.
fn colours(style: &str) -> Vec<(String, [f64; 3])> {
    let colour = |part: &str| {
        let (name, value) = part.split_once(": #")?;
        let byte = |at: usize| u8::from_str_radix(value.get(at..at + 2)?, 16).ok().map(f64::from);
        Some((name.trim().trim_start_matches("--").to_owned(), [byte(0)?, byte(2)?, byte(4)?]))
    };
    style.split(';').map(|part| part.rsplit('{').next().unwrap()).filter_map(colour).collect()
}

/// WCAG 2, 1.4.3.
fn contrast(a: [f64; 3], b: [f64; 3]) -> f64 {
    let luminance = |c: [f64; 3]| {
        let linear =
            c.map(|v| if v / 255.0 <= 0.04045 { v / 255.0 / 12.92 } else { ((v / 255.0 + 0.055) / 1.055).powf(2.4) });
        0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    };
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn text_can_be_read_in_light_and_dark() {
    let page = page(&Outcomes::default());
    let style = page.split_once("<style>").unwrap().1.split_once("\n* {").unwrap().0.to_owned();
    let (light, dark) = style.split_once("@media").unwrap();
    for scheme in [light, dark].map(colours) {
        let of = |name: &str| scheme.iter().find(|(n, _)| n == name).unwrap_or_else(|| panic!("{name}: {scheme:?}")).1;
        for (text, ground) in [
            ("ink", "ground"),
            ("ink", "raised"),
            ("aside", "ground"),
            ("aside", "raised"),
            ("link", "ground"),
            ("link", "raised"),
            ("critical", "ground"),
            ("mark-ink", "mark"),
            ("badge-ink", "critical"),
            ("badge-ink", "high"),
            ("badge-ink", "medium"),
            ("badge-ink", "low"),
            ("badge-ink", "note"),
        ] {
            let ratio = contrast(of(text), of(ground));
            assert!(ratio >= 4.5, "{text} on {ground}: {ratio:.2}");
        }
        // WCAG 2, 1.4.11: what is no text.
        for level in ["restricted", "privileged", "undecided", "focus", "aside"] {
            assert!(contrast(of(level), of("ground")) >= 3.0, "{level}");
        }
    }
}
