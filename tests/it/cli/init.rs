//! `plimsoll init`: what it sees, what it writes, what it refuses, and that a lint then does as it said.

use std::fs;
use std::path::Path;

use super::{Dir, FAIL, pass};
use crate::support::{blessed, command, plimsoll, root, run};

/// A tree with something of everything that is looked for.
fn tree() -> Dir {
    let dir = Dir::new();
    dir.file("apps/app.yaml", FAIL);
    dir.file("apps/broken [1].yaml", "a: [\n");
    let sandboxed =
        "apiVersion: v1\nkind: Pod\nmetadata: {name: b}\nspec:\n  runtimeClassName: gvisor\n  containers: []\n";
    dir.file("apps/sandboxed.yaml", sandboxed);
    dir.file("vendor/lib/app.yaml", FAIL);
    dir.file("web/node_modules/kit/app.yaml", FAIL);
    let chart = "apiVersion: v2\nname: shop\nversion: 1.0.0\nkubeVersion: '>=1.28.0-0'\ndependencies:\n\
                 \x20 - {name: redis, version: 1.0.0, repository: 'https://me:secret@charts.example.org/all'}\n\
                 \x20 - {name: own, version: 1.0.0, repository: 'file://charts/own'}\n";
    dir.file("shop/Chart.yaml", chart);
    dir.file("shop/charts/redis/Chart.yaml", "apiVersion: v2\nname: redis\nversion: 1.0.0\nkubeVersion: '>=1.36.0'\n");
    dir.file("shop/charts/redis/crds/app.yaml", FAIL);
    dir.file("shop/charts/own/app.yaml", FAIL);
    let clusters = "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: {name: one, version: '1.33'}\n---\n\
                    apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: {name: two, version: '1.31'}\n";
    dir.file("infra/clusters.yaml", clusters);
    dir.file(".github/workflows/test.yaml", "env:\n  K8S_VERSION: v1.27.3\n");
    dir
}

#[test]
fn it_tells_what_it_sees_and_why() {
    let dir = tree();
    let dry = dir.run(&["init", "--dry-run"]);
    assert!(!dir.0.join("plimsoll.toml").exists());
    let ran = dir.run(&["init"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    let written = dir.read("plimsoll.toml");
    assert_eq!(dry.stdout, written);
    blessed(&root().join("fixtures/cli/init/plimsoll.expected.toml"), &written);
    blessed(&root().join("fixtures/cli/init/said.txt"), &ran.stdout);
    assert!(!written.contains("secret"), "{written}");
    // Nothing is left of the file that became it.
    let left = |e: fs::DirEntry| e.path().extension().is_some_and(|e| e == "tmp");
    assert!(!fs::read_dir(&dir.0).unwrap().any(|e| left(e.unwrap())));
}

#[test]
fn a_lint_then_does_as_it_said() {
    let mut trees = vec![tree()];
    for project in fs::read_dir(root().join("fixtures/projects")).unwrap() {
        let project = project.unwrap().path();
        if project.is_dir() {
            trees.push(Dir::new());
            copy(&project, &trees.last().unwrap().0);
        }
    }
    assert!(trees.len() > 3);
    for dir in trees {
        let _ = fs::remove_file(dir.0.join("plimsoll.toml"));
        let said = dir.run(&["init"]).stdout;
        let lint = dir.run(&["lint", "--format", "human"]);
        assert_eq!(lint.stderr, "", "{}", dir.0.display());
        let configured = "configured by plimsoll.toml\n";
        let (before, after) = lint.stdout.split_once(configured).expect("the file is found");
        let verdict = before.trim_end().rsplit("\n\n").next().unwrap();
        assert!(said.contains(&format!("\n\n{verdict}\n{after}")), "{said}\n{}", lint.stdout);
    }
}

const BASELINE: &str = ".plimsoll-baseline.json";

#[test]
fn with_a_baseline_only_new_findings_fail() {
    let dir = tree();
    fs::remove_file(dir.0.join("apps/broken [1].yaml")).unwrap();
    let ran = dir.run(&["init", "--baseline"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    assert!(ran.stdout.contains("\nWrote plimsoll.toml and .plimsoll-baseline.json.\n"), "{}", ran.stdout);
    assert!(dir.read("plimsoll.toml").contains(&format!("\nbaseline = \"{BASELINE}\"\n")));
    let lint = dir.run(&["lint"]);
    assert_eq!((lint.code, lint.stderr.as_str()), (0, ""), "{}", lint.stdout);
    assert_eq!(dir.run(&["lint", "--no-baseline"]).code, 1);
    dir.file("apps/new.yaml", &FAIL.replace("name: app", "name: new"));
    let lint = dir.run(&["lint", "--format", "concise"]);
    let findings = lint.stdout.lines().filter(|l| l.contains('['));
    assert!(lint.code == 1 && findings.clone().count() > 5, "{}", lint.stdout);
    assert!(findings.clone().all(|l| l.starts_with("apps/new.yaml:")), "{}", lint.stdout);
}

#[test]
fn a_baseline_that_is_there_stays() {
    let dir = Dir::new();
    dir.file("app.yaml", FAIL);
    dir.file(BASELINE, "mine");
    let ran = dir.run(&["init", "--baseline"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    assert_eq!(ran.stderr, "error: .plimsoll-baseline.json is there already, and init overwrites nothing\n");
    assert!(!dir.0.join("plimsoll.toml").exists());
    assert_eq!(dir.run(&["init"]).code, 0);
    assert_eq!(dir.read(BASELINE), "mine");
}

/// On a terminal, which `script` makes, it asks; anywhere else it does not.
#[test]
fn only_a_terminal_is_asked() {
    let script = |arguments: &[&str]| std::process::Command::new("script").args(arguments).output();
    if !script(&["--version"]).is_ok_and(|o| String::from_utf8_lossy(&o.stdout).contains("util-linux")) {
        println!("skipped: script of util-linux is not at hand");
        return;
    }
    let program = crate::support::program().display();
    for (answer, options, written) in
        [("y\n", "", true), ("n\n", "", false), ("\n", "", false), ("y\n", "--no-baseline", false)]
    {
        let dir = Dir::new();
        dir.file("app.yaml", FAIL);
        let mut terminal = std::process::Command::new("script");
        let line = format!("'{program}' init {options}");
        terminal.args(["-qec", &line, "/dev/null"]).current_dir(&dir.0).env_remove("NO_COLOR");
        terminal.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped());
        let ran = run(&mut terminal, answer.as_bytes());
        assert_eq!(ran.code, 0, "{}", ran.stdout);
        assert_eq!(ran.stdout.contains("so that only new ones fail?"), options.is_empty(), "{}", ran.stdout);
        assert_eq!(dir.0.join(BASELINE).exists(), written, "{answer:?} {options}: {}", ran.stdout);
    }
    let dir = Dir::new();
    dir.file("app.yaml", FAIL);
    let ran = crate::support::plimsoll_with(&dir.0, &["init"], b"y\n");
    assert!(!ran.stdout.contains("[y/N]") && !dir.0.join(BASELINE).exists(), "{}", ran.stdout);
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn the_same_tree_gets_the_same_file() {
    let first = tree().run(&["init", "--dry-run"]).stdout;
    let dir = tree();
    for threads in ["1", "2", "7"] {
        let ran = run(command(&dir.0, &["init", "--dry-run"]).env("RAYON_NUM_THREADS", threads), b"");
        assert_eq!(ran.stdout, first);
    }
}

/// A file, its text, and the version that follows from it.
const CLAIMS: &[(&str, &str, &str)] = &[
    ("a.yaml", "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\nkubernetesVersion: v1.32.1\n", "1.32"),
    ("a.yaml", "apiVersion: kops.k8s.io/v1alpha2\nkind: Cluster\nspec: {kubernetesVersion: 1.30.0}\n", "1.30"),
    ("a.yaml", "apiVersion: cluster.x-k8s.io/v1beta1\nkind: Cluster\nspec: {topology: {version: v1.34.0}}\n", "1.34"),
    (
        "a.yaml",
        "apiVersion: controlplane.cluster.x-k8s.io/v1beta1\nkind: KubeadmControlPlane\nspec: {version: v1.34.0}\n",
        "1.34",
    ),
    ("a.yaml", "apiVersion: upgrade.cattle.io/v1\nkind: Plan\nspec: {version: v1.33.1+k3s1}\n", "1.33"),
    ("kind.yaml", "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nnodes:\n- image: kindest/node:v1.29.4\n", "1.29"),
    ("k3d.yml", "apiVersion: k3d.io/v1alpha5\nkind: Simple\nimage: rancher/k3s:v1.31.2-k3s1\n", "1.31"),
    ("main.tf", "module \"eks\" {\n  cluster_version = \"1.32\"\n}\n", "1.32"),
    ("Makefile", "ENVTEST_K8S_VERSION = 1.31.0\n", "1.31"),
    (".gitlab-ci.yml", "variables:\n  KUBERNETES_VERSION: \"1.30\"\n", "1.30"),
    ("Chart.yaml", "name: a\nkubeVersion: \">= 1.27.0-0 < 2.0.0\"\n", "1.27"),
    (
        "ns.yaml",
        "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: a\n  labels: {pod-security.kubernetes.io/enforce-version: v1.28}\n",
        "1.28",
    ),
    // Newer than any that is known.
    ("a.yaml", "apiVersion: kops.k8s.io/v1alpha2\nkind: Cluster\nspec: {kubernetesVersion: 1.99.0}\n", "1.37"),
    // No claim at all.
    ("a.yaml", "apiVersion: kops.k8s.io/v1alpha2\nkind: Cluster\nspec: {kubernetesVersion: '{{ x }}'}\n", ""),
    ("a.yaml", "apiVersion: example.org/v1\nkind: Cluster\nspec: {kubernetesVersion: 1.30.0}\n", ""),
    ("vendor/Makefile", "ENVTEST_K8S_VERSION = 1.31.0\n", ""),
    ("a.txt", "kubernetes_version = 1.31.0\n", ""),
];

#[test]
fn the_version_is_what_the_tree_says() {
    for (file, text, version) in CLAIMS {
        let dir = Dir::new();
        dir.file(file, text);
        let ran = dir.run(&["init", "--dry-run"]);
        let line = ran.stdout.lines().find(|l| l.starts_with("kubernetes = "));
        let want = (!version.is_empty()).then(|| format!("kubernetes = \"{version}\""));
        assert_eq!(line, want.as_deref(), "{file}: {text}\n{ran:?}");
        assert_eq!(ran.stdout.contains("Nothing in the tree says"), version.is_empty(), "{}", ran.stdout);
    }
}

#[test]
fn what_defines_a_cluster_outweighs_the_rest() {
    let dir = Dir::new();
    let kops = |v: &str| format!("apiVersion: kops.k8s.io/v1alpha2\nkind: Cluster\nspec: {{kubernetesVersion: {v}}}\n");
    let version = |dir: &Dir| {
        let text = dir.run(&["init", "--dry-run"]).stdout;
        text.lines().find_map(|l| l.strip_prefix("kubernetes = ").map(str::to_owned))
    };
    dir.file("a/Chart.yaml", "kubeVersion: '>=1.25'\n");
    dir.file("b/Chart.yaml", "kubeVersion: '>=1.27'\n");
    assert_eq!(version(&dir).as_deref(), Some("\"1.27\""), "both charts must fit");
    for folder in ["tests", "testdata", "docs/examples"] {
        dir.file(&format!("{folder}/cluster.yaml"), &kops("1.24.0"));
    }
    dir.file("examples/kind.yaml", "image: kindest/node:v1.24.0\n");
    assert_eq!(version(&dir).as_deref(), Some("\"1.27\""), "nobody runs these");
    dir.file("tests/kind.yaml", "image: kindest/node:v1.30.0\n");
    dir.file("Makefile", "K8S_VERSION=1.29.0\n");
    assert_eq!(version(&dir).as_deref(), Some("\"1.29\""), "it is tried on both");
    dir.file("prod.yaml", &kops("1.33.0"));
    dir.file("staging.yaml", &kops("1.34.0"));
    assert_eq!(version(&dir).as_deref(), Some("\"1.33\""), "manifests must work on both");
    let asked = dir.run(&["init", "--kubernetes", "1.30"]);
    assert!(asked.stdout.contains("  Kubernetes 1.30, as asked for\n"), "{asked:?}");
    assert!(dir.read("plimsoll.toml").contains("\nkubernetes = \"1.30\"\n"));
}

#[test]
fn an_old_manifest_is_no_old_cluster() {
    let dir = Dir::new();
    dir.file("a.yaml", "apiVersion: extensions/v1beta1\nkind: Deployment\nmetadata: {name: a}\n");
    let text = dir.run(&["init", "--dry-run"]).stdout;
    assert!(text.contains("\n# kubernetes = \"1.34\"\n"), "{text}");
    assert!(text.contains("# a.yaml:1: extensions/v1beta1 Deployment left with Kubernetes 1.16. If the\n"), "{text}");
}

#[test]
fn runtime_classes_that_are_declared_or_misspelt_are_not_listed() {
    let dir = Dir::new();
    let pod = |class: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec: {{runtimeClassName: {class}, containers: []}}\n"
        )
    };
    dir.file(
        "class.yaml",
        "apiVersion: node.k8s.io/v1\nkind: RuntimeClass\nmetadata: {name: gvisor}\nhandler: runsc\n",
    );
    for class in ["gvisor", "gvisr", "kata", "Not_A_Name", "${CLASS}"] {
        dir.file(&format!("{}.yaml", class.trim_matches(['$', '{', '}'])), &pod(class));
    }
    let text = dir.run(&["init", "--dry-run"]).stdout;
    assert!(text.contains("\nruntime-classes = [\"kata\"]\n"), "{text}");
}

#[test]
fn nothing_is_overwritten() {
    let dir = Dir::new();
    dir.file("plimsoll.toml", "fail-on = \"high\"\n");
    dir.file("deep/down/app.yaml", &pass());
    for (folder, args, told) in [
        ("", &["init"][..], "error: plimsoll.toml is there already, and init overwrites nothing\n"),
        ("", &["init", "."], "error: plimsoll.toml is there already"),
        ("deep", &["init", ".."], "error: ../plimsoll.toml is there already"),
        ("deep/down", &["init"], "error: ../../plimsoll.toml already holds for this directory"),
        ("", &["init", "deep"], "error: plimsoll.toml already holds for this directory"),
    ] {
        let ran = plimsoll(&dir.0.join(folder), args);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{args:?}");
        assert!(ran.stderr.starts_with(told), "{args:?}: {}", ran.stderr);
    }
    assert_eq!(dir.read("plimsoll.toml"), "fail-on = \"high\"\n");
    assert!(!dir.0.join("deep/plimsoll.toml").exists());
    // A look that writes nothing needs no leave.
    assert_eq!(dir.run(&["init", "--dry-run"]).code, 0);
}

#[test]
fn what_cannot_be_written_is_told() {
    let dir = Dir::new();
    dir.file("app.yaml", FAIL);
    for (args, told) in [
        (&["init", "missing"][..], "error: missing: no such directory"),
        (&["init", "app.yaml"], "error: app.yaml: not a directory"),
        (&["init", "a", "b"], "unexpected argument 'b'"),
        (&["init", "--kubernetes", "newest"], "write `1."),
        (&["init", "--kubernetes", "1.999"], "the newest that is known is 1."),
        (&["init", "--dry-rn"], "'--dry-run'"),
        (&["init", "--baseline", "--no-baseline"], "cannot be used with"),
        (&["init", "--baseline", "--dry-run"], "cannot be used with"),
        (&["init", "--baseline=x.json"], "unexpected value 'x.json'"),
    ] {
        let ran = dir.run(args);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{args:?}");
        assert!(ran.stderr.contains(told), "{args:?}: {}", ran.stderr);
    }
    assert!(!dir.0.join("plimsoll.toml").exists());
}

#[test]
fn an_empty_directory_gets_a_file_too() {
    let dir = Dir::new();
    let ran = dir.run(&["init"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    assert!(ran.stdout.contains("no YAML or JSON file in it"), "{}", ran.stdout);
    assert_eq!(dir.run(&["lint"]).code, 0);
}

#[cfg(unix)]
#[test]
fn links_and_closed_directories_stay_as_they_are() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::os::unix::process::CommandExt;
    let dir = Dir::new();
    symlink("nowhere.toml", dir.0.join("plimsoll.toml")).unwrap();
    let ran = dir.run(&["init"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(!dir.0.join("nowhere.toml").exists());
    fs::remove_file(dir.0.join("plimsoll.toml")).unwrap();

    fs::set_permissions(&dir.0, fs::Permissions::from_mode(0o555)).unwrap();
    let mut program = command(&dir.0, &["init"]);
    if fs::write(dir.0.join("probe"), "").is_ok() {
        // Root may write anywhere: someone else must try, if they may start the program at all.
        fs::remove_file(dir.0.join("probe")).unwrap();
        program.uid(65_534).gid(65_534);
    }
    let Ok(output) = program.stdin(std::process::Stdio::null()).output() else {
        println!("skipped: nobody else may start the program");
        return;
    };
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.starts_with("error: cannot write plimsoll.toml: "), "{told}");
    assert_eq!(fs::read_dir(&dir.0).unwrap().count(), 0);
    fs::set_permissions(&dir.0, fs::Permissions::from_mode(0o755)).unwrap();
}
