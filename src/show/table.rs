//! What is shown, for people: a table for each container and one for its pod, in 80 columns.

use std::io::{self, Write};

use serde_json::Value;

use super::{Origin, PodView, Setting, Shown};
use crate::report::text::{clean, cut_start, width, wrap};

/// Columns of the field, the value, and of where it comes from, with two before each.
const COLUMNS: [usize; 3] = [28, 26, 20];

/// Writes a heading for each pod, then its containers and itself.
pub fn write(shown: &Shown, out: &mut dyn Write) -> io::Result<()> {
    for (index, pod) in shown.pods.iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        heading(pod, out)?;
        for container in &pod.containers {
            let start = container.region.start;
            let label = clean(&container.label).into_owned();
            settings(&format!("{label} {}:{}", start.line, start.column), &container.settings, out)?;
        }
        settings("pod", &pod.settings, out)?;
    }
    Ok(())
}

fn heading(pod: &PodView, out: &mut dyn Write) -> io::Result<()> {
    let (object, at) = (&pod.object, pod.position);
    let namespace = object.namespace.as_deref().map(|n| format!("{n}/")).unwrap_or_default();
    let place = format!("{}:{}:{}", clean(&pod.path), at.line, at.column);
    writeln!(out, "{}", cut_start(&place, 80, "..."))?;
    for line in wrap(&clean(&format!("{} {namespace}{}", object.kind, object.name)), 80, 80) {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

fn settings(title: &str, settings: &[Setting], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out)?;
    for line in wrap(title, 80, 80) {
        writeln!(out, "{line}")?;
    }
    for setting in settings {
        let path = setting.path.as_ref().map(|path| format!("{}:", clean(path))).unwrap_or_default();
        let place = setting.position.map(|p| format!(" {path}{}:{}", p.line, p.column)).unwrap_or_default();
        let from = format!("{}{place}", setting.from.name());
        let values = wrap(&clean(&value(setting)), COLUMNS[1], COLUMNS[1]);
        let froms = wrap(&from, COLUMNS[2], COLUMNS[2]);
        let fields = wrap(setting.field, COLUMNS[0], COLUMNS[0]);
        for line in 0..fields.len().max(values.len()).max(froms.len()) {
            let cell = |texts: &[String]| texts.get(line).cloned().unwrap_or_default();
            row([&cell(&fields), &cell(&values), &cell(&froms)], out)?;
        }
        let note = setting.note.as_ref().filter(|_| !is_in_place(setting));
        for line in note.into_iter().flat_map(|note| wrap(&clean(note), 74, 74)) {
            writeln!(out, "      {line}")?;
        }
    }
    Ok(())
}

fn row(cells: [&str; 3], out: &mut dyn Write) -> io::Result<()> {
    let mut text = String::new();
    for (cell, columns) in cells.into_iter().zip(COLUMNS) {
        text.push_str("  ");
        text.push_str(cell);
        text.extend(std::iter::repeat_n(' ', columns.saturating_sub(width(cell))));
    }
    writeln!(out, "{}", text.trim_end())
}

/// Whether a note says what is there where no value is.
fn is_in_place(setting: &Setting) -> bool {
    setting.from == Origin::Default && setting.value.is_null() && setting.note.is_some()
}

/// A value in words. Of nothing at all a dash is left.
fn value(setting: &Setting) -> String {
    match &setting.value {
        Value::Null if is_in_place(setting) => format!("({})", setting.note.as_deref().unwrap_or_default()),
        Value::Null => "-".to_owned(),
        Value::Array(items) if items.is_empty() => "[]".to_owned(),
        Value::Array(items) => items.iter().map(word).collect::<Vec<_>>().join(", "),
        Value::Object(entries) if entries.is_empty() => "{}".to_owned(),
        Value::Object(entries) => {
            entries.iter().map(|(key, value)| format!("{key}: {}", word(value))).collect::<Vec<_>>().join(", ")
        }
        // Text that is where another type would be shows by its quotes that it is text.
        Value::String(text) if setting.from != Origin::Default && matches!(&**text, "true" | "false") => {
            format!("\"{text}\"")
        }
        other => word(other),
    }
}

fn word(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
