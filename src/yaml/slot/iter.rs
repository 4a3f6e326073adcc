//! What a slot holds, one by one.

use std::borrow::Cow;

use super::Slot;
use crate::yaml::{Entry, NodeId};

/// The elements of a sequence.
#[derive(Clone, Debug)]
pub struct Items<'t> {
    pub(super) slot: Slot<'t>,
    pub(super) list: &'t [NodeId],
}

impl<'t> Iterator for Items<'t> {
    type Item = Slot<'t>;

    fn next(&mut self) -> Option<Slot<'t>> {
        let (&first, rest) = self.list.split_first()?;
        self.list = rest;
        Some(self.slot.step(first, None, None))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.list.len(), Some(self.list.len()))
    }
}

impl ExactSizeIterator for Items<'_> {}

/// The entries of a mapping.
#[derive(Clone, Debug)]
pub struct Entries<'t> {
    pub(super) slot: Slot<'t>,
    pub(super) list: &'t [Entry],
}

impl<'t> Iterator for Entries<'t> {
    type Item = (Cow<'t, str>, Slot<'t>);

    fn next(&mut self) -> Option<Self::Item> {
        let (first, rest) = self.list.split_first()?;
        self.list = rest;
        Some((self.slot.tree.key_name(first.key), self.slot.below(Some(first.key), first.value)))
    }
}
