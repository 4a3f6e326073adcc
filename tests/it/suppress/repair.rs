//! `--fix` and `--diff` over the entries of `plimsoll.toml`: those that earn no place are taken out, and nothing else.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{Run, command, plimsoll, plimsoll_with, run, temporary};

const POD: &str = "\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec: {containers: [{name: app, image: registry.example/web}]}
";

const RULES: &str = "image-tag,drop-all-capabilities,suppression-unused,suppression-expired";

const TOP: &str = "# ours\nfail-on = \"low\" # all\n\n";
const USED: &str =
    "# the mirror pins it\n[[ignore]]\nrule = 'image-tag'\nkind = \"Pod\"   # all of them\nreason = 'known'\n";
const IDLE: &str = "[[ignore]]\nrule = \"image-tag\"\nname = 'gone'\nreason = \"known\"\n";
const OVER: &str = "[[ignore]]\nrule = 'drop-all-capabilities'\nuntil = 2020-01-31\nreason = 'by then'\n";
const END: &str = "[rules]\nprivileged = 'critical'\n";

fn folder(name: &str, config: &str) -> PathBuf {
    let folder = temporary(&format!("ignore-repair-{name}"));
    fs::create_dir(folder.join("deploy")).unwrap();
    fs::write(folder.join("deploy/pod.yaml"), POD).unwrap();
    fs::write(folder.join("plimsoll.toml"), config).unwrap();
    folder
}

fn lint(folder: &Path, arguments: &str) -> Run {
    plimsoll(folder, &["lint", "--only", RULES].into_iter().chain(arguments.split_whitespace()).collect::<Vec<_>>())
}

fn config(folder: &Path) -> String {
    fs::read_to_string(folder.join("plimsoll.toml")).unwrap()
}

#[test]
fn entries_that_hide_nothing_or_are_over_are_taken_out() {
    let all = format!("{TOP}{IDLE}\n{USED}\n{OVER}\n{END}");
    let folder = folder("all", &all);
    let told = lint(&folder, "");
    assert!(told.stdout.contains("plimsoll.toml:4:1: low[suppression-unused]"), "{told:?}");
    assert!(told.stdout.contains("2 fixable with --fix, 1 more with --unsafe-fixes"), "{told:?}");
    let diff = lint(&folder, "--diff");
    assert_eq!((diff.code, config(&folder)), (1, all.clone()));
    assert!(diff.stdout.starts_with("--- a/plimsoll.toml\n+++ b/plimsoll.toml\n"), "{diff:?}");
    assert_eq!(diff.stderr, "would fix 2 findings in 1 file\n");
    let fixed = lint(&folder, "--fix");
    assert!(fixed.code == 1 && fixed.stdout.contains("fixed 2 findings in 1 file"), "{fixed:?}");
    // What the entry that is over hid before its day is still found; what the other hides is still hidden.
    assert!(fixed.stdout.contains("[drop-all-capabilities]") && fixed.stdout.contains(", 1 suppressed"), "{fixed:?}");
    assert!(!fixed.stdout.contains("[suppression-"), "{fixed:?}");
    assert_eq!(config(&folder), format!("{TOP}{USED}\n{END}"));
    assert!(fs::read_dir(&folder).unwrap().count() == 2, "nothing else is left");
    let again = lint(&folder, "--fix");
    assert!(again.stdout.contains("fixed 0 findings in 0 files"), "{again:?}");
    assert_eq!(lint(&folder, "--diff").code, 0);
}

/// The difference is the one that is written, with the files', and `git apply` takes it.
#[test]
fn a_difference_holds_files_and_configuration() {
    let folder = folder("diff", &format!("{TOP}{IDLE}"));
    let diff = lint(&folder, "--diff --unsafe-fixes");
    assert_eq!(diff.stderr, "would fix 2 findings in 2 files\n");
    let (pod, toml) = (diff.stdout.find("+++ b/deploy/pod.yaml"), diff.stdout.find("+++ b/plimsoll.toml"));
    assert!(pod.is_some() && pod < toml, "{diff:?}");
    assert!(lint(&folder, "--fix --unsafe-fixes").stdout.contains("fixed 2 findings in 2 files"));
    let mended = (config(&folder), fs::read_to_string(folder.join("deploy/pod.yaml")).unwrap());
    assert_eq!(mended.0, "# ours\nfail-on = \"low\" # all\n");
    fs::write(folder.join("plimsoll.toml"), format!("{TOP}{IDLE}")).unwrap();
    fs::write(folder.join("deploy/pod.yaml"), POD).unwrap();
    let mut git = std::process::Command::new("git");
    git.args(["apply", "-p1", "-"]).current_dir(&folder).env("GIT_CEILING_DIRECTORIES", folder.parent().unwrap());
    git.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    if std::process::Command::new("git").arg("--version").output().is_err() {
        println!("skipped: git is not at hand");
        return;
    }
    let applied = run(&mut git, diff.stdout.as_bytes());
    assert_eq!(applied.code, 0, "{applied:?}");
    assert_eq!((config(&folder), fs::read_to_string(folder.join("deploy/pod.yaml")).unwrap()), mended);
}

/// What a fix makes of the files may leave an entry with nothing to hide: one run takes it all out.
#[test]
fn an_entry_goes_with_what_it_hid() {
    let folder = folder("with", "[[ignore]]\nrule = 'drop-all-capabilities'\ncontainer = 'app'\nreason = 'known'\n");
    let diff = lint(&folder, "--diff --unsafe-fixes");
    assert_eq!((diff.code, diff.stdout.as_str()), (0, ""), "what is hidden is not mended: {diff:?}");
    // Elsewhere in the same list, JSON and the same file by its link.
    fs::write(folder.join("plimsoll.toml"), "ignore = [\n  { kind = 'Job', reason = 'none' }, # why\n]\n").unwrap();
    #[cfg(unix)]
    {
        fs::rename(folder.join("plimsoll.toml"), folder.join("real.toml")).unwrap();
        std::os::unix::fs::symlink("real.toml", folder.join("plimsoll.toml")).unwrap();
    }
    let fixed = lint(&folder, "--fix --unsafe-fixes");
    assert!(fixed.stdout.contains("fixed 2 findings in 2 files"), "{fixed:?}");
    assert_eq!(config(&folder), "ignore = [\n]\n");
    #[cfg(unix)]
    assert!(folder.join("plimsoll.toml").symlink_metadata().unwrap().is_symlink());
}

#[test]
fn entries_stay_where_nobody_can_tell_or_nobody_asks() {
    let all = format!("{TOP}{IDLE}");
    let folder = folder("stay", &all);
    // A part of the tree, something broken in it, a rule that did not run, suppressions left out, another revision.
    fs::write(folder.join("broken.yaml"), "a: [\n").unwrap();
    for arguments in ["deploy --fix", ". --fix", ". --fix --no-suppressions"] {
        lint(&folder, arguments);
        assert_eq!(config(&folder), all, "{arguments}");
    }
    fs::remove_file(folder.join("broken.yaml")).unwrap();
    plimsoll(&folder, &["lint", "--fix", "--only", "privileged,suppression-unused"]);
    plimsoll(&folder, &["lint", "--fix", "--only", "image-tag"]);
    plimsoll_with(&folder, &["lint", "--fix", "--only", RULES, "-"], POD.as_bytes());
    assert_eq!(config(&folder), all);
    // A baseline that knows the entry.
    lint(&folder, ". --write-baseline known.json");
    let known = lint(&folder, ". --fix --baseline known.json");
    assert!(known.code == 0 && known.stdout.contains("fixed 0 findings in 0 files"), "{known:?}");
    assert_eq!(config(&folder), all);
    // One more that it does not know.
    fs::write(folder.join("plimsoll.toml"), format!("{all}\n{OVER}")).unwrap();
    let new = lint(&folder, ". --fix --baseline known.json");
    assert!(new.code == 0 && new.stdout.contains("fixed 1 finding in 1 file"), "{new:?}");
    assert_eq!(config(&folder), all);
    for text in ["[[ignore]]\nrule = 'image-tga'\nreason = 'x'\n", "[[ignore]]\nrule = 'image-tag'\n"] {
        fs::write(folder.join("plimsoll.toml"), text).unwrap();
        assert_eq!((lint(&folder, "--fix").code, config(&folder)), (2, text.to_owned()));
    }
}

#[test]
fn an_entry_that_cannot_be_taken_out_is_told() {
    let comma = "ignore = [\n  { kind = 'Job', reason = 'x' }\n  , { kind = 'Pod', reason = 'x' }\n]\n";
    let folder = folder("told", comma);
    let run = lint(&folder, "--fix");
    let why =
        "plimsoll.toml: entries `[[ignore]]` are left as they are: the rest of the file would say something else\n";
    assert_eq!((run.code, run.stderr.as_str(), config(&folder).as_str()), (1, why, comma));
    fs::write(folder.join("plimsoll.toml"), IDLE).unwrap();
    fs::hard_link(folder.join("plimsoll.toml"), folder.join("other.toml")).unwrap();
    let run = lint(&folder, "--fix");
    assert!(run.code == 2 && run.stderr.starts_with("error: cannot write "), "{run:?}");
    assert!(run.stdout.contains("[suppression-unused]"), "the report is of the file as it is: {run:?}");
    assert_eq!(config(&folder), IDLE);
}

/// The edits of reports are those of `--fix`.
#[test]
fn reports_carry_the_edit() {
    let folder = folder("reports", &format!("{TOP}{IDLE}\n{END}"));
    let json: serde_json::Value = serde_json::from_str(&lint(&folder, "--format json").stdout).unwrap();
    let findings = json["findings"].as_array().unwrap();
    let entry = findings.iter().find(|f| f["rule"] == "suppression-unused").unwrap();
    let edit = &entry["fix"]["edits"][0];
    assert_eq!((&entry["fix"]["safety"], &edit["text"]), (&"safe".into(), &"".into()));
    assert_eq!((&edit["start"]["line"], &edit["end"]["line"]), (&4.into(), &9.into()), "{edit}");
}

/// A day of its own, so that the test holds on every day.
#[test]
fn an_entry_stays_until_its_day_is_over() {
    let text = "[[ignore]]\nrule = 'image-tag'\nuntil = 2026-03-31\nreason = 'known'\n";
    let folder = folder("day", text);
    let fix = |seconds: &str| {
        let arguments = ["lint", "--only", RULES, "--fix"];
        run(command(&folder, &arguments).env("SOURCE_DATE_EPOCH", seconds), b"");
        config(&folder)
    };
    assert_eq!(fix("1774999999"), text);
    assert_eq!(fix("1775001600"), "");
}
