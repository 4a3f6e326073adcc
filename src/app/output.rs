//! A file that is written whole or not at all.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// A file to write to, looked at before the work begins, so that a slip costs no time.
pub(super) struct Output {
    shown: PathBuf,
    /// What is replaced, behind all links; none for a device or a pipe, which is written to as it is.
    target: Option<PathBuf>,
}

impl Output {
    /// `Err` says why nothing can be written there.
    pub(super) fn new(path: &Path) -> Result<Self, String> {
        let error = |why: &dyn std::fmt::Display| format!("cannot write {}: {why}", path.display());
        let target = match fs::metadata(path) {
            Ok(found) if found.is_dir() => return Err(error(&"it is a directory")),
            Ok(found) if found.is_file() => Some(path.canonicalize().map_err(|e| error(&e))?),
            Ok(_) => None,
            Err(e) if e.kind() == io::ErrorKind::NotFound => Some(path.to_owned()),
            Err(e) => return Err(error(&e)),
        };
        match &target {
            Some(file) if !folder(file).is_dir() => {
                Err(error(&format_args!("there is no directory {}", folder(file).display())))
            }
            _ => Ok(Self { shown: path.to_owned(), target }),
        }
    }

    /// Writes what `write` writes, into a new file beside the target that then takes its place.
    pub(super) fn write(&self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), String> {
        let result = match &self.target {
            Some(target) => replace(target, write),
            None => File::options().write(true).open(&self.shown).and_then(|file| fill(file, write).map(drop)),
        };
        result.map_err(|error| format!("cannot write {}: {error}", self.shown.display()))
    }
}

/// Writes a file that is not there yet, whole or not at all; one that has come in the meantime is left as it is.
pub(super) fn create(path: &Path, text: &str) -> Result<(), String> {
    let new = beside(path);
    let place = || {
        File::create_new(&new)?.write_all(text.as_bytes())?;
        match fs::hard_link(&new, path) {
            // Where the file system has no links, the look before the rename must do.
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists && path.symlink_metadata().is_err() => {
                fs::rename(&new, path)
            }
            done => done,
        }
    };
    let result = place();
    let _ = fs::remove_file(&new);
    result.map_err(|error| format!("cannot write {}: {error}", path.display()))
}

/// A name in the same folder that nobody else uses.
fn beside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    folder(path).join(format!(".{name}.{}.tmp", std::process::id()))
}

fn folder(file: &Path) -> &Path {
    file.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn fill(file: File, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<File> {
    let mut out = BufWriter::with_capacity(1 << 16, file);
    write(&mut out)?;
    out.into_inner().map_err(io::IntoInnerError::into_error)
}

fn replace(target: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    place(target, write, || Ok(()))
}

/// Writes a file anew that still holds `old`: whole or not at all, at the end of any links, its permissions kept.
pub(super) fn rewrite(path: &Path, old: &[u8], new: &[u8]) -> Result<(), String> {
    let changed = || io::Error::other("it has changed since it was read");
    let check = |target: &Path| (fs::read(target)? == old).then_some(()).ok_or_else(changed);
    let write = || {
        let target = path.canonicalize()?;
        let found = fs::metadata(&target)?;
        if found.permissions().readonly() {
            return Err(io::Error::other("it is read-only"));
        }
        if names(&found) > 1 {
            return Err(io::Error::other("it has another name (a hard link), which would keep the old text"));
        }
        place(&target, |out| out.write_all(new), || check(&target))
    };
    write().map_err(|error| format!("cannot write {}: {error}", path.display()))
}

/// How many names a file has.
#[cfg(unix)]
fn names(file: &fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::nlink(file)
}

#[cfg(not(unix))]
fn names(_: &fs::Metadata) -> u64 {
    1
}

/// Whoever owned the old file owns the new one, where the system lets us say so.
#[cfg(unix)]
fn keep_owner(file: &File, old: &fs::Metadata) {
    use std::os::unix::fs::{MetadataExt, fchown};
    let _ = fchown(file, Some(old.uid()), Some(old.gid()));
}

#[cfg(not(unix))]
fn keep_owner(_: &File, _: &fs::Metadata) {}

/// Writes a new file beside the target that takes its place when it is on the disk and `ready` agrees.
fn place(
    target: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ready: impl FnOnce() -> io::Result<()>,
) -> io::Result<()> {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let new = folder(target).join(format!(".{name}.{}.tmp", std::process::id()));
    let place = || {
        let file = File::create_new(&new)?;
        // Before anything is in it: not everyone may read it.
        if let Ok(old) = fs::metadata(target) {
            keep_owner(&file, &old);
            file.set_permissions(old.permissions())?;
        }
        let file = fill(file, write)?;
        file.sync_all()?;
        drop(file);
        ready()?;
        fs::rename(&new, target)
    };
    let result = place();
    if result.is_err() {
        let _ = fs::remove_file(&new);
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fails_half_way_leaves_nothing_behind() {
        let dir = std::env::temp_dir().join(format!("plimsoll-output-{}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        let file = dir.join("out.json");
        fs::write(&file, "old").unwrap();
        let output = Output::new(&file).unwrap();
        let half = output.write(|out| {
            out.write_all("x".repeat(100_000).as_bytes())?;
            Err(io::Error::other("the disk is full"))
        });
        assert!(half.unwrap_err().ends_with("out.json: the disk is full"));
        assert_eq!(fs::read_to_string(&file).unwrap(), "old");
        output.write(|out| out.write_all(b"new")).unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "new");
        assert_eq!(fs::read_dir(&dir).unwrap().count(), 1);
        fs::remove_dir_all(&dir).unwrap();
    }

    #[test]
    fn a_file_that_has_changed_is_left_as_it_is() {
        let dir = std::env::temp_dir().join(format!("plimsoll-rewrite-{}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        let file = dir.join("app.yaml");
        for (now, why) in [(Some("another text"), "it has changed since it was read"), (None, "")] {
            let _ = fs::remove_file(&file);
            if let Some(text) = now {
                fs::write(&file, text).unwrap();
            }
            let said = rewrite(&file, b"old", b"new").unwrap_err();
            assert!(said.starts_with("cannot write ") && said.ends_with(why), "{said}");
            assert_eq!(fs::read_to_string(&file).ok().as_deref(), now);
            assert_eq!(fs::read_dir(&dir).unwrap().count(), usize::from(now.is_some()));
        }
        fs::write(&file, "old").unwrap();
        rewrite(&file, b"old", b"new").unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "new");
        fs::remove_dir_all(&dir).unwrap();
    }
}
