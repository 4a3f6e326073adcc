//! Baselines: what is known, what is new, what is gone, and that the three are never taken for each other.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::{Run, plimsoll, plimsoll_with, temporary};

/// A pod with two findings of the rules that run here: a kernel parameter, and the host's PIDs.
const POD: &str = "\
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: prod}
spec:
  hostPID: true
  securityContext:
    sysctls: [{name: kernel.msgmax, value: \"65536\"}]
  containers: [{name: app, image: b}]
";
const RULES: &str = "sysctls,host-namespaces";

struct Tree(PathBuf);

impl Tree {
    fn new(name: &str) -> Self {
        Self(temporary(&format!("baseline-{name}")))
    }

    fn file(&self, name: &str, text: &str) -> &Self {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    fn known(&self) -> String {
        fs::read_to_string(self.0.join(".known.json")).unwrap()
    }

    fn run(&self, args: &str) -> Run {
        self.run_in(".", args)
    }

    fn run_in(&self, folder: &str, args: &str) -> Run {
        let args = format!("lint --only {RULES} {args}");
        plimsoll(&self.0.join(folder), &args.split_whitespace().collect::<Vec<_>>())
    }

    /// Writes a baseline of everything.
    fn write(&self) -> &Self {
        let run = self.run(". --write-baseline .known.json");
        assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{}", run.stdout);
        self
    }

    /// Exit code and what is said but for the counts, of a run against the baseline.
    fn against(&self, args: &str) -> (i32, Vec<String>) {
        let run = self.run(&format!("{args} --baseline .known.json"));
        assert_eq!(run.stderr, "");
        let counts = |l: &&str| l.contains("; files: ") || l.contains(" fixable with ");
        let lines = run.stdout.lines().filter(|l| !counts(l)).map(|l| l.chars().take(28).collect());
        (run.code, lines.collect())
    }
}

fn nothing() -> (i32, Vec<String>) {
    (0, Vec::new())
}

#[test]
fn what_is_known_is_left_out_and_what_is_new_fails() {
    let tree = Tree::new("known");
    tree.file("a.yaml", POD).file("b/c d.yaml", &POD.replace("web", "api")).write();
    let text = tree.known();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 4 + 4 + 2, "{text}");
    assert!(
        lines[4]
            .starts_with(r#"    {"path":"a.yaml","rule":"host-namespaces","object":"Pod prod/web","fingerprint":""#)
    );
    assert!(lines[6].contains(r#""path":"b/c d.yaml""#) && text.ends_with("]\n}\n"), "{text}");
    assert_eq!(tree.against("."), nothing());
    let run = tree.run(". --baseline .known.json");
    assert!(run.stdout.starts_with("no findings in 2 pods, 4 known; "), "{}", run.stdout);
    // Other lines, another form, another order: the same.
    tree.file("a.yaml", &format!("# moved\n\n{}", POD.replace("hostPID: true", "'hostPID': yes # why")));
    assert_eq!(tree.against("."), nothing());
    tree.file("a.yaml", &POD.replace("hostPID: true", "hostIPC: true\n  hostPID: true"));
    assert_eq!(tree.against("."), (1, vec!["a.yaml:5:12: high[host-names".into()]));
    tree.file("a.yaml", &POD.replace("msgmax", "msgmni"));
    assert_eq!(
        tree.against("."),
        (1, vec!["a.yaml:7:22: high[sysctls] t".into(), "a.yaml: gone: sysctls in Pod".into()])
    );
}

#[test]
fn two_that_are_alike_are_two() {
    let tree = Tree::new("twice");
    tree.file("a.yaml", POD).write().file("a.yaml", &format!("{POD}---\n{POD}"));
    let (code, said) = tree.against(".");
    assert_eq!((code, said.len()), (1, 2), "{said:?}");
    tree.write().file("a.yaml", POD);
    let (code, said) = tree.against(".");
    assert_eq!((code, said.len()), (0, 2), "{said:?}");
    assert!(said[0].starts_with("a.yaml: gone: "), "{said:?}");
}

#[test]
fn files_that_hold_the_same_object_are_not_confused() {
    let tree = Tree::new("overlays");
    let good = POD.replace("hostPID: true", "hostPID: false");
    // Known in one overlay, new in another, whether it is still in the first or not, and whether the first is read or not.
    tree.file("base/pod.yaml", POD).file("prod/pod.yaml", &good).write();
    tree.file("prod/pod.yaml", POD);
    let new = "prod/pod.yaml:5:12: high[hos".to_owned();
    assert_eq!(tree.against("."), (1, vec![new.clone()]));
    assert_eq!(tree.against("prod"), (1, vec![new.clone()]));
    tree.file("base/pod.yaml", &good);
    assert_eq!(tree.against("."), (1, vec![new.clone(), "base/pod.yaml: gone: host-na".into()]));
    assert_eq!(tree.against("prod"), (1, vec![new.clone()]));
    // The first is gone: it was moved.
    fs::remove_dir_all(tree.0.join("base")).unwrap();
    fs::remove_file(tree.0.join(".known.json")).unwrap();
    tree.file("base/pod.yaml", POD).file("prod/pod.yaml", &good).write();
    fs::remove_dir_all(tree.0.join("base")).unwrap();
    tree.file("prod/pod.yaml", POD);
    let (code, said) = tree.against(".");
    assert_eq!((code, said.len()), (0, 1), "one of the two of sysctls is gone: {said:?}");
}

#[test]
fn files_may_be_renamed_and_objects_moved() {
    let tree = Tree::new("renamed");
    let other = POD.replace("web", "api");
    tree.file("a.yaml", POD).file("b.yaml", &other).file("c.yaml", "a: 1\n").write();
    fs::create_dir(tree.0.join("deep")).unwrap();
    fs::rename(tree.0.join("a.yaml"), tree.0.join("deep/z.yaml")).unwrap();
    assert_eq!(tree.against("."), nothing());
    // From one file into another, and both are still there.
    tree.file("c.yaml", &other).file("b.yaml", "a: 1\n");
    assert_eq!(tree.against("."), nothing());
    // A file that cannot be read may hold anything: nothing has moved out of it.
    tree.file("b.yaml", "a: [\n");
    assert_eq!(tree.against(". --exclude b.yaml").0, 1);
    tree.file("b.yaml", "a: 1\n");
    let before = tree.known();
    assert_eq!(tree.run(". --baseline .known.json --prune").code, 0);
    let after = tree.known();
    assert_eq!(after.matches("deep/z.yaml").count(), 2, "{after}");
    assert_eq!(after.matches("\"c.yaml\"").count(), 2, "{after}");
    assert_eq!(after.lines().count(), before.lines().count());
    tree.write();
    assert_eq!(tree.known(), after, "what is pruned is what would be written");
}

#[test]
fn what_is_gone_is_told_and_taken_out_when_asked() {
    let tree = Tree::new("gone");
    let good = POD.replace("hostPID: true", "hostPID: false");
    tree.file("a.yaml", POD).file("b.yaml", &POD.replace("web", "api")).write();
    let before = tree.known();
    tree.file("a.yaml", &good);
    assert_eq!(tree.against("."), (0, vec!["a.yaml: gone: host-namespace".into()]));
    assert_eq!(tree.known(), before, "nobody asked");
    let human = tree.run(". --baseline .known.json --format human").stdout;
    assert!(human.contains("1 known finding of .known.json is gone: `--prune` takes them out"), "{human}");
    assert!(human.contains("\n  a.yaml: host-namespaces in Pod prod/web\n"), "{human}");
    // Not looked at, by this rule or at all: not gone.
    assert_eq!(tree.against("b.yaml"), nothing());
    assert_eq!(tree.against(". --exclude a.yaml").1.iter().filter(|l| l.contains("gone: ")).count(), 0);
    let args = ["lint", "--only", "sysctls", "--baseline", ".known.json", "--prune", "."];
    assert_eq!(plimsoll(&tree.0, &args).code, 0);
    tree.file("a.yaml", &format!("{good}---\na: [\n"));
    assert_eq!(tree.run(". --baseline .known.json --prune --allow-broken").code, 0);
    assert_eq!(tree.known(), before);
    tree.file("a.yaml", &good);
    let run = tree.run(". --baseline .known.json --prune --format human");
    assert!(run.stdout.contains("1 known finding of .known.json is gone, and taken out of it"), "{}", run.stdout);
    let kept: Vec<_> = before.lines().filter(|l| !(l.contains("a.yaml") && l.contains("host-n"))).collect();
    assert_eq!(tree.known(), format!("{}\n", kept.join("\n")));
    fs::remove_file(tree.0.join("b.yaml")).unwrap();
    assert_eq!(tree.run(". --baseline .known.json --prune").code, 0);
    assert_eq!(tree.known().lines().count(), 7, "a file that is no more has no findings: {}", tree.known());
}

/// A rule that looks at all files finds other things where some are missing.
#[test]
fn rules_over_all_files_lose_nothing_in_a_part() {
    let tree = Tree::new("part");
    let lint = |args: &str| {
        let args = format!("lint --only automount-service-account-token {args}");
        plimsoll(&tree.0, &args.split_whitespace().collect::<Vec<_>>())
    };
    let binding = "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: b, namespace: prod}\n\
                   roleRef: {kind: Role, name: r, apiGroup: rbac.authorization.k8s.io}\n\
                   subjects: [{kind: ServiceAccount, name: web, namespace: prod}]\n";
    let pod = POD.replace("spec:\n", "spec:\n  serviceAccountName: web\n");
    tree.file("pod.yaml", &pod).file("other.yaml", &POD.replace("web", "api"));
    assert_eq!(lint(". --write-baseline .known.json").code, 0);
    assert_eq!(tree.known().matches("pod.yaml").count(), 1, "{}", tree.known());
    tree.file("rights.yaml", binding);
    assert!(!lint("pod.yaml rights.yaml --baseline .known.json").stdout.contains("gone"));
    assert!(lint(". --baseline .known.json").stdout.contains("pod.yaml: gone: automount"));
}

#[test]
fn the_configuration_may_name_it_and_any_folder_will_do() {
    let tree = Tree::new("configured");
    tree.file("deploy/a.yaml", POD).file("plimsoll.toml", "baseline = \"ci/known.json\"\n");
    let missing = tree.run(".");
    assert_eq!((missing.code, missing.stderr.as_str()), (2, "error: ci/known.json: no such file\n"));
    fs::create_dir(tree.0.join("ci")).unwrap();
    assert_eq!(tree.run(". --write-baseline ci/known.json").code, 0);
    assert!(fs::read_to_string(tree.0.join("ci/known.json")).unwrap().contains("\"../deploy/a.yaml\""));
    for (folder, path) in [(".", "."), (".", "deploy/a.yaml"), ("deploy", "."), ("ci", "../deploy")] {
        let run = tree.run_in(folder, path);
        assert_eq!(run.code, 0, "{folder} {path}: {}", run.stdout);
        assert!(run.stdout.contains("2 known"), "{}", run.stdout);
    }
    let whole = tree.0.join("deploy/a.yaml");
    assert_eq!(tree.run_in("ci", whole.to_str().unwrap()).code, 0);
    assert_eq!(tree.run(". --no-baseline").code, 1);
    assert_eq!(tree.run(". --no-config").code, 1);
    tree.file("deploy/a.yaml", &POD.replace("true", "false"));
    assert_eq!(tree.run_in("deploy", ". --prune").code, 0);
    assert!(!fs::read_to_string(tree.0.join("ci/known.json")).unwrap().contains("host-namespaces"));
    tree.file("plimsoll.toml", "baseline = \"\"\n");
    assert!(tree.run(".").stderr.contains("plimsoll.toml:1:12: `baseline` is empty"));
    tree.file("plimsoll.toml", "baseline = 1\n");
    assert!(tree.run(".").stderr.contains("`baseline` must be the name of a file, not "));
}

#[test]
fn standard_input_is_a_file_like_others() {
    let tree = Tree::new("stdin");
    let lint = |args: &[&str], text: &str| {
        plimsoll_with(&tree.0, &[&["lint", "--only", RULES, "-"], args].concat(), text.as_bytes())
    };
    assert_eq!(lint(&["--write-baseline", ".known.json"], POD).code, 0);
    assert!(tree.known().contains("\"path\":\"<stdin>\""));
    assert_eq!(lint(&["--baseline", ".known.json"], POD).code, 0);
    assert_eq!(lint(&["--baseline", ".known.json"], &format!("{POD}---\n{POD}")).code, 1);
    // Nor does a run without it lose it, or take it for a file's.
    tree.file("a.yaml", POD);
    let (code, said) = tree.against("a.yaml");
    assert_eq!((code, said.len()), (1, 2), "{said:?}");
}

#[test]
fn merged_by_hand_it_is_still_read() {
    let tree = Tree::new("merged");
    tree.file("a.yaml", &format!("{POD}---\n{POD}")).file("b.yaml", &POD.replace("web", "api")).write();
    let text = tree.known();
    let (head, rest) = text.split_once("[\n").unwrap();
    let (list, tail) = rest.split_once("\n  ]").unwrap();
    let mut lines: Vec<_> = list.split(",\n").collect();
    lines.reverse();
    lines.swap(0, 3);
    tree.file(".known.json", &format!("{head}[\n{}\n  ]{tail}", lines.join(",\n").replace("\":\"", "\" :\n \"")));
    assert_eq!(tree.against("."), nothing());
    lines.push(lines[0]);
    tree.file(".known.json", &format!("{head}[{}]{tail}", lines.join(",")));
    let (code, said) = tree.against(".");
    assert_eq!((code, said.len()), (0, 1), "one is gone: {said:?}");
    assert_eq!(tree.run(". --baseline .known.json --prune").code, 0);
    assert_eq!(tree.known(), text);
    for (wrong, told) in [
        (text.replace("  ]", "<<<<<<< HEAD\n  ]"), ".known.json:11:1: the mark of a merge conflict"),
        (text.replace(": 1", ": 9"), ".known.json:2:14: a baseline of version 9"),
        (text.replace("\"rule\":\"sysctls\",", ""), ".known.json:7:"),
        ("{}".into(), ".known.json:1:2: missing field `version`"),
        (String::new(), ".known.json:1:1: "),
        ("a: 1".into(), ".known.json:1:1: "),
    ] {
        tree.file(".known.json", &wrong);
        let run = tree.run(". --baseline .known.json --prune");
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{wrong}");
        assert!(run.stderr.starts_with(told), "{told}: {}", run.stderr);
        assert_eq!(tree.known(), wrong, "what is not understood is not written over");
    }
    fs::write(tree.0.join(".known.json"), b"\xff\xfe{").unwrap();
    assert_eq!(tree.run(". --baseline .known.json").stderr, "error: .known.json: not UTF-8 text\n");
}

/// Rules that are of an old name or of none any more: kept, and matched by their fingerprints.
#[test]
fn what_no_rule_judges_is_kept() {
    let tree = Tree::new("unknown");
    tree.file("a.yaml", POD).write();
    let line = r#"{"path":"a.yaml","rule":"of-a-later-version","fingerprint":"0123456789abcdef0123456789abcdef"},"#;
    let text = tree.known().replace("[\n", &format!("[\n    {line}\n"));
    tree.file(".known.json", &text).file("a.yaml", &POD.replace("true", "false"));
    assert_eq!(tree.run(". --baseline .known.json --prune").code, 0);
    let kept = tree.known();
    assert!(kept.contains("of-a-later-version") && !kept.contains("host-namespaces"), "{kept}");
}

#[test]
fn formats_tell_known_from_new() {
    let tree = Tree::new("formats");
    let json = |args: &str| -> Value { serde_json::from_str(&tree.run(args).stdout).unwrap() };
    tree.file("a.yaml", POD).write().file("a.yaml", &POD.replace("msgmax", "msgmni"));
    let report = json(". --baseline .known.json --format json");
    assert_eq!(report["findings"].as_array().unwrap().len(), 1);
    assert_eq!(report["suppressed"][0]["rule"], "host-namespaces");
    assert_eq!(report["suppressed"][0]["suppression"]["kind"], "external");
    assert_eq!(report["suppressed"][0]["suppression"]["place"], Value::Null);
    let baseline = &report["baseline"];
    assert_eq!(
        (&baseline["file"], &baseline["known"], &baseline["pruned"]),
        (&".known.json".into(), &1.into(), &false.into())
    );
    assert_eq!(baseline["gone"][0]["rule"], "sysctls");
    let schema: Value = serde_json::from_str(plimsoll::report::json::SCHEMA).unwrap();
    assert!(jsonschema::is_valid(&schema, &report));
    assert_eq!(json(". --format json")["baseline"], Value::Null);
    let log = json(". --baseline .known.json --format sarif");
    let results = log["runs"][0]["results"].as_array().unwrap();
    let states: Vec<_> = results.iter().map(|r| (r["ruleId"].as_str(), r["baselineState"].as_str())).collect();
    assert_eq!(states, [(Some("host-namespaces"), Some("unchanged")), (Some("sysctls"), Some("new"))]);
    assert_eq!(results[0]["suppressions"][0]["kind"], "external");
    assert_eq!(results[1]["suppressions"], Value::Array(Vec::new()));
    assert!(json(". --format sarif")["runs"][0]["results"][0]["baselineState"].is_null());
}

/// A baseline with everything in it, of a folder with many pods: every finding is known, however often it stands there.
#[test]
fn large_baselines_are_matched_in_linear_time() {
    let tree = Tree::new("large");
    let many = format!("---\n{POD}").repeat(20_000);
    tree.file("a.yaml", &many).write();
    fs::rename(tree.0.join("a.yaml"), tree.0.join("b.yaml")).unwrap();
    let begin = std::time::Instant::now();
    let (code, said) = tree.against("b.yaml");
    assert_eq!((code, said.len()), (0, 0), "{:?}", said.first());
    assert!(begin.elapsed().as_secs() < 20, "{:?}", begin.elapsed());
    assert!(Path::new(&tree.0.join(".known.json")).metadata().unwrap().len() > 4_000_000);
}
