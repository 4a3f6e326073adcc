//! The user and group ids that fixes write: the same for a workload on every run and machine, whatever else is linted.

use std::collections::BTreeMap;

use crate::k8s::ObjectRef;

/// The greatest id that is given. Above 65535 an id does not exist in a user namespace of the usual size, 65535 is the
/// error value of old interfaces, and 65534 is nobody.
const GREATEST: i64 = 65_533;

/// Which id each workload gets.
#[derive(Clone, Debug, Default)]
pub struct Ids {
    /// Those that are not the hash of their workload, by namespace and name.
    settled: BTreeMap<(String, String), i64>,
}

impl Ids {
    /// Gives a workload this id, whatever its name hashes to.
    pub fn settle(&mut self, of: &ObjectRef, id: i64) {
        self.settled.insert(key(of), id);
    }

    /// The id of a workload's pods, above `floor`; none where that leaves no room.
    pub fn id(&self, of: &ObjectRef, floor: i64) -> Option<i64> {
        let key = key(of);
        if let Some(&id) = self.settled.get(&key) {
            return Some(id);
        }
        let greatest = if floor < GREATEST { GREATEST } else { i64::from(i32::MAX) };
        let room = u64::try_from(greatest - floor).ok().filter(|&room| room > 0)?;
        let hash = fnv([key.0.as_bytes(), b"/", key.1.as_bytes()]);
        Some(floor + 1 + i64::try_from(hash % room).ok()?)
    }
}

fn key(of: &ObjectRef) -> (String, String) {
    (of.namespace.clone().unwrap_or_default(), of.name.clone())
}

/// FNV-1a: written down in a standard, so the same in every version.
fn fnv<'b>(parts: impl IntoIterator<Item = &'b [u8]>) -> u64 {
    let bytes = parts.into_iter().flatten();
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, &b| (hash ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::Ids;
    use crate::k8s::ObjectRef;

    #[test]
    fn an_id_is_above_the_floor_and_never_moves() {
        let mut ids = Ids::default();
        let of = |name: &str| ObjectRef { name: name.to_owned(), ..ObjectRef::default() };
        for floor in [0, 10_000, 65_532, 65_533, i64::from(i32::MAX) - 1] {
            for name in ["web", "db", ""] {
                let id = ids.id(&of(name), floor).unwrap();
                assert!(id > floor && id <= i64::from(i32::MAX), "{id}");
                assert!(floor >= 65_533 || id <= 65_533, "{id}");
            }
        }
        assert_eq!(ids.id(&of("web"), i64::from(i32::MAX)), None);
        assert_eq!(ids.id(&of("web"), 10_000), ids.clone().id(&of("web"), 10_000));
        ids.settle(&of("web"), 12_345);
        assert_eq!(ids.id(&of("web"), 10_000), Some(12_345));
    }
}
