//! What a container runs with: each value as Kubernetes has it, each with the place that it comes from.

use std::fs;

use clap::CommandFactory;
use plimsoll::cli::Cli;
use plimsoll::discover::Input;
use plimsoll::show::{Setting, Shown, json, table};
use serde_json::{Value, json};

use crate::support::{blessed, plimsoll, plimsoll_with, root, temporary};

fn shown(text: &str, version: &str) -> Shown {
    let mut shown = Shown::default();
    shown.read(Input::Text("a.yaml".into(), text.into()), version.parse().unwrap());
    shown
}

/// A pod with these lines in its metadata, its spec, and in its only container.
fn pod(metadata: &str, spec: &str, container: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n{metadata}spec:\n{spec}  containers:\n    - name: app\n      image: a\n{container}"
    )
}

/// Value, origin and line of a setting of the only container, or of its pod.
fn found<'s>(shown: &'s Shown, field: &str) -> &'s Setting {
    let pod = &shown.pods[0];
    let mut all = pod.containers[0].settings.iter().chain(&pod.settings);
    all.find(|s| s.field == field).unwrap_or_else(|| panic!("{field} is not shown"))
}

#[test]
fn the_table_is_kept_and_fits() {
    let run = plimsoll(&root().join("fixtures/show"), &["show", "pods.yaml"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    for line in run.stdout.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
    blessed(&root().join("fixtures/show/pods.expected"), &run.stdout);
}

#[test]
fn json_is_as_its_schema_says() {
    let schema: Value = serde_json::from_str(json::SCHEMA).unwrap();
    assert_eq!(plimsoll(root(), &["schema", "show"]).stdout, json::SCHEMA);
    let validator = jsonschema::validator_for(&schema).unwrap();
    for paths in ["fixtures/show", "fixtures/rules", "fixtures/pss", "fixtures/projects", "fixtures/peers"] {
        let run = plimsoll(root(), &["show", paths, "--format", "json"]);
        let value: Value = serde_json::from_str(&run.stdout).unwrap();
        let errors: Vec<_> = validator.iter_errors(&value).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert!(errors.is_empty(), "{paths}: {}", errors.join("\n"));
        assert!(!value["pods"].as_array().unwrap().is_empty());
    }
    let wrong = json!({"version": 1, "kubernetes": "1.30", "pods": [{}], "unread": []});
    assert!(!validator.is_valid(&wrong), "the schema takes anything");
}

/// Field, version, the lines of a pod (metadata, spec, container), value, origin, line.
type Case = (&'static str, &'static str, [&'static str; 3], Value, &'static str, u32);

#[test]
#[allow(clippy::too_many_lines, reason = "a table")]
fn each_value_is_the_one_that_counts() {
    const USERS: &str = "  securityContext: {runAsUser: 1}\n";
    const SECCOMP: &str = "  annotations: {seccomp.security.alpha.kubernetes.io/pod: runtime/default, \
                           container.seccomp.security.alpha.kubernetes.io/app: localhost/x.json}\n";
    const APPARMOR: &str = "  annotations: {container.apparmor.security.beta.kubernetes.io/app: unconfined}\n";
    const POD_PROFILES: &str =
        "  securityContext: {seccompProfile: {type: RuntimeDefault}, appArmorProfile: {type: RuntimeDefault}}\n";
    const OWN_PROFILES: &str = "      securityContext: {seccompProfile: {type: Localhost, localhostProfile: y.json}, \
                                appArmorProfile: {type: Localhost, localhostProfile: own}}\n";
    let cases: Vec<Case> = vec![
        ("runAsUser", "1.37", ["", USERS, "      securityContext: {runAsUser: 2}\n"], json!(2), "container", 10),
        ("runAsUser", "1.37", ["", USERS, "      securityContext: {runAsUser: null}\n"], json!(1), "pod", 6),
        ("runAsUser", "1.37", ["", USERS, ""], json!(1), "pod", 6),
        ("runAsUser", "1.37", ["", "", ""], Value::Null, "default", 0),
        ("runAsUser", "1.37", ["", "", "      securityContext: {runAsUser: 1e4}\n"], json!(10000), "container", 9),
        ("runAsNonRoot", "1.37", ["", "", ""], json!(false), "default", 0),
        ("runAsNonRoot", "1.37", ["", "", "      securityContext: {runAsNonRoot: yes}\n"], json!(true), "container", 9),
        ("allowPrivilegeEscalation", "1.37", ["", "", ""], json!(true), "default", 0),
        ("procMount", "1.37", ["", "", ""], json!("Default"), "default", 0),
        (
            "capabilities.drop",
            "1.37",
            ["", "", "      securityContext: {capabilities: {drop: [ALL]}}\n"],
            json!(["ALL"]),
            "container",
            9,
        ),
        // Fields before annotations, the container before its pod; annotations until the version that drops them.
        ("seccompProfile", "1.37", [SECCOMP, "", ""], json!("Unconfined"), "default", 0),
        ("seccompProfile", "1.26", [SECCOMP, "", ""], json!("Localhost x.json"), "annotation", 5),
        ("seccompProfile", "1.26", [SECCOMP, POD_PROFILES, ""], json!("Localhost x.json"), "annotation", 5),
        ("seccompProfile", "1.26", [SECCOMP, POD_PROFILES, OWN_PROFILES], json!("Localhost y.json"), "container", 11),
        ("seccompProfile", "1.37", [SECCOMP, POD_PROFILES, ""], json!("RuntimeDefault"), "pod", 7),
        ("seccompProfile", "1.18", ["", POD_PROFILES, OWN_PROFILES], json!("Unconfined"), "default", 0),
        ("appArmorProfile", "1.37", ["", "", ""], json!("RuntimeDefault"), "default", 0),
        ("appArmorProfile", "1.37", [APPARMOR, POD_PROFILES, ""], json!("Unconfined"), "annotation", 5),
        ("appArmorProfile", "1.37", [APPARMOR, POD_PROFILES, OWN_PROFILES], json!("Localhost own"), "container", 11),
        ("appArmorProfile", "1.37", ["", POD_PROFILES, ""], json!("RuntimeDefault"), "pod", 6),
        ("appArmorProfile", "1.29", [APPARMOR, POD_PROFILES, OWN_PROFILES], json!("Unconfined"), "annotation", 5),
        ("appArmorProfile", "1.29", ["", POD_PROFILES, OWN_PROFILES], json!("RuntimeDefault"), "default", 0),
        ("hostUsers", "1.37", ["", "", ""], json!(true), "default", 0),
        ("hostNetwork", "1.37", ["", "  hostNetwork: true\n", ""], json!(true), "pod", 6),
        (
            "automountServiceAccountToken",
            "1.37",
            ["", "  automountServiceAccountToken: false\n", ""],
            json!(false),
            "pod",
            6,
        ),
        ("serviceAccountName", "1.37", ["", "  serviceAccount: old\n", ""], json!("old"), "pod", 6),
        ("serviceAccountName", "1.37", ["", "", ""], json!("default"), "default", 0),
        (
            "sysctls",
            "1.37",
            ["", "  securityContext: {sysctls: [{name: a.b, value: '1'}]}\n", ""],
            json!(["a.b=1"]),
            "pod",
            6,
        ),
        ("supplementalGroupsPolicy", "1.31", ["", "", ""], json!("Merge"), "default", 0),
    ];
    for (field, version, [metadata, spec, container], value, from, line) in cases {
        let shown = shown(&pod(metadata, spec, container), version);
        let setting = found(&shown, field);
        let place = setting.position.map_or(0, |p| p.line);
        let told = (&setting.value, setting.from.name(), place);
        assert_eq!(told, (&value, from, line), "{field} at {version}:\n{metadata}{spec}{container}");
    }
}

/// What is not as it seems is told beside the value.
#[test]
fn notes_say_what_else_counts() {
    for (field, version, container, want) in [
        ("runAsNonRoot", "1.37", "{runAsNonRoot: \"true\"}", "the API server refuses a value of this type"),
        ("runAsUser", "1.37", "{runAsUser: \"${UID}\"}", "a placeholder: not known here"),
        ("runAsUser", "1.37", "{runAsUser: {{ .Values.uid }}}", "a placeholder: not known here"),
        (
            "runAsUser",
            "1.37",
            "tight",
            "spec.containers[0].securityContext is not a mapping: the API server refuses it",
        ),
        ("seccompProfile", "1.37", "{privileged: true}", "a privileged container runs without one"),
        (
            "capabilities.drop",
            "1.37",
            "{privileged: true, capabilities: {drop: [ALL]}}",
            "a privileged container has every capability",
        ),
        (
            "allowPrivilegeEscalation",
            "1.37",
            "{allowPrivilegeEscalation: false, capabilities: {add: [SYS_ADMIN]}}",
            "the API server refuses it beside the capability SYS_ADMIN",
        ),
        (
            "appArmorProfile",
            "1.29",
            "{appArmorProfile: {type: RuntimeDefault}}",
            "Kubernetes has the field from 1.30 on",
        ),
        ("seccompProfile", "1.37", "{seccompProfile: {type: Runtime}}", "no profile: the API server refuses it"),
        ("seccompProfile", "1.37", "{seccompProfile: {type: \"${TYPE}\"}}", "a placeholder: not known here"),
    ] {
        let shown = shown(&pod("", "", &format!("      securityContext: {container}\n")), version);
        assert_eq!(found(&shown, field).note.as_deref(), Some(want), "{container}");
    }
}

#[test]
fn every_kind_of_text_is_shown_and_none_is_obeyed() {
    let text = "\u{feff}apiVersion: v1\r\nkind: List\r\nitems:\r\n- apiVersion: v1\r\n  kind: Pod\r\n  metadata: {name: \"\\e]0;x\\a\"}\r\n  \
                spec: {containers: [{name: \"\\e[2J\", securityContext: {runAsUser: \"\\e[31m\", procMount: [[1]]}}, 7]}\r\n\
                - {apiVersion: batch/v1, kind: CronJob, metadata: {name: b}, spec: {jobTemplate: {spec: {template: {spec: \
                {ephemeralContainers: [{name: debug}], containers: []}}}}}}\r\n";
    let shown = shown(text, "1.37");
    let kinds: Vec<_> = shown.pods.iter().flat_map(|p| p.containers.iter().map(|c| c.label.clone())).collect();
    assert_eq!(kinds, ["container \"\u{1b}[2J\"", "container \"\"", "ephemeral container \"debug\""]);
    let mut out = Vec::new();
    table::write(&shown, &mut out).unwrap();
    let table = String::from_utf8(out).unwrap();
    assert!(!table.contains(|c: char| c.is_control() && c != '\n'), "{table:?}");
    let deep =
        pod("", "", &format!("      securityContext: {{seLinuxOptions: {}1{}}}\n", "[".repeat(90), "]".repeat(90)));
    assert!(found(&self::shown(&deep, "1.37"), "seLinuxOptions").note.is_some());
}

/// Arguments, exit code, the labels of the containers that are shown, a part of standard error.
const CASES: &[(&str, i32, &str, &str)] = &[
    ("two.yaml", 0, "app app second", ""),
    ("two.yaml:7", 0, "app", ""),
    ("two.yaml:2", 0, "app", ""),
    ("two.yaml:18", 0, "second", ""),
    ("two.yaml:11", 0, "app second", ""),
    ("two.yaml:7 two.yaml:18", 0, "app second", ""),
    ("two.yaml:99", 2, "", "error: two.yaml: there is no pod at line 99: they are at the lines 4, 13\n"),
    ("two.yaml:99999999999", 2, "", "there is no pod at line 4294967295"),
    ("odd:3", 0, "app", ""),
    ("odd:3:1", 0, "app", ""),
    ("none.yaml", 2, "", "error: there is no pod in what was read\n"),
    ("none.yaml:1", 2, "", "there is no pod at line 1, nor at any other\n"),
    ("half.yaml", 2, "app", "half.yaml:10:4: broken: "),
    ("half.yaml:8", 2, "app", "half.yaml:10:4: broken: "),
    ("chart.yaml", 2, "", "chart.yaml:1:2: skipped: a Go template, not YAML\n"),
    ("missing.yaml", 2, "", "missing.yaml: broken: no such file"),
    ("missing.yaml:3", 2, "", "missing.yaml: broken: no such file"),
    (".", 2, "app app app second", "half.yaml:10:4: broken: "),
    (".:3", 2, "", "error: .:3: . is a directory, and a line is one of a file\n"),
    ("-", 0, "app", ""),
    ("-- -:7", 0, "app", ""),
    ("two.yaml --kubernetes 1.20", 0, "app app second", ""),
    ("two.yaml --kubernetes 1.99", 2, "", "the newest that is known is 1."),
    ("two.yaml --format jsn", 2, "", "'json'"),
    ("two.yaml --output x", 2, "", "unexpected argument '--output'"),
    ("", 2, "", "<PATH[:LINE]>"),
];

#[test]
fn places_options_and_exit_codes() {
    let folder = temporary("show");
    let two = format!(
        "{}---\n{}",
        pod("", "", ""),
        pod("", "", "    - name: second\n      image: b\n").replace("name: a\n", "name: b\n")
    );
    fs::write(folder.join("two.yaml"), two).unwrap();
    fs::write(folder.join("odd:3"), pod("", "", "")).unwrap();
    fs::write(folder.join("none.yaml"), "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n").unwrap();
    fs::write(folder.join("half.yaml"), format!("{}---\na: [\n", pod("", "", ""))).unwrap();
    fs::write(folder.join("chart.yaml"), "{{ if x }}\na: 1\n").unwrap();
    for &(args, code, containers, stderr) in CASES {
        let args: Vec<_> = ["show"].into_iter().chain(args.split_whitespace()).collect();
        let run = plimsoll_with(&folder, &args, pod("", "", "").as_bytes());
        let shown = run.stdout.lines().filter_map(|l| l.strip_prefix("container \"")?.split_once('"'));
        let shown: Vec<_> = shown.map(|(name, _)| name).collect();
        assert_eq!((run.code, shown.join(" ").as_str()), (code, containers), "{args:?}: {run:?}");
        let fits = if stderr.is_empty() { run.stderr.is_empty() } else { run.stderr.contains(stderr) };
        assert!(fits, "{args:?}: {}", run.stderr);
    }
    let json = plimsoll(&folder, &["show", "half.yaml", "--format", "json"]);
    let value: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!((json.code, value["unread"][0]["outcome"].as_str()), (2, Some("broken")));
    let command = Cli::command();
    let show = command.find_subcommand("show").unwrap();
    for option in show.get_arguments().filter_map(clap::Arg::get_long).filter(|o| *o != "help") {
        let has = CASES.iter().any(|c| c.0.contains(&format!("--{option}")));
        assert!(has, "--{option} has no case");
    }
}

/// What a pod leaves open its ServiceAccount may say: of its own namespace, and the nearest where there are several.
#[test]
#[allow(clippy::too_many_lines, reason = "a table")]
fn accounts_say_what_pods_leave_open() {
    let account = |name: &str, namespace: &str, says: &str| {
        format!("apiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: {name}{namespace}}}\n{says}---\n")
    };
    let off = "automountServiceAccountToken: false\n";
    let web = |namespace: &str, spec: &str| pod(namespace, &format!("  serviceAccountName: web\n{spec}"), "");
    let plain = web("", "");
    let prod = web("  namespace: prod\n", "");
    let differ = "true default ServiceAccounts of this name differ in it";
    let open = "true default unless the ServiceAccount says false";
    for (files, want) in [
        (vec![("a.yaml", account("web", "", off) + &plain)], "false service-account 4:31"),
        (vec![("a.yaml", plain.clone()), ("b.yaml", account("web", "", off))], "false service-account b.yaml:4:31"),
        (vec![("a.yaml", prod.clone()), ("x/b.yaml", account("web", "", off))], "false service-account x/b.yaml:4:31"),
        (vec![("a.yaml", prod.clone()), ("b.yaml", account("web", ", namespace: test", off))], open),
        (vec![("a.yaml", prod.clone() + "---\n" + &account("api", ", namespace: prod", off))], open),
        (
            vec![("a.yaml", web("", "  automountServiceAccountToken: true\n")), ("b.yaml", account("web", "", off))],
            "true pod 7:33",
        ),
        (vec![("a.yaml", account("web", "", "") + &plain)], "true default its ServiceAccount does not say either"),
        // Of several, the one of the same namespace, then of the same file, then of the same directory.
        (
            vec![
                ("a.yaml", prod.clone()),
                ("b.yaml", account("web", "", "") + &account("web", ", namespace: prod", off)),
            ],
            "false service-account b.yaml:8:31",
        ),
        (
            vec![
                ("x/a.yaml", plain.clone()),
                ("x/b.yaml", account("web", "", off)),
                ("y/b.yaml", account("web", "", "")),
            ],
            "false service-account x/b.yaml:4:31",
        ),
        (
            vec![
                ("a.yaml", plain.clone()),
                ("x/b.yaml", account("web", "", off)),
                ("y/b.yaml", account("web", "", "")),
            ],
            differ,
        ),
        (vec![("a.yaml", account("default", "", off) + &pod("", "", ""))], "false service-account 4:31"),
        (vec![("a.yaml", pod("", "", "")), ("x/b.yaml", account("default", "", off))], open),
        (
            vec![("a.yaml", account("web", "", "automountServiceAccountToken: \"no\"\n") + &plain)],
            "\"no\" service-account 4:31 the API server refuses a value of this type",
        ),
    ] {
        let mut shown = Shown::default();
        for (name, text) in &files {
            shown.read(Input::Text((*name).into(), text.as_str().into()), "1.37".parse().unwrap());
        }
        shown.ask_accounts();
        let setting = found(&shown, "automountServiceAccountToken");
        let path = setting.path.as_ref().map(|path| format!("{path}:")).unwrap_or_default();
        let place = setting.position.map(|p| format!(" {path}{}:{}", p.line, p.column)).unwrap_or_default();
        let note = setting.note.as_ref().map(|note| format!(" {note}")).unwrap_or_default();
        assert_eq!(format!("{} {}{place}{note}", setting.value, setting.from.name()), want, "{files:#?}");
    }
}

#[test]
fn accounts_of_other_files_are_shown_with_their_file() {
    let folder = temporary("show-accounts");
    fs::write(folder.join("web.yaml"), pod("", "  serviceAccountName: web\n", "")).unwrap();
    let account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: web}\nautomountServiceAccountToken: false\n";
    fs::write(folder.join("account.yaml"), account).unwrap();
    let line = |args: &[&str]| {
        let run = plimsoll(&folder, &[&["show"], args].concat());
        assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run:?}");
        let at = run.stdout.find("  automountServiceAccountToken").unwrap();
        run.stdout[at..].split_whitespace().take(4).collect::<Vec<_>>()[1..].join(" ")
    };
    assert_eq!(line(&["."]), "false service-account account.yaml:4:31");
    assert_eq!(line(&["web.yaml:9", "account.yaml"]), "false service-account account.yaml:4:31");
    assert!(line(&["web.yaml"]).starts_with("true default"));
    let json = plimsoll(&folder, &["show", ".", "--format", "json"]).stdout;
    let value: Value = serde_json::from_str(&json).unwrap();
    let validator = jsonschema::validator_for(&serde_json::from_str(json::SCHEMA).unwrap()).unwrap();
    assert!(validator.is_valid(&value), "{json}");
    let all = value["pods"][0]["settings"].as_array().unwrap();
    let setting = all.iter().find(|s| s["field"] == "automountServiceAccountToken").unwrap();
    assert_eq!((&setting["from"], &setting["path"]), (&json!("service-account"), &json!("account.yaml")));
}
