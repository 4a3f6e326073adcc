//! The catalogue. One rule is `<name>.rs` (definition) and `<name>.md` (its page); this file lists them.
//! Every consumer iterates `ALL`.

use crate::rule::Rule;

mod apparmor_annotation;
mod apparmor_conflict;
mod apparmor_container_unknown;
mod apparmor_field_ignored;
mod apparmor_profile;
mod apparmor_profile_invalid;
mod drop_all_capabilities;
mod fs_group_floor;
mod host_path_runtime_socket;
mod host_path_sensitive;
mod host_path_writable;
mod host_users;
mod image_digest;
mod image_pull_policy;
mod image_reference;
mod image_tag;
mod pod_security_labels;
mod pod_security_order;
mod read_only_root_filesystem;
mod root_group;
mod run_as_group_floor;
mod run_as_user_floor;
mod seccomp_annotation;
mod seccomp_conflict;
mod seccomp_profile_invalid;
mod supplemental_groups_floor;

/// Every rule, by id.
pub static ALL: &[&Rule] = &[
    &apparmor_annotation::RULE,
    &apparmor_conflict::RULE,
    &apparmor_container_unknown::RULE,
    &apparmor_field_ignored::RULE,
    &apparmor_profile::RULE,
    &apparmor_profile_invalid::RULE,
    &drop_all_capabilities::RULE,
    &fs_group_floor::RULE,
    &host_path_runtime_socket::RULE,
    &host_path_sensitive::RULE,
    &host_path_writable::RULE,
    &host_users::RULE,
    &image_digest::RULE,
    &image_pull_policy::RULE,
    &image_reference::RULE,
    &image_tag::RULE,
    &pod_security_labels::RULE,
    &pod_security_order::RULE,
    &read_only_root_filesystem::RULE,
    &root_group::RULE,
    &run_as_group_floor::RULE,
    &run_as_user_floor::RULE,
    &seccomp_annotation::RULE,
    &seccomp_conflict::RULE,
    &seccomp_profile_invalid::RULE,
    &supplemental_groups_floor::RULE,
];
