//! The file of known findings: JSON with one finding a line, sorted, so that what two people add or take out merges.

use std::borrow::Cow;
use std::fmt;
use std::io::{self, Write};

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::fingerprint::Fingerprint;

/// A known finding. All but the path and the fingerprint is there for people.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Entry<'t> {
    /// The file, as seen from the folder of the baseline.
    #[serde(borrow)]
    pub path: Cow<'t, str>,
    /// The rule's id.
    #[serde(borrow)]
    pub rule: Cow<'t, str>,
    /// `Deployment prod/web`; empty where it is about none.
    #[serde(borrow, default, skip_serializing_if = "str::is_empty")]
    pub object: Cow<'t, str>,
    /// The container's name; empty where it is about none.
    #[serde(borrow, default, skip_serializing_if = "str::is_empty")]
    pub container: Cow<'t, str>,
    /// What it is known by.
    #[serde(deserialize_with = "fingerprint", serialize_with = "digits")]
    pub fingerprint: Fingerprint,
}

/// The form of file that is written, and the only one yet.
const VERSION: u64 = 1;

/// What is written before the first entry, and behind the last.
const HEAD: &str = "{\n  \"version\": 1,\n  \"tool\": \"plimsoll\",\n  \"findings\": [";
const TAIL: &str = "\n  ]\n}\n";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Whole<'t> {
    #[serde(rename = "version", deserialize_with = "version")]
    _version: (),
    #[serde(rename = "tool", deserialize_with = "tool")]
    _tool: (),
    #[serde(borrow)]
    findings: Vec<Entry<'t>>,
}

fn version<'de, D: Deserializer<'de>>(from: D) -> Result<(), D::Error> {
    match u64::deserialize(from)? {
        VERSION => Ok(()),
        other => Err(D::Error::custom(format!("a baseline of version {other}: this program reads version {VERSION}"))),
    }
}

fn tool<'de, D: Deserializer<'de>>(from: D) -> Result<(), D::Error> {
    match <Cow<'_, str>>::deserialize(from)?.as_ref() {
        "plimsoll" => Ok(()),
        other => Err(D::Error::custom(format!("a baseline of {other}, not of plimsoll"))),
    }
}

fn fingerprint<'de, D: Deserializer<'de>>(from: D) -> Result<Fingerprint, D::Error> {
    let text = <Cow<'_, str>>::deserialize(from)?;
    text.parse().map_err(|()| D::Error::custom(format!("`{text}` is no fingerprint: 32 digits of 0-9 and a-f")))
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
fn digits<S: Serializer>(fingerprint: &Fingerprint, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(fingerprint)
}

/// What keeps a baseline from being read, at its place.
#[derive(Debug, PartialEq, Eq)]
pub struct Malformed {
    line: usize,
    column: usize,
    message: String,
}

impl fmt::Display for Malformed {
    /// Continues the file's name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, ":{}:{}: {}", self.line, self.column.max(1), self.message)
    }
}

/// The lines with the entries of a text that stands as `write` leaves it, and none in place of one that does not.
pub(super) fn lines(text: &str) -> Option<impl Iterator<Item = Option<&str>>> {
    let list = text.strip_prefix(HEAD)?.strip_prefix('\n')?.strip_suffix(TAIL)?;
    let mut start = 0;
    let ends = memchr::memchr_iter(b'\n', list.as_bytes()).chain([list.len()]);
    Some(ends.map(move |end| {
        let line = &list[start..end];
        start = end + 1;
        if end < list.len() { line.strip_suffix(',') } else { Some(line) }
    }))
}

/// The entry of a line.
pub(super) fn entry(line: &str) -> Option<Entry<'_>> {
    entry_as_written(line).or_else(|| serde_json::from_str(line).ok())
}

#[allow(clippy::needless_bitwise_bool, reason = "without a branch it is many bytes at a time")]
fn entry_as_written(line: &str) -> Option<Entry<'_>> {
    // What JSON escapes, or must.
    if line.bytes().fold(false, |found, byte| found | (byte < b' ') | (byte == b'\\')) {
        return None;
    }
    let mut rest = line.strip_prefix("    {")?;
    let mut text = |name: &str| {
        let value = rest.strip_prefix(name)?;
        let end = memchr::memchr(b'"', value.as_bytes())?;
        rest = value[end..].strip_prefix("\",")?;
        Some(Cow::Borrowed(&value[..end]))
    };
    let (path, rule) = (text(r#""path":""#)?, text(r#""rule":""#)?);
    let object = text(r#""object":""#).unwrap_or_default();
    let container = text(r#""container":""#).unwrap_or_default();
    let fingerprint = rest.strip_prefix(r#""fingerprint":""#)?.strip_suffix(r#""}"#)?.parse().ok()?;
    Some(Entry { path, rule, object, container, fingerprint })
}

/// Reads the text of a baseline. The order of its findings does not matter; one that stands twice is two.
pub fn read(text: &str) -> Result<Vec<Entry<'_>>, Malformed> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    serde_json::from_str(text).map(|whole: Whole<'_>| whole.findings).map_err(|error| {
        // What a merge leaves behind is no JSON, and more than a slip of the pen.
        let marks = ["<<<<<<<", "=======", ">>>>>>>", "|||||||"];
        if let Some(at) = text.lines().position(|line| marks.iter().any(|mark| line.starts_with(mark))) {
            let message = "the mark of a merge conflict: keep the findings of both sides, or write the file anew";
            return Malformed { line: at + 1, column: 1, message: message.to_owned() };
        }
        let (line, column) = (error.line().max(1), error.column());
        let message = error.to_string();
        let message = message.strip_suffix(&format!(" at line {} column {column}", error.line())).unwrap_or(&message);
        Malformed { line, column, message: message.to_owned() }
    })
}

/// Writes a baseline; `entries` are sorted.
pub fn write(entries: &[Entry<'_>], out: &mut dyn Write) -> io::Result<()> {
    out.write_all(HEAD.as_bytes())?;
    for (i, entry) in entries.iter().enumerate() {
        out.write_all(if i == 0 { b"\n    " } else { b",\n    " })?;
        serde_json::to_writer(&mut *out, entry)?;
    }
    out.write_all(if entries.is_empty() { "]\n}\n" } else { TAIL }.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = r#"{"path":"a.yaml","rule":"r","fingerprint":"0123456789abcdef0123456789abcdef"}"#;

    fn whole(findings: &str) -> String {
        format!("{{\"version\": 1, \"tool\": \"plimsoll\", \"findings\": [\n{findings}\n]}}")
    }

    #[test]
    fn what_is_written_is_read() {
        let entry = |path: &'static str, object: &'static str| Entry {
            path: path.into(),
            rule: "r".into(),
            object: object.into(),
            container: "c \"\\\u{1b}世".into(),
            fingerprint: "0123456789abcdef0123456789abcdef".parse().unwrap(),
        };
        let entries = [entry("a.yaml", ""), entry("a.yaml", "Pod a"), entry("b\\xFF.yaml", "Pod b")];
        for entries in [&entries[..], &[]] {
            let mut text = Vec::new();
            write(entries, &mut text).unwrap();
            let text = String::from_utf8(text).unwrap();
            assert_eq!(read(&text).unwrap(), entries);
            assert_eq!(text.lines().count(), if entries.is_empty() { 5 } else { 6 + entries.len() }, "{text}");
            assert!(text.ends_with("}\n"));
            assert_eq!(read(&format!("\u{feff}{}", text.replace('\n', "\r\n"))).unwrap(), entries);
        }
    }

    #[test]
    fn what_is_wrong_is_told_at_its_line() {
        let say = |text: &str| read(text).unwrap_err().to_string();
        assert_eq!(read(&whole(&format!("{LINE},\n{LINE}"))).unwrap().len(), 2, "twice is two");
        let conflict = format!("<<<<<<< ours\n{LINE},\n=======\n>>>>>>> theirs\n{LINE}");
        assert!(say(&whole(&conflict)).starts_with(":2:1: the mark of a merge conflict"), "{}", say(&whole(&conflict)));
        assert!(say(&whole(LINE).replace(": 1", ": 2")).starts_with(":1:13: a baseline of version 2: "));
        assert!(say(&whole(LINE).replace("plimsoll", "other")).contains("a baseline of other, not of plimsoll"));
        assert!(say(&whole(&format!("{LINE},"))).starts_with(":3:1: trailing comma"));
        assert!(say(&whole(&LINE.replace("0123", "012"))).contains("is no fingerprint"));
        assert!(say(&whole(&LINE.replace("rule", "rules"))).starts_with(":2:"));
        assert!(say("{\"runs\": []}").starts_with(":1:7: unknown field `runs`"));
        assert!(say("{\"tool\": \"plimsoll\", \"findings\": []}").contains("missing field `version`"));
        assert!(say("").starts_with(":1:1: EOF"));
        assert!(say("[]").starts_with(":1:"));
    }
}
