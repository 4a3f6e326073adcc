//! What is wrong with suppressions, as findings: each earns its place, or is told to go.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use super::draft::{Subject, names, quoted};
use super::file::{FileMarks, Kept};
use super::{Ignore, Judged, Suppression};
use crate::engine::Outcomes;
use crate::finding::{Finding, Fix, Replacement};
use crate::fingerprint::{Fingerprint, Maker, Mark};
use crate::k8s::ObjectRef;
use crate::rule::{Check, Fault, Rule, Safety, Severity};
use crate::rules::ALL;
use crate::source::{LineIndex, Region};

/// Adds a finding for everything that is wrong with the suppressions of the run: those of files first, in their order.
pub(super) fn tell(files: &[FileMarks], suppressions: &[Suppression], judged: &Judged<'_>, outcomes: &mut Outcomes) {
    let mut rest = suppressions;
    for file in files {
        let (own, others) = rest.split_at(file.kept.len());
        rest = others;
        let teller = Teller::new(&file.path, judged);
        for told in &file.faults {
            let finding = teller.finding(told.fault, told.region, &told.message, &told.help, told.fix.clone());
            outcomes.findings.extend(finding.map(|finding| teller.about(&told.subject, finding)));
        }
        unused(file, own, &teller, &mut outcomes.findings);
    }
    let Some(source) = judged.settings.ignores.source.as_deref() else { return };
    let teller = Teller::new(&source.path, judged);
    let namespaces = files.iter().any(|f| f.under_namespaces);
    // In a part of the tree, an entry for another part has nothing to hide.
    let whole = judged.settings.whole_input && !outcomes.coverage.has_broken();
    let lines = source.lines();
    let entries = judged.settings.ignores.list.iter().zip(rest);
    let told: Vec<_> =
        entries.filter_map(|(ignore, s)| entry(ignore, s, &lines, &teller, (whole, namespaces))).collect();
    if !told.is_empty() {
        // A format that shows lines shows the configuration's too.
        outcomes.sources.keep(Arc::new(source.clone()));
        outcomes.findings.extend(told);
    }
}

/// What is wrong with an entry of the configuration. `whole` and `namespaces` say whether the input is all that the
/// configuration speaks of, and whether it has the namespaces of any pod.
fn entry(
    ignore: &Ignore,
    suppression: &Suppression,
    lines: &LineIndex<'_>,
    teller: &Teller<'_>,
    (whole, namespaces): (bool, bool),
) -> Option<Finding> {
    let fix = vec![Replacement { region: lines.region(ignore.whole), text: String::new() }];
    let region = suppression.region;
    if let (Some(until), false) = (ignore.until, suppression.holds) {
        let help = "mend what it hid, or give it a later date";
        return teller.finding(Fault::Expired, region, &format!("this entry ended on {until}"), help, fix);
    }
    let asked = ignore.rules.as_ref().is_none_or(|rules| rules.iter().any(|&rule| teller.ran(rule, namespaces)));
    if !whole || !asked || !suppression.hides.is_empty() {
        return None;
    }
    teller.finding(Fault::Unused, region, "this entry hides nothing", "remove it", fix)
}

/// The suppressions of a file that hid nothing for a rule that ran.
fn unused(file: &FileMarks, suppressions: &[Suppression], teller: &Teller<'_>, findings: &mut Vec<Finding>) {
    if teller.severities[fault_rule(Fault::Unused)].is_none() {
        return;
    }
    // An annotation that comes through an alias is one text for all who have it.
    let used: HashSet<(Region, &str)> =
        suppressions.iter().flat_map(|s| s.hides.iter().map(|h| (s.region, h.rule.id))).collect();
    let mut told = HashSet::new();
    for (kept, suppression) in file.kept.iter().zip(suppressions) {
        let region = suppression.region;
        let idle = |&&rule: &&usize| teller.ran(rule, file.under_namespaces) && !used.contains(&(region, ALL[rule].id));
        let idle: Vec<usize> = kept.rules.iter().filter(idle).copied().collect();
        let certain = suppression.holds && (file.whole || !kept.reaches_out());
        if idle.is_empty() || !certain || !told.insert(region) {
            continue;
        }
        let message = format!("the suppression of {} hides nothing", quoted(&idle));
        let help = kept.hint.as_deref().unwrap_or("remove it");
        let fix = removal(kept, &idle);
        let finding = teller.finding(Fault::Unused, region, &message, help, fix);
        findings.extend(finding.map(|finding| teller.about(&kept.subject, finding)));
    }
}

/// Takes rules out of a suppression, or all of it where none is left.
fn removal(kept: &Kept, idle: &[usize]) -> Vec<Replacement> {
    let left: Vec<usize> = kept.rules.iter().filter(|rule| !idle.contains(rule)).copied().collect();
    match kept.list {
        Some(region) if !left.is_empty() => vec![Replacement { region, text: names(&left, ", ") }],
        _ => kept.removal.clone(),
    }
}

/// Where the rule that tells of this stands in `rules::ALL`.
fn fault_rule(fault: Fault) -> usize {
    ALL.iter().position(|r| matches!(r.check, Check::Suppression(f) if f == fault)).unwrap_or_default()
}

/// Tells of one file.
struct Teller<'a> {
    path: &'a Arc<str>,
    severities: Vec<Option<Severity>>,
    with_fixes: bool,
    with_marks: bool,
    imported: bool,
}

impl<'a> Teller<'a> {
    fn new(path: &'a Arc<str>, judged: &Judged<'_>) -> Self {
        let (with_fixes, with_marks) = (judged.settings.with_fixes, judged.settings.with_marks);
        Self { path, severities: (judged.severities)(path), with_fixes, with_marks, imported: judged.imported }
    }

    /// Whether a rule had its say about a file; `namespaces` says whether those of its pods are in the input.
    fn ran(&self, rule: usize, namespaces: bool) -> bool {
        let asked = match ALL[rule].check {
            Check::Namespace(_) => namespaces,
            Check::Import => self.imported,
            _ => true,
        };
        asked && self.severities[rule].is_some()
    }

    /// The finding with the annotation that it is about.
    fn about(&self, subject: &Subject, finding: Finding) -> Finding {
        let object = subject.object.clone();
        let fingerprint = self.fingerprint(finding.rule, object.as_ref(), &finding.message);
        Finding { object, field: subject.field.as_deref().map(Arc::from), fingerprint, ..finding }
    }

    fn fingerprint(&self, rule: &Rule, object: Option<&Arc<ObjectRef>>, message: &str) -> Fingerprint {
        let mark = self.with_marks.then(|| Mark::of(String::new(), message));
        mark.map(|mark| Maker::default().of(rule, object, None, &mark)).unwrap_or_default()
    }

    fn finding(
        &self,
        fault: Fault,
        region: Region,
        message: &str,
        help: &str,
        edits: Vec<Replacement>,
    ) -> Option<Finding> {
        let at = fault_rule(fault);
        Some(Finding {
            rule: ALL[at],
            severity: self.severities[at]?,
            message: message.into(),
            help: Some(Cow::Owned(help.to_owned())),
            path: Arc::clone(self.path),
            region,
            object: None,
            container: None,
            field: None,
            fingerprint: self.fingerprint(ALL[at], None, message),
            standard: None,
            related: Box::default(),
            // What is taken out is read by nobody but us.
            fixable: (!edits.is_empty()).then_some(Safety::Safe),
            fix: (self.with_fixes && !edits.is_empty())
                .then(|| Box::new(Fix { safety: Safety::Safe, edits, note: None })),
        })
    }
}
