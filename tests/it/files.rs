//! What is read of what is asked for, and what is said of the rest: each file, folder, link and pipe as itself.

use std::fs;
use std::path::Path;

use crate::support::{Run, plimsoll, plimsoll_with, temporary};

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec: {hostPID: true}\n";

/// The paths that had the finding of `POD`, and what was not read, as `path: outcome: reason`.
fn seen(run: &Run) -> Vec<String> {
    assert!(run.code <= 2, "{} {}", run.stdout, run.stderr);
    let line = |line: &str| {
        let (path, rest) = line.split_once(": ")?;
        if rest.contains("[host-namespaces]") {
            return path.split(':').next().map(str::to_owned);
        }
        let unread = rest.starts_with("broken: ") || rest.starts_with("skipped: ");
        unread.then(|| line.to_owned())
    };
    run.stdout.lines().filter_map(line).collect()
}

fn lint(dir: &Path, arguments: &[&str]) -> Vec<String> {
    let all: Vec<&str> = ["lint", "--format", "concise", "--only", "host-namespaces"]
        .into_iter()
        .chain(arguments.iter().copied())
        .collect();
    seen(&plimsoll(dir, &all))
}

fn write(dir: &Path, names: &[&str]) {
    for name in names {
        let path = dir.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, POD).unwrap();
    }
}

#[test]
fn directories_are_walked_for_manifests_and_named_files_are_read_whatever_their_name() {
    let dir = temporary("files-walk");
    write(
        &dir,
        &["b.yaml", "a.yml", "sub/c.json", "sub/deep.yaml/d.yaml", "notes.txt", "e.yaml.bak", ".hidden/f.yaml"],
    );
    let all = ["a.yml", "b.yaml", "sub/c.json", "sub/deep.yaml/d.yaml"];
    assert_eq!(lint(&dir, &[]), all);
    assert_eq!(lint(&dir, &["."]), all);
    assert_eq!(lint(&dir, &["./sub/..", "sub"]).len(), 6 - 2, "each file once");
    assert_eq!(
        lint(&dir, &["sub", "notes.txt", "e.yaml.bak", "./notes.txt"]),
        ["e.yaml.bak", "notes.txt", all[2], all[3]]
    );
    assert_eq!(lint(&dir, &["--hidden"]), [".hidden/f.yaml", all[0], all[1], all[2], all[3]]);
    assert_eq!(lint(&dir, &[".hidden"]), [".hidden/f.yaml"]);
    // From elsewhere, and by absolute paths.
    assert_eq!(lint(&dir.join("sub"), &["../a.yml", "."]), ["../a.yml", "c.json", "deep.yaml/d.yaml"]);
    assert_eq!(lint(&dir, &[dir.join("b.yaml").to_str().unwrap(), "b.yaml"]), ["b.yaml"]);
    assert_eq!(lint(&dir.join("sub"), &[dir.join("b.yaml").to_str().unwrap()]), [dir.join("b.yaml").to_str().unwrap()]);
}

#[test]
fn ignore_files_count_with_and_without_a_repository() {
    let dir = temporary("files-ignore");
    write(&dir, &["a.yaml", "build/b.yaml", "gen/c.yaml", "gen/keep.yaml", "mine/d.yaml", "sub/e.yaml", "sub/f.yaml"]);
    // A repository of its own, so that none above matters.
    fs::create_dir(dir.join(".git")).unwrap();
    fs::write(dir.join(".gitignore"), "build/\n/gen/*\n!/gen/keep.yaml\n").unwrap();
    fs::write(dir.join(".plimsollignore"), "mine\n").unwrap();
    fs::write(dir.join("sub/.ignore"), "e.yaml\n").unwrap();
    let left = ["a.yaml", "gen/keep.yaml", "sub/f.yaml"];
    assert_eq!(lint(&dir, &[]), left);
    fs::remove_dir(dir.join(".git")).unwrap();
    assert_eq!(lint(&dir, &[]), left);
    // An ignore file above counts where a walk begins below it, and not for what is named.
    assert_eq!(lint(&dir, &["gen"]), ["gen/keep.yaml"]);
    assert_eq!(lint(&dir, &["gen/c.yaml"]), ["gen/c.yaml"]);
    assert_eq!(lint(&dir, &["--no-ignore"]).len(), 7);
    assert_eq!(lint(&dir, &["--exclude", "sub/", "--exclude", "/a.yaml"]), ["gen/keep.yaml"]);
    assert_eq!(
        lint(&dir, &["--exclude", "sub/", "sub/f.yaml", "a.yaml"]),
        ["a.yaml", "sub/f.yaml: skipped: left out by `exclude`"]
    );
    // Nothing that is left of a folder is told.
    fs::write(dir.join("mine/.gitignore"), "*\n").unwrap();
    assert_eq!(lint(&dir, &["mine"]), ["mine: skipped: every YAML or JSON file in it is ignored or hidden"]);
    fs::create_dir(dir.join("empty")).unwrap();
    assert_eq!(lint(&dir, &["empty"]), ["empty: skipped: no YAML or JSON file in it"]);
}

#[test]
fn paths_that_lead_nowhere_are_told() {
    let dir = temporary("files-nowhere");
    write(&dir, &["a.yaml"]);
    assert_eq!(lint(&dir, &["a.yaml", "b.yaml"]), ["a.yaml", "b.yaml: broken: no such file or directory"]);
    assert_eq!(plimsoll(&dir, &["lint", "b.yaml"]).code, 2);
    assert_eq!(lint(&dir, &["a.yaml/b.yaml"]), ["a.yaml/b.yaml: broken: not a directory"]);
}

#[test]
fn standard_input_has_a_name() {
    let dir = temporary("files-stdin");
    write(&dir, &["a.yaml", "chart/Chart.yaml", "chart/templates/t.yaml"]);
    let run = |arguments: &[&str]| {
        let all: Vec<&str> = ["lint", "--format", "concise", "--only", "host-namespaces"]
            .into_iter()
            .chain(arguments.iter().copied())
            .collect();
        seen(&plimsoll_with(&dir, &all, POD.as_bytes()))
    };
    assert_eq!(run(&["-"]), ["<stdin>"]);
    assert_eq!(run(&["-", "-", "a.yaml"]), ["<stdin>", "a.yaml"]);
    assert_eq!(run(&["-", "--stdin-filename", "./x/y.yaml"]), ["x/y.yaml"]);
    let template = run(&["-", "--stdin-filename", "chart/templates/new.yaml"]);
    assert_eq!(template, ["chart/templates/new.yaml: skipped: a Helm chart's template"]);
}

#[test]
fn the_templates_of_a_chart_are_skipped_wherever_one_stands() {
    let dir = temporary("files-chart");
    write(
        &dir,
        &["chart/crds/c.yaml", "chart/templates/a.yaml", "chart/templates/tests/b.yaml", "templates/plain.yaml"],
    );
    fs::write(dir.join("chart/Chart.yaml"), "apiVersion: v2\nname: chart\nversion: 0.1.0\n").unwrap();
    fs::write(dir.join("chart/values.yaml"), "image: {repository: x}\n").unwrap();
    let template = |path: &str| format!("{path}: skipped: a Helm chart's template");
    let skipped = [template("chart/templates/a.yaml"), template("chart/templates/tests/b.yaml")];
    let [a, b] = skipped.clone();
    assert_eq!(lint(&dir, &[]), ["chart/crds/c.yaml".to_owned(), "templates/plain.yaml".to_owned(), a.clone(), b]);
    assert_eq!(lint(&dir, &["chart/templates/a.yaml"]), [a]);
    assert_eq!(lint(&dir.join("chart/templates/tests"), &["b.yaml"]), [template("b.yaml")]);
    let run = plimsoll(&dir, &["lint", "chart/templates/a.yaml", "--format", "human"]);
    assert!(format!("{}{}", run.stdout, run.stderr).contains("helm template CHART"), "{}{}", run.stdout, run.stderr);
}

#[cfg(unix)]
mod unix {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::os::unix::net::UnixListener;
    use std::process::Command;

    use super::*;

    #[test]
    fn links_are_followed_to_files_and_told_to_folders() {
        let dir = temporary("files-links");
        write(&dir, &["real/a.yaml", "outside.txt"]);
        let tree = dir.join("tree");
        fs::create_dir(&tree).unwrap();
        write(&tree, &["own.yaml"]);
        symlink("../real/a.yaml", tree.join("file.yaml")).unwrap();
        symlink("own.yaml", tree.join("again.yaml")).unwrap();
        symlink("../real", tree.join("folder")).unwrap();
        symlink("nothing", tree.join("dangling.yaml")).unwrap();
        symlink("loop.yaml", tree.join("loop.yaml")).unwrap();
        symlink(".", tree.join("self")).unwrap();
        symlink("nothing", tree.join("dangling.txt")).unwrap();
        let mut wanted = vec![
            "file.yaml".to_owned(),
            "own.yaml".to_owned(),
            "again.yaml: skipped: the same file as own.yaml".to_owned(),
            "dangling.yaml: broken: a link to nothing, which does not exist".to_owned(),
            "folder: skipped: a link to a directory: not followed".to_owned(),
            "loop.yaml: broken: a link to loop.yaml: too many levels of symbolic links".to_owned(),
            "self: skipped: a link to a directory: not followed".to_owned(),
        ];
        let mut found = lint(&tree, &[]);
        found.sort();
        wanted.sort();
        assert_eq!(found, wanted);
        // Named, a link to a folder is walked.
        assert_eq!(lint(&tree, &["folder"]), ["folder/a.yaml"]);
        assert_eq!(lint(&tree, &["folder", "../real"]), ["../real/a.yaml"]);
        assert_eq!(
            lint(&tree, &["file.yaml", "../real/a.yaml"]),
            ["../real/a.yaml", "file.yaml: skipped: the same file as ../real/a.yaml"]
        );
    }

    /// Folders that each link to all others: followed, there would be more paths than could ever be walked.
    #[test]
    fn a_farm_of_links_is_no_trap() {
        let dir = temporary("files-farm");
        for n in 0..30 {
            write(&dir, &[&format!("d{n}/{n}.yaml")]);
            for other in (0..30).filter(|o| *o != n) {
                symlink(format!("../d{other}"), dir.join(format!("d{n}/to{other}"))).unwrap();
            }
        }
        let found = lint(&dir, &[]);
        assert_eq!(found.iter().filter(|f| !f.contains("skipped")).count(), 30);
        assert_eq!(found.len(), 30 + 30 * 29);
    }

    #[test]
    fn pipes_sockets_and_devices_are_not_waited_for() {
        let dir = temporary("files-pipes");
        write(&dir, &["a.yaml"]);
        assert!(Command::new("mkfifo").arg(dir.join("p.yaml")).status().unwrap().success());
        let folder = std::env::temp_dir().join(format!("plimsoll-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let _socket = UnixListener::bind(folder.join("s.yaml")).unwrap();
        assert_eq!(lint(&dir, &[]), ["a.yaml", "p.yaml: skipped: a named pipe, not a file"]);
        assert_eq!(lint(&dir, &["p.yaml"]), ["p.yaml: broken: a named pipe, not a file"]);
        assert_eq!(lint(&folder, &[]), ["s.yaml: skipped: a socket, not a file"]);
        assert_eq!(lint(&dir, &["/dev/zero"]), ["/dev/zero: broken: a device, not a file"]);
        fs::remove_dir_all(folder).unwrap();
        // A pipe that the shell has opened has a writer, and is read.
        let program = env!("CARGO_BIN_EXE_plimsoll");
        let line = format!("{program} lint --format concise --only host-namespaces <(cat a.yaml)");
        if let Ok(output) = Command::new("bash").args(["-c", &line]).current_dir(&dir).output() {
            assert!(String::from_utf8_lossy(&output.stdout).contains("[host-namespaces]"), "{output:?}");
        }
    }

    #[test]
    fn names_that_are_no_text_are_shown_and_read() {
        let dir = temporary("files-names");
        for name in [b"a\xff.yaml", b"a\xfe.yaml"] {
            fs::write(dir.join(OsStr::from_bytes(name)), POD).unwrap();
        }
        write(&dir, &["new\nline.yaml", "sp ace.yaml", "é.yaml"]);
        assert_eq!(lint(&dir, &[]), ["a\\xFE.yaml", "a\\xFF.yaml", "new\\nline.yaml", "sp ace.yaml", "é.yaml"]);
    }

    #[test]
    fn what_may_not_be_read_is_told() {
        let dir = temporary("files-locked");
        write(&dir, &["a.yaml", "locked.yaml", "folder/b.yaml"]);
        let lock = |path: &str, mode| fs::set_permissions(dir.join(path), fs::Permissions::from_mode(mode)).unwrap();
        lock("locked.yaml", 0);
        lock("folder", 0);
        if fs::read(dir.join("locked.yaml")).is_ok() {
            println!("skipped: this user may read everything");
        } else {
            let wanted = ["a.yaml", "folder: broken: permission denied", "locked.yaml: broken: permission denied"];
            assert_eq!(lint(&dir, &[]), wanted);
        }
        lock("folder", 0o755);
    }
}
