//! What the tests share: the repository's folder, the shared corpora, and linting a text with one rule.

use std::path::{Path, PathBuf};

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
