//! One ConfigAuditReport: which object it is about, and its failed checks, each at its place.

use std::sync::Arc;

use crate::coverage::Outcome;
use crate::engine::document::UnreadDraft;
use crate::k8s::{Object, ObjectRef};
use crate::rule::Severity;
use crate::source::Span;
use crate::yaml::{Slot, Typed};

/// The API group of trivy-operator's reports.
const GROUP: &str = "aquasecurity.github.io";

/// A failed check, or one message of it.
pub(super) struct Failed {
    /// Where the check stands.
    pub(super) span: Span,
    /// Its id, as written.
    pub(super) id: String,
    /// What it is called.
    pub(super) title: String,
    /// How bad the report calls it; a note where it does not know.
    pub(super) severity: Severity,
    /// What it says, or nothing.
    pub(super) message: String,
    /// The container that it names.
    pub(super) container: Option<Arc<str>>,
    /// What to do about it.
    pub(super) remediation: Option<String>,
    /// The object that the report is about; none where it does not say.
    pub(super) target: Option<Arc<ObjectRef>>,
}

/// What a report gives: failed checks, and what of it could not be read.
#[derive(Default)]
pub(super) struct Report {
    pub(super) failed: Vec<Failed>,
    pub(super) unread: Vec<UnreadDraft>,
}

/// Reads an object of a report file. `None`: it is no report that is read here, and `unread` says so.
pub(super) fn report(object: Object<'_>) -> (bool, Report) {
    let mut report = Report::default();
    let kind = object.kind();
    if object.group() != GROUP || !matches!(kind, "ConfigAuditReport" | "ClusterConfigAuditReport") {
        let kind = if kind.is_empty() { "this object" } else { kind };
        let (reason, help) = if object.group() == GROUP {
            (format!("{kind} is not read: it is no ConfigAuditReport"), None)
        } else {
            (format!("{kind} is no ConfigAuditReport"), Some("manifests are named behind `--manifests`"))
        };
        let span = object.slot().key_span();
        report.unread.push(UnreadDraft { span, outcome: Outcome::Skipped, reason, help });
        return (false, report);
    }
    let checks = object.at("report.checks");
    if checks.is_null() {
        return (true, report);
    }
    if !checks.is_seq() {
        report.broken(checks, format!("report.checks of the {kind} {}", missing(checks, "a list")));
        return (false, report);
    }
    let target = target(object);
    for check in checks.items() {
        if let Err((slot, reason)) = report.check(check, target.as_ref()) {
            report.broken(slot, format!("{} {reason}", check.path()));
        }
    }
    (true, report)
}

fn missing(slot: Slot<'_>, wanted: &str) -> String {
    if slot.is_absent() { "is missing".to_owned() } else { format!("is not {wanted}") }
}

impl Report {
    fn broken(&mut self, slot: Slot<'_>, reason: String) {
        let help = Some("export it again: `kubectl get configauditreports -A -o yaml`");
        self.unread.push(UnreadDraft { span: slot.span(), outcome: Outcome::Broken, reason, help });
    }

    /// Reads one check. `Err` is what is wrong with it, and where.
    fn check<'t>(&mut self, check: Slot<'t>, target: Option<&Arc<ObjectRef>>) -> Result<(), (Slot<'t>, String)> {
        if !check.is_map() {
            return Err((check, "is not a mapping".to_owned()));
        }
        let text = |key: &'static str| check.at(key).as_str().unwrap_or_default().trim();
        let (id, success, severity) = (check.at("checkID"), check.at("success"), check.at("severity"));
        if text("checkID").is_empty() {
            return Err((id, "has no checkID".to_owned()));
        }
        let Typed::Is(success) = success.bool() else {
            return Err((success, format!("({}): success {}", text("checkID"), missing(success, "a boolean"))));
        };
        let Some(severity_read) = severity.as_str().and_then(read_severity) else {
            let what = if severity.as_str().is_some() {
                "is no severity that is known".to_owned()
            } else {
                missing(severity, "a string")
            };
            return Err((severity, format!("({}): severity {what}", text("checkID"))));
        };
        if success {
            return Ok(());
        }
        let list = check.at("messages");
        if list.exists() && !list.is_seq() {
            return Err((list, format!("({}): messages is not a list", text("checkID"))));
        }
        let mut messages: Vec<&str> = list.items().map(|m| m.text().trim()).filter(|m| !m.is_empty()).collect();
        if messages.is_empty() {
            messages.push("");
        }
        let scope = (check.at("scope.type").as_str() == Some("Container")).then(|| check.at("scope.value").as_str());
        for message in messages {
            let container = container(message).or(scope.flatten());
            self.failed.push(Failed {
                span: id.span(),
                id: text("checkID").to_owned(),
                title: text("title").trim_end_matches('.').to_owned(),
                severity: severity_read,
                message: message.trim_end_matches('.').to_owned(),
                container: container.map(Into::into),
                remediation: Some(text("remediation").trim_end_matches('.').to_owned()).filter(|r| !r.is_empty()),
                target: target.cloned(),
            });
        }
        Ok(())
    }
}

/// A severity as Trivy writes it; one that it does not know is a note.
fn read_severity(word: &str) -> Option<Severity> {
    match word.to_ascii_uppercase().as_str() {
        "CRITICAL" | "DANGER" => Some(Severity::Critical),
        "HIGH" => Some(Severity::High),
        "MEDIUM" | "WARNING" => Some(Severity::Medium),
        "LOW" => Some(Severity::Low),
        "UNKNOWN" | "NONE" | "" => Some(Severity::Note),
        _ => None,
    }
}

/// The container that a message names: `Container 'web' of Deployment …`, `container "web" of …`.
fn container(message: &str) -> Option<&str> {
    let (_, after) = message.split_once("ontainer ")?;
    let quote = after.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    after[1..].split_once(quote).map(|(name, _)| name).filter(|name| !name.is_empty())
}

/// The object that a report is about: as its labels say, or, where a name is none for a label, an annotation; otherwise
/// as its owner does.
fn target(object: Object<'_>) -> Option<Arc<ObjectRef>> {
    let (labels, annotations) = (object.at("metadata.labels"), object.at("metadata.annotations"));
    let owners = object.at("metadata.ownerReferences");
    let of = |prefix: [&'static str; 3]| {
        let [kind, name, namespace] = prefix;
        let label = |key| labels.key(key).as_str().filter(|text| !text.is_empty());
        let name = label(name).or_else(|| annotations.key(name).as_str())?;
        Some((String::new(), label(kind)?.to_owned(), name.to_owned(), label(namespace)))
    };
    let by_label = || {
        of(["trivy-operator.resource.kind", "trivy-operator.resource.name", "trivy-operator.resource.namespace"])
            // Its predecessor wrote the same reports.
            .or_else(|| of(["starboard.resource.kind", "starboard.resource.name", "starboard.resource.namespace"]))
    };
    let by_owner = || {
        let controls = |o: &Slot<'_>| o.at("controller").as_bool() == Some(true);
        let owner = owners.items().find(controls).or_else(|| owners.items().next())?;
        let text = |key| owner.at(key).as_str().map(str::to_owned);
        Some((text("apiVersion").unwrap_or_default(), text("kind")?, text("name")?, None))
    };
    let (api_version, kind, name, namespace) = by_label().or_else(by_owner)?;
    let namespace = namespace.or_else(|| object.namespace()).map(str::to_owned);
    Some(Arc::new(ObjectRef { api_version, kind, namespace, name }))
}

#[cfg(test)]
mod tests {
    use super::container;

    #[test]
    fn containers_are_named_in_two_ways() {
        assert_eq!(container("Container 'web' of Deployment 'x' should set"), Some("web"));
        assert_eq!(container("container \"web\" does not drop ALL (a.yaml:1:2)"), Some("web"));
        assert_eq!(container("init container \"setup\" runs"), Some("setup"));
        for none in
            ["Either Pod or Container should set", "container web", "Container ''", "Container 'x", "Deployment 'x'"]
        {
            assert_eq!(container(none), None, "{none}");
        }
    }
}
