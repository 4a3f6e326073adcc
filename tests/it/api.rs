//! The rules about Kubernetes' own API: one slip, one finding; and what client-go's strict decoder says of the same objects.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use plimsoll::config::Settings;
use plimsoll::k8s::api::{self, Fault, Slip};
use plimsoll::k8s::{NEWEST, objects, pods};
use plimsoll::source::Span;
use plimsoll::yaml;
use serde_json::Value;

use crate::support::{lint, root, shared};

#[test]
fn the_table_and_the_rules_know_the_same_versions() {
    assert_eq!(api::NEWEST, NEWEST);
}

/// A default run has every rule on: a value of the wrong type is told of once, by the rule that reads the field.
#[test]
fn one_slip_is_one_finding() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n    - name: 5\n      \
               securityContext:\n        runAsUser: \"x\"\n        seccompProfile: {type: runtimeDefault}\n        \
               capabilities: {drop: ALL}\n";
    let outcomes = lint("pod.yaml", pod, &Settings::default());
    let at = |field: &str| {
        let field = format!("spec.containers[0].{field}");
        let mut rules: Vec<_> = outcomes
            .findings
            .iter()
            .filter(|f| f.field.as_deref() == Some(field.as_str()))
            .map(|f| f.rule.id)
            .collect();
        rules.retain(|id| matches!(*id, "wrong-type" | "unknown-value"));
        rules
    };
    // Nobody else reads a container's name, though findings about absent fields stand there too.
    assert_eq!(at("name"), ["wrong-type"]);
    assert!(at("securityContext.runAsUser").is_empty());
    assert!(at("securityContext.capabilities.drop").is_empty());
    assert!(at("securityContext.seccompProfile.type").is_empty());
}

/// Everything after the migration to another version that has to change is named.
#[test]
fn what_a_new_version_asks_for_is_told() {
    let help = |text: &str| {
        let outcomes = lint("old.yaml", text, &Settings::default().only("removed-api-version"));
        outcomes.findings[0].help.clone().unwrap().into_owned()
    };
    let old = "apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata: {name: a}\nspec: {maxUnavailable: 1}\n";
    assert_eq!(help(old), "write `apiVersion: policy/v1`; its fields are the same");
    let old =
        "apiVersion: apps/v1beta1\nkind: Deployment\nmetadata: {name: a}\nspec:\n  rollbackTo: {}\n  template: {}\n";
    assert_eq!(help(old), "write `apiVersion: apps/v1`; then mend spec.rollbackTo and spec.selector");
    let old = "apiVersion: policy/v1beta1\nkind: PodSecurityPolicy\nmetadata: {name: a}\n";
    assert_eq!(help(old), "nothing replaces it: take the object away");
}

/// A text of a hundred thousand slips ends, and soon.
#[test]
fn many_slips_take_no_search_each() {
    let mut pod = String::from("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers: []\n");
    for i in 0..100_000 {
        pod += &format!("  key{i}: 1\n");
    }
    let began = std::time::Instant::now();
    assert_eq!(lint("pod.yaml", &pod, &Settings::default().only("unknown-field")).findings.len(), 100_000);
    assert!(began.elapsed().as_secs() < 20, "{:?}", began.elapsed());
}

/// The unknown fields of an object, and whether some value is refused, as the strict decoder has them.
#[test]
fn strict_decoding_says_the_same() {
    let Some(folder) = shared("corpora") else { return };
    let Some(strict) = strict() else { return };
    let whole = std::env::var_os("PLIMSOLL_WHOLE").is_some();
    let (every, mutations) = if whole { (1, "3") } else { (40, "3") };
    let mut files: Vec<_> =
        ["real/files", "peers/k8s", "kyverno/cases"].iter().flat_map(|f| yaml_files(&folder.join(f))).collect();
    files = files.into_iter().step_by(every).collect();
    let mut compared = [0; 3];
    let mut differences = Vec::new();
    for line in ask(&strict, mutations, &files).lines() {
        let verdict: Value = serde_json::from_str(line).unwrap();
        if let Some(difference) = difference(&verdict, &mut compared) {
            differences.push(format!("{}: {difference}", verdict["id"].as_str().unwrap()));
        }
    }
    let [objects, unknown, refused] = compared;
    println!("{objects} objects compared, {unknown} with unknown fields, {refused} refused");
    assert!(differences.is_empty(), "{} differ:\n{}", differences.len(), differences.join("\n"));
    assert!(objects > 100 && unknown > 10 && refused > 10, "too few to mean anything");
}

/// What differs between the decoder's verdict on an object and ours.
fn difference(verdict: &Value, compared: &mut [usize; 3]) -> Option<String> {
    let text = verdict["doc"].to_string();
    let refused = verdict["refused"].as_str().unwrap();
    let tree = yaml::parse(&text, Span::new(0, text.len())).unwrap();
    let found = objects(&tree);
    let [object] = found[..] else { return None };
    let known = matches!(api::kind(object.api_version(), object.kind()), api::Lookup::Known(k) if k.schema().is_some());
    // Values that are not there yet, or say something about one.
    let open = yaml::contains_placeholder(&text) || text.contains("ENC[") || text.contains("\"(");
    if verdict["known"] == false || !known || open {
        return None;
    }
    compared[0] += 1;
    let pods = pods(object);
    let slips = api::slips(object, &pods, NEWEST);
    let wrong: Vec<_> = slips.iter().filter(|s| matches!(s.fault, Fault::Type(_))).map(path).collect();
    if !refused.is_empty() {
        compared[2] += 1;
        return wrong.is_empty().then(|| format!("the decoder refuses it, we do not: {refused}"));
    }
    if !wrong.is_empty() {
        return Some(format!("we refuse what the decoder takes: {wrong:?}"));
    }
    let fields =
        |s: &&Slip<'_>| matches!(s.fault, Fault::Field(_)) || matches!(s.fault, Fault::Dated(f) if f.removed.is_some());
    let mut ours: Vec<_> = slips.iter().filter(fields).map(path).collect();
    let theirs = verdict["unknown"].as_array().into_iter().flatten().map(|u| u.as_str().unwrap().to_owned());
    let mut theirs: Vec<_> = theirs.filter(|path| !passed_over(path)).collect();
    ours.sort();
    theirs.sort();
    theirs.dedup();
    compared[1] += usize::from(!theirs.is_empty());
    (ours != theirs).then(|| format!("unknown fields\n  decoder {theirs:?}\n  ours    {ours:?}"))
}

/// A path as the decoder writes it: keys without quotes.
fn path(slip: &Slip<'_>) -> String {
    let path = slip.slot.path().replace("[\"", ".").replace("\"]", "");
    path.trim_start_matches('.').replace("\\\"", "\"")
}

/// A `status` that a mutation moved to the top is the server's; directives of patches are no fields.
fn passed_over(path: &str) -> bool {
    path.starts_with("status.") || path.starts_with("sops") || path.contains('$')
}

fn yaml_files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = ignore::WalkBuilder::new(folder)
        .standard_filters(false)
        .build()
        .map(|e| e.unwrap().into_path())
        .filter(|p| p.extension().is_some_and(|e| e == "yaml" || e == "yml" || e == "json"))
        .collect();
    files.sort();
    files
}

/// The program in `strict/`, built where Go and its modules are at hand.
fn strict() -> Option<PathBuf> {
    let to = Path::new(env!("CARGO_TARGET_TMPDIR")).join("strict");
    let mut build = Command::new("go");
    build.args(["build", "-o"]).arg(&to).arg(".").current_dir(root().join("tests/it/strict")).env("CGO_ENABLED", "0");
    match build.output() {
        Err(_) => println!("skipped: no `go` to build the strict decoder with"),
        Ok(output) if !output.status.success() => {
            println!("skipped: the strict decoder does not build: {}", String::from_utf8_lossy(&output.stderr));
        }
        Ok(_) => return Some(to),
    }
    None
}

fn ask(strict: &Path, mutations: &str, files: &[PathBuf]) -> String {
    let mut child =
        Command::new(strict).arg(mutations).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
    let mut stdin = child.stdin.take().expect("stdin is piped");
    let names: Vec<_> = files.iter().map(|f| f.display().to_string()).collect();
    let names = names.join("\n");
    let writer = std::thread::spawn(move || stdin.write_all(names.as_bytes()));
    let output = child.wait_with_output().expect("it ends");
    let _ = writer.join();
    assert!(output.status.success());
    String::from_utf8(output.stdout).expect("it prints UTF-8")
}
