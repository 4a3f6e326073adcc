//! A claim: that a line somewhere in the tree says a Kubernetes version.

use std::sync::Arc;

/// What a claim is worth, the most first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// It defines a cluster.
    Cluster,
    /// It makes one to try things out.
    Trial,
    /// It says which version is the least.
    Least,
}

/// That a line says a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// What it is worth.
    pub weight: Weight,
    /// The minor of 1.
    pub minor: u32,
    /// The file, as output shows it.
    pub path: Arc<str>,
    /// The line.
    pub line: u32,
    /// What says it: `an eksctl ClusterConfig`.
    pub what: &'static str,
}

impl Claim {
    /// A claim; none where nobody means it: in an example, or where tests define a cluster that they never make.
    pub(super) fn new(weight: Weight, minor: u32, path: &Arc<str>, line: u32, what: &'static str) -> Option<Self> {
        let within = |folders: &[&str]| path.split('/').any(|part| folders.contains(&part));
        let meant = !within(EXAMPLES) && (weight == Weight::Trial || !within(TESTS));
        meant.then(|| Self { weight, minor, path: Arc::clone(path), line, what })
    }
}

/// Folders of things to read, or to test with.
const EXAMPLES: &[&str] = &["example", "examples", "fixtures", "golden", "sample", "samples", "testdata"];

/// Folders whose clusters to try things out in are meant.
const TESTS: &[&str] = &["e2e", "test", "tests"];

/// The minor of a version as tools write it: `1.33`, `v1.33.1`, `1.33.1-gke.100`, `v1.33.1+k3s1`, `v1.33.1@sha256:…`.
pub(super) fn minor(text: &str) -> Option<u32> {
    let rest = text.strip_prefix('v').unwrap_or(text).strip_prefix("1.")?;
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let after = rest[digits..].chars().next();
    // A minor of four digits is a date, or another tool's number.
    let fits = (1..=3).contains(&digits) && after.is_none_or(|c| ".-+@".contains(c));
    fits.then(|| rest[..digits].parse().ok())?
}

/// The least minor that a constraint of Helm's allows (`>=1.25.0-0 <1.35.0`, `^1.25`, `1.25.x || 1.26.x`).
pub(super) fn least(constraint: &str) -> Option<u32> {
    let alternatives = constraint.split("||").map(|alternative| {
        let spaced = alternative.replace(',', " ");
        let mut words = spaced.split_whitespace();
        let mut least = None;
        let mut operator = "";
        while let Some(word) = words.next() {
            let version = word.trim_start_matches(['<', '>', '=', '!', '~', '^']);
            let sign = &word[..word.len() - version.len()];
            operator = if sign.is_empty() { operator } else { sign };
            if version.is_empty() {
                continue;
            }
            if word == "-" {
                // Behind it stands the upper end of a range.
                words.next();
            } else if !operator.starts_with('<') && !operator.starts_with('!') {
                least = least.max(minor(version));
            }
            operator = "";
        }
        least
    });
    // Where one alternative has no lower end, there is none.
    alternatives.collect::<Option<Vec<u32>>>()?.into_iter().min()
}

#[cfg(test)]
mod tests {
    use super::{least, minor};

    #[test]
    fn versions_of_every_tool() {
        for (text, want) in [
            ("1.33", Some(33)),
            ("v1.33.1", Some(33)),
            ("1.9.3", Some(9)),
            ("1.33.1-gke.100", Some(33)),
            ("v1.33.1+k3s1", Some(33)),
            ("v1.33.1@sha256:0ff", Some(33)),
            ("1.33.x", Some(33)),
            ("latest", None),
            ("1", None),
            ("1.", None),
            ("2.33", None),
            ("1.33a", None),
            ("1.2024.1", None),
            ("${VERSION}", None),
        ] {
            assert_eq!(minor(text), want, "{text}");
        }
    }

    #[test]
    fn constraints_as_helm_reads_them() {
        for (text, want) in [
            (">=1.25.0-0", Some(25)),
            (">= 1.25.0-0 < 1.35.0-0", Some(25)),
            (">=1.25.0-0,<1.35.0", Some(25)),
            ("^1.25.0-0", Some(25)),
            ("~1.25", Some(25)),
            ("1.25.x", Some(25)),
            ("1.25 - 1.30", Some(25)),
            (">1.20 >=1.22", Some(22)),
            ("1.25.x || 1.23.x", Some(23)),
            (">=1.25 || <1.20", None),
            ("<1.30", None),
            ("!= 1.24.0, >= 1.22", Some(22)),
            ("*", None),
            ("", None),
        ] {
            assert_eq!(least(text), want, "{text}");
        }
    }
}
