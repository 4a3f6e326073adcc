//! Which containers are asked for probes, and whether a probe probes.

use super::container::{Container, ContainerKind};
use super::pod::Pod;
use crate::yaml::{Slot, Typed};

/// What a probe may do.
pub const HANDLERS: [&str; 4] = ["exec", "httpGet", "tcpSocket", "grpc"];

/// Kinds whose pods are meant to end.
pub const ENDS: [&str; 3] = ["Job", "CronJob", "JobTemplate"];

/// The annotation of what Helm runs once.
pub const HOOK: &str = "helm.sh/hook";

/// Restart policies that let a pod end.
pub const LEAVES: [&str; 2] = ["Never", "OnFailure"];

/// The containers that are meant to run until someone stops them.
pub fn long_running(pod: Pod<'_>) -> impl Iterator<Item = Container<'_>> {
    let stays = is_long_running(pod);
    let kinds = [ContainerKind::Main, ContainerKind::Sidecar];
    pod.containers().filter(move |c| stays && kinds.contains(&c.kind()))
}

/// Whether a probe has a handler.
pub fn has_handler(probe: Slot<'_>) -> Typed<bool> {
    if probe.has_placeholder() {
        Typed::Unknown
    } else if probe.is_absent() {
        Typed::Absent
    } else if probe.is_map() {
        Typed::Is(HANDLERS.iter().any(|h| !probe.at(h).is_absent()))
    } else {
        Typed::Wrong
    }
}

/// Whether the pod's containers are meant to run until someone stops them, as far as kind and restart policy tell.
/// Of a custom kind only one with replicas is known to.
fn is_long_running(pod: Pod<'_>) -> bool {
    let object = pod.object();
    let stays = match object.kind() {
        "Pod" | "PodTemplate" | "Deployment" | "ReplicaSet" | "ReplicationController" | "StatefulSet" | "DaemonSet" => {
            true
        }
        kind if ENDS.contains(&kind) => false,
        _ => !object.at("spec.replicas").is_absent(),
    };
    // Helm runs its hooks once, whatever kind they are.
    let is_hook = !object.at("metadata.annotations").key(HOOK).is_absent();
    stays && !is_hook && !pod.at("restartPolicy").as_str().is_some_and(|policy| LEAVES.contains(&policy))
}
