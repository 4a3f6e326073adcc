//! From an object to its mended form, as a JSON patch (RFC 6902).

use std::fmt::Write;

use super::change::{At, Fields, same_nodes};
use crate::yaml::{Kind, NodeId, Tree};

/// One operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Step {
    /// `add`, `replace` or `remove`.
    op: &'static str,
    /// Where, as a JSON pointer.
    path: String,
    /// The new value, as JSON.
    value: Option<String>,
}

/// The operations that make the one tree of the other, in the order in which they are to be made.
/// Both are of strict JSON, so that what stands in the second is a value as it is.
pub(super) fn between<'t>(old: &'t Tree<'t>, new: &'t Tree<'t>) -> Vec<Step> {
    let mut steps = Steps { old, new, made: Vec::new() };
    let mut todo = vec![(String::new(), old.root(), new.root())];
    while let Some((path, a, b)) = todo.pop() {
        let mark = todo.len();
        match (old.kind(a), new.kind(b)) {
            (Kind::Map, Kind::Map) => steps.fields(&path, a, b, &mut todo),
            (Kind::Seq, Kind::Seq) => steps.items(&path, a, b, &mut todo),
            _ if same_nodes((old, a), (new, b)) => {}
            _ => steps.push("replace", path, Some(b)),
        }
        todo[mark..].reverse();
    }
    steps.made
}

type Todo = Vec<(String, NodeId, NodeId)>;

struct Steps<'t> {
    old: &'t Tree<'t>,
    new: &'t Tree<'t>,
    made: Vec<Step>,
}

impl Steps<'_> {
    fn push(&mut self, op: &'static str, path: String, value: Option<NodeId>) {
        let value = value.map(|node| self.new.span(node).text(self.new.text()).to_owned());
        self.made.push(Step { op, path, value });
    }

    fn is_same(&self, a: NodeId, b: NodeId) -> bool {
        let (old, new): (At<'_>, At<'_>) = ((self.old, a), (self.new, b));
        same_nodes(old, new)
    }

    fn fields(&mut self, path: &str, a: NodeId, b: NodeId, todo: &mut Todo) {
        let (old, new) = (self.old, self.new);
        let (before, after) = (Fields::of(old, old.entries(a)), Fields::of(new, new.entries(b)));
        for (at, entry) in old.entries(a).iter().enumerate() {
            let name = old.key_name(entry.key);
            match after.get(&name, at) {
                Some(value) => todo.push((join(path, &name), entry.value, value)),
                None => self.push("remove", join(path, &name), None),
            }
        }
        for (at, entry) in new.entries(b).iter().enumerate() {
            let name = new.key_name(entry.key);
            if before.get(&name, at).is_none() {
                self.push("add", join(path, &name), Some(entry.value));
            }
        }
    }

    /// What begins and ends alike stays; of the rest, as many as both have are changed in their places, and what one has
    /// more is taken out or put in behind them.
    fn items(&mut self, path: &str, a: NodeId, b: NodeId, todo: &mut Todo) {
        let (old, new) = (self.old, self.new);
        let (before, after) = (old.items(a), new.items(b));
        let shorter = before.len().min(after.len());
        let first = before.iter().zip(after).take_while(|&(&a, &b)| self.is_same(a, b)).count();
        let ends = before.iter().rev().zip(after.iter().rev()).take(shorter - first);
        let last = ends.take_while(|&(&a, &b)| self.is_same(a, b)).count();
        let (before, after) = (&before[first..before.len() - last], &after[first..after.len() - last]);
        let both = before.len().min(after.len());
        for (at, (&a, &b)) in before.iter().zip(after).enumerate() {
            todo.push((join(path, &(first + at).to_string()), a, b));
        }
        for at in (both..before.len()).rev() {
            self.push("remove", join(path, &(first + at).to_string()), None);
        }
        for (at, &item) in after.iter().enumerate().skip(both) {
            self.push("add", join(path, &(first + at).to_string()), Some(item));
        }
    }
}

/// A JSON pointer one step further (RFC 6901).
fn join(path: &str, name: &str) -> String {
    format!("{path}/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// The operations as JSON.
pub(super) fn json(steps: &[Step]) -> String {
    let mut out = String::from("[");
    for (at, Step { op, path, value }) in steps.iter().enumerate() {
        let comma = if at > 0 { "," } else { "" };
        let path = serde_json::Value::from(path.as_str());
        let _ = write!(out, "{comma}{{\"op\":\"{op}\",\"path\":{path}");
        if let Some(value) = value {
            let _ = write!(out, ",\"value\":{value}");
        }
        out.push('}');
    }
    out.push(']');
    out
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::admission::change::same;
    use crate::yaml::{Slot, parse_object};

    /// The patch from one value to another, made on the first as an API server makes it.
    fn patched(old: &Value, new: &Value) -> (Value, String) {
        let (before, after) = (old.to_string(), new.to_string());
        let (Ok(a), Ok(b)) = (parse_object(&before), parse_object(&after)) else { panic!("{before} {after}") };
        let steps = between(&a, &b);
        let (x, y) = (Slot::root(&a, a.root()), Slot::root(&b, b.root()));
        assert_eq!(steps.is_empty(), same(x, y), "{before} {after}");
        let patch = json(&steps);
        let read: json_patch::Patch = serde_json::from_str(&patch).unwrap_or_else(|e| panic!("{patch}: {e}"));
        let mut value = old.clone();
        json_patch::patch(&mut value, &read).unwrap_or_else(|e| panic!("{before} {patch}: {e}"));
        (value, patch)
    }

    #[test]
    fn a_patch_says_no_more_than_has_changed() {
        let cases = [
            (json!({"a": 1}), json!({"a": 1}), "[]"),
            (json!({"a": 1, "b": [1, 2]}), json!({"b": [1, 2], "a": 1}), "[]"),
            (json!({"a": 1}), json!({"a": "1"}), r#"[{"op":"replace","path":"/a","value":"1"}]"#),
            (json!({"a": {"b": 1}}), json!({"a": {}}), r#"[{"op":"remove","path":"/a/b"}]"#),
            (
                json!({"a/b": {"c~d": 1}}),
                json!({"a/b": {"c~d": 2}}),
                r#"[{"op":"replace","path":"/a~1b/c~0d","value":2}]"#,
            ),
            (json!([1, 2, 3]), json!([1, 3]), r#"[{"op":"remove","path":"/1"}]"#),
            (json!([1, 3]), json!([1, 2, 3]), r#"[{"op":"add","path":"/1","value":2}]"#),
            (json!([{"n": 1}, 2]), json!([{"n": 2}, 2]), r#"[{"op":"replace","path":"/0/n","value":2}]"#),
            (json!({"a": null}), json!({}), r#"[{"op":"remove","path":"/a"}]"#),
            (json!([1]), json!({"a": [1]}), r#"[{"op":"replace","path":"","value":{"a":[1]}}]"#),
        ];
        for (old, new, patch) in cases {
            assert_eq!(patched(&old, &new), (new, patch.to_owned()));
        }
    }

    /// Random values of a few shapes, often alike.
    fn value(random: &mut impl FnMut(u64) -> u64, depth: u64) -> Value {
        let few = |random: &mut dyn FnMut(u64) -> u64| (0..random(4)).collect::<Vec<_>>();
        match random(if depth > 3 { 3 } else { 6 }) {
            0 => json!(random(3)),
            1 => json!(["", "a", "~/", "\u{e9}\"\n"][usize::try_from(random(4)).unwrap_or_default()]),
            2 => json!([Value::Null, json!(true), json!(1.5)][usize::try_from(random(3)).unwrap_or_default()]),
            3 | 4 => few(random).iter().map(|_| value(random, depth + 1)).collect(),
            _ => {
                let keys = few(random);
                let field = |n: &u64| (["a", "b/c", "d~", ""][usize::try_from(*n).unwrap_or_default()], *n);
                keys.iter()
                    .map(field)
                    .map(|(key, _)| (key.to_owned(), value(random, depth + 1)))
                    .collect::<serde_json::Map<_, _>>()
                    .into()
            }
        }
    }

    #[test]
    fn a_patch_makes_the_one_of_the_other() {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut random = move |below: u64| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state % below
        };
        for _ in 0..5_000 {
            let (old, new) = (value(&mut random, 0), value(&mut random, 0));
            let (made, patch) = patched(&old, &new);
            assert_eq!(made, new, "{old} {patch}");
        }
    }
}
