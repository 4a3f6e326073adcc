//! From what was typed to an exit code: 0 clean, 1 findings at or above the threshold,
//! 2 the tool could not do its work; both 1 and 2: 2. A closed pipe is 0.

use std::io::{self, BufWriter, IsTerminal, Write};

use crate::cli::{Cli, Command, Format, Lint};
use crate::config::Settings;
use crate::discover;
use crate::engine::{self, Outcomes};
use crate::report;

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
    let outcomes = engine::run(inputs, &settings, false);
    let default = if io::stdout().is_terminal() { Format::Human } else { Format::Concise };
    let mut out = BufWriter::new(io::stdout().lock());
    match lint.format.unwrap_or(default) {
        Format::Human => report::human::write(&outcomes, &mut out)?,
        Format::Concise => report::concise::write(&outcomes, &mut out)?,
    }
    out.flush()?;
    Ok(exit_code(&outcomes, &settings))
}

fn exit_code(outcomes: &Outcomes, settings: &Settings) -> u8 {
    if outcomes.coverage.has_broken() {
        return 2;
    }
    let fails = |least| outcomes.findings.iter().any(|f| f.severity >= least);
    u8::from(settings.fail_on.is_some_and(fails))
}
