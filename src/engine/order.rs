//! The one order that findings come in, whoever made them and on however many threads.

use std::sync::Arc;

use rayon::prelude::*;

use super::FEW;
use crate::finding::Finding;

/// The findings of the files, which are sorted by path and each within itself, and those over the whole input, sorted.
pub(super) fn merge(mut by_file: Vec<(Arc<str>, Vec<Finding>)>, mut over_all: Vec<Finding>) -> Vec<Finding> {
    over_all.sort_by(|a, b| sort_key(a).cmp(&sort_key(b)));
    let count = by_file.iter().map(|(_, f)| f.len()).sum::<usize>() + over_all.len();
    let mut over_all = over_all.into_iter().peekable();
    let mut mixed = Vec::new();
    for (path, findings) in &mut by_file {
        let own = findings.len();
        while let Some(finding) = over_all.next_if(|f| f.path <= *path) {
            findings.push(finding);
        }
        if findings.len() > own {
            mixed.push(findings);
        }
    }
    if mixed.len() > FEW {
        mixed.into_par_iter().for_each(|findings| sort(findings));
    } else {
        for findings in mixed {
            sort(findings);
        }
    }
    let mut all = Vec::new();
    for (_, mut findings) in by_file {
        // A single large file's findings are many, and stay where they are.
        if findings.len() == count {
            return findings;
        }
        all.reserve_exact(count - all.len());
        all.append(&mut findings);
    }
    all.extend(over_all);
    all
}

pub(super) fn sort(findings: &mut [Finding]) {
    // Sorting takes room for a copy even where there is nothing to sort.
    if !findings.is_sorted_by(|a, b| sort_key(a) <= sort_key(b)) {
        findings.sort_by(|a, b| sort_key(a).cmp(&sort_key(b)));
    }
}

/// What findings are sorted by.
pub(crate) fn sort_key(f: &Finding) -> (&str, usize, usize, &str, &str) {
    (&f.path, f.region.start.offset, f.region.end.offset, f.rule.id, &f.message)
}
