//! Every format: one small input rendered and kept, what a schema or a terminal asks, and the same bytes however it ran.

mod gitlab;
mod html;
mod markdown;
mod reports;
mod samples;
mod secrets;
mod xml;

use std::fs;
use std::path::PathBuf;

use clap::ValueEnum;
use plimsoll::config::Settings;
use plimsoll::discover::{self, Input};
use plimsoll::engine::{self, Outcomes};
use plimsoll::finding::Finding;
use plimsoll::report::{self, Color, Format, Options, Root};
use plimsoll::rule::Severity;
use plimsoll::source::{Source, Span};
use serde_json::Value;

use samples::{finding, hostile, outcomes, sample};

use crate::support::{blessed, root, shared};

fn render(format: Format, outcomes: &Outcomes, options: &Options) -> String {
    let mut out = Vec::new();
    report::write(format, outcomes, options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn options() -> Options {
    Options { root: Root::new("/repo", "/repo/deploy"), exit_code: 2, ..Options::default() }
}

/// The log with the catalogue cut to what this test's findings need, so that a new rule changes no rendering.
fn without_catalogue(sarif: &str) -> String {
    let mut log: Value = serde_json::from_str(sarif).unwrap();
    let run = &mut log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].take();
    for result in run["results"].as_array_mut().unwrap() {
        let index = usize::try_from(result["ruleIndex"].take().as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
    }
    serde_json::to_string_pretty(&log).unwrap() + "\n"
}

#[test]
fn renderings_are_kept() {
    let sample = sample();
    let kept = |name: &str, text: &str| blessed(&root().join("fixtures/formats").join(name), text);
    kept("human.txt", &render(Format::Human, &sample, &options()));
    kept("human-ascii.txt", &render(Format::Human, &sample, &Options { unicode: false, width: 60, ..options() }));
    kept(
        "human-color.txt",
        &render(Format::Human, &sample, &Options { color: true, hyperlinks: true, ..options() }).replace('\x1b', "␛"),
    );
    kept("human-quiet.txt", &render(Format::Human, &sample, &Options { quiet: true, ..options() }));
    kept("concise.txt", &render(Format::Concise, &sample, &options()));
    kept("json.txt", &render(Format::Json, &sample, &options()));
    kept("sarif.txt", &without_catalogue(&render(Format::Sarif, &sample, &options())));
    kept("github.txt", &render(Format::Github, &sample, &options()));
    kept("policy-report.txt", &render(Format::PolicyReport, &sample, &options()));
    kept("config-audit-report.txt", &render(Format::ConfigAuditReport, &sample, &options()));
    kept("gitlab.txt", &render(Format::Gitlab, &sample, &options()));
    kept("junit.txt", &render(Format::Junit, &sample, &options()));
    kept("markdown.txt", &render(Format::Markdown, &sample, &options()));
    kept("checkstyle.txt", &render(Format::Checkstyle, &sample, &options()));
}

/// Everything that the fixtures hold, as the program reads it.
fn everything(keep_sources: bool) -> Outcomes {
    run(&[root().join("fixtures")], keep_sources)
}

fn run(paths: &[PathBuf], keep_sources: bool) -> Outcomes {
    engine::run(discover::discover(paths, &discover::Options::default()), &Settings::default(), keep_sources)
}

fn holds(schema: &Value, text: &str) {
    let validator = jsonschema::validator_for(schema).unwrap();
    let value: Value = serde_json::from_str(text).unwrap();
    let errors: Vec<_> = validator.iter_errors(&value).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
}

#[test]
fn json_is_as_its_schema_says() {
    let schema: Value = serde_json::from_str(report::json::SCHEMA).unwrap();
    for outcomes in [sample(), hostile(), everything(false), Outcomes::default()] {
        holds(&schema, &render(Format::Json, &outcomes, &options()));
    }
    let wrong = render(Format::Json, &sample(), &options()).replacen("\"high\"", "\"dire\"", 1);
    assert!(!jsonschema::is_valid(&schema, &serde_json::from_str(&wrong).unwrap()), "the schema takes anything");
}

#[test]
fn sarif_is_as_its_schema_says() {
    let Some(file) = shared("schemas/sarif-schema-2.1.0.json") else { return };
    // The pattern of `language`, which we do not write, has a bracket too many: no regular expression.
    let text = fs::read_to_string(file).unwrap().replace("{2}]?$", "{2}?$");
    let schema: Value = serde_json::from_str(&text).unwrap();
    for outcomes in [sample(), hostile(), everything(false), Outcomes::default()] {
        holds(&schema, &render(Format::Sarif, &outcomes, &options()));
    }
}

/// Name, properties, message.
type Command = (String, Vec<(String, String)>, String);

/// The commands of a workflow as the runner reads them.
fn commands(text: &str) -> Vec<Command> {
    let back = |s: &str| {
        s.replace("%0D", "\r").replace("%0A", "\n").replace("%3A", ":").replace("%2C", ",").replace("%25", "%")
    };
    let one = |line: &str| {
        let (head, message) = line.strip_prefix("::")?.split_once("::")?;
        let (name, properties) = head.split_once(' ')?;
        let pairs = properties.split(',').filter_map(|p| p.split_once('=')).map(|(k, v)| (k.to_owned(), back(v)));
        Some((name.to_owned(), pairs.collect(), back(message)))
    };
    text.lines().filter_map(one).collect()
}

#[test]
fn nothing_of_a_manifest_is_obeyed() {
    let hostile = hostile();
    for format in [Format::Human, Format::Concise, Format::Github, Format::Junit, Format::Checkstyle, Format::Markdown]
    {
        for unicode in [true, false] {
            let text = render(format, &hostile, &Options { unicode, ..options() });
            let obeyed = |c: char| (c.is_control() && c != '\n') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}');
            assert!(!text.contains(obeyed), "{format:?}: {text:?}");
            assert!(!text.lines().any(|l| l.starts_with("::error::")), "{format:?}: {text}");
        }
    }
    let concise = render(Format::Concise, &hostile, &options());
    assert_eq!(concise.lines().count(), hostile.findings.len() + 2, "{concise}");
}

#[test]
fn a_workflow_command_reads_back() {
    let hostile = hostile();
    let commands = commands(&render(Format::Github, &hostile, &options()));
    assert_eq!(commands.len(), hostile.findings.len() + 1);
    for (name, properties, message) in &commands {
        assert_eq!(name, "error");
        assert_eq!(
            properties[0],
            ("file".to_owned(), "deploy/a,b:c%d\\n\\u{1b}]0;title\\u{7}\\u{202e}.yaml".to_owned())
        );
        assert!(message.starts_with("\\u{1b}[31m 100%\\r\n::error::forged, [see]"), "{message:?}");
    }
}

/// The widest line of a text, and how many columns it takes.
fn widest(text: &str) -> (usize, &str) {
    let width = |l: &str| unicode_width::UnicodeWidthStr::width(l);
    text.lines().map(|l| (width(l), l)).max().unwrap_or_default()
}

#[test]
fn lines_keep_to_the_columns_there_are() {
    for outcomes in [sample(), hostile(), everything(true)] {
        for width in [40, 60, 80, 133] {
            for unicode in [true, false] {
                let text = render(Format::Human, &outcomes, &Options { width, unicode, ..options() });
                let (columns, line) = widest(&text);
                // The ledger's table alone has a width of its own.
                assert!(columns <= width.max(53), "{columns} of {width} columns:\n{line}");
            }
        }
    }
}

#[test]
fn marks_stand_under_what_they_mark() {
    let long = format!("{}needle{}", "世a".repeat(300), " and more".repeat(90));
    for line in [
        "key: needle",
        "\tkey:\tneedle",
        "支付: needle",
        "e\u{301}quipe: needle",
        "👩\u{200d}💻 👍🏽: needle",
        "esc\u{1b}[0m: needle",
        "needle",
        &long,
    ] {
        let source = Source::new("x.yaml", line);
        let outcomes = outcomes(source.clone(), vec![finding(&source, "needle", Severity::High, "x")], Vec::new());
        let text = render(Format::Human, &outcomes, &Options { quiet: true, ..options() });
        let rows: Vec<_> = text.lines().collect();
        let shown = rows.iter().position(|l| l.starts_with("  1 │")).unwrap();
        let before = rows[shown].split_once("needle").unwrap_or_else(|| panic!("not shown:\n{text}")).0;
        let mark = rows[shown + 1];
        let start = mark.chars().position(|c| c == '─').unwrap();
        assert_eq!(start, unicode_width::UnicodeWidthStr::width(before), "\n{text}");
        assert_eq!(mark.chars().filter(|c| *c == '─').count(), "needle".len(), "\n{text}");
    }
}

#[test]
fn a_long_line_costs_what_is_shown_of_it() {
    let unit = "{a: 世界, needle},";
    let source = Source::new("x.json", unit.repeat(100_000));
    let (lines, one) = (source.lines(), finding(&source, "needle", Severity::High, "x"));
    let findings = (0..2000).map(|n| {
        let start = unit.len() * n * 50;
        Finding { region: lines.region(Span::new(start, start + 5)), ..one.clone() }
    });
    let findings = findings.collect();
    let outcomes = outcomes(source.clone(), findings, Vec::new());
    let begin = std::time::Instant::now();
    render(Format::Human, &outcomes, &options());
    assert!(begin.elapsed().as_secs() < 5, "{:?}", begin.elapsed());
}

#[test]
fn fingerprints_outlive_moved_lines_and_differ() {
    let fingerprints = |text: &str| -> Vec<String> {
        let settings = Settings::default().only("drop-all-capabilities");
        let outcomes = engine::run(vec![Input::Text("a.yaml".into(), text.into())], &settings, false);
        let log: Value = serde_json::from_str(&render(Format::Sarif, &outcomes, &options())).unwrap();
        let results = log["runs"][0]["results"].as_array().unwrap();
        results.iter().map(|r| r["partialFingerprints"]["plimsoll/v1"].as_str().unwrap().to_owned()).collect()
    };
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  - {name: a}\n  - {name: b}\n";
    let first = fingerprints(pod);
    assert_eq!(first.len(), 2);
    assert_ne!(first[0], first[1]);
    assert_eq!(first, fingerprints(&format!("# moved\n\n{}", pod.replace("{name: b}", "\n    name: b"))));
    let twice = fingerprints(&format!("{pod}---\n{pod}"));
    assert_eq!(twice.iter().collect::<std::collections::BTreeSet<_>>().len(), 4, "equal ones are counted");
}

#[test]
fn the_bytes_are_the_same_however_it_ran() {
    let mut paths: Vec<_> = ["rules", "formats"].map(|d| root().join("fixtures").join(d)).into();
    paths.extend(shared("corpora/real/files/GoogleCloudPlatform+kubernetes-engine-samples"));
    let all = |threads: usize, paths: &[PathBuf]| -> Vec<String> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let outcomes = pool.install(|| run(paths, true));
        Format::value_variants().iter().map(|f| render(*f, &outcomes, &options())).collect()
    };
    let one = all(1, &paths);
    paths.reverse();
    assert!(one == all(2, &paths), "two threads and another order give other bytes");
    assert!(one == all(16, &paths), "sixteen threads give other bytes");
}

#[test]
fn escape_sequences_need_a_terminal() {
    let plain = render(Format::Human, &sample(), &Options::detect(Color::Auto, None, |_| None));
    assert!(!plain.contains('\x1b'));
    let terminal = render(Format::Human, &sample(), &Options::detect(Color::Auto, Some(80), |_| None));
    assert!(terminal.contains("\x1b]8;;https://"), "rule ids are linked");
}

#[test]
fn a_sweep_prints_no_escape_sequence() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: \"\\e]0;x\\a\"}\n\
               spec: {containers: [{name: a, livenessProbe: {httpGet: {host: 10.0.0.1, port: 80}}}]}\n";
    let range = ("1.33".parse().unwrap(), "1.34".parse().unwrap());
    let settings = Settings { sweep: Some(range), ..Settings::default() };
    let outcomes = engine::run(vec![Input::Text("a.yaml".into(), pod.into())], &settings, false);
    let mut out = Vec::new();
    report::sweep::write(&outcomes, range, &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert!(text.contains("Pod \\u{1b}]0;x\\u{7}: baseline from 1.34 on: denied"), "{text:?}");
    assert!(!text.contains('\x1b'));
}
