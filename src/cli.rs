//! What was typed: clap types only.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::report::Format;

/// The load line for Kubernetes workloads.
#[derive(Debug, Parser)]
#[command(name = "plimsoll", version, about, max_term_width = 100)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Lint manifests
    Lint(Lint),
}

/// `plimsoll lint`
#[derive(Debug, Default, clap::Args)]
pub struct Lint {
    /// Files and directories; `-` is standard input [default: the current directory]
    pub paths: Vec<PathBuf>,
    /// Output format [default: human on a terminal, concise otherwise]
    #[arg(long, value_enum)]
    pub format: Option<Format>,
}
