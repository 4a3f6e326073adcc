//! How a clause mends what it finds.

use super::{Clause, Scope, Test};
use crate::finding::Draft;
use crate::k8s::{Container, Pod};
use crate::rule::Safety;
use crate::yaml::{Change, Slot, Typed};

/// What mends a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// This value, as YAML in flow style; for a list that must include something, one more item.
    Write(&'static str),
    /// The workload's own id; nothing on Windows, where the API server refuses ids or no node reads them.
    WriteId,
    /// Nothing: the field, or the item of a list, is taken out.
    Remove,
}

impl Clause {
    pub(super) fn mend(
        &self,
        slot: Slot<'_>,
        (pod, container): (Pod<'_>, Option<Container<'_>>),
        (id, floor): (Option<i64>, i64),
        draft: &mut Draft,
    ) {
        let Some((safety, remedy)) = self.fix else { return };
        let Some(safety) = self.fits.map_or(Some(safety), |fits| fits(pod, container)) else { return };
        let shared = container.filter(|_| slot.is_absent() && (self.inherits || self.scope == Scope::PodAndContainers));
        let target = shared.map_or(slot, |_| pod.at(self.path));
        if let Some(change) = slip(target, self.test, remedy, floor) {
            draft.fix(Safety::Safe, [Some(change)]);
        }
        let change = match (remedy, self.test) {
            (Remedy::Write(item), Test::Includes(_)) if target.is_seq() => target.append(item),
            (Remedy::Write(item), Test::Includes(_)) => target.set(format!("[{item}]")),
            (Remedy::Write(value), _) => target.set(value),
            (Remedy::WriteId, _) if pod.runs_on_windows() => target.remove(),
            (Remedy::WriteId, _) => id.and_then(|id| target.set(id)),
            (Remedy::Remove, _) => target.remove(),
        };
        let along = self.along.zip(container).map(|(changes, container)| changes(container));
        draft.fix(safety, std::iter::once(change).chain(along.into_iter().flatten()));
    }
}

/// What mends a value that was meant as it must be, and is only written in another way.
fn slip(slot: Slot<'_>, test: Test, remedy: Remedy, floor: i64) -> Option<Change> {
    match (test, remedy) {
        // Runtimes take `all` for `ALL`, admission does not.
        (Test::Includes(wanted), Remedy::Write(value)) => {
            let is_slip = |item: &Slot<'_>| item.as_str().is_some_and(|text| text.eq_ignore_ascii_case(wanted));
            slot.items().find(is_slip)?.set(value)
        }
        // The API server refuses an id in quotes.
        (_, Remedy::WriteId) if slot.int() == Typed::Wrong => {
            slot.set(slot.text().parse().ok().filter(|&id: &i64| id > floor)?)
        }
        _ => None,
    }
}
