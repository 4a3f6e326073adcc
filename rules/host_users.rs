use crate::clause::Exemption::Windows;
use crate::finding::Report;
use crate::k8s::Pod;
use crate::policy::{Demand, Target, pod};
use crate::rule::{Check, Policy, Rule, Safety, Severity};
use crate::yaml::Typed;

pub(super) static RULE: Rule = Rule {
    id: "host-users",
    aliases: &[],
    summary: "pod shares the node's user namespace",
    severity: Severity::Low,
    since: "0.1.0",
    standards: &[],
    maps: &[],
    doc: include_str!("host_users.md"),
    check: Check::Pod(check),
    policy: Policy::Cel(demands),
};

fn check(pod: Pod<'_>, report: &mut Report<'_>) {
    // On by default from 1.33, GA in 1.36 (KEP-127).
    if pod.is_windows() || !report.settings().kubernetes.since(33) {
        return;
    }
    // The API server refuses `hostUsers: false` beside these.
    let refused = ["hostNetwork", "hostPID", "hostIPC"].iter().any(|field| pod.at(field).as_bool() == Some(true))
        || pod.containers().any(|c| c.at("volumeDevices").items().len() > 0);
    let host_users = pod.at("hostUsers");
    let message = match host_users.bool() {
        Typed::Is(false) => return,
        Typed::Unknown => {
            report.undecided(host_users, "whether the pod has a user namespace of its own");
            return;
        }
        _ if refused => return,
        Typed::Wrong => {
            report.refused(host_users, "hostUsers of the pod", "a boolean");
            return;
        }
        Typed::Is(true) | Typed::Absent => {
            "the pod shares the node's user namespace: root in its containers is root on the node"
        }
    };
    let draft = if report.settings().kubernetes.since(36) {
        report.at(host_users, message).fix(Safety::Unsafe, [host_users.set(false)])
    } else {
        report.note(host_users, message)
    };
    draft.help("write `hostUsers: false` in the pod's spec, where nodes and volumes support user namespaces");
}

fn demands(target: &Target) -> Vec<Demand> {
    const REFUSED: &str = "variables.pod.?hostNetwork.orValue(false) || variables.pod.?hostPID.orValue(false) || \
         variables.pod.?hostIPC.orValue(false) || variables.containers.exists(c, c.?volumeDevices.orValue([]).size() > 0)";
    let demand = pod("variables.pod.?hostUsers == optional.of(false)", "hostUsers must be false");
    // Before it is no more than a note.
    if target.since(36) { vec![demand.unless(&[Windows(0)], target).unless_cel(REFUSED)] } else { Vec::new() }
}
