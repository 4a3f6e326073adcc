//! The XML formats read back: well-formed, as their schemas say, and with the counts that they claim.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use plimsoll::engine::Outcomes;
use plimsoll::report::{Format, Options};
use plimsoll::rule::Severity;
use roxmltree::{Document, Node};

use super::{everything, hostile, options, render, sample};

/// What a schema says of an element: its name, the elements in it, the attributes it must have, those it may have, and
/// whether it holds text.
type Shape = (&'static str, &'static [&'static str], &'static [&'static str], &'static [&'static str], bool);

/// What `junit-10.xsd` of Jenkins' xUnit plugin allows, as far as we write it.
const JUNIT: [Shape; 7] = [
    ("testsuites", &["testsuite"], &[], &["name", "time", "tests", "failures", "errors"], false),
    (
        "testsuite",
        &["testsuite", "properties", "testcase", "system-out", "system-err"],
        &["name", "tests", "failures", "errors"],
        &["group", "time", "skipped", "timestamp", "hostname", "id", "package", "file", "log", "url"],
        false,
    ),
    (
        "testcase",
        &["skipped", "error", "failure", "system-out", "system-err"],
        &["name"],
        &["time", "classname", "group"],
        false,
    ),
    ("failure", &[], &[], &["type", "message"], true),
    ("error", &[], &[], &["type", "message"], true),
    ("skipped", &[], &[], &["type", "message"], true),
    ("system-out", &[], &[], &[], true),
];

/// What `checkstyle-report-1.0.0.xsd` allows.
const CHECKSTYLE: [Shape; 3] = [
    ("checkstyle", &["file", "exception", "error"], &[], &["version"], false),
    ("file", &["error", "exception"], &["name"], &[], false),
    ("error", &[], &[], &["line", "column", "severity", "message", "source"], false),
];

fn holds(shapes: &[Shape], document: &Document<'_>) {
    assert_eq!(document.root_element().tag_name().name(), shapes[0].0);
    for node in document.descendants().filter(Node::is_element) {
        let name = node.tag_name().name();
        let (_, inside, must, may, text) = shapes.iter().find(|s| s.0 == name).unwrap_or_else(|| panic!("<{name}>"));
        for child in node.children() {
            let fits = if child.is_element() { inside.contains(&child.tag_name().name()) } else { *text };
            assert!(fits || child.text().is_some_and(|t| t.trim().is_empty()), "{child:?} in <{name}>");
        }
        assert!(must.iter().all(|a| node.has_attribute(*a)), "{node:?}");
        let known = |a: &str| must.contains(&a) || may.contains(&a);
        assert!(node.attributes().all(|a| known(a.name())), "{node:?}");
    }
}

fn parsed(text: &str) -> Document<'_> {
    Document::parse(text).unwrap_or_else(|error| panic!("{error}:\n{text}"))
}

fn elements<'a, 'i>(document: &'a Document<'i>, name: &str) -> Vec<Node<'a, 'i>> {
    document.descendants().filter(|n| n.has_tag_name(name)).collect()
}

#[test]
fn junit_is_as_its_schema_says_and_counts_right() {
    for outcomes in [sample(), hostile(), everything(false), Outcomes::default()] {
        let text = render(Format::Junit, &outcomes, &options());
        let document = parsed(&text);
        holds(&JUNIT, &document);
        let suites = elements(&document, "testsuite");
        for of in suites.iter().chain([&document.root_element()]) {
            let count = |name: &str| of.descendants().filter(|n| n.has_tag_name(name)).count().to_string();
            for (attribute, tag) in [("tests", "testcase"), ("failures", "failure"), ("errors", "error")] {
                assert_eq!(of.attribute(attribute), Some(&*count(tag)), "{of:?}");
            }
        }
        let names: BTreeSet<_> = elements(&document, "testcase")
            .iter()
            .map(|t| (t.attribute("classname").unwrap(), t.attribute("name").unwrap()))
            .collect();
        assert_eq!(names.len(), elements(&document, "testcase").len(), "each test has a name of its own");
        assert!(!names.is_empty());
    }
}

#[test]
fn failures_are_what_fails_the_run() {
    let sample = sample();
    for (fail_on, failures) in [(Some(Severity::Low), 5), (Some(Severity::High), 3), (None, 0)] {
        let text = render(Format::Junit, &sample, &Options { fail_on, ..options() });
        let document = parsed(&text);
        assert_eq!(elements(&document, "failure").len(), failures, "{text}");
        assert_eq!(
            elements(&document, "testcase").len(),
            sample.findings.len() + sample.suppressed.len() + 3,
            "{text}"
        );
        assert_eq!(
            (elements(&document, "error").len(), elements(&document, "skipped").len()),
            (1, 1 + sample.suppressed.len())
        );
    }
}

#[test]
fn tests_keep_their_names_when_lines_move() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  - {name: a}\n  - {name: b}\n";
    let names = |text: &str| -> BTreeSet<String> {
        let outcomes = crate::support::lint("a.yaml", text, &plimsoll::config::Settings::default());
        let text = render(Format::Junit, &outcomes, &options());
        elements(&parsed(&text), "testcase").iter().map(|t| t.attribute("name").unwrap().to_owned()).collect()
    };
    assert_eq!(names(pod), names(&format!("# moved\n\n{pod}")));
    assert!(names(pod).len() > 2);
}

#[test]
fn checkstyle_is_as_its_schema_says() {
    for outcomes in [sample(), hostile(), everything(false), Outcomes::default()] {
        let text = render(Format::Checkstyle, &outcomes, &options());
        let document = parsed(&text);
        holds(&CHECKSTYLE, &document);
        let errors = elements(&document, "error");
        assert_eq!(errors.len(), outcomes.findings.len() + outcomes.coverage.unread().count());
        for error in errors {
            assert!(["error", "warning", "info"].contains(&error.attribute("severity").unwrap()), "{error:?}");
            let number = |name| error.attribute(name).is_none_or(|n| n.parse::<u32>().is_ok_and(|n| n > 0));
            assert!(number("line") && number("column"), "{error:?}");
            assert!(error.attribute("source").unwrap().starts_with("plimsoll."));
        }
    }
}

/// Every character that a manifest can hold, in every text of a finding, is read back as it was or written out.
#[test]
fn every_character_survives_or_is_written_out() {
    let all: String = (0..=0x2ffff_u32).filter_map(char::from_u32).collect();
    let source = plimsoll::source::Source::new(&all, "needle");
    let mut finding = super::finding(&source, "needle", Severity::High, &all);
    finding.help = Some(all.clone().into());
    let outcomes = super::outcomes(source, vec![finding], Vec::new());
    for format in [Format::Junit, Format::Checkstyle] {
        let text = render(format, &outcomes, &Options { root: plimsoll::report::Root::default(), ..options() });
        let document = parsed(&text);
        let message = document.descendants().find_map(|n| n.attribute("message")).unwrap();
        let read: BTreeSet<char> = message.chars().collect();
        let lost = all.chars().find(|c| (c.is_alphanumeric() || c.is_ascii_punctuation()) && !read.contains(c));
        assert_eq!(lost, None);
        assert!(message.contains("\\u{0}") && message.contains("\\n") && message.contains("\\u{ffff}"));
    }
}

/// The schemas themselves, where a checker is at hand and `PLIMSOLL_XSD` names a folder that holds them.
#[test]
fn xmllint_agrees() {
    let Some(folder) = std::env::var_os("PLIMSOLL_XSD").map(PathBuf::from) else {
        println!("skipped: PLIMSOLL_XSD names no folder with junit-10.xsd and checkstyle-report-1.0.0.xsd");
        return;
    };
    let at = crate::support::temporary("xsd");
    for (n, outcomes) in [sample(), hostile(), everything(false), Outcomes::default()].iter().enumerate() {
        for (format, schema) in [(Format::Junit, "junit-10.xsd"), (Format::Checkstyle, "checkstyle-report-1.0.0.xsd")] {
            let file = at.join(format!("{n}-{schema}.xml"));
            fs::write(&file, render(format, outcomes, &options())).unwrap();
            let check = ["--noout", "--huge", "--schema"];
            let run = std::process::Command::new("xmllint").args(check).arg(folder.join(schema)).arg(&file).output();
            let run = run.unwrap();
            assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        }
    }
}
