//! A tree as the JSON that Go's `json.Marshal` prints: keys sorted, numbers and escapes as there.
//! With a stack of its own, because test input nests as deep as it likes.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write;

use plimsoll::yaml::{Kind, NodeId, Tree};

enum Step<'t> {
    Node(NodeId),
    Text(Cow<'t, str>),
}

/// The document as JSON; an unknown value is the bare word `?`.
pub(crate) fn print(tree: &Tree<'_>) -> String {
    print_node(tree, tree.root())
}

/// A part of it.
pub(crate) fn print_node(tree: &Tree<'_>, node_id: NodeId) -> String {
    let mut out = String::new();
    let mut todo = vec![Step::Node(node_id)];
    while let Some(step) = todo.pop() {
        match step {
            Step::Text(text) => out.push_str(&text),
            Step::Node(id) => node(tree, tree.resolve(id), &mut todo, &mut out),
        }
    }
    out
}

fn node<'t>(tree: &'t Tree<'_>, id: NodeId, todo: &mut Vec<Step<'t>>, out: &mut String) {
    match tree.kind(id) {
        Kind::Null => out.push_str("null"),
        Kind::Bool(b) => out.push_str(if b { "true" } else { "false" }),
        Kind::Int(i) => write!(out, "{i}").unwrap(),
        Kind::Uint(u) => write!(out, "{u}").unwrap(),
        Kind::Float(f) => out.push_str(&float(f)),
        Kind::Str => string(tree.scalar_text(id), out),
        Kind::Unknown => out.push('?'),
        Kind::Alias(_) => unreachable!("aliases are resolved"),
        Kind::Seq => {
            out.push('[');
            let mark = todo.len();
            for (i, &item) in tree.items(id).iter().enumerate() {
                if i > 0 {
                    todo.push(Step::Text(",".into()));
                }
                todo.push(Step::Node(item));
            }
            todo.push(Step::Text("]".into()));
            todo[mark..].reverse();
        }
        Kind::Map => {
            out.push('{');
            // Of a key that stands twice the last counts.
            let entries: BTreeMap<Cow<'_, str>, NodeId> =
                tree.entries(id).iter().map(|e| (tree.key_name(e.key), e.value)).collect();
            let mark = todo.len();
            for (i, (key, value)) in entries.into_iter().enumerate() {
                let mut text = String::from(if i > 0 { "," } else { "" });
                string(&key, &mut text);
                text.push(':');
                todo.push(Step::Text(text.into()));
                todo.push(Step::Node(value));
            }
            todo.push(Step::Text("}".into()));
            todo[mark..].reverse();
        }
    }
}

fn string(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\0'..='\u{1f}' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => write!(out, "\\u{:04x}", c as u32).unwrap(),
            c => out.push(c),
        }
    }
    out.push('"');
}

/// `encoding/json`: the shortest digits; an exponent below 1e-6 and from 1e21 on.
fn float(f: f64) -> String {
    if f == 0.0 {
        return if f.is_sign_negative() { "-0".into() } else { "0".into() };
    }
    if (1e-6..1e21).contains(&f.abs()) {
        return format!("{f}");
    }
    let text = format!("{f:e}");
    let (digits, power) = text.split_once('e').unwrap();
    // Go writes `e+21` and, by its own clean-up, `e-7` without a leading zero.
    if power.starts_with('-') { format!("{digits}e{power}") } else { format!("{digits}e+{power:0>2}") }
}
