//! User and group ids over several files: one for each workload, shared where a volume is.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::AtomicUsize;

use plimsoll::config::Settings;
use plimsoll::discover::Input;
use plimsoll::engine::{self, Outcomes};
use plimsoll::fix::{self, LeftAlone, Repaired};
use plimsoll::rule::Safety;

fn deployment(name: &str, spec: &str) -> (String, String) {
    let text = format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {name}\nspec:\n  template:\n    spec:\n{spec}      \
         containers:\n        - name: app\n          image: registry.example/app:1.4\n"
    );
    (format!("{name}.yaml"), text)
}

const DATA: &str = "      volumes:\n        - name: data\n          persistentVolumeClaim: {claimName: data}\n";

const GROUP: &str = "      securityContext: {runAsGroup: 0}\n";

fn inputs(files: &[(String, String)]) -> Vec<Input> {
    files.iter().map(|(path, text)| Input::Text(path.as_str().into(), text.clone().into_bytes())).collect()
}

/// The files as they are mended.
fn mended(files: &[(String, String)], settings: &Settings) -> Vec<(String, String)> {
    let repairs = fix::run(inputs(files), settings, Safety::Unsafe, &LeftAlone::default(), &AtomicUsize::new(0));
    assert_eq!(repairs.dropped, Vec::<String>::new());
    let text = |(repaired, (path, old)): (Repaired, &(String, String))| match repaired {
        Repaired::Fixed(fixed) => (path.clone(), fixed.text),
        Repaired::Same(_) => (path.clone(), old.clone()),
    };
    repairs.inputs.into_iter().zip(files).map(text).collect()
}

/// The ids of a field, by file.
fn ids(files: &[(String, String)], field: &str) -> BTreeMap<String, i64> {
    let id = |text: &str| {
        let line = text.lines().find_map(|line| line.trim().strip_prefix(field))?;
        line.trim_start_matches(':').trim().parse().ok()
    };
    files.iter().filter_map(|(path, text)| Some((path.clone(), id(text)?))).collect()
}

fn settings() -> Settings {
    let mut settings = Settings::default();
    settings.severities.retain(|r| ["run-as-user-floor", "run-as-group-floor", "fs-group-floor"].contains(&r.id));
    settings
}

#[test]
fn who_shares_a_claim_shares_an_id() {
    let files = [
        deployment("web", ""),
        deployment("db", DATA),
        deployment("backup", DATA),
        deployment("set", "      securityContext:\n        runAsUser: 23456\n"),
    ];
    let new = mended(&files, &settings());
    let users = ids(&new, "runAsUser");
    assert_eq!(users["db.yaml"], users["backup.yaml"]);
    assert_ne!(users["db.yaml"], users["web.yaml"]);
    assert_eq!(users["set.yaml"], 23456);
    assert!(users.values().all(|&id| id > 10_000 && id < 65_534), "{users:?}");
    assert_eq!(users, ids(&new, "runAsGroup"));
    assert_eq!(users, ids(&new, "fsGroup"));
    assert_eq!(mended(&new, &settings()), new, "a second run changes nothing");
    let mut turned = files.clone();
    turned.reverse();
    assert_eq!(ids(&mended(&turned, &settings()), "runAsUser"), users);
    assert_eq!(ids(&mended(&files[..1], &settings()), "runAsUser")["web.yaml"], users["web.yaml"]);
}

/// So many workloads in so little room that their hashes meet.
#[test]
fn no_two_workloads_get_one_id() {
    let files: Vec<_> = (0..300).map(|n| deployment(&format!("app-{n}"), "")).collect();
    let floor = i64::from(i32::MAX) - 400;
    let settings = Settings { uid_floor: floor, ..settings() };
    let together = ids(&mended(&files, &settings), "runAsUser");
    let different: BTreeSet<_> = together.values().filter(|&&id| id > floor).collect();
    assert_eq!((together.len(), different.len()), (300, 300));
    let alone = |file: &(String, String)| ids(&mended(std::slice::from_ref(file), &settings), "runAsUser");
    assert!(files.iter().any(|file| alone(file)[&file.0] != together[&file.0]));
}

#[test]
fn without_room_nothing_is_written() {
    let files = [deployment("web", ""), deployment("db", "")];
    let settings = Settings { uid_floor: i64::from(i32::MAX) - 1, ..settings() };
    assert_eq!(ids(&mended(&files, &settings), "runAsUser").len(), 1);
    let settings = Settings { uid_floor: i64::from(i32::MAX), ..settings };
    assert_eq!(mended(&files, &settings), files);
}

/// What reports say is what `--fix` writes.
#[test]
fn reports_carry_the_same_ids() {
    let files = [deployment("db", DATA), deployment("backup", DATA)];
    let settings = Settings { with_fixes: true, ..settings() };
    let outcomes: Outcomes = engine::run(inputs(&files), &settings, false);
    let users = ids(&mended(&files, &settings), "runAsUser");
    for (path, id) in users {
        let of_file = outcomes.findings.iter().filter(|f| *f.path == *path && f.rule.id == "run-as-user-floor");
        let texts: Vec<_> = of_file.flat_map(|f| &f.fix.as_ref().unwrap().edits).map(|e| e.text.clone()).collect();
        assert!(texts.iter().any(|text| text.contains(&id.to_string())), "{path}: {id}: {texts:?}");
    }
}

/// Who gets no id is told why, in every format, and what to do; a fix is not promised then.
#[test]
fn a_finding_says_that_no_id_is_left() {
    let files = [deployment("web", ""), deployment("db", ""), deployment("root", GROUP)];
    let greatest = i64::from(i32::MAX);
    let said = |floor: i64, with_fixes: bool| {
        let mut settings = Settings { uid_floor: floor, with_fixes, ..Settings::default() };
        settings.severities.retain(|r| ["run-as-user-floor", "root-group"].contains(&r.id));
        let outcomes = engine::run(inputs(&files), &settings, false);
        let told = outcomes.findings.iter().map(|f| (f.rule.id, f.fixable.is_some(), f.help.as_deref().unwrap()));
        told.map(|(id, fixable, help)| format!("{id} {fixable} {help}")).collect::<Vec<_>>()
    };
    for with_fixes in [false, true] {
        let one = said(greatest - 1, with_fixes);
        let why = "lower `uid-floor`, or say which workloads share an id: each from 2147483647 to 2147483647 is taken";
        assert_eq!(one.iter().filter(|said| said.ends_with(why) && said.contains(" false ")).count(), 3, "{one:#?}");
        assert_eq!(one.iter().filter(|said| said.contains(" true write an id above ")).count(), 1, "{one:#?}");
        let none = said(greatest, with_fixes);
        let why = "lower `uid-floor`: no id is above 2147483647, as Kubernetes takes none above 2147483647";
        assert!(none.len() == 4 && none.iter().all(|said| said.ends_with(why)), "{none:#?}");
        let room = said(10_000, with_fixes);
        assert!(room.len() == 4 && room.iter().all(|said| said.contains(" true write ")), "{room:#?}");
    }
}
