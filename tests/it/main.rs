//! One binary: every integration test of the project is a module here.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::format_push_string,
    reason = "a test may stop at the first surprise, and says what it skips"
)]

mod admit;
mod api;
mod bad;
mod baseline;
mod cli;
mod corpus;
mod docs;
mod edit;
mod files;
mod fingerprints;
mod fix;
mod formats;
mod hook;
mod house;
mod import;
mod json;
mod mutate;
mod oracle;
mod peers;
#[cfg(unix)]
mod pipelines;
mod pods;
mod policy;
mod projects;
mod pss;
mod readers;
mod rules;
#[cfg(all(feature = "serve", unix))]
mod serve;
mod show;
mod since;
mod support;
mod suppress;
mod webhook;
mod yaml;
