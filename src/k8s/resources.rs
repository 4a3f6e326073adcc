//! What containers and pods ask for and may use: `resources.requests` and `resources.limits`.

use super::container::{Container, ContainerKind};
use super::pod::Pod;
use super::quantity::{Quantity, QuantityError};
use super::version::Version;
use crate::policy::list_of;
use crate::yaml::{Kind, Slot, Typed};

/// The first minor at which a pod has resources of its own by default (KEP-2837).
pub const OF_PODS: u32 = 34;

/// What is counted in bytes; `HUGE_PAGES` begins the names of more.
pub const BYTES: [&str; 4] = ["memory", "ephemeral-storage", "storage", "sizeLimit"];

/// `hugepages-2Mi` and the like.
pub const HUGE_PAGES: &str = "hugepages-";

/// Fewer bytes than these are a slip.
pub const LEAST: &str = "1Mi";

/// Why a value is no quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Malformed {
    /// It is a list, a mapping or a boolean.
    Type,
    /// Its text does not parse.
    Text(QuantityError),
}

/// A value as a quantity. Numbers are read by the text that JSON has for them; `Wrong` does not occur.
pub fn quantity(slot: Slot<'_>) -> Typed<Result<Quantity, Malformed>> {
    let text = match slot.kind() {
        _ if slot.has_placeholder() => return Typed::Unknown,
        Kind::Null if slot.misread().is_none() => return Typed::Absent,
        // White space that JSON escapes is not trimmed by the API server.
        Kind::Str => slot.text().trim_matches(|c: char| c.is_whitespace() && c >= ' ').to_owned(),
        Kind::Int(i) => i.to_string(),
        Kind::Uint(u) => u.to_string(),
        Kind::Float(f) => f.to_string(),
        _ => return Typed::Is(Err(Malformed::Type)),
    };
    Typed::Is(Quantity::parse(&text).map_err(Malformed::Text))
}

/// The slots of `resources` that hold requests and limits: the pod's own (KEP-2837), and those of its containers with
/// how messages call their owner. Ephemeral containers have none.
pub fn resources(pod: Pod<'_>) -> Vec<(Slot<'_>, String, Option<Container<'_>>)> {
    let mut found = vec![(pod.at("resources"), "the pod".to_owned(), None)];
    let containers = pod.containers().filter(|c| c.kind() != ContainerKind::Ephemeral);
    found.extend(containers.map(|c| (c.at("resources"), c.label(), Some(c))));
    found
}

/// Whether anything is asked for or allowed: 0 is nothing, and to the API server null is 0.
pub fn is_some(slot: Slot<'_>) -> bool {
    match quantity(slot) {
        Typed::Absent => false,
        Typed::Is(Ok(quantity)) => !quantity.is_zero(),
        Typed::Is(Err(_)) | Typed::Unknown | Typed::Wrong => true,
    }
}

/// The pod's own limit or request of a resource, in force by default from `OF_PODS` on.
pub fn of_pod<'t>(pod: Pod<'t>, path: &'t str, version: Version) -> Option<Slot<'t>> {
    let slot = pod.at(path);
    (version.since(OF_PODS) && !slot.is_absent()).then_some(slot)
}

/// Whether a resource is counted in whole units only, and in which; CPU alone is divisible.
fn unit(resource: &str) -> Option<&'static str> {
    match resource {
        "cpu" => None,
        _ if BYTES.contains(&resource) || resource.starts_with(HUGE_PAGES) => Some("byte"),
        _ => Some("device"),
    }
}

/// What someone who wrote this text for a resource most likely meant.
pub fn meant(resource: &str, text: &str) -> Option<String> {
    let text = text.trim();
    let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == ' ');
    let suffix = match text[number.len()..].trim().to_ascii_lowercase().as_str() {
        "k" | "kb" => "k",
        "ki" | "kib" => "Ki",
        "m" if resource == "cpu" => "m",
        "m" | "mb" => "M",
        "mi" | "mib" => "Mi",
        "g" | "gb" => "G",
        "gi" | "gib" => "Gi",
        "t" | "tb" => "T",
        "ti" | "tib" => "Ti",
        "b" => "",
        _ => return None,
    };
    let fixed = format!("{number}{suffix}");
    Quantity::parse(&fixed).is_ok().then_some(fixed)
}

/// What is wrong with a quantity that parses, and what was most likely meant.
pub fn problem(quantity: &Quantity, resource: &str, text: &str) -> Option<(&'static str, Option<String>)> {
    let unit = unit(resource);
    let mebibyte = || Quantity::parse(LEAST).is_ok_and(|mebibyte| *quantity < mebibyte);
    match unit {
        _ if quantity.is_negative() => Some(("is negative", None)),
        // 1.3Gi is no whole number of bytes either, and clear.
        Some("byte") if !quantity.is_whole() && (text.trim().ends_with(['m', 'u', 'n']) || mebibyte()) => {
            Some(("is a fraction of a byte", text.trim().strip_suffix('m').map(|n| format!("{n}Mi"))))
        }
        Some("device") if !quantity.is_whole() => Some(("is no whole number", None)),
        Some("byte") if !quantity.is_zero() && mebibyte() => {
            let plain = text.bytes().all(|b| b.is_ascii_digit());
            Some(("is less than a mebibyte", plain.then(|| format!("{text}Mi"))))
        }
        _ => None,
    }
}

/// `problem` in CEL: true where a quantity `q` of the resource that an expression names has none. A list around a value
/// is how CEL gives it a name.
pub fn in_cel(name: &str) -> String {
    let (bytes, most) = (list_of(&BYTES), i64::MAX);
    format!(
        "q == quantity('0') || q.compareTo(quantity('0')) > 0 && ({name} == 'cpu'\n\
         || ({name} in {bytes} || {name}.startsWith('{HUGE_PAGES}') ? q.compareTo(quantity('{LEAST}')) >= 0\n\
         : q.isInteger() || q.compareTo(quantity('{most}')) > 0))"
    )
}
