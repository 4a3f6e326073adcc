//! What is known already, and what has not changed, is not mended.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::{DROPS, POD, drop_all};
use crate::support::{Run, plimsoll, temporary};

/// Runs it with the one rule, and the arguments between blanks.
fn lint(folder: &Path, arguments: &str) -> Run {
    let fixed = ["lint", "--only", "drop-all-capabilities,suppression-unused", "--unsafe-fixes"];
    let arguments: Vec<_> = fixed.into_iter().chain(arguments.split_whitespace()).collect();
    plimsoll(folder, &arguments)
}

fn read(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).unwrap()
}

const SECOND: &str = "    - name: second\n      image: registry.example/second:1.4\n";

#[test]
fn what_a_baseline_knows_stays_as_it_is() {
    let folder = temporary("fix-baseline");
    let write = |name: &str, text: &str| fs::write(folder.join(name), text).unwrap();
    write("old.yaml", POD);
    write("both.yaml", POD);
    let baseline = ["lint", "--only", "drop-all-capabilities", "--write-baseline", "known.json", "."];
    assert_eq!(plimsoll(&folder, &baseline).code, 0);
    // Another container, another object of the same name, and another file.
    let both = format!("{POD}{SECOND}---\n{POD}");
    write("both.yaml", &both);
    write("new.yaml", POD);
    for arguments in [". --diff --baseline known.json", ". --diff --baseline known.json --quiet"] {
        let diff = lint(&folder, arguments);
        assert_eq!((diff.code, diff.stdout.matches("+          drop: [ALL]").count()), (1, 3), "{diff:?}");
        assert!(!diff.stdout.contains("old.yaml"), "{diff:?}");
    }
    let run = lint(&folder, ". --fix --baseline known.json");
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("2 known; ") && run.stdout.contains("fixed 3 findings in 2 files"), "{run:?}");
    assert_eq!(read(&folder, "old.yaml"), POD);
    assert_eq!(read(&folder, "new.yaml"), drop_all(POD));
    assert_eq!(read(&folder, "both.yaml"), format!("{POD}{SECOND}{DROPS}---\n{}", drop_all(POD)));
    let again = lint(&folder, ". --fix --baseline known.json");
    assert!(again.code == 0 && again.stdout.contains("fixed 0 findings in 0 files"), "{again:?}");
    // The configuration's baseline counts as well, until it is left out.
    write("plimsoll.toml", "baseline = \"known.json\"\n");
    assert_eq!(lint(&folder, "old.yaml --diff").code, 0);
    let all = lint(&folder, "old.yaml --fix --no-baseline");
    assert!(all.code == 0 && all.stdout.contains("fixed 1 finding in 1 file"), "{all:?}");
    assert_eq!(read(&folder, "old.yaml"), drop_all(POD));
}

#[test]
fn a_known_suppression_that_hides_nothing_stays() {
    let folder = temporary("fix-baseline-suppression");
    let idle = format!("{POD}      # plimsoll: ignore[drop-all-capabilities] for later\n{DROPS}");
    fs::write(folder.join("app.yaml"), &idle).unwrap();
    let baseline = "lint --only drop-all-capabilities,suppression-unused --write-baseline known.json .";
    let run = plimsoll(&folder, &baseline.split_whitespace().collect::<Vec<_>>());
    assert_eq!(run.code, 0, "{run:?}");
    let known = lint(&folder, ". --fix --baseline known.json");
    assert!(known.stdout.contains("1 known; ") && known.stdout.contains("fixed 0 findings"), "{known:?}");
    assert_eq!(read(&folder, "app.yaml"), idle);
    let all = lint(&folder, ". --fix");
    assert!(all.stdout.contains("fixed 1 finding in 1 file"), "{all:?}");
    assert_eq!(read(&folder, "app.yaml"), format!("{POD}{DROPS}"));
}

#[test]
fn what_has_not_changed_stays_as_it_is() {
    if Command::new("git").arg("--version").output().is_err() {
        println!("skipped: git is not at hand");
        return;
    }
    let folder = temporary("fix-since");
    let git = |arguments: &str| {
        let mut git = Command::new("git");
        git.args(["-c", "user.name=a", "-c", "user.email=a@example.org"]).args(arguments.split_whitespace());
        assert!(git.current_dir(&folder).output().unwrap().status.success(), "{arguments}");
    };
    let write = |name: &str, text: &str| fs::write(folder.join(name), text).unwrap();
    let other = POD.replace("name: app #", "name: other #");
    write("same.yaml", POD);
    write("both.yaml", &format!("{POD}---\n{other}"));
    git("init --quiet");
    git("add -A");
    git("commit --quiet -m a");
    let changed = other.replace("1.4", "1.5");
    write("both.yaml", &format!("{POD}---\n{changed}"));
    write("new.yaml", POD);
    let diff = lint(&folder, ". --diff --since HEAD");
    assert_eq!((diff.code, diff.stdout.matches("+          drop: [ALL]").count()), (1, 2), "{diff:?}");
    assert!(diff.stderr.contains("would fix 2 findings in 2 files"), "{diff:?}");
    let run = lint(&folder, ". --fix --since HEAD");
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("2 objects changed since HEAD, 2 left out; "), "{run:?}");
    assert!(run.stdout.contains("fixed 2 findings in 2 files"), "{run:?}");
    assert_eq!(read(&folder, "same.yaml"), POD);
    assert_eq!(read(&folder, "new.yaml"), drop_all(POD));
    assert_eq!(read(&folder, "both.yaml"), format!("{POD}---\n{}", drop_all(&changed)));
    // Both at once: neither what is known nor what has not changed.
    write("new.yaml", POD);
    let baseline = ["lint", "--only", "drop-all-capabilities", "--write-baseline", "known.json", "new.yaml"];
    assert_eq!(plimsoll(&folder, &baseline).code, 0);
    let run = lint(&folder, ". --fix --since HEAD --baseline known.json");
    assert!(run.code == 0 && run.stdout.contains("fixed 0 findings in 0 files"), "{run:?}");
}
