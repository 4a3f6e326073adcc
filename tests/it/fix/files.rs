//! Files on the disk: written whole or not at all, through links, with what they had of permissions.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::{DROPS, POD};
use crate::support::{Run, plimsoll, plimsoll_with, program, temporary};

const FIX: [&str; 5] = ["lint", "--fix", "--unsafe-fixes", "--only", "drop-all-capabilities"];

fn fix(folder: &Path, more: &[&str]) -> Run {
    plimsoll(folder, &[&FIX[..], more].concat())
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_file_is_mended_in_its_place() {
    let folder = temporary("fix-place");
    fs::write(folder.join("app.yaml"), POD).unwrap();
    let run = fix(&folder, &["."]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("fixed 1 finding in 1 file"), "{run:?}");
    assert_eq!(fs::read_to_string(folder.join("app.yaml")).unwrap(), format!("{POD}{DROPS}"));
    assert_eq!(names(&folder), ["app.yaml"]);
    let again = fix(&folder, &["."]);
    assert!(again.code == 0 && again.stdout.contains("fixed 0 findings in 0 files"), "{again:?}");
}

#[test]
fn standard_input_goes_to_standard_output() {
    let folder = temporary("fix-stdin");
    let run = plimsoll_with(&folder, &[&FIX[..], &["-"]].concat(), POD.as_bytes());
    assert_eq!((run.code, run.stdout), (0, format!("{POD}{DROPS}")));
    assert!(run.stderr.contains("fixed 1 finding in 1 file"), "{}", run.stderr);
    let fixed = format!("{POD}{DROPS}");
    let run = plimsoll_with(&folder, &[&FIX[..], &["-"]].concat(), fixed.as_bytes());
    assert_eq!(run.stdout, fixed);
}

#[test]
fn a_difference_can_be_applied() {
    let folder = temporary("fix-diff");
    let cases = [
        ("a b.yaml", POD.to_owned()),
        ("crlf.yaml", POD.replace('\n', "\r\n")),
        ("end.yaml", POD.trim_end().to_owned()),
        ("mark.yaml", format!("\u{feff}{POD}")),
        ("sub/list.yaml", format!("{POD}---\n{POD}")),
    ];
    fs::create_dir_all(folder.join("sub")).unwrap();
    for (name, text) in &cases {
        fs::write(folder.join(name), text).unwrap();
    }
    let diff = plimsoll(&folder, &["lint", "--diff", "--unsafe-fixes", "--only", "drop-all-capabilities", "."]);
    assert_eq!(diff.code, 1, "{diff:?}");
    assert!(diff.stdout.contains("\\ No newline at end of file"), "{}", diff.stdout);
    assert!(diff.stderr.contains("would fix 6 findings in 5 files"), "{}", diff.stderr);
    for (name, text) in &cases {
        assert_eq!(&fs::read_to_string(folder.join(name)).unwrap(), text, "--diff changes nothing");
    }
    for tool in [&["git", "apply", "-p1", "-"][..], &["patch", "-p1", "--binary"]] {
        if Command::new(tool[0]).arg("--version").output().is_err() {
            println!("skipped: {} is not at hand", tool[0]);
            continue;
        }
        for (name, text) in &cases {
            fs::write(folder.join(name), text).unwrap();
        }
        let mut command = Command::new(tool[0]);
        // Git would look for a repository above, and apply nothing outside it.
        command.args(&tool[1..]).current_dir(&folder).env("GIT_CEILING_DIRECTORIES", folder.parent().unwrap());
        command
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped());
        let run = crate::support::run(&mut command, diff.stdout.as_bytes());
        assert_eq!(run.code, 0, "{tool:?}: {run:?}");
        for (name, text) in &cases {
            assert_eq!(fs::read_to_string(folder.join(name)).unwrap(), super::drop_all(text), "{tool:?}: {name}");
        }
    }
}

#[cfg(unix)]
#[test]
fn permissions_and_links_stay() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let folder = temporary("fix-links");
    fs::create_dir_all(folder.join("real")).unwrap();
    let real = folder.join("real/app.yaml");
    fs::write(&real, POD).unwrap();
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
    symlink("real/app.yaml", folder.join("link.yaml")).unwrap();
    assert_eq!(fix(&folder, &["link.yaml"]).code, 0);
    assert!(folder.join("link.yaml").symlink_metadata().unwrap().is_symlink());
    assert_eq!(fs::read_to_string(&real).unwrap(), format!("{POD}{DROPS}"));
    assert_eq!(real.metadata().unwrap().permissions().mode() & 0o777, 0o640);

    for (name, why) in [("read-only.yaml", "it is read-only"), ("hard.yaml", "a hard link")] {
        let file = folder.join(name);
        fs::write(&file, POD).unwrap();
        if name == "hard.yaml" {
            fs::hard_link(&file, folder.join("other.txt")).unwrap();
        } else {
            fs::set_permissions(&file, fs::Permissions::from_mode(0o444)).unwrap();
        }
        let run = fix(&folder, &[name]);
        assert_eq!(run.code, 2, "{run:?}");
        assert!(run.stderr.contains(why), "{run:?}");
        // The report is about the file as it is.
        assert!(run.stdout.contains("drop-all-capabilities"), "{run:?}");
        assert_eq!(fs::read_to_string(&file).unwrap(), POD);
    }
    assert_eq!(names(&folder), ["hard.yaml", "link.yaml", "other.txt", "read-only.yaml", "real"]);
}

/// Where no more than one block may be written to a file, the old one is whole and nothing else is left.
#[cfg(unix)]
#[test]
fn a_full_disk_costs_no_file() {
    let folder = temporary("fix-full");
    let long = format!("{POD}{}", "# a comment\n".repeat(1000));
    fs::write(folder.join("app.yaml"), &long).unwrap();
    let script = format!("trap '' XFSZ; ulimit -f 1; exec \"$0\" {} app.yaml", FIX.join(" "));
    let mut command = Command::new("sh");
    command.arg("-c").arg(script).arg(program()).current_dir(&folder);
    command
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped());
    let run = crate::support::run(&mut command, b"");
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stderr.contains("cannot write app.yaml: "), "{run:?}");
    assert_eq!(fs::read_to_string(folder.join("app.yaml")).unwrap(), long);
    assert_eq!(names(&folder), ["app.yaml"]);
}

/// Whenever the program is killed, each file is as it was or as it should be.
#[test]
fn a_kill_in_the_middle_leaves_whole_files() {
    let folder = temporary("fix-kill");
    let fixed = format!("{POD}{DROPS}");
    let write = |n: usize| fs::write(folder.join(format!("{n:03}.yaml")), POD).unwrap();
    let mut killed = 0;
    for round in 0..12 {
        (0..200).for_each(write);
        let mut child = crate::support::command(&folder, &[&FIX[..], &["--quiet", "."]].concat()).spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(round * 4));
        let _ = child.kill();
        let done = child.wait().unwrap().code().is_some();
        let mut old = 0;
        for n in 0..200 {
            let text = fs::read_to_string(folder.join(format!("{n:03}.yaml"))).unwrap();
            assert!(text == POD || text == fixed, "{text}");
            old += usize::from(text == POD);
        }
        killed += usize::from(!done && old > 0);
    }
    assert!(killed > 0, "no run was killed before its end");
    // What a killed run has left behind is in nobody's way.
    let run = fix(&folder, &["."]);
    assert_eq!(run.code, 0, "{run:?}");
    for n in 0..200 {
        assert_eq!(fs::read_to_string(folder.join(format!("{n:03}.yaml"))).unwrap(), fixed);
    }
}
