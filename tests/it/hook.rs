//! The hook as the real pre-commit runs it, on a repository made for the test.
//! The hook's own build (`language: rust`) is left to `.ci/run`: here the program is already built.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{program, root, temporary};

const BAD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {hostPID: true, containers: []}\n";

#[test]
fn pre_commit_runs_the_hook_on_what_a_commit_changes() {
    let Some(work) = repository("hook", "{id: plimsoll}") else { return };
    fs::write(work.join("notes.txt"), "no manifest\n").unwrap();
    commit(&work);
    assert!(pre_commit(&work).contains("no files to check"), "a change without manifests is none of its business");

    fs::write(work.join("pod.yml"), BAD).unwrap();
    git(&work, &["add", "-A"]);
    let said = pre_commit(&work);
    assert!(said.contains("Failed") && said.contains("pod.yml:4:"), "{said}");
}

#[test]
fn pre_commit_stops_where_the_fixing_hook_changed_a_file() {
    let Some(work) = repository("hook-fix", "{id: plimsoll-fix, args: [--unsafe-fixes]}") else { return };
    commit(&work);
    let ours =
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n    - name: a # mine\n      image: b\n";
    fs::write(work.join("pod.yml"), ours).unwrap();
    fs::write(work.join("other.yml"), ours).unwrap();
    git(&work, &["add", "pod.yml"]);
    let said = pre_commit(&work);
    assert!(said.contains("Failed") && said.contains("files were modified by this hook"), "{said}");
    let mended = fs::read_to_string(work.join("pod.yml")).unwrap();
    assert!(mended.contains("runAsNonRoot: true") && mended.contains("- name: a # mine\n"), "{mended}");
    assert_eq!(fs::read_to_string(work.join("other.yml")).unwrap(), ours, "what is not in the commit is not touched");
    // Findings are left, and are not this hook's to stop at.
    git(&work, &["add", "pod.yml"]);
    let said = pre_commit(&work);
    assert!(said.contains("Passed"), "{said}");
    assert_eq!(fs::read_to_string(work.join("pod.yml")).unwrap(), mended);
}

/// A repository whose hook is ours, without a commit; none where pre-commit is not at hand.
fn repository(name: &str, hook: &str) -> Option<PathBuf> {
    if Command::new("pre-commit").arg("--version").output().is_err() {
        println!("skipped: pre-commit is not at hand (`pip install pre-commit`)");
        return None;
    }
    let folder = temporary(name);
    let hooks = folder.join("hooks");
    fs::create_dir(&hooks).unwrap();
    let manifest = fs::read_to_string(root().join(".pre-commit-hooks.yaml")).unwrap();
    let built = manifest.replace("language: rust", "language: system");
    assert_ne!(manifest, built, "the hook is built by pre-commit");
    let entry = format!("entry: {} lint", program().display());
    fs::write(hooks.join(".pre-commit-hooks.yaml"), built.replace("entry: plimsoll lint", &entry)).unwrap();
    let revision = commit(&hooks);

    let work = folder.join("work");
    fs::create_dir(&work).unwrap();
    let config = format!("repos:\n  - repo: {}\n    rev: {revision}\n    hooks: [{hook}]\n", hooks.display());
    fs::write(work.join(".pre-commit-config.yaml"), config).unwrap();
    Some(work)
}

fn pre_commit(work: &Path) -> String {
    let mut hook = Command::new("pre-commit");
    hook.arg("run").current_dir(work).env("PRE_COMMIT_HOME", work.join("../home"));
    String::from_utf8(hook.output().unwrap().stdout).unwrap()
}

fn commit(folder: &Path) -> String {
    git(folder, &["init", "--quiet"]);
    git(folder, &["add", "-A"]);
    git(folder, &["-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "--quiet", "-m", "a"]);
    git(folder, &["rev-parse", "HEAD"])
}

fn git(folder: &Path, arguments: &[&str]) -> String {
    let run = Command::new("git").args(arguments).current_dir(folder).output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    String::from_utf8(run.stdout).unwrap().trim().to_owned()
}
