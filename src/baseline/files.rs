//! The files that a baseline names: what the run made of them, and what has become of the others.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use super::{Known, Place};
use crate::coverage::{Coverage, FileCoverage};
use crate::discover::Input;
use crate::globs::{normal, relative};
use crate::k8s::{self, ObjectRef};
use crate::report::STDIN;
use crate::yaml;

/// Paths that output shows, as the baseline tells them: from its own folder on, with `/`, so that they hold wherever the
/// user stands and wherever the repository lies.
pub(super) struct Told<'a> {
    place: Place<'a>,
    folder: PathBuf,
    /// The way from the folder down to where the user stands; none where it goes up.
    down: Option<String>,
}

impl<'a> Told<'a> {
    pub(super) fn new(place: Place<'a>) -> Self {
        let folder = normal(place.folder);
        let here = relative(&normal(place.here), &folder);
        let down = here.iter().all(|part| part != "..").then(|| parts(&here)).filter(|down| is_simple(down));
        Self { place, folder, down }
    }

    pub(super) fn path<'s>(&self, shown: &'s str) -> Cow<'s, str> {
        if shown == STDIN {
            return shown.into();
        }
        match &self.down {
            Some(down) if is_simple(shown) && down.is_empty() => shown.into(),
            Some(down) if is_simple(shown) => format!("{down}/{shown}").into(),
            _ => parts(&relative(&normal(&self.place.here.join(shown)), &self.folder)).into(),
        }
    }
}

fn parts(path: &Path) -> String {
    let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}

/// Whether a relative path is told as it is: it has names alone, whatever the system.
fn is_simple(path: &str) -> bool {
    path.is_empty() || !path.contains(['\\', ':']) && path.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

/// Kind, namespace and name: an object is the same in another group or version.
type Name = (String, Option<String>, String);

/// Files by the name that the baseline has for them.
pub(super) struct Files<'a> {
    coverage: &'a Coverage,
    place: Place<'a>,
    told: Told<'a>,
    /// Those of the run; made when first asked for.
    run: Option<HashMap<String, usize>>,
    exist: HashMap<String, bool>,
    objects: HashMap<String, Option<BTreeSet<Name>>>,
}

impl<'a> Files<'a> {
    pub(super) fn new(coverage: &'a Coverage, place: Place<'a>) -> Self {
        Self { coverage, place, told: Told::new(place), run: None, exist: HashMap::new(), objects: HashMap::new() }
    }

    /// What the run made of a file; none where the run had nothing to do with it.
    pub(super) fn of_run(&mut self, told_path: &str) -> Option<&'a FileCoverage> {
        let (coverage, told) = (self.coverage, &self.told);
        let run = self.run.get_or_insert_with(|| {
            coverage.files.iter().enumerate().map(|(at, file)| (told.path(&file.path).into_owned(), at)).collect()
        });
        run.get(told_path).map(|&at| &coverage.files[at])
    }

    /// Whether a file that is none of the run's is no more. Standard input is never there and never gone, and a name
    /// that is not quite text cannot be looked up.
    pub(super) fn is_gone(&mut self, told_path: &str) -> bool {
        if told_path == STDIN || told_path.contains('\\') {
            return false;
        }
        let path = self.place.folder.join(told_path);
        !*self.exist.entry(told_path.to_owned()).or_insert_with(|| path.symlink_metadata().is_ok())
    }

    /// Whether the run has every file that has entries and that there is: rules over all files have seen them all.
    pub(super) fn are_all_in_run(&mut self, known: &Known<'_>) -> bool {
        known.files.iter().all(|(path, _)| self.of_run(path).is_some() || self.is_gone(path))
    }

    /// Whether a file no longer holds an object, because either is somewhere else now.
    pub(super) fn has_lost(&mut self, told_path: &str, object: Option<&ObjectRef>) -> bool {
        let in_run = self.of_run(told_path).is_some();
        if !in_run && self.is_gone(told_path) {
            return true;
        }
        let Some(object) = object else { return false };
        let path = self.place.folder.join(told_path);
        let objects = self.objects.entry(told_path.to_owned()).or_insert_with(|| objects(&path));
        objects.as_ref().is_some_and(|objects| !objects.contains(&name(object.clone())))
    }
}

fn name(object: ObjectRef) -> Name {
    (object.kind, object.namespace, object.name)
}

/// The objects of a file; none where a part of it cannot be read, which may hold any.
fn objects(path: &Path) -> Option<BTreeSet<Name>> {
    let source = Input::File("".into(), path.to_owned()).read().ok()?;
    let mut names = BTreeSet::new();
    for raw in source.documents() {
        let tree = yaml::parse(&source.text, raw.span).ok()?;
        names.extend(k8s::objects(&tree).into_iter().map(|object| name(object.reference())));
    }
    Some(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_told_from_the_folder_of_the_baseline() {
        for (here, folder, shown, expected) in [
            ("/r", "/r", "a/b.yaml", "a/b.yaml"),
            ("/r/deploy", "/r", "a.yaml", "deploy/a.yaml"),
            ("/r/deploy/./x", "/r/ci/..", "a.yaml", "deploy/x/a.yaml"),
            ("/r/deploy", "/r", "../a.yaml", "a.yaml"),
            ("/r/deploy", "/r", "./x//a.yaml", "deploy/x/a.yaml"),
            ("/r", "/r/ci", "a.yaml", "../a.yaml"),
            ("/r", "/r/ci", "ci/a.yaml", "a.yaml"),
            ("/r", "/r", "/r/a.yaml", "a.yaml"),
            ("/r", "/r", "/s/a.yaml", "../s/a.yaml"),
            ("/r", "/r", "..a.yaml", "..a.yaml"),
            ("/r/a", "/r/b", STDIN, STDIN),
        ] {
            let told = Told::new(Place { folder: Path::new(folder), here: Path::new(here) });
            assert_eq!(told.path(shown), expected, "{shown} from {here} for {folder}");
        }
    }
}
