//! `plimsoll.toml`: where it is found, what it changes, and what is said of a wrong one.

use std::path::Path;

use plimsoll::config::{File, Settings, reference, schema};
use plimsoll::rule::{Level, Severity};

use super::{Dir, FAIL, RULE};
use crate::support::{Run, blessed, plimsoll, root};

fn read(text: &str) -> Result<Settings, String> {
    let here = Path::new("/repo");
    let file = File::read(&here.join(File::NAME), here, File::NAME.into(), text).map_err(|p| p.to_string())?;
    let mut settings = Settings::default();
    file.apply(&mut settings);
    Ok(settings)
}

fn lint(dir: &Dir, from: &str, args: &[&str]) -> Run {
    let args = [&["lint", "--only", RULE], args].concat();
    plimsoll(&dir.0.join(from), &args)
}

#[test]
fn the_reference_is_read_and_shows_every_key() {
    let settings = read(&reference()).unwrap();
    assert_eq!(settings.standard, Some(Level::Restricted));
    assert_eq!(settings.fail_on, Some(Severity::Medium));
    assert_eq!(settings.runtime_classes, ["gvisor", "kata"]);
    let schema: serde_json::Value = serde_json::from_str(&schema()).unwrap();
    let text = format!("\n{}", reference());
    let keys = |value: &serde_json::Value| value["properties"].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    for key in keys(&schema) {
        let shown = [format!("\n{key} = "), format!("\n[{key}]\n"), format!("\n[[{key}]]\n")];
        assert!(shown.iter().any(|s| text.contains(s)), "the reference shows no `{key}`");
        assert!(schema["properties"][&key]["description"].is_string(), "`{key}` has no description");
    }
    let (_, overrides) = text.split_once("[[overrides]]").unwrap();
    for key in keys(&schema["properties"]["overrides"]["items"]) {
        assert!(overrides.contains(&format!("\n{key} = ")), "the reference shows no `{key}` of an override");
    }
}

/// Where the reference says `[default: …]` the value is what holds without a file.
#[test]
fn documented_defaults_are_the_defaults() {
    let text = reference();
    let mut defaults = 0;
    for part in text.split("\n\n").filter(|p| p.contains("[default: ")) {
        let comment: String = part.lines().filter_map(|l| l.strip_prefix('#')).collect();
        let (_, default) = comment.split_once("[default: ").unwrap();
        let key = part.lines().find(|l| !l.starts_with('#')).unwrap().split(" = ").next().unwrap();
        let settings = read(&format!("{key} = {}", default.trim_end_matches(']'))).unwrap();
        assert_eq!(format!("{settings:?}"), format!("{:?}", Settings::default()), "{key}");
        defaults += 1;
    }
    assert!(defaults >= 3);
}

#[test]
fn the_schema_knows_every_rule_and_what_it_may_be() {
    let schema: serde_json::Value = serde_json::from_str(&schema()).unwrap();
    let rules = &schema["definitions"]["rules"]["properties"];
    for rule in plimsoll::rules::ALL {
        for word in rules[rule.id]["enum"].as_array().unwrap() {
            assert!(read(&format!("[rules]\n{} = {word}", rule.id)).is_ok(), "{} = {word}", rule.id);
        }
    }
    assert_eq!(schema["additionalProperties"], false);
    for (key, wrong) in [("standard", "\"privileged\""), ("fail-on", "\"note\""), ("uid-floor", "2147483648")] {
        assert!(read(&format!("{key} = {wrong}")).is_err(), "{key}");
    }
    for word in schema["properties"]["fail-on"]["enum"].as_array().unwrap() {
        assert!(read(&format!("fail-on = {word}")).is_ok());
    }
}

/// Everything that can be wrong in a file, and what is said.
#[test]
fn a_wrong_file_is_answered_line_by_line() {
    let dir = Dir::new();
    let fixtures = root().join("fixtures/cli/config");
    let mut files: Vec<_> = std::fs::read_dir(&fixtures).unwrap().map(|e| e.unwrap().path()).collect();
    files.retain(|f| f.extension().is_some_and(|e| e == "toml"));
    files.sort();
    assert!(!files.is_empty());
    for file in files {
        dir.file("plimsoll.toml", &std::fs::read_to_string(&file).unwrap());
        let ran = dir.run(&["lint"]);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{}", file.display());
        blessed(&file.with_extension("stderr"), &ran.stderr);
    }
}

#[test]
fn the_nearest_file_above_holds() {
    let dir = Dir::sample();
    dir.file("plimsoll.toml", "fail-on = \"never\"\n");
    dir.file("other/plimsoll.toml", "[rules]\ndrop-all-capabilities = \"low\"\n");
    dir.file("other/deep/app.yaml", FAIL);
    assert_eq!(lint(&dir, ".", &["fail"]).code, 0);
    assert_eq!(lint(&dir, "fail", &[]).code, 0);
    assert_eq!(lint(&dir, "fail", &["--no-config"]).code, 1);
    let deep = lint(&dir, "other/deep", &[]);
    assert_eq!(deep.code, 1);
    assert!(deep.stdout.starts_with("app.yaml:7:13: low[drop-all-capabilities]"), "{deep:?}");
    assert_eq!(lint(&dir, "fail", &["--config", "../other/plimsoll.toml"]).code, 1);
    let human = |from| lint(&dir, from, &["--format", "human"]).stdout;
    assert!(human("other/deep").contains("\nconfigured by ../plimsoll.toml\n"));
    assert!(human("fail").contains("\nconfigured by ../plimsoll.toml\n"));
    assert!(human(".").contains("\nconfigured by plimsoll.toml\n"));
    dir.file("other/plimsoll.toml", "x = 1\n");
    let wrong = lint(&dir, "other/deep", &[]);
    assert!(wrong.stderr.starts_with("../plimsoll.toml:1:1: unknown key `x`\n"), "{wrong:?}");
}

#[test]
fn the_command_line_wins() {
    let dir = Dir::sample();
    dir.file(
        "plimsoll.toml",
        "standard = \"baseline\"\nfail-on = \"never\"\nkubernetes = \"1.20\"\nexclude = [\"pass\"]\n",
    );
    assert_eq!(lint(&dir, ".", &["fail"]).code, 0);
    assert_eq!(lint(&dir, ".", &["fail", "--fail-on", "high"]).code, 0);
    let all = ["fail", "pass", "--fail-on", "high", "--standard", "restricted", "--kubernetes", "1.34"];
    let ran = lint(&dir, ".", &all);
    assert_eq!(ran.code, 1);
    assert!(ran.stdout.contains("pass: skipped: left out by `exclude`"), "{ran:?}");
    dir.file("plimsoll.toml", "uid-floor = 20000\n");
    let floor = |args: &[&str]| dir.run(&[&["lint", "fail", "--only", "run-as-user-floor"], args].concat()).stdout;
    assert!(floor(&[]).contains("20000"));
    assert!(floor(&["--uid-floor", "300"]).contains("300"));
}

#[test]
fn rules_and_overrides_change_severities() {
    let dir = Dir::sample();
    dir.file("legacy/a/app.yaml", FAIL);
    let text = "[rules]\ndrop-all-capabilities = \"critical\"\n[[overrides]]\npaths = [\"/legacy/\"]\n\
                rules = { drop-all-capabilities = \"low\" }\n[[overrides]]\npaths = [\"legacy/a\"]\n\
                [overrides.rules]\ndrop-all-capabilities = \"off\"\n";
    dir.file("plimsoll.toml", text);
    dir.file("legacy/app.yaml", FAIL);
    let ran = dir.run(&["lint", "fail", "legacy"]);
    let lines: Vec<&str> = ran.stdout.lines().filter(|l| l.contains("drop-all-capabilities]")).collect();
    assert_eq!(lines.len(), 2, "{ran:?}");
    assert!(lines[0].starts_with("fail/app.yaml:7:13: critical["), "{lines:?}");
    assert!(lines[1].starts_with("legacy/app.yaml:7:13: low["), "{lines:?}");
    // The same from inside the folder, and by an absolute path.
    let inside = lint(&dir, "legacy", &[]);
    assert!(inside.stdout.starts_with("app.yaml:7:13: low["), "{inside:?}");
    let absolute = dir.0.join("legacy/a/app.yaml");
    assert_eq!(lint(&dir, "fail", &[absolute.to_str().unwrap()]).code, 0);
    // A rule that is off for the whole run is run where it is asked for.
    dir.file("plimsoll.toml", "[rules]\ndrop-all-capabilities = \"off\"\n");
    assert!(!dir.run(&["lint", "fail"]).stdout.contains("drop-all-capabilities]"));
    assert_eq!(lint(&dir, ".", &["fail"]).code, 1);
}
