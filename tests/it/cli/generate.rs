//! `plimsoll generate policies`: engines, choices, and slips of whoever types.

use super::{Dir, FAIL};
use crate::support::Run;

fn policies(dir: &Dir, args: &[&str]) -> Run {
    dir.run(&[&["generate", "policies"], args].concat())
}

#[test]
fn policies_follow_configuration_and_options() {
    let dir = Dir::new();
    let all = policies(&dir, &[]);
    assert_eq!((all.code, all.stderr.as_str()), (0, ""));
    assert!(
        all.stdout.contains("\n  name: plimsoll-privileged\n") && all.stdout.contains("name: plimsoll-host-port\n")
    );
    assert!(!all.stdout.contains("Deny"));
    dir.file("plimsoll.toml", "uid-floor = 20000\n[rules]\nhost-port = \"off\"\nprivileged = \"low\"\n");
    let configured = policies(&dir, &["--enforce-at", "low"]);
    assert!(!configured.stdout.contains("plimsoll-host-port"));
    assert!(configured.stdout.contains("plimsoll.dev/severity: low\n") && configured.stdout.contains("above 20000"));
    let named = policies(&dir, &["--rules", "host-port,privileged", "--exclude-namespace", "legacy"]);
    assert_eq!(named.stdout.matches("kind: ValidatingAdmissionPolicy\n").count(), 2);
    assert!(named.stdout.contains("            # left out by --exclude-namespace\n            - legacy\n"));
    let standard = policies(&dir, &["--standard", "baseline", "--no-config", "--kubernetes", "1.34"]);
    assert!(
        standard.stdout.contains("plimsoll-host-port\n") && !standard.stdout.contains("plimsoll-run-as-non-root\n")
    );
    let floor = policies(&dir, &["--rules", "run-as-user-floor", "--params", "kube-system/limits"]);
    assert!(
        floor.stdout.contains("uid-floor: \"20000\"\n") && floor.stdout.contains("parameterNotFoundAction: Deny\n")
    );
    assert!(!floor.stdout.contains("runtime-classes"));
    for engine in ["kyverno", "kyverno-legacy", "pss", "mutating"] {
        let ran = policies(&dir, &["--engine", engine]);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{engine}");
        assert!(ran.stdout.starts_with("---\n#"), "{engine}");
    }
}

#[test]
fn known_findings_are_left_alone_until_a_day() {
    let dir = Dir::new();
    dir.file("app.yaml", FAIL);
    assert_eq!(dir.run(&["lint", "--write-baseline", "known.json", "app.yaml"]).code, 0);
    let ran = policies(&dir, &["--ratchet", "known.json", "--until", "2999-01-31"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    assert!(ran.stdout.contains("'Pod app'") && ran.stdout.contains("left alone until 2999-01-31"));
    let past = policies(&dir, &["--ratchet", "known.json", "--until", "2020-01-31"]);
    assert_eq!(
        (past.code, past.stderr.as_str()),
        (2, "error: `--until 2020-01-31` is over: nothing would be left alone\n")
    );
}

#[test]
fn suppressions_become_exceptions_or_are_told() {
    let dir = Dir::new();
    dir.file(
        "plimsoll.toml",
        "[[ignore]]\nrule = \"host-port\"\nname = \"edge*\"\nreason = \"it is the edge\"\n\
         [[ignore]]\npath = \"old/**\"\nreason = \"old\"\n",
    );
    let ran = policies(&dir, &["--rules", "host-port"]);
    assert_eq!(ran.code, 0);
    assert!(ran.stdout.contains("    # it is the edge\n    - name: excepted\n"), "{}", ran.stdout);
    assert_eq!(
        ran.stderr,
        "warning: `[[ignore]]` (old) is no exception in a cluster: a cluster does not see from which file an object comes\n"
    );
}

#[test]
fn reports_choose_the_rules() {
    let dir = Dir::new();
    let reports = std::fs::read_to_string(crate::support::root().join("fixtures/reports/cluster.yaml")).unwrap();
    dir.file("reports.yaml", &reports);
    let ran = policies(&dir, &["--from-reports", "reports.yaml"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    assert!(
        ran.stdout
            .contains("# By the reports it would refuse:\n#   ReplicaSet prod/web-5d9c7b8f6, container \"proxy\"\n")
    );
    assert!(ran.stdout.contains("validationActions: [Audit]\n") && !ran.stdout.contains("[Warn"));
    dir.file("broken.yaml", "a: [\n");
    let broken = policies(&dir, &["--from-reports", "broken.yaml"]);
    assert_eq!((broken.code, broken.stdout.as_str()), (2, ""));
    assert!(broken.stderr.starts_with("error: broken.yaml: "), "{}", broken.stderr);
}

#[test]
fn slips_are_told() {
    let dir = Dir::new();
    dir.file("no.json", "{}");
    for (args, words) in [
        (&["--engine", "vapp"][..], "a similar value exists: 'vap'"),
        (&["--rules", "privilegedd"], "did you mean `privileged`?"),
        (&["--rules", "duplicate-key"], "error: duplicate-key has no policy: a cluster sees the object after"),
        (&["--kubernetes", "1.29"], "error: ValidatingAdmissionPolicy v1 came with Kubernetes 1.30"),
        (
            &["--engine", "mutating", "--kubernetes", "1.35"],
            "error: MutatingAdmissionPolicy v1 came with Kubernetes 1.36",
        ),
        (&["--engine", "mutating", "--rules", "host-port"], "error: no rule that is asked for becomes such a policy"),
        (&["--engine", "kyverno", "--params", "a/b"], "error: `--params` is for `--engine vap`"),
        (&["--engine", "pss", "--rules", "host-port"], "error: `--engine pss` enforces whole levels"),
        (&["--namespace", "shop"], "error: `--namespace` is for `--engine pss`"),
        (&["--engine", "pss", "--namespace", "Shop"], "a name has up to 63 lower-case letters"),
        (&["--params", "limits"], "a namespace and a name are wanted"),
        (&["--ratchet", "no.json"], "--until <DAY>"),
        (&["--ratchet", "no.json", "--until", "2999-01-31"], "error: no.json:1:"),
        (&["--ratchet", "none.json", "--until", "2999-01-31"], "error: none.json: no such file"),
        (&["--ratchet", "no.json", "--until", "tomorrow"], "invalid value 'tomorrow'"),
        (&["--from-reports", "none.yaml"], "none.yaml"),
        (&["--from-reports", "none.yaml", "--enforce-at", "high"], "cannot be used with"),
        (&["--enforce-at", "never"], "invalid value 'never'"),
        (&["--config", "none.toml"], "error: none.toml: no such file"),
    ] {
        let ran = policies(&dir, args);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{args:?}");
        assert!(ran.stderr.contains(words), "{args:?}: {}", ran.stderr);
    }
    assert_eq!(dir.run(&["generate"]).code, 2);
}
