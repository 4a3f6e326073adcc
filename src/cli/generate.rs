//! `plimsoll generate`: what was typed.

mod webhook;

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

pub use webhook::{CertificateFrom, OnFailure, Webhook};

use super::{Lint, level, rule, uid};
use crate::k8s::Version;
use crate::policy::Params;
use crate::rule::{Level, Severity};
use crate::suppress::Date;

/// `plimsoll generate`
#[derive(Debug, Args)]
pub struct Generate {
    /// What to write.
    #[command(subcommand)]
    pub what: Generated,
}

/// What can be generated.
#[derive(Debug, Subcommand)]
pub enum Generated {
    /// Write admission policies that judge in the cluster as the rules do here
    Policies(Box<Policies>),
    /// Write the manifests of `plimsoll serve` as an admission webhook
    Webhook(Box<Webhook>),
}

/// `plimsoll generate policies`
#[derive(Debug, Default, Args)]
#[command(after_help = POLICIES_HELP)]
pub struct Policies {
    /// What is to enforce them
    #[arg(long, value_enum, default_value = "vap")]
    pub engine: Engine,

    /// Write this rule's policy and no other; several with commas or repeated
    #[arg(long, value_name = "RULE", help_heading = "Rules", value_delimiter = ',', value_parser = rule)]
    pub rules: Vec<&'static str>,
    /// Only what a level of the Pod Security Standards asks, just as the admission plugin does
    #[arg(long, value_name = "LEVEL", help_heading = "Rules", value_parser = level())]
    pub standard: Option<Level>,
    /// The version of the cluster: 1.34, or latest [default: latest]
    #[arg(long, value_name = "VERSION", help_heading = "Rules")]
    pub kubernetes: Option<Version>,
    /// User and group ids must be above this number [default: 10000]
    #[arg(long, value_name = "ID", help_heading = "Rules", allow_negative_numbers = true)]
    #[arg(value_parser = uid())]
    pub uid_floor: Option<i64>,
    /// Look floor and RuntimeClasses up in this ConfigMap, which is written too, so that they can be changed in the cluster
    #[arg(long, value_name = "NAMESPACE/NAME", help_heading = "Rules", value_parser = params)]
    pub params: Option<Params>,
    /// Use this configuration file [default: the nearest plimsoll.toml, here or above]
    #[arg(long, value_name = "FILE", help_heading = "Rules")]
    pub config: Option<PathBuf>,
    /// Use no configuration file
    #[arg(long, help_heading = "Rules", conflicts_with = "config")]
    pub no_config: bool,

    /// Refuse what violates a rule of this severity or a graver one [default: warn of everything, refuse nothing]
    #[arg(long, value_name = "SEVERITY", help_heading = "Enforcement", value_parser = super::severity())]
    pub enforce_at: Option<Severity>,
    /// With --engine pss: the Namespace to label; may be repeated
    #[arg(long, value_name = "NAMESPACE", help_heading = "Enforcement", value_parser = namespace)]
    pub namespace: Vec<String>,
    /// Leave alone until a day what this baseline knows, by the names of its objects
    #[arg(long, value_name = "BASELINE", help_heading = "Enforcement", requires = "until")]
    pub ratchet: Option<PathBuf>,
    /// The last day on which what --ratchet knows is left alone: 2027-01-31
    #[arg(long, value_name = "DAY", help_heading = "Enforcement", requires = "ratchet", value_parser = day)]
    pub until: Option<Date>,
    /// Only rules that fired in these ConfigAuditReports, without refusing anything; may be repeated
    #[arg(long, value_name = "REPORT", help_heading = "Enforcement", conflicts_with = "enforce_at")]
    pub from_reports: Vec<PathBuf>,
    /// Leave this namespace alone, beside those of the cluster and of the systems that need it; may be repeated
    #[arg(long, value_name = "NAMESPACE", help_heading = "Enforcement", value_parser = namespace)]
    pub exclude_namespace: Vec<String>,
}

const POLICIES_HELP: &str = "\
Examples:
  plimsoll generate policies > policies.yaml
  plimsoll generate policies --standard restricted --enforce-at high
  plimsoll generate policies --rules run-as-user-floor --params kube-system/plimsoll";

impl Policies {
    /// The lint that judges the same.
    pub fn lint(&self) -> Lint {
        Lint {
            standard: self.standard,
            kubernetes: self.kubernetes,
            uid_floor: self.uid_floor,
            only: self.rules.clone(),
            config: self.config.clone(),
            no_config: self.no_config,
            ..Lint::default()
        }
    }
}

/// What enforces policies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Engine {
    /// The API server itself: ValidatingAdmissionPolicy, from Kubernetes 1.30 on
    #[default]
    Vap,
    /// Kyverno's ValidatingPolicy, from Kyverno 1.17 on
    Kyverno,
    /// Kyverno's ClusterPolicy, deprecated in 1.17
    KyvernoLegacy,
    /// Pod Security admission: labels of Namespaces, or its configuration for all others
    Pss,
    /// MutatingAdmissionPolicy, from Kubernetes 1.36 on: the safe fixes as defaults
    Mutating,
}

fn day(text: &str) -> Result<Date, String> {
    text.parse()
}

fn params(text: &str) -> Result<Params, String> {
    let (namespace, name) =
        text.split_once('/').ok_or("a namespace and a name are wanted, as in kube-system/plimsoll")?;
    Ok(Params { namespace: self::namespace(namespace)?, name: self::namespace(name)? })
}

/// The name of a namespace: a DNS label (RFC 1123), as the API server has it.
fn namespace(text: &str) -> Result<String, String> {
    let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let valid = !text.is_empty() && text.len() <= 63 && text.chars().all(inner);
    if valid && !text.starts_with('-') && !text.ends_with('-') {
        return Ok(text.to_owned());
    }
    Err("a name has up to 63 lower-case letters, digits and dashes, none of them at its ends".to_owned())
}
