//! The keys of `plimsoll.toml`: each is one entry here, and its reader, schema and documentation follow from it.

use std::path::PathBuf;

use super::file::{File, OverrideDraft};
use super::{Change, Threshold};
use crate::globs::Globs;
use crate::k8s::Version;
use crate::rule::{Level, Severity};
use crate::suppress::{Date, Ignore, Names};

/// A key of a table that is read into a `T`.
pub(super) struct Key<T: 'static> {
    pub(super) name: &'static str,
    /// What it does, in Markdown.
    pub(super) doc: &'static str,
    /// A value as it may be written.
    pub(super) example: &'static str,
    /// What it is where the key is absent, for keys that are not simply empty then.
    pub(super) default: Option<&'static str>,
    pub(super) required: bool,
    pub(super) value: Value<T>,
}

/// What a value must be, and where it goes.
pub(super) enum Value<T: 'static> {
    /// One of some words.
    Word(&'static [&'static str], fn(&mut T, &str)),
    /// A Kubernetes version.
    Version(fn(&mut T, Version)),
    /// A whole number, at least the first and at most the second.
    Integer(i64, i64, fn(&mut T, i64)),
    /// A file, relative to the configuration's folder.
    File(fn(&mut T, PathBuf)),
    /// A list of names that Kubernetes would take for an object.
    Names(fn(&mut T, Vec<String>)),
    /// A list of globs.
    Globs(fn(&mut T, Globs)),
    /// A table: a severity or "off" by rule id.
    Rules(fn(&mut T, Vec<Change>)),
    /// One rule or a list of them.
    Ids(fn(&mut T, Vec<usize>)),
    /// A glob for files or a list of them.
    Paths(fn(&mut T, Globs)),
    /// A glob for names or a list of them.
    Patterns(fn(&mut T, Names)),
    /// A text that says something.
    Text(fn(&mut T, String)),
    /// A day.
    Day(fn(&mut T, Date)),
    /// A list of tables.
    Overrides(&'static [Key<OverrideDraft>], fn(&mut T, OverrideDraft)),
    /// The same, of suppressions.
    Ignores(&'static [Key<Ignore>], fn(&mut T, Ignore)),
}

/// The levels that can be asked for; `privileged` has no checks.
pub(super) const LEVELS: &[&str] = &[Level::Baseline.name(), Level::Restricted.name()];
/// What can fail a run.
pub(super) const THRESHOLDS: &[&str] = &["low", "medium", "high", "critical", "never"];
/// What a rule can be set to.
pub(super) const SEVERITIES: &[&str] = &["low", "medium", "high", "critical", "off"];

/// The severity of that name.
pub(super) fn severity(name: &str) -> Option<Severity> {
    Severity::ALL.into_iter().find(|s| s.name() == name)
}

/// The keys at the top of the file.
pub(super) static KEYS: &[Key<File>] = &[
    Key {
        name: "standard",
        doc: "Run the checks of one level of the Pod Security Standards alone. Without it every rule runs.",
        example: "\"restricted\"",
        default: None,
        required: false,
        value: Value::Word(LEVELS, |file, word| {
            file.standard = [Level::Baseline, Level::Restricted].into_iter().find(|l| l.name() == word);
        }),
    },
    Key {
        name: "kubernetes",
        doc: "The Kubernetes version whose rules hold: `1.34`, or `latest` for the newest that is known.",
        example: "\"1.34\"",
        default: Some("\"latest\""),
        required: false,
        value: Value::Version(|file, version| file.kubernetes = Some(version)),
    },
    Key {
        name: "uid-floor",
        doc: "User, group and fsGroup ids must be above this number, so that they belong to nobody on the node.",
        example: "10000",
        default: Some("10000"),
        required: false,
        value: Value::Integer(0, 2_147_483_647, |file, floor| file.uid_floor = Some(floor)),
    },
    Key {
        name: "runtime-classes",
        doc: "RuntimeClasses that the cluster has beside those among the manifests.",
        example: "[\"gvisor\", \"kata\"]",
        default: None,
        required: false,
        value: Value::Names(|file, names| file.runtime_classes = names),
    },
    Key {
        name: "exclude",
        doc: "Files and folders to leave out, even where they are named on the command line: globs as in `.gitignore`, \
              relative to this file.",
        example: "[\"charts/\", \"*.tmp.yaml\"]",
        default: None,
        required: false,
        value: Value::Globs(|file, globs| file.exclude = Some(globs)),
    },
    Key {
        name: "baseline",
        doc: "A file of known findings, relative to this one: they are left out, and do not fail the run. \
              `plimsoll lint --write-baseline FILE` writes it.",
        example: "\".plimsoll-baseline.json\"",
        default: None,
        required: false,
        value: Value::File(|file, path| file.baseline = Some(path)),
    },
    Key {
        name: "fail-on",
        doc: "The least severity that fails the run (exit code 1); `never` for none.",
        example: "\"medium\"",
        default: Some("\"low\""),
        required: false,
        value: Value::Word(THRESHOLDS, |file, word| file.fail_on = Some(Threshold(severity(word)))),
    },
    Key {
        name: "locked",
        doc: "Rules that nothing in a manifest silences: no comment, and no annotation.",
        example: "[\"privileged\", \"host-namespaces\"]",
        default: None,
        required: false,
        value: Value::Ids(|file, ids| file.locked = ids),
    },
    Key {
        name: "rules",
        doc: "A severity for each rule that shall have another, or `off`.",
        example: "drop-all-capabilities = \"off\"",
        default: None,
        required: false,
        value: Value::Rules(|file, rules| file.rules = rules),
    },
    Key {
        name: "overrides",
        doc: "The same for some files only. Where several match a file, the last one wins.",
        example: "",
        default: None,
        required: false,
        value: Value::Overrides(OVERRIDE_KEYS, |file, draft| file.overrides.extend(draft.finish())),
    },
    Key {
        name: "ignore",
        doc: "Findings that are left alone, for a reason: those that fit every selector that is given, of which there \
              is at least one. They are counted, and fail nothing. In names and images `*` is anything.",
        example: "",
        default: None,
        required: false,
        value: Value::Ignores(IGNORE_KEYS, |file, ignore| file.ignores.push(ignore)),
    },
];

/// The keys of an override.
pub(super) static OVERRIDE_KEYS: &[Key<OverrideDraft>] = &[
    Key {
        name: "paths",
        doc: "Which files: globs as in `.gitignore`, relative to this file.",
        example: "[\"legacy/\"]",
        default: None,
        required: true,
        value: Value::Globs(|draft, globs| draft.paths = Some(globs)),
    },
    Key {
        name: "rules",
        doc: "A severity for each rule that shall have another there, or `off`.",
        example: "{ drop-all-capabilities = \"low\" }",
        default: None,
        required: true,
        value: Value::Rules(|draft, rules| draft.rules = rules),
    },
];

/// The keys of a suppression.
pub(super) static IGNORE_KEYS: &[Key<Ignore>] = &[
    Key {
        name: "rule",
        doc: "Which rules; one or a list, as with every selector.",
        example: "[\"image-tag\", \"image-digest\"]",
        default: None,
        required: false,
        value: Value::Ids(|ignore, ids| ignore.rules = Some(ids)),
    },
    Key {
        name: "path",
        doc: "In which files: globs as in `.gitignore`, relative to this file.",
        example: "\"legacy/**\"",
        default: None,
        required: false,
        value: Value::Paths(|ignore, globs| ignore.paths = Some(globs)),
    },
    Key {
        name: "kind",
        doc: "In objects of which kinds.",
        example: "\"Job\"",
        default: None,
        required: false,
        value: Value::Patterns(|ignore, names| ignore.kinds = Some(names)),
    },
    Key {
        name: "namespace",
        doc: "In which namespaces, as the manifests write them.",
        example: "[\"dev-*\", \"test-*\"]",
        default: None,
        required: false,
        value: Value::Patterns(|ignore, names| ignore.namespaces = Some(names)),
    },
    Key {
        name: "name",
        doc: "In objects of which names.",
        example: "\"ledger-*\"",
        default: None,
        required: false,
        value: Value::Patterns(|ignore, names| ignore.names = Some(names)),
    },
    Key {
        name: "container",
        doc: "About which containers.",
        example: "\"migrate\"",
        default: None,
        required: false,
        value: Value::Patterns(|ignore, names| ignore.containers = Some(names)),
    },
    Key {
        name: "image",
        doc: "About containers of which images.",
        example: "\"registry.example/legacy/*\"",
        default: None,
        required: false,
        value: Value::Patterns(|ignore, names| ignore.images = Some(names)),
    },
    Key {
        name: "reason",
        doc: "Why: whoever reads it later must be able to tell whether it still holds.",
        example: "\"the old registry has no digests\"",
        default: None,
        required: true,
        value: Value::Text(|ignore, reason| ignore.reason = reason),
    },
    Key {
        name: "until",
        doc: "The last day on which it holds.",
        example: "2027-01-31",
        default: None,
        required: false,
        value: Value::Day(|ignore, day| ignore.until = Some(day)),
    },
];
