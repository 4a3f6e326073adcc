//! Image references in CEL. `k8s::Image` reads them by hand; a test holds the two to the same verdicts.

use super::cel::quoted;

/// A registry: a host's name or an IPv6 address, and a port.
const DOMAIN: &str =
    "(?:LABEL(?:[.]LABEL)*(?::[0-9]+)?|\\[[0-9a-fA-F]*[A-F:][0-9a-fA-F:]*\\](?::[0-9]+)?|\\[[0-9a-f]+\\]:[0-9]+)";
const LABEL: &str = "[a-zA-Z0-9]+(?:-+[a-zA-Z0-9]+)*";
const COMPONENT: &str = "[a-z0-9]+(?:(?:[.]|__?|-+)[a-z0-9]+)*";
const TAG: &str = "[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,127}";
const DIGEST: &str = "(?:sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128})";

/// A first part that is a registry, whatever follows.
const REGISTRY: &str = "^(?:[^/]*[A-Z.:][^/]*|localhost)/";

/// The images of the pod's containers that are well-formed references.
pub(super) fn well_formed() -> String {
    let domain = DOMAIN.replace("LABEL", LABEL);
    let grammar = quoted(&format!("^(?:{domain}/)?{COMPONENT}(?:/{COMPONENT})*(?::{TAG})?(?:@{DIGEST})?$"));
    // 64 hexadecimal digits are an image's id; a repository is at most 255 long, its registry not counted.
    format!(
        "variables.containers.map(c, c.?image.orValue('')).filter(i, i.matches({grammar})\n\
         && (i.size() != 64 || !i.matches('^[0-9a-f]*$'))\n\
         && (i.size() < 256 || i.substring(i.find('{REGISTRY}').size()).find('^[^:@]*').size() < 256))"
    )
}

/// Those of them that the registry may fill with another image under the same name.
pub(super) const FLOATING: &str =
    "variables.images.filter(i, i.matches('^[^@]*$') && i.matches('(^|/)[^/:]*(:latest)?$'))";
