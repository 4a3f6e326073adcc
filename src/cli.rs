//! What was typed: clap types only.

mod admit;
mod generate;
mod import;
mod init;
mod known;
mod reports;
#[cfg(feature = "serve")]
mod serve;
mod show;

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, RangedI64ValueParser, TypedValueParser};
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

pub use admit::{Admit, Judging};
pub use generate::{CertificateFrom, Engine, Generate, Generated, OnFailure, Policies, Webhook};
pub use import::Import;
pub use init::Init;
pub use known::{Baselines, Known};
pub use reports::Reports;
#[cfg(feature = "serve")]
pub use serve::{Limits, Serve};
pub use show::{Show, ShowFormat};

use crate::config::Threshold;
use crate::k8s::Version;
use crate::report::Color;
use crate::rule::{Level, Severity};
use crate::{globs, names};

/// Lints Kubernetes manifests before anything reaches a cluster.
#[derive(Debug, Parser)]
#[command(name = "plimsoll", version, max_term_width = 80, disable_help_subcommand = true, disable_help_flag = true, after_help = MAIN_HELP)]
pub struct Cli {
    /// Print help
    #[arg(long, short, global = true, action = ArgAction::HelpShort)]
    pub help: Option<bool>,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const MAIN_HELP: &str = "\
Examples:
  plimsoll lint                  every manifest under the current directory
  plimsoll explain KSV012        the page of a rule, by our name for it or another tool's
  plimsoll lint --help           all options, and what the exit codes say";

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Lint manifests
    Lint(Box<Lint>),
    /// Write a configuration file that fits a directory, and show how a pipeline lints it
    Init(Init),
    /// Read a cluster's ConfigAuditReports beside its manifests
    Import(Box<Import>),
    /// Answer an AdmissionReview, as an admission webhook does
    Admit(Admit),
    /// Answer a cluster's reviews over HTTPS, as an admission webhook
    #[cfg(feature = "serve")]
    Serve(Box<Serve>),
    /// Show what each container runs with, and where each value comes from
    Show(Show),
    /// Write what keeps a cluster that way
    Generate(Generate),
    /// List the rules
    Rules(Rules),
    /// Show the page of a rule
    Explain(Explain),
    /// Print the JSON schema of the configuration file or of the JSON format
    Schema(Schema),
    /// Print completions for a shell
    Completions(Completions),
    /// Print the manual page
    Man,
}

/// `plimsoll lint`
#[derive(Debug, Default, Args)]
#[command(after_help = LINT_HELP)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch that was typed or not")]
pub struct Lint {
    /// Files and directories; `-` is standard input [default: the current directory]
    pub paths: Vec<PathBuf>,

    /// Judge by a level of the Pod Security Standards alone, just as the admission plugin does
    #[arg(long, value_name = "LEVEL", help_heading = "Rules", value_parser = level())]
    pub standard: Option<Level>,
    /// The Kubernetes version whose rules hold: 1.34, or latest [default: latest]
    #[arg(long, value_name = "VERSION", help_heading = "Rules")]
    pub kubernetes: Option<Version>,
    /// Instead of linting, tell where the standards' verdict changes between versions: 1.30..1.37
    #[arg(long, value_name = "FROM..TO", help_heading = "Rules", value_parser = sweep)]
    #[arg(conflicts_with_all = ["kubernetes", "only", "fail_on", "format", "output", "baseline", "write_baseline", "prune"])]
    pub sweep: Option<Sweep>,
    /// User and group ids must be above this number [default: 10000]
    #[arg(long, value_name = "ID", help_heading = "Rules", allow_negative_numbers = true)]
    #[arg(value_parser = uid())]
    pub uid_floor: Option<i64>,
    /// Run this rule and no other; several with commas or repeated
    #[arg(long, value_name = "RULE", help_heading = "Rules", value_delimiter = ',', value_parser = rule)]
    pub only: Vec<&'static str>,
    /// The least severity that fails the run [default: low]
    #[arg(long, value_name = "SEVERITY", help_heading = "Rules", value_parser = threshold())]
    pub fail_on: Option<Threshold>,

    /// Show also what comments, annotations and the configuration suppress
    #[arg(long, help_heading = "Rules")]
    pub no_suppressions: bool,

    /// Leave out what matches, as in `.gitignore`; may be repeated
    #[arg(long, value_name = "GLOB", help_heading = "Input", value_parser = glob)]
    pub exclude: Vec<String>,
    /// Read what `.gitignore`, `.ignore` and `.plimsollignore` leave out
    #[arg(long, help_heading = "Input")]
    pub no_ignore: bool,
    /// Read hidden files and directories too
    #[arg(long, help_heading = "Input")]
    pub hidden: bool,
    /// The name that standard input goes by in the output
    #[arg(long, value_name = "PATH", help_heading = "Input")]
    pub stdin_filename: Option<PathBuf>,
    /// Do not fail for documents that could not be read; they are still reported
    #[arg(long, help_heading = "Input")]
    pub allow_broken: bool,
    /// Use this configuration file [default: the nearest plimsoll.toml, here or above]
    #[arg(long, value_name = "FILE", help_heading = "Input")]
    pub config: Option<PathBuf>,
    /// Use no configuration file
    #[arg(long, help_heading = "Input", conflicts_with = "config")]
    pub no_config: bool,

    /// What is known already.
    #[command(flatten)]
    pub known: Known,

    /// Mend what can be mended safely, and report what is left. What a baseline knows, and with --since what has not
    /// changed, stays as it is
    #[arg(long, help_heading = "Repair", conflicts_with = "sweep")]
    pub fix: bool,
    /// With --fix or --diff, also what may need a look
    #[arg(long, help_heading = "Repair")]
    pub unsafe_fixes: bool,
    /// Print what --fix would change as a unified diff, and change nothing; exit code 1 if there is any
    #[arg(long, help_heading = "Repair", conflicts_with = "sweep")]
    pub diff: bool,

    /// Formats, and the files that they go to.
    #[command(flatten)]
    pub reports: Reports,
    /// Instead of findings, list the suppressions: why, until when, since when by git, and what each hides
    #[arg(long, help_heading = "Output", conflicts_with_all = ["no_suppressions", "sweep"])]
    pub list_suppressions: bool,
    /// Leave out the summary, what was skipped, and the progress line
    #[arg(long, short, help_heading = "Output")]
    pub quiet: bool,
    /// When to colour
    #[arg(long, value_name = "WHEN", help_heading = "Output", default_value = "auto", hide_possible_values = true)]
    pub color: Color,
    /// How many threads to use [default: one for each processor]
    #[arg(long, value_name = "N", help_heading = "Output")]
    #[arg(value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
}

const LINT_HELP: &str = "\
Exit codes, in every format:
  0  nothing was found at or above --fail-on
  1  something was
  2  something could not be read, or the command line or configuration is wrong

Examples:
  plimsoll lint deploy/
  plimsoll lint --standard restricted --kubernetes 1.34 deploy/
  plimsoll lint --format sarif --output out.sarif --format human
  kubectl get deploy,sts,ds -A -o yaml | plimsoll lint -";

/// `plimsoll rules`
#[derive(Debug, Args)]
pub struct Rules {
    /// How to list them
    #[arg(long, value_enum, default_value = "table")]
    pub format: ListFormat,
}

/// How to list rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    /// For people
    Table,
    /// Everything that is known of each rule
    Json,
}

/// `plimsoll explain`
#[derive(Debug, Args)]
#[command(after_help = EXPLAIN_HELP)]
pub struct Explain {
    /// Rules, by any tool's name for them
    #[arg(required = true, value_name = "ID")]
    pub ids: Vec<String>,
    /// How to show the page [default: text on a terminal, markdown otherwise]
    #[arg(long, value_enum)]
    pub format: Option<PageFormat>,
    /// When to colour
    #[arg(long, value_name = "WHEN", default_value = "auto", hide_possible_values = true)]
    pub color: Color,
}

const EXPLAIN_HELP: &str = "\
An ID is ours, or the name of the same check elsewhere; case does not count:
  KSV012, AVD-KSV-0012     Trivy          require-run-as-nonroot   Kyverno
  CKV_K8S_20               Checkov        privileged-container     kube-linter
  C-0016                   Kubescape      runAsRootAllowed         Polaris
  5.2.6, \"CIS 5.2.6\"       CIS benchmark  runAsNonRoot             Pod Security";

/// How to show a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PageFormat {
    /// Laid out for a terminal
    Text,
    /// As it is written
    Markdown,
}

/// `plimsoll schema`
#[derive(Debug, Args)]
pub struct Schema {
    /// Of what
    #[arg(value_enum)]
    pub of: SchemaOf,
}

/// What there is a schema of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SchemaOf {
    /// plimsoll.toml
    Config,
    /// What `plimsoll lint --format json` prints
    Findings,
    /// What `plimsoll show --format json` prints
    Show,
}

/// `plimsoll completions`
#[derive(Debug, Args)]
pub struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub shell: Shell,
}

/// A range of versions, both ends in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sweep(pub Version, pub Version);

fn sweep(range: &str) -> Result<Sweep, String> {
    let (from, to) =
        range.split_once("..").ok_or("two versions with `..` between them are wanted, as in 1.30..1.37")?;
    let sweep = Sweep(from.parse()?, to.parse()?);
    if sweep.0 >= sweep.1 { Err("the first version must be the older one".to_owned()) } else { Ok(sweep) }
}

/// A user or group id: 31 bits, as the API server has them.
fn uid() -> RangedI64ValueParser {
    clap::value_parser!(i64).range(0..=2_147_483_647)
}

fn threshold() -> impl TypedValueParser<Value = Threshold> {
    let find = |word: String| Threshold(Severity::ALL.into_iter().find(|s| s.name() == word));
    PossibleValuesParser::new(["low", "medium", "high", "critical", "never"]).map(find)
}

fn severity() -> impl TypedValueParser<Value = Severity> {
    let find = |word: String| Severity::ALL.into_iter().find(|s| s.name() == word).unwrap_or(Severity::Critical);
    PossibleValuesParser::new(["low", "medium", "high", "critical"]).map(find)
}

fn level() -> impl TypedValueParser<Value = Level> {
    let find = |word: String| if word == Level::Baseline.name() { Level::Baseline } else { Level::Restricted };
    PossibleValuesParser::new([Level::Baseline.name(), Level::Restricted.name()]).map(find)
}

fn glob(text: &str) -> Result<String, String> {
    globs::check(text).map(|()| text.to_owned())
}

fn rule(id: &str) -> Result<&'static str, String> {
    names::rule(id).map(|r| r.id).ok_or_else(|| {
        let (message, help) = names::unknown(id);
        format!("{message}: {help}")
    })
}
