//! The keys of `plimsoll.toml`: each is one entry here, and its reader, schema and documentation follow from it.

use std::path::PathBuf;

use super::file::{File, OverrideDraft};
use super::{Change, Threshold};
use crate::globs::Globs;
use crate::k8s::Version;
use crate::rule::{Level, Severity};

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
    /// A list of tables.
    Overrides(&'static [Key<OverrideDraft>], fn(&mut T, OverrideDraft)),
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
