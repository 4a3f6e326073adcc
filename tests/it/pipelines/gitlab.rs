//! `.gitlab/plimsoll.yml`: its job, as GitLab's runner would run it.

use std::fs;
use std::process::Command;

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
    let cargo = format!(
        "#!/bin/sh\nprintf '%s\\n' \"$@\" >> '{}/cargo.txt'\nmkdir -p .plimsoll/bin\ncp '{}' .plimsoll/bin/plimsoll\n",
        base.display(),
        program().display()
    );
    script(&base.join("bin/cargo"), &cargo);
    // The cache is warm the second time.
    for (paths, arguments, pods) in [(".", "--exclude=vendor/", 1), ("a $(touch pwned) *.yaml\nvendor", "", 2)] {
        let mut sh = Command::new("sh");
        sh.arg("-ec").current_dir(&work).env_clear().env("PATH", path_with(&base.join("bin")));
        let lines = ["before_script", "script"].iter().flat_map(|part| job.at(part).items());
        sh.arg(lines.map(|l| l.as_str().unwrap()).collect::<Vec<_>>().join("\n"));
        for (name, value) in job.at("variables").entries() {
            sh.env(&*name, value.as_str().unwrap());
        }
        let output = sh.env("PLIMSOLL_PATHS", paths).env("PLIMSOLL_ARGUMENTS", arguments).output().unwrap();
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
    let want = [
        "install",
        "--locked",
        "--git",
        env!("CARGO_PKG_REPOSITORY"),
        "--tag",
        &*version,
        "--root",
        ".plimsoll",
        "plimsoll",
    ];
    assert_eq!(asked.lines().collect::<Vec<_>>(), want, "built once, from the version that the file is for");
}
