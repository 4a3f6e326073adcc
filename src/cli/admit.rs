//! `plimsoll admit`, and what is asked of every review.

use std::path::PathBuf;

use clap::Args;

use super::{Lint, level, rule, threshold, uid};
use crate::config::Threshold;
use crate::k8s::Version;
use crate::rule::Level;

/// `plimsoll admit`
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct Admit {
    /// The AdmissionReview, as JSON [default: standard input]
    pub file: Option<PathBuf>,

    /// By what it is judged.
    #[command(flatten)]
    pub judging: Judging,
    /// Answer with a JSON patch of the safe fixes, and judge what is left
    #[arg(long, help_heading = "Rules")]
    pub mutate: bool,
}

/// By what the objects of AdmissionReviews are judged.
#[derive(Clone, Debug, Default, Args)]
pub struct Judging {
    /// Judge by a level of the Pod Security Standards alone, just as the admission plugin does
    #[arg(long, value_name = "LEVEL", help_heading = "Rules", value_parser = level())]
    pub standard: Option<Level>,
    /// The Kubernetes version whose rules hold: 1.34, or latest [default: latest]
    #[arg(long, value_name = "VERSION", help_heading = "Rules")]
    pub kubernetes: Option<Version>,
    /// User and group ids must be above this number [default: 10000]
    #[arg(long, value_name = "ID", help_heading = "Rules", allow_negative_numbers = true)]
    #[arg(value_parser = uid())]
    pub uid_floor: Option<i64>,
    /// Run this rule and no other; several with commas or repeated
    #[arg(long, value_name = "RULE", help_heading = "Rules", value_delimiter = ',', value_parser = rule)]
    pub only: Vec<&'static str>,
    /// The least severity that is refused; below it are warnings [default: low]
    #[arg(long, value_name = "SEVERITY", help_heading = "Rules", value_parser = threshold())]
    pub fail_on: Option<Threshold>,
    /// Use this configuration file [default: the nearest plimsoll.toml, here or above]
    #[arg(long, value_name = "FILE", help_heading = "Input")]
    pub config: Option<PathBuf>,
    /// Use no configuration file
    #[arg(long, help_heading = "Input", conflicts_with = "config")]
    pub no_config: bool,
}

const HELP: &str = "\
The answer is an AdmissionReview on standard output, whatever was read: what
cannot be judged is refused, and the message says why. Comments and annotations
in the object silence nothing; what the configuration suppresses is left alone.
Rules over the whole input are silent, as a review has one object.

Exit codes:
  0  the request is allowed, perhaps with warnings
  1  it is refused
  2  it is refused because it could not be read or judged

Examples:
  plimsoll admit review.json
  plimsoll admit --standard restricted --kubernetes 1.34 < review.json
  plimsoll admit --fail-on high --mutate < review.json";

impl Judging {
    /// The lint that judges the same.
    pub fn lint(&self) -> Lint {
        Lint {
            standard: self.standard,
            kubernetes: self.kubernetes,
            uid_floor: self.uid_floor,
            only: self.only.clone(),
            fail_on: self.fail_on,
            config: self.config.clone(),
            no_config: self.no_config,
            ..Lint::default()
        }
    }
}
