//! `plimsoll import`

use std::path::PathBuf;

use clap::Args;

use super::{Baselines, Known, Lint, Reports, glob, threshold};
use crate::config::Threshold;
use crate::k8s::Version;
use crate::report::Color;

/// `plimsoll import`
#[derive(Debug, Default, Args)]
#[command(after_help = HELP)]
pub struct Import {
    /// Exported ConfigAuditReports: files and directories; `-` is standard input
    #[arg(required = true, value_name = "REPORT")]
    pub paths: Vec<PathBuf>,

    /// Manifests that the cluster runs: lint them, and join what both find; may be repeated
    #[arg(long, value_name = "PATH", help_heading = "Input")]
    pub manifests: Vec<PathBuf>,
    /// Leave out manifests and reports that match, as in `.gitignore`; may be repeated
    #[arg(long, value_name = "GLOB", help_heading = "Input", value_parser = glob)]
    pub exclude: Vec<String>,
    /// Use this configuration file [default: the nearest plimsoll.toml, here or above]
    #[arg(long, value_name = "FILE", help_heading = "Input")]
    pub config: Option<PathBuf>,
    /// Use no configuration file
    #[arg(long, help_heading = "Input", conflicts_with = "config")]
    pub no_config: bool,

    /// The Kubernetes version whose rules hold: 1.34, or latest [default: latest]
    #[arg(long, value_name = "VERSION", help_heading = "Rules")]
    pub kubernetes: Option<Version>,
    /// The least severity that fails the run [default: low]
    #[arg(long, value_name = "SEVERITY", help_heading = "Rules", value_parser = threshold())]
    pub fail_on: Option<Threshold>,

    /// What is known already.
    #[command(flatten)]
    pub known: Baselines,

    /// Formats, and the files that they go to.
    #[command(flatten)]
    pub reports: Reports,
    /// Leave out the summary, what was skipped, and the progress line
    #[arg(long, short, help_heading = "Output")]
    pub quiet: bool,
    /// When to colour
    #[arg(long, value_name = "WHEN", help_heading = "Output", default_value = "auto", hide_possible_values = true)]
    pub color: Color,
}

const HELP: &str = "\
Each failed check of a report is a finding: of our rule for it, or of
imported-check. One that a manifest has too is told once, at the manifest, with
the report beside it; one that only the cluster has says so. What suppresses a
finding of the manifest, or of plimsoll.toml's [[ignore]], does so for both. A
baseline written here is for `import` alone: to `lint`, what only the cluster
has is gone.

Exit codes, in every format:
  0  nothing was found at or above --fail-on
  1  something was
  2  something could not be read, or the command line or configuration is wrong

Examples:
  kubectl get configauditreports -A -o yaml | plimsoll import -
  plimsoll import reports.json --manifests deploy/ --format sarif -o out.sarif";

impl Import {
    /// The lint of the manifests that goes before.
    pub fn lint(&self) -> Lint {
        Lint {
            paths: self.manifests.clone(),
            exclude: self.exclude.clone(),
            config: self.config.clone(),
            no_config: self.no_config,
            kubernetes: self.kubernetes,
            fail_on: self.fail_on,
            known: Known { baselines: self.known.clone(), since: None },
            reports: self.reports.clone(),
            quiet: self.quiet,
            color: self.color,
            ..Lint::default()
        }
    }
}
