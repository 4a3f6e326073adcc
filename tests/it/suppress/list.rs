//! `plimsoll lint --list-suppressions`: what it says of each, its age by git included.

use std::path::Path;
use std::process::Command;

use crate::support::{command, plimsoll, run, temporary};

const POD: &str = "\
apiVersion: v1
kind: Pod
metadata:
  name: a
  annotations:
    ignore.plimsoll.dev/privileged: until=2020-01-31 soon
spec:
  containers:
    - name: app
      image: app # plimsoll: ignore[image-tag, image-digest] built on the spot
";

fn git(folder: &Path, arguments: &[&str]) -> bool {
    let mut git = Command::new("git");
    git.args(["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]).args(arguments);
    git.env("GIT_AUTHOR_DATE", "2026-01-01T12:00:00Z").env("GIT_COMMITTER_DATE", "2026-01-01T12:00:00Z");
    git.current_dir(folder).output().is_ok_and(|o| o.status.success())
}

#[test]
fn each_is_listed_with_what_it_hides() {
    let folder = temporary("list-plain");
    // Not within this repository's own history.
    std::fs::create_dir_all(folder.join("elsewhere")).unwrap();
    std::fs::write(folder.join("pod.yaml"), POD).unwrap();
    std::fs::write(folder.join("plimsoll.toml"), "[[ignore]]\npath = 'x/'\nreason = 'old'\nuntil = '2999-12-31'\n")
        .unwrap();
    let mut listing = command(&folder, &["lint", "--list-suppressions"]);
    let listed = run(listing.env("GIT_DIR", folder.join("elsewhere")), b"");
    assert_eq!(listed.code, 0, "{listed:?}");
    let unknown = "  since: unknown: git: ";
    assert!(listed.stdout.lines().filter(|l| l.starts_with(unknown)).count() == 3, "{}", listed.stdout);
    let known: Vec<&str> = listed.stdout.lines().filter(|l| !l.starts_with(unknown)).collect();
    assert_eq!(
        known,
        [
            "plimsoll.toml:1:1: any rule: configuration, until 2999-12-31",
            "  why: old",
            "  hides nothing",
            "pod.yaml:6:5: privileged: annotation, until 2020-01-31",
            "  why: soon",
            "  hides nothing: it does not hold",
            "pod.yaml:10:18: image-tag, image-digest: comment",
            "  why: built on the spot",
            "  hides 2 findings:",
            "    pod.yaml:10:14: [image-digest] container \"app\" does not pin the image app by its digest",
            "    pod.yaml:10:14: [image-tag] container \"app\" runs the image app without a tag: tomorrow's may be another one",
            "3 suppressions hide 2 findings",
        ]
    );
}

#[test]
fn git_knows_their_age() {
    let folder = temporary("list-git");
    std::fs::write(folder.join("pod.yaml"), POD).unwrap();
    if !(git(&folder, &["init", "-q"]) && git(&folder, &["add", "."]) && git(&folder, &["commit", "-qm", "a"])) {
        println!("skipped: git is not at hand");
        return;
    }
    std::fs::write(folder.join("pod.yaml"), format!("# moved\n{POD}").replace("built on", "made on")).unwrap();
    std::fs::write(folder.join("new.yaml"), POD).unwrap();
    let list = ["lint", "--list-suppressions", "--format", "json"];
    let listed = run(command(&folder, &list).env("SOURCE_DATE_EPOCH", "1769947200"), b"");
    let list: serde_json::Value = serde_json::from_str(&listed.stdout).unwrap();
    let told = |n: usize, key: &str| list["suppressions"][n][key].clone();
    assert_eq!((told(2, "path"), told(2, "line")), ("pod.yaml".into(), 7.into()));
    assert_eq!(
        (told(2, "since"), told(2, "ageInDays"), told(2, "ageUnknown")),
        ("2026-01-01".into(), 31.into(), ().into())
    );
    assert_eq!((told(3, "since"), told(3, "ageUnknown")), (().into(), "not committed yet".into()));
    assert_eq!(told(3, "rules"), serde_json::json!(["image-tag", "image-digest"]));
    assert_eq!(told(3, "hides").as_array().unwrap().len(), 2);
    assert!(told(0, "ageUnknown").as_str().unwrap().starts_with("git: "), "{list:#}");
    let stdin = crate::support::plimsoll_with(&folder, &["lint", "-", "--list-suppressions"], POD.as_bytes());
    assert!(stdin.stdout.contains("since: unknown: standard input has no history"), "{stdin:?}");
}

#[test]
fn it_is_written_as_text_or_json() {
    let folder = temporary("list-formats");
    std::fs::write(folder.join("pod.yaml"), POD).unwrap();
    let sarif = plimsoll(&folder, &["lint", "--list-suppressions", "--format", "sarif"]);
    assert_eq!((sarif.code, sarif.stdout.as_str()), (2, ""));
    assert!(sarif.stderr.contains("as text or as `--format json`"), "{sarif:?}");
    let both = ["lint", "--list-suppressions", "--format", "json", "--output", "list.json", "--format", "human"];
    assert_eq!(plimsoll(&folder, &both).code, 0);
    assert!(std::fs::read_to_string(folder.join("list.json")).unwrap().starts_with("{\n"));
    std::fs::write(folder.join("broken.yaml"), "a: [\n").unwrap();
    assert_eq!(plimsoll(&folder, &["lint", "--list-suppressions"]).code, 2);
}
