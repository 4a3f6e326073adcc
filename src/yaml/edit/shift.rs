//! A value that is moved to another place of its document.

use super::{Change, Value};
use crate::yaml::Slot;

impl<'t> Slot<'t> {
    /// The slot at a path from where this slot's own path begins: `spec.containers[0].ports`; `[]` is the only item of a
    /// list. None where a list has no such item.
    pub fn from_root(self, path: &'t str) -> Option<Slot<'t>> {
        let mut slot = Slot::root(self.tree, self.root);
        for part in path.split('.') {
            let Some((key, item)) = part.split_once('[') else {
                slot = slot.at(part);
                continue;
            };
            let mut items = slot.at(key).items();
            slot = match item.trim_end_matches(']') {
                "" if items.len() == 1 => items.next()?,
                number => items.nth(number.parse().ok()?)?,
            };
        }
        Some(slot)
    }

    /// The changes that take the value from here to a place where there is none. None where a comment belongs to it:
    /// that would be lost on the way.
    pub fn move_to(self, target: Slot<'_>) -> [Option<Change>; 2] {
        if !target.is_absent() || target.is_null() || self.has_comment() {
            return [None, None];
        }
        [Value::of(self).and_then(|value| target.set(value)), self.remove()]
    }

    /// Whether a comment may stand on the lines of the key and its value.
    fn has_comment(self) -> bool {
        let text = self.tree.text();
        let (start, end) = (self.key_span().start as usize, self.span().end as usize);
        let flow = self.tree.parent(self.node).is_some_and(|parent| self.tree.is_flow(parent));
        let line = if flow { 0 } else { text[end..].find('\n').unwrap_or(text.len() - end) };
        let end = end + line;
        text.get(start..end).is_none_or(|lines| lines.contains('#'))
    }
}
