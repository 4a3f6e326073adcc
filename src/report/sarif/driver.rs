//! The tool and its whole catalogue: every rule, whatever it found.

use serde::Serialize;

use super::{Text, level};
use crate::rule::{Rule, Severity};

/// The notification about what could not be read.
pub(super) const BROKEN: &str = "broken";
/// The notification about what was left unread.
pub(super) const SKIPPED: &str = "skipped";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Driver {
    name: &'static str,
    semantic_version: &'static str,
    information_uri: &'static str,
    rules: Vec<RuleJson>,
    notifications: [NotificationRule; 2],
}

impl Driver {
    pub(super) fn new() -> Self {
        let about = |id, level, text: &str| NotificationRule {
            id,
            short_description: Text { text: text.to_owned() },
            default_configuration: Configuration { level },
        };
        Self {
            name: env!("CARGO_PKG_NAME"),
            semantic_version: env!("CARGO_PKG_VERSION"),
            information_uri: env!("CARGO_PKG_REPOSITORY"),
            rules: crate::rules::ALL.iter().map(|rule| RuleJson::new(rule)).collect(),
            notifications: [
                about(BROKEN, "error", "a file or document that could not be read"),
                about(SKIPPED, "warning", "a file or document that was left unread, for a reason"),
            ],
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct NotificationRule {
    id: &'static str,
    short_description: Text,
    default_configuration: Configuration,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RuleJson {
    id: &'static str,
    name: String,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    deprecated_ids: &'static [&'static str],
    short_description: Text,
    full_description: Text,
    help: Help,
    help_uri: String,
    default_configuration: Configuration,
    properties: RuleProperties,
}

#[derive(Serialize)]
struct Help {
    text: &'static str,
    markdown: &'static str,
}

#[derive(Serialize)]
struct RuleProperties {
    tags: Vec<String>,
    precision: &'static str,
    severity: &'static str,
    #[serde(rename = "security-severity")]
    security_severity: &'static str,
}

impl RuleJson {
    fn new(rule: &'static Rule) -> Self {
        let page = rule.doc.split_once('\n').map_or(rule.doc, |(_, below)| below).trim();
        let mut tags = vec!["security".to_owned(), "kubernetes".to_owned()];
        tags.extend(rule.standards.iter().map(|s| format!("pod-security-{}", s.level.name())));
        tags.dedup();
        Self {
            id: rule.id,
            name: pascal(rule.id),
            deprecated_ids: rule.aliases,
            short_description: Text { text: rule.summary.to_owned() },
            full_description: Text { text: first_paragraph(page) },
            help: Help { text: page, markdown: page },
            help_uri: rule.url(),
            default_configuration: Configuration { level: level(rule.severity) },
            properties: RuleProperties {
                tags,
                // A standard's verdict is the admission plugin's own.
                precision: if rule.standards.is_empty() { "high" } else { "very-high" },
                severity: rule.severity.name(),
                security_severity: security_severity(rule.severity),
            },
        }
    }
}

/// The middle of the band that code scanning gives the same name.
fn security_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low | Severity::Note => "2.0",
    }
}

/// `drop-all-capabilities` as `DropAllCapabilities`.
fn pascal(id: &str) -> String {
    let words = id.split('-').map(|word| {
        let mut chars = word.chars();
        chars.next().map(|c| c.to_ascii_uppercase()).into_iter().chain(chars).collect::<String>()
    });
    words.collect()
}

fn first_paragraph(page: &str) -> String {
    page.split("\n\n").next().unwrap_or_default().split('\n').collect::<Vec<_>>().join(" ")
}
