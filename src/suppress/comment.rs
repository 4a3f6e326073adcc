//! Comments: what each says, and what it covers.

use std::collections::HashMap;
use std::sync::Arc;

use super::draft::{Draft, Marks, Part, Scope, Subject};
use super::{Form, directive};
use crate::config::Settings;
use crate::k8s::Object;
use crate::rule::Fault;
use crate::source::Span;
use crate::yaml::{Edit, Kind, NodeId, Slot, Tree};

/// The suppressions in the comments of a document that holds these objects.
pub(crate) fn comments(tree: &Tree<'_>, objects: &[Object<'_>], settings: &Settings, marks: &mut Marks) {
    let mut places = None;
    for comment in tree.comments() {
        // In a document that is nobody's manifest a comment may speak to whom it likes; it covers what follows it, or all.
        let elsewhere = objects.is_empty();
        let attach = |span: Span| {
            if !stands_alone(tree.text(), span) {
                return (!elsewhere).then_some(Scope::Line(span.start));
            }
            let places = places.get_or_insert_with(|| Places::of(tree, objects));
            match places.below(span) {
                Some(place) if !elsewhere => Some(Scope::Part(places.part(tree, place))),
                None if begins_line(tree.text(), span) => Some(Scope::Next),
                _ if elsewhere => None,
                _ => Some(Scope::Line(span.start)),
            }
        };
        read(tree.text(), comment.span, settings, marks, attach, elsewhere);
    }
}

/// The suppression in a comment outside of all documents: it covers the one that follows.
pub(crate) fn between(text: &str, span: Span, settings: &Settings, marks: &mut Marks) {
    read(text, span, settings, marks, |_| Some(Scope::Next), true);
}

/// What each comment that speaks to this program covers, in order: whether it stands on a line of its own, and where
/// what is below it begins, or else its line.
pub(crate) fn covered(tree: &Tree<'_>) -> impl Iterator<Item = (bool, Option<u32>)> {
    let text = tree.text();
    let mut places = None;
    let ours = tree.comments().iter().filter(|c| directive::find(c.span.text(text)).is_some());
    ours.map(move |comment| {
        let alone = stands_alone(text, comment.span);
        if alone {
            let below = places.get_or_insert_with(|| Places::of(tree, &[])).below(comment.span);
            return (alone, below.map(|b| b.span.start));
        }
        let line = before(text, comment.span.start);
        let blank = line.len() - line.trim_start().len();
        let start = comment.span.start as usize - line.len() + blank;
        (alone, u32::try_from(start).ok())
    })
}

fn read(
    text: &str,
    comment: Span,
    settings: &Settings,
    marks: &mut Marks,
    attach: impl FnOnce(Span) -> Option<Scope>,
    elsewhere: bool,
) {
    let Some((hash, words)) = directive::find(comment.text(text)) else { return };
    let span = Span { start: comment.start + Span::new(hash, hash).start, end: comment.end };
    let removal = vec![erase(text, span)];
    let start = comment.start as usize + words;
    let found = match directive::read(&text[start..comment.end as usize], start) {
        Ok(found) => found,
        Err(_) if elsewhere => return,
        Err(slip) => return marks.slip(Fault::Malformed, slip, Subject::default(), removal),
    };
    let scope = if found.whole_file { Some(Scope::File) } else { attach(span) };
    let Some(scope) = scope else { return };
    for slip in found.unknown {
        let fix = if found.rules.is_empty() {
            removal.clone()
        } else {
            vec![Edit { span: found.list, text: super::draft::names(&found.rules, ", ") }]
        };
        marks.slip(Fault::UnknownRule, slip, Subject::default(), fix);
    }
    if found.rules.is_empty() {
        return;
    }
    let draft = Draft {
        form: Form::Comment,
        span,
        scope,
        rules: found.rules,
        terms: found.terms,
        holds: true,
        list: Some(found.list),
        subject: Subject::default(),
        removal,
        hint: None,
    };
    marks.push(draft, settings);
}

/// The line's text before a byte.
fn before(text: &str, at: u32) -> &str {
    let before = &text[..at as usize];
    &before[memchr::memrchr2(b'\n', b'\r', before.as_bytes()).map_or(0, |i| i + 1)..]
}

/// Whether nothing else stands on a comment's line, a separator aside.
fn stands_alone(text: &str, comment: Span) -> bool {
    matches!(before(text, comment.start).trim(), "" | "---")
}

fn begins_line(text: &str, comment: Span) -> bool {
    matches!(before(text, comment.start).trim_end(), "" | "---") && !before(text, comment.start).starts_with(' ')
}

/// Takes out a comment: the blanks before it, or the line that it has for itself.
fn erase(text: &str, comment: Span) -> Edit {
    let before = before(text, comment.start);
    let (start, end) = (comment.start as usize, comment.end as usize);
    let span = if before.trim().is_empty() {
        let rest = &text[end..];
        let ending = if rest.starts_with("\r\n") { 2 } else { usize::from(rest.starts_with(['\n', '\r'])) };
        Span::new(start - before.len(), end + ending)
    } else {
        Span::new(start - (before.len() - before.trim_end().len()), end)
    };
    Edit { span, text: String::new() }
}

/// Something that a comment can stand above.
#[derive(Clone, Copy)]
struct Below {
    /// From its first to its last byte.
    span: Span,
    /// An item, the root, or the value of the key.
    node: NodeId,
    key: Option<NodeId>,
}

/// Everything in a document that a comment can stand above, in the order of the text; what holds others before them.
struct Places<'t, 'o> {
    order: Vec<Below>,
    owners: HashMap<NodeId, &'o Object<'t>>,
}

impl<'t, 'o> Places<'t, 'o> {
    fn of(tree: &Tree<'_>, objects: &'o [Object<'t>]) -> Self {
        let root = Below { span: tree.span(tree.root()), node: tree.root(), key: None };
        let mut found = Vec::new();
        if tree.kind(tree.root()) != Kind::Null {
            found.push(Below { span: Span { end: tree.end().max(root.span.end), ..root.span }, ..root });
        }
        let mut todo = vec![tree.root()];
        while let Some(node) = todo.pop() {
            for &item in tree.items(node) {
                found.push(Below { span: tree.span(item), node: item, key: None });
                todo.push(item);
            }
            for entry in tree.written_entries(node) {
                let (key, value) = (tree.span(entry.key), tree.span(entry.value));
                let span = Span { start: key.start, end: key.end.max(value.end) };
                found.push(Below { span, node: entry.value, key: Some(entry.key) });
                // A value on a line of its own; one in block style begins with an entry or item that has that line.
                let block = matches!(tree.kind(entry.value), Kind::Map | Kind::Seq) && !tree.is_flow(entry.value);
                if !block && value.start > key.end {
                    found.push(Below { span: value, node: entry.value, key: Some(entry.key) });
                }
                todo.push(entry.value);
            }
        }
        // The sort is stable, and what holds others was found first.
        found.sort_by_key(|b| b.span.start);
        Self { order: found, owners: objects.iter().map(|o| (o.slot().node(), o)).collect() }
    }

    /// What begins first behind a comment: the outermost of what begins there.
    fn below(&self, comment: Span) -> Option<Below> {
        self.order.get(self.order.partition_point(|b| b.span.start < comment.end)).copied()
    }

    /// What a comment above something covers: its line, and all of it.
    fn part(&self, tree: &Tree<'_>, below: Below) -> Part {
        let rest = &tree.text().as_bytes()[below.span.start as usize..];
        let line_end = below.span.start as usize + memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
        let span = Span { start: below.span.start, end: below.span.end.max(Span::new(line_end, line_end).start) };
        let owner =
            std::iter::successors(Some(below.node), |&node| tree.parent(node)).find_map(|node| self.owners.get(&node));
        let field = owner.and_then(|object| {
            let root = Slot::root(tree, object.slot().node());
            match below.key {
                Some(key) => root.of_key(key).map(Slot::path),
                None => Some(root.below(None, below.node).path()),
            }
        });
        let object = owner.filter(|_| field.is_some()).map(|object| Arc::new(object.reference()));
        Part { span, by_place: true, object, field: field.unwrap_or_default(), container: None }
    }
}
