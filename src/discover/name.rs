//! How output shows a path: relative to where the user stands, with `/`, as text that fits on a line.

use std::fmt::Write;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// The name that output shows for a path. Two files never share one: bytes that are no text are written `\xFF`.
pub fn shown(path: &Path) -> Arc<str> {
    // Asked once: a walk names thousands of files, and nobody here goes elsewhere meanwhile.
    static HERE: OnceLock<Option<PathBuf>> = OnceLock::new();
    let here = if path.is_absolute() { HERE.get_or_init(|| std::env::current_dir().ok()).as_ref() } else { None };
    let path = here.and_then(|here| path.strip_prefix(here).ok()).unwrap_or(path);
    let mut name = String::new();
    for component in path.components() {
        match component {
            Component::CurDir => continue,
            Component::RootDir => {}
            other => write_text(&mut name, other.as_os_str().as_encoded_bytes()),
        }
        if !matches!(component, Component::Prefix(_)) {
            name.push('/');
        }
    }
    if name.len() > 1 {
        name.pop();
    }
    if name.is_empty() { ".".into() } else { name.into() }
}

fn write_text(name: &mut String, bytes: &[u8]) {
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            if c.is_control() {
                name.extend(c.escape_default());
            } else {
                name.push(c);
            }
        }
        for byte in chunk.invalid() {
            let _ = write!(name, "\\x{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::shown;

    #[test]
    fn names_are_plain() {
        for (path, want) in [
            ("a.yaml", "a.yaml"),
            ("./a.yaml", "a.yaml"),
            ("./a//b/./c.yaml", "a/b/c.yaml"),
            ("../a.yaml", "../a.yaml"),
            (".", "."),
            ("/", "/"),
            ("/no/such/a.yaml", "/no/such/a.yaml"),
            ("a\nb.yaml", "a\\nb.yaml"),
        ] {
            assert_eq!(&*shown(Path::new(path)), want, "{path}");
        }
        let here = std::env::current_dir().unwrap();
        assert_eq!(&*shown(&here.join("x/y.yaml")), "x/y.yaml");
        assert_eq!(&*shown(&here), ".");
    }

    #[cfg(unix)]
    #[test]
    fn names_that_are_no_text_stay_apart() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt;
        let name = |bytes: &[u8]| shown(Path::new(OsStr::from_bytes(bytes)));
        assert_eq!(&*name(b"a\xff.yaml"), "a\\xFF.yaml");
        assert_ne!(name(b"a\xff.yaml"), name(b"a\xfe.yaml"));
    }
}
