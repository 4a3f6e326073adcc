//! Workloads that share a volume, and so an id.

use std::collections::{BTreeMap, BTreeSet};

use super::Key;
use super::claim::{Claim, Volume};

/// All workloads of an input, sorted, so that the order of files does not count.
pub(super) struct Workloads<'c> {
    /// The id that each has already, and which of its fields says so.
    own: BTreeMap<&'c Key, Option<(usize, i64)>>,
    /// Who mounts what.
    volumes: BTreeMap<&'c Volume, Vec<&'c Key>>,
    /// Every id that the input names.
    pub(super) taken: BTreeSet<i64>,
}

/// Workloads that have one id.
pub(super) struct Group<'c> {
    /// Sorted, each with the id that it has already.
    pub(super) members: Vec<(&'c Key, Option<i64>)>,
    /// The first of those.
    pub(super) own: Option<i64>,
}

impl<'c> Workloads<'c> {
    pub(super) fn of(claims: impl IntoIterator<Item = &'c Claim>) -> Self {
        let mut workloads = Self { own: BTreeMap::new(), volumes: BTreeMap::new(), taken: BTreeSet::new() };
        for claim in claims {
            let own = workloads.own.entry(&claim.key).or_default();
            *own = [*own, claim.own].into_iter().flatten().min();
            workloads.taken.extend(&claim.ids);
            for volume in &claim.volumes {
                workloads.volumes.entry(volume).or_default().push(&claim.key);
            }
        }
        workloads
    }

    /// The workloads by the volumes that they share, in the order of each group's first.
    pub(super) fn groups(&self) -> Vec<Group<'c>> {
        let keys: Vec<&Key> = self.own.keys().copied().collect();
        let index = |key: &Key| keys.binary_search(&key).unwrap_or_default();
        let mut sets = Sets((0..keys.len()).collect());
        for (volume, users) in &self.volumes {
            let made = made_by(volume).and_then(|template| self.volumes.get(&template));
            for other in users.iter().chain(made.into_iter().flatten()) {
                sets.join(index(users[0]), index(other));
            }
        }
        let mut groups: BTreeMap<usize, Group<'c>> = BTreeMap::new();
        for (at, key) in keys.iter().enumerate() {
            let own = self.own[key].map(|(_, id)| id);
            let group = groups.entry(sets.first(at)).or_insert(Group { members: Vec::new(), own: None });
            group.members.push((key, own));
            group.own = group.own.or(own);
        }
        groups.into_values().collect()
    }
}

/// The StatefulSet's template that a claim of this name comes from, if there is one: `data-db-0`.
fn made_by(volume: &Volume) -> Option<Volume> {
    let Volume::Claim(namespace, name) = volume else { return None };
    let (template, number) = name.rsplit_once('-')?;
    let numbered = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    numbered.then(|| Volume::Template(namespace.clone(), template.to_owned()))
}

/// Disjoint sets, each known by its first.
struct Sets(Vec<usize>);

impl Sets {
    fn first(&mut self, of: usize) -> usize {
        let mut at = of;
        while self.0[at] != at {
            self.0[at] = self.0[self.0[at]];
            at = self.0[at];
        }
        at
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.first(a), self.first(b));
        self.0[a.max(b)] = a.min(b);
    }
}
