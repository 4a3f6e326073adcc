//! What is answered, in words that fit: the API server cuts warnings, and people read the message in a terminal.

use std::collections::BTreeMap;
use std::fmt::Write;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use super::patch::{self, Step};
use super::request::{self, Request};
use super::{Answer, Outcome, Unreadable};
use crate::config::Settings;
use crate::engine::Outcomes;
use crate::finding::Finding;
use crate::report::plural;
use crate::report::text::clean;
use crate::rule::Severity;

/// The API server may cut a warning behind this many bytes,
const WARNING: usize = 256;
/// and drops what is beyond this many in all.
const WARNINGS: usize = 4096;
/// Nobody reads on.
const MESSAGE: usize = 16 << 10;

/// What is to be answered.
#[derive(Debug, Default)]
pub(super) struct Said {
    message: Option<String>,
    warnings: Vec<String>,
    annotations: BTreeMap<&'static str, String>,
    patch: Vec<Step>,
    findings: BTreeMap<&'static str, usize>,
    reason: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Review<'a, 'b> {
    api_version: &'static str,
    kind: &'static str,
    response: &'a Response<'b>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Response<'a> {
    uid: &'a str,
    allowed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<Status<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    patch_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    patch: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    audit_annotations: &'a BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    warnings: &'a [String],
}

#[derive(Serialize)]
struct Status<'a> {
    #[serde(rename = "status")]
    is: &'static str,
    code: u16,
    reason: &'static str,
    message: &'a str,
}

impl Said {
    /// Nothing was judged, for this reason.
    pub(super) fn spared(why: &str) -> Self {
        let annotations = BTreeMap::from([("skipped", why.to_owned())]);
        Self { annotations, reason: Some(why.to_owned()), ..Self::default() }
    }

    /// What was found, and the patch that was made before.
    pub(super) fn judged(outcomes: &Outcomes, settings: &Settings, patch: Vec<Step>) -> Self {
        let refuses = |f: &&Finding| settings.fail_on.is_some_and(|least| f.severity >= least);
        let (mut refusing, mut rest): (Vec<&Finding>, Vec<&Finding>) = outcomes.findings.iter().partition(refuses);
        let (warning, notes): (Vec<&Finding>, Vec<&Finding>) = rest.iter().partition(|f| f.severity > Severity::Note);
        let suppressed: Vec<&Finding> = outcomes.suppressed.iter().map(|s| &s.finding).collect();
        let mut annotations = BTreeMap::new();
        for (key, findings) in
            [("findings", &refusing), ("warnings", &warning), ("notes", &notes), ("suppressed", &suppressed)]
        {
            let counts: Vec<_> = count(findings).iter().map(|(rule, n)| format!("{rule}={n}")).collect();
            if !counts.is_empty() {
                annotations.insert(key, counts.join(","));
            }
        }
        if let Some(level) = settings.standard {
            annotations.insert("standard", format!("{}:v{}", level.name(), settings.kubernetes));
        }
        // A request that is refused is not changed.
        let patch = if refusing.is_empty() { patch } else { Vec::new() };
        if !patch.is_empty() {
            annotations.insert("patched", patch.len().to_string());
        }
        gravest_first(&mut refusing);
        gravest_first(&mut rest);
        let message = (!refusing.is_empty()).then(|| message(&refusing, settings));
        let findings = count(refusing.iter().chain(&warning).copied().collect::<Vec<_>>().as_slice());
        Self { message, warnings: warnings(&rest), annotations, patch, findings, reason: None }
    }

    /// The answer to this request.
    pub(super) fn answer(self, request: &Request<'_>) -> Answer {
        let (code, reason) = (403, "Forbidden");
        let status = self.message.as_deref().map(|message| Status { is: "Failure", code, reason, message });
        let outcome = match (&status, self.warnings.is_empty()) {
            (Some(_), _) => Outcome::Refused,
            (None, false) => Outcome::Warned,
            (None, true) => Outcome::Allowed,
        };
        let changes = self.patch.len();
        let patch = (changes > 0).then(|| STANDARD.encode(patch::json(&self.patch)));
        let body = body(&Response {
            uid: request.uid,
            allowed: outcome.is_allowed(),
            status,
            patch_type: patch.is_some().then_some("JSONPatch"),
            patch,
            audit_annotations: &self.annotations,
            warnings: &self.warnings,
        });
        let (uid, findings) = (request.uid.to_owned(), self.findings);
        Answer { body, outcome, uid, about: request.about(), findings, changes, reason: self.reason }
    }
}

impl Unreadable {
    /// The answer to the review that these bytes should have been.
    pub(super) fn answer(self, review: &[u8]) -> Answer {
        let uid = request::uid(review);
        let text = cut(&clean(&self.reason), MESSAGE);
        let reason = match self.code {
            413 => "RequestEntityTooLarge",
            500 => "InternalError",
            _ => "BadRequest",
        };
        let message = format!("plimsoll cannot judge this request: {text}");
        let annotations = BTreeMap::from([("unreadable", text)]);
        let body = body(&Response {
            uid: &uid,
            allowed: false,
            status: Some(Status { is: "Failure", code: self.code, reason, message: &message }),
            patch_type: None,
            patch: None,
            audit_annotations: &annotations,
            warnings: &[],
        });
        let (outcome, reason) = (Outcome::Unreadable, Some(self.reason));
        Answer { body, outcome, uid, about: String::new(), findings: BTreeMap::new(), changes: 0, reason }
    }
}

fn body(response: &Response<'_>) -> Vec<u8> {
    let review = Review { api_version: "admission.k8s.io/v1", kind: "AdmissionReview", response };
    // Texts and numbers can always be written.
    serde_json::to_vec(&review).unwrap_or_default()
}

fn count(findings: &[&Finding]) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for finding in findings {
        *counts.entry(finding.rule.id).or_default() += 1;
    }
    counts
}

fn gravest_first(findings: &mut [&Finding]) {
    findings.sort_by_key(|f| std::cmp::Reverse(f.severity));
}

/// A finding in a line: the rule, what it says, and the field.
fn line(finding: &Finding) -> String {
    let mut line = format!("{}: {}", finding.rule.id, finding.message);
    if let Some(name) = finding.container.as_deref().filter(|name| !finding.message.contains(&format!("\"{name}\""))) {
        let _ = write!(line, ", in container \"{name}\"");
    }
    clean(&line).into_owned()
}

fn with_field(line: &str, finding: &Finding) -> String {
    finding.field.as_deref().map_or_else(|| line.to_owned(), |field| format!("{line} ({})", clean(field)))
}

/// Why the request is refused.
fn message(findings: &[&Finding], settings: &Settings) -> String {
    let what = match (settings.standard, settings.fail_on) {
        (Some(level), _) => format!("against the Pod Security level {} of {}", level.name(), settings.kubernetes),
        (None, Some(least)) if least > Severity::Low => format!("of severity {} or above", least.name()),
        (None, _) => "by plimsoll".to_owned(),
    };
    let mut message = format!("{} {what}:", plural(findings.len(), "finding"));
    for (at, finding) in findings.iter().enumerate() {
        let line = with_field(&line(finding), finding);
        if message.len() + line.len() > MESSAGE {
            let _ = write!(message, "\n- and {} more", findings.len() - at);
            break;
        }
        let _ = write!(message, "\n- {line}");
    }
    message
}

/// What is said of findings that refuse nothing: each once, and no more than is passed on.
fn warnings(findings: &[&Finding]) -> Vec<String> {
    let mut warnings: Vec<String> = Vec::new();
    let mut room = WARNINGS;
    for (at, finding) in findings.iter().enumerate() {
        let line = line(finding);
        let whole = with_field(&line, finding);
        let warning = if whole.len() > WARNING { cut(&line, WARNING) } else { whole };
        if warnings.contains(&warning) {
            continue;
        }
        // Room is kept for saying that there is more.
        if warning.len() + WARNING > room {
            let more = findings.len() - at;
            warnings.push(format!("plimsoll: {more} more: the audit annotations count them by rule"));
            break;
        }
        room -= warning.len();
        warnings.push(warning);
    }
    warnings
}

/// The text, or as much of it as goes into this many bytes.
fn cut(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let end = (0..=most - "…".len()).rev().find(|&end| text.is_char_boundary(end)).unwrap_or_default();
    format!("{}…", &text[..end])
}
