//! The table's text, read when first asked for: the kinds of a version, the enums, the fields of a struct.
//! A line that does not parse is left out of the table, and a test counts that none is.

use super::{Enum, Field, Kind, Other, Schema, Scope, Struct, Type, Value};
use std::cmp::Ordering;
use std::sync::{LazyLock, OnceLock};

/// Kinds, then enums (`@`), then structs (`=`), each part in byte order of its names.
const TEXT: &str = include_str!("table.txt");

/// The kinds of one group version.
pub(super) struct Version {
    /// As `apiVersion` spells it.
    pub(super) name: &'static str,
    package: &'static str,
    text: &'static str,
    kinds: OnceLock<Box<[Kind]>>,
}

impl Version {
    /// In order of their names.
    pub(super) fn kinds(&'static self) -> &'static [Kind] {
        self.kinds.get_or_init(|| self.text.lines().filter_map(|line| read_kind(line, self)).collect())
    }
}

/// The three parts of the text. A mark that stands nowhere else in its part begins each entry, so that
/// the search for the next one runs over whole words at a time.
static PARTS: LazyLock<[&str; 3]> = LazyLock::new(|| {
    let (kinds, rest) = TEXT.split_once("\n@ ").unwrap_or((TEXT, ""));
    let (enums, structs) = rest.split_once("\n= ").unwrap_or((rest, ""));
    [kinds.split_once("\n% ").map_or("", |(_, kinds)| kinds), enums, structs]
});

static VERSIONS: LazyLock<Vec<Version>> = LazyLock::new(|| {
    let blocks = PARTS[0].split('%').filter_map(|block| block.trim_start().split_once('\n'));
    blocks
        .map(|(header, text)| {
            let (name, package) = header.split_once(' ').unwrap_or((header, ""));
            Version { name, package, text, kinds: OnceLock::new() }
        })
        .collect()
});

static ENUMS: LazyLock<Vec<Enum>> = LazyLock::new(|| {
    let lines = PARTS[1].lines().filter_map(|line| line.trim_start_matches("@ ").split_once(' '));
    lines.map(|(name, text)| Enum { name, text }).collect()
});

static STRUCTS: LazyLock<Vec<Struct>> = LazyLock::new(|| {
    let mut structs = Vec::with_capacity(2000);
    let blocks = PARTS[2].split('=').filter_map(|block| block.trim_start_matches(' ').split_once('\n'));
    structs.extend(blocks.map(|(name, text)| Struct { name, text, fields: OnceLock::new() }));
    structs
});

/// Group versions, in order of their names.
pub(super) fn versions() -> &'static [Version] {
    &VERSIONS
}

/// `Deployment ns +9 ~11 -16 >apps/v1 [Kind] [=[struct]]`; a bare `=` says that the fields are not known.
fn read_kind(line: &'static str, version: &'static Version) -> Option<Kind> {
    let mut words = line.split(' ');
    let name = words.next().filter(|name| !name.is_empty())?;
    let mut kind = Kind {
        group_version: version.name,
        name,
        scope: Scope::Unstored,
        since: None,
        deprecated: None,
        removed: None,
        replacement: None,
        schema: Schema::Struct { package: version.package, name },
    };
    for word in words {
        match word.as_bytes().first() {
            Some(b'+') => kind.since = minor(&word[1..]),
            Some(b'~') => kind.deprecated = minor(&word[1..]),
            Some(b'-') => kind.removed = minor(&word[1..]),
            Some(b'>') => kind.replacement = Some((&word[1..], name)),
            Some(b'=') => {
                let other = word[1..].split_once('.');
                kind.schema = other.map_or(Schema::None, |(package, name)| Schema::Struct { package, name });
            }
            _ if word == "ns" => kind.scope = Scope::Namespaced,
            _ if word == "cl" => kind.scope = Scope::Cluster,
            _ => kind.replacement = kind.replacement.map(|(version, _)| (version, word)),
        }
    }
    Some(kind)
}

fn minor(text: &str) -> Option<u32> {
    text.parse().ok()
}

/// A value of an enum, with its dates: `OnFailure@34`, `ControllerResizeFailed-@31`.
pub(super) fn value(text: &'static str) -> Value {
    let Some((name, date)) = text.split_once('@') else {
        return Value { name: text, since: None, removed: None };
    };
    match name.strip_suffix('-') {
        Some(name) => Value { name, since: None, removed: minor(date) },
        None => Value { name, since: minor(date.trim_end_matches(|c: char| !c.is_ascii_digit())), removed: None },
    }
}

/// The struct `package.name`.
pub(super) fn structure(package: &str, name: &str) -> Option<&'static Struct> {
    STRUCTS.binary_search_by(|s| order(s.name, package, name)).ok().map(|at| &STRUCTS[at])
}

fn enumeration(package: &str, name: &str) -> Option<&'static Enum> {
    ENUMS.binary_search_by(|e| order(e.name, package, name)).ok().map(|at| &ENUMS[at])
}

/// How a whole name stands to `package.name`. The parts are compared in place of a joined name, which would be an allocation.
fn order(whole: &str, package: &str, name: &str) -> Ordering {
    let (head, tail) = whole.as_bytes().split_at(package.len().min(whole.len()));
    head.cmp(package.as_bytes()).then_with(|| match tail.split_first() {
        None => Ordering::Less,
        Some((dot, rest)) => dot.cmp(&b'.').then_with(|| rest.cmp(name.as_bytes())),
    })
}

/// The fields of a struct, in order, as its lines declare them.
pub(super) fn fields(owner: &Struct) -> Box<[Field]> {
    let package = owner.name.rsplit_once('.').map_or("", |(package, _)| package);
    owner.text.lines().filter_map(|line| read_field(line, package)).collect()
}

/// `containers! []v1.Container +30 -33`; the mark says that the field is required.
fn read_field(line: &'static str, package: &str) -> Option<Field> {
    let mut words = line.split(' ');
    let name = words.next()?;
    let ty = read_type(words.next()?, package)?;
    let bare = name.trim_end_matches('!');
    let mut field = Field { name: bare, ty, required: bare.len() < name.len(), since: None, removed: None };
    for word in words {
        match word.as_bytes().first() {
            Some(b'+') => field.since = minor(&word[1..]),
            Some(b'-') => field.removed = minor(&word[1..]),
            _ => return None,
        }
    }
    Some(field)
}

fn read_type(text: &str, package: &str) -> Option<Type> {
    // What is boxed here lives as long as the table, and is read once.
    let boxed = |rest| read_type(rest, package).map(|ty| &*Box::leak(Box::new(ty)));
    Some(match text {
        "bool" => Type::Bool,
        "int32" => Type::Int32,
        "int64" => Type::Int64,
        "number" => Type::Number,
        "string" => Type::String,
        "bytes" => Type::Bytes,
        "quantity" => Type::Quantity,
        "int|string" => Type::IntOrString,
        "time" => Type::Time,
        "microtime" => Type::MicroTime,
        "duration" => Type::Duration,
        "any" => Type::Any,
        "[]string" => Type::List(&Type::String),
        "{}string" => Type::Map(&Type::String),
        "{}quantity" => Type::Map(&Type::Quantity),
        _ => {
            if let Some(rest) = text.strip_prefix("[]") {
                Type::List(boxed(rest)?)
            } else if let Some(rest) = text.strip_prefix("{}") {
                Type::Map(boxed(rest)?)
            } else if let Some(rest) = text.strip_prefix('@') {
                let (package, name) = reference(rest, package)?;
                Type::Enum(enumeration(package, name)?)
            } else {
                let (name, other) = text.split_once('|').map_or((text, None), |(name, other)| (name, Some(other)));
                let (package, name) = reference(name, package)?;
                let object = structure(package, name)?;
                match other {
                    None => Type::Object(object),
                    Some("bool") => Type::ObjectOr(object, Other::Bool),
                    Some("list") => Type::ObjectOr(object, Other::List),
                    Some("strings") => Type::ObjectOr(object, Other::Strings),
                    Some(_) => return None,
                }
            }
        }
    })
}

/// `.Name` is of the struct's own package, `package.Name` of another.
fn reference<'a>(text: &'a str, own: &'a str) -> Option<(&'a str, &'a str)> {
    let (package, name) = text.split_once('.')?;
    Some((if package.is_empty() { own } else { package }, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_read_and_every_name_resolves() {
        let lines = |mark: &str| TEXT.lines().filter(|l| l.starts_with(mark)).count();
        assert_eq!(STRUCTS.len(), lines("= "));
        assert_eq!(ENUMS.len(), lines("@ "));
        assert_eq!(VERSIONS.len(), lines("% "));
        for s in STRUCTS.iter() {
            assert_eq!(s.fields().len(), s.text.lines().count(), "{}", s.name);
        }
        for version in VERSIONS.iter() {
            assert_eq!(version.kinds().len(), version.text.lines().count(), "{}", version.name);
            for kind in version.kinds() {
                let known = matches!(kind.schema, Schema::None) || kind.schema().is_some();
                assert!(known, "{} {}", kind.group_version, kind.name);
            }
        }
    }

    #[test]
    fn parts_are_in_order() {
        assert!(VERSIONS.is_sorted_by(|a, b| a.name < b.name));
        assert!(VERSIONS.iter().all(|v| v.kinds().is_sorted_by(|a, b| a.name < b.name)));
        assert!(ENUMS.is_sorted_by(|a, b| a.name < b.name));
        assert!(STRUCTS.is_sorted_by(|a, b| a.name < b.name));
        assert!(STRUCTS.iter().all(|s| s.fields().is_sorted_by(|a, b| a.name < b.name)));
    }

    #[test]
    fn values_carry_their_dates() {
        let dates = |v: Value| (v.name, v.since, v.removed);
        assert_eq!(dates(value("Never")), ("Never", None, None));
        assert_eq!(dates(value("Never@34")), ("Never", Some(34), None));
        assert_eq!(dates(value("Never-@31")), ("Never", None, Some(31)));
    }
}
