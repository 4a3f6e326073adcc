//! Reports of a cluster beside what was found in its manifests: a finding that both have is there once, with what
//! confirms it; one that only the cluster has stands at the object's manifest, or else at its own report.

mod read;
mod target;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use self::read::Failed;
use self::target::Objects;
use super::document::{self, DocumentResult, UnreadDraft};
use super::plan::Plan;
use super::sources::Again;
use super::{FileResult, Judged, LazyLines, Outcomes, sort};
use crate::coverage::Outcome;
use crate::discover::Input;
use crate::finding::{Finding, Related};
use crate::fingerprint::{Maker, Mark};
use crate::k8s::{self, ObjectRef};
use crate::names;
use crate::rule::{Check, Rule, Severity};
use crate::rules::ALL;
use crate::source::{Region, Source};
use crate::yaml::{self, Slot, Tree};

/// A failed check at its place.
struct Placed {
    path: Arc<str>,
    region: Region,
    check: Failed,
}

/// Reads reports, and joins their failed checks with the outcomes of a run that kept its objects, before anything in them
/// is suppressed: who answers for a finding answers for it wherever it is found.
pub(super) fn import(reports: Vec<Input>, outcomes: &mut Outcomes, plan: &Plan<'_>, keep_sources: bool) {
    outcomes.imported = true;
    let mut placed = Vec::new();
    for input in reports {
        let again = matches!(input, Input::File(..)).then(|| Again::File(input.clone()));
        match input.read() {
            Ok(source) => {
                outcomes.coverage.files.push(read_source(&source, &mut placed).coverage);
                if keep_sources {
                    let path = Arc::clone(&source.path);
                    outcomes.sources.push(path, again.unwrap_or_else(|| Again::Kept(Arc::new(source))), Vec::new());
                }
            }
            Err(unread) => {
                let mut result = FileResult::new(&unread.path);
                result.coverage.unread.push(unread);
                outcomes.coverage.files.push(result.coverage);
            }
        }
    }
    outcomes.sources.sort();
    outcomes.coverage.files.sort_by(|a, b| a.path.cmp(&b.path));
    join(&placed, outcomes, plan);
    sort(&mut outcomes.findings);
}

/// The failed checks of a file.
fn read_source(source: &Source, placed: &mut Vec<Placed>) -> FileResult {
    let lines = LazyLines::new(source);
    let mut result = FileResult::new(&source.path);
    let mut silent = true;
    for raw in source.documents() {
        let (part, checks) = match document::read(source, raw) {
            Ok(tree) => {
                let (mut part, checks) = read_tree(&tree);
                part.unread.extend(document::leftover(&tree, raw));
                (part, checks)
            }
            Err(unread) => (*unread, Vec::new()),
        };
        silent &= part.outcome.is_none() && part.unread.is_empty();
        result.take(part, source, &lines);
        let place = |check: Failed| {
            let region = lines.get().region(check.span);
            Placed { path: Arc::clone(&source.path), region, check }
        };
        placed.extend(checks.into_iter().map(place));
    }
    if silent {
        result.coverage.not_kubernetes = 1;
    }
    result
}

fn read_tree(tree: &Tree<'_>) -> (DocumentResult, Vec<Failed>) {
    let k8s::Objects { found, strays } = k8s::Objects::of(tree);
    let root = Slot::root(tree, tree.root());
    let (mut read, mut failed) = (false, Vec::new());
    let mut unread: Vec<UnreadDraft> = strays.into_iter().map(document::stray).collect();
    if found.is_empty() && unread.is_empty() && tree.kind(tree.root()) != yaml::Kind::Null {
        // An export of a cluster that has no reports is read to its end.
        read = root.at("items").is_seq() && root.at("kind").as_str().is_some_and(|kind| kind.ends_with("List"));
        if !read {
            let help = Some("export reports with `kubectl get configauditreports -A -o yaml`");
            let reason = "no ConfigAuditReport, nor a list of them".to_owned();
            unread.push(UnreadDraft { span: root.key_span(), outcome: Outcome::Broken, reason, help });
        }
    }
    for object in found {
        let (is_report, mut report) = read::report(object);
        read |= is_report;
        failed.append(&mut report.failed);
        unread.append(&mut report.unread);
    }
    let mut result = DocumentResult::new(read.then_some(Outcome::Linted));
    result.unread = unread;
    (result, failed)
}

/// Where the findings about one object in one file are.
type Key = (Arc<str>, Arc<ObjectRef>);

fn join(placed: &[Placed], outcomes: &mut Outcomes, plan: &Plan<'_>) {
    let objects = std::mem::take(&mut outcomes.objects);
    let known = Objects::new(&objects);
    let mut at: HashMap<Key, Vec<usize>> = HashMap::new();
    for (index, finding) in outcomes.findings.iter().enumerate() {
        if let Some(object) = &finding.object {
            at.entry((Arc::clone(&finding.path), Arc::clone(object))).or_default().push(index);
        }
    }
    let (mut added, mut told) = (Vec::new(), BTreeSet::new());
    let mut rules_of: HashMap<&str, Vec<&'static Rule>> = HashMap::new();
    for placed in placed {
        let id = &*placed.check.id;
        let rules = &**rules_of.entry(id).or_insert_with(|| names::rules(id));
        let manifests = placed.check.target.as_deref().map(|t| known.of(t)).unwrap_or_default();
        let mut known_here = false;
        for manifest in &manifests {
            let key = (Arc::clone(&manifest.path), Arc::clone(&manifest.object));
            for &index in at.get(&key).into_iter().flatten() {
                let finding = &mut outcomes.findings[index];
                if is_same(&placed.check, rules, finding) {
                    known_here = true;
                    confirm(finding, placed);
                }
            }
        }
        // What several reports say of one manifest, such as those of a Deployment's old ReplicaSets, is said once.
        let manifest = manifests.first().copied();
        if !known_here
            && let Some(finding) = finding(placed, rules, manifest, plan)
            && (manifest.is_none() || told.insert(said(&finding, &placed.check)))
        {
            added.push(finding);
        }
    }
    outcomes.findings.append(&mut added);
    outcomes.objects = objects;
}

/// What makes a finding of the cluster the same as another at its manifest: the check, however its id is spelt, and the
/// container; without one, what is said.
fn said(finding: &Finding, check: &Failed) -> (Arc<str>, Region, String, Arc<str>) {
    let what = check.container.clone().unwrap_or_else(|| check.message.as_str().into());
    (Arc::clone(&finding.path), finding.region, names::key(&check.id), what)
}

/// Whether a finding of ours is what the cluster's check found: of the same rule, and of the same container where both
/// name one. A note of ours has not decided what the check has.
fn is_same(check: &Failed, rules: &[&'static Rule], finding: &Finding) -> bool {
    let containers = check.container.as_ref().zip(finding.container.as_ref());
    rules.iter().any(|rule| std::ptr::eq(*rule, finding.rule))
        && containers.is_none_or(|(theirs, ours)| theirs == ours)
        && (finding.severity > Severity::Note || check.severity == Severity::Note)
}

/// Says at a finding that the cluster has it too.
fn confirm(finding: &mut Finding, placed: &Placed) {
    let by = placed.check.target.as_deref().map(|t| format!(" of {}", named(t))).unwrap_or_default();
    let message = format!("confirmed by the cluster: check {}{by}", placed.check.id);
    let mut related = std::mem::take(&mut finding.related).into_vec();
    if !related.iter().any(|r| r.message == message) {
        related.push(Related { path: Arc::clone(&placed.path), region: placed.region, message: message.into() });
    }
    finding.related = related.into();
}

/// `ReplicaSet prod/web-5d9c`
fn named(object: &ObjectRef) -> String {
    let namespace = object.namespace.as_deref().map(|n| format!("{n}/")).unwrap_or_default();
    format!("{} {namespace}{}", object.kind, object.name)
}

/// A finding that only the cluster has: under our rule for it, or, where there is none, the one for all such checks.
/// None where that rule is off.
fn finding(placed: &Placed, rules: &[&'static Rule], manifest: Option<&Judged>, plan: &Plan<'_>) -> Option<Finding> {
    let check = &placed.check;
    let path = manifest.map_or(&placed.path, |m| &m.path);
    let active = |rule: &&'static Rule| Some((*rule, plan.severity(rule, path)?));
    let (rule, severity) = if rules.is_empty() {
        let other = ALL.iter().find(|rule| matches!(rule.check, Check::Import))?;
        active(other).map(|(rule, severity)| (rule, severity.min(check.severity)))?
    } else {
        rules.iter().find_map(active)?
    };
    let severity = if check.severity == Severity::Note { Severity::Note } else { severity };
    let lead = match manifest {
        Some(_) if !rules.is_empty() => format!("the cluster fails {}, this manifest does not", check.id),
        _ => format!("the cluster fails {}", check.id),
    };
    let what: Vec<&str> = [&*check.title, &*check.message].into_iter().filter(|part| !part.is_empty()).collect();
    let what = if rules.is_empty() { what.join(": ") } else { what.last().copied().unwrap_or_default().to_owned() };
    let message = if what.is_empty() { lead } else { format!("{lead}: {what}") };
    let from = manifest.map(|_| Related {
        path: Arc::clone(&placed.path),
        region: placed.region,
        message: format!(
            "reported here{}",
            check.target.as_deref().map(|t| format!(" of {}", named(t))).unwrap_or_default()
        )
        .into(),
    });
    let object = manifest.map(|m| Arc::clone(&m.object)).or_else(|| check.target.clone());
    let mark = Mark::of(String::new(), format!("{}\0{what}", check.id).as_str());
    Some(Finding {
        rule,
        severity,
        fingerprint: Maker::default().of(rule, object.as_ref(), check.container.as_deref(), &mark),
        message: message.into(),
        help: check.remediation.clone().map(Into::into),
        path: Arc::clone(path),
        region: manifest.map_or(placed.region, |m| m.region),
        object,
        container: check.container.clone(),
        field: None,
        standard: None,
        related: from.into_iter().collect(),
        fix: None,
        fixable: None,
    })
}
