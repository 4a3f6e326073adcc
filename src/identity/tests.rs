//! What holds of ids: unique, stable, above the floor.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::claim::Volume;
use super::{Claim, Ids, Key, Range};
use crate::k8s::ObjectRef;

const FLOOR: i64 = 10_000;

fn object(name: &str) -> ObjectRef {
    ObjectRef { kind: "Deployment".to_owned(), name: name.to_owned(), ..ObjectRef::default() }
}

fn claim(name: &str, own: Option<i64>, volumes: &[&str]) -> Claim {
    let claim = |v: &&str| Volume::Claim(String::new(), (*v).to_owned());
    Claim {
        key: Key::of(&object(name)).unwrap(),
        own: own.map(|id| (0, id)).into_iter().collect(),
        ids: own.into_iter().collect(),
        volumes: volumes.iter().map(claim).collect(),
    }
}

#[test]
fn an_id_is_above_the_floor_and_never_moves() {
    let ids = Ids::default();
    for floor in [0, 10_000, 65_532, 65_533, i64::from(i32::MAX) - 1] {
        for name in ["web", "db", "web-*"] {
            let id = ids.id(&object(name), floor).unwrap();
            assert!(id > floor && id <= i64::from(i32::MAX), "{id}");
            assert!(floor >= 65_533 || id <= 65_533, "{id}");
        }
    }
    assert_eq!(ids.id(&object("web"), i64::from(i32::MAX)), None);
    assert_eq!(ids.id(&object("web"), i64::MAX), None);
    assert_eq!(ids.id(&object(""), FLOOR), None, "nothing tells it from another without a name");
    // Written down: another version that gave another id would change what runs.
    assert_eq!(ids.id(&object("web"), FLOOR), Some(WEB));
    let in_namespace = ObjectRef { namespace: Some("shop".to_owned()), ..object("web") };
    assert_ne!(ids.id(&in_namespace, FLOOR), Some(WEB));
    assert_ne!(ids.id(&ObjectRef { kind: "CronJob".to_owned(), ..object("web") }, FLOOR), Some(WEB));
}

const WEB: i64 = 58_889;

#[test]
fn an_id_that_is_there_is_kept_and_shared() {
    let claims =
        [claim("web", Some(20_000), &[]), claim("db", None, &["data"]), claim("backup", Some(30_000), &["data"])];
    let ids = Ids::settle(&claims, FLOOR);
    let id = |name| ids.id(&object(name), FLOOR);
    assert_eq!((id("web"), id("db"), id("backup")), (Some(20_000), Some(30_000), Some(30_000)));
    assert!(ids.concern(&claims[..1]) && ids.concern(&claims[1..2]));
    assert!(!Ids::settle(&[claim("web", None, &[])], FLOOR).concern(&claims));
}

/// What two have already is theirs, and given to neither in its other fields; one that shares a volume follows it.
#[test]
fn an_id_that_others_have_too_is_not_given() {
    let both = [claim("web", Some(20_000), &[]), claim("db", Some(20_000), &[])];
    let ids = Ids::settle(&both, FLOOR);
    assert_eq!(ids.id(&object("web"), FLOOR), Some(WEB));
    assert_ne!(ids.id(&object("db"), FLOOR), Some(20_000));
    let mut own = both.clone();
    own[0].own.push((1, WEB));
    own[0].ids.push(WEB);
    assert_eq!(Ids::settle(&own, FLOOR).id(&object("web"), FLOOR), Some(WEB), "what it got stays its own");
    let mut shared = both.to_vec();
    shared[1].volumes.push(Volume::Claim(String::new(), "data".to_owned()));
    shared.push(claim("backup", None, &["data"]));
    assert_eq!(Ids::settle(&shared, FLOOR).id(&object("backup"), FLOOR), Some(20_000));
}

#[test]
fn a_claim_that_a_stateful_set_makes_is_its_own() {
    let mut set = claim("db", None, &[]);
    set.volumes.push(Volume::Template(String::new(), "data-db".to_owned()));
    let claims = [set, claim("backup", None, &["data-db-0"]), claim("other", None, &["data-db-x"])];
    let ids = Ids::settle(&claims, FLOOR);
    let id = |name| ids.id(&object(name), FLOOR).unwrap();
    assert_eq!(id("db"), id("backup"));
    assert_ne!(id("db"), id("other"));
}

#[test]
fn when_no_id_is_left_none_is_given() {
    let floor = i64::from(i32::MAX) - 2;
    let claims: Vec<Claim> = ["a", "b", "c"].map(|name| claim(name, None, &[])).into();
    let ids = Ids::settle(&claims, floor);
    let given: Vec<_> = ["a", "b", "c"].iter().filter_map(|name| ids.id(&object(name), floor)).collect();
    assert_eq!(given.iter().collect::<BTreeSet<_>>().len(), 2);
    assert_eq!(given.len(), 2);
}

/// Workloads by name, with few names, claims and ids, so that they meet.
fn inputs() -> impl Strategy<Value = Vec<(String, Option<i64>, Vec<String>)>> {
    let own = prop_oneof![3 => Just(None), 1 => (FLOOR + 1..FLOOR + 20).prop_map(Some)];
    let volumes = proptest::collection::vec("[a-f]", 0..2);
    proptest::collection::vec(("[a-z]{1,2}", own, volumes), 0..40)
}

fn settle(inputs: &[(String, Option<i64>, Vec<String>)], floor: i64) -> BTreeMap<String, Option<i64>> {
    let volumes = |v: &[String]| v.iter().map(String::as_str).collect::<Vec<_>>().join(" ");
    let claims: Vec<Claim> = inputs
        .iter()
        .map(|(name, own, v)| claim(name, *own, &volumes(v).split_whitespace().collect::<Vec<_>>()))
        .collect();
    let ids = Ids::settle(&claims, floor);
    inputs.iter().map(|(name, ..)| (name.clone(), ids.id(&object(name), floor))).collect()
}

proptest! {
    /// Two workloads have one id only where they share a volume, through others too, or where both had it before.
    #[test]
    fn ids_are_unique(inputs in inputs(), room in 45_i64..200) {
        // So little room that most names meet.
        let floor = i64::from(i32::MAX) - room;
        let plain: Vec<_> = inputs.iter().map(|(n, _, v)| (n.clone(), None, v.clone())).collect();
        let ids = settle(&plain, floor);
        for (a, id) in &ids {
            let id = id.unwrap();
            prop_assert!(id > floor && id <= i64::from(i32::MAX));
            for (b, other) in &ids {
                prop_assert_eq!(Some(id) == *other, together(&plain, a).contains(b), "{} and {}", a, b);
            }
        }
    }

    #[test]
    fn the_order_of_files_does_not_count(inputs in inputs(), seed in any::<u64>()) {
        let mut shuffled = inputs.clone();
        shuffled.sort_by_key(|(name, _, v)| super::fnv(seed, format!("{name}{v:?}").into_bytes()));
        prop_assert_eq!(settle(&inputs, FLOOR), settle(&shuffled, FLOOR));
    }

    /// What is written is what is read the next time: a second run changes nothing.
    #[test]
    fn ids_that_are_written_stay(inputs in inputs()) {
        let ids = settle(&inputs, FLOOR);
        let written: Vec<_> = inputs.iter().map(|(n, own, v)| (n.clone(), own.or(ids[n]), v.clone())).collect();
        prop_assert_eq!(settle(&written, FLOOR), ids);
    }

    /// A workload keeps its id when others go, unless one of them shared a volume with it, had its id before, or has a
    /// name of the same hash.
    #[test]
    fn others_may_go(inputs in inputs(), gone in 0_usize..40) {
        let Some((name, ..)) = inputs.get(gone) else { return Ok(()) };
        let (stays, goes): (Vec<_>, Vec<_>) = inputs.iter().cloned().partition(|(n, ..)| n != name);
        let (before, after) = (settle(&inputs, FLOOR), settle(&stays, FLOOR));
        let range = Range::above(FLOOR).unwrap();
        let hashes = |name: &str| -> BTreeSet<i64> {
            together(&inputs, name).iter().map(|n| Key::of(&object(n)).unwrap().id(range, 0)).collect()
        };
        for (other, id) in &after {
            if goes.iter().all(|(_, own, _)| own.is_none()) && hashes(name).is_disjoint(&hashes(other)) {
                prop_assert_eq!(*id, before[other], "{} without {}", other, name);
            }
        }
    }

    /// The least of those that no other workload has, unless one of these shares a volume.
    #[test]
    fn an_id_of_ones_own_is_kept(inputs in inputs()) {
        let ids = settle(&inputs, FLOOR);
        for (name, id) in &ids {
            let among = together(&inputs, name);
            let named = |own: i64| inputs.iter().filter(move |(_, o, _)| *o == Some(own));
            let mut all: Vec<i64> = inputs.iter().filter(|(n, ..)| n == name).filter_map(|(_, own, _)| *own).collect();
            all.sort_unstable();
            let alone = all.iter().copied().find(|&own| named(own).all(|(n, ..)| among.contains(n)));
            if let Some(own) = alone {
                prop_assert_eq!(*id, Some(own));
            } else if among.len() == 1 {
                prop_assert!(!ids.iter().any(|(other, o)| other != name && o == id) && named(id.unwrap()).count() == 0);
            } else if let Some(own) = all.first() {
                prop_assert_eq!(*id, Some(*own));
            }
        }
    }
}

/// The workloads that a chain of shared volumes joins with this one, itself among them.
fn together(inputs: &[(String, Option<i64>, Vec<String>)], name: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::from([name.to_owned()]);
    loop {
        let volumes: BTreeSet<_> = inputs.iter().filter(|i| found.contains(&i.0)).flat_map(|i| &i.2).collect();
        let more: Vec<_> = inputs.iter().filter(|i| i.2.iter().any(|v| volumes.contains(v))).collect();
        let size = found.len();
        found.extend(more.into_iter().map(|i| i.0.clone()));
        if found.len() == size {
            return found;
        }
    }
}
