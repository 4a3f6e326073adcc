//! Paths, standard input and ignore rules into a sorted list of inputs.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::coverage::{Outcome, Unread};
use crate::globs::Globs;
use crate::source::Source;

/// Something to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A file: how output shows it, and where it is.
    File(Arc<str>, PathBuf),
    /// A text that is already here, such as standard input.
    Text(Arc<str>, Vec<u8>),
    /// Something that was found and cannot be read.
    Unreadable(Unread),
}

impl Input {
    /// The name that output shows.
    pub fn path(&self) -> &Arc<str> {
        match self {
            Self::File(path, _) | Self::Text(path, _) => path,
            Self::Unreadable(unread) => &unread.path,
        }
    }

    /// Reads the text. `Err` says why there is none.
    pub fn read(self) -> Result<Source, Unread> {
        let (path, bytes) = match self {
            Self::File(path, file) => match std::fs::read(file) {
                Ok(bytes) => (path, bytes),
                Err(error) => return Err(broken(path, error.to_string())),
            },
            Self::Text(path, bytes) => (path, bytes),
            Self::Unreadable(unread) => return Err(unread),
        };
        decode(path, bytes)
    }
}

fn broken(path: Arc<str>, reason: String) -> Unread {
    Unread { path, position: None, outcome: Outcome::Broken, reason, help: None }
}

fn decode(path: Arc<str>, mut bytes: Vec<u8>) -> Result<Source, Unread> {
    let bom = if bytes.starts_with("\u{feff}".as_bytes()) { 3 } else { 0 };
    bytes.drain(..bom);
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Source { path, text, bom }),
        Err(error) => Err(broken(path, error.utf8_error().to_string())),
    }
}

/// Which files to take.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// What to leave out, even where it is named: a hook names files, and the project knows which are not for it.
    pub exclude: Vec<Globs>,
    /// Do not honour `.gitignore`, `.ignore` and `.plimsollignore`.
    pub no_ignore: bool,
    /// Take hidden files too.
    pub hidden: bool,
}

/// The inputs under `paths`, sorted by path; a file that is named is taken whatever its name.
pub fn discover(paths: &[PathBuf], options: &Options) -> Vec<Input> {
    let mut inputs = Vec::new();
    for path in paths {
        let is_dir = path.is_dir();
        if options.excludes(path, is_dir) {
            inputs.push(Input::Unreadable(excluded(path)));
        } else if is_dir {
            walk(path, options, &mut inputs);
        } else {
            inputs.push(file(path));
        }
    }
    inputs.sort_by(|a, b| a.path().cmp(b.path()));
    inputs.dedup_by(|a, b| a.path() == b.path());
    inputs
}

impl Options {
    fn excludes(&self, path: &Path, is_dir: bool) -> bool {
        self.exclude.iter().any(|globs| globs.matches(path, is_dir))
    }
}

fn excluded(path: &Path) -> Unread {
    let reason = "left out by `exclude`".to_owned();
    Unread { path: shown(path), position: None, outcome: Outcome::Skipped, reason, help: None }
}

fn shown(path: &Path) -> Arc<str> {
    path.strip_prefix("./").unwrap_or(path).to_string_lossy().into()
}

fn file(path: &Path) -> Input {
    Input::File(shown(path), path.to_owned())
}

fn walk(root: &Path, options: &Options, inputs: &mut Vec<Input>) {
    let exclude = options.clone();
    let walker = ignore::WalkBuilder::new(root)
        .filter_entry(move |entry| !exclude.excludes(entry.path(), entry.file_type().is_some_and(|t| t.is_dir())))
        .standard_filters(!options.no_ignore)
        .hidden(!options.hidden)
        .add_custom_ignore_filename(".plimsollignore")
        .build();
    for entry in walker.flatten() {
        let path = entry.path();
        let wanted = path.extension().is_some_and(|e| e == "yaml" || e == "yml" || e == "json");
        if wanted && entry.file_type().is_some_and(|t| t.is_file()) {
            inputs.push(file(path));
        }
    }
}
