//! Findings that fixes leave alone, because nobody is told of them: they are known, or about what has not changed.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::proof::identity;
use crate::finding::Finding;
use crate::source::Span;

/// Findings of a run that are left alone, by file.
#[derive(Debug, Default)]
pub struct LeftAlone(HashMap<Arc<str>, OfFile>);

/// Those of one file, in the order of their places.
#[derive(Debug, Default)]
pub(super) struct OfFile(Vec<(usize, String)>);

impl LeftAlone {
    /// All of these but for those that are told, which stand in the same order.
    pub fn but<'f>(told: &[Finding], all: impl IntoIterator<Item = &'f Finding>) -> Self {
        let mut told = told.iter().peekable();
        let mut left = HashMap::<_, OfFile>::new();
        for finding in all {
            let is_this = |f: &&Finding| {
                std::ptr::eq(f.rule, finding.rule)
                    && f.region == finding.region
                    && f.message == finding.message
                    && f.path == finding.path
                    && identity_of(f) == identity_of(finding)
            };
            if told.next_if(is_this).is_none() {
                let of_file = left.entry(Arc::clone(&finding.path)).or_default();
                of_file.0.push((finding.region.start.offset, identity_of(finding)));
            }
        }
        Self(left)
    }

    /// Those of a file.
    pub(super) fn of(&self, path: &str) -> Option<&OfFile> {
        self.0.get(path)
    }
}

impl OfFile {
    /// Adds those that are left alone in a part of the file's text, which `bom` bytes stand before.
    pub(super) fn within(&self, span: Span, bom: usize, into: &mut BTreeSet<String>) {
        let (start, end) = (span.start as usize + bom, span.end as usize + bom);
        let first = self.0.partition_point(|(at, _)| *at < start);
        into.extend(self.0[first..].iter().take_while(|(at, _)| *at <= end).map(|(_, identity)| identity.clone()));
    }

    /// Whether a finding is one of them, at its place.
    pub(super) fn has_at(&self, finding: &Finding) -> bool {
        let identity = identity_of(finding);
        self.0.iter().any(|(at, left)| *at == finding.region.start.offset && *left == identity)
    }

    /// Whether a finding is one of them, wherever it stands by now.
    pub(super) fn has(&self, finding: &Finding) -> bool {
        let identity = identity_of(finding);
        self.0.iter().any(|(_, left)| *left == identity)
    }
}

pub(crate) fn identity_of(f: &Finding) -> String {
    identity(f.rule.id, f.object.as_deref(), f.container.as_deref(), f.field.as_deref(), &f.message)
}
