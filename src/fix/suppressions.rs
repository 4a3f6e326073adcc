//! Suppressions that earn no place are taken out, once everything else is mended: then it is known what each hides.

use super::{MAX_ROUNDS, OfFile, again};
use crate::config::Settings;
use crate::engine::{self, Outcomes};
use crate::finding::{Finding, Replacement};
use crate::rule::Check;
use crate::source::Source;

/// The text without the suppressions that are told to go, how many were, and why one that should have gone was left.
pub(super) fn tidy(
    source: &Source,
    text: &str,
    settings: &Settings,
    left: Option<&OfFile>,
) -> (Option<String>, usize, Option<String>) {
    if !text.contains("plimsoll") || !settings.suppressions {
        return (None, 0, None);
    }
    // Of a rule over the whole input a single file cannot tell whether it would find something.
    let alone = |check: &Check| !matches!(check, Check::Inputs(_) | Check::Namespace(_));
    let mut settings = Settings { with_fixes: true, ..settings.clone() };
    settings.severities.retain(|rule| alone(&rule.check));
    for over in &mut settings.overrides {
        over.severities.retain(|(index, _)| alone(&crate::rules::ALL[*index].check));
    }
    let judge = |text: &str| engine::run(vec![again(source, text)], &settings, false);
    let (mut current, mut count) = (None, 0);
    let mut before = judge(text);
    for _ in 0..MAX_ROUNDS {
        let old = current.as_deref().unwrap_or(text);
        let (new, taken) = without(old, &before, source.bom, left);
        if taken == 0 {
            break;
        }
        let after = judge(&new);
        if !agree(&before, &after) {
            let why = format!("{}: suppressions are left as they are: what is found would change", source.path);
            return (current, count, Some(why));
        }
        (current, count, before) = (Some(new), count + taken, after);
    }
    (current, count, None)
}

pub(super) fn is_about_suppressions(f: &Finding) -> bool {
    matches!(f.rule.check, Check::Suppression(_))
}

/// The text with the fixes of what is wrong with suppressions, and how many that are. Those that touch others wait.
fn without(text: &str, outcomes: &Outcomes, bom: usize, left: Option<&OfFile>) -> (String, usize) {
    let asked = |f: &&Finding| {
        is_about_suppressions(f) && *f.path == *outcomes.coverage.files[0].path && left.is_none_or(|left| !left.has(f))
    };
    let about = outcomes.findings.iter().filter(asked);
    let mut fixes: Vec<&[Replacement]> = about.filter_map(|f| Some(f.fix.as_ref()?.edits.as_slice())).collect();
    let place = |edits: &[Replacement]| edits.first().map_or(0, |e| e.region.start.offset);
    fixes.sort_by_key(|edits| std::cmp::Reverse(place(edits)));
    let (mut text, mut end, mut taken) = (text.to_owned(), usize::MAX, 0);
    for edits in fixes {
        if edits.is_empty() || edits.iter().any(|e| e.region.end.offset > end) {
            continue;
        }
        for edit in edits.iter().rev() {
            text.replace_range(edit.region.start.offset - bom..edit.region.end.offset - bom, &edit.text);
        }
        (end, taken) = (place(edits), taken + 1);
    }
    (text, taken)
}

/// Whether nothing is found that was not found before, and everything that was hidden still is.
pub(super) fn agree(before: &Outcomes, after: &Outcomes) -> bool {
    let told = |outcomes: &Outcomes| {
        let others = outcomes.findings.iter().filter(|f| !is_about_suppressions(f));
        let mut told: Vec<_> = others.map(|f| (f.rule.id, f.message.to_string())).collect();
        told.sort_unstable();
        told
    };
    let (old, new) = (told(before), told(after));
    let known = |told: &(&str, String)| old.binary_search(told).is_ok();
    new.len() <= old.len()
        && new.iter().all(known)
        && before.suppressed.len() == after.suppressed.len()
        && before.coverage.document_counts() == after.coverage.document_counts()
}
