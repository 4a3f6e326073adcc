//! What the working tree changed against a revision: the objects whose meaning is another, or that are new.
//! Everything is still read and judged, as rules over the whole input need it; what is left is what is told.

mod git;
mod objects;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::config::Settings;
use crate::discover::{Input, shown};
use crate::engine::{self, Outcomes};
use crate::finding::Finding;
use crate::fingerprint::Fingerprint;
use crate::source::Source;
use git::{Inside, Repository};
use objects::{Meant, Name, name, objects};

/// What a run leaves out because it has not changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Since {
    /// The revision, as it was typed.
    pub revision: String,
    /// Objects that are new or another.
    pub objects: usize,
    /// Files that hold them.
    pub files: usize,
    /// Findings, notes included, about what is as it was.
    pub left_out: usize,
}

/// The inputs of a run, held against a revision.
#[derive(Debug, Default)]
pub struct Changes {
    revision: String,
    /// The files that are not as they were, by the name that output shows: what of them is new or another.
    changed: HashMap<Arc<str>, BTreeSet<Name>>,
    objects: usize,
    /// What the rules over the whole input saw then; none where nothing that they look at has changed.
    before: Option<Vec<Input>>,
}

/// A file that may differ, while it is compared.
struct Pair {
    shown: Arc<str>,
    old: Vec<Meant>,
    new: Vec<Meant>,
}

impl Changes {
    /// Compares inputs with a revision of the repository around `here`. `Err` says why that cannot be done.
    pub fn of(inputs: &[Input], revision: &str, here: &Path) -> Result<Self, String> {
        let repository = Repository::at(here, revision)?;
        let mut places = Places { repository: &repository, folders: HashMap::new() };
        let mut candidates: BTreeMap<Inside, (Arc<str>, PathBuf)> = BTreeMap::new();
        for input in inputs {
            let (shown, path) = match input {
                Input::File(shown, path) => (shown, path),
                Input::Stdin(name) | Input::Text(name, _) => {
                    return Err(format!("it compares files, and {name} is none of the repository's"));
                }
                Input::Unreadable(_) => continue,
            };
            if let Some(inside) = places.of(path)? {
                let is_as_it_was = repository.files.contains_key(&inside) && !repository.changed.contains(&inside);
                if !is_as_it_was {
                    candidates.insert(inside, (Arc::clone(shown), path.clone()));
                }
            }
        }
        let old = old_texts(&repository, &candidates)?;
        let mut pairs: BTreeMap<Inside, Pair> = BTreeMap::new();
        for inside in candidates.keys().chain(old.keys()) {
            let top = repository.top.join(git::path(inside));
            let (shown, path) = candidates.get(inside).cloned().unwrap_or_else(|| (shown_from(&top, here), top));
            let read = |input: Input| input.read().map(|source: Source| objects(&source)).unwrap_or_default();
            let old = old.get(inside).map(|bytes| read(Input::Text(Arc::clone(&shown), bytes.clone())));
            let new = read(Input::File(Arc::clone(&shown), path));
            pairs.insert(inside.clone(), Pair { shown, old: old.unwrap_or_default(), new });
        }
        let mut changes = Self { revision: revision.to_owned(), ..Self::default() };
        if changes.compare(&candidates, pairs) {
            changes.before = Some(before(inputs, &candidates, old, &repository, here));
        }
        Ok(changes)
    }

    /// Finds what is new or another; `true` where that may change how others are judged.
    fn compare(
        &mut self,
        candidates: &BTreeMap<Inside, (Arc<str>, PathBuf)>,
        mut pairs: BTreeMap<Inside, Pair>,
    ) -> bool {
        for pair in pairs.values_mut() {
            let mut left = counted(&pair.old);
            pair.new.retain(|object| !take(&mut left, object));
            pair.old.retain(|object| take(&mut left, object));
        }
        // What has moved from one file to another is as it was, wherever the first no longer has it.
        let mut moved = HashMap::new();
        for pair in pairs.values() {
            let names: HashSet<&Name> = pair.new.iter().map(|object| &object.name).collect();
            for object in pair.old.iter().filter(|object| !names.contains(&object.name)) {
                *moved.entry((object.name.clone(), object.meaning)).or_default() += 1;
            }
        }
        let mut concerns_others = false;
        for (inside, pair) in &mut pairs {
            pair.new.retain(|object| !take(&mut moved, object));
            // A pod is judged by itself and by what stands beside it, but nothing is judged by it.
            concerns_others |= pair.old.iter().chain(&pair.new).any(|object| !object.has_pods);
            if candidates.contains_key(inside) {
                self.objects += pair.new.len();
                self.changed.insert(Arc::clone(&pair.shown), pair.new.iter().map(|o| o.name.clone()).collect());
            }
        }
        concerns_others
    }

    /// Leaves out the findings about what is as it was. Those of rules over the whole input stay where they are new.
    pub fn apply(&self, outcomes: &mut Outcomes, settings: &Settings) {
        let mut before = self.before.as_ref().map(|inputs| found_before(inputs.clone(), settings));
        let mut is_new = |finding: &Finding| {
            let Some(before) = before.as_mut().filter(|_| engine::looks_at_all(finding.rule)) else { return false };
            match before.get_mut(&(finding.fingerprint, Arc::clone(&finding.path))) {
                Some(left @ 1..) => {
                    *left -= 1;
                    false
                }
                _ => true,
            }
        };
        let all = outcomes.findings.len();
        outcomes.findings.retain(|finding| {
            let is_new = is_new(finding);
            let Some(names) = self.changed.get(&finding.path) else { return is_new };
            finding.object.as_deref().is_none_or(|object| names.contains(&name(object))) || is_new
        });
        let files = self.changed.values().filter(|names| !names.is_empty()).count();
        let left_out = all - outcomes.findings.len();
        let revision = self.revision.clone();
        outcomes.since = Some(Since { revision, objects: self.objects, files, left_out });
    }
}

/// Objects by what they are and mean, and how many there are of each.
type Counted = HashMap<(Name, Fingerprint), usize>;

fn counted(objects: &[Meant]) -> Counted {
    let mut counted = Counted::new();
    for object in objects {
        *counted.entry((object.name.clone(), object.meaning)).or_default() += 1;
    }
    counted
}

/// Takes one such object, if any is left.
fn take(from: &mut Counted, object: &Meant) -> bool {
    match from.get_mut(&(object.name.clone(), object.meaning)) {
        Some(left @ 1..) => {
            *left -= 1;
            true
        }
        _ => false,
    }
}

/// How often rules over the whole input found each thing before.
fn found_before(inputs: Vec<Input>, settings: &Settings) -> HashMap<(Fingerprint, Arc<str>), usize> {
    let mut settings = settings.clone();
    settings.severities.retain(engine::looks_at_all);
    settings
        .overrides
        .iter_mut()
        .for_each(|over| over.severities.retain(|(at, _)| engine::looks_at_all(crate::rules::ALL[*at])));
    let outcomes = engine::run(inputs, &settings, false);
    let mut found = HashMap::new();
    for finding in outcomes.findings {
        *found.entry((finding.fingerprint, Arc::clone(&finding.path))).or_default() += 1;
    }
    found
}

/// The texts that the revision has of the files that differ: of those that are linted, and of manifests elsewhere, which
/// an object may have come from.
fn old_texts(
    repository: &Repository,
    candidates: &BTreeMap<Inside, (Arc<str>, PathBuf)>,
) -> Result<BTreeMap<Inside, Vec<u8>>, String> {
    let is_manifest = |inside: &[u8]| [&b".yaml"[..], b".yml", b".json"].iter().any(|end| inside.ends_with(end));
    let wanted = |inside: &&Inside| candidates.contains_key(*inside) || is_manifest(inside);
    let mut found: Vec<(&Inside, &str)> = repository
        .changed
        .iter()
        .filter(wanted)
        .filter_map(|inside| Some((inside, repository.files.get(inside)?.as_str())))
        .collect();
    found.sort_unstable();
    let ids: Vec<&str> = found.iter().map(|(_, id)| *id).collect();
    let blobs = repository.blobs(&ids)?;
    Ok(found.into_iter().map(|(inside, _)| inside.clone()).zip(blobs).collect())
}

/// The inputs as they were at the revision.
fn before(
    inputs: &[Input],
    candidates: &BTreeMap<Inside, (Arc<str>, PathBuf)>,
    old: BTreeMap<Inside, Vec<u8>>,
    repository: &Repository,
    here: &Path,
) -> Vec<Input> {
    let differ: HashSet<&str> = candidates.values().map(|(shown, _)| &**shown).collect();
    let mut before: Vec<_> = inputs.iter().filter(|input| !differ.contains(&**input.path())).cloned().collect();
    for (inside, bytes) in old {
        let path = repository.top.join(git::path(&inside));
        match candidates.get(&inside) {
            Some((shown, _)) => before.push(Input::Text(Arc::clone(shown), bytes)),
            None if !path.exists() => before.push(Input::Text(shown_from(&path, here), bytes)),
            None => {}
        }
    }
    before.sort();
    before
}

/// The name that output would show for a file of the repository.
fn shown_from(path: &Path, here: &Path) -> Arc<str> {
    let here = here.canonicalize();
    shown(here.ok().and_then(|here| path.strip_prefix(here).ok()).unwrap_or(path))
}

/// Where files are in the repository; each folder is looked at once.
struct Places<'a> {
    repository: &'a Repository,
    folders: HashMap<PathBuf, Option<Inside>>,
}

impl Places<'_> {
    /// The file as the repository names it; none where it belongs to another repository inside this one.
    fn of(&mut self, path: &Path) -> Result<Option<Inside>, String> {
        let outside = || format!("{} is outside the repository {}", path.display(), self.repository.top.display());
        // A link is another file's text, and that one is compared.
        let real = path.canonicalize().map_err(|error| format!("{}: {error}", path.display()))?;
        let below = real.strip_prefix(&self.repository.top).map_err(|_| outside())?;
        let (Some(folder), Some(file)) = (below.parent(), below.file_name()) else { return Err(outside()) };
        if !self.folders.contains_key(folder) {
            let mut within = folder.ancestors().filter(|dir| !dir.as_os_str().is_empty());
            let foreign = within.any(|dir| self.repository.top.join(dir).join(".git").exists());
            self.folders.insert(folder.to_owned(), (!foreign).then(|| git::inside(folder)));
        }
        let inside = self.folders.get(folder).cloned().flatten();
        Ok(inside.map(|mut inside| {
            if !inside.is_empty() {
                inside.push(b'/');
            }
            inside.extend(file.as_encoded_bytes());
            inside
        }))
    }
}
