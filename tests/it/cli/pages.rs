//! What the program says of itself: help, rules, pages, schemas, completions, the manual.

use clap::{CommandFactory, ValueEnum};
use clap_complete::Shell;
use plimsoll::cli::Cli;
use plimsoll::names::{self, tool_and_id};
use plimsoll::rules::ALL;

use super::Dir;
use crate::support::{blessed, root};

/// Every command by its words, the program itself first.
fn commands() -> Vec<Vec<String>> {
    let mut all = vec![Vec::new()];
    for command in Cli::command().get_subcommands() {
        let words = vec![command.get_name().to_owned()];
        let below = command.get_subcommands().map(|c| [words.clone(), vec![c.get_name().to_owned()]].concat());
        all.extend(std::iter::once(words.clone()).chain(below));
    }
    all
}

/// Every long option of every command.
fn options() -> Vec<String> {
    let command = Cli::command();
    let all = command.get_subcommands().flat_map(|c| std::iter::once(c).chain(c.get_subcommands()));
    let all = all.flat_map(clap::Command::get_arguments);
    all.filter_map(clap::Arg::get_long).map(|long| format!("--{long}")).collect()
}

#[test]
fn help_reads_well_in_80_columns() {
    let dir = Dir::new();
    for words in commands() {
        let args: Vec<&str> = words.iter().map(String::as_str).chain(["--help"]).collect();
        let ran = dir.run(&args);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{args:?}");
        for line in ran.stdout.lines() {
            assert!(line.chars().count() <= 80, "{args:?}: {line}");
        }
        let name = if words.is_empty() { "plimsoll".to_owned() } else { words.join("-") };
        blessed(&root().join(format!("fixtures/cli/help/{name}.txt")), &ran.stdout);
        let short = dir.run(&[&args[..args.len() - 1], &["-h"]].concat());
        assert_eq!(short.stdout, ran.stdout, "{args:?}");
    }
    let version = dir.run(&["--version"]);
    assert_eq!(version.stdout, format!("plimsoll {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn the_table_of_rules_has_each_and_fits() {
    let dir = Dir::new();
    let table = dir.run(&["rules"]).stdout;
    for line in table.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
    for rule in ALL {
        let head = format!("{:10}{}", rule.severity.name(), rule.id);
        let lines = table.lines().filter(|l| *l == head || l.starts_with(&format!("{head} "))).count();
        assert_eq!(lines, 1, "{}", rule.id);
    }
}

#[test]
fn the_catalogue_as_json_has_everything() {
    let dir = Dir::new();
    let json: serde_json::Value = serde_json::from_str(&dir.run(&["rules", "--format", "json"]).stdout).unwrap();
    let rules = json["rules"].as_array().unwrap();
    assert_eq!(rules.len(), ALL.len());
    for (json, rule) in rules.iter().zip(ALL) {
        assert_eq!(json["id"], rule.id);
        assert_eq!(json["severity"], rule.severity.name());
        assert_eq!(json["summary"], rule.summary);
        assert_eq!(json["page"], rule.doc);
        assert_eq!(json["standards"].as_array().unwrap().len(), rule.standards.len());
        for (json, map) in json["maps"].as_array().unwrap().iter().zip(rule.maps) {
            assert_eq!((json["tool"].as_str().unwrap(), json["id"].as_str().unwrap()), tool_and_id(*map));
        }
        let policy = &json["policy"];
        match plimsoll::policy::shown(rule) {
            Err(reason) => assert_eq!((&policy["kind"], &policy["reason"]), (&"none".into(), &reason.into())),
            Ok(demands) => {
                assert!(["derived", "cel"].contains(&policy["kind"].as_str().unwrap()));
                let cel: Vec<_> = policy["demands"].as_array().unwrap().iter().map(|d| d["cel"].clone()).collect();
                assert_eq!(cel, demands.iter().map(plimsoll::policy::Demand::expression).collect::<Vec<_>>());
            }
        }
    }
}

#[test]
fn rules_are_found_by_every_name_they_have() {
    let same = |name: &str, rule: &plimsoll::rule::Rule| {
        assert!(names::rules(name).iter().any(|r| r.id == rule.id), "`{name}` does not find {}", rule.id);
    };
    for &rule in ALL {
        assert_eq!(names::rules(rule.id).len(), 1);
        for alias in rule.aliases {
            assert_eq!(names::rules(alias).len(), 1, "{alias}");
            same(alias, rule);
        }
        for standard in rule.standards {
            same(standard.check, rule);
        }
        for map in rule.maps {
            let (tool, id) = tool_and_id(*map);
            same(id, rule);
            same(&id.to_uppercase(), rule);
            // An id that is also one of ours means ours.
            if names::rule(id).is_none() {
                same(&id.to_lowercase(), rule);
            }
            if let Some(number) = id.strip_prefix("KSV") {
                same(&format!("AVD-KSV-{number:0>4}"), rule);
            }
            let tool = tool.split_whitespace().next().unwrap().split('/').next().unwrap();
            same(&format!("{tool}:{id}"), rule);
        }
    }
    assert!(names::rules("").is_empty() && names::rules("-").is_empty() && names::rules("5").is_empty());
}

#[test]
fn explain_answers_to_foreign_names() {
    let dir = Dir::new();
    let page = dir.run(&["explain", "drop-all-capabilities"]).stdout;
    assert!(page.starts_with("# drop-all-capabilities\n\n- finds: "), "{page}");
    assert!(page.contains("```yaml bad\n"));
    for name in ["KSV003", "avd-ksv-0003", "ckv_k8s_37", "Drop-All-Capabilities", " drop-all-capabilities"] {
        assert_eq!(dir.run(&["explain", name]).stdout, page, "{name}");
    }
    let both = dir.run(&["explain", "KSV003", "KSV999", "fs-group-floor"]);
    assert_eq!(both.code, 2);
    assert!(both.stdout.starts_with(&page) && both.stdout.contains("# fs-group-floor\n"), "{both:?}");
    assert!(both.stderr.contains("`KSV999`") && !both.stderr.contains("KSV003"), "{both:?}");
    // A name that several rules share.
    let shared = ALL.iter().flat_map(|r| r.maps).map(|m| tool_and_id(*m).1).find(|id| names::rules(id).len() > 1);
    if let Some(id) = shared {
        let list = dir.run(&["explain", id]).stdout;
        for rule in names::rules(id) {
            assert!(list.contains(&format!("- `{}` (", rule.id)), "{list}");
        }
    }
}

#[test]
fn pages_fit_the_terminal() {
    let dir = Dir::new();
    for rule in ALL {
        let markdown = plimsoll::explain::page(rule);
        for line in plimsoll::explain::text(&markdown, 80, false).lines() {
            assert!(line.starts_with("    ") || line.chars().count() <= 80, "{}: {line}", rule.id);
            assert!(!line.starts_with('#') && !line.starts_with("```"), "{}: {line}", rule.id);
        }
    }
    let text = dir.run(&["explain", "--format", "text", "drop-all-capabilities"]).stdout;
    assert!(text.starts_with("drop-all-capabilities\n") && !text.contains('\u{1b}'), "{text}");
    let painted = dir.run(&["explain", "--format", "text", "--color", "always", "drop-all-capabilities"]).stdout;
    assert!(painted.starts_with("\u{1b}[1mdrop-all-capabilities\u{1b}[0m\n"), "{painted:?}");
}

#[test]
fn completions_know_every_option() {
    let dir = Dir::new();
    for shell in Shell::value_variants() {
        let ran = dir.run(&["completions", &shell.to_string()]);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
        for option in options() {
            // fish writes `-l name`.
            let name = option.trim_start_matches('-');
            assert!(ran.stdout.contains(&option) || ran.stdout.contains(&format!("-l {name}")), "{shell}: {option}");
        }
    }
}

#[test]
fn the_manual_knows_every_command_and_option() {
    let page = Dir::new().run(&["man"]).stdout;
    assert!(page.contains(".TH plimsoll 1"));
    for option in options() {
        assert!(page.contains(&option.replace('-', "\\-")), "{option}");
    }
    for words in commands().into_iter().filter(|words| !words.is_empty()) {
        assert!(page.contains(&format!(".SH \"{}\"\n", words.join(" ").to_uppercase())), "{words:?}");
    }
    assert!(page.contains("Exit codes") && page.contains("NO_COLOR") && page.contains(".plimsollignore"));
}

#[test]
fn schemas_are_printed() {
    let dir = Dir::new();
    for of in ["config", "findings"] {
        let ran = dir.run(&["schema", of]);
        let schema: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!(ran.code, 0);
        assert!(schema["properties"].is_object() && schema["$schema"].is_string());
    }
    assert_eq!(dir.run(&["schema", "config"]).stdout, plimsoll::config::schema());
}
