//! Exit codes in every format, files that are whole, pipes that close, colours, threads.

use std::fs;

use clap::ValueEnum;
use plimsoll::report::Format;

use super::{Dir, FAIL, RULE, pass};
use crate::support::{command, run};

fn formats() -> Vec<String> {
    Format::value_variants().iter().map(|f| f.to_possible_value().unwrap().get_name().to_owned()).collect()
}

#[test]
fn exit_codes_hold_in_every_format() {
    let dir = Dir::sample();
    for format in formats() {
        for (paths, code) in
            [(&["pass"][..], 0), (&["fail"], 1), (&["broken"], 2), (&["broken", "fail"], 2), (&["missing", "pass"], 2)]
        {
            let args = [&["lint", "--only", RULE, "--format", &format][..], paths].concat();
            let ran = dir.run(&args);
            assert_eq!(ran.code, code, "{format} {paths:?}: {ran:?}");
            assert_eq!(ran.stderr, "", "{format} {paths:?}");
            let file = [&args[..], &["--output", "out"]].concat();
            let to_file = dir.run(&file);
            assert_eq!((to_file.code, to_file.stdout.as_str()), (code, ""), "{format} {paths:?}");
            assert_eq!(dir.read("out"), ran.stdout, "{format} {paths:?}");
        }
    }
}

#[test]
fn several_formats_go_where_they_are_told() {
    let dir = Dir::sample();
    let args = "lint fail --only drop-all-capabilities --format json --output out.json --format concise --format github \
                -o out.txt";
    let ran = dir.run(&args.split_whitespace().collect::<Vec<_>>());
    assert_eq!(ran.code, 1);
    assert!(ran.stdout.starts_with("fail/app.yaml:7:"), "{}", ran.stdout);
    assert!(serde_json::from_str::<serde_json::Value>(&dir.read("out.json")).unwrap()["findings"].is_array());
    assert!(dir.read("out.txt").starts_with("::error "));
}

#[test]
fn a_file_is_replaced_whole_and_nothing_lies_beside_it() {
    let dir = Dir::sample();
    dir.file("results/old.json", "old");
    let lint = |file: &str| dir.run(&["lint", "fail", "--only", RULE, "--format", "json", "--output", file]).code;
    assert_eq!(lint("results/old.json"), 1);
    assert!(dir.read("results/old.json").starts_with('{'));
    assert_eq!(fs::read_dir(dir.0.join("results")).unwrap().count(), 1);
    assert_eq!(lint("none/out.json"), 2);
    assert!(!dir.0.join("none").exists());
}

#[cfg(unix)]
#[test]
fn links_devices_and_rights_stay_what_they_are() {
    use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};
    let dir = Dir::sample();
    let target = dir.file("results/real.json", "old");
    fs::set_permissions(&target, fs::Permissions::from_mode(0o600)).unwrap();
    symlink("results/real.json", dir.0.join("link.json")).unwrap();
    let lint = |file: &str| dir.run(&["lint", "fail", "--only", RULE, "--format", "json", "--output", file]);
    assert_eq!(lint("link.json").code, 1);
    assert!(dir.0.join("link.json").is_symlink());
    assert!(dir.read("results/real.json").starts_with('{'));
    assert_eq!(target.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(lint("/dev/null").code, 1);
    assert!(fs::metadata("/dev/null").unwrap().file_type().is_char_device());
    if fs::metadata("/dev/full").is_ok() {
        let full = lint("/dev/full");
        assert_eq!(full.code, 2, "{full:?}");
        assert!(full.stderr.starts_with("error: cannot write /dev/full: "), "{full:?}");
    }
}

#[test]
fn a_closed_pipe_is_no_error() {
    let dir = Dir::new();
    let many = format!("---\n{FAIL}").repeat(3000);
    dir.file("many.yaml", &many);
    for args in [
        "lint many.yaml --only drop-all-capabilities --format json",
        "lint many.yaml --only drop-all-capabilities --format human",
        "lint many.yaml --only drop-all-capabilities --format json --output out.txt --format concise",
        "rules --format json",
        "completions bash",
    ] {
        let args: Vec<&str> = args.split(' ').collect();
        let mut child = command(&dir.0, &args).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), output.stderr), (Some(0), Vec::new()), "{args:?}");
    }
    assert!(dir.read("out.txt").ends_with("}\n"), "files are whole although the reader went away");
}

#[test]
fn colour_is_for_who_asks() {
    let dir = Dir::new();
    dir.file("app.yaml", FAIL);
    let paint = |args: &[&str], env: &[(&str, &str)]| {
        let painted = |of: &[&str]| {
            let args = [of, args].concat();
            run(command(&dir.0, &args).envs(env.iter().copied()), b"").stdout.contains('\u{1b}')
        };
        let lint = painted(&["lint", "app.yaml", "--format", "human"]);
        assert_eq!(lint, painted(&["explain", RULE, "--format", "text"]), "{args:?} {env:?}");
        lint
    };
    assert!(!paint(&[], &[]));
    assert!(paint(&["--color", "always"], &[]));
    assert!(paint(&["--color", "always"], &[("NO_COLOR", "1")]));
    assert!(paint(&[], &[("CLICOLOR_FORCE", "1")]));
    assert!(!paint(&["--color", "never"], &[("CLICOLOR_FORCE", "1")]));
    assert!(!paint(&[], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
}

#[test]
fn the_bytes_are_the_same_on_any_number_of_threads() {
    let dir = Dir::new();
    for i in 0..60 {
        dir.file(&format!("{}/{i}.yaml", i % 7), if i % 3 == 0 { "a: [" } else { FAIL });
        dir.file(&format!("pass/{i}.yaml"), &pass());
    }
    for format in formats() {
        let lint = |threads| dir.run(&["lint", "--threads", threads, "--format", &format]).stdout;
        let one = lint("1");
        assert!(one.contains("run-as-user-floor"), "{format}");
        assert!(one == lint("2") && one == lint("16"), "{format}");
    }
}
