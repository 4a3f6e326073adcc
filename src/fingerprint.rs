//! What a finding is known by while text around it moves: rule, object, container, field and value; neither file nor
//! line nor wording. The same on every machine and in every version.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

use crate::coverage::Unread;
use crate::finding::Finding;
use crate::k8s::{ObjectRef, api};
use crate::yaml::{Kind, Slot};

/// A finding's identity. Equal ones are about the same thing, in one file or in several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u8; 16]);

/// The fingerprint of a finding.
pub fn of(finding: &Finding) -> Fingerprint {
    let none = ObjectRef::default();
    let object = finding.object.as_deref().unwrap_or(&none);
    let group = object.api_version.split_once('/').map_or("", |(group, _)| group);
    // Kubernetes' own kinds have moved between its groups, and are the same kinds.
    let group = if api::owns_group(group) { "" } else { group };
    let rule = finding.rule;
    digest(&[
        // An id that the rule had first is one that it keeps.
        rule.aliases.first().unwrap_or(&rule.id).as_bytes(),
        group.as_bytes(),
        object.kind.as_bytes(),
        object.namespace.as_deref().unwrap_or_default().as_bytes(),
        object.name.as_bytes(),
        finding.container.as_deref().unwrap_or_default().as_bytes(),
        &finding.mark.0.to_be_bytes(),
    ])
}

/// The first half of the SHA-256 of the parts, each behind its length.
pub(crate) fn digest(parts: &[&[u8]]) -> Fingerprint {
    let mut text = Vec::with_capacity(parts.iter().map(|p| p.len() + 8).sum());
    for part in parts {
        text.extend((part.len() as u64).to_be_bytes());
        text.extend(*part);
    }
    let hash: [u8; 32] = Sha256::digest(&text).into();
    let mut half = [0; 16];
    half.copy_from_slice(&hash[..16]);
    Fingerprint(half)
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
        let digits = text.len() == 32 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        let number = u128::from_str_radix(text, 16).ok().filter(|_| digits);
        number.map(|n| Self(n.to_be_bytes())).ok_or(())
    }
}

/// Fingerprints that are one of a kind in a report: the file counts, and of equal findings in a file each is another.
#[derive(Debug, Default)]
pub struct Unique {
    seen: HashMap<Fingerprint, u32>,
}

impl Unique {
    /// The fingerprint of the next finding, in the file that the report calls `path`.
    pub fn of(&mut self, finding: &Finding, path: &str) -> Fingerprint {
        self.count(digest(&[&of(finding).0, path.as_bytes()]))
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mark(u64);

impl Mark {
    /// A field, given by `Slot::paths`, and what stands there. The value may be a credential's neighbour or an
    /// image of a day, so rules can say better what they mean: `Draft::known_by`.
    pub(crate) fn of(field: &str, value: impl Value) -> Self {
        let mut text = Vec::with_capacity(field.len() + 32);
        text.extend(field.as_bytes());
        text.push(0);
        value.write(&mut text);
        let hash: [u8; 32] = Sha256::digest(&text).into();
        let mut first = [0; 8];
        first.copy_from_slice(&hash[..8]);
        Self(u64::from_be_bytes(first))
    }
}

/// What a mark can be made of, beside the field.
pub(crate) trait Value {
    /// Appends what it means.
    fn write(self, to: &mut Vec<u8>);
}

/// What a rule says that the finding is about.
impl Value for &str {
    fn write(self, to: &mut Vec<u8>) {
        to.extend(self.as_bytes());
    }
}

/// A value's meaning. Of mappings and lists that hold others only that they are: a container is not another one because
/// a port is added.
impl Value for Slot<'_> {
    fn write(self, to: &mut Vec<u8>) {
        let is_plain = |slot: &Slot<'_>| !slot.is_map() && !slot.is_seq();
        if self.is_map() {
            to.push(b'm');
            let mut entries: Vec<_> = self.entries().collect();
            if entries.len() <= MOST && entries.iter().all(|(_, value)| is_plain(value)) {
                entries.sort_by(|a, b| a.0.cmp(&b.0));
                for (key, value) in entries {
                    to.extend(key.as_bytes());
                    to.push(0);
                    scalar(value, to);
                }
            }
        } else if self.is_seq() {
            to.push(b'l');
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
pub(crate) fn scalar(slot: Slot<'_>, to: &mut Vec<u8>) {
    let text = match (slot.kind(), slot.as_int()) {
        (Kind::Null, _) => "n".to_owned(),
        (Kind::Bool(b), _) => format!("b{b}"),
        // As JSON has it, `1e4` is 10000.
        (_, Some(int)) => format!("i{int}"),
        (Kind::Uint(n), _) => format!("i{n}"),
        (Kind::Float(f), _) => format!("f{f:e}"),
        (Kind::Unknown, _) => format!("u{}", slot.text()),
        _ => format!("s{}", slot.text()),
    };
    to.extend(text.as_bytes());
    to.push(0);
}
