//! How a clause mends what it finds.

use super::{Clause, Scope, Test};
use crate::finding::Draft;
use crate::k8s::Container;
use crate::yaml::{Slot, Typed};

/// What mends a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// This value, as YAML in flow style; for a list that must include something, one more item.
    Write(&'static str),
    /// The workload's own id.
    WriteId,
    /// Nothing: the field, or the item of a list, is taken out.
    Remove,
}

impl Clause {
    pub(super) fn mend(&self, slot: Slot<'_>, container: Option<Container<'_>>, id: Option<i64>, draft: &mut Draft) {
        let Some((safety, remedy)) = self.fix else { return };
        let shared = container.filter(|_| slot.is_absent() && (self.inherits || self.scope == Scope::PodAndContainers));
        let target = shared.map_or(slot, |c| c.pod().at(self.path));
        let change = match (remedy, self.test) {
            (Remedy::Write(item), Test::Includes(_)) if target.is_seq() => target.append(item),
            (Remedy::Write(item), Test::Includes(_)) => target.set(format!("[{item}]")),
            (Remedy::Write(value), _) => target.set(value),
            (Remedy::WriteId, _) => {
                // An id in quotes is one that was meant.
                let meant = slot.text().parse().ok().filter(|&i: &i64| i > 0 && slot.int() == Typed::Wrong);
                meant.or(id).and_then(|id| target.set(id))
            }
            (Remedy::Remove, _) => target.remove(),
        };
        let along = self.along.zip(container).map(|(changes, container)| changes(container));
        draft.fix(safety, std::iter::once(change).chain(along.into_iter().flatten()));
    }
}
