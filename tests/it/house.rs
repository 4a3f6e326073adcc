//! The house rules that no compiler checks: sizes, names, and what may not stand in a file.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{plimsoll, root};

/// Every file of the repository, relative to it, sorted.
fn files() -> Vec<PathBuf> {
    let walk = ignore::WalkBuilder::new(root()).hidden(false).require_git(false).build();
    let mut files: Vec<_> = walk
        .map(|e| e.unwrap())
        .filter(|e| e.file_type().is_some_and(|t| t.is_file()))
        .map(|e| e.path().strip_prefix(root()).unwrap().to_owned())
        .filter(|p| !p.starts_with(".git"))
        .collect();
    files.sort();
    files
}

fn code() -> impl Iterator<Item = (PathBuf, String)> {
    let files = files().into_iter().filter(|p| p.extension().is_some_and(|e| e == "rs"));
    files.map(|p| (p.clone(), fs::read_to_string(root().join(p)).unwrap()))
}

#[test]
fn files_are_short() {
    for (path, text) in code() {
        let limit = match path.to_str().unwrap() {
            "rules/mod.rs" => 400,
            "src/main.rs" => 60,
            // A rule that is a function says its verdict twice: for the lint and for clusters.
            p if p.starts_with("rules/") && text.contains("Policy::Cel(") => 80,
            p if p.starts_with("rules/") => 60,
            _ => 400,
        };
        let lines = text.lines().count();
        assert!(lines <= limit, "{} has {lines} lines, and {limit} is the limit", path.display());
    }
    let clippy = fs::read_to_string(root().join(".clippy.toml")).unwrap();
    assert!(clippy.contains("too-many-lines-threshold = 50\n"), "clippy counts the lines of functions");
}

#[test]
fn modules_open_with_their_idea() {
    for (path, text) in code() {
        let definition = path.starts_with("rules") && !path.ends_with("mod.rs");
        assert!(definition || text.starts_with("//! "), "{} does not say what it is for", path.display());
    }
}

#[test]
fn the_top_level_is_as_it_was_drawn() {
    let known = [
        "Cargo.toml",
        "Cargo.lock",
        "src",
        "rules",
        "fixtures",
        "tests",
        "benches",
        "README.md",
        "LICENSE",
        "CHANGELOG.md",
        "action.yml",
    ];
    for path in files() {
        let first = path.iter().next().unwrap().to_str().unwrap();
        assert!(first.starts_with('.') || known.contains(&first), "{first} has no place at the top");
    }
}

/// Paths of one machine and the hosts of package registries have no business here.
#[test]
fn files_hold_for_every_machine() {
    let places = [
        concat!("/wo", "rk/"),
        concat!("/Us", "ers/"),
        concat!("crates", ".io"),
        concat!("pypi", ".org"),
        concat!("npmjs", ".org"),
        concat!("proxy.golang", ".org"),
        concat!("deb.debian", ".org"),
        concat!("rust-lang", ".org"),
    ];
    let manifests = |p: &Path| p.starts_with("fixtures") || p.ends_with("Cargo.lock");
    for path in files().into_iter().filter(|p| !manifests(p)) {
        let Ok(text) = fs::read_to_string(root().join(&path)) else { continue };
        for place in places {
            let line = text.lines().position(|l| l.contains(place));
            assert!(line.is_none(), "{}:{} names {place}", path.display(), line.unwrap() + 1);
        }
    }
}

/// A count of rules in prose or in an expected output is wrong with the next rule.
#[test]
fn nothing_counts_the_rules() {
    let prose = |p: &Path| p.extension().is_some_and(|e| e == "md" || e == "expected" || e == "snap");
    for path in files().into_iter().filter(|p| prose(p)) {
        let text = fs::read_to_string(root().join(&path)).unwrap();
        let words: Vec<_> = text.split_whitespace().collect();
        for pair in words.windows(2) {
            let counts =
                pair[0].parse::<u32>().is_ok() && pair[1].trim_matches(|c: char| !c.is_alphabetic()) == "rules";
            assert!(!counts, "{}: \"{} {}\"", path.display(), pair[0], pair[1]);
        }
    }
}

/// What CI runs is what the README and the guide say.
#[test]
fn ci_runs_the_commands_that_documents_give() {
    let ci = fs::read_to_string(root().join(".ci/run")).unwrap();
    for command in ["cargo fmt --check", "cargo clippy --all-targets -- -D warnings", "cargo test"] {
        assert!(ci.lines().any(|l| l == command), ".ci/run does not run `{command}`");
    }
}

/// No crate that users build asks for a newer compiler than we say.
#[test]
fn the_minimum_rust_version_is_true() {
    let verbose = Command::new("rustc").arg("-vV").output().unwrap().stdout;
    let verbose = String::from_utf8(verbose).unwrap();
    let host = verbose.lines().find_map(|l| l.strip_prefix("host: ")).unwrap();
    let cargo = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--offline", "--filter-platform", host])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(cargo.status.success(), "{}", String::from_utf8_lossy(&cargo.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&cargo.stdout).unwrap();
    let version = |p: &serde_json::Value| {
        let text = p["rust_version"].as_str()?.to_owned();
        let mut parts = text.split('.').map(|n| n.parse::<u32>().unwrap());
        Some((parts.next()?, parts.next()?, parts.next().unwrap_or(0)))
    };
    let packages = metadata["packages"].as_array().unwrap();
    let ours = packages.iter().find(|p| p["name"] == env!("CARGO_PKG_NAME")).and_then(version).unwrap();
    for package in packages {
        assert!(version(package) <= Some(ours), "{} {} wants a newer Rust", package["name"], package["version"]);
    }
}

/// The messages of whole projects keep to the style that fixtures of rules are held to.
#[test]
fn messages_of_whole_projects_keep_the_style() {
    let run = plimsoll(root(), &["lint", "fixtures/projects", "--format", "concise"]);
    let findings = run.stdout.lines().filter_map(|l| l.split_once("] "));
    let mut seen = 0;
    for (_, message) in findings {
        seen += 1;
        assert!(crate::rules::style(message).is_none(), "{message}");
    }
    assert!(seen > 10, "{}", run.stdout);
}
