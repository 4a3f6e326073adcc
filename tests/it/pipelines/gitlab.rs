//! `.gitlab/plimsoll.yml`: its job, as GitLab's runner would run it.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use plimsoll::yaml::Slot;

use super::{BAD, folders, has, path_with, read, script, slot, tree};
use crate::support::program;

const FILE: &str = ".gitlab/plimsoll.yml";

#[test]
fn the_job_builds_lints_and_leaves_its_reports() {
    let text = read(FILE);
    let tree = tree(&text);
    let job = slot(&tree).at("plimsoll");
    let version = format!("v{}", env!("CARGO_PKG_VERSION"));
    assert_eq!(job.at("variables.PLIMSOLL_VERSION").as_str(), Some(&*version));
    if !has("sh") {
        return;
    }
    let (base, work) = folders("gitlab");
    fs::write(work.join("a $(touch pwned) *.yaml"), BAD).unwrap();
    fs::create_dir(work.join("vendor")).unwrap();
    fs::write(work.join("vendor/pod.yaml"), BAD).unwrap();
    cargo(&base);
    // The cache is warm the second time.
    for (paths, arguments, pods) in [(".", "--exclude=vendor/", 1), ("a $(touch pwned) *.yaml\nvendor", "", 2)] {
        let output = run(job, &base, &work, &[("PLIMSOLL_PATHS", paths), ("PLIMSOLL_ARGUMENTS", arguments)]);
        let said = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(1), "{said}{}", String::from_utf8_lossy(&output.stderr));
        assert!(said.contains(&format!("in {pods} pod")), "{said}");
        let reports = job.at("artifacts.reports");
        let report = |kind| fs::read_to_string(work.join(reports.at(kind).as_str().unwrap())).unwrap();
        let quality: serde_json::Value = serde_json::from_str(&report("codequality")).unwrap();
        assert!(quality[0]["fingerprint"].is_string() && quality[0]["location"]["path"].is_string(), "{quality}");
        assert!(report("junit").contains("<testsuite"));
    }
    assert_eq!(job.at("artifacts.when").as_str(), Some("always"), "findings must not keep the reports back");
    assert!(!work.join("pwned").exists());
    let asked = fs::read_to_string(base.join("cargo.txt")).unwrap();
    let want =
        format!("install --locked --git {} --tag {version} --root .plimsoll plimsoll", env!("CARGO_PKG_REPOSITORY"));
    assert_eq!(asked.lines().collect::<Vec<_>>().join(" "), want, "built once, from the version that the file is for");
}

/// A `cargo` that says what it was asked, and installs the program that was built for the tests.
fn cargo(base: &Path) {
    let text = format!(
        "#!/bin/sh\nprintf '%s\\n' \"$@\" >> '{}/cargo.txt'\nmkdir -p .plimsoll/bin\ncp '{}' .plimsoll/bin/plimsoll\n",
        base.display(),
        program().display()
    );
    script(&base.join("bin/cargo"), &text);
}

/// Runs the job's scripts with its variables, and with others that a pipeline sets.
fn run(job: Slot<'_>, base: &Path, work: &Path, set: &[(&str, &str)]) -> Output {
    let mut sh = Command::new("sh");
    sh.arg("-ec").current_dir(work).env_clear().env("PATH", path_with(&base.join("bin")));
    let lines = ["before_script", "script"].iter().flat_map(|part| job.at(part).items());
    sh.arg(lines.map(|l| l.as_str().unwrap()).collect::<Vec<_>>().join("\n"));
    for (name, value) in job.at("variables").entries() {
        sh.env(&*name, value.as_str().unwrap());
    }
    sh.envs(set.iter().copied()).output().unwrap()
}
