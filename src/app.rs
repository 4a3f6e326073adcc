//! From what was typed to an exit code: 0 clean, 1 findings at or above the threshold,
//! 2 the tool could not do its work; both 1 and 2: 2. A closed pipe is 0.

mod admit;
mod baseline;
mod fix;
mod generate;
mod init;
mod known;
mod lint;
mod man;
mod output;
mod progress;
#[cfg(feature = "serve")]
mod serve;
mod show;
mod suppressions;

use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use clap::CommandFactory;

use crate::cli::{Cli, Command, Explain, ListFormat, PageFormat, Rules, SchemaOf};
use crate::report::{self, Color};
use crate::{catalogue, config, explain, names};

/// Why the tool could not do its work.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The reader of standard output has gone: nobody is left to tell.
    Closed,
    /// In words for standard error.
    Said(String),
}

impl Failure {
    fn said(what: impl fmt::Display) -> Self {
        Self::Said(format!("error: {what}"))
    }

    /// The same as a part of a sentence.
    fn reason(&self) -> String {
        match self {
            Self::Closed => String::new(),
            Self::Said(what) => what.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned(),
        }
    }
}

/// Runs the program; the result is its exit code.
pub fn run(cli: Cli) -> u8 {
    let result = match cli.command {
        Command::Lint(typed) => lint::run(&typed, &[]),
        Command::Init(typed) => init::run(&typed),
        Command::Import(typed) => lint::run(&typed.lint(), &typed.paths),
        Command::Admit(typed) => admit::run(&typed),
        #[cfg(feature = "serve")]
        Command::Serve(typed) => serve::run(&typed),
        Command::Show(typed) => show::run(&typed),
        Command::Generate(typed) => generate::run(&typed),
        Command::Rules(typed) => rules(&typed),
        Command::Explain(typed) => explain(&typed),
        Command::Schema(typed) => print(&match typed.of {
            SchemaOf::Config => config::schema(),
            SchemaOf::Findings => report::json::SCHEMA.to_owned(),
            SchemaOf::Show => crate::show::json::SCHEMA.to_owned(),
        }),
        Command::Completions(typed) => {
            let mut script = Vec::new();
            clap_complete::generate(typed.shell, &mut Cli::command(), "plimsoll", &mut script);
            print(&script)
        }
        Command::Man => print(&man::page()),
    };
    match result {
        Ok(code) => code,
        Err(Failure::Closed) => 0,
        Err(Failure::Said(what)) => {
            let _ = writeln!(io::stderr(), "{what}");
            2
        }
    }
}

fn print(text: &(impl AsRef<[u8]> + ?Sized)) -> Result<u8, Failure> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_ref()).and_then(|()| out.flush()).map_err(|error| stdout_error(&error))?;
    Ok(0)
}

fn stdout_error(error: &io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::BrokenPipe => Failure::Closed,
        _ => Failure::said(format_args!("standard output: {error}")),
    }
}

/// What suits standard output.
fn stdout_options(color: Color) -> report::Options {
    let width = io::stdout().is_terminal().then(|| terminal_size::terminal_size().map_or(80, |(w, _)| w.0));
    report::Options::detect(color, width, |name| std::env::var(name).ok())
}

fn rules(typed: &Rules) -> Result<u8, Failure> {
    match typed.format {
        ListFormat::Table => print(&catalogue::table(stdout_options(Color::Never).width)),
        ListFormat::Json => print(&catalogue::json()),
    }
}

fn explain(typed: &Explain) -> Result<u8, Failure> {
    let text = match typed.format {
        Some(format) => format == PageFormat::Text,
        None => io::stdout().is_terminal(),
    };
    let options = stdout_options(typed.color);
    let mut pages = Vec::new();
    let mut unknown = Vec::new();
    for id in &typed.ids {
        let rules = names::rules(id);
        if rules.is_empty() {
            let (message, help) = names::unknown_anywhere(id);
            unknown.push(format!("error: {message}: {help}"));
            continue;
        }
        let markdown = explain::answer(id, &rules);
        pages.push(if text { explain::text(&markdown, options.width, options.color) } else { markdown });
    }
    let separator = if text { "\n" } else { "\n---\n\n" };
    let code = print(&pages.join(separator))?;
    if unknown.is_empty() { Ok(code) } else { Err(Failure::Said(unknown.join("\n"))) }
}

/// A file as the user, who stands `here`, would name it.
pub(super) fn shown(path: &Path, here: &Path) -> String {
    let up = here.ancestors().position(|dir| path.strip_prefix(dir).is_ok_and(|rest| !rest.as_os_str().is_empty()));
    let rest = up.and_then(|n| Some((n, path.strip_prefix(here.ancestors().nth(n)?).ok()?)));
    match rest {
        // From far above, the whole path says more than a row of dots.
        Some((n, rest)) if n <= 3 => std::iter::repeat_n("..", n).collect::<PathBuf>().join(rest).display().to_string(),
        _ => path.display().to_string(),
    }
}

/// The text of a file that the user names.
fn text(path: &Path, shown: &str) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| unread(shown, &error))
}

/// Why a file that the user names could not be read.
fn unread(shown: &str, error: &io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::NotFound => Failure::said(format_args!("{shown}: no such file")),
        io::ErrorKind::InvalidData => Failure::said(format_args!("{shown}: not UTF-8 text")),
        _ => Failure::said(format_args!("{shown}: {error}")),
    }
}
