//! One file per format: pure functions of the findings, the coverage and the catalogue.

use std::io::{self, Write};

use clap::ValueEnum;

use crate::engine::Outcomes;

mod by_object;
pub mod checkstyle;
pub mod concise;
pub mod config_audit_report;
mod files;
pub mod github;
pub mod gitlab;
pub mod html;
pub mod human;
pub mod json;
pub mod junit;
mod known;
pub mod markdown;
mod markup;
mod paint;
pub mod policy_report;
mod root;
pub mod sarif;
mod snippet;
mod summary;
pub mod suppressions;
pub mod sweep;
mod terminal;
pub(crate) mod text;

pub(crate) use root::STDIN;
pub use root::{Root, Uri};
pub(crate) use summary::plural;
pub(crate) use summary::would_fix;
pub use terminal::{Color, Options};

/// An output format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people: source lines, help, and the summary
    Human,
    /// One line each, as compilers write them
    Concise,
    /// Everything, as JSON (`plimsoll schema findings` describes it)
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Workflow commands that GitHub shows beside the lines of a change
    Github,
    /// GitLab's Code Quality report
    Gitlab,
    /// JUnit XML, for test reports: a suite for each file
    Junit,
    /// Checkstyle XML, for review bots and Jenkins
    Checkstyle,
    /// Markdown, for the summary of a job
    Markdown,
    /// One page for a browser: findings with their source, coverage, pods by level of the standards
    Html,
    /// PolicyReports, as Kyverno writes them (wgpolicyk8s.io/v1alpha2)
    PolicyReport,
    /// ConfigAuditReports, as trivy-operator writes them
    ConfigAuditReport,
}

impl Format {
    /// Whether the format tells how findings are mended: then they must carry it.
    pub fn needs_fixes(self) -> bool {
        matches!(self, Self::Json | Self::Sarif)
    }

    /// Whether the format shows source lines: then the engine must keep the sources.
    pub fn needs_sources(self) -> bool {
        matches!(self, Self::Human | Self::Html)
    }

    /// Whether the format tells which level of the standards each pod meets: then the engine must judge that too.
    pub fn needs_levels(self) -> bool {
        self == Self::Html
    }

    /// Whether the format tells what findings are known by.
    pub fn needs_marks(self) -> bool {
        matches!(self, Self::Sarif | Self::Gitlab)
    }

    /// Whether the format speaks of every object: then the engine must keep them.
    pub fn needs_objects(self) -> bool {
        matches!(self, Self::PolicyReport | Self::ConfigAuditReport)
    }
}

/// The summary of a run, as the human format ends with it.
pub fn summary(outcomes: &Outcomes, options: &Options) -> String {
    let mut text = Vec::new();
    // A list of bytes takes whatever is written to it.
    let _ = summary::write(outcomes, options, paint::Paint::new(options), &mut text);
    String::from_utf8_lossy(&text).into_owned()
}

/// Writes the outcomes of a run in a format.
pub fn write(format: Format, outcomes: &Outcomes, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Human => human::write(outcomes, options, out),
        Format::Concise => concise::write(outcomes, options, out),
        Format::Json => json::write(outcomes, out),
        Format::Sarif => sarif::write(outcomes, options, out),
        Format::Github => github::write(outcomes, options, out),
        Format::Gitlab => gitlab::write(outcomes, options, out),
        Format::Junit => junit::write(outcomes, options, out),
        Format::Checkstyle => checkstyle::write(outcomes, options, out),
        Format::Markdown => markdown::write(outcomes, options, out),
        Format::Html => html::write(outcomes, options, out),
        Format::PolicyReport => policy_report::write(outcomes, options, out),
        Format::ConfigAuditReport => config_audit_report::write(outcomes, options, out),
    }
}
