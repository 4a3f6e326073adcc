//! Suppressions: fixtures in `fixtures/suppress` say on each line what is found there (`# expect: <id>`) and what is
//! hidden (`# hidden: <id>`); their first line names the rules that run beside those about suppressions.

mod configuration;
mod list;
mod repair;

use std::fs;

use plimsoll::config::Settings;
use plimsoll::discover::Input;
use plimsoll::engine::{self, Outcomes};
use plimsoll::finding::Finding;
use plimsoll::rule::Check;
use plimsoll::suppress::Kind;

use crate::support::{lint, plimsoll, root, temporary};

/// These rules, and all about suppressions.
fn settings(rules: &str) -> Settings {
    let mut settings = Settings { with_fixes: true, ..Settings::default() };
    let named = |id: &str| rules.split(',').any(|r| r.trim() == id);
    settings.severities.retain(|r| named(r.id) || matches!(r.check, Check::Suppression(_)));
    settings
}

fn fixtures() -> Vec<(String, String)> {
    let mut files: Vec<_> =
        fs::read_dir(root().join("fixtures/suppress")).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    let read =
        |p: &std::path::PathBuf| (p.file_name().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(p).unwrap());
    files.iter().filter(|p| p.extension().is_some_and(|e| e == "yaml")).map(read).collect()
}

fn rules(text: &str) -> &str {
    text.lines().next().unwrap().strip_prefix("# rules: ").unwrap()
}

/// Lines and rules, sorted.
type Told<'a> = Vec<(u32, &'a str)>;

fn marked<'a>(text: &'a str, marker: &str) -> Told<'a> {
    let mut found = Vec::new();
    for (line, number) in text.lines().zip(1..) {
        let alone = line.trim_start().starts_with(marker);
        let ids = line.split(marker).skip(1).filter_map(|rest| rest.split_whitespace().next());
        found.extend(ids.map(|id| (if alone { number + 1 } else { number }, id)));
    }
    found.sort_unstable();
    found
}

fn told<'a>(findings: impl Iterator<Item = &'a Finding>) -> Told<'a> {
    let mut found: Vec<_> = findings.map(|f| (f.region.start.line, f.rule.id)).collect();
    found.sort_unstable();
    found
}

#[test]
fn suppressions_hide_what_they_cover() {
    for (name, text) in fixtures() {
        let variants = [text.clone(), text.replace('\n', "\r\n"), format!("\u{feff}{text}")];
        for (variant, bytes) in variants.iter().enumerate() {
            let outcomes = lint(&name, bytes, &settings(rules(&text)));
            let shown = told(outcomes.findings.iter());
            let hidden = told(outcomes.suppressed.iter().map(|s| &s.finding));
            assert_eq!(shown, marked(&text, "# expect: "), "found in {name}, variant {variant}");
            assert_eq!(hidden, marked(&text, "# hidden: "), "hidden in {name}, variant {variant}");
            for s in &outcomes.suppressed {
                assert_eq!((s.by.kind, s.by.justification.is_empty()), (Kind::InSource, false), "{s:?}");
            }
        }
    }
}

#[test]
fn without_suppressions_everything_is_shown() {
    for (name, text) in fixtures() {
        let all = Settings { suppressions: false, ..settings(rules(&text)) };
        let outcomes = lint(&name, &text, &all);
        let about = |(_, id): &(u32, &str)| id.starts_with("suppression-");
        let mut wanted = [marked(&text, "# expect: "), marked(&text, "# hidden: ")].concat();
        wanted.retain(|told| !about(told));
        wanted.sort_unstable();
        assert_eq!(told(outcomes.findings.iter()), wanted, "{name}");
        assert!(outcomes.suppressed.is_empty() && outcomes.suppressions.is_empty());
    }
}

/// The text with the fixes of the findings that count, from the end on.
fn mended(text: &str, outcomes: &Outcomes, counts: impl Fn(&Finding) -> bool) -> String {
    let fixes = outcomes.findings.iter().filter(|f| counts(f)).filter_map(|f| f.fix.as_ref());
    let mut edits: Vec<_> = fixes.flat_map(|f| &f.edits).collect();
    edits.sort_by_key(|e| (e.region.start.offset, e.region.end.offset));
    let mut text = text.to_owned();
    let mut end = usize::MAX;
    for edit in edits.iter().rev().filter(|e| e.region.start.offset < e.region.end.offset) {
        // Two that overlap wait for the next round.
        if edit.region.end.offset <= end {
            text.replace_range(edit.region.start.offset..edit.region.end.offset, &edit.text);
            end = edit.region.start.offset;
        }
    }
    text
}

/// What is wrong with a suppression can be taken out, and nothing else changes.
#[test]
fn fixes_take_out_what_earns_no_place() {
    let mut texts: Vec<_> = fixtures();
    for rule in plimsoll::rules::ALL.iter().filter(|r| matches!(r.check, Check::Suppression(_))) {
        let file = root().join("fixtures/rules").join(rule.id).join("fail.yaml");
        texts.push((rule.id.to_owned(), fs::read_to_string(file).unwrap()));
    }
    let about = |f: &Finding| matches!(f.rule.check, Check::Suppression(_));
    for (name, text) in texts {
        let mut settings = Settings { with_fixes: true, ..crate::rules::settings(&text) };
        // Of what is taken out nothing else is said any more.
        settings.severities.retain(|r| !matches!(r.id, "unknown-field" | "wrong-type"));
        let others = |o: &Outcomes| -> Vec<String> {
            o.findings.iter().filter(|f| !about(f)).map(|f| f.message.to_string()).collect()
        };
        let before = lint(&name, &text, &settings);
        assert!(before.findings.iter().filter(|f| about(f)).all(|f| f.fixable.is_some()), "{name}");
        let mut fixed = text.clone();
        for _ in 0..10 {
            fixed = mended(&fixed, &lint(&name, &fixed, &settings), about);
        }
        let after = lint(&name, &fixed, &settings);
        let left: Vec<_> = after.findings.iter().filter(|f| about(f)).collect();
        assert!(left.is_empty(), "{name}: {left:#?}\n{fixed}");
        assert_eq!(others(&before), others(&after), "{name}:\n{fixed}");
        assert_eq!(before.suppressed.len(), after.suppressed.len(), "{name}");
        // An annotation takes the comment on its line with it, and the last of them the whole mapping.
        if text.contains("ignore.plimsoll.dev/") {
            continue;
        }
        let kept = |text: &str| text.lines().filter(|l| l.trim_start().starts_with("# expect")).count();
        assert_eq!(kept(&text), kept(&fixed), "{name}: another comment was lost\n{fixed}");
    }
}

/// `--fix` leaves alone what is suppressed, and takes out the suppressions that are told to go.
#[test]
fn fixing_obeys_suppressions_and_tidies_them() {
    let folder = temporary("suppress-fix");
    let pod = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  annotations:\n    \
               ignore.plimsoll.dev/privileged: it is not\nspec:\n  containers:\n    \
               # plimsoll: ignore[privilege-escalation, host-namespaces] a setuid helper\n    - name: app\n      \
               image: registry.example/app:1.4 # plimsoll: ignore[image-tag] it has one\n      \
               securityContext:\n        capabilities: {drop: [ALL]}\n        privileged: false\n";
    fs::write(folder.join("pod.yaml"), pod).unwrap();
    let only = "privilege-escalation,host-namespaces,privileged,image-tag,suppression-unused";
    let run = plimsoll(&folder, &["lint", "--fix", "--only", only]);
    assert_eq!(run.code, 0, "{run:?}");
    let wanted = pod
        .replace("  annotations:\n    ignore.plimsoll.dev/privileged: it is not\n", "")
        .replace(", host-namespaces]", "]")
        .replace(" # plimsoll: ignore[image-tag] it has one", "");
    assert_eq!(fs::read_to_string(folder.join("pod.yaml")).unwrap(), wanted, "{run:?}");
    let all = plimsoll(&folder, &["lint", "--fix", "--unsafe-fixes", "--no-suppressions", "--only", only]);
    assert!(
        fs::read_to_string(folder.join("pod.yaml")).unwrap().contains("allowPrivilegeEscalation: false"),
        "{all:?}"
    );
}

#[test]
fn json_has_annotations() {
    let pod = r#"{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "annotations":
        {"ignore.plimsoll.dev/image-tag": "built on the spot", "ignore.plimsoll.dev/privileged": ""}},
        "spec": {"containers": [{"name": "a", "image": "app"}]}}"#;
    let outcomes = lint("a.json", pod, &settings("image-tag"));
    assert_eq!(told(outcomes.suppressed.iter().map(|s| &s.finding)), [(3, "image-tag")]);
    assert_eq!(told(outcomes.findings.iter()), [(2, "suppression-reason")]);
    let fixed = mended(pod, &outcomes, |_| true);
    assert!(!fixed.contains("privileged") && fixed.contains("\"built on the spot\"}"), "{fixed}");
    assert!(serde_json::from_str::<serde_json::Value>(&fixed).is_ok(), "{fixed}");
}

/// A rule that did not run says nothing of what it would have found.
#[test]
fn only_a_rule_that_ran_leaves_a_suppression_unused() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n\
               spec: {containers: [{name: a, image: 'app:1'}]} # plimsoll: ignore[image-tag] no reason to\n";
    let unused =
        |settings: &Settings| lint("a.yaml", pod, settings).findings.iter().any(|f| f.rule.id == "suppression-unused");
    assert!(unused(&settings("image-tag")));
    assert!(!unused(&settings("privileged")));
    let standard = Settings { standard: Some(plimsoll::rule::Level::Restricted), ..Settings::default() };
    assert!(!unused(&standard));
}

#[test]
fn a_standard_run_obeys_suppressions_and_a_sweep_does_not() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  hostNetwork: true # plimsoll: ignore[host-namespaces] CNI\n  \
               containers: [{name: a}]\n";
    let mut settings = Settings { standard: Some(plimsoll::rule::Level::Baseline), ..Settings::default() };
    let outcomes = lint("a.yaml", pod, &settings);
    assert_eq!((outcomes.findings.len(), outcomes.suppressed.len()), (0, 1));
    assert_eq!(lint("a.yaml", pod, &Settings { suppressions: false, ..settings.clone() }).findings.len(), 1);
    settings.sweep = Some(("1.30".parse().unwrap(), "1.34".parse().unwrap()));
    let verdicts = &lint("a.yaml", pod, &settings).verdicts;
    assert!(verdicts[0].verdicts.iter().all(|v| v.denied.contains_key("hostNamespaces")), "{verdicts:?}");
}

/// Neither many findings nor many suppressions make a run slow, and threads do not show.
#[test]
fn many_suppressions_take_linear_time() {
    let mut text = String::new();
    for n in 0..3000 {
        text += &format!(
            "---\napiVersion: v1\nkind: Pod\nmetadata: {{name: same, annotations: {{ignore.plimsoll.dev/privileged.c{n}: x y}}}}\n\
             # plimsoll: ignore[host-namespaces] everywhere\nspec:\n  hostNetwork: true\n  containers:\n  - name: c{n}\n    \
             image: app # plimsoll: ignore[image-tag] here\n    securityContext: {{privileged: true}}\n"
        );
    }
    text += "---\napiVersion: v1\nkind: Pod\nmetadata: {name: large}\nspec:\n  containers:\n";
    for n in 0..6000 {
        text += &format!("  # plimsoll: ignore[image-tag] an item\n  - name: c{n}\n    image: app\n");
    }
    let settings = settings("image-tag, privileged, host-namespaces");
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let input = Input::Text("many.yaml".into(), text.clone().into_bytes());
        pool.install(|| engine::run(vec![input], &settings, false))
    };
    let begin = std::time::Instant::now();
    let one = run(1);
    assert!(begin.elapsed().as_secs() < 30, "{:?}", begin.elapsed());
    assert_eq!((one.findings.len(), one.suppressed.len()), (0, 15_000));
    let shown = |o: &Outcomes| format!("{:?}{:?}{:?}", o.findings, o.suppressed, o.suppressions);
    assert!(shown(&one) == shown(&run(4)), "threads give other bytes");
}
