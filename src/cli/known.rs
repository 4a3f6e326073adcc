//! What is known already: a baseline, and what a revision has.

use std::path::PathBuf;

use clap::Args;

/// Findings that a run leaves alone because they are not new, and its fixes with it.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Known findings")]
pub struct Known {
    /// By what files say.
    #[command(flatten)]
    pub baselines: Baselines,
    /// Tell only of objects that are new or another since a revision of git, and of what follows from them
    #[arg(long, value_name = "REV", conflicts_with_all = ["write_baseline", "sweep"])]
    pub since: Option<String>,
}

/// Findings that a file knows.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Known findings")]
pub struct Baselines {
    /// Leave out the findings that this file knows; new ones still fail
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Write all present findings to a file, and leave them out from then on
    #[arg(long, value_name = "FILE", conflicts_with_all = ["baseline", "no_baseline", "prune"])]
    pub write_baseline: Option<PathBuf>,
    /// Take out of the baseline what is no longer found
    #[arg(long, conflicts_with = "no_baseline")]
    pub prune: bool,
    /// Show what the configured baseline knows, too
    #[arg(long, conflicts_with = "baseline")]
    pub no_baseline: bool,
}
