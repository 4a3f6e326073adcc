//! Plimsoll: the load line for Kubernetes workloads.
//!
//! The line the data takes, each arrow a plain function of values:
//!
//! ```text
//! discover → source → yaml::parse → objects → pods → rules → findings → suppress → sort → report
//! AdmissionReview → the same objects, pods, rules and findings → AdmissionReview
//! rules::ALL → explain | rule table | SARIF rule catalogue | config schema
//! ```

pub mod admission;
pub mod adopt;
pub mod app;
pub mod baseline;
pub mod catalogue;
pub mod clause;
pub mod cli;
pub mod config;
pub mod coverage;
pub mod credential;
pub mod date;
pub mod discover;
pub mod engine;
pub mod explain;
pub mod finding;
pub mod fingerprint;
pub mod fix;
pub mod generate;
pub mod globs;
pub mod identity;
pub mod k8s;
pub mod names;
pub mod nearest;
pub mod policy;
pub mod report;
pub mod rule;
#[cfg(feature = "serve")]
pub mod serve;
pub mod show;
pub mod since;
pub mod source;
pub mod suppress;
pub mod yaml;

#[path = "../rules/mod.rs"]
pub mod rules;
