//! Kubernetes' own libraries as a program (`../shared/oracles`), asked where Go is at hand.
//! `PLIMSOLL_ORACLES` names a ready one; otherwise it is built once into the target folder.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use crate::support::shared;

/// The program; where it cannot be had the skip is printed.
pub(crate) fn program() -> Option<&'static Path> {
    static PROGRAM: OnceLock<Option<PathBuf>> = OnceLock::new();
    PROGRAM.get_or_init(|| std::env::var_os("PLIMSOLL_ORACLES").map(PathBuf::from).or_else(build)).as_deref()
}

fn build() -> Option<PathBuf> {
    let source = shared("oracles")?;
    if Command::new("go").arg("version").output().is_err() {
        println!("skipped: no `go` to build the oracles with");
        return None;
    }
    let to = Path::new(env!("CARGO_TARGET_TMPDIR")).join("oracles");
    let mut build = Command::new("go");
    build.args(["build", "-o"]).arg(&to).arg(".").current_dir(source).env("CGO_ENABLED", "0");
    let output = build.output().expect("go starts");
    if !output.status.success() {
        println!("skipped: the oracles do not build: {}", String::from_utf8_lossy(&output.stderr));
        return None;
    }
    Some(to)
}

/// What `oracles ARGS -` prints for these files, and the error that it ended with.
/// A stream that kubectl cannot split into documents ends the run at its file: the rest is not answered.
pub(crate) fn ask(args: &[&str], files: &[PathBuf]) -> Option<(String, Option<String>)> {
    let mut child = Command::new(program()?)
        .args(args)
        .arg("-")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the oracles start");
    let mut stdin = child.stdin.take().expect("stdin is piped");
    let names = files.iter().map(|f| f.display().to_string()).collect::<Vec<_>>().join("\n");
    let writer = std::thread::spawn(move || stdin.write_all(names.as_bytes()));
    let output = child.wait_with_output().expect("the oracles end");
    let _ = writer.join();
    let error = (!output.status.success()).then(|| String::from_utf8_lossy(&output.stderr).into_owned());
    Some((String::from_utf8(output.stdout).expect("the oracles print UTF-8"), error))
}
