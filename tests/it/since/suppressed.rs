//! Suppressions and a revision together: what is suppressed stays so, and a suppression is asked about with its object.

use super::{POD, Repository};

const COMMENT: &str = "  # plimsoll: ignore[host-namespaces] the node's monitor";

fn answered(pod: &str) -> String {
    pod.replace("  hostPID", &format!("{COMMENT}\n  hostPID"))
}

/// What is found by these rules, each with its place.
fn told(it: &Repository, args: &str) -> Vec<String> {
    let run = it.run_in(".", &format!("--only suppression-unused,suppression-expired --since HEAD {args}"));
    assert_eq!(run.stderr, "");
    let line = |line: &str| {
        let (place, rest) = line.split_once(": ")?;
        let (_, rule) = rest.split_once(']')?.0.split_once('[')?;
        Some(format!("{place} {rule}"))
    };
    run.stdout.lines().filter_map(line).collect()
}

#[test]
fn a_change_elsewhere_in_an_object_leaves_its_findings_suppressed() {
    let Some(it) = Repository::new("suppressed") else { return };
    it.file("a.yaml", &answered(POD)).file("b.yaml", &POD.replace("web", "api")).commit();
    assert_eq!(told(&it, "."), [""; 0]);
    it.file("a.yaml", &answered(POD).replace("image: b", "image: c"));
    assert_eq!(told(&it, "."), [""; 0]);
    assert_eq!(told(&it, ". --no-suppressions"), ["a.yaml:6:12 host-namespaces"]);
    // Whoever takes the answer out changes the object, whoever gives one does too.
    it.file("a.yaml", POD);
    assert_eq!(told(&it, "."), ["a.yaml:5:12 host-namespaces"]);
    it.file("a.yaml", &answered(POD)).file("b.yaml", &answered(&POD.replace("web", "api")));
    assert_eq!(told(&it, "."), [""; 0]);
    it.file("a.yaml", &format!("# plimsoll: ignore-file[host-namespaces] all of it\n{POD}"));
    assert_eq!(told(&it, "."), [""; 0]);
}

#[test]
fn a_suppression_of_no_use_is_told_where_it_is_new() {
    let Some(it) = Repository::new("suppressed-unused") else { return };
    let idle = answered(POD).replace("hostPID: true", "hostPID: false");
    let over = answered(POD).replace("ignore[host-namespaces]", "ignore[host-namespaces] until=2020-01-31");
    let annotated = POD
        .replace("hostPID: true", "hostPID: false")
        .replace("namespace: prod", "namespace: prod, annotations: {ignore.plimsoll.dev/host-namespaces: known}");
    it.file("idle.yaml", &idle).file("over.yaml", &over).file("annotated.yaml", &annotated).commit();
    assert_eq!(told(&it, "."), [""; 0], "what was of no use before is not what this change is about");
    it.file("idle.yaml", &idle.replace("image: b", "image: c"));
    it.file("annotated.yaml", &annotated.replace("image: b", "image: c"));
    it.file("new.yaml", &over.replace("web", "new"));
    let unused = |place: &str| format!("{place} suppression-unused");
    assert_eq!(
        told(&it, "."),
        [
            unused("annotated.yaml:3:54"),
            unused("idle.yaml:5:3"),
            "new.yaml:5:3 suppression-expired".to_owned(),
            "new.yaml:6:12 host-namespaces".to_owned(),
        ]
    );
}

#[test]
fn the_configuration_suppresses_new_findings_and_is_no_object() {
    let Some(it) = Repository::new("suppressed-config") else { return };
    it.file("a.yaml", POD).commit();
    it.file("b.yaml", &POD.replace("web", "api"));
    let entry = |name: &str| format!("[[ignore]]\nrule = 'host-namespaces'\nname = '{name}'\nreason = 'known'\n\n");
    it.file("plimsoll.toml", &entry("api"));
    assert_eq!(told(&it, "."), [""; 0]);
    it.file("plimsoll.toml", &(entry("none") + &entry("web")));
    assert_eq!(told(&it, "."), ["b.yaml:5:12 host-namespaces"]);
    let all = it.run_in(".", "--only suppression-unused .").stdout;
    assert!(all.contains("plimsoll.toml:1:1: low[suppression-unused]"), "{all}");
}
