//! A program in CEL, evaluated by the `cel` crate.

mod library;

use std::sync::Arc;

use cel::{Context, Env, extensions};
use plimsoll::policy::Program;
use plimsoll::policy::resources::RESOURCES;
use plimsoll::yaml;

use crate::json;

/// A policy's program, compiled.
pub(crate) struct Evaluator {
    env: Arc<Env>,
    variables: Vec<(String, cel::Program)>,
    validations: Vec<(cel::Program, String, Option<cel::Program>)>,
}

impl Evaluator {
    pub(crate) fn new(program: &Program) -> Self {
        let mut env = Env::stdlib();
        env.add_extension(extensions::strings).unwrap();
        env.add_extension(library::extension).unwrap();
        let compile = |text: &str| env.compile(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        let variables = program.variables.iter().map(|v| (v.name.clone(), compile(&v.expression))).collect();
        let validation = |v: &plimsoll::policy::Validation| {
            (compile(&v.expression), v.message.clone(), v.message_expression.as_deref().map(compile))
        };
        let validations = program.validations.iter().map(validation).collect();
        Self { env: Arc::new(env), variables, validations }
    }

    /// `None` for kinds that policies do not see; `allow`, `deny` with its messages, or `error` with why, as the API server would have it.
    pub(crate) fn verdict(&self, text: &str, params: &serde_json::Value) -> Option<(&'static str, String)> {
        let mut object = pruned(text);
        quantities(&mut object);
        is_seen(&object).then(|| self.evaluate(&object, params))
    }

    fn evaluate(&self, object: &serde_json::Value, params: &serde_json::Value) -> (&'static str, String) {
        let mut context = Context::with_env(self.env.clone());
        context.add_variable("object", object).unwrap();
        context.add_variable("params", params).unwrap();
        let mut values: std::collections::HashMap<String, cel::Value> = std::collections::HashMap::new();
        for (name, program) in &self.variables {
            match program.execute(&context) {
                Ok(value) => values.insert(name.clone(), value),
                Err(error) => return ("error", format!("{name}: {error}")),
            };
            context.add_variable_from_value("variables", values.clone());
        }
        let mut messages = Vec::new();
        for (holds, message, expression) in &self.validations {
            match holds.execute(&context) {
                Ok(cel::Value::Bool(true)) => {}
                Ok(cel::Value::Bool(false)) => messages.push(match expression.as_ref().map(|e| e.execute(&context)) {
                    Some(Ok(cel::Value::String(text))) => text.to_string(),
                    Some(other) => return ("error", format!("{other:?}")),
                    None => message.clone(),
                }),
                other => return ("error", format!("{other:?}")),
            }
        }
        messages.sort();
        if messages.is_empty() { ("allow", String::new()) } else { ("deny", messages.join("; ")) }
    }
}

/// Whether a condition holds for a request: an expression that asks no variables.
pub(crate) fn holds(expression: &str, object: &serde_json::Value, old: &serde_json::Value) -> bool {
    let env = Env::stdlib();
    let program = env.compile(expression).unwrap_or_else(|error| panic!("{expression}: {error}"));
    let mut context = Context::with_env(Arc::new(env));
    context.add_variable("object", object).unwrap();
    context.add_variable("oldObject", old).unwrap();
    match program.execute(&context) {
        Ok(cel::Value::Bool(holds)) => holds,
        other => panic!("{expression}: {other:?}"),
    }
}

/// The same where every value is known.
pub(crate) fn known(text: &str) -> Option<serde_json::Value> {
    let tree = yaml::parse(text, yaml::documents(text)[0].span).ok()?;
    let mut object = serde_json::from_str(&json::print(&tree)).ok()?;
    prune(&mut object);
    Some(object)
}

/// The object as JSON, without what is null.
pub(crate) fn pruned(text: &str) -> serde_json::Value {
    let mut object = object(text);
    prune(&mut object);
    object
}

/// The object as JSON.
fn object(text: &str) -> serde_json::Value {
    let raw = yaml::documents(text);
    let tree = yaml::parse(text, raw[0].span).unwrap();
    serde_json::from_str(&json::print(&tree)).unwrap()
}

/// Takes out nulls: to the API server they are absent, and in a list the empty value of its items' type.
fn prune(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::Object(map) => {
            map.retain(|_, value| !value.is_null());
            map.values_mut().for_each(prune);
        }
        serde_json::Value::Array(items) => {
            let empty = if items.iter().any(serde_json::Value::is_string) { "".into() } else { serde_json::json!({}) };
            items.iter_mut().filter(|item| item.is_null()).for_each(|item| *item = empty.clone());
            items.iter_mut().for_each(prune);
        }
        _ => {}
    }
}

/// Makes strings of quantities that are numbers: the API server has no others.
fn quantities(value: &mut serde_json::Value) {
    let text = |slot: &mut serde_json::Value| {
        if slot.is_number() {
            *slot = slot.to_string().into();
        }
    };
    match value {
        serde_json::Value::Object(map) => {
            for (key, value) in map {
                match key.as_str() {
                    "requests" | "limits" => value.as_object_mut().into_iter().flatten().for_each(|(_, v)| text(v)),
                    "sizeLimit" => text(value),
                    _ => quantities(value),
                }
            }
        }
        serde_json::Value::Array(items) => items.iter_mut().for_each(quantities),
        _ => {}
    }
}

/// Whether the policies' resource rules name the object's kind.
fn is_seen(object: &serde_json::Value) -> bool {
    let text = |key: &str| object[key].as_str().unwrap_or_default();
    let (group, version) = text("apiVersion").rsplit_once('/').unwrap_or(("", text("apiVersion")));
    let resource = format!("{}s", text("kind").to_lowercase());
    version == "v1" && RESOURCES.iter().any(|(of, resources)| *of == group && resources.contains(&resource.as_str()))
}
