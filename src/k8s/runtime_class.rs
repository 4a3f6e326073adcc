//! RuntimeClass: which objects are meant to be one, and the names that the API takes in it.

use super::object::Object;
use super::quantity::Quantity;
use super::version::Version;
use crate::nearest::nearest;

/// The group of RuntimeClass.
pub const GROUP: &str = "node.k8s.io";

/// Whether an object is meant to be Kubernetes' RuntimeClass: by its kind, in its group or one that nobody else owns.
pub fn is_runtime_class(object: Object<'_>) -> bool {
    let group = object.group();
    // A group without a dot, and all of *.k8s.io, are Kubernetes' own: there is no other RuntimeClass in them.
    let own = !group.contains('.') || group.ends_with(".k8s.io") || group.ends_with(".kubernetes.io");
    object.kind() == "RuntimeClass" && (own || group == "k8s.io" || nearest(group, [GROUP]).is_some())
}

/// What is wrong with a version of the group, and whether it only will be.
pub fn version_fault(version: &str, at: Version) -> Option<(String, bool)> {
    match version {
        "v1" if !at.since(20) => Some((format!("{GROUP}/v1 is served from Kubernetes 1.20 on, not by {at}"), false)),
        "v1beta1" if at.since(25) => Some((format!("{GROUP}/v1beta1 is not served since Kubernetes 1.25"), false)),
        "v1beta1" if at.since(20) => Some((format!("{GROUP}/v1beta1 is not served from Kubernetes 1.25 on"), true)),
        "v1" | "v1beta1" => None,
        // Alpha versions are off by default, and this one was given up with v1beta1 in 1.14.
        "v1alpha1" => Some((format!("{GROUP}/v1alpha1 is an alpha version that no cluster serves by itself"), false)),
        _ => Some((format!("{GROUP} has no version {version:?}"), false)),
    }
}

/// A DNS label (RFC 1123): the form of a handler.
pub fn is_dns_label(text: &str) -> bool {
    text.len() <= 63 && is_label_of_any_length(text)
}

/// A DNS subdomain (RFC 1123): the form of a name. The API server limits its whole length, not that of its labels.
pub fn is_dns_subdomain(text: &str) -> bool {
    text.len() <= 253 && text.split('.').all(is_label_of_any_length)
}

fn is_label_of_any_length(part: &str) -> bool {
    let bytes = part.as_bytes();
    let alphanumeric = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    bytes.first().is_some_and(alphanumeric)
        && bytes.last().is_some_and(alphanumeric)
        && bytes.iter().all(|b| alphanumeric(b) || *b == b'-')
}

/// A qualified name: a label's key, with or without a DNS subdomain before a slash.
pub fn is_qualified_name(text: &str) -> bool {
    match text.split_once('/') {
        Some((prefix, name)) => is_dns_subdomain(prefix) && !name.is_empty() && is_label_value(name),
        None => !text.is_empty() && is_label_value(text),
    }
}

/// A label's value; empty is one.
pub fn is_label_value(text: &str) -> bool {
    let bytes = text.as_bytes();
    let ends = [bytes.first(), bytes.last()].into_iter().flatten().all(u8::is_ascii_alphanumeric);
    text.len() <= 63 && ends && bytes.iter().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(b))
}

/// A resource that a container may ask for: a standard one, or one with a domain.
pub fn is_resource_name(text: &str) -> bool {
    matches!(text, "cpu" | "memory" | "ephemeral-storage")
        || text.strip_prefix("hugepages-").is_some_and(is_amount)
        || (text.contains('/') && is_qualified_name(text))
}

/// A quantity that is not negative.
pub fn is_amount(text: &str) -> bool {
    Quantity::parse(text).is_ok_and(|q| !q.is_negative())
}

#[cfg(test)]
mod tests {
    use super::{is_dns_label, is_dns_subdomain, is_label_value, is_resource_name};

    #[test]
    fn names() {
        for name in ["a", "bar-baz", "0", "kata"] {
            assert!(is_dns_label(name) && is_dns_subdomain(name), "{name}");
        }
        for name in ["", "-a", "a-", "A", "a_b", "a b"] {
            assert!(!is_dns_label(name) && !is_dns_subdomain(name), "{name}");
        }
        assert!(!is_dns_label("a.b") && is_dns_subdomain("a.b") && !is_dns_subdomain("a..b"));
        assert!(!is_dns_label(&"a".repeat(64)) && is_dns_subdomain(&"a".repeat(253)));
        assert!(is_label_value("") && is_label_value("a_B.c") && !is_label_value("a b") && !is_label_value("-a"));
    }

    #[test]
    fn resources() {
        assert!(is_resource_name("cpu") && is_resource_name("hugepages-2Mi") && is_resource_name("example.com/gpu"));
        assert!(!is_resource_name("my.org") && !is_resource_name("gpu") && !is_resource_name("/x"));
    }
}
