//! Fixes from end to end: what they make of the fixtures, of real manifests, and of files that will not be written.

mod comments;
mod corpus;
mod files;
mod ids;
mod inputs;
mod known;
#[cfg(unix)]
mod obstacles;
mod unique;

use std::path::Path;
use std::sync::atomic::AtomicUsize;

use plimsoll::config::Settings;
use plimsoll::discover::Input;
use plimsoll::fix::{self, LeftAlone, Repaired};
use plimsoll::rule::Safety;
use plimsoll::rules::ALL;

use crate::rules::{fixture_files, settings};
use crate::support::{blessed, lint, root};

/// What fixes make of a text, how many findings they mend, and what they leave out.
struct Made {
    text: String,
    count: usize,
    dropped: Vec<String>,
}

fn made(name: &str, text: &str, settings: &Settings, safety: Safety) -> Made {
    let input = Input::Text(name.into(), text.as_bytes().to_vec());
    let repairs = fix::run(vec![input], settings, safety, &LeftAlone::default(), &AtomicUsize::new(0));
    let dropped = repairs.dropped;
    match repairs.inputs.into_iter().next() {
        Some(Repaired::Fixed(fixed)) => {
            let text = String::from_utf8(fixed.new_bytes()).unwrap();
            Made { text, count: fixed.count, dropped }
        }
        _ => Made { text: text.to_owned(), count: 0, dropped },
    }
}

/// Each failing fixture beside what its rule's fixes make of it; where they make nothing of it, there is no such file.
#[test]
fn fixtures_are_mended_as_they_say() {
    let mut problems = Vec::new();
    for rule in ALL {
        for file in fixture_files(rule.id).iter().filter(|f| is_fail(f)) {
            let name = file.strip_prefix(root()).unwrap().display().to_string();
            let text = std::fs::read_to_string(file).unwrap();
            let settings = settings(&text).only(rule.id);
            let made = made(&name, &text, &settings, Safety::Unsafe);
            problems.extend(made.dropped);
            let fixed = file.with_extension(format!("fixed.{}", file.extension().unwrap().to_str().unwrap()));
            if made.count == 0 {
                let stale =
                    fixed.exists() && std::env::var_os("BLESS").is_none_or(|_| std::fs::remove_file(&fixed).is_err());
                problems.extend(stale.then(|| format!("{name}: nothing is mended, and {} is there", fixed.display())));
                continue;
            }
            blessed(&fixed, &made.text);
            let again = self::made(&name, &made.text, &settings, Safety::Unsafe);
            if again.text != made.text {
                problems.push(format!("{name}: a second run changes more"));
            }
            let (before, after) = (lint(&name, &text, &settings), lint(&name, &made.text, &settings));
            if after.findings.len() + made.count > before.findings.len() {
                problems.push(format!(
                    "{name}: {} mended, {} left of {}",
                    made.count,
                    after.findings.len(),
                    before.findings.len()
                ));
            }
        }
    }
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

fn is_fail(file: &Path) -> bool {
    file.file_name().unwrap().to_string_lossy().starts_with("fail")
}

const POD: &str = "\
apiVersion: v1
kind: Pod
metadata:
  name: app # the name
spec:
  containers:
    - name: app
      image: registry.example/app:1.4 # pinned
";

const DROPS: &str = "      securityContext:\n        capabilities:\n          drop: [ALL]\n";

fn drop_all(text: &str) -> String {
    made("app.yaml", text, &Settings::default().only("drop-all-capabilities"), Safety::Unsafe).text
}

#[test]
fn what_surrounds_a_document_stays() {
    let fixed = format!("{POD}{DROPS}");
    assert_eq!(drop_all(POD), fixed);
    assert_eq!(drop_all(&format!("\u{feff}{POD}")), format!("\u{feff}{fixed}"));
    assert_eq!(drop_all(&POD.replace('\n', "\r\n")), fixed.replace('\n', "\r\n"));
    assert_eq!(drop_all(POD.trim_end()), fixed.trim_end());
    let around =
        |pod: &str| format!("# first\n---\n{pod}---\n\n# between\nnot: kubernetes\n---\n{pod}...\n---\n- broken: [\n");
    assert_eq!(drop_all(&around(POD)), around(&fixed));
}

#[test]
fn safe_runs_leave_unsafe_fixes_alone() {
    let settings = Settings::default().only("drop-all-capabilities");
    assert_eq!(made("app.yaml", POD, &settings, Safety::Safe).count, 0);
    assert_eq!(made("app.yaml", POD, &settings, Safety::Unsafe).count, 1);
}

#[test]
fn what_is_suppressed_is_not_mended() {
    let text =
        POD.replace("    - name", "    # plimsoll: ignore[drop-all-capabilities] needs them for now\n    - name");
    assert_eq!(drop_all(&text), text);
}

/// What an anchor, an alias and a merge key share is proved through all of them.
#[test]
fn shared_values_are_proved() {
    let text = "\
apiVersion: v1
kind: Pod
metadata: {name: app}
spec:
  containers:
    - &c
      name: app
      image: registry.example/app:1.4
      securityContext: {capabilities: &caps {drop: [ALL]}}
    - <<: *c
      name: other
      securityContext: {capabilities: *caps}
  initContainers:
    - name: init
      image: registry.example/app:1.4
";
    let made = made("app.yaml", text, &Settings::default().only("drop-all-capabilities"), Safety::Unsafe);
    assert_eq!((made.count, made.dropped), (1, Vec::new()));
    assert_eq!(made.text, format!("{text}{DROPS}"));
}

/// A volume that nothing writes to any more is told of by another rule, and no milder finding has come.
#[test]
fn what_is_told_otherwise_is_no_new_finding() {
    let pod = |path: &str, read_only: &str| {
        format!(
            "{POD}      volumeMounts:\n        - name: node # of the node\n          mountPath: /node\n{read_only}  \
             volumes:\n    - name: node\n      hostPath: {{path: {path}}}\n"
        )
    };
    let rules = ["host-path-writable", "host-path-sensitive", "host-path-volume"];
    let mut settings = Settings::default();
    settings.severities.retain(|r| rules.contains(&r.id));
    for path in ["/opt/cni/bin", "/lib/modules", "/etc", "/srv"] {
        let made = made("app.yaml", &pod(path, ""), &settings, Safety::Unsafe);
        assert_eq!((made.count, made.dropped), (1, Vec::new()), "{path}");
        assert_eq!(made.text, pod(path, "          readOnly: true\n"));
        let told = |text: &str| {
            let findings = lint("app.yaml", text, &settings).findings;
            findings.iter().map(|f| f.rule.id).filter(|id| *id != "host-path-writable").collect::<Vec<_>>()
        };
        let (before, after) = (told(&pod(path, "")), told(&made.text));
        assert_eq!((before.len(), after.len()), (1, 1), "{path}: {before:?} and then {after:?}");
    }
}
