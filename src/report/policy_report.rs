//! PolicyReports (wgpolicyk8s.io/v1alpha2), one for each object as Kyverno writes them, and one ClusterPolicyReport about
//! the input: what was not read, and findings about no object.
//!
//! A time stands in them only where `SOURCE_DATE_EPOCH` gives one: the same input gives the same bytes.

use std::io::{self, Write};

use super::Options;
use super::by_object::{self, Found, Group, MANAGED_BY, by_object, file};
use crate::coverage::{Outcome, Unread};
use crate::engine::Outcomes;
use crate::rule::Severity;
use crate::source::Position;
use crate::yaml::emit::{self, Emit, map};

/// Writes a stream of reports, the one about the input last.
pub fn write(outcomes: &Outcomes, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let (groups, of_none) = by_object(outcomes);
    for group in &groups {
        let mut results: Vec<_> = group.findings.iter().map(|f| finding(*f, options)).collect();
        if results.is_empty() {
            results.push(pass("no rule finds anything", options));
        }
        emit::document(&of_object(group, &results), out)?;
    }
    let mut results: Vec<_> = of_none.iter().map(|f| finding(*f, options)).collect();
    results.extend(outcomes.coverage.unread().map(|u| unread(u, options)));
    if results.is_empty() {
        results.push(pass("every file and document was read", options));
    }
    let metadata = map([
        ("name", Some("plimsoll-input".into())),
        ("labels", Some(labels())),
        ("annotations", Some(by_object::ledger(outcomes))),
    ]);
    emit::document(&report("ClusterPolicyReport", metadata, None, &results), out)
}

fn labels<'a>() -> Emit<'a> {
    map([(MANAGED_BY.0, Some(MANAGED_BY.1.into()))])
}

fn of_object<'a>(group: &'a Group<'a>, results: &[Judgement<'a>]) -> Emit<'a> {
    let object = group.object;
    let metadata = map([
        ("name", Some((&*group.name).into())),
        ("namespace", group.namespace().map(Into::into)),
        ("labels", Some(labels())),
    ]);
    let scope = map([
        ("apiVersion", Some((&*object.api_version).into())),
        ("kind", Some((&*object.kind).into())),
        ("namespace", object.namespace.as_deref().map(Into::into)),
        ("name", Some((&*object.name).into())),
    ]);
    let kind = if group.is_of_cluster() { "ClusterPolicyReport" } else { "PolicyReport" };
    report(kind, metadata, Some(scope), results)
}

fn report<'a>(kind: &'a str, metadata: Emit<'a>, scope: Option<Emit<'a>>, results: &[Judgement<'a>]) -> Emit<'a> {
    let count = |word: &str| {
        let n = results.iter().filter(|r| r.result == word).count();
        Some(Emit::Int(i64::try_from(n).unwrap_or(i64::MAX)))
    };
    map([
        ("apiVersion", Some("wgpolicyk8s.io/v1alpha2".into())),
        ("kind", Some(kind.into())),
        ("metadata", Some(metadata)),
        ("scope", scope),
        ("summary", Some(map(["pass", "fail", "warn", "error", "skip"].map(|word| (word, count(word)))))),
        ("results", Some(Emit::List(results.iter().map(|r| r.entry.clone()).collect()))),
    ])
}

/// One entry of `results`, and the word that it is counted by.
struct Judgement<'a> {
    result: &'static str,
    entry: Emit<'a>,
}

impl<'a> Judgement<'a> {
    /// A judgement of a rule, or of all; `parts` are what else is to be said.
    fn new<const N: usize>(
        rule: Option<&'a str>,
        result: &'static str,
        options: &Options,
        parts: [(&'a str, Option<Emit<'a>>); N],
    ) -> Self {
        let timestamp =
            options.timestamp.map(|t| map([("seconds", Some(Emit::Int(t))), ("nanos", Some(Emit::Int(0)))]));
        let head =
            map([("policy", Some("plimsoll".into())), ("rule", rule.map(Into::into)), ("result", Some(result.into()))]);
        let tail = map([("source", Some("plimsoll".into())), ("timestamp", timestamp)]);
        let mut entries = Vec::new();
        for part in [head, map(parts), tail] {
            if let Emit::Map(part) = part {
                entries.extend(part);
            }
        }
        Self { result, entry: Emit::Map(entries) }
    }
}

fn pass<'a>(message: &'a str, options: &Options) -> Judgement<'a> {
    Judgement::new(None, "pass", options, [("message", Some(message.into())), ("scored", Some(Emit::Bool(true)))])
}

/// A note is a warning that does not count: it never fails a run either. What is suppressed is skipped.
fn finding<'a>((f, suppressed): Found<'a>, options: &Options) -> Judgement<'a> {
    let note = f.severity == Severity::Note;
    let result = match suppressed {
        Some(_) => "skip",
        None if note => "warn",
        None => "fail",
    };
    let category = f.standard.map(|s| {
        let level = s.level.name();
        format!("Pod Security Standards ({}{})", level[..1].to_ascii_uppercase(), &level[1..])
    });
    let mut properties = place(&f.path, Some(f.region.start), options);
    let more = [
        ("field", f.field.as_deref()),
        ("container", f.container.as_deref()),
        ("help", f.help.as_deref()),
        ("suppressed", suppressed),
    ];
    properties.extend(more.into_iter().filter_map(|(key, text)| Some((key.into(), text?.into()))));
    properties.push(("url".into(), f.rule.url().into()));
    Judgement::new(
        Some(f.rule.id),
        result,
        options,
        [
            ("category", category.map(Into::into)),
            ("severity", Some(if note { "info" } else { f.severity.name() }.into())),
            ("message", Some((&*f.message).into())),
            ("scored", Some(Emit::Bool(result == "fail"))),
            ("properties", Some(Emit::Map(properties))),
        ],
    )
}

/// What could not be read is an error, what was left unread is skipped: neither passes.
fn unread<'a>(u: &'a Unread, options: &Options) -> Judgement<'a> {
    let broken = u.outcome == Outcome::Broken;
    let mut properties = place(&u.path, u.position, options);
    properties.extend(u.help.map(|help| ("help".into(), help.into())));
    Judgement::new(
        Some(u.outcome.name()),
        if broken { "error" } else { "skip" },
        options,
        [
            ("severity", Some(if broken { "high" } else { "info" }.into())),
            ("message", Some((&*u.reason).into())),
            ("scored", Some(Emit::Bool(broken))),
            ("properties", Some(Emit::Map(properties))),
        ],
    )
}

/// The entries of a mapping that is still growing.
type Entries<'a> = Vec<(std::borrow::Cow<'a, str>, Emit<'a>)>;

fn place<'a>(path: &str, at: Option<Position>, options: &Options) -> Entries<'a> {
    let mut entries = vec![("file".into(), file(path, options).into())];
    if let Some(at) = at {
        entries.push(("line".into(), at.line.to_string().into()));
        entries.push(("column".into(), at.column.to_string().into()));
    }
    entries
}
