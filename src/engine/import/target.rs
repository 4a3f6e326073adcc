//! From the object that a report names to the manifests that it came from.
//!
//! What a cluster runs often has another name than the manifest: the ReplicaSet of a Deployment, the Job of a CronJob,
//! whatever came from a `generateName`.

use std::collections::HashMap;

use crate::engine::Judged;
use crate::k8s::ObjectRef;

/// The letters of generated parts of names: without vowels, and without what is read as one (apimachinery, util/rand).
const LETTERS: &str = "bcdfghjklmnpqrstvwxz2456789";

/// The objects of the input by their names.
pub(super) struct Objects<'o> {
    all: &'o [Judged],
    named: HashMap<&'o str, Vec<usize>>,
    /// Those that have a `generateName`.
    generated: Vec<usize>,
}

impl<'o> Objects<'o> {
    pub(super) fn new(objects: &'o [Judged]) -> Self {
        let mut named: HashMap<_, Vec<_>> = HashMap::new();
        let mut generated = Vec::new();
        for (at, judged) in objects.iter().enumerate() {
            match &*judged.object.name {
                "" => {}
                name if name.ends_with('*') => generated.push(at),
                name => named.entry(name).or_default().push(at),
            }
        }
        Self { all: objects, named, generated }
    }

    /// The manifests of an object: where any names its namespace, those; otherwise those that leave it open.
    pub(super) fn of(&self, target: &ObjectRef) -> Vec<&'o Judged> {
        let mut found = self.named(&[&*target.kind], &target.name);
        if found.is_empty()
            && let Some((owner, number)) = target.name.rsplit_once('-')
        {
            found = match &*target.kind {
                "ReplicaSet" if is_generated(number, 1..=10) => self.named(&["Deployment", "Rollout"], owner),
                "ReplicationController" if is_number(number) => self.named(&["DeploymentConfig"], owner),
                "Job" if is_number(number) => self.named(&["CronJob"], owner),
                _ => Vec::new(),
            };
        }
        if found.is_empty() {
            found = self.generated(target);
        }
        if let Some(there) = target.namespace.as_deref() {
            let exact = found.iter().any(|j| j.object.namespace.as_deref() == Some(there));
            found.retain(|j| j.object.namespace.as_deref().map_or(!exact, |here| here == there));
        }
        found
    }

    fn named(&self, kinds: &[&str], name: &str) -> Vec<&'o Judged> {
        let all = self.named.get(name).into_iter().flatten().map(|&at| &self.all[at]);
        all.filter(|j| kinds.iter().any(|kind| kind.eq_ignore_ascii_case(&j.object.kind))).collect()
    }

    fn generated(&self, target: &ObjectRef) -> Vec<&'o Judged> {
        let came = |j: &&Judged| {
            let rest = target.name.strip_prefix(j.object.name.trim_end_matches('*'));
            j.object.kind.eq_ignore_ascii_case(&target.kind) && rest.is_some_and(|r| is_generated(r, 5..=5))
        };
        self.generated.iter().map(|&at| &self.all[at]).filter(came).collect()
    }
}

fn is_generated(part: &str, length: std::ops::RangeInclusive<usize>) -> bool {
    length.contains(&part.len()) && part.chars().all(|c| LETTERS.contains(c))
}

fn is_number(part: &str) -> bool {
    !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::source::{Position, Region};

    fn reference(kind: &str, namespace: &str, name: &str) -> ObjectRef {
        let namespace = Some(namespace.to_owned()).filter(|n| !n.is_empty());
        ObjectRef { api_version: String::new(), kind: kind.into(), namespace, name: name.into() }
    }

    #[test]
    fn objects_are_known_by_what_they_came_from() {
        let manifests = [
            ("Deployment", "prod", "web"),
            ("Deployment", "", "web"),
            ("Deployment", "prod", "web-5d9c"),
            ("CronJob", "", "backup"),
            ("Job", "", "import-*"),
            ("Pod", "a", "one"),
        ];
        let at = Position { offset: 0, line: 1, column: 1 };
        let judged = manifests.map(|(kind, namespace, name)| Judged {
            path: "a.yaml".into(),
            region: Region { start: at, end: at },
            object: Arc::new(reference(kind, namespace, name)),
        });
        let objects = Objects::new(&judged);
        let of = |kind, namespace, name: &str| -> Vec<String> {
            let found = objects.of(&reference(kind, namespace, name));
            let show = |j: &&Judged| format!("{}/{}", j.object.namespace.as_deref().unwrap_or_default(), j.object.name);
            found.iter().map(show).collect()
        };
        assert_eq!(of("Deployment", "prod", "web"), ["prod/web"]);
        assert_eq!(of("Deployment", "test", "web"), ["/web"]);
        assert_eq!(of("Deployment", "", "web"), ["prod/web", "/web"]);
        assert_eq!(of("ReplicaSet", "prod", "web-5d9c7b8f6"), ["prod/web"]);
        assert_eq!(of("ReplicaSet", "prod", "web-5d9c-7b8f6"), ["prod/web-5d9c"]);
        assert_eq!(of("Job", "ops", "backup-29381760"), ["/backup"]);
        assert_eq!(of("Job", "ops", "import-x7k2p"), ["/import-*"]);
        for (kind, namespace, name) in [
            ("ReplicaSet", "prod", "web-canary"),
            ("ReplicaSet", "prod", "web"),
            ("ReplicaSet", "prod", "web-5d9c7b8f6bc"),
            ("StatefulSet", "prod", "web"),
            ("Job", "ops", "backup-manual"),
            ("Job", "ops", "import-x7k2"),
            ("Pod", "b", "one"),
        ] {
            assert!(of(kind, namespace, name).is_empty(), "{kind} {name}");
        }
    }
}
