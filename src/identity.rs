//! The user and group ids that fixes write: the same for a workload on every run and machine.
//!
//! A workload's id is the hash of its namespace, kind and name, whatever else is linted. Only three things in the input
//! give it another, and are settled when all of it was read once: an id that it alone has already, a volume that it
//! shares with another workload, and an id that is taken.

mod claim;
mod group;

use std::collections::{BTreeMap, BTreeSet};

pub(crate) use self::claim::Claim;
use crate::k8s::ObjectRef;

/// The greatest id that is given. Above 65535 an id does not exist in a user namespace of the usual size, 65535 is the
/// error value of old interfaces, and 65534 is nobody.
const GREATEST: i64 = 65_533;

/// Fewer ids than this may be too few for the workloads of a directory.
const FEW: u64 = 1 << 12;

/// How often an id is hashed anew when it is taken, before the next free one is looked for.
const ROUNDS: u64 = 16;

/// Who a workload is. Objects that agree in this are one workload: the same in two overlays, or all that an object with
/// a `generateName` becomes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Key {
    namespace: String,
    kind: String,
    name: String,
}

impl Key {
    /// None for an object without a name, which nothing tells from another.
    pub(crate) fn of(object: &ObjectRef) -> Option<Self> {
        let namespace = object.namespace.clone().unwrap_or_default();
        let named = !object.name.is_empty() && object.name != "*";
        named.then(|| Self { namespace, kind: object.kind.clone(), name: object.name.clone() })
    }

    /// The id that the workload has by its name alone; another in each round.
    fn id(&self, range: Range, round: u64) -> i64 {
        let parts = [self.namespace.as_bytes(), b"/", self.kind.as_bytes(), b"/", self.name.as_bytes()];
        let start = fnv(0xcbf2_9ce4_8422_2325, parts.concat());
        range.nth(if round == 0 { start } else { fnv(start, round.to_le_bytes()) })
    }
}

/// FNV-1a: written down in a standard, so the same in every version.
fn fnv(start: u64, bytes: impl IntoIterator<Item = u8>) -> u64 {
    bytes.into_iter().fold(start, |hash, b| (hash ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01b3))
}

/// The ids that may be given.
#[derive(Clone, Copy, Debug)]
struct Range {
    first: i64,
    room: u64,
}

impl Range {
    /// Those above a floor; none where it leaves no room.
    fn above(floor: i64) -> Option<Self> {
        let greatest = if floor < GREATEST { GREATEST } else { i64::from(i32::MAX) };
        let room = u64::try_from(greatest.checked_sub(floor)?).ok().filter(|&room| room > 0)?;
        Some(Self { first: floor + 1, room })
    }

    fn nth(self, n: u64) -> i64 {
        self.first + i64::try_from(n % self.room).unwrap_or_default()
    }

    /// All of them, from this one on and around.
    fn from(self, id: i64) -> impl Iterator<Item = i64> {
        let start = u64::try_from(id - self.first).unwrap_or_default();
        (0..self.room).map(move |n| self.nth(start + n))
    }
}

/// Which id each workload gets.
#[derive(Clone, Debug, Default)]
pub struct Ids {
    /// Those that are not the hash of their workload; none where no id is left.
    settled: BTreeMap<Key, Option<i64>>,
}

impl Ids {
    /// The id of a workload's pods, above `floor`; none where that leaves no room, or the workload has no name.
    pub fn id(&self, of: &ObjectRef, floor: i64) -> Option<i64> {
        let key = Key::of(of)?;
        match self.settled.get(&key) {
            Some(settled) => *settled,
            None => Some(key.id(Range::above(floor)?, 0)),
        }
    }

    /// Why a workload with a name has no id: what to do about it.
    pub fn none_left(&self, of: &ObjectRef, floor: i64) -> Option<String> {
        let key = Key::of(of)?;
        let Some(range) = Range::above(floor) else {
            let greatest = i32::MAX;
            return Some(format!(
                "lower `uid-floor`: no id is above {floor}, as Kubernetes takes none above {greatest}"
            ));
        };
        let taken = self.settled.get(&key).is_some_and(Option::is_none);
        let (first, last) = (range.first, range.nth(range.room - 1));
        taken.then(|| {
            format!("lower `uid-floor`, or say which workloads share an id: each from {first} to {last} is taken")
        })
    }

    /// Whether so few ids are left above a floor that they may not do.
    pub(crate) fn are_few_above(floor: i64) -> bool {
        Range::above(floor).is_some_and(|range| range.room < FEW)
    }

    /// Settles what the names alone leave open, from what all of the input says.
    pub(crate) fn settle<'c>(claims: impl IntoIterator<Item = &'c Claim>, floor: i64) -> Self {
        let Some(range) = Range::above(floor) else { return Self::default() };
        let workloads = group::Workloads::of(claims);
        let groups = workloads.groups();
        let mut taken = workloads.taken();
        let mut settled = BTreeMap::new();
        let open: Vec<&Key> = groups.iter().filter(|g| g.own.is_none()).map(|g| g.members[0].0).collect();
        let mut given = give(&open, range, &mut taken).into_iter();
        for group in &groups {
            let shared = if group.own.is_some() { group.own } else { given.next().flatten() };
            for &(key, own) in &group.members {
                let id = own.or(shared);
                if id != Some(key.id(range, 0)) {
                    settled.insert(key.clone(), id);
                }
            }
        }
        Self { settled }
    }

    /// Whether one of these workloads has another id than its name alone would give it.
    pub(crate) fn concern(&self, claims: &[Claim]) -> bool {
        !self.settled.is_empty() && claims.iter().any(|claim| self.settled.contains_key(claim.key()))
    }
}

/// An id for each of these, which are sorted. Who has the id of its name to itself gets it, whatever becomes of the
/// others; of those who would have one together, the first gets it, and the others are hashed anew.
fn give(open: &[&Key], range: Range, taken: &mut BTreeSet<i64>) -> Vec<Option<i64>> {
    let mut given = vec![None; open.len()];
    for round in 0..ROUNDS {
        let mut asked = BTreeMap::new();
        for at in (0..open.len()).filter(|&at| given[at].is_none()) {
            let id = open[at].id(range, round);
            if !taken.contains(&id) {
                asked.entry(id).or_insert(at);
            }
        }
        for (id, at) in asked {
            given[at] = Some(id);
            taken.insert(id);
        }
    }
    for at in (0..open.len()).filter(|&at| given[at].is_none()).collect::<Vec<_>>() {
        let free = range.from(open[at].id(range, 0)).find(|id| !taken.contains(id));
        // None for this one means none for those behind it.
        let Some(id) = free else { break };
        given[at] = Some(id);
        taken.insert(id);
    }
    given
}

#[cfg(test)]
mod tests;
