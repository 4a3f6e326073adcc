//! `--since`: in repositories that are made for the test, with the real git.

mod suppressed;

use std::ffi::OsStr;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::support::{Run, plimsoll, temporary};

const POD: &str = "\
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: prod}
spec:
  hostPID: true
  containers: [{name: app, image: b}]
";

struct Repository(PathBuf);

impl Repository {
    /// An empty repository; none where there is no git.
    fn new(name: &str) -> Option<Self> {
        if Command::new("git").arg("--version").output().is_err() {
            println!("skipped: git is not at hand");
            return None;
        }
        let repository = Self(temporary(&format!("since-{name}")));
        repository.git(&["init", "--quiet"]);
        Some(repository)
    }

    fn git(&self, arguments: &[&str]) -> String {
        let mut git = Command::new("git");
        git.args(["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "protocol.file.allow=always"]);
        let run = git.args(arguments).current_dir(&self.0).output().unwrap();
        assert!(run.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&run.stderr));
        String::from_utf8(run.stdout).unwrap().trim().to_owned()
    }

    fn commit(&self) -> &Self {
        self.git(&["add", "-A"]);
        self.git(&["commit", "--quiet", "--allow-empty", "-m", "a"]);
        self
    }

    fn file(&self, name: impl AsRef<OsStr>, text: &str) -> &Self {
        let path = self.0.join(name.as_ref());
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    fn remove(&self, name: &str) -> &Self {
        fs::remove_file(self.0.join(name)).unwrap();
        self
    }

    fn run_in(&self, folder: &str, args: &str) -> Run {
        let args = format!("lint --only host-namespaces {args}");
        plimsoll(&self.0.join(folder), &args.split_whitespace().collect::<Vec<_>>())
    }

    /// The findings of what changed since the last commit: each file with its line.
    fn changed(&self, args: &str) -> Vec<String> {
        let run = self.run_in(".", &format!("--since HEAD {args}"));
        assert_eq!(run.stderr, "");
        let lines = run.stdout.lines().filter_map(|l| l.split_once(": high[host-namespaces]"));
        let found: Vec<String> = lines.map(|(place, _)| place.rsplit_once(':').unwrap().0.to_owned()).collect();
        assert_eq!(run.code, i32::from(!found.is_empty()), "{}", run.stdout);
        found
    }
}

#[test]
fn only_objects_that_mean_something_else_are_told() {
    let Some(it) = Repository::new("objects") else { return };
    let two = format!("{POD}---\n{}", POD.replace("web", "api"));
    it.file("a.yaml", &two).file("b.yaml", &POD.replace("web", "job")).commit();
    assert_eq!(it.changed("."), [""; 0]);
    // Form alone.
    let json = "{\"kind\": \"Pod\", \"apiVersion\": \"v1\", \"spec\": {\"containers\": [{\"image\": \"b\", \"name\": \"app\"}],\
                \"hostPID\": true}, \"metadata\": {\"namespace\": \"prod\", \"name\": \"job\"}}";
    it.file("b.yaml", json);
    it.file("a.yaml", &format!("# why\n{}", two.replace("true", "yes # on").replace('\n', "\r\n")));
    assert_eq!(it.changed("."), [""; 0]);
    // One of two, whose finding is an old one.
    it.file("a.yaml", &two.replace("name: api", "name: api, labels: {a: b}"));
    assert_eq!(it.changed("."), ["a.yaml:12"]);
    let run = it.run_in(".", "--since HEAD .");
    let summary = run.stdout.lines().last().unwrap();
    assert!(summary.contains(" in 3 pods, 1 object changed since HEAD, 2 left out; files: 2 linted"), "{summary}");
    // Staged or not, a new name is a new object, and so is one that the revision does not have.
    it.git(&["add", "-A"]);
    assert_eq!(it.changed("."), ["a.yaml:12"]);
    it.file("b.yaml", &POD.replace("web", "other")).file("new/c.yaml", POD);
    assert_eq!(it.changed("."), ["a.yaml:12", "b.yaml:5", "new/c.yaml:5"]);
    it.file(".gitignore", "new\n");
    assert_eq!(it.changed(". --no-ignore"), ["a.yaml:12", "b.yaml:5", "new/c.yaml:5"]);
    let report: Value = serde_json::from_str(&it.run_in(".", "--since HEAD a.yaml --format json").stdout).unwrap();
    let schema: Value = serde_json::from_str(plimsoll::report::json::SCHEMA).unwrap();
    assert!(jsonschema::is_valid(&schema, &report));
    assert_eq!(report["since"]["leftOut"], 1);
}

#[test]
fn what_has_moved_has_not_changed() {
    let Some(it) = Repository::new("moved") else { return };
    it.file("a.yaml", POD).file("b.yaml", &POD.replace("web", "api")).commit();
    it.remove("a.yaml").file("deep/z.yaml", POD);
    assert_eq!(it.changed("."), [""; 0]);
    // Into a file that was there, and out of one that still is.
    it.remove("deep/z.yaml")
        .file("a.yaml", "a: 1\n")
        .file("b.yaml", &format!("{}---\n{POD}", POD.replace("web", "api")));
    assert_eq!(it.changed("."), [""; 0]);
    // A copy is new, and so is an overlay that becomes what another was.
    it.file("a.yaml", POD).file("b.yaml", &POD.replace("web", "api")).file("copy.yaml", POD);
    assert_eq!(it.changed("."), ["copy.yaml:5"]);
    it.remove("copy.yaml").file("prod/a.yaml", &POD.replace("image: b", "image: c")).commit();
    it.file("prod/a.yaml", POD).file("a.yaml", &POD.replace("image: b", "image: d"));
    assert_eq!(it.changed("."), ["a.yaml:5", "prod/a.yaml:5"]);
}

#[test]
fn names_folders_and_links_may_be_odd() {
    let Some(it) = Repository::new("names") else { return };
    it.file("a \"b'\t\u{fc}.yaml", POD).file("deep/er/x.yaml", POD).file("same.yaml", POD);
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        it.file(OsStr::from_bytes(b"caf\xe9\n.yaml"), POD);
        std::os::unix::fs::symlink("same.yaml", it.0.join("link.yaml")).unwrap();
    }
    it.commit();
    assert_eq!(it.changed("."), [""; 0]);
    let other = POD.replace("image: b", "image: c");
    it.file("a \"b'\t\u{fc}.yaml", &other).file("deep/er/x.yaml", &other);
    let mut changed = vec!["a \"b'\\t\u{fc}.yaml:5".to_owned()];
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        it.file(OsStr::from_bytes(b"caf\xe9\n.yaml"), &other);
        changed.push("caf\\xE9\\n.yaml:5".into());
    }
    changed.push("deep/er/x.yaml:5".into());
    assert_eq!(it.changed("."), changed);
    assert_eq!(it.changed("deep"), ["deep/er/x.yaml:5"]);
    it.git(&["config", "diff.relative", "true"]);
    for (folder, path, told) in [("deep", ".", "er/x.yaml:5"), ("deep/er", "..", "../er/x.yaml:5")] {
        let run = it.run_in(folder, &format!("--since HEAD {path}"));
        assert!(run.stdout.starts_with(told), "{folder}: {run:?}");
    }
    let elsewhere = it.run_in(".", "--since HEAD ../since-names-outside.yaml");
    assert_eq!(elsewhere.code, 2, "a file that is not there");
    fs::write(it.0.join("../since-names-outside.yaml"), POD).unwrap();
    let elsewhere = it.run_in(".", "--since HEAD ../since-names-outside.yaml");
    assert_eq!((elsewhere.code, elsewhere.stdout.as_str()), (2, ""));
    assert!(elsewhere.stderr.contains("since-names-outside.yaml is outside the repository "), "{}", elsewhere.stderr);
}

#[test]
fn submodules_are_left_alone() {
    let (Some(inner), Some(it)) = (Repository::new("submodule"), Repository::new("super")) else { return };
    inner.file("a.yaml", POD).commit();
    it.file("own.yaml", POD);
    it.git(&["submodule", "--quiet", "add", inner.0.to_str().unwrap(), "sub"]);
    it.commit().file("sub/a.yaml", &POD.replace("image: b", "image: c")).file("sub/new.yaml", POD);
    assert_eq!(it.changed("."), [""; 0]);
    it.file("own.yaml", &POD.replace("image: b", "image: c"));
    assert_eq!(it.changed("."), ["own.yaml:5"]);
}

/// Two things reach further than the object that changed: what rules over all files look at, and suppressions.
#[test]
fn what_follows_from_a_change_is_told_too() {
    let Some(it) = Repository::new("follows") else { return };
    let lint = |rule: &str| {
        let run = plimsoll(&it.0, &["lint", "--only", rule, "--since", "HEAD", "."]);
        assert_eq!(run.stderr, "");
        run.stdout.lines().filter(|l| l.contains(&format!("[{rule}]"))).count()
    };
    let class = "apiVersion: node.k8s.io/v1\nkind: RuntimeClass\nmetadata: {name: kata}\nhandler: kata\n";
    let pod = POD.replace("spec:\n", "spec:\n  runtimeClassName: kata\n");
    let lost = pod.replace("web", "lost").replace("kata", "gvisor");
    it.file("class.yaml", class).file("pod.yaml", &pod).file("lost.yaml", &lost).commit();
    assert_eq!(lint("runtime-class-unknown"), 0, "that of lost.yaml is an old one");
    it.remove("class.yaml");
    assert_eq!(lint("runtime-class-unknown"), 1);
    it.file("class.yaml", &format!("# form\n{class}"));
    assert_eq!(lint("runtime-class-unknown"), 0);
    let quiet = POD.replace("hostPID: true", "hostPID: true # plimsoll: ignore[host-namespaces] it watches processes");
    it.file("quiet.yaml", &quiet).commit();
    assert_eq!(lint("host-namespaces"), 0);
    it.file("quiet.yaml", POD);
    assert_eq!(lint("host-namespaces"), 1);
}

#[test]
fn a_baseline_is_compared_with_everything() {
    let Some(it) = Repository::new("baseline") else { return };
    it.file("a.yaml", POD).file("b.yaml", &POD.replace("web", "api")).commit();
    assert_eq!(it.run_in(".", ". --write-baseline .known.json").code, 0);
    it.file("a.yaml", &POD.replace("image: b", "image: c"));
    let run = it.run_in(".", ". --since HEAD --baseline .known.json --prune");
    assert_eq!(run.code, 0);
    assert!(run.stdout.contains("2 known, 1 object changed since HEAD, 0 left out"), "{}", run.stdout);
    assert_eq!(fs::read_to_string(it.0.join(".known.json")).unwrap().matches("fingerprint").count(), 2);
}

#[test]
fn what_git_cannot_tell_is_an_error() {
    let Some(it) = Repository::new("errors") else { return };
    it.file("a.yaml", POD);
    let says = |args: &str, told: &str| {
        let run = it.run_in(".", args);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{args}");
        assert!(run.stderr.contains(told), "{args}: {}", run.stderr);
    };
    says(". --since HEAD", "error: `--since`: git knows no revision `HEAD`");
    it.commit();
    says(". --since main~7", "git knows no revision `main~7`");
    says(". --since=-p", "git knows no revision `-p`");
    says(". --since=--output=x", "git knows no revision `--output=x`");
    says(". --since HEAD:a.yaml", "git knows no revision `HEAD:a.yaml`");
    says("- --since HEAD", "`--since`: it compares files, and <stdin> is none of the repository's");
    assert_eq!(it.changed("."), [""; 0]);
    it.commit();
    let shallow = format!("file://{}", it.0.display());
    it.git(&["clone", "--quiet", "--depth", "1", &shallow, "clone"]);
    let run = it.run_in("clone", ". --since HEAD~1");
    assert!(run.stderr.contains("the clone is shallow, and `git fetch --unshallow`"), "{}", run.stderr);
    // No repository, and no git.
    let outside = std::env::temp_dir().join(format!("plimsoll-since-{}", std::process::id()));
    fs::create_dir_all(&outside).unwrap();
    let run = plimsoll(&outside, &["lint", "--since", "HEAD"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.starts_with("error: `--since`: git: not a git repository"), "{}", run.stderr);
    let mut alone = crate::support::command(&it.0, &["lint", "--since", "HEAD"]);
    let run = crate::support::run(alone.env("PATH", &outside), b"");
    assert_eq!((run.code, run.stderr.as_str()), (2, "error: `--since`: git is not at hand\n"));
    fs::remove_dir_all(&outside).unwrap();
}
