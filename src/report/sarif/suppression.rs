//! Suppressed results: among the others, each with who says so and why.

use serde::Serialize;

use super::result::Location;
use crate::engine::sort_key;
use crate::finding::Finding;
use crate::report::Options;
use crate::suppress::{Kind, Suppressed};

#[derive(Serialize)]
pub(super) struct SuppressionJson {
    kind: &'static str,
    status: &'static str,
    justification: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<Location>,
}

impl SuppressionJson {
    pub(super) fn new(s: &Suppressed, options: &Options) -> Self {
        Self {
            kind: s.by.kind.name(),
            // What is written where it is reviewed is accepted.
            status: "accepted",
            justification: s.by.justification.to_string(),
            location: s.by.place.as_ref().map(|(path, region)| Location::new(path, Some((*region).into()), options)),
        }
    }
}

/// Whether it is a baseline that has the finding.
pub(super) fn is_known(suppressed: Option<&Suppressed>) -> bool {
    suppressed.is_some_and(|s| s.by.kind == Kind::External && s.by.place.is_none())
}

/// Both lists as one, in the order that each is in.
pub(super) fn merged<'a>(
    findings: &'a [Finding],
    suppressed: &'a [Suppressed],
) -> impl Iterator<Item = (&'a Finding, Option<&'a Suppressed>)> {
    let (mut findings, mut suppressed) = (findings.iter().peekable(), suppressed.iter().peekable());
    std::iter::from_fn(move || {
        let next = suppressed.next_if(|s| findings.peek().is_none_or(|f| sort_key(&s.finding) < sort_key(f)));
        next.map(|s| (&s.finding, Some(s))).or_else(|| findings.next().map(|f| (f, None)))
    })
}
