//! Beside other tools: what they get wrong, and their own cases.

mod comparison;

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use plimsoll::finding::Finding;
use plimsoll::rule::Severity;
use plimsoll::rules::ALL;

use crate::rules::{compare, expectations, settings};
use crate::support::{lint, plimsoll, root, temporary};

/// How a defect is shown not to be ours.
enum Shown {
    /// By files of `fixtures/peers`, in a run of every rule. A file judges the rules that it names: by `# expect:` as
    /// in the fixtures of rules, and by `# silent: <id>`, which says nothing that is not expected. `all` is every rule.
    By(&'static [&'static str]),
    /// By no file: no rule of ours asks this, for the reason given.
    Unasked(&'static str),
}

use Shown::{By, Unasked};

/// Twenty defects of other tools.
const DEFECTS: [(&str, Shown); 20] = [
    ("a pod's runAsNonRoot hides a container's `false` (Trivy KSV012)", By(&["override-of-non-root"])),
    (
        "a misspelt kind lets every ClusterRoleBinding to anonymous users pass (Trivy KSV123)",
        Unasked("no rule judges RBAC objects: they load no pod, and are judged whole or not at all"),
    ),
    ("a shifted table of removed versions, and fixed lines (Trivy KSV107)", By(&["versions-of-the-past"])),
    ("AppArmor: localhost fails, the field is not read (Trivy KSV002)", By(&["apparmor-of-two-kinds"])),
    ("`0o644` fails a file, `<<` is not merged (Trivy)", By(&["octal-mode-and-merge-key"])),
    ("`procMount: Default` fails (Trivy KSV027)", By(&["default-proc-mount"])),
    ("seccomp: the pod hides its containers, Localhost fails (Checkov CKV_K8S_31)", By(&["seccomp-of-each-container"])),
    ("a root init container passes (Checkov CKV_K8S_23, CKV_K8S_40)", By(&["root-init-container"])),
    ("an odd name drops a document (Checkov)", By(&["odd-names"])),
    (
        "a text like a template drops a file, a generated name an object (Checkov)",
        By(&["text-like-a-template", "generated-name"]),
    ),
    ("only the first failing container is told (Checkov)", By(&["every-failing-container"])),
    ("a pod's Unconfined passes, init containers are not read (kube-score)", By(&["seccomp-of-the-pod"])),
    (
        "one good container passes the others, a Service fails the run (kubesec)",
        By(&["one-good-container-of-two", "service-alone"]),
    ),
    ("names of well-known controllers are exempt (Polaris)", By(&["names-of-controllers"])),
    ("any dropped capability hardens, a scalar spec panics (Polaris)", By(&["drop-of-anything", "scalar-spec"])),
    ("Unconfined, fsGroup 0 and an init container's escalation pass (Kubescape)", By(&["hardening-in-name-only"])),
    (
        "unset escalation passes, one custom kind hides a List, what does not parse exits with 0 (kube-linter)",
        By(&["escalation-unsaid", "list-with-a-custom-kind"]),
    ),
    ("a work-around that looks at bare Pods alone (kube-linter)", By(&["escalation-unsaid"])),
    ("user 10000: passes two tools and fails two", By(&["user-at-the-floor"])),
    ("a profile of the pod is not inherited (Kyverno's CEL policies)", By(&["profile-of-the-pod-alone"])),
];

fn files() -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join("fixtures/peers")).unwrap();
    let mut files: Vec<_> = entries.map(|e| e.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
fn every_defect_has_its_files_and_every_file_its_defect() {
    let mut named = BTreeSet::new();
    let mut unasked = 0;
    for (defect, shown) in DEFECTS {
        match shown {
            By(files) => {
                assert!(!files.is_empty(), "{defect}");
                named.extend(files.iter().map(|f| format!("{f}.yaml")));
            }
            Unasked(reason) => {
                println!("not shown: {defect}: {reason}");
                unasked += 1;
            }
        }
    }
    let there: BTreeSet<_> = files().iter().map(|f| f.file_name().unwrap().to_str().unwrap().to_owned()).collect();
    assert_eq!(named, there);
    println!("{} defects, {} shown by {} files", DEFECTS.len(), DEFECTS.len() - unasked, there.len());
}

#[test]
fn no_defect_of_another_tool_is_ours() {
    let mut problems = Vec::new();
    for file in files() {
        let name = file.strip_prefix(root()).unwrap().display().to_string();
        let text = fs::read_to_string(&file).unwrap();
        let wanted = expectations(&text);
        if wanted.is_empty() && !text.contains("# silent: ") {
            problems.push(format!("{name} asks nothing"));
        }
        let silent = text.lines().filter_map(|l| l.trim().strip_prefix("# silent: "));
        let named: BTreeSet<String> = wanted.iter().map(|w| w.rule.clone()).chain(silent.map(str::to_owned)).collect();
        let unknown = |id: &&String| *id != "all" && !ALL.iter().any(|r| r.id == **id);
        problems.extend(named.iter().filter(unknown).map(|id| format!("{name}: there is no rule {id}")));
        let counts = |f: &Finding| named.contains("all") || named.contains(f.rule.id) && f.severity > Severity::Note;
        problems.extend(compare(&name, wanted, &lint(&name, &text, &settings(&text)), counts));
    }
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

/// kube-linter calls a folder without a single parsable document fine.
#[test]
fn what_does_not_parse_does_not_pass() {
    let folder = temporary("peers-unparsable");
    fs::write(folder.join("pod.yaml"), "apiVersion: v1\nkind: Pod\nmetadata: {name: web\nspec:\n").unwrap();
    let run = plimsoll(&folder, &["lint", ".", "--format", "concise"]);
    assert_eq!(run.code, 2, "{}{}", run.stdout, run.stderr);
    assert!(format!("{}{}", run.stdout, run.stderr).contains("pod.yaml:"), "{}{}", run.stdout, run.stderr);
}
