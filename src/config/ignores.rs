//! How the entries of `[[ignore]]` are read, and the lists of rules beside them.

use toml::Spanned;
use toml::de::DeValue;

use super::entries::place;
use super::file::{Reader, array};
use super::keys::Key;
use crate::globs::{self, Globs};
use crate::names;
use crate::suppress::{Date, Ignore, Names};

type Found<'v> = Spanned<DeValue<'v>>;

impl Reader<'_> {
    /// The strings of a value that is one or a list of them, each as `read` has it.
    fn one_or_more<R>(
        &mut self,
        name: &str,
        value: &Found<'_>,
        mut read: impl FnMut(&str) -> Result<R, (String, Option<String>)>,
    ) -> Option<Vec<R>> {
        let items: Vec<&Found<'_>> = match value.get_ref() {
            DeValue::Array(items) => array(items).collect(),
            _ => vec![value],
        };
        let before = self.problem_count();
        if items.is_empty() {
            self.problem(value.span(), format!("`{name}` is empty"), None);
        }
        let mut results = Vec::new();
        for item in items {
            let DeValue::String(text) = item.get_ref() else {
                self.wrong(name, "a string or a list of strings", item.get_ref(), item.span());
                continue;
            };
            match read(text) {
                Ok(result) => results.push(result),
                Err((message, help)) => self.problem(item.span(), message, help),
            }
        }
        (self.problem_count() == before).then_some(results)
    }

    pub(super) fn ids(&mut self, name: &str, value: &Found<'_>) -> Option<Vec<usize>> {
        self.one_or_more(name, value, |id| {
            names::index(id).ok_or_else(|| {
                let (message, help) = names::unknown(id);
                (message, Some(help))
            })
        })
    }

    pub(super) fn paths(&mut self, name: &str, value: &Found<'_>) -> Option<Globs> {
        let check = |glob: &str| globs::check(glob).map(|()| glob.to_owned()).map_err(|message| (message, None));
        let texts = self.one_or_more(name, value, check)?;
        Globs::new(self.base, self.here, texts.iter().map(String::as_str)).ok()
    }

    pub(super) fn patterns(&mut self, name: &str, value: &Found<'_>) -> Option<Names> {
        let check = |glob: &str| match Names::new([glob]) {
            Ok(_) if glob.is_empty() => Err(("an empty glob matches nothing".to_owned(), None)),
            Ok(_) => Ok(glob.to_owned()),
            Err(message) => Err((message, None)),
        };
        let texts = self.one_or_more(name, value, check)?;
        Names::new(texts.iter().map(String::as_str)).ok()
    }

    pub(super) fn reason(&mut self, name: &str, value: &Found<'_>) -> Option<String> {
        match value.get_ref() {
            DeValue::String(text) if text.contains(char::is_alphanumeric) => return Some(text.trim().to_owned()),
            DeValue::String(_) => self.problem(value.span(), format!("`{name}` says nothing"), None),
            other => self.wrong(name, "a string", other, value.span()),
        }
        None
    }

    pub(super) fn day(&mut self, name: &str, value: &Found<'_>) -> Option<Date> {
        let parsed = match value.get_ref() {
            DeValue::String(text) => text.parse(),
            DeValue::Datetime(moment) => moment.to_string().parse(),
            other => {
                self.wrong(name, "a date such as 2027-01-31", other, value.span());
                return None;
            }
        };
        parsed.map_err(|message: String| self.problem(value.span(), message, None)).ok()
    }

    pub(super) fn ignores(
        &mut self,
        name: &str,
        value: &Found<'_>,
        keys: &'static [Key<Ignore>],
        mut set: impl FnMut(Ignore),
    ) {
        let DeValue::Array(items) = value.get_ref() else {
            self.wrong(name, "a list of tables, each under `[[ignore]]`", value.get_ref(), value.span());
            return;
        };
        for item in array(items) {
            let DeValue::Table(table) = item.get_ref() else {
                self.wrong(name, "a list of tables", item.get_ref(), item.span());
                continue;
            };
            let before = self.problem_count();
            let mut ignore = Ignore::default();
            self.table(table, item.span(), keys, &mut ignore);
            if self.problem_count() == before && !ignore.selects() {
                let help = "give at least one of rule, path, kind, namespace, name, container and image".to_owned();
                self.problem(item.span(), "this would hide everything", Some(help));
            }
            (ignore.span, ignore.whole) = place(self.text, item);
            set(ignore);
        }
    }
}
