//! An object against the table, in one walk for all rules about the API: every key a field, every value of its type.
//!
//! The stack is explicit, as the schema of a custom resource nests as deep as the input does. Aliases are walked where
//! they are used; the reader bounds how far they expand. Nothing is allocated for an object without a slip but the stack.

use std::collections::HashSet;

use super::place::{self, Around};
use super::value::{Fit, fit};
use super::{Fault, Field, Meant, Slip, Struct, Type};
use crate::k8s::{Container, PodData};
use crate::yaml::{Entry, Kind as Node, NodeId, Slot, contains_placeholder};

/// Slips of one object for which the right place of a key is searched; a file that has more is no slip of the pen.
const SEARCHES: usize = 64;

/// What a walk compares with.
#[derive(Clone, Copy)]
pub(super) struct Measure<'p> {
    /// The minor whose API counts.
    pub(super) minor: u32,
    /// The pods of the object, to name containers.
    pub(super) pods: &'p [PodData<'p>],
    /// Whether the object is whole; a patch for kustomize is not, and lacks required fields rightly.
    pub(super) whole: bool,
    /// Whether fields have dates here; a custom resource has the ones that it was made with.
    pub(super) dated: bool,
}

/// What the children of an open node are.
#[derive(Clone, Copy)]
enum Holds {
    Fields(&'static Struct),
    Items(Type),
    Values(Type),
}

/// A mapping or list that is open.
#[derive(Clone, Copy)]
struct Frame {
    node: NodeId,
    /// As it stands in its parent.
    value: NodeId,
    key: Option<NodeId>,
    next: usize,
    holds: Holds,
    /// Unknown names are dropped without a word.
    loose: bool,
    whole: bool,
    /// Required fields that were there.
    required: usize,
}

pub(super) struct Walk<'p> {
    base: Slot<'p>,
    measure: Measure<'p>,
    stack: Vec<Frame>,
    /// What was reported, by node and struct or type: an anchor's text is told of once.
    seen: HashSet<(NodeId, &'static str)>,
    slips: Vec<Slip<'p>>,
}

/// Compares the mapping at `base` with a struct.
pub(super) fn walk<'p>(base: Slot<'p>, schema: &'static Struct, measure: Measure<'p>) -> Vec<Slip<'p>> {
    let mut walk = Walk { base, measure, stack: Vec::with_capacity(32), seen: HashSet::new(), slips: Vec::new() };
    if base.is_map() {
        walk.open(Frame {
            node: base.node(),
            value: base.node(),
            key: None,
            next: 0,
            holds: Holds::Fields(schema),
            loose: false,
            whole: measure.whole,
            required: 0,
        });
        while walk.step() {}
    }
    walk.slips
}

impl<'p> Walk<'p> {
    fn open(&mut self, frame: Frame) {
        self.stack.push(frame);
    }

    /// The next child of the innermost open node, or its end; false at the end of all.
    fn step(&mut self) -> bool {
        let tree = self.base.tree();
        let depth = self.stack.len();
        let Some(top) = self.stack.last_mut() else { return false };
        let at = top.next;
        top.next += 1;
        match top.holds {
            Holds::Fields(owner) => match tree.entries(top.node).get(at) {
                Some(&entry) => {
                    let name = tree.key_name(entry.key);
                    let field = owner.field(&name);
                    if field.is_some_and(|f| f.required) && tree.kind(tree.resolve(entry.value)) != Node::Null {
                        top.required += 1;
                    }
                    // What only the server writes is the server's.
                    let servers = depth == 1 && matches!(&*name, "status" | "sops");
                    match field {
                        _ if servers => {}
                        Some(field) => self.field(entry, field, owner),
                        None if top.loose => {}
                        None => self.unknown(entry, &name, owner),
                    }
                }
                None => self.close(owner),
            },
            Holds::Values(ty) => match tree.entries(top.node).get(at) {
                Some(&entry) => self.child(Some(entry.key), entry.value, ty),
                None => self.stack.truncate(depth - 1),
            },
            Holds::Items(ty) => match tree.items(top.node).get(at) {
                Some(&item) => self.child(None, item, ty),
                None => self.stack.truncate(depth - 1),
            },
        }
        true
    }

    fn field(&mut self, entry: Entry, field: &'static Field, owner: &'static Struct) {
        if self.measure.dated && !field.exists_at(self.measure.minor) {
            self.report(Some(entry.key), entry.value, owner.name, Fault::Dated(field));
        }
        if !(matches!(field.name, "managedFields" | "ownerReferences") && owner.name == "meta.ObjectMeta") {
            self.child(Some(entry.key), entry.value, field.ty);
        }
    }

    fn child(&mut self, key: Option<NodeId>, value: NodeId, ty: Type) {
        let tree = self.base.tree();
        let node = tree.resolve(value);
        let Some(top) = self.stack.last() else { return };
        let (loose, whole) = (top.loose, top.whole);
        let (holds, loose) = match fit(tree, node, ty, self.measure.minor) {
            Fit::Fits => return,
            Fit::Wrong if self.is_open(node) => return,
            Fit::Wrong => return self.report(key, value, "", Fault::Type(ty)),
            Fit::NoneOf(values) => return self.report(key, value, "", Fault::Value(values)),
            Fit::Fields(object) => (Holds::Fields(object), loose),
            Fit::LooseFields(object) => (Holds::Fields(object), true),
            Fit::Items(item) => (Holds::Items(item), loose),
            Fit::LooseItems(item) => (Holds::Items(item), true),
            Fit::Values(value) => (Holds::Values(value), loose),
        };
        // A patch merges the items of some lists by a key, and replaces all other lists whole.
        let whole = whole || key.is_none() && matches!(holds, Holds::Fields(s) if place::merge_key(s).is_none());
        self.open(Frame { node, value, key, next: 0, holds, loose, whole, required: 0 });
    }

    /// Whether a mapping has keys that are no fields but say something about them.
    fn is_open(&self, node: NodeId) -> bool {
        let tree = self.base.tree();
        tree.entries(node).iter().any(|e| !is_plain_name(&tree.key_name(e.key)))
    }

    /// The end of an object: are the required fields there?
    fn close(&mut self, owner: &'static Struct) {
        let Some(&Frame { node, loose, whole, required, .. }) = self.stack.last() else { return };
        let Measure { minor, dated, .. } = self.measure;
        if required < owner.required() && !loose && dated {
            let tree = self.base.tree();
            let open = self.is_open(node);
            let key = place::merge_key(owner);
            for field in owner.fields().iter().filter(|f| f.required && f.exists_at(minor)) {
                let there = tree.get(node, field.name).is_some_and(|e| tree.kind(tree.resolve(e.value)) != Node::Null);
                if !there && !open && (whole || key == Some(field.name)) {
                    self.missing(node, field, owner);
                }
            }
        }
        self.stack.pop();
    }

    fn missing(&mut self, node: NodeId, field: &'static Field, owner: &'static Struct) {
        if self.seen.insert((node, field.name)) {
            let parent = self.slot();
            let container = self.container();
            let fault = Fault::Missing(field, owner);
            self.slips.push(Slip { slot: parent.key(field.name), parent, container, fault });
        }
    }

    fn unknown(&mut self, entry: Entry, name: &str, owner: &'static Struct) {
        if self.base.tree().kind(entry.key) == Node::Unknown || !is_plain_name(name) {
            return;
        }
        let meant = if self.slips.len() < SEARCHES { self.meant(name, entry.value, owner) } else { None };
        self.report(Some(entry.key), entry.value, owner.name, Fault::Field(meant));
    }

    fn meant(&self, name: &str, value: NodeId, owner: &'static Struct) -> Option<Meant> {
        let open = |(at, frame): (usize, &Frame)| match frame.holds {
            Holds::Fields(object) => Some((object, self.slot_of(at))),
            _ => None,
        };
        let stack: Vec<_> = self.stack.iter().enumerate().rev().filter_map(open).collect();
        let paths: Vec<_> = stack.iter().map(|(_, slot)| || slot.path()).collect();
        let around: Vec<_> = stack
            .iter()
            .zip(&paths)
            .map(|(&(object, slot), path)| Around { object, path, has: slot.tree().get(slot.node(), name).is_some() })
            .collect();
        place::meant(name, owner, &around, &|field| self.takes(field, value))
    }

    /// Whether a field takes a value, as far as its type and the names of its fields tell; of a scalar that is written
    /// wrong, other rules say how it is written.
    fn takes(&self, field: &Field, value: NodeId) -> bool {
        let tree = self.base.tree();
        let node = tree.resolve(value);
        match fit(tree, node, field.ty, self.measure.minor) {
            Fit::Wrong => field.ty.object().is_none() && !matches!(tree.kind(node), Node::Map | Node::Seq),
            Fit::Fields(object) => {
                let known = |name: &str| object.field(name).is_some() || !is_plain_name(name);
                tree.entries(node).iter().all(|e| known(&tree.key_name(e.key)))
            }
            _ => true,
        }
    }

    fn report(&mut self, key: Option<NodeId>, value: NodeId, owner: &'static str, fault: Fault) {
        if self.seen.insert((key.unwrap_or(value), owner)) {
            let parent = self.slot();
            let slip = Slip { slot: parent.below(key, value), parent, container: self.container(), fault };
            self.slips.push(slip);
        }
    }

    /// The slot of the innermost open node.
    fn slot(&self) -> Slot<'p> {
        self.slot_of(self.stack.len() - 1)
    }

    fn slot_of(&self, at: usize) -> Slot<'p> {
        self.stack[1..=at].iter().fold(self.base, |slot, frame| slot.below(frame.key, frame.value))
    }

    /// The innermost container that is open.
    fn container(&self) -> Option<Container<'p>> {
        let is_one = |f: &&Frame| matches!(f.holds, Holds::Fields(s) if place::is_container(s));
        let node = self.stack.iter().rev().find(is_one)?.node;
        self.measure.pods.iter().flat_map(|p| p.view().containers()).find(|c| c.slot().node() == node)
    }
}

/// Neither a directive of a patch (`$patch`, `$setElementOrder/containers`), nor an assertion about a field as Chainsaw
/// and Kyverno write them (`(length(containers))`), nor a name that someone fills in later.
fn is_plain_name(name: &str) -> bool {
    !name.starts_with('$') && !name.contains('(') && !contains_placeholder(name)
}
