//! The findings of a run by the object that they are about, for reports that are objects themselves: each object of the
//! input has one, whether anything was found or not.

use std::collections::{HashMap, HashSet};

use super::Options;
use crate::engine::Outcomes;
use crate::finding::Finding;
use crate::k8s::ObjectRef;
use crate::k8s::api::{self, Lookup, Scope};
use crate::k8s::runtime_class::{is_dns_label, is_dns_subdomain};
use crate::yaml::emit::{Emit, map};

/// A finding, and, where it is suppressed, why.
pub(super) type Found<'a> = (&'a Finding, Option<&'a str>);

/// One object with what was found about it, in the order of the input.
pub(super) struct Group<'a> {
    /// What it is called.
    pub(super) object: &'a ObjectRef,
    /// Its findings, then the suppressed ones.
    pub(super) findings: Vec<Found<'a>>,
    /// The name of its report: a DNS subdomain that no other report of the namespace has.
    pub(super) name: String,
}

impl Group<'_> {
    /// Whether the object, and so its report, stands outside all namespaces.
    pub(super) fn is_of_cluster(&self) -> bool {
        let found = api::kind(&self.object.api_version, &self.object.kind);
        matches!(found, Lookup::Known(kind) if kind.scope == Scope::Cluster)
    }

    /// The namespace of its report: the object's own, where it is written and can be one.
    pub(super) fn namespace(&self) -> Option<&str> {
        self.object.namespace.as_deref().filter(|n| is_dns_label(n) && !self.is_of_cluster())
    }
}

/// The objects, and the findings about none.
pub(super) fn by_object(outcomes: &Outcomes) -> (Vec<Group<'_>>, Vec<Found<'_>>) {
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut known = HashMap::new();
    let mut place = |object, path| {
        *known.entry(identity(object, path)).or_insert_with(|| {
            groups.push(Group { object, findings: Vec::new(), name: String::new() });
            groups.len() - 1
        })
    };
    let mut of_none = Vec::new();
    let mut of: Vec<(usize, Found<'_>)> = Vec::new();
    for judged in &outcomes.objects {
        place(&judged.object, &judged.path);
    }
    let found = outcomes.findings.iter().map(|f| (f, None));
    for found in found.chain(outcomes.suppressed.iter().map(|s| (&s.finding, Some(&*s.by.justification)))) {
        match &found.0.object {
            Some(object) => of.push((place(object, &found.0.path), found)),
            None => of_none.push(found),
        }
    }
    for (at, found) in of {
        groups[at].findings.push(found);
    }
    name(&mut groups);
    (groups, of_none)
}

/// What makes an object the same one: its names, wherever it is written; without a name of its own, its file.
fn identity<'a>(object: &'a ObjectRef, path: &'a str) -> (&'a ObjectRef, &'a str) {
    let named = !object.name.is_empty() && !object.name.ends_with('*');
    (object, if named { "" } else { path })
}

/// `plimsoll-deployment-web`; where that is no name or taken, the kind and a number made from the object's names.
fn name(groups: &mut [Group<'_>]) {
    let mut taken: HashSet<(Option<String>, String)> = HashSet::new();
    for group in groups {
        let kind = group.object.kind.to_ascii_lowercase();
        let kind = if is_dns_label(&kind) { &kind } else { "object" };
        let plain = format!("plimsoll-{kind}-{}", group.object.name);
        let place = group.namespace().map(str::to_owned);
        let mut name = if is_dns_subdomain(&plain) { plain } else { hashed(kind, group.object, 0) };
        let mut salt = 0;
        while !taken.insert((place.clone(), name.clone())) {
            name = hashed(kind, group.object, salt);
            salt += 1;
        }
        group.name = name;
    }
}

/// The kind, and the object's names as one number: FNV-1a, which is the same everywhere and for ever.
fn hashed(kind: &str, object: &ObjectRef, salt: u64) -> String {
    let mut hash = 0xcbf2_9ce4_8422_2325 ^ salt;
    for part in [&*object.api_version, &object.kind, object.namespace.as_deref().unwrap_or_default(), &object.name] {
        for byte in part.bytes().chain([0]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    format!("plimsoll-{kind}-{hash:016x}")
}

/// The labels of every report of ours, by which the reports of an earlier run are found.
pub(super) const MANAGED_BY: (&str, &str) = ("app.kubernetes.io/managed-by", "plimsoll");

/// The annotations of the report about the input: how its files and documents ended.
pub(super) fn ledger<'a>(outcomes: &Outcomes) -> Emit<'a> {
    let coverage = &outcomes.coverage;
    map([
        ("plimsoll.dev/files", Some(super::summary::counts(coverage.file_counts()).into())),
        ("plimsoll.dev/documents", Some(super::summary::counts(coverage.document_counts()).into())),
    ])
}

/// A file as the repository tells it.
pub(super) fn file(path: &str, options: &Options) -> String {
    options.root.relative(path).unwrap_or_else(|whole| whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_subdomains_and_no_two_are_equal() {
        let object = |kind: &str, namespace: &str, name: &str| ObjectRef {
            api_version: "v1".into(),
            kind: kind.into(),
            namespace: Some(namespace.into()).filter(|n: &String| !n.is_empty()),
            name: name.into(),
        };
        let long = "x".repeat(250);
        let objects = [
            object("Pod", "a", "web"),
            object("Pod", "b", "web"),
            object("pod", "a", "web"),
            object("ClusterRole", "", "system:node"),
            object("ClusterRole", "", "System"),
            object("ConfigMap", "${NS}", "{{ x }}"),
            object("", "", ""),
            object("Pod", "", &long),
            object("Pod", "", "web-*"),
        ];
        let mut groups: Vec<_> =
            objects.iter().map(|object| Group { object, findings: Vec::new(), name: String::new() }).collect();
        name(&mut groups);
        let mut seen = HashSet::new();
        for group in &groups {
            assert!(is_dns_subdomain(&group.name), "{}", group.name);
            assert!(seen.insert((group.namespace(), &group.name)), "{}", group.name);
        }
        assert_eq!(groups[0].name, "plimsoll-pod-web");
        assert_eq!(groups[1].name, "plimsoll-pod-web");
        assert_eq!(groups[5].namespace(), None);
    }
}
