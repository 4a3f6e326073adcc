//! ConfigAuditReports (aquasecurity.github.io/v1alpha1) as trivy-operator writes them, one for each object, and one
//! ClusterConfigAuditReport about the input: what was not read, and findings about no object.
//!
//! A check is a rule by our id, so that a report tells one from another where one id of Trivy's covers several rules;
//! its title says what Trivy calls it. As in trivy-operator's own reports, checks that pass are left out.

use std::io::{self, Write};

use super::Options;
use super::by_object::{self, Found, Group, MANAGED_BY, by_object, file};
use crate::coverage::{Outcome, Unread};
use crate::engine::Outcomes;
use crate::k8s::runtime_class::is_label_value;
use crate::rule::{Map, Rule, Severity};
use crate::source::Position;
use crate::yaml::emit::{self, Emit, map};

/// Writes a stream of reports, the one about the input last.
pub fn write(outcomes: &Outcomes, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let (groups, of_none) = by_object(outcomes);
    for group in &groups {
        let checks = by_rule(&group.findings, options);
        let kind = if group.is_of_cluster() { "ClusterConfigAuditReport" } else { "ConfigAuditReport" };
        emit::document(&report(kind, metadata(group), &checks, options), out)?;
    }
    let mut checks = by_rule(&of_none, options);
    for outcome in [Outcome::Broken, Outcome::Skipped] {
        checks.extend(not_read(outcomes.coverage.unread().filter(|u| u.outcome == outcome), outcome, options));
    }
    let metadata = map([
        ("name", Some("plimsoll-input".into())),
        ("labels", Some(map([(MANAGED_BY.0, Some(MANAGED_BY.1.into()))]))),
        ("annotations", Some(by_object::ledger(outcomes))),
    ]);
    emit::document(&report("ClusterConfigAuditReport", metadata, &checks, options), out)
}

fn metadata<'a>(group: &'a Group<'a>) -> Emit<'a> {
    let object = group.object;
    // A name that cannot be a label's value stands in an annotation, as trivy-operator has it.
    let as_label = Some(&*object.name).filter(|name| is_label_value(name));
    let as_annotation = as_label.is_none().then_some(&*object.name);
    let label = |text: &'a str| is_label_value(text).then(|| text.into());
    map([
        ("name", Some((&*group.name).into())),
        ("namespace", group.namespace().map(Into::into)),
        (
            "labels",
            Some(map([
                (MANAGED_BY.0, Some(MANAGED_BY.1.into())),
                ("trivy-operator.resource.kind", label(&object.kind)),
                ("trivy-operator.resource.name", as_label.map(Into::into)),
                ("trivy-operator.resource.namespace", label(object.namespace.as_deref().unwrap_or_default())),
            ])),
        ),
        ("annotations", as_annotation.map(|name| map([("trivy-operator.resource.name", Some(name.into()))]))),
    ])
}

/// One entry of `checks`, with what the summary counts.
struct CheckEntry<'a> {
    /// By which it is counted; a note is not.
    severity: Severity,
    entry: Emit<'a>,
}

fn report<'a>(kind: &'a str, metadata: Emit<'a>, checks: &[CheckEntry<'a>], options: &Options) -> Emit<'a> {
    let count = |severity| {
        let n = checks.iter().filter(|c| c.severity == severity).count();
        Some(Emit::Int(i64::try_from(n).unwrap_or(i64::MAX)))
    };
    map([
        ("apiVersion", Some("aquasecurity.github.io/v1alpha1".into())),
        ("kind", Some(kind.into())),
        ("metadata", Some(metadata)),
        (
            "report",
            Some(map([
                ("updateTimestamp", options.timestamp.map(|t| crate::date::date_time(t).into())),
                (
                    "scanner",
                    Some(map([
                        ("name", Some("Plimsoll".into())),
                        ("vendor", Some("Plimsoll".into())),
                        ("version", Some(env!("CARGO_PKG_VERSION").into())),
                    ])),
                ),
                (
                    "summary",
                    Some(map([
                        ("criticalCount", count(Severity::Critical)),
                        ("highCount", count(Severity::High)),
                        ("mediumCount", count(Severity::Medium)),
                        ("lowCount", count(Severity::Low)),
                    ])),
                ),
                ("checks", Some(Emit::List(checks.iter().map(|c| c.entry.clone()).collect()))),
            ])),
        ),
    ])
}

/// One check for each rule, with a message for each finding; one that succeeds for those that are suppressed.
fn by_rule<'a>(findings: &[Found<'a>], options: &Options) -> Vec<CheckEntry<'a>> {
    let mut sorted = findings.to_vec();
    let key = |found: &Found<'_>| (found.0.rule.id, found.1.is_some());
    sorted.sort_by_key(key);
    sorted.chunk_by(|a, b| key(a) == key(b)).filter_map(|of_rule| check(of_rule, options)).collect()
}

fn check<'a>(findings: &[Found<'a>], options: &Options) -> Option<CheckEntry<'a>> {
    let &(first, suppressed) = findings.first()?;
    let severity = findings.iter().map(|(f, _)| f.severity).max()?;
    let message = |&(f, why): &Found<'a>| {
        let place = placed(&f.path, Some(f.region.start), options);
        let why = why.map(|why| format!(": suppressed: {why}")).unwrap_or_default();
        format!("{} ({place}){why}", f.message).into()
    };
    let category = first.standard.map_or("Kubernetes Security Check", |_| "Pod Security Standards");
    // Only where all of it is about one container is that the part that was audited.
    let same = |c: &&str| findings.iter().all(|(f, _)| f.container.as_deref() == Some(*c));
    let container = first.container.as_deref().filter(same);
    let scope = container.map(|c| map([("type", Some("Container".into())), ("value", Some(c.into()))]));
    let entry = map([
        ("checkID", Some(first.rule.id.into())),
        ("title", Some(title(first.rule).into())),
        ("description", Some(first.rule.url().into())),
        ("severity", Some(word(severity).into())),
        ("category", Some(category.into())),
        ("success", Some(Emit::Bool(suppressed.is_some()))),
        ("messages", Some(Emit::List(findings.iter().map(message).collect()))),
        ("scope", scope),
        ("remediation", first.help.as_deref().map(Into::into)),
    ]);
    Some(CheckEntry { severity: if suppressed.is_some() { Severity::Note } else { severity }, entry })
}

/// What the rule finds, and what Trivy calls it.
fn title(rule: &Rule) -> String {
    let trivy = |m: &Map| if let Map::Trivy(id) = m { Some(*id) } else { None };
    let ids: Vec<_> = rule.maps.iter().filter_map(trivy).collect();
    if ids.is_empty() { rule.summary.to_owned() } else { format!("{} ({})", rule.summary, ids.join(", ")) }
}

/// A note is of no severity that is counted, and yet no success.
fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Note => "UNKNOWN",
        Severity::Low => "LOW",
        Severity::Medium => "MEDIUM",
        Severity::High => "HIGH",
        Severity::Critical => "CRITICAL",
    }
}

/// What was not read fails: broken documents as badly as can be, since nothing is known of them.
fn not_read<'a>(
    unread: impl Iterator<Item = &'a Unread>,
    outcome: Outcome,
    options: &Options,
) -> Option<CheckEntry<'a>> {
    let message = |u: &Unread| format!("{} ({})", u.reason, placed(&u.path, u.position, options)).into();
    let messages: Vec<_> = unread.map(message).collect();
    if messages.is_empty() {
        return None;
    }
    let (severity, title) = match outcome {
        Outcome::Broken => (Severity::Critical, "a file or document that could not be read"),
        _ => (Severity::Note, "a file or document that was left unread, for a reason"),
    };
    let entry = map([
        ("checkID", Some(outcome.name().into())),
        ("title", Some(title.into())),
        ("severity", Some(word(severity).into())),
        ("category", Some("Input".into())),
        ("success", Some(Emit::Bool(false))),
        ("messages", Some(Emit::List(messages))),
    ]);
    Some(CheckEntry { severity, entry })
}

/// A place in words: a check has no field for one.
fn placed(path: &str, at: Option<Position>, options: &Options) -> String {
    let position = at.map(|p| format!(":{}:{}", p.line, p.column)).unwrap_or_default();
    format!("{}{position}", file(path, options))
}
