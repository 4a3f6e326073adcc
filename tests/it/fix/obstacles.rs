//! What stands in the way of writing: each time the old file is whole, nothing else is left, and the run says so.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::Path;
use std::process::{Command, Stdio};

use super::{DROPS, POD};
use crate::support::{Run, program, run, temporary};

const FIX: &str = "lint --fix --unsafe-fixes --only drop-all-capabilities --quiet";

/// A script says by this code that the system does not let it prepare the ground.
const NOT_HERE: i32 = 77;

/// Runs a shell script in a folder with the program as `$PROGRAM` and its arguments as `$FIX`, behind another command.
fn script(folder: &Path, before: &[&str], text: &str) -> Option<Run> {
    let all: Vec<&str> = before.iter().copied().chain(["sh", "-c", text]).collect();
    let mut command = Command::new(all[0]);
    command.args(&all[1..]).current_dir(folder).env("PROGRAM", program()).env("FIX", FIX);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    if Command::new(all[0]).arg("--version").output().is_err() {
        println!("skipped: {} is not at hand", all[0]);
        return None;
    }
    let run = run(&mut command, b"");
    if run.code == NOT_HERE || run.stderr.contains("unshare") {
        println!("skipped: the system does not let us: {}", run.stderr.trim());
        return None;
    }
    Some(run)
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Permissions hold for everyone but root, who gives them up for this.
#[test]
fn a_folder_that_may_not_be_written_costs_no_file() {
    let folder = temporary("fix-folder");
    let file = folder.join("app.yaml");
    fs::write(&file, POD).unwrap();
    let is_root = folder.metadata().unwrap().uid() == 0;
    if is_root {
        chown(&file, Some(65_534), Some(65_534)).unwrap();
    }
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o555)).unwrap();
    let nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
    let before = if is_root { &nobody[..] } else { &["env"] };
    let text = format!("[ -w app.yaml ] && [ -x \"$PROGRAM\" ] || exit {NOT_HERE}; \"$PROGRAM\" $FIX app.yaml");
    let ran = script(&folder, before, &text);
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!((fs::read_to_string(&file).unwrap().as_str(), names(&folder)), (POD, vec!["app.yaml".to_owned()]));
    let Some(ran) = ran else { return };
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.stderr.starts_with("error: cannot write app.yaml: Permission denied"), "{ran:?}");
    assert!(ran.stdout.contains("[drop-all-capabilities]"), "the report is of the file as it is: {ran:?}");
}

#[test]
fn a_file_system_that_is_read_only_costs_no_file() {
    let folder = temporary("fix-read-only");
    fs::write(folder.join("app.yaml"), POD).unwrap();
    let text = format!(
        "{{ mount --bind . . && mount -o remount,ro,bind . && cd \"$PWD\"; }} || exit {NOT_HERE}; \"$PROGRAM\" $FIX app.yaml"
    );
    let ran = script(&folder, &["unshare", "--map-root-user", "--mount"], &text);
    assert_eq!(fs::read_to_string(folder.join("app.yaml")).unwrap(), POD);
    assert_eq!(names(&folder), ["app.yaml"]);
    let Some(ran) = ran else { return };
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.stderr.starts_with("error: cannot write app.yaml: Read-only file system"), "{ran:?}");
}

/// A disk with room for one file of this length and not for two; once there is room, the same run mends it.
#[test]
fn a_disk_that_is_full_costs_no_file() {
    let folder = temporary("fix-disk");
    fs::create_dir(folder.join("disk")).unwrap();
    let long = format!("{POD}{}", "# a comment\n".repeat(2000));
    fs::write(folder.join("app.yaml"), &long).unwrap();
    let text = format!(
        "mount -t tmpfs -o size=64k none disk || exit {NOT_HERE}
         cd disk && cp ../app.yaml . && head -c 32000 /dev/zero > filler || exit {NOT_HERE}
         \"$PROGRAM\" $FIX app.yaml; echo \"code $?\"
         ls -A; cmp app.yaml ../app.yaml && echo whole
         rm filler; \"$PROGRAM\" $FIX app.yaml; echo \"code $?\"; ls -A; cat app.yaml > ../fixed.yaml"
    );
    let Some(ran) = script(&folder, &["unshare", "--map-root-user", "--mount"], &text) else { return };
    assert!(ran.stderr.starts_with("error: cannot write app.yaml: No space left on device"), "{ran:?}");
    let said: Vec<_> = ran.stdout.lines().filter(|line| !line.contains("[drop-all-capabilities]")).collect();
    assert_eq!(said, ["code 2", "app.yaml", "filler", "whole", "code 0", "app.yaml"], "{ran:?}");
    let fixed = fs::read_to_string(folder.join("fixed.yaml")).unwrap();
    assert_eq!(fixed, long.replacen(POD, &format!("{POD}{DROPS}"), 1));
}
