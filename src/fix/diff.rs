//! A change as a unified diff, as `patch -p1` and `git apply` take it.

use std::fmt::Write as _;

use similar::TextDiff;

/// The difference between two texts of a file, with three lines around each change.
pub fn unified(path: &str, old: &str, new: &str) -> String {
    let (a, b) = (name("a/", path), name("b/", path));
    let mut out = String::new();
    let diff = TextDiff::from_lines(old, new);
    let _ = write!(out, "{}", diff.unified_diff().context_radius(3).missing_newline_hint(true).header(&a, &b));
    out
}

/// A name with a blank ends in a tab, so that its end is seen; one that would break its line is quoted, as git does.
fn name(prefix: &str, path: &str) -> String {
    let path = path.replace('\\', "/");
    let path = path.trim_start_matches("./").trim_start_matches('/');
    if path.contains(['"', '\n', '\r', '\t']) {
        let escaped = path.replace('"', "\\\"").replace('\n', "\\n").replace('\r', "\\r").replace('\t', "\\t");
        return format!("\"{prefix}{escaped}\"");
    }
    let tab = if path.contains(' ') { "\t" } else { "" };
    format!("{prefix}{path}{tab}")
}
