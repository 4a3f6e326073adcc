//! User and group ids over real projects: no two workloads have one that a fix gave either of them, unless they share a
//! volume. Told from the manifests alone, and not by what gives the ids.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::AtomicUsize;

use plimsoll::config::Settings;
use plimsoll::discover::{Input, Options, discover};
use plimsoll::fix::{self, LeftAlone, Repaired};
use plimsoll::k8s::{self, Object, Pod, host_path};
use plimsoll::rule::Safety;
use plimsoll::source::Source;
use plimsoll::yaml::{self, Slot};

use crate::support::shared;

/// Namespace, kind and name: the same in two files is one workload.
type Key = (String, String, String);

#[derive(Debug, Default)]
struct Workload {
    users: BTreeSet<i64>,
    groups: BTreeSet<i64>,
    volumes: BTreeSet<String>,
    /// Claims that a StatefulSet makes, without the pod's number.
    makes: BTreeSet<String>,
}

fn workloads(sources: &[Source]) -> BTreeMap<Key, Workload> {
    let mut found: BTreeMap<Key, Workload> = BTreeMap::new();
    for source in sources {
        for raw in source.documents() {
            let Ok(tree) = yaml::parse(&source.text, raw.span) else { continue };
            for object in k8s::objects(&tree) {
                let Some(name) = object.name() else { continue };
                let namespace = object.namespace().unwrap_or_default();
                for pod in k8s::pods(object) {
                    let key = (namespace.to_owned(), object.kind().to_owned(), name.to_owned());
                    found.entry(key).or_default().take(object, pod.view());
                }
            }
        }
    }
    found
}

impl Workload {
    fn take(&mut self, object: Object<'_>, pod: Pod<'_>) {
        let own = pod.at("securityContext");
        let all: Vec<_> = pod.containers().map(|c| c.at("securityContext")).chain([own]).collect();
        self.users.extend(all.iter().filter_map(|s| s.at("runAsUser").as_int()));
        let groups = all.iter().map(|s| s.at("runAsGroup")).chain([own.at("fsGroup")]);
        self.groups.extend(groups.chain(own.at("supplementalGroups").items()).filter_map(Slot::as_int));
        let namespace = object.namespace().unwrap_or_default();
        for volume in pod.at("volumes").items() {
            let claim = volume.at("persistentVolumeClaim.claimName").as_str();
            self.volumes.extend(claim.map(|claim| format!("{namespace}/{claim}")));
            let (server, path) = (volume.at("nfs.server").as_str(), volume.at("nfs.path").as_str());
            self.volumes.extend(server.zip(path).map(|(server, path)| format!("nfs {server}:{path}")));
        }
        let paths = host_path::host_paths(pod).filter(|path| !path.is_of_the_node());
        self.volumes.extend(paths.filter_map(|p| Some(format!("{namespace} has {}", p.normal()?))));
        if object.kind() == "StatefulSet" {
            let templates =
                object.at("spec.volumeClaimTemplates").items().filter_map(|t| t.at("metadata.name").as_str());
            let name = object.name().unwrap_or_default();
            self.makes.extend(templates.map(|template| format!("{namespace}/{template}-{name}")));
        }
    }
}

/// The workloads that a chain of shared volumes joins with each, by the first of them.
fn groups(workloads: &BTreeMap<Key, Workload>) -> BTreeMap<&Key, &Key> {
    let made: BTreeSet<&String> = workloads.values().flat_map(|w| &w.makes).collect();
    let volume = |name: &'_ String| {
        let of = name.rsplit_once('-').filter(|(_, n)| n.parse::<u32>().is_ok()).map(|(of, _)| of.to_owned());
        of.filter(|of| made.contains(of)).unwrap_or_else(|| name.clone())
    };
    let mut first: BTreeMap<&Key, &Key> = workloads.keys().map(|key| (key, key)).collect();
    let mut users: BTreeMap<String, &Key> = BTreeMap::new();
    for (key, workload) in workloads {
        for volume in workload.volumes.iter().map(volume).chain(workload.makes.iter().cloned()) {
            let other = first[*users.entry(volume).or_insert(key)];
            let own = first[key];
            for of in first.values_mut().filter(|of| **of == own) {
                *of = other;
            }
        }
    }
    first
}

#[derive(Default)]
struct Figures {
    workloads: usize,
    given: usize,
    problems: Vec<String>,
}

impl Figures {
    /// Mends all of these files as one input.
    fn take(&mut self, name: &str, inputs: &[Input]) {
        let read = |input: &Input| input.clone().read().ok().filter(|s| s.invalid.is_empty());
        let old: Vec<Source> = inputs.iter().filter_map(read).collect();
        let repairs = fix::run(
            inputs.to_vec(),
            &Settings::default(),
            Safety::Unsafe,
            &LeftAlone::default(),
            &AtomicUsize::new(0),
        );
        let new: Vec<Source> = repairs
            .inputs
            .into_iter()
            .filter_map(|repaired| match repaired {
                Repaired::Fixed(fixed) => Some(Source::new(&fixed.old.path, fixed.text)),
                Repaired::Same(input) => read(&input),
            })
            .collect();
        let (before, after) = (workloads(&old), workloads(&new));
        let groups = groups(&after);
        let had = |key: &Key, id: &i64| before.get(key).is_some_and(|w| w.users.contains(id) || w.groups.contains(id));
        let mut holders: BTreeMap<i64, Vec<&Key>> = BTreeMap::new();
        for (key, workload) in &after {
            workload.users.union(&workload.groups).for_each(|id| holders.entry(*id).or_default().push(key));
        }
        self.workloads += after.len();
        for (key, workload) in &after {
            let was = before.get(key);
            let users = workload.users.iter().filter(|id| !was.is_some_and(|w| w.users.contains(id)));
            let new_groups = workload.groups.iter().filter(|id| !was.is_some_and(|w| w.groups.contains(id)));
            let given: BTreeSet<&i64> = users.chain(new_groups).collect();
            self.given += given.len();
            for id in given {
                let joined = |other: &Key| groups[other] == groups[key];
                // One that shares a volume with it may have had the id, and another one too.
                let follows = holders[id].iter().any(|other| *other != key && joined(other) && had(other, id));
                let others = holders[id].iter().filter(|other| !joined(other));
                if !follows && let Some(other) = others.min() {
                    self.problems.push(format!("{name}: {id} is given to {key:?}, and is that of {other:?}"));
                }
            }
        }
    }
}

#[test]
fn no_two_workloads_of_a_project_are_given_one_id() {
    let Some(folder) = shared("corpora/real/files") else { return };
    let whole = std::env::var_os("PLIMSOLL_WHOLE").is_some();
    let files = |folder: &Path| discover(&[folder.to_owned()], &Options { no_ignore: true, ..Options::default() });
    let mut projects: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|e| e.unwrap().path()).collect();
    projects.sort();
    let mut figures = Figures::default();
    for project in projects.iter().step_by(if whole { 1 } else { 9 }) {
        figures.take(&project.file_name().unwrap().to_string_lossy(), &files(project));
    }
    if whole {
        figures.take("all projects", &files(&folder));
    }
    let Figures { workloads, given, problems } = figures;
    println!("{workloads} workloads, {given} ids given to them");
    assert!(given > 100 && problems.is_empty(), "\n{}", problems.join("\n"));
}
