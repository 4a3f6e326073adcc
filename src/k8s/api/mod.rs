//! Kubernetes' own API as data: which kinds exist from which minor to which, and what fields they take.
//! A text table written by `reduce/` from Kubernetes' Go types; a struct's lines are read when first asked for.
//!
//! Everything that it hands out is `'static`. A minor is the number after `1.`: 37 is Kubernetes 1.37.
//! Facts about kinds reach back to the first releases; facts about fields begin at [`OLDEST`].

mod identity;
mod nearest;
mod place;
mod slip;
mod table;
mod value;
mod walk;

use std::fmt;
use std::sync::OnceLock;

pub use identity::{fits, slips, succession, unfit};
pub use nearest::{Place, nearest_group_version, nearest_kind, paths_to};
pub use slip::{Fault, Meant, Slip};

/// The first minor whose fields are known one by one; a field without `since` may be older.
pub const OLDEST: u32 = 25;

/// The newest minor in the table. A later one is a plan: kinds are dated for removal in advance.
pub const NEWEST: u32 = 37;

/// What the table says of an `apiVersion` and a `kind`.
#[derive(Clone, Copy, Debug)]
pub enum Lookup {
    /// Kubernetes has, or once had, this kind; its dates say at which minors.
    Known(&'static Kind),
    /// The group and version are Kubernetes' own, the kind is not in them.
    UnknownKind,
    /// The group is Kubernetes' own, this version of it never was.
    UnknownVersion,
    /// A group that Kubernetes does not own: a custom resource, or a slip of the pen.
    UnknownGroup,
}

/// Looks up a kind as a manifest names it: `kind("apps/v1", "Deployment")`.
pub fn kind(api_version: &str, kind: &str) -> Lookup {
    match table::versions().iter().find(|v| v.name == api_version) {
        Some(version) => version.kinds().iter().find(|k| k.name == kind).map_or(Lookup::UnknownKind, Lookup::Known),
        None if owns_group(group_of(api_version)) => Lookup::UnknownVersion,
        None => Lookup::UnknownGroup,
    }
}

/// Whether Kubernetes itself owns an API group, now or once; `""` is the core group.
/// A version of such a group that the table lacks is an error; one of another group is a custom resource's.
pub fn owns_group(group: &str) -> bool {
    table::versions().iter().any(|v| group_of(v.name) == group)
}

/// Whether Kubernetes has, or once had, this group version.
pub fn has_version(api_version: &str) -> bool {
    table::versions().iter().any(|v| v.name == api_version)
}

/// Every kind in every version, in the table's order.
pub fn kinds() -> impl Iterator<Item = &'static Kind> {
    table::versions().iter().flat_map(table::Version::kinds)
}

/// Every kind of that name in any group and version, in the table's order.
pub fn homes(kind: &str) -> impl Iterator<Item = &'static Kind> {
    kinds().filter(move |k| k.name == kind)
}

/// The steadiest version that serves a kind of that name at a minor: stable before beta before alpha.
/// Where two groups do, the one first in the alphabet, and the core group (`v1`) before any other.
pub fn home(kind: &str, minor: u32) -> Option<&'static Kind> {
    homes(kind).filter(|k| k.served_at(minor)).reduce(|best, next| {
        let core = group_of(next.group_version).is_empty();
        let steadier = rank(next.group_version).cmp(&rank(best.group_version));
        if steadier.then(core.cmp(&false)).is_gt() { next } else { best }
    })
}

/// The group of an `apiVersion`: `apps` of `apps/v1`, `""` of `v1`.
pub fn group_of(api_version: &str) -> &str {
    api_version.split_once('/').map_or("", |(group, _)| group)
}

/// The order of steadiness: stable, beta, alpha; within each the higher number.
fn rank(api_version: &str) -> (u8, u32, u32) {
    let version = api_version.rsplit_once('/').map_or(api_version, |(_, v)| v);
    let number = |s: &str| s.parse().unwrap_or(0);
    let rest = version.strip_prefix('v').unwrap_or(version);
    if let Some((major, minor)) = rest.split_once("beta") {
        (1, number(major), number(minor))
    } else if let Some((major, minor)) = rest.split_once("alpha") {
        (0, number(major), number(minor))
    } else {
        (2, number(rest), 0)
    }
}

/// One kind in one group and version.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// As `apiVersion` spells it: `apps/v1`, `v1`.
    pub group_version: &'static str,
    /// As `kind` spells it.
    pub name: &'static str,
    /// Where its objects live.
    pub scope: Scope,
    /// The first minor that serves it; `None`: from the beginning, or not known.
    pub since: Option<u32>,
    /// The minor that deprecates it.
    pub deprecated: Option<u32>,
    /// The first minor that no longer serves it; above [`NEWEST`] it is announced, and may still move.
    pub removed: Option<u32>,
    /// The group version and kind to use instead, as Kubernetes' lifecycle data or release notes name it.
    pub replacement: Option<(&'static str, &'static str)>,
    schema: Schema,
}

/// Where the struct of a kind stands in the table.
#[derive(Clone, Copy, Debug)]
enum Schema {
    None,
    Struct { package: &'static str, name: &'static str },
}

/// Where the objects of a kind live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// In a namespace.
    Namespaced,
    /// In the cluster, without a namespace.
    Cluster,
    /// No stored object: a list, a review, the body of a subresource.
    Unstored,
}

impl Kind {
    /// The fields at the top of such an object; `None` for kinds that left before [`OLDEST`].
    pub fn schema(&self) -> Option<&'static Struct> {
        match self.schema {
            Schema::None => None,
            Schema::Struct { package, name } => table::structure(package, name),
        }
    }

    /// Whether an API server of that minor serves it. Alpha and most beta versions also ask for a switch.
    pub fn served_at(&self, minor: u32) -> bool {
        self.since.is_none_or(|since| since <= minor) && self.removed.is_none_or(|removed| minor < removed)
    }

    /// What to write instead at a minor: the replacement, or its own replacement, or the steadiest
    /// version in the same group, whichever that minor serves.
    pub fn successor(&self, minor: u32) -> Option<&'static Kind> {
        let mut next = self.replacement;
        // A chain is three long at most (flowcontrol); the bound only guards against a circle in the data.
        for _ in 0..8 {
            let Some((group_version, name)) = next else { break };
            let Lookup::Known(found) = kind(group_version, name) else { break };
            if found.served_at(minor) {
                return Some(found);
            }
            next = found.replacement;
        }
        let group = group_of(self.group_version);
        homes(self.name)
            .filter(|k| group_of(k.group_version) == group && k.group_version != self.group_version)
            .filter(|k| k.served_at(minor))
            .max_by_key(|k| rank(k.group_version))
    }
}

/// The fields of an object, as one of Kubernetes' Go types declares them.
pub struct Struct {
    /// Package and type: `v1.Container`, `apps/v1.DeploymentSpec`.
    pub name: &'static str,
    text: &'static str,
    fields: OnceLock<Fields>,
}

/// What a struct's lines say, once read.
struct Fields {
    list: Box<[Field]>,
    /// The name of each in brief, side by side: the search for one touches little memory.
    briefs: Box<[u64]>,
    required: usize,
}

/// The length and the first letters of a name, in a word.
fn brief(name: &str) -> u64 {
    let mut word = [0; 8];
    let letters = name.len().min(7);
    word[..letters].copy_from_slice(&name.as_bytes()[..letters]);
    word[7] = u8::try_from(name.len()).unwrap_or(u8::MAX);
    u64::from_le_bytes(word)
}

impl Struct {
    /// The field of that exact name; the API server knows no other spelling.
    pub fn field(&'static self, name: &str) -> Option<&'static Field> {
        let fields = self.read();
        let wanted = brief(name);
        let mut alike = fields.briefs.iter().zip(&fields.list).filter(|(brief, _)| **brief == wanted);
        alike.find(|(_, field)| field.name == name).map(|(_, field)| field)
    }

    fn read(&'static self) -> &'static Fields {
        self.fields.get_or_init(|| {
            let list = table::fields(self);
            let briefs = list.iter().map(|f| brief(f.name)).collect();
            let required = list.iter().filter(|f| f.required).count();
            Fields { list, briefs, required }
        })
    }

    /// All fields, by name.
    pub fn fields(&'static self) -> &'static [Field] {
        &self.read().list
    }

    /// How many fields are required.
    fn required(&'static self) -> usize {
        self.read().required
    }

    /// The field that was probably meant, by edit distance; the same letters in another case win.
    pub fn nearest_field(&'static self, name: &str) -> Option<&'static Field> {
        let nearest = nearest::nearest(name, self.fields().iter().map(|f| f.name))?;
        self.field(nearest)
    }
}

/// By name alone, as the types form circles (`JSONSchemaProps`).
impl fmt::Debug for Struct {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// One field of a [`Struct`].
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// As the manifest spells it.
    pub name: &'static str,
    /// What it takes.
    pub ty: Type,
    /// The API server refuses the object without it: no default, and its zero value is invalid.
    pub required: bool,
    /// The minor in which it came, if after its struct did and after [`OLDEST`].
    pub since: Option<u32>,
    /// The first minor without it.
    pub removed: Option<u32>,
}

impl Field {
    /// Whether the types of that minor have it (a feature gate may still be off).
    pub fn exists_at(&self, minor: u32) -> bool {
        self.since.is_none_or(|since| since <= minor) && self.removed.is_none_or(|removed| minor < removed)
    }
}

/// What a field takes. `null` is an absent field, whatever its type.
#[derive(Clone, Copy, Debug)]
pub enum Type {
    /// `true` or `false`.
    Bool,
    /// An integer of 32 bits.
    Int32,
    /// An integer of 64 bits.
    Int64,
    /// Any number.
    Number,
    /// A string.
    String,
    /// A string in base64 (Go's decoder also takes a list of small integers).
    Bytes,
    /// A resource quantity: a string such as `100m`, or a number.
    Quantity,
    /// An integer of 32 bits, or a string (a port or its name; a count or a percentage).
    IntOrString,
    /// A time, RFC 3339.
    Time,
    /// A time, RFC 3339, with six digits of a second.
    MicroTime,
    /// A duration as Go writes it: `1h30m`.
    Duration,
    /// Anything: the server does not look inside here.
    Any,
    /// A string out of a closed set.
    Enum(&'static Enum),
    /// An object with these fields.
    Object(&'static Struct),
    /// A list of these.
    List(&'static Type),
    /// An object with keys of the writer's choice and these values.
    Map(&'static Type),
    /// An object, or something else in its stead. The API server checks types below it, but drops an
    /// unknown field there without a word, even where it is asked to be strict.
    ObjectOr(&'static Struct, Other),
}

/// What a [`Type::ObjectOr`] takes in the object's stead (the schema of a custom resource has all three).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Other {
    /// A boolean.
    Bool,
    /// A list of such objects.
    List,
    /// A list of strings.
    Strings,
}

impl Type {
    /// The fields of the object below it, through lists and maps, if an object is what it holds.
    pub fn object(self) -> Option<&'static Struct> {
        match self {
            Type::Object(object) | Type::ObjectOr(object, _) => Some(object),
            Type::List(item) | Type::Map(item) => item.object(),
            _ => None,
        }
    }
}

/// A closed set of strings: the API server refuses any other. An empty string counts as an absent field.
#[derive(Debug)]
pub struct Enum {
    /// Package and Go type (`v1.PullPolicy`), or the field where Go says only `string`.
    pub name: &'static str,
    text: &'static str,
}

/// One value of an [`Enum`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Value {
    /// The string.
    pub name: &'static str,
    /// The minor in which it came, if after its enum did and after [`OLDEST`].
    pub since: Option<u32>,
    /// The first minor without it.
    pub removed: Option<u32>,
}

impl Value {
    /// Whether that minor takes it.
    pub fn exists_at(&self, minor: u32) -> bool {
        self.since.is_none_or(|since| since <= minor) && self.removed.is_none_or(|removed| minor < removed)
    }
}

impl Enum {
    /// Its values, by name.
    pub fn values(&self) -> impl Iterator<Item = Value> + use<> {
        self.text.split('|').map(table::value)
    }

    /// The value of that exact name.
    pub fn value(&self, name: &str) -> Option<Value> {
        self.values().find(|v| v.name == name)
    }

    /// The value that was probably meant.
    pub fn nearest(&self, name: &str) -> Option<&'static str> {
        nearest::nearest(name, self.values().map(|v| v.name))
    }
}

#[cfg(test)]
mod tests;
