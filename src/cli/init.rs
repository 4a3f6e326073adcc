//! `plimsoll init`: what was typed.

use std::path::PathBuf;

use clap::Args;

use crate::k8s::Version;

/// `plimsoll init`
#[derive(Debug, Default, Args)]
#[command(after_help = HELP)]
pub struct Init {
    /// Where [default: the current directory]
    #[arg(value_name = "DIR")]
    pub directory: Option<PathBuf>,
    /// The cluster's Kubernetes version, whatever the files say: 1.34, or latest
    #[arg(long, value_name = "VERSION")]
    pub kubernetes: Option<Version>,
    /// Write what the lint finds to .plimsoll-baseline.json, so that only new findings fail
    #[arg(long, conflicts_with_all = ["no_baseline", "dry_run"])]
    pub baseline: bool,
    /// Do not ask for a baseline; where nobody can answer, none is asked for
    #[arg(long)]
    pub no_baseline: bool,
    /// Print the configuration file instead of writing it
    #[arg(long)]
    pub dry_run: bool,
}

const HELP: &str = "\
It looks for the Kubernetes version that clusters, charts and pipelines are for,
for code of others, and for RuntimeClasses, and says in plimsoll.toml why each
value is what it is. Then it lints once. It overwrites nothing.

Exit codes: 0 written, whatever the lint found; 2 not written.";
