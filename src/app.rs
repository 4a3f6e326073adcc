//! From what was typed to an exit code: 0 clean, 1 findings at or above the threshold,
//! 2 the tool could not do its work; both 1 and 2: 2. A closed pipe is 0.

use std::io::{self, BufWriter, IsTerminal, Write};

use crate::cli::{Cli, Command, Lint};
use crate::config::Settings;
use crate::discover;
use crate::engine::{self, Outcomes};
use crate::report::{self, Color, Format, Root};

/// Runs the program; the result is its exit code.
pub fn run(cli: Cli) -> u8 {
    let result = match cli.command {
        Command::Lint(lint) => run_lint(&lint),
    };
    match result {
        Ok(code) => code,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => 0,
        Err(error) => {
            let _ = writeln!(io::stderr(), "plimsoll: {error}");
            2
        }
    }
}

fn run_lint(lint: &Lint) -> io::Result<u8> {
    let settings = Settings::default();
    let inputs = discover::discover(&lint.paths, &discover::Options::default());
    let terminal = io::stdout().is_terminal();
    let format = lint.format.unwrap_or(if terminal { Format::Human } else { Format::Concise });
    let outcomes = engine::run(inputs, &settings, format.needs_sources());
    let code = exit_code(&outcomes, &settings);
    let width = terminal.then(|| terminal_size::terminal_size().map_or(80, |(w, _)| w.0));
    let options = report::Options {
        exit_code: code,
        root: Root::find(&std::env::current_dir()?),
        ..report::Options::detect(Color::Auto, width, |name| std::env::var(name).ok())
    };
    let mut out = BufWriter::new(io::stdout().lock());
    report::write(format, &outcomes, &options, &mut out)?;
    out.flush()?;
    Ok(code)
}

fn exit_code(outcomes: &Outcomes, settings: &Settings) -> u8 {
    if outcomes.coverage.has_broken() {
        return 2;
    }
    let fails = |least| outcomes.findings.iter().any(|f| f.severity >= least);
    u8::from(settings.fail_on.is_some_and(fails))
}
