//! The catalogue. One rule is `<name>.rs` (definition) and `<name>.md` (its page); this file lists them.
//! Every consumer iterates `ALL`.

use crate::rule::Rule;

mod drop_all_capabilities;
mod fs_group_floor;
mod pod_security_labels;
mod pod_security_order;
mod root_group;
mod run_as_group_floor;
mod run_as_user_floor;
mod supplemental_groups_floor;

/// Every rule, by id.
pub static ALL: &[&Rule] = &[
    &drop_all_capabilities::RULE,
    &fs_group_floor::RULE,
    &pod_security_labels::RULE,
    &pod_security_order::RULE,
    &root_group::RULE,
    &run_as_group_floor::RULE,
    &run_as_user_floor::RULE,
    &supplemental_groups_floor::RULE,
];
