//! What is wrong with an object, measured by Kubernetes' own API, and where.

use super::{Enum, Field, Kind, Struct, Type};
use crate::k8s::Container;
use crate::rule::Safety;
use crate::yaml::{Change, Kind as Node, Slot, Value};

/// One thing that the API server does not know, or refuses.
#[derive(Clone, Debug)]
pub struct Slip<'t> {
    /// Where it is; absent where something is missing.
    pub slot: Slot<'t>,
    /// The mapping or list that holds it.
    pub parent: Slot<'t>,
    /// The container that it is in.
    pub container: Option<Container<'t>>,
    /// What is wrong.
    pub fault: Fault,
}

/// What is wrong.
#[derive(Clone, Debug)]
pub enum Fault {
    /// No `apiVersion`, or one that is no string; and where the kind lives.
    NoApiVersion(Option<&'static str>),
    /// An `apiVersion` that does not exist, and what was probably meant.
    ApiVersion(Option<&'static str>),
    /// A kind that lives in another `apiVersion`: this one.
    Home(&'static Kind),
    /// A kind that came later than the version of the run.
    Early(&'static Kind),
    /// No `kind`, or one that is no string.
    NoKind,
    /// A kind that does not exist, and what was probably meant.
    Kind(Option<&'static str>),
    /// A kind that is no longer served.
    Removed(&'static Kind),
    /// A kind that is served, and will not be in a later version.
    Leaving(&'static Kind),
    /// An unknown field, and what was probably meant.
    Field(Option<Meant>),
    /// A field that the version of the run does not have.
    Dated(&'static Field),
    /// A value of the wrong type or form, and the type that is wanted.
    Type(Type),
    /// None of the strings of a closed set.
    Value(&'static Enum),
    /// A required field that is absent, in a struct.
    Missing(&'static Field, &'static Struct),
}

/// What an unknown field was probably meant to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meant {
    /// Another field of the same object, and whether it takes the value.
    Spelling(&'static str, bool),
    /// The field of that name at another place, given as a path from the object's root.
    Place(String),
}

impl Slip<'_> {
    /// Where the slip stands, in words: `env[0].value of container "app"`, `spec.replicas`.
    pub fn at(&self) -> String {
        self.words(self.slot)
    }

    /// The same of what holds it; empty for the object itself.
    pub fn holder(&self) -> String {
        self.words(self.parent)
    }

    /// What stands there: `the string "3"`.
    pub fn stands(&self) -> String {
        let text = self.slot.text();
        let short: String = text.chars().take(40).collect();
        let more = if short.len() < text.len() { "…" } else { "" };
        match self.slot.kind() {
            Node::Str => format!("the string {:?}", short + more),
            Node::Bool(value) => format!("the boolean {value}"),
            Node::Seq => "a list".to_owned(),
            Node::Map => "a mapping".to_owned(),
            _ => format!("the number {short}{more}"),
        }
    }

    /// How to write a value of that type where this one stands, if that is plain.
    pub fn advice(&self, wanted: Type) -> Option<String> {
        let text = self.slot.text();
        match (wanted, self.slot.kind()) {
            (Type::String | Type::Enum(_), Node::Bool(value)) if text != value.to_string() => {
                Some(format!("YAML 1.1 reads {text} as {value}: write \"{text}\""))
            }
            (Type::String | Type::Enum(_), Node::Int(value)) if text != value.to_string() => {
                Some(format!("YAML 1.1 reads {text} as {value}: write \"{text}\""))
            }
            (Type::String | Type::Enum(_), Node::Bool(_) | Node::Int(_) | Node::Uint(_) | Node::Float(_)) => {
                Some(format!("write it in quotes: \"{text}\""))
            }
            (Type::Bool, Node::Str) if matches!(text, "true" | "false") => Some(format!("write {text} without quotes")),
            (Type::Int32 | Type::Int64, Node::Str) if text.parse::<i64>().is_ok() => {
                Some(format!("write {text} without quotes"))
            }
            (Type::List(_), Node::Str) if !text.is_empty() => {
                Some("write it as an item of a list, behind `- `".to_owned())
            }
            (Type::Object(_) | Type::Map(_), Node::Seq) => Some("write the keys without `- ` before them".to_owned()),
            (Type::Bytes, Node::Str) if self.slot.path().starts_with("data") => {
                Some("encode it, or write it as it is under stringData".to_owned())
            }
            _ => None,
        }
    }

    /// The change that writes what stands there as a value of that type, if it is plain what is meant.
    pub fn mended(&self, wanted: Type) -> Option<(Safety, Change)> {
        let (slot, text) = (self.slot, self.slot.text());
        let safe = |change: Option<Change>| Some((Safety::Safe, change?));
        match (wanted, slot.kind()) {
            (Type::String | Type::Enum(_), Node::Bool(_) | Node::Int(_) | Node::Uint(_) | Node::Float(_)) => {
                safe(slot.set(Value::text(text)))
            }
            (Type::Bool, Node::Str) => safe(slot.set(text.to_ascii_lowercase().parse::<bool>().ok()?)),
            (Type::Int32 | Type::Int64, Node::Str) => {
                let number: i64 = text.parse().ok()?;
                safe(if number.to_string() == text { slot.set(number) } else { None })
            }
            (Type::List(Type::String), Node::Str) if !text.is_empty() && !text.contains(char::is_whitespace) => {
                let item = serde_json::Value::from(text);
                Some((Safety::Unsafe, slot.set(format!("[{item}]"))?))
            }
            _ => None,
        }
    }

    /// The changes that move an unknown field to a place, given as a path, where there is just one such.
    pub fn moved_to(&self, place: &str) -> [Option<Change>; 2] {
        let target = self.slot.from_root(place).filter(|t| t.path() == place.replace("[]", "[0]"));
        target.map_or([None, None], |target| self.slot.move_to(target))
    }

    fn words(&self, slot: Slot<'_>) -> String {
        let path = slot.path();
        let Some(container) = self.container else { return path };
        match path.strip_prefix(&container.slot().path()).map(|rest| rest.trim_start_matches('.')) {
            Some("") => container.label(),
            Some(rest) => format!("{rest} of {}", container.label()),
            None => path,
        }
    }
}

impl Type {
    /// What the API wants where `stands` stands, as messages say it: `an integer`.
    pub fn wanted(self, stands: Node) -> &'static str {
        let number = matches!(stands, Node::Int(_) | Node::Uint(_));
        match self {
            Self::Int32 if !number => "an integer",
            Self::IntOrString if !number => "an integer or a string",
            Self::Bool => "a boolean",
            Self::Int32 => "an integer of 32 bits",
            Self::Int64 => "an integer",
            Self::Number => "a number",
            Self::String | Self::Enum(_) => "a string",
            Self::Bytes => "a string in base64",
            Self::Quantity => "a quantity such as 500m or 128Mi",
            Self::IntOrString => "an integer of 32 bits or a string",
            Self::Time => "a time such as 2006-01-02T15:04:05Z",
            Self::MicroTime => "a time such as 2006-01-02T15:04:05.000000Z",
            Self::Duration => "a duration such as 1h30m",
            Self::Any => "any value",
            Self::Object(_) | Self::Map(_) | Self::ObjectOr(..) => "a mapping",
            Self::List(_) => "a list",
        }
    }
}
