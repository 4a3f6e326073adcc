//! The program: what was typed in, an exit code out.

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    ExitCode::from(plimsoll::app::run(plimsoll::cli::Cli::parse()))
}
