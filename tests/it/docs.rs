//! Documents: what is generated in them is compared with what the code says (written under `BLESS=1`),
//! and every command and example that they show is run.

use std::fs;
use std::path::Path;

use clap::ValueEnum;
use plimsoll::report::Format;

use crate::support::{blessed, plimsoll, root, temporary};

fn read(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap()
}

/// A text with what stands between `<!-- name: begin -->` and `<!-- name: end -->` replaced.
fn with_part(text: &str, name: &str, part: &str) -> String {
    let (begin, end) = (format!("<!-- {name}: begin -->\n"), format!("<!-- {name}: end -->"));
    let (before, rest) = text.split_once(&begin).expect("the document has a place for this part");
    let (_, after) = rest.split_once(&end).unwrap();
    format!("{before}{begin}{part}{end}{after}")
}

#[test]
fn the_readme_shows_a_run_the_configuration_and_the_catalogue() {
    let text = with_part(&read("README.md"), "run", &sample_run());
    let text = with_part(&text, "formats", &formats());
    let text = with_part(&text, "config", &format!("```toml\n{}```\n", plimsoll::config::reference()));
    blessed(&root().join("README.md"), &with_part(&text, "rules", &crate::rules::table()));
}

fn formats() -> String {
    let row = |format: &Format| {
        let value = format.to_possible_value().unwrap();
        format!("| `{}` | {} |\n", value.get_name(), value.get_help().unwrap())
    };
    let rows: String = Format::value_variants().iter().map(row).collect();
    format!("| format | what it is for |\n|---|---|\n{rows}")
}

fn sample_run() -> String {
    let command = "plimsoll lint fixtures/projects/first --format human";
    let run = plimsoll(root(), &command.split(' ').skip(1).collect::<Vec<_>>());
    assert_eq!(run.code, 1, "{}", run.stderr);
    format!("```console\n$ {command}\n{}```\n", run.stdout)
}

/// The blocks of a Markdown text that are fenced with this word.
fn blocks(text: &str, fence: &str) -> Vec<String> {
    let open = format!("\n```{fence}\n");
    text.split(&open).skip(1).map(|rest| rest.split_once("```").unwrap().0.to_owned()).collect()
}

/// Every command either starts the program, and is run, or is one that `.ci/run` runs.
#[test]
fn the_commands_of_the_readme_work() {
    let ci = read(".ci/run");
    let blocks = blocks(&read("README.md"), "sh");
    assert!(blocks[0].starts_with("cargo run --release -- lint ") && blocks[0].ends_with("\ncargo test\n"));
    for line in blocks.iter().flat_map(|b| b.lines()) {
        if line.contains(" --since ") && !has_revisions() {
            println!("skipped: {line}: this is no clone of the repository");
        } else if let Some(arguments) = line.strip_prefix("plimsoll ").or(line.strip_prefix("cargo run --release -- "))
        {
            assert!(matches!(start(root(), arguments), 0 | 1), "{line}");
        } else {
            assert!(ci.lines().any(|l| l == line), "{line} is no command of ours");
        }
    }
}

fn has_revisions() -> bool {
    let git = std::process::Command::new("git").args(["rev-parse", "--verify", "HEAD"]).current_dir(root()).output();
    git.is_ok_and(|git| git.status.success())
}

/// Runs the program in a folder with arguments as a shell would split them, and gives its exit code.
fn start(folder: &Path, arguments: &str) -> i32 {
    let (arguments, stdin) = arguments.split_once(" < ").unwrap_or((arguments, ""));
    let arguments: Vec<_> = arguments.split(' ').collect();
    let input = if stdin.is_empty() { Vec::new() } else { fs::read(folder.join(stdin)).unwrap() };
    crate::support::plimsoll_with(folder, &arguments, &input).code
}

#[test]
fn the_configuration_of_the_readme_is_read_and_obeyed() {
    let folder = temporary("configuration");
    let blocks = blocks(&read("README.md"), "toml");
    fs::write(folder.join("plimsoll.toml"), &blocks[0]).unwrap();
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: b}]}\n";
    for directory in ["legacy", "vendor", "new"] {
        fs::create_dir(folder.join(directory)).unwrap();
        fs::write(folder.join(directory).join("pod.yaml"), pod).unwrap();
    }
    let run = plimsoll(&folder, &["lint"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    let severity = |path: &str, rule: &str| {
        let line = run.stdout.lines().find(|l| l.starts_with(path) && l.contains(&format!("[{rule}]")))?;
        line.split_once(": ")?.1.split_once('[').map(|(severity, _)| severity.to_owned())
    };
    assert_eq!(severity("legacy/", "drop-all-capabilities").as_deref(), Some("low"));
    assert_eq!(severity("new/", "drop-all-capabilities").as_deref(), Some("high"));
    assert_eq!(severity("new/", "fs-group-floor"), None);
    assert!(!run.stdout.contains("vendor/"), "{}", run.stdout);
}

#[test]
fn documents_name_the_repository_and_the_hook_as_they_are() {
    let readme = read("README.md");
    let manifest = read("Cargo.toml");
    let value = |key: &str| {
        let line = manifest.lines().find_map(|l| l.strip_prefix(&format!("{key} = ")));
        line.unwrap().trim_matches('"').to_owned()
    };
    for address in readme.split_whitespace().filter(|w| w.contains("github.com/")) {
        assert_eq!(address, value("repository"));
    }
    assert!(readme.contains(&format!("({} or newer)", value("rust-version"))));
    assert!(readme.contains(&format!("rev: v{}\n", value("version"))));
    let id = |text: &str| text.lines().find_map(|l| l.trim().strip_prefix("- id: ").map(str::to_owned)).unwrap();
    assert_eq!(id(&readme), id(&read(".pre-commit-hooks.yaml")));
}
