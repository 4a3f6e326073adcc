//! What was seen, as the text of a `plimsoll.toml`.

use super::vendored::escape;
use super::{Claim, Seen, Weight};
use crate::config::{Settled, starter};
use crate::coverage::Outcome;
use crate::engine::Outcomes;
use crate::finding::Finding;
use crate::k8s::{NEWEST, Version};
use crate::rule::Severity;

/// What the file shall say beside what was seen.
#[derive(Clone, Debug, Default)]
pub struct Draft<'d> {
    /// The version that was asked for.
    pub kubernetes: Option<Version>,
    /// What the first run found, once there was one.
    pub outcomes: Option<&'d Outcomes>,
    /// The settled keys that others bring along.
    pub more: Vec<Settled>,
}

const HEAD: &str = "\
# How `plimsoll lint` judges what is in this directory and below it. Paths are relative to this file, and the command
# line wins over it. A key behind `#` is shown with an example and not set.

";

/// The text of the file.
pub fn draft(seen: &Seen, draft: &Draft<'_>) -> String {
    let mut settled = vec![kubernetes(seen, draft), exclude(seen, draft.outcomes)];
    if !seen.runtime_classes.is_empty() {
        let why = |(name, place): (&String, &String)| format!("{place} names {name}, which no manifest declares.");
        let names: Vec<String> = seen.runtime_classes.keys().map(|name| quote(name)).collect();
        settled.push(Settled {
            key: "runtime-classes",
            why: vec![seen.runtime_classes.iter().map(why).collect::<Vec<_>>().join(" ")],
            value: Some(format!("[{}]", names.join(", "))),
        });
    }
    settled.extend(draft.more.iter().cloned());
    format!("{HEAD}{}", starter(&settled))
}

/// Claims that are named; more would bury the first.
const NAMED: usize = 5;

fn kubernetes(seen: &Seen, draft: &Draft<'_>) -> Settled {
    let asked = draft.kubernetes;
    let settled = |why: Vec<String>, version: Option<Version>| Settled {
        key: "kubernetes",
        why,
        value: version.map(|v| quote(&v.to_string())),
    };
    let Some((version, claims)) = seen.version() else {
        let mut why = vec![NOTHING.to_owned()];
        why.extend(draft.outcomes.and_then(left));
        return settled(if asked.is_some() { Vec::new() } else { why }, asked);
    };
    let mut why: Vec<String> = claims.iter().take(NAMED).map(|c| told(c)).collect();
    if let Some(more) = claims.len().checked_sub(NAMED).filter(|n| *n > 0) {
        why.push(format!("And {} more.", crate::report::plural(more, "line")));
    }
    let mut why = vec![why.join(" ")];
    if claims.iter().any(|c| c.minor != version.0) {
        why.push(if claims[0].weight == Weight::Least { HIGHEST } else { OLDEST }.to_owned());
    }
    if version.0 > NEWEST && asked.is_none() {
        why.push(format!("That is newer than 1.{NEWEST}, the newest that this version of plimsoll knows."));
        return settled(why, Some(Version::LATEST));
    }
    settled(why, Some(asked.unwrap_or(version)))
}

const NOTHING: &str = "Nothing in the tree says which version the cluster has.";
const OLDEST: &str = "The oldest of them holds, since the manifests must work on each.";
const HIGHEST: &str = "The highest of them holds, since a cluster must satisfy each.";

fn told(claim: &Claim) -> String {
    let Claim { path, line, what, minor, weight } = claim;
    let least = if *weight == Weight::Least { "at least " } else { "" };
    format!("{path}:{line} says {least}1.{minor} ({what}).")
}

/// What speaks for an old cluster, and as well for an old manifest: the reader knows.
fn left(outcomes: &Outcomes) -> Option<String> {
    let left = |f: &&Finding| f.rule.id == "removed-api-version" && f.severity > Severity::Note;
    let of_it = outcomes.findings.iter().find(left)?;
    let (path, line, message) = (&of_it.path, of_it.region.start.line, &of_it.message);
    Some(format!("{path}:{line}: {message}. If the cluster is older than that, say so here."))
}

/// What is left out; what could not be read is named, for the reader to decide.
fn exclude(seen: &Seen, outcomes: Option<&Outcomes>) -> Settled {
    let mut lines = String::new();
    for vendored in &seen.vendored {
        lines.extend(["    # ", &vendored.why, "\n    ", &quote(&vendored.glob), ",\n"]);
    }
    let broken = outcomes.into_iter().flat_map(|o| &o.coverage.files).filter(|f| f.outcome() == Outcome::Broken);
    let broken: Vec<_> = broken.collect();
    let mut why = Vec::new();
    if !broken.is_empty() {
        why.push("What stands behind `#` could not be read: mend it, or leave it out.".to_owned());
    }
    for file in broken.iter().take(NAMED) {
        let unread = file.unread.iter().find(|u| u.outcome == Outcome::Broken);
        let reason = unread.map_or("", |u| &u.reason);
        let line = unread.and_then(|u| u.position).map_or_else(String::new, |p| format!("line {}: ", p.line));
        let reason: String = format!("{line}{reason}").chars().filter(|c| !c.is_control()).collect();
        let glob = quote(&format!("/{}", escape(&file.path)));
        lines.extend(["    # ", &reason, "\n    # ", &glob, ",\n"]);
    }
    if let Some(more) = broken.len().checked_sub(NAMED).filter(|n| *n > 0) {
        lines.extend(["    # and ", &crate::report::plural(more, "more file"), "\n"]);
    }
    Settled { key: "exclude", why, value: (!lines.is_empty()).then(|| format!("[\n{lines}]")) }
}

/// A text as a string of TOML: JSON's escapes are among TOML's, and TOML wants one more.
pub(super) fn quote(text: &str) -> String {
    serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007f")
}

#[cfg(test)]
mod tests {
    use super::quote;

    #[test]
    fn strings_come_back_as_they_were() {
        for text in ["a", "a \"b\" \\*", "tab\t and \u{7f} and \u{1}", "ü/✓"] {
            let toml = format!("key = {}", quote(text));
            let table = toml::de::DeTable::parse(&toml).unwrap();
            let toml::de::DeValue::String(read) = table.get_ref()["key"].get_ref() else { panic!("{toml}") };
            assert_eq!(read, text);
        }
    }
}
