//! What a field shall be: a value as a rule names it, and the same as a model that every style can write.

use std::borrow::Cow;

use crate::source::Span;
use crate::yaml::scalar::{Scalar, resolve};
use crate::yaml::{Kind, NodeId, Slot, Tree, parse};

/// How deep a value may nest that is written anew.
const MAX_DEPTH: usize = 32;

/// A value to write, as YAML in flow style: `true`, `[ALL]`, `{type: RuntimeDefault}`.
/// It is written in the style that stands around it, whatever style it was named in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Value(Cow<'static, str>);

impl From<&'static str> for Value {
    fn from(yaml: &'static str) -> Self {
        Self(Cow::Borrowed(yaml))
    }
}

impl From<String> for Value {
    fn from(yaml: String) -> Self {
        Self(Cow::Owned(yaml))
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self(Cow::Borrowed(if value { "true" } else { "false" }))
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self(Cow::Owned(value.to_string()))
    }
}

impl Value {
    /// A string, whatever it looks like.
    pub fn text(text: &str) -> Self {
        Self(Cow::Owned(quoted(text)))
    }

    /// A mapping of strings, whatever they look like.
    pub fn map(fields: &[(&str, &str)]) -> Self {
        let fields: Vec<_> = fields.iter().map(|(key, text)| format!("{}: {}", quoted(key), quoted(text))).collect();
        Self(Cow::Owned(format!("{{{}}}", fields.join(", "))))
    }

    /// The value that stands at a slot, to be written elsewhere; none where there is none that could be told.
    pub fn of(slot: Slot<'_>) -> Option<Self> {
        let model = slot.exists().then(|| Model::of(slot.tree(), slot.node(), 0)).flatten()?;
        let mut text = String::new();
        Flow::JSON.write(&model, 0, &mut text);
        Some(Self(Cow::Owned(text)))
    }

    /// A list of this item.
    pub(super) fn in_list(&self) -> Self {
        Self(Cow::Owned(format!("[{}]", self.0)))
    }

    pub(super) fn model(&self) -> Option<Model> {
        let tree = parse(&self.0, Span::new(0, self.0.len())).ok()?;
        Model::of(&tree, tree.root(), 0)
    }
}

/// A value without its style.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Model {
    /// A null, a boolean or a number, as JSON writes it.
    Plain(String),
    Text(String),
    List(Vec<Model>),
    Map(Vec<(String, Model)>),
}

impl Model {
    /// The value of a node, aliases followed and merge keys resolved.
    pub(super) fn of(tree: &Tree<'_>, node: NodeId, depth: usize) -> Option<Self> {
        if depth > MAX_DEPTH {
            return None;
        }
        let node = tree.resolve(node);
        let plain = |text: &str| Some(Self::Plain(text.to_owned()));
        match tree.kind(node) {
            Kind::Null => plain("null"),
            Kind::Bool(b) => plain(if b { "true" } else { "false" }),
            Kind::Int(i) => plain(&i.to_string()),
            Kind::Uint(u) => plain(&u.to_string()),
            Kind::Float(_) => plain(tree.scalar_text(node)),
            Kind::Str => Some(Self::Text(tree.scalar_text(node).to_owned())),
            Kind::Seq => {
                tree.items(node).iter().map(|&i| Self::of(tree, i, depth + 1)).collect::<Option<_>>().map(Self::List)
            }
            Kind::Map => {
                let field = |e: &crate::yaml::Entry| {
                    Some((tree.key_name(e.key).into_owned(), Self::of(tree, e.value, depth + 1)?))
                };
                tree.entries(node).iter().map(field).collect::<Option<_>>().map(Self::Map)
            }
            Kind::Alias(_) | Kind::Unknown => None,
        }
    }

    pub(super) fn is_collection(&self) -> bool {
        matches!(self, Self::List(_) | Self::Map(_))
    }

    pub(super) fn is_collection_with_parts(&self) -> bool {
        self.is_collection() && !self.is_empty()
    }

    fn is_empty(&self) -> bool {
        match self {
            Self::List(items) => items.is_empty(),
            Self::Map(fields) => fields.is_empty(),
            Self::Plain(_) | Self::Text(_) => true,
        }
    }

    /// Sets a field at a path of keys; false where another value is in the way.
    pub(super) fn insert<'k>(&mut self, mut path: impl Iterator<Item = &'k str>, value: Self) -> bool {
        let mut here = self;
        let Some(mut key) = path.next() else { return false };
        loop {
            let Self::Map(fields) = here else { return false };
            let at = fields.iter().position(|(k, _)| k == key);
            let Some(next) = path.next() else {
                match at {
                    Some(at) if fields[at].1 != value => return false,
                    Some(_) => {}
                    None => fields.push((key.to_owned(), value)),
                }
                return true;
            };
            let at = at.unwrap_or_else(|| {
                fields.push((key.to_owned(), Self::Map(Vec::new())));
                fields.len() - 1
            });
            here = &mut fields[at].1;
            key = next;
        }
    }

    /// The same, over whatever stands there: a null on the way is a mapping without fields.
    pub(super) fn replace<'k>(&mut self, path: impl Iterator<Item = &'k str>, value: Self) -> bool {
        let mut here = self;
        for key in path {
            if *here == Self::Plain("null".to_owned()) {
                *here = Self::Map(Vec::new());
            }
            let Self::Map(fields) = here else { return false };
            let at = fields.iter().position(|(k, _)| k == key).unwrap_or_else(|| {
                fields.push((key.to_owned(), Self::Map(Vec::new())));
                fields.len() - 1
            });
            here = &mut fields[at].1;
        }
        *here = value;
        true
    }

    /// Whether a node of a tree has this value.
    pub(super) fn is(&self, tree: &Tree<'_>, node: NodeId) -> bool {
        let node = tree.resolve(node);
        match self {
            Self::Plain(_) | Self::Text(_) => Self::of(tree, node, 0).as_ref() == Some(self),
            Self::List(items) => {
                let found = tree.items(node);
                tree.kind(node) == Kind::Seq
                    && found.len() == items.len()
                    && items.iter().zip(found).all(|(m, &n)| m.is(tree, n))
            }
            Self::Map(fields) => {
                let has = |(key, model): &(String, Self)| tree.get(node, key).is_some_and(|e| model.is(tree, e.value));
                tree.kind(node) == Kind::Map && tree.entries(node).len() == fields.len() && fields.iter().all(has)
            }
        }
    }
}

/// A string in double quotes, as JSON and YAML both read it.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A string as a plain scalar where it may be one, else in these quotes.
pub(super) fn word(text: &str, quotes: Option<char>) -> String {
    let safe =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | '+' | '@' | '=' | '(' | ')' | '$');
    let plain = text.starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '_' | '.'))
        && text.chars().all(|c| safe(c) || c == ':')
        && !text.ends_with(':')
        && (!text.contains(':') || text.starts_with(|c: char| c.is_ascii_alphabetic()))
        && resolve(None, text) == Ok(Scalar::Str);
    let single = !text.contains(|c: char| c == '\'' || c.is_control()) && text.is_ascii();
    match quotes {
        None if plain => text.to_owned(),
        Some('\'') if single => format!("'{text}'"),
        _ => quoted(text),
    }
}

/// Flow style, one of its kinds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Flow {
    /// Strings and keys in double quotes.
    pub(super) quotes: bool,
    /// No spaces behind colons and commas.
    pub(super) compact: bool,
    /// One entry a line, with so many columns more for each level.
    pub(super) step: Option<usize>,
    /// What columns are made of.
    pub(super) blank: char,
    pub(super) newline: &'static str,
}

impl Flow {
    pub(super) const JSON: Self = Self { quotes: true, compact: false, step: None, blank: ' ', newline: "\n" };
    pub(super) const PLAIN: Self = Self { quotes: false, ..Self::JSON };

    pub(super) fn text(&self, model: &Model, indent: usize) -> String {
        let mut out = String::new();
        self.write(model, indent, &mut out);
        out
    }

    pub(super) fn key(&self, key: &str) -> String {
        let colon = if self.compact { ":" } else { ": " };
        format!("{}{colon}", word(key, self.quotes.then_some('"')))
    }

    /// The value whose line is indented by `indent`.
    pub(super) fn write(&self, model: &Model, indent: usize, out: &mut String) {
        match model {
            Model::Plain(text) => out.push_str(text),
            Model::Text(text) => out.push_str(&word(text, self.quotes.then_some('"'))),
            Model::List(items) => {
                self.parts(('[', ']'), items, indent, out, |item, inner, out| self.write(item, inner, out));
            }
            Model::Map(fields) => self.parts(('{', '}'), fields, indent, out, |(key, value), inner, out| {
                out.push_str(&self.key(key));
                self.write(value, inner, out);
            }),
        }
    }

    fn parts<T>(
        &self,
        (open, close): (char, char),
        parts: &[T],
        indent: usize,
        out: &mut String,
        write: impl Fn(&T, usize, &mut String),
    ) {
        let inner = indent + self.step.unwrap_or(0);
        out.push(open);
        for (n, part) in parts.iter().enumerate() {
            if n > 0 {
                out.push_str(if self.compact || self.step.is_some() { "," } else { ", " });
            }
            if self.step.is_some() {
                out.push_str(self.newline);
                out.extend(std::iter::repeat_n(self.blank, inner));
            }
            write(part, inner, out);
        }
        if self.step.is_some() && !parts.is_empty() {
            out.push_str(self.newline);
            out.extend(std::iter::repeat_n(self.blank, indent));
        }
        out.push(close);
    }
}

/// Block style, as the document has it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block {
    /// Columns for each level.
    pub(super) step: usize,
    /// Columns between a key and the dashes of its list.
    pub(super) dash: usize,
    /// Lists of scalars are written as `[a, b]`.
    pub(super) flow_lists: bool,
    /// Keys stand in these quotes.
    pub(super) quotes: Option<char>,
    pub(super) newline: &'static str,
}

impl Block {
    fn line(&self, indent: usize, out: &mut String) {
        out.push_str(self.newline);
        out.extend(std::iter::repeat_n(' ', indent));
    }

    /// `key: value` lines of fields, each after a line end.
    pub(super) fn fields(&self, fields: &[(String, Model)], indent: usize, out: &mut String) {
        for (key, value) in fields {
            self.line(indent, out);
            self.field(key, value, indent, out);
        }
    }

    fn field(&self, key: &str, value: &Model, indent: usize, out: &mut String) {
        out.push_str(&word(key, self.quotes));
        out.push(':');
        self.value(value, indent, out);
    }

    /// What follows the colon of a key that is indented by `indent`.
    pub(super) fn value(&self, value: &Model, indent: usize, out: &mut String) {
        match value {
            Model::Map(fields) if !value.is_empty() => self.fields(fields, indent + self.step, out),
            Model::List(items) if !value.is_empty() && (!self.flow_lists || items.iter().any(Model::is_collection)) => {
                for item in items {
                    self.line(indent + self.dash, out);
                    self.item(item, indent + self.dash, out);
                }
            }
            _ => {
                out.push(' ');
                Flow::PLAIN.write(value, 0, out);
            }
        }
    }

    /// `- item`, its dash indented by `indent`.
    pub(super) fn item(&self, item: &Model, indent: usize, out: &mut String) {
        out.push_str("- ");
        match item {
            Model::Map(fields) if !fields.is_empty() => {
                for (n, (key, value)) in fields.iter().enumerate() {
                    if n > 0 {
                        self.line(indent + 2, out);
                    }
                    self.field(key, value, indent + 2, out);
                }
            }
            _ => Flow::PLAIN.write(item, 0, out),
        }
    }
}
