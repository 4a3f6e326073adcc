//! The objects of a file by name, each with a hash of what it means: another form of the same text changes nothing.

use std::collections::{HashMap, HashSet};

use crate::fingerprint::{Fingerprint, digest, scalar};
use crate::k8s::{self, ObjectRef};
use crate::source::Source;
use crate::yaml::{self, Kind, NodeId, Slot, Tree};

/// Group and kind, namespace and name.
pub(super) type Name = (String, String, Option<String>, String);

/// An object of a file.
#[derive(Clone, Debug)]
pub(super) struct Meant {
    pub(super) name: Name,
    /// Its tree, and the suppressions beside it.
    pub(super) meaning: Fingerprint,
    pub(super) has_pods: bool,
}

pub(super) fn name(object: &ObjectRef) -> Name {
    let group = object.api_version.split_once('/').map_or("", |(group, _)| group);
    (group.to_owned(), object.kind.clone(), object.namespace.clone(), object.name.clone())
}

/// The objects of a text, as far as it can be read.
pub(super) fn objects(source: &Source) -> Vec<Meant> {
    let whole_file = suppressions(&source.text, |line| line.contains("ignore-file"));
    let mut found = Vec::new();
    for raw in source.documents() {
        let Ok(tree) = yaml::parse(&source.text, raw.span) else { continue };
        let beside = suppressions(raw.span.text(&source.text), |_| true);
        for object in k8s::objects(&tree) {
            let tree = meaning(&tree, object.slot().node());
            found.push(Meant {
                name: name(&object.reference()),
                meaning: digest(&[&tree.bytes(), beside.as_bytes(), whole_file.as_bytes()]),
                has_pods: !k8s::pods(object).is_empty(),
            });
        }
    }
    found
}

/// The comments that suppress something: without them the same object is judged in another way.
fn suppressions(text: &str, counts: impl Fn(&str) -> bool) -> String {
    if !text.contains("plimsoll:") {
        return String::new();
    }
    let comment = |line: &str| Some(line.rsplit_once('#')?.1.trim().to_owned());
    let lines = text.lines().filter(|line| line.contains("plimsoll:") && counts(line));
    lines.filter_map(comment).flat_map(|line| [line, "\n".to_owned()]).collect()
}

/// A hash of a node as the API server reads it: keys in any order, aliases and merges followed. Keys that stand twice
/// count, as they are wrong.
fn meaning(tree: &Tree<'_>, root: NodeId) -> Fingerprint {
    let mut known: HashMap<NodeId, Fingerprint> = HashMap::new();
    let mut open = HashSet::new();
    let mut todo = vec![(root, false)];
    while let Some((node, is_ready)) = todo.pop() {
        let node = tree.resolve(node);
        if is_ready {
            known.insert(node, hash(tree, node, &known));
        } else if open.insert(node) {
            todo.push((node, true));
            todo.extend(tree.items(node).iter().map(|item| (*item, false)));
            todo.extend(tree.entries(node).iter().map(|entry| (entry.value, false)));
        }
    }
    known.get(&tree.resolve(root)).copied().unwrap_or_else(|| digest(&[]))
}

/// The hash of a node whose children have theirs.
fn hash(tree: &Tree<'_>, node: NodeId, known: &HashMap<NodeId, Fingerprint>) -> Fingerprint {
    let of = |child: NodeId| known.get(&tree.resolve(child)).map_or([0; 16], Fingerprint::bytes);
    let mut text = Vec::new();
    match tree.kind(node) {
        Kind::Seq => {
            text.push(b'[');
            tree.items(node).iter().for_each(|item| text.extend(of(*item)));
        }
        Kind::Map => {
            text.push(b'{');
            let mut entries: Vec<_> = tree.entries(node).iter().map(|e| (tree.key_name(e.key), e.value)).collect();
            // A stable sort: of equal keys the last one counts.
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            for (key, value) in entries {
                text.extend(key.as_bytes());
                text.push(0);
                text.extend(of(value));
            }
        }
        _ => {
            let mut value = String::new();
            scalar(Slot::root(tree, node), &mut value);
            text.extend(value.as_bytes());
        }
    }
    digest(&[&text])
}
