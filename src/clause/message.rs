//! What a clause says of what it finds.

use std::borrow::Cow;

use super::{Clause, Literal, Test, below_floor};
use crate::k8s::Container;
use crate::yaml::Slot;

impl Clause {
    pub(super) fn absence(&self, container: Option<Container<'_>>, who: &str, floor: i64) -> String {
        let nor = if self.inherits && container.is_some() { ", nor does the pod" } else { "" };
        format!("{who} does not set {}{}{nor}", self.path, self.wanted(floor))
    }

    /// The help line.
    pub(super) fn what_to_write(&self, container: Option<Container<'_>>, floor: i64) -> Option<Cow<'static, str>> {
        if let (Some(advice), Some(container)) = (self.advice, container) {
            return Some(advice(container).into());
        }
        if self.test == Test::AboveFloor {
            let (field, id) = (self.path.rsplit('.').next().unwrap_or(self.path), floor.saturating_add(1));
            return Some(
                format!("write an id above {floor}, where the host has none of its own: `{field}: {id}`").into(),
            );
        }
        (!self.help.is_empty()).then_some(Cow::Borrowed(self.help))
    }

    pub(super) fn refusal(&self, slot: Slot<'_>, who: &str, floor: i64) -> String {
        let path = self.path;
        match self.test {
            Test::Includes(value) => format!("{who} does not list {value} in {path}"),
            Test::AboveFloor => format!("{who} sets {path} to {}, {}", slot.text(), below_floor(floor)),
            _ => format!("{who} sets {path} to {}", slot.text()),
        }
    }

    /// ` to true`, for the message about an absent field.
    pub(super) fn wanted(&self, floor: i64) -> String {
        match self.test {
            Test::AboveFloor => format!(" above {floor}"),
            Test::Is(Literal::Bool(b)) => format!(" to {b}"),
            Test::Is(Literal::Int(i)) => format!(" to {i}"),
            Test::Is(Literal::Str(s)) | Test::Includes(s) => format!(" to {s}"),
            _ => String::new(),
        }
    }
}
