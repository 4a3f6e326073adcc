//! A `plimsoll.toml` to start from: every key with what it does, those that are settled with their reasons.

use super::keys::{KEYS, Key, Value};
use super::schema::comment;

/// A key that is settled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    /// Its name.
    pub key: &'static str,
    /// Why, a paragraph each.
    pub why: Vec<String>,
    /// Its value as TOML; none where there is only something to say.
    pub value: Option<String>,
}

/// The text of the file: keys that are not settled stand in it as comments.
pub fn starter(settled: &[Settled]) -> String {
    let mut text = String::new();
    for key in KEYS {
        if !text.is_empty() {
            text.push('\n');
        }
        comment(&mut text, key.doc, key.default);
        let settled = settled.iter().find(|s| s.key == key.name);
        for why in settled.iter().flat_map(|s| &s.why) {
            text.push_str("#\n");
            comment(&mut text, why, None);
        }
        if let Some(value) = settled.and_then(|s| s.value.as_ref()) {
            text.extend([key.name, " = ", value, "\n"]);
            continue;
        }
        match key.value {
            Value::Rules(_) => text.extend(["# [", key.name, "]\n# ", key.example, "\n"]),
            Value::Overrides(keys, _) => example(&mut text, key.name, keys),
            Value::Ignores(keys, _) => example(&mut text, key.name, keys),
            _ => text.extend(["# ", key.name, " = ", key.example, "\n"]),
        }
    }
    text
}

/// A table of a list, with every key that it may have.
fn example<T>(text: &mut String, name: &str, keys: &[Key<T>]) {
    text.extend(["# [[", name, "]]\n"]);
    for key in keys {
        text.extend(["# ", key.name, " = ", key.example, "\n"]);
    }
}
