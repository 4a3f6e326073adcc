//! Texts that findings share: thousands of pods are told the same, and every finding is kept to the end.

use std::collections::HashSet;
use std::sync::Arc;

/// Texts that were needed before.
#[derive(Debug, Default)]
pub(crate) struct Texts(HashSet<Arc<str>>);

/// Beyond this many, texts are forgotten: a name that is new each time would only fill the table.
const KEPT: usize = 4096;

impl Texts {
    /// The text, shared with those before it that say the same.
    pub(crate) fn shared(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.0.get(text) {
            return Arc::clone(known);
        }
        if self.0.len() >= KEPT {
            self.0.clear();
        }
        let new: Arc<str> = text.into();
        self.0.insert(Arc::clone(&new));
        new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_are_one_and_room_is_bounded() {
        let mut texts = Texts::default();
        assert!(Arc::ptr_eq(&texts.shared("a"), &texts.shared("a")));
        for n in 0..3 * KEPT {
            assert_eq!(&*texts.shared(&n.to_string()), n.to_string());
        }
        assert!(texts.0.len() <= KEPT);
    }
}
