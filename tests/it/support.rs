//! What the tests share: the repository's folder, the shared corpora, and linting a text with one rule.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use plimsoll::config::Settings;
use plimsoll::discover::Input;
use plimsoll::engine::{self, Outcomes};

/// The repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A file or folder of the shared material; where it is absent the skip is printed and the test has nothing to do.
pub(crate) fn shared(name: &str) -> Option<PathBuf> {
    let base = std::env::var_os("PLIMSOLL_SHARED").map_or_else(|| root().join("../shared"), PathBuf::from);
    let path = base.join(name);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: {name} is not at hand");
    None
}

/// Lints one text.
pub(crate) fn lint(name: &str, text: &str, settings: &Settings) -> Outcomes {
    engine::run(vec![Input::Text(name.into(), text.as_bytes().to_vec())], settings, false)
}

/// Compares generated text with the file that holds it; under `BLESS=1` writes it instead.
pub(crate) fn blessed(path: &Path, text: &str) {
    if std::env::var_os("BLESS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        return;
    }
    let found = std::fs::read_to_string(path).unwrap_or_default();
    assert!(found == text, "{} is stale: run `cargo bless`, and read the difference", path.display());
}

/// The program, as built for the tests.
pub(crate) fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_plimsoll"))
}

/// What a run of the program gave.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs the program in a folder, in an environment that is empty but for `PATH`.
pub(crate) fn plimsoll(folder: &Path, arguments: &[&str]) -> Run {
    plimsoll_with(folder, arguments, b"")
}

/// The same with something on standard input.
pub(crate) fn plimsoll_with(folder: &Path, arguments: &[&str], input: &[u8]) -> Run {
    run(&mut command(folder, arguments), input)
}

/// The program in a folder: without `NO_COLOR`, `CI`, `GITHUB_*`, `LANG` and whatever else a machine may have.
pub(crate) fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(program());
    command.args(arguments).current_dir(folder).env_clear();
    command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs a command to its end.
pub(crate) fn run(command: &mut Command, input: &[u8]) -> Run {
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let output = std::thread::scope(|scope| {
        // A program that does not read its input closes the pipe early.
        scope.spawn(move || stdin.write_all(input).is_ok());
        child.wait_with_output().unwrap()
    });
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Run { code: output.status.code().unwrap(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// An empty folder for one test, under the target folder.
pub(crate) fn temporary(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}
