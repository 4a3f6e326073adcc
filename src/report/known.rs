//! What a baseline knows, and what of it is gone, in words.

use std::io::{self, Write};

use super::paint::{Paint, Tint};
use super::summary::plural;
use super::text::{clean, cut_start, wrap};
use crate::baseline::{Compared, Entry};

/// `web.yaml: gone: image-tag in Deployment prod/web, container "app"`, a line for each.
pub(super) fn lines(compared: &Compared, out: &mut dyn Write) -> io::Result<()> {
    compared.gone.iter().try_for_each(|entry| writeln!(out, "{}: gone: {}", clean(&entry.path), what(entry)))
}

fn what(entry: &Entry<'_>) -> String {
    let object = if entry.object.is_empty() { String::new() } else { format!(" in {}", entry.object) };
    let container =
        if entry.container.is_empty() { String::new() } else { format!(", container \"{}\"", entry.container) };
    clean(&format!("{}{object}{container}", entry.rule)).into_owned()
}

/// Findings that are named; `concise` names all.
const NAMED: usize = 5;

/// What is gone, for people.
pub(super) fn write(compared: &Compared, columns: usize, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    let gone = compared.gone.len();
    if gone == 0 {
        return Ok(());
    }
    let are = if gone == 1 { "is" } else { "are" };
    let file = clean(&compared.file);
    let text = if compared.pruned {
        format!("{} of {file} {are} gone, and taken out of it", plural(gone, "known finding"))
    } else {
        format!("{} of {file} {are} gone: `--prune` takes them out", plural(gone, "known finding"))
    };
    writeln!(out)?;
    for line in wrap(&text, columns, columns) {
        writeln!(out, "{}", paint.tint(Tint::Good, &line))?;
    }
    for entry in compared.gone.iter().take(NAMED) {
        let line = format!("{}: {}", clean(&entry.path), what(entry));
        writeln!(out, "  {}", cut_start(&line, columns.saturating_sub(2), paint.glyphs.dots))?;
    }
    if gone > NAMED {
        writeln!(out, "  and {} more, which --format concise names", gone - NAMED)?;
    }
    Ok(())
}
