//! Parts of a text that no excerpt shows, whichever finding it is for.

use super::Draft;
use crate::credential::{assignment, is_literal, named, shape};
use crate::source::Span;
use crate::yaml::Slot;

impl Draft {
    /// Keeps a value out of every excerpt.
    pub fn secret(&mut self, value: Slot<'_>) -> &mut Self {
        self.secrets.push(value.place().span);
        self
    }

    /// Keeps out of every excerpt what follows, in its line, the first `length` bytes of a part of a value, wherever that
    /// is written; all of the value where it is not written so.
    pub fn secret_part(&mut self, value: Slot<'_>, part: &str, length: usize) -> &mut Self {
        let (span, written) = written(value);
        let found = written.match_indices(part).filter(|_| !part.is_empty());
        let rests = found.map(|(at, _)| rest_of_line(written, at + length.min(part.len())));
        self.hide(span, &rests.collect::<Vec<_>>())
    }

    /// Keeps out of every excerpt what a value has of credentials that are told by their shape, with what stands beside
    /// them; all of the value where they are not written so.
    pub fn secret_shapes(&mut self, value: Slot<'_>) -> &mut Self {
        let (span, written) = written(value);
        let (mut found, mut at, mut in_key) = (Vec::new(), 0, false);
        for line in written.split_inclusive(['\n', '\r']) {
            let (begins, ends) = (line.find("-----BEGIN ").map(|at| at + 11), line.contains("-----END "));
            let secret = if in_key { Some(0) } else { begins.or_else(|| secret_of(line)) };
            found.extend(secret.map(|from| rest_of_line(written, at + from)));
            in_key = (in_key || begins.is_some()) && !ends;
            at += line.len();
        }
        self.hide(span, &found)
    }

    fn hide(&mut self, whole: Span, parts: &[(usize, usize)]) -> &mut Self {
        let start = whole.start as usize;
        self.secrets.extend(parts.iter().map(|(from, to)| Span::new(start + from, start + to)));
        if parts.is_empty() {
            self.secrets.push(whole);
        }
        self
    }

    pub(crate) fn secrets(&self) -> &[Span] {
        &self.secrets
    }
}

fn written(value: Slot<'_>) -> (Span, &str) {
    let span = value.place().span;
    (span, span.text(value.tree().text()))
}

fn rest_of_line(text: &str, from: usize) -> (usize, usize) {
    (from, text[from..].find(['\n', '\r']).map_or(text.len(), |length| from + length))
}

/// Where the first secret of a line begins, behind what makes it known.
fn secret_of(line: &str) -> Option<usize> {
    let by_shape = shape(line).and_then(|found| Some(line.find(found.rest)? + found.length));
    let given = assignment(line).is_some_and(|(name, value)| named(name).is_some_and(|n| is_literal(n, name, value)));
    let by_name = line.find(['=', ':']).filter(|_| given).map(|at| at + 1);
    by_shape.into_iter().chain(by_name).min()
}
