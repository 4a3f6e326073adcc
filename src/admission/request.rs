//! What a review asks: read strictly, as whoever is asked to guard must not guess.

use std::cell::RefCell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};

use super::{MAX_BYTES, Unreadable};
use crate::k8s::Object;
use crate::source::LineIndex;
use crate::yaml::{Broken, Slot, Tree, Typed};

/// What is to be done with the object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    Create,
    Update,
    Delete,
    Connect,
}

/// One request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Request<'t> {
    pub(super) uid: &'t str,
    pub(super) operation: Operation,
    /// The group and version of the object.
    group: &'t str,
    version: &'t str,
    pub(super) kind: &'t str,
    namespace: &'t str,
    name: &'t str,
    pub(super) subresource: &'t str,
    /// None where it is deleted, or only connected to.
    pub(super) object: Option<Slot<'t>>,
    /// What it was, where it is updated and the review says so.
    pub(super) old: Option<Slot<'t>>,
}

/// The text of a review.
pub(super) fn text(body: &[u8]) -> Result<&str, Unreadable> {
    if body.len() > MAX_BYTES {
        let reason = format!("the review is larger than {} MiB, the most that is read", MAX_BYTES >> 20);
        return Err(Unreadable { code: 413, reason });
    }
    if body.trim_ascii().is_empty() {
        return Err(Unreadable::new("the review is empty"));
    }
    str::from_utf8(body).map_err(|error| {
        let at = error.valid_up_to();
        let byte = body.get(at).copied().unwrap_or_default();
        Unreadable::new(format!("byte 0x{byte:02x} at offset {at} is not UTF-8"))
    })
}

/// Why a text has no tree.
pub(super) fn broken(text: &str, broken: &Broken) -> Unreadable {
    let place = LineIndex::new(text, 0).position(broken.span.start);
    let message = broken.message.split(" at line ").next().unwrap_or_default();
    Unreadable::new(format!("what is at line {}, column {} cannot be read: {message}", place.line, place.column))
}

impl<'t> Request<'t> {
    /// The request of a review.
    pub(super) fn read(tree: &'t Tree<'t>) -> Result<Self, Unreadable> {
        let review = Slot::root(tree, tree.root());
        if !review.is_map() {
            return Err(Unreadable::new("the review is no mapping"));
        }
        if let Some(twice) = tree.duplicates().first() {
            let (key, place) = (tree.key_name(twice.second), tree.span(twice.second).start);
            let place = LineIndex::new(tree.text(), 0).position(place);
            let reason = format!("the key {key:?} stands twice, at line {}, column {}", place.line, place.column);
            return Err(Unreadable::new(reason));
        }
        for (key, wanted) in [("apiVersion", "admission.k8s.io/v1"), ("kind", "AdmissionReview")] {
            match string(review.at(key))? {
                Some(is) if is == wanted => {}
                Some(is) => return Err(Unreadable::new(format!("{key} is {is:?}, and {wanted:?} is wanted"))),
                None => return Err(Unreadable::new(format!("{key} is missing: {wanted:?} is wanted"))),
            }
        }
        let request = mapping(review.at("request"))?.ok_or_else(|| Unreadable::new("request is missing"))?;
        let operation = operation(request.at("operation"))?;
        let kind = mapping(request.at("kind"))?.ok_or_else(|| Unreadable::new("request.kind is missing"))?;
        let request = Self {
            uid: required(request.at("uid"))?,
            operation,
            group: string(kind.at("group"))?.unwrap_or_default(),
            version: required(kind.at("version"))?,
            kind: required(kind.at("kind"))?,
            namespace: string(request.at("namespace"))?.unwrap_or_default(),
            name: string(request.at("name"))?.unwrap_or_default(),
            subresource: string(request.at("subResource"))?.unwrap_or_default(),
            object: mapping(request.at("object"))?,
            old: mapping(request.at("oldObject"))?,
        };
        match operation {
            // What a connection carries is options, and what a deletion carries is what was.
            Operation::Delete | Operation::Connect => Ok(Self { object: None, ..request }),
            _ if request.object.is_none() => Err(Unreadable::new("request.object is missing")),
            _ => Ok(request),
        }
    }

    /// Whether the object is of the kind that the request names.
    pub(super) fn fits(&self, object: Object<'_>) -> Result<(), Unreadable> {
        let version =
            if self.group.is_empty() { self.version.into() } else { format!("{}/{}", self.group, self.version) };
        for (key, is, wanted) in [("apiVersion", object.api_version(), &*version), ("kind", object.kind(), self.kind)] {
            if is != wanted {
                let reason = format!("request.object.{key} is {is:?}, and request.kind says {wanted:?}");
                return Err(Unreadable::new(reason));
            }
        }
        Ok(())
    }

    /// What it is about, in a line; an object whose name the API server has still to make up has none.
    pub(super) fn about(&self) -> String {
        let operation = match self.operation {
            Operation::Create => "create",
            Operation::Update => "update",
            Operation::Delete => "delete",
            Operation::Connect => "connect",
        };
        let name = if self.name.is_empty() { "*" } else { self.name };
        let slash = if self.namespace.is_empty() { "" } else { "/" };
        format!("{operation} {} {}{slash}{name}", self.kind, self.namespace)
    }

    /// Whether it is about a Pod itself.
    pub(super) fn is_pod(&self) -> bool {
        self.group.is_empty() && self.kind == "Pod"
    }

    /// Whether the API server would take a patch of the pod's fields: most of a Pod's and a Job's never change.
    pub(super) fn may_be_mended(&self) -> bool {
        let is_fixed = self.is_pod() || self.group == "batch" && self.kind == "Job";
        self.subresource.is_empty() && (self.operation == Operation::Create || !is_fixed)
    }
}

fn operation(slot: Slot<'_>) -> Result<Operation, Unreadable> {
    match required(slot)? {
        "CREATE" => Ok(Operation::Create),
        "UPDATE" => Ok(Operation::Update),
        "DELETE" => Ok(Operation::Delete),
        "CONNECT" => Ok(Operation::Connect),
        other => {
            let reason = format!("request.operation is {other:?}: CREATE, UPDATE, DELETE or CONNECT is wanted");
            Err(Unreadable::new(reason))
        }
    }
}

fn required(slot: Slot<'_>) -> Result<&str, Unreadable> {
    let text = string(slot)?.filter(|text| !text.is_empty());
    text.ok_or_else(|| Unreadable::new(format!("{} is missing", slot.path())))
}

fn string(slot: Slot<'_>) -> Result<Option<&str>, Unreadable> {
    match slot.str() {
        Typed::Is(text) => Ok(Some(text)),
        Typed::Absent => Ok(None),
        Typed::Wrong | Typed::Unknown => Err(Unreadable::new(format!("{} is no string", slot.path()))),
    }
}

fn mapping(slot: Slot<'_>) -> Result<Option<Slot<'_>>, Unreadable> {
    match slot {
        slot if slot.is_map() => Ok(Some(slot)),
        slot if slot.is_absent() => Ok(None),
        slot => Err(Unreadable::new(format!("{} is no mapping", slot.path()))),
    }
}

/// The uid of a review that cannot be read, as far as it goes: the API server takes no answer without it.
pub(super) fn uid(body: &[u8]) -> String {
    let found = RefCell::new(None);
    let mut reader = serde_json::Deserializer::from_slice(body);
    // What is wrong further on has been told.
    let _ = Find { keys: &["request", "uid"], found: &found }.deserialize(&mut reader);
    found.into_inner().unwrap_or_default()
}

/// Keeps the string at a path of keys as soon as it has been read.
#[derive(Clone, Copy)]
struct Find<'a> {
    keys: &'a [&'static str],
    found: &'a RefCell<Option<String>>,
}

impl<'de> DeserializeSeed<'de> for Find<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if self.keys.is_empty() { deserializer.deserialize_str(self) } else { deserializer.deserialize_map(self) }
    }
}

impl<'de> Visitor<'de> for Find<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a review")
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.found.replace(Some(text.to_owned()));
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Some((first, rest)) = self.keys.split_first() else { return Ok(()) };
        while let Some(key) = map.next_key::<String>()? {
            if key == *first {
                map.next_value_seed(Find { keys: rest, ..self })?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}
