//! What the formats are shown: an ordinary run with everything that a format has to show, and a hostile one.

use std::fs;
use std::sync::Arc;

use plimsoll::coverage::{FileCoverage, Outcome, Unread};
use plimsoll::engine::Outcomes;
use plimsoll::finding::{Finding, Fix, Related, Replacement};
use plimsoll::fingerprint::Fingerprint;
use plimsoll::k8s::ObjectRef;
use plimsoll::rule::{Rule, Safety, Severity, Standard, restricted};
use plimsoll::source::{Region, Source, Span};
use plimsoll::suppress::{By, Kind, Suppressed};

use crate::support::root;

fn rule(id: &str) -> &'static Rule {
    plimsoll::rules::ALL.iter().find(|r| r.id == id).unwrap()
}

/// Where `needle` first stands in the source.
fn place(source: &Source, needle: &str) -> Region {
    let start = source.text.find(needle).unwrap_or_else(|| panic!("{needle:?} is not in {}", source.path));
    source.lines().region(Span::new(start, start + needle.len()))
}

pub(super) fn finding(source: &Source, needle: &str, severity: Severity, message: &str) -> Finding {
    Finding {
        rule: rule("drop-all-capabilities"),
        severity,
        message: message.into(),
        help: None,
        path: Arc::clone(&source.path),
        region: place(source, needle),
        object: None,
        container: None,
        field: None,
        fingerprint: Fingerprint::default(),
        standard: None,
        related: Box::default(),
        fixable: None,
        fix: None,
    }
}

/// Outcomes of one source, its findings in order.
pub(super) fn outcomes(source: Source, mut findings: Vec<Finding>, unread: Vec<Unread>) -> Outcomes {
    findings.sort_by_key(|f| (f.region.start, f.region.end));
    let mut outcomes = Outcomes { findings, ..Outcomes::default() };
    let mut file = FileCoverage::new(Arc::clone(&source.path));
    file.linted = 1;
    file.unread = unread;
    outcomes.coverage.files.push(file);
    outcomes.coverage.pods = 1;
    outcomes.sources.keep(Arc::new(source));
    outcomes
}

fn sample_unread(source: &Source) -> Vec<Unread> {
    let unread = |needle: &str, outcome, reason: &str, help| Unread {
        path: Arc::clone(&source.path),
        position: Some(place(source, needle).start),
        outcome,
        reason: reason.into(),
        help,
    };
    vec![
        unread("\"broken", Outcome::Broken, "a quoted scalar does not end", None),
        unread("{{ define", Outcome::Skipped, "a Go template, not YAML", Some("render it first")),
    ]
}

static CAPABILITIES: Standard = restricted("capabilities_restricted", 22);

/// Two edits, one of which has a look at everything that a format must quote.
fn sample_fix(source: &Source) -> Fix {
    let edit = |needle: &str, text: &str| Replacement { region: place(source, needle), text: text.to_owned() };
    let edits = vec![edit("支付 👍", "支付\n  \"x\": [1]"), edit("hunter2", "")];
    Fix { safety: Safety::Unsafe, edits, note: Some("also changes what comes through the alias on line 7".to_owned()) }
}

/// Findings that the manifest itself and a baseline suppress.
fn sample_suppressed(source: &Source, of: impl Fn(Finding) -> Finding) -> Vec<Suppressed> {
    let suppressed = |kind, why: &str, needle: &str, place| Suppressed {
        finding: of(finding(source, needle, Severity::Medium, "container \"app\" has no digest")),
        by: Arc::new(By { kind, justification: why.into(), place }),
    };
    let here = (Arc::clone(&source.path), place(source, "hunter2"));
    vec![
        suppressed(Kind::External, "known on 2026-01-31", "支付 👍", None),
        suppressed(Kind::InSource, "the mirror serves [one](digest)", "hunter2", Some(here)),
    ]
}

/// The kept input with a finding of each severity, in each shape that a format has to show.
pub(super) fn sample() -> Outcomes {
    let path = root().join("fixtures/formats/web.yaml");
    let source = Source::new("web.yaml", fs::read_to_string(path).unwrap());
    let object = Arc::new(ObjectRef {
        api_version: "apps/v1".into(),
        kind: "Deployment".into(),
        namespace: Some("prod".into()),
        name: "web".into(),
    });
    let of = |field: &str, f: Finding| Finding {
        field: Some(format!("spec.template.{field}").into()),
        object: Some(Arc::clone(&object)),
        ..f
    };
    let in_app = |field: &str, f: Finding| Finding {
        container: Some("app".into()),
        ..of(&format!("spec.containers[0].{field}"), f)
    };
    let at = |needle: &str, severity, message: &str| finding(&source, needle, severity, message);
    let findings = vec![
        of("metadata.annotations.team", at("支付 👍", Severity::Note, "cannot decide the team: it is written 支付")),
        of("spec.hostNetwork", at("true", Severity::Critical, "the pod shares the network of its node")),
        Finding {
            help: Some("write `drop: [ALL]` under `securityContext.capabilities`, then add back what is needed".into()),
            standard: Some(&CAPABILITIES),
            fixable: Some(Safety::Unsafe),
            fix: Some(Box::new(sample_fix(&source))),
            ..in_app("securityContext.capabilities.drop", at("app\n", Severity::High, "container \"app\" keeps all"))
        },
        Finding {
            help: Some("set it".into()),
            ..in_app("securityContext.runAsUser", at("app\n", Severity::Medium, "container \"app\" has no runAsUser"))
        },
        in_app("env[2].value", at("hunter2", Severity::High, "container \"app\" holds a credential as plain text")),
        Finding {
            related: Box::new([Related {
                path: Arc::clone(&source.path),
                region: place(&source, "SYS_ADMIN"),
                message: "which this one already allows, with much else beside it".into(),
            }]),
            ..in_app("securityContext.capabilities.add[1]", at("NET_ADMIN", Severity::Low, "NET_ADMIN is added twice"))
        },
    ];
    let suppressed = sample_suppressed(&source, |f| in_app("image", f));
    let unread = sample_unread(&source);
    Outcomes { suppressed, ..outcomes(source, findings, unread) }
}

/// A name and a text that try to be more than text.
pub(super) fn hostile() -> Outcomes {
    let long = format!("long: \"{}needle{}\"\n", "世".repeat(4000), "\u{301}".repeat(4000));
    let text = format!("\t\tkey: \u{1b}[2J\u{202e}txt\u{9b}31m\u{0} value\r\n{long}a: {{b: 1, b: 2}}\nlast");
    let source = Source::new("a,b:c%d\n\u{1b}]0;title\u{7}\u{202e}.yaml", text);
    let nasty = "\u{1b}[31m 100%\r\n::error::forged, [see](https://evil.example) \u{2066}x\u{0}";
    let object = ObjectRef { kind: nasty.into(), name: nasty.into(), ..ObjectRef::default() };
    let at = |needle: &str| finding(&source, needle, Severity::High, nasty);
    let findings = vec![
        Finding {
            help: Some(nasty.into()),
            field: Some(format!("a[{nasty:?}]").into()),
            container: Some(nasty.into()),
            object: Some(Arc::new(object)),
            ..at("value")
        },
        at("needle"),
        Finding {
            related: Box::new([
                Related { path: Arc::clone(&source.path), region: place(&source, "b: 1"), message: nasty.into() },
                Related { path: "elsewhere\n.yaml".into(), region: place(&source, "b: 1"), message: nasty.into() },
            ]),
            ..at("b: 2")
        },
        at("last"),
        at("{b: 1, b: 2}\nlast"),
    ];
    let unread = Unread {
        path: Arc::clone(&source.path),
        position: Some(place(&source, "\u{9b}").start),
        outcome: Outcome::Broken,
        reason: nasty.into(),
        help: Some("write \u{1b} elsewhere"),
    };
    outcomes(source, findings, vec![unread])
}
