//! A configuration file, read whole: what it says, or everything that is wrong with it.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use super::keys::{KEYS, Key, SEVERITIES, Value, severity};
use super::problem::{Problem, Problems};
use super::{Change, Override, Settings, Threshold};
use crate::globs::Globs;
use crate::k8s::Version;
use crate::names;
use crate::nearest::nearest;
use crate::rule::Level;
use crate::source::Source;
use crate::suppress::{Ignore, Ignores};

/// What a configuration file says; where it says nothing, the default holds.
#[derive(Debug, Default)]
pub struct File {
    /// Where it is, as output shows it.
    pub path: String,
    /// What to leave out of the run.
    pub exclude: Option<Globs>,
    pub(super) standard: Option<Level>,
    pub(super) kubernetes: Option<Version>,
    pub(super) uid_floor: Option<i64>,
    pub(super) runtime_classes: Vec<String>,
    pub(super) baseline: Option<PathBuf>,
    pub(super) fail_on: Option<Threshold>,
    pub(super) rules: Vec<Change>,
    pub(super) overrides: Vec<Override>,
    pub(super) locked: Vec<usize>,
    pub(super) ignores: Vec<Ignore>,
    /// Where it is: what it says is about all below.
    pub folder: PathBuf,
    text: String,
}

/// An override while it is read.
#[derive(Debug, Default)]
pub(super) struct OverrideDraft {
    pub(super) paths: Option<Globs>,
    pub(super) rules: Vec<Change>,
}

impl OverrideDraft {
    pub(super) fn finish(self) -> Option<Override> {
        Some(Override { paths: self.paths?, severities: self.rules })
    }
}

impl File {
    /// The name that is looked for.
    pub const NAME: &'static str = "plimsoll.toml";

    /// The nearest configuration file at `here` or above.
    pub fn find(here: &Path) -> Option<PathBuf> {
        here.ancestors().map(|dir| dir.join(Self::NAME)).find(|path| path.is_file())
    }

    /// Reads the text of the file at `path`, for paths relative to `here`. Both absolute; `shown` is for messages.
    pub fn read(path: &Path, here: &Path, shown: String, text: &str) -> Result<Self, Problems> {
        let base = path.parent().unwrap_or(path);
        let mut reader = Reader { base, here, text, problems: Vec::new() };
        let mut file = Self { path: shown.clone(), folder: base.to_owned(), text: text.to_owned(), ..Self::default() };
        match DeTable::parse(text) {
            Ok(table) => reader.table(table.get_ref(), table.span(), KEYS, &mut file),
            Err(error) => {
                let message = error.message().lines().map(str::trim).collect::<Vec<_>>().join(", ");
                reader.problem(error.span().unwrap_or(0..0), message, None);
            }
        }
        if reader.problems.is_empty() { Ok(file) } else { Err(Problems::new(shown, text, reader.problems)) }
    }

    /// These settings changed by what the file says.
    pub fn apply(self, settings: &mut Settings) {
        settings.standard = self.standard.or(settings.standard);
        settings.kubernetes = self.kubernetes.unwrap_or(settings.kubernetes);
        settings.uid_floor = self.uid_floor.unwrap_or(settings.uid_floor);
        settings.baseline = self.baseline.or(settings.baseline.take());
        settings.fail_on = self.fail_on.map_or(settings.fail_on, |Threshold(least)| least);
        settings.runtime_classes.extend(self.runtime_classes);
        self.rules.into_iter().for_each(|(index, severity)| settings.severities.set(index, severity));
        settings.overrides.extend(self.overrides);
        settings.locked.extend(self.locked);
        if !self.ignores.is_empty() {
            let source = Some(Arc::new(Source::new(&self.path, self.text)));
            settings.ignores = Arc::new(Ignores { list: self.ignores, source });
        }
    }
}

/// Puts a value that could be read where it belongs.
fn give<T, V>(set: fn(&mut T, V), into: &mut T, value: Option<V>) {
    if let Some(value) = value {
        set(into, value);
    }
}

/// Reads values, and gathers what is wrong with them.
pub(super) struct Reader<'a> {
    pub(super) base: &'a Path,
    pub(super) here: &'a Path,
    pub(super) text: &'a str,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    pub(super) fn problem_count(&self) -> usize {
        self.problems.len()
    }

    pub(super) fn problem(&mut self, span: Range<usize>, message: impl Into<String>, help: Option<String>) {
        self.problems.push(Problem { span, message: message.into(), help });
    }

    pub(super) fn table<T>(&mut self, table: &DeTable<'_>, span: Range<usize>, keys: &'static [Key<T>], into: &mut T) {
        for (name, value) in table {
            let text: &str = name.get_ref();
            if let Some(key) = keys.iter().find(|k| k.name == text) {
                self.value(key, value, into);
                continue;
            }
            let names: Vec<&str> = keys.iter().map(|k| k.name).collect();
            let help = names::did_you_mean(nearest(text, names.iter().copied()));
            let help = help.unwrap_or_else(|| format!("the keys are {}", list(&names)));
            self.problem(name.span(), format!("unknown key `{text}`"), Some(help));
        }
        for key in keys.iter().filter(|k| k.required && !table.iter().any(|(n, _)| n.get_ref() == k.name)) {
            self.problem(span.clone(), format!("`{}` is missing", key.name), Some(key.doc.to_owned()));
        }
    }

    fn value<T>(&mut self, key: &Key<T>, value: &Spanned<DeValue<'_>>, into: &mut T) {
        match key.value {
            Value::Word(words, set) => {
                if let Some(word) = self.word(key.name, value, words) {
                    set(into, word);
                }
            }
            Value::Version(set) => match value.get_ref() {
                DeValue::String(text) => match text.parse() {
                    Ok(version) => set(into, version),
                    Err(message) => self.problem(value.span(), message, None),
                },
                other => self.wrong(key.name, "a string such as \"1.34\" or \"latest\"", other, value.span()),
            },
            Value::Integer(least, most, set) => match value.get_ref() {
                DeValue::Integer(n) => match i64::from_str_radix(n.as_str(), n.radix()) {
                    Ok(n) if (least..=most).contains(&n) => set(into, n),
                    _ => self.problem(value.span(), format!("`{}` must be from {least} to {most}", key.name), None),
                },
                other => self.wrong(key.name, "a whole number", other, value.span()),
            },
            Value::File(set) => match value.get_ref() {
                DeValue::String(text) if !text.is_empty() => set(into, self.base.join(text.as_ref())),
                DeValue::String(_) => self.problem(value.span(), format!("`{}` is empty", key.name), None),
                other => self.wrong(key.name, "the name of a file", other, value.span()),
            },
            Value::Names(set) => {
                let check = |name: &str| {
                    is_dns_name(name)
                        .then(|| name.to_owned())
                        .ok_or_else(|| format!("`{name}` is no name of an object"))
                };
                give(set, into, self.strings(key.name, value, check));
            }
            Value::Globs(set) => give(set, into, self.globs(key, value)),
            Value::Rules(set) => {
                let rules = self.rules(key.name, value);
                set(into, rules);
            }
            Value::Ids(set) => give(set, into, self.ids(key.name, value)),
            Value::Paths(set) => give(set, into, self.paths(key.name, value)),
            Value::Patterns(set) => give(set, into, self.patterns(key.name, value)),
            Value::Text(set) => give(set, into, self.reason(key.name, value)),
            Value::Day(set) => give(set, into, self.day(key.name, value)),
            Value::Ignores(keys, set) => self.ignores(key.name, value, keys, |ignore| set(into, ignore)),
            Value::Overrides(keys, set) => self.overrides(key.name, value, keys, |draft| set(into, draft)),
        }
    }

    pub(super) fn wrong(&mut self, name: &str, wanted: &str, found: &DeValue<'_>, span: Range<usize>) {
        self.problem(span, format!("`{name}` must be {wanted}, not {}", kind(found)), None);
    }

    fn word(&mut self, name: &str, value: &Spanned<DeValue<'_>>, words: &[&'static str]) -> Option<&'static str> {
        let DeValue::String(text) = value.get_ref() else {
            self.wrong(name, &format!("one of {}", list(words)), value.get_ref(), value.span());
            return None;
        };
        let found = words.iter().find(|w| **w == text).copied();
        if found.is_none() {
            let help = names::did_you_mean(nearest(text, words.iter().copied()));
            self.problem(value.span(), format!("`{name}` must be one of {}, not `{text}`", list(words)), help);
        }
        found
    }

    fn strings<R>(
        &mut self,
        name: &str,
        value: &Spanned<DeValue<'_>>,
        read: impl Fn(&str) -> Result<R, String>,
    ) -> Option<Vec<R>> {
        let DeValue::Array(items) = value.get_ref() else {
            self.wrong(name, "a list of strings", value.get_ref(), value.span());
            return None;
        };
        let before = self.problems.len();
        let read = |item: &Spanned<DeValue<'_>>| match item.get_ref() {
            DeValue::String(text) => match read(text) {
                Ok(result) => Some(result),
                Err(message) => {
                    self.problem(item.span(), message, None);
                    None
                }
            },
            other => {
                self.wrong(name, "a list of strings", other, item.span());
                None
            }
        };
        let results: Vec<R> = array(items).filter_map(read).collect();
        (self.problems.len() == before).then_some(results)
    }

    fn globs<T>(&mut self, key: &Key<T>, value: &Spanned<DeValue<'_>>) -> Option<Globs> {
        let texts = self.strings(key.name, value, |text| crate::globs::check(text).map(|()| text.to_owned()))?;
        if texts.is_empty() && key.required {
            self.problem(value.span(), format!("`{}` is empty", key.name), Some(key.doc.to_owned()));
        }
        match Globs::new(self.base, self.here, texts.iter().map(String::as_str)) {
            Ok(globs) => Some(globs),
            Err(message) => {
                self.problem(value.span(), message, None);
                None
            }
        }
    }

    fn rules(&mut self, name: &str, value: &Spanned<DeValue<'_>>) -> Vec<Change> {
        let DeValue::Table(table) = value.get_ref() else {
            self.wrong(name, "a table of rules", value.get_ref(), value.span());
            return Vec::new();
        };
        let mut rules: Vec<Change> = Vec::new();
        for (id, value) in table {
            let word = self.word(id.get_ref(), value, SEVERITIES);
            match names::index(id.get_ref()) {
                None => {
                    let (message, help) = names::unknown(id.get_ref());
                    self.problem(id.span(), message, Some(help));
                }
                Some(index) if rules.iter().any(|r| r.0 == index) => {
                    let message = format!("`{}` is set twice, once by an old name", crate::rules::ALL[index].id);
                    self.problem(id.span(), message, None);
                }
                Some(index) => rules.extend(word.map(|w| (index, severity(w)))),
            }
        }
        rules
    }

    fn overrides(
        &mut self,
        name: &str,
        value: &Spanned<DeValue<'_>>,
        keys: &'static [Key<OverrideDraft>],
        mut set: impl FnMut(OverrideDraft),
    ) {
        let DeValue::Array(items) = value.get_ref() else {
            self.wrong(name, "a list of tables, each under `[[overrides]]`", value.get_ref(), value.span());
            return;
        };
        for item in array(items) {
            match item.get_ref() {
                DeValue::Table(table) => {
                    let mut draft = OverrideDraft::default();
                    self.table(table, item.span(), keys, &mut draft);
                    set(draft);
                }
                other => self.wrong(name, "a list of tables", other, item.span()),
            }
        }
    }
}

pub(super) fn array<'v, 'i>(items: &'v DeArray<'i>) -> impl Iterator<Item = &'v Spanned<DeValue<'i>>> {
    items.iter()
}

/// What a value is, in words.
fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number with a fraction",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

fn list(words: &[&str]) -> String {
    words.iter().map(|w| format!("`{w}`")).collect::<Vec<_>>().join(", ")
}

/// Whether the API server would take this for the name of a RuntimeClass (RFC 1123 subdomain).
fn is_dns_name(name: &str) -> bool {
    let label = |l: &str| {
        let inner = l.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        !l.is_empty() && inner && !l.starts_with('-') && !l.ends_with('-')
    };
    name.len() <= 253 && name.split('.').all(label)
}
