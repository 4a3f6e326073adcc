//! kubectl reads a stream that begins with `{` as JSON values one after another, and turns to YAML only where that fails.
//! The two differ in little: `\/`, surrogate pairs, keys that are long or have their `:` on another line.

use serde::de::IgnoredAny;

use super::parse::Broken;
use crate::source::Span;

/// Where each JSON value of a stream ends; none where its first is no JSON, or only the first is and the rest is YAML.
pub(super) fn values(text: &str) -> Option<Vec<usize>> {
    if !begins(text) {
        return None;
    }
    let mut stream = serde_json::Deserializer::from_str(text).into_iter::<IgnoredAny>();
    let mut ends = Vec::new();
    while let Some(Ok(_)) = stream.next() {
        ends.push(stream.byte_offset());
    }
    (!ends.is_empty()).then_some(ends)
}

/// Whether a text is JSON and nothing else.
pub(super) fn is_json(text: &str) -> bool {
    begins(text) && serde_json::from_str::<IgnoredAny>(text).is_ok()
}

/// Whether a text is one JSON value and nothing else; where not, and why.
pub(super) fn check(text: &str) -> Result<(), Broken> {
    let Err(error) = serde_json::from_str::<IgnoredAny>(text) else { return Ok(()) };
    let line = error.line().saturating_sub(1);
    let start = text.split_inclusive('\n').take(line).map(str::len).sum::<usize>();
    let at = (start + error.column().saturating_sub(1)).min(text.len());
    Err(Broken { span: Span::new(at, at), message: error.to_string() })
}

fn begins(text: &str) -> bool {
    text.trim_start().starts_with('{')
}
