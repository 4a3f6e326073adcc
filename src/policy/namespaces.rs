//! Namespaces that policies leave alone.

use crate::yaml::emit::{Emit, map};

/// A namespace that policies do not reach, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excluded {
    /// Its name.
    pub name: String,
    /// Why, as the comment says.
    pub why: String,
}

/// The namespaces of the cluster itself, and of systems that need what the rules refuse.
pub const OWN: [(&str, &str); 6] = [
    ("kube-system", "runs the cluster itself"),
    ("kube-public", "holds what everybody may read, and no workloads of users"),
    ("kube-node-lease", "holds the nodes' leases, and no workloads of users"),
    ("falco", "Falco watches the kernel: it is privileged by nature"),
    ("tracee", "Tracee watches the kernel: it is privileged by nature"),
    ("trivy-system", "Trivy's node collector reads the node's files"),
];

/// The excluded namespaces of a run where none are named.
pub fn own() -> Vec<Excluded> {
    with([])
}

/// Those with others behind them, each name once.
pub fn with<'n>(others: impl IntoIterator<Item = (&'n str, &'n str)>) -> Vec<Excluded> {
    let mut excluded: Vec<Excluded> = Vec::new();
    for (name, why) in OWN.into_iter().chain(others) {
        if excluded.iter().all(|e| e.name != name) {
            excluded.push(Excluded { name: name.to_owned(), why: why.to_owned() });
        }
    }
    excluded
}

/// Names that were typed, each with why it is left alone.
pub fn typed(names: &[String]) -> impl Iterator<Item = (&str, &str)> {
    names.iter().map(|name| (name.as_str(), "left out by --exclude-namespace"))
}

/// The resources of a binding: those of namespaces that are not left out; none where no namespace is.
pub fn resources(excluded: &[Excluded]) -> Option<Emit<'static>> {
    Some(map([("namespaceSelector", Some(selector(excluded)?))]))
}

/// A selector that leaves them out; none where there are none.
pub fn selector(excluded: &[Excluded]) -> Option<Emit<'static>> {
    let name = |e: &Excluded| Emit::from(e.name.clone()).noted(e.why.clone());
    let names = Emit::List(excluded.iter().map(name).collect());
    let expression = map([
        ("key", Some("kubernetes.io/metadata.name".into())),
        ("operator", Some("NotIn".into())),
        ("values", Some(names)),
    ]);
    (!excluded.is_empty()).then(|| map([("matchExpressions", Some(Emit::List(vec![expression])))]))
}
