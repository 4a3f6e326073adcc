//! The built program, run as a user runs it: in a folder of its own.

mod cases;
mod config;
mod generate;
mod init;
mod output;
mod pages;

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::support::{Run, plimsoll};

/// A pod that breaks `drop-all-capabilities`, at line 8.
const FAIL: &str = "\
apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
  containers:
    - name: app
      image: registry.example/app:1.4
";
/// The rule that most cases run.
const RULE: &str = "drop-all-capabilities";

fn pass() -> String {
    format!("{FAIL}      securityContext:\n        capabilities:\n          drop: [ALL]\n")
}

/// A folder that is gone when the test ends.
struct Dir(PathBuf);

impl Dir {
    fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("plimsoll-it-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).unwrap();
        Self(path.canonicalize().unwrap())
    }

    /// A folder with one file of each kind: `fail/`, `pass/`, `broken/`, and `hidden`, `ignored`, `excluded` failures.
    fn sample() -> Self {
        let dir = Self::new();
        dir.file("fail/app.yaml", FAIL);
        dir.file("pass/app.yaml", &pass());
        dir.file("broken/app.yaml", "a: [\n");
        dir.file(
            "suppressed/app.yaml",
            &FAIL.replace("name: app\n      i", &format!("name: app # plimsoll: ignore[{RULE}] known\n      i")),
        );
        dir.file("hidden/.app.yaml", FAIL);
        dir.file("hidden/app.yaml", &pass());
        dir.file("ignored/.gitignore", "app.yaml\n");
        dir.file("ignored/app.yaml", FAIL);
        dir.file("ignored/pass.yaml", &pass());
        dir
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.join(name)).unwrap()
    }

    fn run(&self, args: &[&str]) -> Run {
        plimsoll(&self.0, args)
    }
}

impl Drop for Dir {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
