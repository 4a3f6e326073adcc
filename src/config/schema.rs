//! What the keys of `plimsoll.toml` tell editors and readers: its JSON schema, and itself, with comments.

use serde_json::{Map, Value as Json, json};

use super::keys::{KEYS, Key, SEVERITIES, Value};
use crate::rules;

/// The JSON schema of `plimsoll.toml`.
pub fn schema() -> String {
    let mut schema = table(KEYS);
    schema["$schema"] = json!("http://json-schema.org/draft-07/schema#");
    schema["title"] = json!("plimsoll.toml");
    schema["description"] = json!("Configuration of plimsoll, the linter for Kubernetes manifests.");
    let ids: Vec<&str> = rules::ALL.iter().flat_map(|r| std::iter::once(&r.id).chain(r.aliases)).copied().collect();
    schema["definitions"] = json!({ "rules": rules_table(), "rule": { "enum": ids } });
    format!("{schema:#}\n")
}

fn table<T>(keys: &[Key<T>]) -> Json {
    let properties: Map<String, Json> = keys.iter().map(|k| (k.name.to_owned(), property(k))).collect();
    let required: Vec<&str> = keys.iter().filter(|k| k.required).map(|k| k.name).collect();
    let mut table = json!({ "type": "object", "additionalProperties": false, "properties": properties });
    if !required.is_empty() {
        table["required"] = json!(required);
    }
    table
}

fn property<T>(key: &Key<T>) -> Json {
    let mut property = match key.value {
        Value::Word(words, _) => json!({ "enum": words }),
        Value::Version(_) => json!({ "type": "string", "pattern": "^(latest|v?1\\.[0-9]+(\\.[0-9]+)?)$" }),
        Value::Integer(least, most, _) => json!({ "type": "integer", "minimum": least, "maximum": most }),
        Value::File(_) => json!({ "type": "string", "minLength": 1 }),
        Value::Names(_) | Value::Globs(_) => {
            json!({ "type": "array", "items": { "type": "string", "minLength": 1 } })
        }
        Value::Ids(_) => one_or_more(&json!({ "allOf": [{ "$ref": "#/definitions/rule" }] })),
        Value::Paths(_) | Value::Patterns(_) => one_or_more(&json!({ "type": "string", "minLength": 1 })),
        Value::Text(_) => json!({ "type": "string", "pattern": "[0-9A-Za-z]" }),
        Value::Day(_) => json!({ "type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" }),
        Value::Ignores(keys, _) => {
            let selectors: Vec<_> = keys.iter().map(|k| k.name).filter(|n| !matches!(*n, "reason" | "until")).collect();
            let mut item = table(keys);
            item["anyOf"] = selectors.iter().map(|name| json!({ "required": [name] })).collect();
            json!({ "type": "array", "items": item })
        }
        // Beside a reference draft 7 reads nothing else.
        Value::Rules(_) => json!({ "allOf": [{ "$ref": "#/definitions/rules" }] }),
        Value::Overrides(keys, _) => json!({ "type": "array", "items": table(keys) }),
    };
    property["description"] = json!(key.doc);
    if let Some(default) = key.default {
        property["default"] = serde_json::from_str(default).unwrap_or_default();
    }
    if key.required && property["type"] == "array" {
        property["minItems"] = json!(1);
    }
    property
}

fn one_or_more(one: &Json) -> Json {
    let list = json!({ "type": "array", "minItems": 1, "items": one });
    json!({ "anyOf": [one, list] })
}

fn rules_table() -> Json {
    let mut properties = Map::new();
    for rule in rules::ALL {
        let default = rule.severity.name();
        properties
            .insert(rule.id.to_owned(), json!({ "enum": SEVERITIES, "default": default, "description": rule.summary }));
        for alias in rule.aliases {
            let description = format!("The old name of `{}`.", rule.id);
            properties.insert((*alias).to_owned(), json!({ "enum": SEVERITIES, "description": description }));
        }
    }
    json!({ "type": "object", "additionalProperties": false, "properties": properties })
}

/// A `plimsoll.toml` that shows every key, each with what it does.
pub fn reference() -> String {
    let mut text = String::new();
    for key in KEYS {
        if !text.is_empty() {
            text.push('\n');
        }
        comment(&mut text, key.doc, key.default);
        match key.value {
            Value::Rules(_) => text.extend(["[", key.name, "]\n", key.example, "\n"]),
            Value::Overrides(keys, _) => example(&mut text, key.name, keys),
            Value::Ignores(keys, _) => example(&mut text, key.name, keys),
            _ => text.extend([key.name, " = ", key.example, "\n"]),
        }
    }
    text
}

/// A table of a list, with every key that it may have.
fn example<T>(text: &mut String, name: &str, keys: &[Key<T>]) {
    text.extend(["[[", name, "]]\n"]);
    for key in keys {
        comment(text, key.doc, key.default);
        text.extend([key.name, " = ", key.example, "\n"]);
    }
}

pub(super) fn comment(text: &mut String, doc: &str, default: Option<&str>) {
    let default = default.map(|d| format!(" [default: {d}]")).unwrap_or_default();
    let mut line = String::from("#");
    for word in format!("{doc}{default}").split_whitespace() {
        if line.len() > 1 && line.len() + 1 + word.len() > 80 {
            text.extend([&line, "\n"]);
            line.truncate(1);
        }
        line.extend([" ", word]);
    }
    text.extend([&line, "\n"]);
}
