//! Globs written as in `.gitignore`, relative to the folder of whoever wrote them.

use std::path::{Component, Path, PathBuf};

use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// A list of globs and the folder that they are relative to.
#[derive(Clone, Debug)]
pub struct Globs {
    base: PathBuf,
    here: PathBuf,
    set: Gitignore,
}

impl Globs {
    /// Globs relative to `base`, for paths that are relative to `here`; both are absolute.
    /// `Err` says what is wrong with the first glob that is none.
    pub fn new<'g>(base: &Path, here: &Path, globs: impl IntoIterator<Item = &'g str>) -> Result<Self, String> {
        let mut builder = GitignoreBuilder::new(".");
        for glob in globs {
            check(glob)?;
            builder.add_line(None, glob).map_err(|error| reason(glob, &error))?;
        }
        let set = builder.build().map_err(|error| reason("", &error))?;
        Ok(Self { base: normal(base), here: normal(here), set })
    }

    /// Whether a path, or a folder above it, matches.
    pub fn matches(&self, path: &Path, is_dir: bool) -> bool {
        let path = relative(&normal(&self.here.join(path)), &self.base);
        !path.as_os_str().is_empty() && self.set.matched_path_or_any_parents(path, is_dir).is_ignore()
    }
}

/// Whether the second of two absolute paths is the first or below it.
pub fn is_in(path: &Path, inner: &Path) -> bool {
    normal(inner).starts_with(normal(path))
}

/// Whether a text is a glob; `Err` says why not.
pub fn check(glob: &str) -> Result<(), String> {
    if glob.trim().is_empty() {
        return Err("an empty glob matches nothing".to_owned());
    }
    GitignoreBuilder::new(".").add_line(None, glob).map(drop).map_err(|error| reason(glob, &error))
}

fn reason(glob: &str, error: &ignore::Error) -> String {
    let why = match error {
        ignore::Error::Glob { err, .. } => err.clone(),
        other => other.to_string(),
    };
    format!("`{glob}` is no glob: {why}")
}

/// A path without `.` and `..`, by its text alone: links are not followed.
pub(crate) fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(normal.pop()),
            other => normal.push(other),
        }
    }
    normal
}

/// `path` as seen from `base`, both absolute and normal.
pub(crate) fn relative(path: &Path, base: &Path) -> PathBuf {
    let shared = path.components().zip(base.components()).take_while(|(a, b)| a == b).count();
    let up = base.components().skip(shared).map(|_| Component::ParentDir);
    up.chain(path.components().skip(shared)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(base: &str, globs: &[&str], path: &str) -> bool {
        Globs::new(Path::new(base), Path::new("/repo/deploy"), globs.iter().copied())
            .unwrap()
            .matches(Path::new(path), false)
    }

    #[test]
    fn globs_are_relative_to_their_folder_and_paths_to_the_working_directory() {
        assert!(matches("/repo", &["deploy/legacy/**"], "legacy/a.yaml"));
        assert!(matches("/repo", &["deploy/legacy/"], "./legacy/deep/a.yaml"));
        assert!(matches("/repo", &["/other/*.yaml"], "../other/a.yaml"));
        assert!(matches("/repo/deploy", &["*.tmp.yaml"], "../other/a.tmp.yaml"));
        assert!(matches("/repo/deploy/x", &["/a.yaml"], "x/a.yaml"));
        assert!(matches("/repo", &["legacy"], "/repo/deploy/legacy/a.yaml"));
        assert!(!matches("/repo", &["legacy/*.yaml"], "legacy/a.yaml"));
        assert!(!matches("/repo/deploy", &["/a.yaml"], "../a.yaml"));
        assert!(!matches("/repo", &["*.yaml", "!keep.yaml"], "keep.yaml"));
    }

    #[test]
    fn what_is_no_glob_is_told() {
        assert!(check("a{b").unwrap_err().starts_with("`a{b` is no glob: "));
        assert!(check(" ").is_err());
        assert!(check("a/**/[b-c]*.{yaml,yml}").is_ok());
    }
}
