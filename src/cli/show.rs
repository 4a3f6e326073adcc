//! `plimsoll show`

use clap::{Args, ValueEnum};

use crate::k8s::Version;

/// `plimsoll show`
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct Show {
    /// Files and directories, `PATH:LINE` for what stands at a line; `-` is standard input
    #[arg(required = true, value_name = "PATH[:LINE]")]
    pub places: Vec<String>,
    /// The Kubernetes version whose defaults hold: 1.34, or latest [default: latest]
    #[arg(long, value_name = "VERSION")]
    pub kubernetes: Option<Version>,
    /// How to show it
    #[arg(long, value_enum, default_value = "table")]
    pub format: ShowFormat,
}

/// How to show pods.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ShowFormat {
    /// For people
    Table,
    /// For programs (`plimsoll schema show` describes it)
    Json,
}

const HELP: &str = "\
Each value says where it comes from: the container, the pod, an annotation, the
ServiceAccount where the input has it, with line and column, or the default that
Kubernetes or the image then has. Nothing is judged.

Exit codes: 0 shown; 2 something could not be read, or there is no pod.

Examples:
  plimsoll show deploy/web.yaml
  plimsoll show deploy/web.yaml:24
  kubectl get deploy web -o yaml | plimsoll show -";
