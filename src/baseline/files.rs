//! The files that a baseline names: what the run made of them, and what has become of the others.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use super::{Entry, Place};
use crate::coverage::{Coverage, FileCoverage};
use crate::discover::Input;
use crate::globs::{normal, relative};
use crate::k8s::{self, ObjectRef};
use crate::report::STDIN;
use crate::yaml;

/// A path that output shows, as the baseline tells it: from its own folder on, with `/`, so that it holds wherever the
/// user stands and wherever the repository lies.
pub(super) fn told(shown: &str, place: Place<'_>) -> String {
    if shown == STDIN {
        return shown.to_owned();
    }
    let path = relative(&normal(&place.here.join(shown)), &normal(place.folder));
    let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}

/// Kind, namespace and name: an object is the same in another group or version.
type Name = (String, Option<String>, String);

/// Files by the name that the baseline has for them.
pub(super) struct Files<'a> {
    coverage: &'a Coverage,
    place: Place<'a>,
    /// Those of the run; made when first asked for.
    run: Option<HashMap<String, usize>>,
    exist: HashMap<String, bool>,
    objects: HashMap<String, Option<BTreeSet<Name>>>,
}

impl<'a> Files<'a> {
    pub(super) fn new(coverage: &'a Coverage, place: Place<'a>) -> Self {
        Self { coverage, place, run: None, exist: HashMap::new(), objects: HashMap::new() }
    }

    /// What the run made of a file; none where the run had nothing to do with it.
    pub(super) fn of_run(&mut self, told_path: &str) -> Option<&'a FileCoverage> {
        let (coverage, place) = (self.coverage, self.place);
        let run = self.run.get_or_insert_with(|| {
            coverage.files.iter().enumerate().map(|(at, file)| (told(&file.path, place), at)).collect()
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

    /// Whether the run has every file that these entries name and that there is: rules over all files have seen them all.
    pub(super) fn are_all_in_run(&mut self, entries: &[Entry<'_>]) -> bool {
        let mut by_path = entries.chunk_by(|a, b| a.path == b.path);
        by_path.all(|of_path| self.of_run(&of_path[0].path).is_some() || self.is_gone(&of_path[0].path))
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
