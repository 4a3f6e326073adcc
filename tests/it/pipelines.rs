//! The pipelines that the project offers, run as their runners would: GitHub's action and GitLab's job.

mod action;
mod gitlab;

use std::path::{Path, PathBuf};
use std::process::Command;

use plimsoll::source::Span;
use plimsoll::yaml::{self, Slot, Tree};

use crate::support::root;

/// A manifest with findings of all severities.
const BAD: &str =
    "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {hostPID: true, containers: [{name: a, image: b}]}\n";

/// A text of ours, as our own reader reads it.
fn tree(text: &str) -> Tree<'_> {
    yaml::parse(text, Span::new(0, text.len())).unwrap()
}

fn read(name: &str) -> String {
    std::fs::read_to_string(root().join(name)).unwrap()
}

fn slot<'t>(tree: &'t Tree<'t>) -> Slot<'t> {
    Slot::root(tree, tree.root())
}

/// Whether there is such a shell; the skip is printed.
fn has(shell: &str) -> bool {
    let has = Command::new(shell).args(["-c", "exit 0"]).status().is_ok_and(|s| s.success());
    if !has {
        println!("skipped: {shell} is not at hand");
    }
    has
}

/// An empty folder whose name is as awkward as a folder's name may be, and a folder beside it.
fn folders(name: &str) -> (PathBuf, PathBuf) {
    let base = crate::support::temporary(name);
    let work = base.join("my $(touch pwned) work");
    std::fs::create_dir(&work).unwrap();
    (base, work)
}

fn path_with(first: &Path) -> String {
    format!("{}:{}", first.display(), std::env::var("PATH").unwrap())
}

/// Writes a program.
#[cfg(unix)]
fn script(path: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// What `plimsoll init` prints is what the README shows, and is YAML.
#[test]
fn the_lines_for_pipelines_are_shown_in_the_readme() {
    let readme = read("README.md");
    for pipeline in plimsoll::adopt::pipelines() {
        let block = format!("```yaml\n# {}\n{}```\n", pipeline.file, pipeline.text);
        assert!(readme.contains(&block), "the README does not show:\n{block}");
        let tree = tree(&pipeline.text);
        assert!(slot(&tree).is_map() && tree.duplicates().is_empty());
    }
}
