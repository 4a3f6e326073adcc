//! What a finding is known by while text around it moves: rule, object, container, field and value; neither file nor
//! line nor wording. The same on every machine and in every version.

use std::collections::HashMap;
use std::fmt::{self, Write};
use std::str::FromStr;
use std::sync::Arc;

use siphasher::sip128::SipHasher24;

use crate::coverage::Unread;
use crate::finding::Finding;
use crate::k8s::{ObjectRef, api};
use crate::rule::Rule;
use crate::yaml::{Kind, Slot};

/// A finding's identity. Equal ones are about the same thing, in one file or in several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u8; 16]);

/// Makes fingerprints. Findings about one object come one after the other: what it is called is hashed once for all.
#[derive(Debug, Default)]
pub(crate) struct Maker {
    object: Option<(Arc<ObjectRef>, Fingerprint)>,
    text: Vec<u8>,
}

impl Maker {
    /// The fingerprint of what a rule says of an object and a container.
    pub(crate) fn of(
        &mut self,
        rule: &Rule,
        object: Option<&Arc<ObjectRef>>,
        container: Option<&str>,
        mark: &Mark,
    ) -> Fingerprint {
        let object = object.map_or([0; 16], |object| self.object(object).0);
        self.text.clear();
        self.text.extend(object);
        // An id that the rule had first is one that it keeps.
        self.text.extend(rule.aliases.first().unwrap_or(&rule.id).as_bytes());
        self.text.push(0);
        let container = container.unwrap_or_default();
        self.text.extend((container.len() as u64).to_be_bytes());
        self.text.extend(container.as_bytes());
        self.text.extend(mark.0.as_bytes());
        hash(&self.text)
    }

    fn object(&mut self, object: &Arc<ObjectRef>) -> Fingerprint {
        match &self.object {
            Some((last, found)) if Arc::ptr_eq(last, object) => *found,
            _ => {
                let found = of_object(object);
                self.object = Some((Arc::clone(object), found));
                found
            }
        }
    }
}

fn of_object(object: &ObjectRef) -> Fingerprint {
    let group = object.api_version.split_once('/').map_or("", |(group, _)| group);
    // Kubernetes' own kinds have moved between its groups, and are the same kinds.
    let group = if api::owns_group(group) { "" } else { group };
    let namespace = object.namespace.as_deref().unwrap_or_default();
    digest(&[group, &object.kind, namespace, &object.name].map(str::as_bytes))
}

/// The hash of the parts, each behind its length.
pub(crate) fn digest(parts: &[&[u8]]) -> Fingerprint {
    let mut text = Vec::with_capacity(parts.iter().map(|p| p.len() + 8).sum());
    for part in parts {
        text.extend((part.len() as u64).to_be_bytes());
        text.extend(*part);
    }
    hash(&text)
}

fn hash(text: &[u8]) -> Fingerprint {
    let hash = SipHasher24::new().hash(text);
    Fingerprint((u128::from(hash.h1) | u128::from(hash.h2) << 64).to_le_bytes())
}

impl Fingerprint {
    /// Its bytes.
    pub(crate) fn bytes(&self) -> [u8; 16] {
        self.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for Fingerprint {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        let pairs = <&[[u8; 2]; 16]>::try_from(pairs).ok().filter(|_| rest.is_empty()).ok_or(())?;
        // By a table and without a branch: a baseline has one for each of its lines.
        let bytes = pairs.map(|[high, low]| (DIGITS[high as usize], DIGITS[low as usize]));
        let are_digits = bytes.iter().fold(0, |found, (high, low)| found | high | low) < 16;
        are_digits.then(|| Self(bytes.map(|(high, low)| high << 4 | low))).ok_or(())
    }
}

/// What each byte counts as a digit of a fingerprint; more than 15 where it is none.
const DIGITS: [u8; 256] = {
    let (mut digits, mut value) = ([u8::MAX; 256], 0);
    while value < 16 {
        digits[b"0123456789abcdef"[value as usize] as usize] = value;
        value += 1;
    }
    digits
};

/// Fingerprints that are one of a kind in a report: the file counts, and of equal findings in a file each is another.
#[derive(Debug, Default)]
pub struct Unique {
    seen: HashMap<Fingerprint, u32>,
}

impl Unique {
    /// The fingerprint of the next finding, in the file that the report calls `path`.
    pub fn of(&mut self, finding: &Finding, path: &str) -> Fingerprint {
        self.count(digest(&[&finding.fingerprint.0, path.as_bytes()]))
    }

    /// The fingerprint of what was not read next, by why.
    pub fn of_unread(&mut self, unread: &Unread, path: &str) -> Fingerprint {
        self.count(digest(&[path.as_bytes(), unread.outcome.name().as_bytes(), unread.reason.as_bytes()]))
    }

    fn count(&mut self, here: Fingerprint) -> Fingerprint {
        let count = self.seen.entry(here).or_default();
        *count += 1;
        if *count == 1 { here } else { digest(&[&here.0, &count.to_be_bytes()]) }
    }
}

/// What tells a finding from others about its object: the field, by names and not by numbers, and the value as the API
/// server reads it.
#[derive(Debug, Default)]
pub(crate) struct Mark(String);

impl Mark {
    /// A field, given by `Slot::paths`, and what stands there. The value may be a credential's neighbour or an
    /// image of a day, so rules can say better what they mean: `Draft::known_by`.
    pub(crate) fn of(mut field: String, value: impl Value) -> Self {
        field.push('\0');
        value.write(&mut field);
        Self(field)
    }
}

/// What a mark can be made of, beside the field.
pub(crate) trait Value {
    /// Appends what it means.
    fn write(self, to: &mut String);
}

/// What a rule says that the finding is about.
impl Value for &str {
    fn write(self, to: &mut String) {
        to.push_str(self);
    }
}

/// A value's meaning. Of mappings and lists that hold others only that they are: a container is not another one because
/// a port is added.
impl Value for Slot<'_> {
    fn write(self, to: &mut String) {
        let is_plain = |slot: &Slot<'_>| !slot.is_map() && !slot.is_seq();
        if self.is_map() {
            to.push('m');
            let mut entries: Vec<_> = self.entries().collect();
            if entries.len() <= MOST && entries.iter().all(|(_, value)| is_plain(value)) {
                entries.sort_by(|a, b| a.0.cmp(&b.0));
                for (key, value) in entries {
                    to.push_str(&key);
                    to.push('\0');
                    scalar(value, to);
                }
            }
        } else if self.is_seq() {
            to.push('l');
            let items = self.items();
            if items.len() <= MOST && items.clone().all(|item| is_plain(&item)) {
                items.for_each(|item| scalar(item, to));
            }
        } else {
            scalar(self, to);
        }
    }
}

/// A list or mapping of more is named by its place alone.
const MOST: usize = 64;

/// Appends what a value that holds no others means.
pub(crate) fn scalar(slot: Slot<'_>, to: &mut String) {
    // A text takes whatever is written to it.
    let _ = match (slot.kind(), slot.as_int()) {
        (Kind::Null, _) => to.write_char('n'),
        (Kind::Bool(b), _) => write!(to, "b{b}"),
        // As JSON has it, `1e4` is 10000.
        (_, Some(int)) => write!(to, "i{int}"),
        (Kind::Uint(n), _) => write!(to, "i{n}"),
        (Kind::Float(f), _) => write!(to, "f{f:e}"),
        (Kind::Unknown, _) => write!(to, "u{}", slot.text()),
        _ => write!(to, "s{}", slot.text()),
    };
    to.push('\0');
}
