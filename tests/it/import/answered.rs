//! What is suppressed or known, of findings that a cluster has.

use std::fs;
use std::path::{Path, PathBuf};

use super::{POD, about_web};
use crate::support::{Run, plimsoll, temporary};

/// A check of a rule of ours that the manifest has too, one that only the cluster has, and one of no rule.
const CHECKS: &str =
    "  - {checkID: KSV003, severity: LOW, success: false, messages: [\"Container 'app' of Pod 'web'\"]}
  - {checkID: KSV003, severity: LOW, success: false, messages: [\"Container 'sidecar' of Pod 'web'\"]}
  - {checkID: XYZ001, severity: HIGH, success: false, title: Something else}
";

const RULES: &str = "privileged = \"high\"\n";

fn folder(name: &str) -> PathBuf {
    let folder = temporary(&format!("import-{name}"));
    fs::write(folder.join("r.yaml"), about_web(CHECKS)).unwrap();
    fs::create_dir(folder.join("deploy")).unwrap();
    fs::write(folder.join("deploy/web.yaml"), POD).unwrap();
    folder
}

fn import(folder: &Path, arguments: &str) -> Run {
    plimsoll(folder, &["import", "r.yaml"].into_iter().chain(arguments.split_whitespace()).collect::<Vec<_>>())
}

/// The lines about these rules, each without what it says.
fn told(run: &Run) -> Vec<String> {
    let rules = ["[drop-all-capabilities]", "[imported-check]", "[suppression-unused]"];
    let lines = run.stdout.lines().filter(|line| rules.iter().any(|rule| line.contains(rule)));
    lines.map(|line| line.split(']').next().unwrap().to_owned() + "]").collect()
}

#[test]
fn the_configuration_suppresses_what_a_cluster_has() {
    let folder = folder("ignore");
    let config = |text: &str| fs::write(folder.join("plimsoll.toml"), format!("{text}[rules]\n{RULES}")).unwrap();
    let entry = |selectors: &str| format!("[[ignore]]\n{selectors}\nreason = 'known'\n\n");
    let [app, helper] = ["6", "7"].map(|n| format!("deploy/web.yaml:{n}:14: high[drop-all-capabilities]"));
    let sidecar = "deploy/web.yaml:3:18: high[drop-all-capabilities]".to_owned();
    let other = "deploy/web.yaml:3:18: high[imported-check]".to_owned();
    for (selectors, left) in [
        ("rule = 'imported-check'", vec![&sidecar, &app, &helper]),
        ("rule = 'drop-all-capabilities'\ncontainer = 'sidecar'", vec![&other, &app, &helper]),
        ("rule = ['drop-all-capabilities', 'imported-check']\npath = 'deploy'", vec![]),
        ("rule = 'drop-all-capabilities'\ncontainer = ['app', 'sidecar']\nkind = 'Pod'", vec![&other, &helper]),
        ("rule = 'imported-check'\nname = 'we?'\nnamespace = 'prod'", vec![&sidecar, &app, &helper]),
    ] {
        config(&entry(selectors));
        let run = import(&folder, "--manifests deploy");
        let mut found = told(&run);
        found.sort();
        let mut wanted: Vec<_> = left.into_iter().cloned().collect();
        wanted.sort();
        assert_eq!(found, wanted, "{selectors}: {run:?}");
        assert!(run.stdout.contains(" suppressed; "), "{run:?}");
    }
    // Without the manifests, at the report; an entry about manifests is not called unused then.
    config(&(entry("rule = 'imported-check'\nkind = 'Pod'") + &entry("rule = 'image-tag'\nkind = 'Job'")));
    let alone = import(&folder, "");
    assert_eq!(told(&alone), ["r.yaml:9:15: high[drop-all-capabilities]", "r.yaml:10:15: high[drop-all-capabilities]"]);
    assert!(alone.stdout.contains(", 1 suppressed; "), "{alone:?}");
    // An entry that hides nothing is told where all was read; one about reports only where there are any.
    config(&entry("rule = 'imported-check'\nkind = 'Job'"));
    let unused = "plimsoll.toml:1:1: low[suppression-unused]".to_owned();
    assert!(told(&import(&folder, "--manifests .")).contains(&unused));
    assert!(!told(&plimsoll(&folder, &["lint", "."])).contains(&unused));
}

#[test]
fn comments_and_annotations_hold_for_the_cluster_too() {
    let folder = folder("comments");
    for (manifest, hidden) in [
        (format!("# plimsoll: ignore[drop-all-capabilities] all of it, for now\n{POD}"), 3),
        (POD.replace("image: a}", "image: a} # plimsoll: ignore[drop-all-capabilities] both"), 2),
        (
            POD.replace(
                "namespace: prod}",
                "namespace: prod, annotations: {ignore.plimsoll.dev/drop-all-capabilities.sidecar: the mesh's}}",
            ),
            1,
        ),
        (
            POD.replace("namespace: prod}", "namespace: prod, annotations: {ignore.plimsoll.dev/imported-check: x y}}"),
            1,
        ),
        (format!("# plimsoll: ignore-file[imported-check,drop-all-capabilities] all\n{POD}"), 4),
    ] {
        fs::write(folder.join("deploy/web.yaml"), &manifest).unwrap();
        let run = import(&folder, "--manifests deploy");
        assert_eq!(told(&run).len(), 4 - hidden, "{manifest}{run:?}");
        assert!(run.stdout.contains(&format!(", {hidden} suppressed; ")), "{manifest}{run:?}");
        assert!(!run.stdout.contains("[suppression-unused]"), "{manifest}{run:?}");
    }
}

#[test]
fn a_baseline_knows_what_a_cluster_has() {
    let folder = folder("baseline");
    let written = import(&folder, "--manifests deploy --write-baseline known.json");
    assert_eq!((written.code, told(&written)), (0, Vec::new()), "{written:?}");
    let known = import(&folder, "--manifests deploy --baseline known.json");
    assert_eq!((known.code, told(&known)), (0, Vec::new()), "{known:?}");
    assert!(!known.stdout.contains("gone"), "{known:?}");
    // A new check fails; one that is gone is told, and pruned.
    fs::write(folder.join("r.yaml"), about_web(&CHECKS.replace("XYZ001", "XYZ002"))).unwrap();
    let new = import(&folder, "--manifests deploy --baseline known.json");
    assert_eq!((new.code, told(&new)), (1, vec!["deploy/web.yaml:3:18: high[imported-check]".to_owned()]), "{new:?}");
    assert!(new.stdout.contains("deploy/web.yaml: gone: imported-check in Pod prod/web"), "{new:?}");
    import(&folder, "--manifests deploy --baseline known.json --prune");
    let pruned = import(&folder, "--manifests deploy --baseline known.json");
    assert!(pruned.code == 1 && !pruned.stdout.contains("gone"), "{pruned:?}");
    // Reports alone have one too; the configuration's is of manifests, and not asked.
    let alone = import(&folder, "--write-baseline reports.json");
    assert_eq!(alone.code, 0, "{alone:?}");
    assert_eq!(import(&folder, "--baseline reports.json").code, 0);
    fs::write(folder.join("plimsoll.toml"), "baseline = \"known.json\"\n").unwrap();
    let alone = import(&folder, "");
    assert_eq!((alone.code, told(&alone).len()), (1, 3), "{alone:?}");
    assert!(!alone.stdout.contains(" known"), "{alone:?}");
    let beside = import(&folder, "--manifests deploy");
    assert!(beside.stdout.contains(" known; "), "{beside:?}");
    let all = import(&folder, "--manifests deploy --no-baseline");
    assert!(!all.stdout.contains(" known; "), "{all:?}");
    // A lint does not miss what it has not asked for.
    let lint = plimsoll(&folder, &["lint", "deploy"]);
    assert!(!lint.stdout.contains("gone: imported-check"), "{lint:?}");
}

/// `import` mends nothing: the hint names the command that does.
#[test]
fn what_can_be_mended_is_told_with_its_command() {
    let folder = folder("fixable");
    for format in ["human", "concise"] {
        let run = import(&folder, &format!("--manifests deploy --format {format}"));
        assert!(run.stdout.contains(" fixable with plimsoll lint --fix"), "{run:?}");
    }
    assert!(!import(&folder, "").stdout.contains("fixable"));
    let lint = plimsoll(&folder, &["lint", "deploy"]);
    assert!(lint.stdout.contains(" fixable with --fix"), "{lint:?}");
}
