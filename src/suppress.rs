//! Findings that someone has answered with "not here, because": they are kept, told apart, and fail nothing.

use std::sync::Arc;

use crate::finding::Finding;
use crate::source::Region;

/// Where it is said that a finding be left alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// In the manifest itself: a comment or an annotation.
    InSource,
    /// Beside it: in the configuration or a baseline.
    External,
}

impl Kind {
    /// The word that SARIF and JSON use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::InSource => "inSource",
            Self::External => "external",
        }
    }
}

/// A finding that is suppressed.
#[derive(Clone, Debug)]
pub struct Suppressed {
    /// What was found.
    pub finding: Finding,
    /// Where it is said that it be left alone.
    pub kind: Kind,
    /// Why.
    pub justification: Arc<str>,
    /// The file and the place where that is said; none where it is the finding itself that is known (a baseline).
    pub place: Option<(Arc<str>, Region)>,
}
