//! The kinds that hold pods, as admission knows them.

use crate::yaml::emit::{Emit, map};

/// Group and resources, all at `v1`.
pub const RESOURCES: [(&str, &[&str]); 3] = [
    ("", &["pods", "pods/ephemeralcontainers", "podtemplates", "replicationcontrollers"]),
    ("apps", &["daemonsets", "deployments", "replicasets", "statefulsets"]),
    ("batch", &["cronjobs", "jobs"]),
];

/// Resource rules: every built-in kind that holds a pod, when it is created and when it is changed.
pub fn rules() -> Emit<'static> {
    let list = |items: &[&'static str]| Emit::Row(items.iter().map(|item| (*item).into()).collect());
    let rule = |(group, resources): (&'static str, &[&'static str])| {
        map([
            ("apiGroups", Some(list(&[group]))),
            ("apiVersions", Some(list(&["v1"]))),
            ("operations", Some(list(&["CREATE", "UPDATE"]))),
            ("resources", Some(list(resources))),
        ])
    };
    Emit::List(RESOURCES.into_iter().map(rule).collect())
}
