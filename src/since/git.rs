//! What the user's `git` says of a repository: what a revision has, and which files differ from it now.

use std::collections::{HashMap, HashSet};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A path inside a repository, from its top on, as git writes it: bytes with `/` between them.
pub(super) type Inside = Vec<u8>;

/// A repository, held against one of its revisions.
#[derive(Debug)]
pub(super) struct Repository {
    /// The folder that holds it, behind all links.
    pub(super) top: PathBuf,
    /// The files of the revision, each with its blob.
    pub(super) files: HashMap<Inside, String>,
    /// The files of the revision that are another now, or no more.
    pub(super) changed: HashSet<Inside>,
}

impl Repository {
    /// The repository around `here`, at a revision. `Err` says why there is none.
    pub(super) fn at(here: &Path, revision: &str) -> Result<Self, String> {
        let top = git(here, &["rev-parse", "--show-toplevel"])?;
        let top = path(top.strip_suffix(b"\n").unwrap_or(&top));
        let commit = commit(&top, revision)?;
        let list = git(&top, &["ls-tree", "-r", "-z", "--full-tree", &commit])?;
        let blob = |line: &[u8]| {
            let (head, name) = line.split_at_checked(line.iter().position(|b| *b == b'\t')?)?;
            let head = String::from_utf8_lossy(head);
            let mut head = head.split(' ').skip(1);
            // A link of git's own leads into another repository: a submodule.
            (head.next()? == "blob").then(|| Some((name[1..].to_vec(), head.next()?.to_owned())))?
        };
        let files = list.split(|b| *b == 0).filter_map(blob).collect();
        let ask = ["-c", "diff.relative=false", "diff", "--name-only", "-z", "--no-renames", "--no-ext-diff"];
        let list = git(&top, &[&ask[..], &["--no-textconv", "--ignore-submodules=all", &commit, "--"]].concat())?;
        let changed = list.split(|b| *b == 0).filter(|name| !name.is_empty()).map(<[u8]>::to_vec).collect();
        Ok(Self { top: top.canonicalize().unwrap_or(top), files, changed })
    }

    /// The bytes of these blobs, in order.
    pub(super) fn blobs(&self, ids: &[&str]) -> Result<Vec<Vec<u8>>, String> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut child = command(&self.top, &["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| unstarted(&error))?;
        let asked: String = ids.iter().flat_map(|id| [id, "\n"]).collect();
        let (to, from) = (child.stdin.take(), child.stdout.take());
        let answer = std::thread::scope(|scope| {
            // It answers while it is asked: both pipes may fill.
            scope.spawn(move || to.is_some_and(|mut to| to.write_all(asked.as_bytes()).is_ok()));
            let mut answer = Vec::new();
            from.map_or(Ok(0), |mut from| from.read_to_end(&mut answer)).map(|_| answer)
        });
        let _ = child.wait();
        let answer = answer.map_err(|error| format!("git: {error}"))?;
        split_blobs(&answer, ids.len()).ok_or_else(|| "git does not have all files of the revision".to_owned())
    }
}

/// The answer of `cat-file --batch`: a line with the size before the bytes of each.
fn split_blobs(mut answer: &[u8], count: usize) -> Option<Vec<Vec<u8>>> {
    let mut blobs = Vec::with_capacity(count);
    for _ in 0..count {
        let end = answer.iter().position(|b| *b == b'\n')?;
        let size = std::str::from_utf8(&answer[..end]).ok()?.rsplit(' ').next()?.parse::<usize>().ok()?;
        let rest = &answer[end + 1..];
        blobs.push(rest.get(..size)?.to_vec());
        answer = rest.get(size + 1..)?;
    }
    Some(blobs)
}

/// The commit that a revision names.
fn commit(top: &Path, revision: &str) -> Result<String, String> {
    let unknown = |why: &str| format!("git knows no revision `{revision}`{why}");
    if revision.starts_with('-') || revision.contains('\n') {
        return Err(unknown(""));
    }
    let Ok(id) = git(top, &["rev-parse", "--verify", "--quiet", &format!("{revision}^{{commit}}")]) else {
        let shallow = git(top, &["rev-parse", "--is-shallow-repository"]).is_ok_and(|said| said == b"true\n");
        let why = ": the clone is shallow, and `git fetch --unshallow` brings the rest";
        return Err(unknown(if shallow { why } else { "" }));
    };
    Ok(String::from_utf8_lossy(&id).trim().to_owned())
}

/// What git prints. `Err` has what it says instead, on one line.
fn git(folder: &Path, arguments: &[&str]) -> Result<Vec<u8>, String> {
    let output = command(folder, arguments).stdin(Stdio::null()).output().map_err(|error| unstarted(&error))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let said = said.lines().next().unwrap_or_default();
    Err(format!("git: {}", said.strip_prefix("fatal: ").unwrap_or(said)))
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("git");
    // Nothing that the repository's own configuration would start, no pager, no lock, and one language.
    command.arg("-C").arg(folder).args(["--no-pager", "-c", "core.fsmonitor=false"]).args(arguments);
    command.env("GIT_OPTIONAL_LOCKS", "0").env("LC_ALL", "C");
    command
}

fn unstarted(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "git is not at hand".to_owned(),
        _ => format!("git cannot be started: {error}"),
    }
}

#[cfg(unix)]
pub(super) fn path(inside: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    std::ffi::OsStr::from_bytes(inside).into()
}

#[cfg(not(unix))]
pub(super) fn path(inside: &[u8]) -> PathBuf {
    String::from_utf8_lossy(inside).into_owned().into()
}

/// A path below the top of a repository as git writes it.
pub(super) fn inside(below: &Path) -> Inside {
    let parts: Vec<_> = below.iter().map(std::ffi::OsStr::as_encoded_bytes).collect();
    parts.join(&b'/')
}
