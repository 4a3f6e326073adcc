//! `plimsoll show`: what was asked for, read, and shown.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::{Failure, print};
use crate::cli::{Show, ShowFormat};
use crate::discover;
use crate::k8s::Version;
use crate::report::text::clean;
use crate::show::{Shown, json, table};

/// Runs it; the result is the exit code.
pub(super) fn run(typed: &Show) -> Result<u8, Failure> {
    let version = typed.kubernetes.unwrap_or(Version::LATEST);
    let mut shown = Shown::default();
    for place in &typed.places {
        let (path, line) = split(place);
        if line.is_some() && Path::new(path).is_dir() {
            return Err(Failure::said(format_args!("{place}: {path} is a directory, and a line is one of a file")));
        }
        let mut here = Shown::default();
        for input in discover::discover(&[PathBuf::from(path)], &discover::Options::default()) {
            here.read(input, version);
        }
        if let Some(line) = line.filter(|_| !here.pods.is_empty() || !here.has_broken()) {
            here.keep_line(line).map_err(|why| Failure::said(format_args!("{path}: {why}")))?;
        }
        shown.append(here);
    }
    shown.ask_accounts();
    let mut text = Vec::new();
    let written = match typed.format {
        ShowFormat::Table => table::write(&shown, &mut text),
        ShowFormat::Json => json::write(&shown, version, &mut text),
    };
    written.map_err(Failure::said)?;
    print(&text)?;
    for unread in &shown.unread {
        let place = unread.position.map(|p| format!("{}:{}:", p.line, p.column)).unwrap_or_default();
        let (path, reason) = (clean(&unread.path), clean(&unread.reason));
        let _ = writeln!(io::stderr(), "{path}:{place} {}: {reason}", unread.outcome.name());
    }
    if shown.pods.is_empty() && !shown.has_broken() {
        return Err(Failure::said("there is no pod in what was read"));
    }
    Ok(if shown.has_broken() { 2 } else { 0 })
}

/// The path, and the line behind it. A file whose name ends in a colon and a number is that file.
fn split(place: &str) -> (&str, Option<u32>) {
    let is_line = |line: &str| !line.is_empty() && line.bytes().all(|b| b.is_ascii_digit());
    match place.rsplit_once(':') {
        Some((path, line)) if is_line(line) && !path.is_empty() && !Path::new(place).exists() => {
            (path, Some(line.parse().unwrap_or(u32::MAX)))
        }
        _ => (place, None),
    }
}
