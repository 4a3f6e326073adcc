//! The catalogue. One rule is `<name>.rs` (definition) and `<name>.md` (its page); this file lists them.
//! Every consumer iterates `ALL`.

use crate::rule::Rule;

mod drop_all_capabilities;

/// Every rule, by id.
pub static ALL: &[&Rule] = &[&drop_all_capabilities::RULE];
