//! Texts that findings share: of the thousands of pods in one large file most are told the same, and every finding is
//! kept to the end.

use std::collections::HashSet;
use std::sync::Arc;

use crate::fingerprint;

/// Texts that were needed before. By default none is looked for: in a small file that takes longer than writing anew.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    kept: Option<HashSet<Arc<str>>>,
    /// What the findings are known by.
    pub(super) fingerprints: fingerprint::Maker,
}

/// Beyond this many, texts are forgotten: a name that is new each time would only fill the table.
const KEPT: usize = 4096;

impl Texts {
    /// Texts for a large file.
    pub(crate) fn sharing() -> Self {
        Self { kept: Some(HashSet::new()), ..Self::default() }
    }

    /// The text, shared with those before it that say the same.
    pub(crate) fn shared(&mut self, text: &str) -> Arc<str> {
        let Some(kept) = &mut self.kept else { return text.into() };
        if let Some(known) = kept.get(text) {
            return Arc::clone(known);
        }
        if kept.len() >= KEPT {
            kept.clear();
        }
        let new: Arc<str> = text.into();
        kept.insert(Arc::clone(&new));
        new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_are_one_and_room_is_bounded() {
        let mut texts = Texts::sharing();
        assert!(Arc::ptr_eq(&texts.shared("a"), &texts.shared("a")));
        for n in 0..3 * KEPT {
            assert_eq!(&*texts.shared(&n.to_string()), n.to_string());
        }
        assert!(texts.kept.unwrap().len() <= KEPT);
    }
}
