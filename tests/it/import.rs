//! Reports of a cluster beside its manifests: what both find is told once, what only the cluster finds says so, and what
//! of a report cannot be read is an error at its line.

use std::fs;

use clap::{CommandFactory, ValueEnum};
use plimsoll::cli::Cli;
use plimsoll::config::Settings;
use plimsoll::discover::Input;
use plimsoll::engine::{self, Keep, Outcomes};
use plimsoll::finding::Finding;
use plimsoll::report::{self, Format, Options};
use plimsoll::rule::Severity;
use serde_json::Value;

mod answered;

use crate::support::{blessed, plimsoll, plimsoll_with, root, temporary};

const POD: &str = "\
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: prod}
spec:
  containers:
    - {name: app, image: a}
    - {name: helper, image: a}
";

fn folder() -> std::path::PathBuf {
    root().join("fixtures/reports")
}

/// A report about the pod `web` with these checks.
fn about_web(checks: &str) -> String {
    format!(
        "apiVersion: aquasecurity.github.io/v1alpha1\nkind: ConfigAuditReport\nmetadata:\n  name: pod-web\n  namespace: prod\n  \
         labels: {{trivy-operator.resource.kind: Pod, trivy-operator.resource.name: web}}\nreport:\n  checks:\n{checks}"
    )
}

/// What a manifest and a report come to, under one rule.
fn joined(rule: &str, manifest: &str, report: &str) -> Outcomes {
    let settings = Settings::default().only(rule);
    let input = |name: &str, text: &str| vec![Input::Text(name.into(), text.into())];
    let keep = Keep { objects: true, sources: false };
    engine::run_beside(input("web.yaml", manifest), input("report.yaml", report), &settings, keep, &0.into())
}

fn is_confirmed(finding: &Finding) -> bool {
    finding.related.iter().any(|r| r.message.starts_with("confirmed by the cluster: "))
}

#[test]
fn findings_are_joined_by_check_object_and_container() {
    let run = plimsoll(&folder(), &["import", "cluster.yaml", "--manifests", "deploy"]);
    assert_eq!((run.code, run.stderr.as_str()), (1, ""));
    blessed(&folder().join("joined.expected"), &run.stdout);
    let human = plimsoll(&folder(), &["import", "cluster.yaml", "--manifests", "deploy", "--format", "human"]).stdout;
    assert!(human.contains("confirmed by the cluster: check AVD-KSV-0014"), "{human}");
}

#[test]
fn each_spelling_of_an_id_is_the_same_check() {
    for id in ["KSV003", "ksv003", "KSV-0003", "AVD-KSV-0003", "KSV0003", "drop-all-capabilities"] {
        let check = |container: &str| {
            format!(
                "  - {{checkID: {id}, severity: LOW, success: false, messages: [\"Container '{container}' of Pod 'web'\"]}}\n"
            )
        };
        let report = about_web(&(check("app") + &check("sidecar")));
        let outcomes = joined("drop-all-capabilities", POD, &report);
        let confirmed: Vec<_> =
            outcomes.findings.iter().filter(|f| is_confirmed(f)).map(|f| f.container.as_deref().unwrap()).collect();
        assert_eq!(confirmed, ["app"], "{id}");
        let drift: Vec<_> = outcomes.findings.iter().filter(|f| f.container.as_deref() == Some("sidecar")).collect();
        assert_eq!((drift.len(), outcomes.findings.len()), (1, 3), "{id}");
        assert_eq!((&*drift[0].path, drift[0].region.start.line, drift[0].severity), ("web.yaml", 3, Severity::High));
    }
}

#[test]
fn a_check_without_a_container_is_about_all_of_them() {
    for messages in ["", ", messages: null", ", messages: ['']", ", messages: [Pod 'web' keeps them]"] {
        let report = about_web(&format!("  - {{checkID: KSV003, severity: LOW, success: false{messages}}}\n"));
        let outcomes = joined("drop-all-capabilities", POD, &report);
        assert!(outcomes.findings.len() == 2 && outcomes.findings.iter().all(is_confirmed), "{messages}");
    }
    let scoped = "  - {checkID: KSV003, severity: LOW, success: false, scope: {type: Container, value: helper}}\n";
    let outcomes = joined("drop-all-capabilities", POD, &about_web(scoped));
    let confirmed: Vec<_> = outcomes.findings.iter().map(is_confirmed).collect();
    assert_eq!(confirmed, [false, true]);
}

#[test]
fn what_is_suppressed_or_off_is_not_found_again() {
    let report = about_web("  - {checkID: KSV003, severity: LOW, success: false, messages: [\"Container 'app'\"]}\n");
    let answered = format!("# plimsoll: ignore[drop-all-capabilities] for now\n{POD}");
    let outcomes = joined("drop-all-capabilities", &answered, &report);
    assert!(outcomes.findings.is_empty(), "{:?}", outcomes.findings);
    // With the word of the cluster beside it.
    let confirmed: Vec<_> = outcomes.suppressed.iter().map(|s| is_confirmed(&s.finding)).collect();
    assert_eq!(confirmed, [true, false]);
    assert!(joined("fs-group-floor", "", &report).findings.is_empty(), "the rule of the check is off");
}

/// A placeholder leaves a note; the cluster knows what was filled in.
#[test]
fn the_cluster_decides_what_a_placeholder_leaves_open() {
    let pod = POD.replace(
        "{name: app, image: a}",
        "{name: app, image: a, securityContext: {capabilities: {drop: \"${DROP}\"}}}",
    );
    let report = about_web("  - {checkID: KSV003, severity: LOW, success: false, messages: [\"Container 'app'\"]}\n");
    let outcomes = joined("drop-all-capabilities", &pod, &report);
    let of_app: Vec<_> = outcomes.findings.iter().filter(|f| f.container.as_deref() == Some("app")).collect();
    assert_eq!(of_app.iter().map(|f| f.severity).collect::<Vec<_>>(), [Severity::High, Severity::Note]);
    assert!(!of_app.iter().any(|f| is_confirmed(f)));
}

/// What we write as ConfigAuditReports, read back beside the same manifests, confirms every finding and adds none.
#[test]
fn our_own_reports_come_back() {
    let manifests = "fixtures/projects/shop";
    let lint = plimsoll(root(), &["lint", manifests, "--no-config", "--format", "config-audit-report"]);
    let args = ["import", "-", "--manifests", manifests, "--no-config", "--format", "json"];
    let imported = plimsoll_with(root(), &args, lint.stdout.as_bytes());
    let found = |json: &str| serde_json::from_str::<Value>(json).unwrap()["findings"].as_array().unwrap().clone();
    // Of what was left unread the report says that it was: a note, since that is no rule's check.
    let (unread, imported): (Vec<_>, Vec<_>) =
        found(&imported.stdout).into_iter().partition(|f| f["rule"] == "imported-check");
    assert!(unread.len() == 1 && unread[0]["severity"] == "note", "{unread:#?}");
    let lint = found(&plimsoll(root(), &["lint", manifests, "--no-config", "--format", "json"]).stdout);
    assert!(imported.len() == lint.len() && lint.len() > 20);
    for (imported, own) in imported.iter().zip(&lint) {
        assert_eq!((&imported["rule"], &imported["start"]), (&own["rule"], &own["start"]));
        let related = imported["related"].as_array().unwrap();
        let confirms = |r: &Value| r["message"].as_str().unwrap().starts_with("confirmed by the cluster: ");
        assert!(related.iter().any(confirms), "{imported:#}");
    }
}

#[test]
fn lists_streams_and_json_are_the_same_export() {
    let text = fs::read_to_string(folder().join("cluster.yaml")).unwrap();
    let source = plimsoll::source::Source::new("cluster.yaml", text);
    let tree = plimsoll::yaml::parse(&source.text, source.documents()[0].span).unwrap();
    let list: Value = serde_json::from_str(&crate::json::print(&tree)).unwrap();
    let items: Vec<String> = list["items"].as_array().unwrap().iter().map(Value::to_string).collect();
    let import = |input: &str| {
        let run =
            plimsoll_with(&folder(), &["import", "-", "--manifests", "deploy", "--format", "json"], input.as_bytes());
        let json: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{run:?}"));
        let told = |f: &Value| format!("{} {} {}", f["rule"], f["object"], f["message"]);
        let mut told: Vec<_> = json["findings"].as_array().unwrap().iter().map(told).collect();
        told.sort();
        (run.code, told)
    };
    let whole = import(&source.text);
    assert!(whole.0 == 1 && whole.1.len() > 5);
    assert_eq!(whole, import(&list.to_string()));
    assert_eq!(whole, import(&items.join("\n---\n")));
    let typed = list.to_string().replacen("\"List\"", "\"ConfigAuditReportList\"", 1);
    assert_eq!(whole, import(&typed));
}

#[test]
fn malformed_reports_are_errors_at_their_lines() {
    let run = plimsoll(&folder(), &["import", "malformed.yaml"]);
    assert_eq!((run.code, run.stderr.as_str()), (2, ""));
    blessed(&folder().join("malformed.expected"), &run.stdout);
}

#[test]
fn exit_codes_hold_in_every_format() {
    let folder = temporary("import-codes");
    let check = "  - {checkID: KSV003, severity: LOW, success: false}\n";
    fs::write(folder.join("fail.yaml"), about_web(check)).unwrap();
    fs::write(folder.join("pass.yaml"), about_web(&check.replace("false", "true"))).unwrap();
    fs::write(folder.join("none.yaml"), "{apiVersion: v1, kind: List, items: []}\n").unwrap();
    fs::write(folder.join("broken.yaml"), "a: [\n").unwrap();
    fs::write(folder.join("pod.yaml"), POD).unwrap();
    for format in Format::value_variants() {
        let format = format.to_possible_value().unwrap().get_name().to_owned();
        for (args, code) in [
            ("fail.yaml", 1),
            ("fail.yaml --fail-on critical", 0),
            ("pass.yaml", 0),
            ("none.yaml", 0),
            ("pod.yaml", 0),
            ("broken.yaml", 2),
            ("fail.yaml broken.yaml", 2),
            ("missing.yaml", 2),
            ("none.yaml --manifests pod.yaml", 1),
            ("none.yaml --manifests broken.yaml", 2),
            ("none.yaml --manifests missing.yaml", 2),
        ] {
            let args: Vec<_> = ["import", "--format", &format].into_iter().chain(args.split(' ')).collect();
            let run = plimsoll(&folder, &args);
            assert_eq!((run.code, run.stderr.as_str()), (code, ""), "{args:?}: {}", run.stdout);
        }
    }
    let skipped = plimsoll(&folder, &["import", "pod.yaml"]).stdout;
    assert!(skipped.starts_with("pod.yaml:2:7: skipped: Pod is no ConfigAuditReport\n"), "{skipped}");
}

#[test]
fn options_do_what_they_say() {
    let folder = temporary("import-options");
    fs::write(folder.join("r.yaml"), about_web("  - {checkID: KSV003, severity: LOW, success: false}\n")).unwrap();
    fs::write(folder.join("pod.yaml"), POD).unwrap();
    fs::write(folder.join("plimsoll.toml"), "[rules]\ndrop-all-capabilities = \"off\"\n").unwrap();
    let cases = [
        ("r.yaml", 0, "no findings", ""),
        ("r.yaml --no-config", 1, "r.yaml:9:15: high[drop-all-capabilities]", ""),
        ("r.yaml --no-config --manifests pod.yaml", 1, "pod.yaml:6:14: high[drop-all-capabilities]", ""),
        ("r.yaml --no-config --manifests pod.yaml --exclude pod.yaml", 1, "r.yaml:9:15:", ""),
        ("r.yaml --config none.toml", 2, "", "error: none.toml: no such file"),
        ("r.yaml --no-config --config none.toml", 2, "", "cannot be used with"),
        ("r.yaml --no-config --kubernetes 1.30", 1, "r.yaml:9:15:", ""),
        ("r.yaml --kubernetes 2.0", 2, "", "is no Kubernetes version"),
        ("r.yaml --no-config --fail-on never", 0, "r.yaml:9:15:", ""),
        ("r.yaml --fail-on hihg", 2, "", "'high'"),
        ("r.yaml --exclude a{b", 2, "", "`a{b` is no glob"),
        ("r.yaml --no-config --format github", 1, "::error file=", ""),
        ("r.yaml --format sraif", 2, "", "'sarif'"),
        ("r.yaml --no-config --format json --output out.json", 1, "", ""),
        ("r.yaml --output none/out.json", 2, "", "there is no directory none"),
        ("r.yaml --no-config --quiet", 1, "r.yaml:9:15:", ""),
        ("r.yaml --no-config --color always --format human", 1, "\u{1b}[", ""),
        ("r.yaml --color sometimes", 2, "", "possible values: auto, always, never"),
        ("r.yaml --manifest pod.yaml", 2, "", "'--manifests'"),
        ("r.yaml --no-config --write-baseline known.json", 0, "1 known; ", ""),
        ("r.yaml --no-config --baseline known.json", 0, "1 known; ", ""),
        ("r.yaml --no-config --baseline known.json --prune", 0, "1 known; ", ""),
        ("r.yaml --no-config --baseline none.json", 2, "", "error: none.json: no such file"),
        ("r.yaml --no-config --prune", 2, "", "`--prune` needs a baseline"),
        ("r.yaml --no-config --no-baseline", 1, "r.yaml:9:15:", ""),
        ("r.yaml --no-baseline --baseline known.json", 2, "", "cannot be used with"),
        ("r.yaml --write-baseline none/known.json", 2, "", "there is no directory none"),
        ("", 2, "", "<REPORT>"),
    ];
    for (args, code, stdout, stderr) in cases {
        let run = plimsoll(&folder, &["import"].into_iter().chain(args.split_whitespace()).collect::<Vec<_>>());
        assert_eq!(run.code, code, "{args}: {run:?}");
        let fits = |text: &str, part: &str| if part.is_empty() { text.is_empty() } else { text.contains(part) };
        assert!(fits(&run.stdout, stdout) && fits(&run.stderr, stderr), "{args}: {run:#?}");
    }
    let command = Cli::command();
    let import = command.find_subcommand("import").unwrap();
    for option in import.get_arguments().filter_map(clap::Arg::get_long).filter(|o| *o != "help") {
        assert!(cases.iter().any(|c| c.0.contains(&format!("--{option}"))), "--{option} has no case");
    }
}

/// Thousands of reports take no more than their number.
#[test]
fn many_reports_take_linear_time() {
    let pod = |n: usize| POD.replace("name: web", &format!("name: web-{n}"));
    let check =
        "  - {checkID: KSV003, severity: LOW, success: false, messages: [\"Container 'app'\", \"Container 'x'\"]}\n";
    let report = |n: usize| about_web(&check.repeat(5)).replace("name: web}", &format!("name: web-{n}}}"));
    let texts = |of: &dyn Fn(usize) -> String| (0..4000).map(of).collect::<Vec<_>>().join("---\n");
    let begin = std::time::Instant::now();
    let outcomes = joined("drop-all-capabilities", &texts(&pod), &texts(&report));
    assert_eq!(outcomes.findings.len(), 4000 * 3);
    assert!(begin.elapsed().as_secs() < 20, "{:?}", begin.elapsed());
    let mut out = Vec::new();
    report::write(Format::Concise, &outcomes, &Options::default(), &mut out).unwrap();
    assert!(!out.is_empty());
}
