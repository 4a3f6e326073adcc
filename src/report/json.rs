//! JSON for programs: every finding and the whole ledger, as `findings.schema.json` describes it.

use std::io::{self, Write};

use serde::{Serialize, Serializer};

use crate::baseline::{Compared, Entry};
use crate::coverage::{Counts, Coverage, Unread};
use crate::engine::Outcomes;
use crate::finding::{Finding, Fix, Related, Replacement};
use crate::k8s::ObjectRef;
use crate::rule::Standard;
use crate::since::Since;
use crate::source::Position;
use crate::suppress::Suppressed;

/// The schema of what `write` writes.
pub const SCHEMA: &str = include_str!("findings.schema.json");

/// Writes one JSON value and a line end.
pub fn write(outcomes: &Outcomes, out: &mut dyn Write) -> io::Result<()> {
    let report = ReportJson {
        version: 1,
        tool: ToolJson { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
        findings: Each(|| outcomes.findings.iter().map(FindingJson::new)),
        suppressed: Each(|| outcomes.suppressed.iter().map(SuppressedJson::new)),
        baseline: outcomes.baseline.as_ref().map(BaselineJson::new),
        since: outcomes.since.as_ref().map(SinceJson::new),
        coverage: CoverageJson::new(&outcomes.coverage),
    };
    serde_json::to_writer_pretty(&mut *out, &report)?;
    writeln!(out)
}

/// A list whose elements take their JSON shape one by one while they are written.
pub(super) struct Each<F>(pub(super) F);

impl<F: Fn() -> I, I: Iterator<Item: Serialize>> Serialize for Each<F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq((self.0)())
    }
}

#[derive(Serialize)]
struct ReportJson<'a, F, S> {
    version: u8,
    tool: ToolJson,
    findings: F,
    suppressed: S,
    baseline: Option<BaselineJson<'a>>,
    since: Option<SinceJson<'a>>,
    coverage: CoverageJson<'a>,
}

#[derive(Serialize)]
struct ToolJson {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct FindingJson<'a> {
    rule: &'static str,
    severity: &'static str,
    message: &'a str,
    help: Option<&'a str>,
    path: &'a str,
    start: PositionJson,
    end: PositionJson,
    object: Option<ObjectJson<'a>>,
    container: Option<&'a str>,
    field: Option<&'a str>,
    standard: Option<StandardJson>,
    related: Vec<RelatedJson<'a>>,
    fix: Option<FixJson<'a>>,
}

impl<'a> FindingJson<'a> {
    fn new(f: &'a Finding) -> Self {
        Self {
            rule: f.rule.id,
            severity: f.severity.name(),
            message: &f.message,
            help: f.help.as_deref(),
            path: &f.path,
            start: f.region.start.into(),
            end: f.region.end.into(),
            object: f.object.as_deref().map(ObjectJson::new),
            container: f.container.as_deref(),
            field: f.field.as_deref(),
            standard: f.standard.map(StandardJson::new),
            related: f.related.iter().map(RelatedJson::new).collect(),
            fix: f.fix.as_deref().map(FixJson::new),
        }
    }
}

#[derive(Serialize)]
struct FixJson<'a> {
    safety: &'static str,
    note: Option<&'a str>,
    edits: Vec<EditJson<'a>>,
}

#[derive(Serialize)]
struct EditJson<'a> {
    start: PositionJson,
    end: PositionJson,
    text: &'a str,
}

impl<'a> FixJson<'a> {
    fn new(fix: &'a Fix) -> Self {
        let edit =
            |e: &'a Replacement| EditJson { start: e.region.start.into(), end: e.region.end.into(), text: &e.text };
        Self { safety: fix.safety.name(), note: fix.note.as_deref(), edits: fix.edits.iter().map(edit).collect() }
    }
}

#[derive(Serialize)]
struct SuppressedJson<'a> {
    #[serde(flatten)]
    finding: FindingJson<'a>,
    suppression: SuppressionJson<'a>,
}

#[derive(Serialize)]
struct SuppressionJson<'a> {
    kind: &'static str,
    justification: &'a str,
    place: Option<PlaceJson<'a>>,
}

#[derive(Serialize)]
struct PlaceJson<'a> {
    path: &'a str,
    start: PositionJson,
    end: PositionJson,
}

impl<'a> SuppressedJson<'a> {
    fn new(s: &'a Suppressed) -> Self {
        let place = s.by.place.as_ref();
        Self {
            finding: FindingJson::new(&s.finding),
            suppression: SuppressionJson {
                kind: s.by.kind.name(),
                justification: &s.by.justification,
                place: place.map(|(path, r)| PlaceJson { path, start: r.start.into(), end: r.end.into() }),
            },
        }
    }
}

#[derive(Serialize)]
struct BaselineJson<'a> {
    file: &'a str,
    known: usize,
    gone: &'a [Entry<'static>],
    pruned: bool,
}

impl<'a> BaselineJson<'a> {
    fn new(b: &'a Compared) -> Self {
        Self { file: &b.file, known: b.known, gone: &b.gone, pruned: b.pruned }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SinceJson<'a> {
    revision: &'a str,
    objects: usize,
    files: usize,
    left_out: usize,
}

impl<'a> SinceJson<'a> {
    fn new(s: &'a Since) -> Self {
        Self { revision: &s.revision, objects: s.objects, files: s.files, left_out: s.left_out }
    }
}

#[derive(Serialize)]
pub(crate) struct PositionJson {
    line: u32,
    column: u32,
    offset: usize,
}

impl From<Position> for PositionJson {
    fn from(p: Position) -> Self {
        Self { line: p.line, column: p.column, offset: p.offset }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ObjectJson<'a> {
    api_version: &'a str,
    kind: &'a str,
    namespace: Option<&'a str>,
    name: &'a str,
}

impl<'a> ObjectJson<'a> {
    pub(crate) fn new(o: &'a ObjectRef) -> Self {
        Self { api_version: &o.api_version, kind: &o.kind, namespace: o.namespace.as_deref(), name: &o.name }
    }
}

#[derive(Serialize)]
struct StandardJson {
    level: &'static str,
    check: &'static str,
}

impl StandardJson {
    fn new(s: &Standard) -> Self {
        Self { level: s.level.name(), check: s.check }
    }
}

#[derive(Serialize)]
struct RelatedJson<'a> {
    path: &'a str,
    start: PositionJson,
    end: PositionJson,
    message: &'a str,
}

impl<'a> RelatedJson<'a> {
    fn new(r: &'a Related) -> Self {
        Self { path: &r.path, start: r.region.start.into(), end: r.region.end.into(), message: &r.message }
    }
}

/// The ledger, as JSON and SARIF carry it.
#[derive(Serialize)]
pub(super) struct CoverageJson<'a> {
    files: CountsJson,
    documents: CountsJson,
    pods: usize,
    unread: Vec<UnreadJson<'a>>,
}

impl<'a> CoverageJson<'a> {
    pub(super) fn new(c: &'a Coverage) -> Self {
        Self {
            files: c.file_counts().into(),
            documents: c.document_counts().into(),
            pods: c.pods,
            unread: c.unread().map(UnreadJson::new).collect(),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CountsJson {
    linted: usize,
    not_kubernetes: usize,
    skipped: usize,
    broken: usize,
}

impl From<Counts> for CountsJson {
    fn from(c: Counts) -> Self {
        Self { linted: c.linted, not_kubernetes: c.not_kubernetes, skipped: c.skipped, broken: c.broken }
    }
}

#[derive(Serialize)]
pub(crate) struct UnreadJson<'a> {
    path: &'a str,
    position: Option<PositionJson>,
    outcome: &'static str,
    reason: &'a str,
    help: Option<&'a str>,
}

impl<'a> UnreadJson<'a> {
    pub(crate) fn new(u: &'a Unread) -> Self {
        Self {
            path: &u.path,
            position: u.position.map(PositionJson::from),
            outcome: u.outcome.name(),
            reason: &u.reason,
            help: u.help,
        }
    }
}
