//! What changes a finding's fingerprint, and what does not.

use plimsoll::config::Settings;
use plimsoll::discover::Input;
use plimsoll::{engine, fingerprint};

const POD: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: prod
spec:
  template:
    spec:
      volumes:
        - name: logs
          hostPath: {path: /srv/a}
      containers:
        - name: app
          image: registry.example/app:1.4
          env: [{name: DB_PASSWORD, value: hunter2hunter2}]
          securityContext: {runAsUser: 1000, capabilities: {add: [NET_ADMIN, SYS_TIME]}}
          ports: [{containerPort: 80, hostPort: 80}, {containerPort: 81, hostPort: 81}]
        - name: helper
          image: registry.example/helper:1.4
";

/// Rule and fingerprint of every finding, sorted.
fn fingerprints(text: &str) -> Vec<(&'static str, String)> {
    of_file("a.yaml", text)
}

fn of_file(name: &str, text: &str) -> Vec<(&'static str, String)> {
    let outcomes = engine::run(vec![Input::Text(name.into(), text.into())], &Settings::default(), false);
    let mut found: Vec<_> = outcomes.findings.iter().map(|f| (f.rule.id, f.fingerprint.to_string())).collect();
    found.sort();
    found
}

/// The rules of what is in one list and not in the other, each as often as it is.
fn changed(before: &str, after: &str) -> (Vec<&'static str>, Vec<&'static str>) {
    let (mut gone, mut new) = (fingerprints(before), fingerprints(after));
    gone.retain(|finding| match new.iter().position(|other| other == finding) {
        Some(at) => {
            new.remove(at);
            false
        }
        None => true,
    });
    let rules = |list: Vec<(&'static str, String)>| list.into_iter().map(|(rule, _)| rule).collect();
    (rules(gone), rules(new))
}

fn with(from: &str, to: &str) -> String {
    assert!(POD.contains(from), "{from}");
    POD.replace(from, to)
}

#[test]
fn what_means_the_same_is_known_again() {
    let all = fingerprints(POD);
    assert!(all.len() > 20, "{all:?}");
    assert_eq!(of_file("other/b.json", POD), all, "the file does not count");
    let container = "        - name: app\n";
    for same in [
        with("apiVersion", "# moved\n\n\napiVersion"),
        with("hostPath: {path: /srv/a}", "hostPath:\n            \"path\": '/srv/a' # why"),
        with("runAsUser: 1000", "runAsUser: 0x3e8"),
        with("runAsUser: 1000", "runAsUser: 1e3"),
        with("  name: web\n  namespace: prod\n", "  namespace: prod\n  name: \"web\"\n"),
        with("[NET_ADMIN, SYS_TIME]", "[SYS_TIME, NET_ADMIN]"),
        with(
            "{containerPort: 80, hostPort: 80}, {containerPort: 81, hostPort: 81}",
            "{hostPort: 81, containerPort: 81}, {containerPort: 80, hostPort: 80}",
        ),
        with("app:1.4", "app:1.5"),
        with("hunter2hunter2", "correcthorse99"),
        POD.replace('\n', "\r\n"),
    ] {
        assert_eq!(changed(POD, &same), (vec![], vec![]), "{same}");
    }
    // A container before the others brings its own findings and renews none.
    let more =
        with(container, &format!("        - name: first\n          image: registry.example/app:1.4\n{container}"));
    let (gone, new) = changed(POD, &more);
    assert!(gone.is_empty() && new.len() > 5, "{gone:?} {new:?}");
    let json =
        "{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"metadata\": {\"name\": \"a\"}, \"spec\": {\"hostPID\": true}}";
    let yaml = "kind: Pod\napiVersion: v1\nmetadata: {name: a}\nspec:\n  hostPID: yes\n";
    assert_eq!(fingerprints(json), fingerprints(yaml));
    let list = format!("apiVersion: v1\nkind: List\nitems: [{json}]\n");
    assert_eq!(fingerprints(&list), fingerprints(yaml));
}

#[test]
fn what_is_wrong_in_another_way_is_new() {
    for (from, to, rule) in [
        ("/srv/a", "/srv/b", "host-path-volume"),
        ("runAsUser: 1000", "runAsUser: 1001", "run-as-user-floor"),
        ("SYS_TIME", "SYS_ADMIN", "dangerous-capabilities"),
        ("hostPort: 80}", "hostPort: 8080}", "host-port"),
        ("DB_PASSWORD", "DB_PASSWORD_2", "credential-in-env"),
    ] {
        let (gone, new) = changed(POD, &with(from, to));
        assert!(gone.contains(&rule) && new.contains(&rule), "{to}: {gone:?} {new:?}");
        assert!(new.len() < 6, "{to}: {new:?}");
    }
    for (from, to) in
        [("name: web", "name: api"), ("namespace: prod", "namespace: test"), ("Deployment", "StatefulSet")]
    {
        let before = fingerprints(POD);
        assert!(fingerprints(&with(from, to)).iter().all(|f| !before.contains(f)), "{to}");
    }
}

#[test]
fn kinds_that_moved_between_groups_are_the_same() {
    let (gone, new) = changed(&with("apps/v1", "extensions/v1beta1"), POD);
    assert_eq!((gone, new), (vec!["removed-api-version"], vec![]));
    let custom = "apiVersion: example.org/v1\nkind: Job\nmetadata: {name: a}\n\
                  spec: {containers: [{name: a, image: b}], hostPID: true}\n";
    let other = fingerprints(&custom.replace("example.org", "example.com"));
    assert!(!other.is_empty() && fingerprints(custom).iter().all(|f| !other.contains(f)));
}

/// Written down, so that no version forgets what was known before it.
#[test]
fn fingerprints_stay_what_they_are() {
    let key = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: b}\ndata: {x: '1', x: '2'}\n";
    assert_eq!(fingerprints(key), [("duplicate-key", "ab691deebc0477e9e6b8e3937eabed23".to_owned())]);
    let pod =
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: c, image: d}], hostPID: true}\n";
    let found = fingerprints(pod);
    let of = |rule| found.iter().find(|f| f.0 == rule).map_or("", |f| f.1.as_str());
    let rules = ["host-namespaces", "drop-all-capabilities", "image-tag"];
    assert_eq!(
        rules.map(of),
        ["5ddae9e17485fd6f3be6e0efe23132c7", "e2b463ce1354f81c3d4e27a877fd670a", "3e8b8581b96bfdf6b52c874eafe9c39f"]
    );
    let (text, wrong) = (found[0].1.as_str(), found[0].1.to_uppercase());
    assert_eq!(text.parse::<fingerprint::Fingerprint>().unwrap().to_string(), text);
    for wrong in [&wrong, &text[1..], "", "+0123456789abcdef0123456789abcde", &format!("{text}0")] {
        assert!(wrong.parse::<fingerprint::Fingerprint>().is_err(), "{wrong}");
    }
}
