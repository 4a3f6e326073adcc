//! What is left out on purpose: rules without a policy, and the cases in which a policy says more than the lint.

use plimsoll::config::Settings;
use plimsoll::policy::{Request, Target};
use plimsoll::rule::{Check, Policy};
use plimsoll::rules;

use super::evaluate::Evaluator;
use crate::support::lint;

/// Rules about pods and containers without a policy: what they find never reaches one, or takes more than an expression.
const WITHOUT: &[&str] = &[
    "apparmor-container-unknown",
    "apparmor-field-ignored",
    "apparmor-profile-invalid",
    "containers-empty",
    "credential-in-args",
    "credential-in-env",
    "image-digest",
    "image-pull-policy",
    "image-reference",
    "image-tag",
    "liveness-probe",
    "memory-limit",
    "readiness-probe",
    "request-above-limit",
    "resource-quantity",
    "resource-requests",
    "root-group",
    "runtime-class-name-empty",
    "runtime-class-name-invalid",
    "seccomp-profile-invalid",
    "selinux-options",
    "sub-path-expr",
    "sub-path-invalid",
    "sub-path-stale",
    "supplemental-groups-floor",
    "sysctls",
];

#[test]
fn rules_about_pods_have_a_policy_or_stand_in_a_list() {
    for rule in rules::ALL {
        let of_pods = matches!(rule.check, Check::Require(_) | Check::Pod(_) | Check::Container(_));
        if of_pods && matches!(rule.policy, Policy::None(_)) {
            assert!(WITHOUT.contains(&rule.id), "{} has neither a policy nor a place in the list", rule.id);
        }
    }
}

/// Whether the lint and the policy of a rule find something in a text.
fn found(rule: &str, text: &str) -> (bool, bool) {
    let settings = Settings::default();
    let linted = lint("alone.yaml", text, &settings).findings.iter().any(|finding| finding.rule.id == rule);
    let target = Target { settings, params: None };
    let request = Request { target, enforce_at: None, excluded: Vec::new(), exceptions: Vec::new(), reported: None };
    let policy = request.enforced().find(|policy| policy.rule.id == rule).unwrap();
    let (verdict, why) = Evaluator::new(&policy.program).verdict(text, &serde_json::json!({})).unwrap();
    assert_ne!(verdict, "error", "{why}");
    (linted, verdict == "deny")
}

#[test]
fn a_policy_says_more_where_the_page_says_so() {
    let host_path = |path: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec:\n  volumes:\n    - {{name: h, hostPath: {{path: '{path}'}}}}\n  \
             containers:\n    - {{name: a, image: x, volumeMounts: [{{name: h, mountPath: /h, readOnly: true}}]}}\n"
        )
    };
    let token = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: s}\nautomountServiceAccountToken: false\n---\n";
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  serviceAccountName: s\n  containers:\n    - {name: a, image: x}\n";
    for (rule, text, lint, policy) in [
        ("host-path-sensitive", host_path(r"C:\data\..\app"), false, true),
        ("host-path-sensitive", host_path(r"C:\data\app"), false, false),
        ("host-path-sensitive", host_path(r"C:\data\..\Windows\System32"), true, true),
        ("host-path-sensitive", host_path("//etc/./kubernetes/"), true, true),
        ("host-path-runtime-socket", host_path("/var/run//docker.sock/"), true, true),
        ("host-path-runtime-socket", host_path(r"\\.\pipe\Docker_Engine"), true, true),
        ("host-path-sensitive", host_path("/var/log/app"), false, false),
        ("host-path-volume", host_path("/etc/kubernetes"), false, true),
        ("host-path-volume", host_path("/data"), true, true),
    ] {
        assert_eq!(found(rule, &text), (lint, policy), "{rule}:\n{text}");
        let page = rules::ALL.iter().find(|r| r.id == rule).unwrap().doc;
        assert!(lint == policy || page.contains("\n## In a cluster\n"), "{rule} differs, and its page does not say so");
    }
    let rule = "automount-service-account-token";
    let in_input = lint("both.yaml", &format!("{token}{pod}"), &Settings::default());
    assert!(in_input.findings.iter().all(|finding| finding.rule.id != rule));
    assert_eq!(found(rule, pod), (true, true));
}
