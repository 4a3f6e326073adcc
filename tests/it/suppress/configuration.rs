//! `[[ignore]]` and `locked` in `plimsoll.toml`: what each selects, and when an entry is told to go.

use std::path::Path;

use crate::support::{Run, command, plimsoll, run, temporary};

const PODS: &str = "\
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: prod}
spec:
  containers:
    - name: app
      image: registry.example/team/web
    - name: helper
      image: docker.io/library/busybox
---
apiVersion: batch/v1
kind: Job
metadata: {name: nightly}
spec: {template: {spec: {containers: [{name: app, image: registry.example/job}]}}}
";

/// Lints the pods in a folder with this configuration, with `image-tag` and the rules about suppressions alone.
fn lint(folder: &Path, config: &str, arguments: &[&str]) -> Run {
    std::fs::create_dir_all(folder.join("deploy")).unwrap();
    std::fs::write(folder.join("deploy/pods.yaml"), PODS).unwrap();
    std::fs::write(folder.join("plimsoll.toml"), config).unwrap();
    let only = "image-tag,suppression-unused,suppression-expired,suppression-locked";
    plimsoll(folder, &[&["lint", "--only", only], arguments].concat())
}

/// The lines on which `image-tag` is shown.
fn shown(run: &Run) -> Vec<u32> {
    let lines = run.stdout.lines().filter(|l| l.contains("[image-tag]"));
    lines.map(|l| l.split(':').nth(1).unwrap().parse().unwrap()).collect()
}

#[test]
fn every_selector_selects() {
    let folder = temporary("ignore-selectors");
    for (selectors, left) in [
        ("rule = 'image-tag'", &[][..]),
        ("rule = ['image-tag', 'privileged']\nkind = 'Job'", &[7, 9]),
        ("path = 'deploy/'", &[]),
        ("path = ['/pods.yaml']\nrule = 'image-tag'", &[7, 9, 14]),
        ("path = ['other/**', 'dep*/*.yaml']", &[]),
        ("kind = ['Pod', 'Deployment']", &[14]),
        ("namespace = 'pr*'", &[14]),
        ("name = 'night?y'", &[7, 9]),
        ("container = 'helper'", &[7, 14]),
        ("image = 'registry.example/*'", &[9]),
        ("image = ['*busybox', '*/job']\nkind = '*'", &[7]),
        ("image = '*'\ncontainer = 'app'\nnamespace = 'prod'", &[9, 14]),
    ] {
        let run = lint(&folder, &format!("[[ignore]]\n{selectors}\nreason = 'known'\n"), &[]);
        assert_eq!(shown(&run), left, "{selectors}: {run:?}");
        let unused = run.stdout.contains("plimsoll.toml:1:1: low[suppression-unused] this entry hides nothing");
        assert_eq!(unused, left.len() == 3, "{selectors}: {run:?}");
        assert_eq!(run.code, i32::from(!left.is_empty()), "{selectors}: {run:?}");
        let all = lint(&folder, &format!("[[ignore]]\n{selectors}\nreason = 'known'\n"), &["--no-suppressions"]);
        assert_eq!(shown(&all), [7, 9, 14], "{selectors}");
    }
}

/// In a part of the tree an entry for another part is not called unused.
#[test]
fn an_entry_is_unused_where_the_whole_tree_was_read() {
    let folder = temporary("ignore-unused");
    let config = "fail-on = 'low'\n\n# kept\n[[ignore]]\nkind = 'CronJob'\nreason = 'known'\n\n[rules]\n";
    let unused = |arguments: &[&str]| {
        let run = lint(&folder, config, arguments);
        run.stdout.contains("plimsoll.toml:4:1: low[suppression-unused]")
    };
    for whole in [&[][..], &["."], &["deploy", "../ignore-unused"]] {
        assert!(unused(whole), "{whole:?}");
    }
    for part in [&["deploy"][..], &["deploy/pods.yaml"], &["-"], &[".", "--exclude", "x"]] {
        assert!(!unused(part), "{part:?}");
    }
    let human = lint(&folder, config, &["--format", "human"]).stdout;
    assert!(human.contains("\n 4 │ [[ignore]]\n") || human.contains(" 4 │ [[ignore]]"), "{human}");
}

#[test]
fn an_entry_ends_with_its_day() {
    let folder = temporary("ignore-until");
    let config = "[[ignore]]\nrule = 'image-tag'\nuntil = 2026-03-31\nreason = 'known'\n";
    lint(&folder, config, &[]);
    let on = |seconds: &str| {
        let arguments = ["lint", "--only", "image-tag,suppression-expired"];
        run(command(&folder, &arguments).env("SOURCE_DATE_EPOCH", seconds), b"")
    };
    let last_day = on("1774999999");
    assert_eq!((last_day.code, shown(&last_day).len()), (0, 0), "{last_day:?}");
    let next_day = on("1775001600");
    assert_eq!((next_day.code, shown(&next_day).len()), (1, 3), "{next_day:?}");
    assert!(next_day.stdout.contains("[suppression-expired] this entry ended on 2026-03-31"), "{next_day:?}");
    assert_eq!(on("yesterday").code, 2);
}

#[test]
fn a_locked_rule_is_silenced_by_the_configuration_alone() {
    let folder = temporary("ignore-locked");
    std::fs::create_dir_all(folder.join("a")).unwrap();
    std::fs::write(
        folder.join("a/pod.yaml"),
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  - name: app\n    \
         image: app # plimsoll: ignore[image-tag] please\n",
    )
    .unwrap();
    let run = lint(&folder, "locked = ['image-tag']\n", &["a"]);
    assert!(run.stdout.contains("a/pod.yaml:7:12: ") && run.stdout.contains("[image-tag]"), "{run:?}");
    assert!(run.stdout.contains("low[suppression-locked] `image-tag` is locked by the configuration"), "{run:?}");
    let config = "locked = 'image-tag'\n[[ignore]]\nrule = 'image-tag'\nreason = 'we say so'\n";
    let run = lint(&folder, config, &["a"]);
    assert_eq!(shown(&run).len(), 0, "{run:?}");
    assert!(run.stdout.contains(", 1 suppressed; "), "{run:?}");
}

#[test]
fn reports_tell_who_says_so() {
    let folder = temporary("ignore-reports");
    let config = "[[ignore]]\nrule = 'image-tag'\nkind = 'Pod'\nreason = 'the mirror pins them'\n";
    let json: serde_json::Value = serde_json::from_str(&lint(&folder, config, &["--format", "json"]).stdout).unwrap();
    assert_eq!(json["suppressed"].as_array().unwrap().len(), 2);
    let suppression = &json["suppressed"][0]["suppression"];
    assert_eq!(
        (&suppression["kind"], &suppression["justification"]),
        (&"external".into(), &"the mirror pins them".into())
    );
    assert_eq!(
        (&suppression["place"]["path"], &suppression["place"]["start"]["line"]),
        (&"plimsoll.toml".into(), &1.into())
    );
    let sarif: serde_json::Value = serde_json::from_str(&lint(&folder, config, &["--format", "sarif"]).stdout).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let told: Vec<_> = results.iter().map(|r| r["suppressions"].as_array().unwrap().len()).collect();
    assert_eq!(told, [1, 1, 0]);
    assert_eq!(results[0]["suppressions"][0]["status"], "accepted");
}
