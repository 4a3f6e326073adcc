//! Paths, standard input and ignore rules into a sorted list of inputs.
//! Whatever was asked for and is not read is an input too, with its reason: nothing is left out in silence.

mod chart;
mod name;
mod others;
mod special;

use std::collections::HashMap;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use name::shown;
pub use others::others;

use crate::coverage::{Outcome, Unread};
use crate::globs::Globs;
use crate::source::{MAX_BYTES, Source};
use chart::Charts;
use special::{is_open_stream, sort_of};

/// Something to read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Input {
    /// A file: how output shows it, and where it is.
    File(Arc<str>, PathBuf),
    /// A text that is already here: how output shows it, and its bytes.
    Text(Arc<str>, Vec<u8>),
    /// Standard input, and how output shows it.
    Stdin(Arc<str>),
    /// Something that was asked for or found and is not read.
    Unreadable(Unread),
}

impl Input {
    /// The name that output shows.
    pub fn path(&self) -> &Arc<str> {
        match self {
            Self::File(path, _) | Self::Text(path, _) | Self::Stdin(path) => path,
            Self::Unreadable(unread) => &unread.path,
        }
    }

    /// Standard input as text that is here, since it flows once; any other input as it is.
    #[must_use]
    pub fn hold(self) -> Self {
        let Self::Stdin(path) = self else { return self };
        match read_bounded(io::stdin().lock(), 0) {
            Ok(bytes) => Self::Text(path, bytes),
            Err(error) => Self::Unreadable(broken(path, reason(&error), None)),
        }
    }

    /// Reads the text. `Err` says why there is none.
    pub fn read(self) -> Result<Source, Unread> {
        let (path, bytes) = match self {
            Self::File(path, file) => {
                let bytes = std::fs::File::open(file).and_then(|file| {
                    let expected = file.metadata().map_or(0, |m| m.len());
                    read_bounded(file, expected)
                });
                (path, bytes)
            }
            Self::Stdin(path) => (path, read_bounded(io::stdin().lock(), 0)),
            Self::Text(path, bytes) => (path, Ok(bytes)),
            Self::Unreadable(unread) => return Err(unread),
        };
        match bytes {
            Ok(bytes) => Source::decode(path, bytes),
            Err(error) => Err(broken(path, reason(&error), None)),
        }
    }
}

/// At most one byte more than a source may have: `Source::decode` names the limit.
fn read_bounded(from: impl Read, expected: u64) -> io::Result<Vec<u8>> {
    let limit = MAX_BYTES as u64 + 1;
    // One byte of room more, so that the end is seen without growing.
    let mut bytes = Vec::with_capacity(usize::try_from(expected.min(limit) + 1).unwrap_or_default());
    from.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn broken(path: Arc<str>, reason: String, help: Option<&'static str>) -> Unread {
    Unread { path, position: None, outcome: Outcome::Broken, reason, help }
}

fn skipped(path: Arc<str>, reason: impl Into<String>, help: Option<&'static str>) -> Input {
    Input::Unreadable(Unread { path, position: None, outcome: Outcome::Skipped, reason: reason.into(), help })
}

/// An error of the system in our words: lower case, without its number.
fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file or directory".into(),
        io::ErrorKind::PermissionDenied => "permission denied".into(),
        _ => {
            let text = error.to_string();
            let text = text.split(" (os error").next().unwrap_or_default();
            let mut chars = text.chars();
            chars.next().map_or_else(String::new, |c| c.to_lowercase().chain(chars).collect())
        }
    }
}

/// Which files to take.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// What to leave out, even where it is named: a hook names files, and the project knows which are not for it.
    pub exclude: Vec<Globs>,
    /// Do not honour `.gitignore`, `.ignore` and `.plimsollignore`.
    pub no_ignore: bool,
    /// Take hidden files and directories too.
    pub hidden: bool,
    /// What output shows for standard input, instead of `<stdin>`.
    pub stdin_filename: Option<PathBuf>,
}

impl Options {
    fn excludes(&self, path: &Path, is_dir: bool) -> bool {
        self.exclude.iter().any(|globs| globs.matches(path, is_dir))
    }
}

/// The inputs that `paths` stand for, sorted by the name that output shows, each file once.
///
/// No path at all is the current directory, `-` is standard input. A directory is walked for `.yaml`, `.yml` and
/// `.json`; a file that is named is taken whatever its name. Links to files are followed, links to directories are not.
/// Ignore files count inside and outside a git repository alike, so that a tree has one answer wherever it lies.
pub fn discover(paths: &[PathBuf], options: &Options) -> Vec<Input> {
    let mut finder = Finder { options, charts: Charts::default(), found: Vec::new(), roots: 0 };
    if paths.is_empty() {
        finder.named(Path::new("."));
    }
    for path in paths {
        if path.as_os_str() == "-" {
            finder.stdin();
        } else {
            finder.named(path);
        }
    }
    finder.finish()
}

struct Finder<'a> {
    options: &'a Options,
    charts: Charts,
    found: Vec<Found>,
    roots: usize,
}

struct Found {
    input: Input,
    /// The file itself, behind all links; none for what is not read.
    real: Option<PathBuf>,
    /// A link was followed to it.
    link: bool,
}

const TEMPLATE: &str = "a Helm chart's template";
const RENDER: Option<&str> = Some("render the chart: `helm template CHART | plimsoll lint -`");

impl Finder<'_> {
    fn push(&mut self, input: Input) {
        self.found.push(Found { input, real: None, link: false });
    }

    fn stdin(&mut self) {
        let name = self.options.stdin_filename.as_deref();
        let input = match name {
            None => Input::Stdin("<stdin>".into()),
            Some(file) if self.is_template(file) => skipped(shown(file), TEMPLATE, RENDER),
            Some(file) => Input::Stdin(shown(file)),
        };
        self.roots += 1;
        self.push(input);
    }

    fn is_template(&mut self, path: &Path) -> bool {
        self.charts.holds_template(path)
    }

    /// A path that the user typed.
    fn named(&mut self, path: &Path) {
        self.roots += 1;
        let name = shown(path);
        let metadata = match path.metadata() {
            Ok(metadata) => metadata,
            Err(error) => {
                let unread = broken(name, unreachable(path, &error), None);
                return self.push(Input::Unreadable(unread));
            }
        };
        if self.options.excludes(path, metadata.is_dir()) {
            return self.push(skipped(name, "left out by `exclude`", None));
        }
        if metadata.is_dir() {
            return self.walk(path);
        }
        if metadata.is_file() {
            self.file(path, path.canonicalize().ok(), path.is_symlink());
        } else if is_open_stream(path) {
            // It flows once, and whoever needs the text again must have it.
            let input = match std::fs::File::open(path).and_then(|stream| read_bounded(stream, 0)) {
                Ok(bytes) => Input::Text(name, bytes),
                Err(error) => Input::Unreadable(broken(name, reason(&error), None)),
            };
            self.push(input);
        } else {
            let what = sort_of(metadata.file_type());
            let unread = broken(name, format!("{what}, not a file"), Some("pass its content on standard input: `-`"));
            self.push(Input::Unreadable(unread));
        }
    }

    fn file(&mut self, path: &Path, real: Option<PathBuf>, link: bool) {
        if self.is_template(path) {
            self.push(skipped(shown(path), TEMPLATE, RENDER));
        } else {
            self.found.push(Found { input: Input::File(shown(path), path.to_owned()), real, link });
        }
    }

    fn walk(&mut self, root: &Path) {
        let before = self.found.len();
        let real_root = root.canonicalize().unwrap_or_else(|_| root.to_owned());
        for entry in entries(&walker(root, self.options)) {
            match entry {
                Ok(entry) => self.entry(&entry, root, &real_root),
                Err(error) => self.walk_error(&error, root),
            }
        }
        if self.found.len() == before {
            let (why, help) = if walker(root, &all_of(self.options)).build().flatten().any(|e| is_manifest(e.path())) {
                ("every YAML or JSON file in it is ignored or hidden", Some("see `--no-ignore` and `--hidden`"))
            } else {
                ("no YAML or JSON file in it", None)
            };
            self.push(skipped(shown(root), why, help));
        }
    }

    fn entry(&mut self, entry: &ignore::DirEntry, root: &Path, real_root: &Path) {
        let path = entry.path();
        if let Some(error) = entry.error() {
            self.walk_error(error, path);
        }
        let Some(sort) = entry.file_type() else { return };
        if sort.is_symlink() {
            return self.link(path);
        }
        if sort.is_dir() || !is_manifest(path) {
            return;
        }
        if sort.is_file() {
            let real = path.strip_prefix(root).ok().map(|rest| real_root.join(rest));
            self.file(path, real, false);
        } else {
            self.push(skipped(shown(path), format!("{}, not a file", sort_of(sort)), None));
        }
    }

    /// A link inside a directory that is walked.
    fn link(&mut self, path: &Path) {
        match path.metadata() {
            Ok(target) if target.is_dir() => {
                let help = Some("to lint what is behind it, name it as an argument");
                self.push(skipped(shown(path), "a link to a directory: not followed", help));
            }
            _ if !is_manifest(path) => {}
            Ok(target) if target.is_file() => self.file(path, path.canonicalize().ok(), true),
            Ok(target) => {
                self.push(skipped(shown(path), format!("a link to {}", sort_of(target.file_type())), None));
            }
            Err(error) => {
                let unread = broken(shown(path), unreachable(path, &error), None);
                self.push(Input::Unreadable(unread));
            }
        }
    }

    fn walk_error(&mut self, error: &ignore::Error, at: &Path) {
        let mut path = at;
        let mut todo = vec![error];
        while let Some(error) = todo.pop() {
            match error {
                ignore::Error::WithPath { path: deeper, err } => {
                    path = deeper;
                    todo.push(err);
                }
                ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => todo.push(err),
                ignore::Error::Partial(errors) => todo.extend(errors.iter().rev()),
                ignore::Error::Io(error) => {
                    let unread = broken(shown(path), reason(error), None);
                    self.push(Input::Unreadable(unread));
                }
                other => {
                    let unread = broken(shown(path), other.to_string(), None);
                    self.push(Input::Unreadable(unread));
                }
            }
        }
    }

    /// Sorted, and each file once: of several names the one that is no link, else the first.
    fn finish(self) -> Vec<Input> {
        let mut found = self.found;
        found.sort_by(|a, b| a.input.path().cmp(b.input.path()).then_with(|| a.input.cmp(&b.input)));
        let same = |a: &Found, b: &Found| a.input.path() == b.input.path() && a.real.is_some() && a.real == b.real;
        found.dedup_by(|a, b| a.input == b.input || same(a, b));
        if self.roots < 2 && !found.iter().any(|f| f.link) {
            return found.into_iter().map(|f| f.input).collect();
        }
        let mut first: HashMap<PathBuf, (bool, Arc<str>)> = HashMap::new();
        for f in &found {
            if let Some(real) = &f.real {
                let name = (f.link, Arc::clone(f.input.path()));
                first.entry(real.clone()).and_modify(|best| *best = best.clone().min(name.clone())).or_insert(name);
            }
        }
        let once = |f: Found| {
            let Some((_, best)) = f.real.as_ref().and_then(|real| first.get(real)) else { return Some(f.input) };
            if best == f.input.path() {
                Some(f.input)
            } else {
                // Another spelling of one name needs no word; a link is another name.
                f.link.then(|| skipped(Arc::clone(f.input.path()), format!("the same file as {best}"), None))
            }
        };
        found.into_iter().filter_map(once).collect()
    }
}

fn walker(root: &Path, options: &Options) -> ignore::WalkBuilder {
    let honour = !options.no_ignore;
    let mut builder = ignore::WalkBuilder::new(root);
    // What lies outside the tree (a user's own git configuration) must not change a tree's answer.
    builder.hidden(!options.hidden).parents(honour).ignore(honour).git_ignore(honour);
    builder.git_global(false).git_exclude(false).require_git(false).follow_links(false);
    if honour {
        builder.add_custom_ignore_filename(".plimsollignore");
    }
    let excluded = options.clone();
    builder.threads(rayon::current_num_threads());
    builder.filter_entry(move |entry| {
        let is_dir = entry.file_type().is_some_and(|t| t.is_dir());
        if entry.depth() == 0 || (is_dir && entry.file_name() == ".git") {
            return entry.depth() == 0;
        }
        !excluded.excludes(entry.path(), is_dir)
    });
    builder
}

/// What the walk meets, in no order: directories are read side by side.
fn entries(walker: &ignore::WalkBuilder) -> Vec<Result<ignore::DirEntry, ignore::Error>> {
    let (send, receive) = std::sync::mpsc::channel();
    walker.build_parallel().run(|| {
        let send = send.clone();
        Box::new(move |entry| {
            let interesting = entry.as_ref().map_or(true, |e| {
                e.error().is_some()
                    || e.file_type().is_some_and(|t| !t.is_dir() && (t.is_symlink() || is_manifest(e.path())))
            });
            if interesting {
                // The receiver outlives the walk.
                let _ = send.send(entry);
            }
            ignore::WalkState::Continue
        })
    });
    drop(send);
    receive.into_iter().collect()
}

fn all_of(options: &Options) -> Options {
    Options { no_ignore: true, hidden: true, exclude: Vec::new(), ..options.clone() }
}

fn is_manifest(path: &Path) -> bool {
    path.extension().is_some_and(|e| e == "yaml" || e == "yml" || e == "json")
}

/// Why a path leads nowhere.
fn unreachable(path: &Path, error: &io::Error) -> String {
    match path.read_link() {
        Ok(target) if error.kind() == io::ErrorKind::NotFound => {
            format!("a link to {}, which does not exist", target.display())
        }
        Ok(target) => format!("a link to {}: {}", target.display(), reason(error)),
        Err(_) => reason(error),
    }
}
