//! The catalogue. One rule is `<name>.rs` (definition) and `<name>.md` (its page); this file lists them.
//! Every consumer iterates `ALL`.

use crate::rule::Rule;

mod drop_all_capabilities;
mod pod_security_labels;
mod pod_security_order;

/// Every rule, by id.
pub static ALL: &[&Rule] = &[&drop_all_capabilities::RULE, &pod_security_labels::RULE, &pod_security_order::RULE];
