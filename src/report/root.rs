//! Paths as a repository tells them: from its root, whatever folder the user stands in.

use std::fmt::Write;
use std::path::{Component, Path, PathBuf};

/// Standard input is in no folder.
pub(crate) const STDIN: &str = "<stdin>";

/// The repository's root and the folder that shown paths are relative to.
#[derive(Clone, Debug, Default)]
pub struct Root {
    root: PathBuf,
    current: PathBuf,
}

impl Root {
    /// A repository at `root`, seen from `current`. Both absolute.
    pub fn new(root: impl Into<PathBuf>, current: impl Into<PathBuf>) -> Self {
        Self { root: root.into(), current: current.into() }
    }

    /// The Git repository around `current`; without one, `current` itself.
    pub fn find(current: &Path) -> Self {
        let root = current.ancestors().find(|dir| dir.join(".git").exists()).unwrap_or(current);
        Self::new(root, current)
    }

    /// The path from the root with `/` between its parts. `Err` has the absolute path of a file outside the repository.
    pub fn relative(&self, shown: &str) -> Result<String, String> {
        if shown == STDIN {
            return Ok(shown.to_owned());
        }
        let whole = normal(&self.current.join(shown));
        match whole.strip_prefix(&self.root) {
            Ok(inside) => Ok(slashes(inside)),
            Err(_) => Err(slashes(&whole)),
        }
    }

    /// The path as a URI: relative to the root and percent-encoded, or `file:` for what is outside.
    pub fn uri(&self, shown: &str) -> Uri {
        match self.relative(shown) {
            Ok(path) if path == STDIN => Uri { text: encode(&path), relative: false },
            // A colon in the first part would read as a scheme (RFC 3986, 4.2): `encode` hides every colon.
            Ok(path) => Uri { text: encode(&path), relative: true },
            Err(path) => {
                let slash = if path.starts_with('/') { "" } else { "/" };
                Uri { text: format!("file://{slash}{}", encode(&path)), relative: false }
            }
        }
    }
}

/// Where a file is, for SARIF.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uri {
    /// The URI reference.
    pub text: String,
    /// Whether it is relative to the repository's root.
    pub relative: bool,
}

/// Takes `.` and `..` out by their names alone: a path that is shown need not exist.
fn normal(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(out.components().next_back(), Some(Component::Normal(_))) => {
                out.pop();
            }
            // Above the top there is the top.
            Component::ParentDir if out.has_root() => {}
            part => out.push(part),
        }
    }
    out
}

fn slashes(path: &Path) -> String {
    let mut text = String::new();
    for part in path.components() {
        if !text.is_empty() && !text.ends_with('/') {
            text.push('/');
        }
        match part {
            Component::RootDir => {
                if !text.ends_with('/') {
                    text.push('/');
                }
            }
            part => text.push_str(&part.as_os_str().to_string_lossy()),
        }
    }
    text
}

/// Percent-encodes all but what a path may hold. A byte that was no text is shown as `\xFF`: here it is itself again.
fn encode(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    let mut bytes = path.as_bytes();
    while let [first, rest @ ..] = bytes {
        bytes = rest;
        let mut byte = *first;
        if let Some((raw, after)) = not_text(*first, rest) {
            (byte, bytes) = (raw, after);
        }
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}

fn not_text(first: u8, rest: &[u8]) -> Option<(u8, &[u8])> {
    let (b'\\', [b'x', a, b, after @ ..]) = (first, rest) else { return None };
    let digit = |c: u8| char::from(c).to_digit(16).filter(|_| !c.is_ascii_lowercase());
    let byte = u8::try_from(digit(*a)? * 16 + digit(*b)?).ok()?;
    (byte >= 0x80).then_some((byte, after))
}

#[cfg(all(test, unix))]
mod tests {
    use super::Root;

    #[test]
    fn paths_are_told_from_the_root() {
        let root = Root::new("/repo", "/repo/deploy/prod");
        assert_eq!(root.relative("app.yaml"), Ok("deploy/prod/app.yaml".into()));
        assert_eq!(root.relative("../app.yaml"), Ok("deploy/app.yaml".into()));
        assert_eq!(root.relative("./a//b/./c.yaml"), Ok("deploy/prod/a/b/c.yaml".into()));
        assert_eq!(root.relative("/repo/app.yaml"), Ok("app.yaml".into()));
        assert_eq!(root.relative("../../../app.yaml"), Err("/app.yaml".into()));
        assert_eq!(root.relative("../../../../../app.yaml"), Err("/app.yaml".into()));
        assert_eq!(root.relative("/repository/app.yaml"), Err("/repository/app.yaml".into()));
    }

    #[test]
    fn uris_are_encoded() {
        let root = Root::new("/repo", "/repo");
        assert_eq!(root.uri("a b%#?ü:c.yaml").text, "a%20b%25%23%3F%C3%BC%3Ac.yaml");
        assert_eq!(root.uri("caf\\xE9.yaml").text, "caf%E9.yaml");
        assert_eq!(root.uri("a\\x41\\xe9\\x").text, "a%5Cx41%5Cxe9%5Cx");
        assert_eq!(root.uri("back\\slash.yaml").text, "back%5Cslash.yaml");
        assert_eq!(root.uri("/etc/x.yaml").text, "file:///etc/x.yaml");
        assert!(!root.uri("/etc/x.yaml").relative);
        assert_eq!(Root::new("/repo", "/repo/a").uri("<stdin>").text, "%3Cstdin%3E");
    }
}
