use std::collections::HashMap;
use std::sync::Arc;

use crate::finding::Report;
use crate::k8s::Object;
use crate::rule::{Check, Policy, Rule, Safety, Severity};
use crate::yaml::{Change, NodeId, Slot, Tree};

pub(super) static RULE: Rule = Rule {
    id: "duplicate-key",
    aliases: &[],
    summary: "a key stands twice in one mapping, and all values but the last are dropped",
    severity: Severity::Medium,
    since: "0.1.0",
    standards: &[],
    maps: &[],
    doc: include_str!("duplicate_key.md"),
    check: Check::Document(check),
    policy: Policy::None("a cluster sees the object after the key has been dropped"),
};

const HELP: &str = "keep one of them: kubectl drops all but the last without a word, and whatever decodes strictly \
                    (kustomize, Flux, `fieldValidation=Strict`) refuses the file";

fn check(tree: &Tree<'_>, objects: &[Object<'_>], report: &mut Report<'_>) {
    let repeated = tree.repeated_keys();
    if repeated.is_empty() {
        return;
    }
    let by_root: HashMap<NodeId, &Object<'_>> = objects.iter().map(|o| (o.slot().node(), o)).collect();
    for keys in repeated {
        let Some((&last, earlier)) = keys.split_last() else { continue };
        let owner = std::iter::successors(Some(last), |&node| tree.parent(node)).find_map(|node| by_root.get(&node));
        report.set_object(owner.map(|object| Arc::new(object.reference())));
        let root = owner.map_or(tree.root(), |object| object.slot().node());
        let Some(slot) = Slot::root(tree, root).of_key(last) else { continue };
        let name = tree.key_name(last);
        let draft = report.at_key(slot, format!("the key {name:?} stands {} times here: this one counts", keys.len()));
        draft.help(HELP).fix(Safety::Safe, earlier.iter().map(|&key| Some(Change::remove_key(key))));
        for &key in earlier.iter().take(MOST_SHOWN) {
            draft.related(tree.span(key), "this one is dropped, with its value");
        }
    }
}

/// Of a key that stands a thousand times no one reads a thousand places.
const MOST_SHOWN: usize = 10;
