//! Workloads that share a volume, and so an id.

use std::collections::{BTreeMap, BTreeSet};

use super::Key;
use super::claim::{Claim, Volume};

/// All workloads of an input, sorted, so that the order of files does not count.
pub(super) struct Workloads<'c> {
    /// The ids that each has already, and which of its fields says so.
    own: BTreeMap<&'c Key, Vec<(usize, i64)>>,
    /// Who mounts what.
    volumes: BTreeMap<&'c Volume, Vec<&'c Key>>,
    /// Every id that the input names, with who does.
    named: BTreeSet<(i64, &'c Key)>,
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
        let mut workloads = Self { own: BTreeMap::new(), volumes: BTreeMap::new(), named: BTreeSet::new() };
        for claim in claims {
            workloads.own.entry(&claim.key).or_default().extend(&claim.own);
            workloads.named.extend(claim.ids.iter().map(|&id| (id, &claim.key)));
            for volume in &claim.volumes {
                workloads.volumes.entry(volume).or_default().push(&claim.key);
            }
        }
        workloads.own.values_mut().for_each(|own| own.sort_unstable());
        workloads
    }

    /// Every id that the input names.
    pub(super) fn taken(&self) -> BTreeSet<i64> {
        self.named.iter().map(|&(id, _)| id).collect()
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
        // The group that alone names an id; none where several do.
        let mut holders: BTreeMap<i64, Option<usize>> = BTreeMap::new();
        for (id, key) in &self.named {
            let group = sets.first(index(key));
            let holder = holders.entry(*id).or_insert(Some(group));
            *holder = holder.filter(|&other| other == group);
        }
        let mut sizes = vec![0; keys.len()];
        (0..keys.len()).for_each(|at| sizes[sets.first(at)] += 1);
        let mut groups: BTreeMap<usize, Group<'c>> = BTreeMap::new();
        for (at, key) in keys.iter().enumerate() {
            let first = sets.first(at);
            let ids = self.own[key].iter().map(|&(_, id)| id);
            // What others have too is not given to more fields, unless a volume must stay readable.
            let own = ids
                .clone()
                .find(|id| holders.get(id) == Some(&Some(first)))
                .or_else(|| ids.clone().next().filter(|_| sizes[first] > 1));
            let group = groups.entry(first).or_insert(Group { members: Vec::new(), own: None });
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
