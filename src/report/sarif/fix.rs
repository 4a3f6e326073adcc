//! How a result is mended: SARIF's fixes.

use serde::Serialize;

use super::Text;
use super::result::{Artifact, RegionJson};
use crate::finding::{Fix, Replacement};
use crate::rule::Safety;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FixJson {
    description: Text,
    artifact_changes: [ChangeJson; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ChangeJson {
    artifact_location: Artifact,
    replacements: Vec<ReplacementJson>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ReplacementJson {
    deleted_region: RegionJson,
    inserted_content: Text,
}

impl FixJson {
    pub(super) fn new(fix: &Fix, file: Artifact) -> Self {
        let what = match fix.safety {
            Safety::Safe => "safe: cannot change what a working pod does, or only repairs a slip",
            Safety::Unsafe => "unsafe: may need a look",
        };
        let note = fix.note.as_deref().map(|note| format!("; {note}")).unwrap_or_default();
        let replacement = |r: &Replacement| ReplacementJson {
            deleted_region: r.region.into(),
            inserted_content: Text { text: r.text.clone() },
        };
        let replacements = fix.edits.iter().map(replacement).collect();
        Self {
            description: Text { text: format!("{what}{note}") },
            artifact_changes: [ChangeJson { artifact_location: file, replacements }],
        }
    }
}
