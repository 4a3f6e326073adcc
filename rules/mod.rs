//! The catalogue. One rule is `<name>.rs` (definition) and `<name>.md` (its page); this file lists them.
//! Every consumer iterates `ALL`.

use crate::rule::Rule;

mod added_capabilities;
mod apparmor_annotation;
mod apparmor_conflict;
mod apparmor_container_unknown;
mod apparmor_field_ignored;
mod apparmor_profile;
mod apparmor_profile_invalid;
mod apparmor_unconfined;
mod automount_service_account_token;
mod containers_empty;
mod credential_in_args;
mod credential_in_config_map;
mod credential_in_env;
mod dangerous_capabilities;
mod default_service_account;
mod drop_all_capabilities;
mod duplicate_key;
mod fs_group_floor;
mod host_namespaces;
mod host_path_runtime_socket;
mod host_path_sensitive;
mod host_path_volume;
mod host_path_writable;
mod host_port;
mod host_process;
mod host_users;
mod image_digest;
mod image_pull_policy;
mod image_reference;
mod image_tag;
mod imported_check;
mod liveness_probe;
mod memory_limit;
mod missing_field;
mod namespace_pod_security;
mod pod_security_enforce;
mod pod_security_labels;
mod pod_security_order;
mod pod_security_warn;
mod privilege_escalation;
mod privileged;
mod probe_host;
mod proc_mount;
mod read_only_root_filesystem;
mod readiness_probe;
mod removed_api_version;
mod request_above_limit;
mod resource_quantity;
mod resource_requests;
mod root_group;
mod root_user;
mod run_as_group_floor;
mod run_as_non_root;
mod run_as_user_floor;
mod runtime_class_api_version;
mod runtime_class_handler;
mod runtime_class_metadata_name;
mod runtime_class_name_empty;
mod runtime_class_name_invalid;
mod runtime_class_overhead;
mod runtime_class_scheduling;
mod runtime_class_unknown;
mod seccomp_annotation;
mod seccomp_conflict;
mod seccomp_profile;
mod seccomp_profile_invalid;
mod seccomp_unconfined;
mod secret_as_env;
mod secret_manifest;
mod selinux_options;
mod sub_path_expr;
mod sub_path_invalid;
mod sub_path_stale;
mod supplemental_groups_floor;
mod suppression_expired;
mod suppression_locked;
mod suppression_malformed;
mod suppression_reason;
mod suppression_unknown_rule;
mod suppression_unused;
mod sysctl_value;
mod sysctls;
mod unknown_api_version;
mod unknown_field;
mod unknown_kind;
mod unknown_value;
mod volume_types;
mod wrong_type;

/// Every rule, by id.
pub static ALL: &[&Rule] = &[
    &added_capabilities::RULE,
    &apparmor_annotation::RULE,
    &apparmor_conflict::RULE,
    &apparmor_container_unknown::RULE,
    &apparmor_field_ignored::RULE,
    &apparmor_profile::RULE,
    &apparmor_profile_invalid::RULE,
    &apparmor_unconfined::RULE,
    &automount_service_account_token::RULE,
    &containers_empty::RULE,
    &credential_in_args::RULE,
    &credential_in_config_map::RULE,
    &credential_in_env::RULE,
    &dangerous_capabilities::RULE,
    &default_service_account::RULE,
    &drop_all_capabilities::RULE,
    &duplicate_key::RULE,
    &fs_group_floor::RULE,
    &host_namespaces::RULE,
    &host_path_runtime_socket::RULE,
    &host_path_sensitive::RULE,
    &host_path_volume::RULE,
    &host_path_writable::RULE,
    &host_port::RULE,
    &host_process::RULE,
    &host_users::RULE,
    &image_digest::RULE,
    &image_pull_policy::RULE,
    &image_reference::RULE,
    &image_tag::RULE,
    &imported_check::RULE,
    &liveness_probe::RULE,
    &memory_limit::RULE,
    &missing_field::RULE,
    &namespace_pod_security::RULE,
    &pod_security_enforce::RULE,
    &pod_security_labels::RULE,
    &pod_security_order::RULE,
    &pod_security_warn::RULE,
    &privilege_escalation::RULE,
    &privileged::RULE,
    &probe_host::RULE,
    &proc_mount::RULE,
    &read_only_root_filesystem::RULE,
    &readiness_probe::RULE,
    &removed_api_version::RULE,
    &request_above_limit::RULE,
    &resource_quantity::RULE,
    &resource_requests::RULE,
    &root_group::RULE,
    &root_user::RULE,
    &run_as_group_floor::RULE,
    &run_as_non_root::RULE,
    &run_as_user_floor::RULE,
    &runtime_class_api_version::RULE,
    &runtime_class_handler::RULE,
    &runtime_class_metadata_name::RULE,
    &runtime_class_name_empty::RULE,
    &runtime_class_name_invalid::RULE,
    &runtime_class_overhead::RULE,
    &runtime_class_scheduling::RULE,
    &runtime_class_unknown::RULE,
    &seccomp_annotation::RULE,
    &seccomp_conflict::RULE,
    &seccomp_profile::RULE,
    &seccomp_profile_invalid::RULE,
    &seccomp_unconfined::RULE,
    &secret_as_env::RULE,
    &secret_manifest::RULE,
    &selinux_options::RULE,
    &sub_path_expr::RULE,
    &sub_path_invalid::RULE,
    &sub_path_stale::RULE,
    &supplemental_groups_floor::RULE,
    &suppression_expired::RULE,
    &suppression_locked::RULE,
    &suppression_malformed::RULE,
    &suppression_reason::RULE,
    &suppression_unknown_rule::RULE,
    &suppression_unused::RULE,
    &sysctl_value::RULE,
    &sysctls::RULE,
    &unknown_api_version::RULE,
    &unknown_field::RULE,
    &unknown_kind::RULE,
    &unknown_value::RULE,
    &volume_types::RULE,
    &wrong_type::RULE,
];
