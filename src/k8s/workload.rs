//! From a kind to its pods: the built-in kinds by table, every other by shape.

use super::api::{self, Lookup};
use super::object::Object;
use super::pod::PodData;
use crate::yaml::{Kind, Slot};

/// Where the pod template of a built-in kind stands; a Pod is its own template.
fn template_path(object: Object<'_>) -> Option<&'static str> {
    if !matches!(object.group(), "" | "apps" | "batch" | "extensions" | "apps.openshift.io") {
        return None;
    }
    match object.kind() {
        // Its image may come from a trigger, so that it has not the shape of a template.
        "DeploymentConfig" => Some("spec.template"),
        "Pod" => Some(""),
        "PodTemplate" => Some("template"),
        "Deployment" | "ReplicaSet" | "ReplicationController" | "DaemonSet" | "StatefulSet" | "Job" => {
            Some("spec.template")
        }
        "CronJob" => Some("spec.jobTemplate.spec.template"),
        "JobTemplate" => Some("template.spec.template"),
        _ => None,
    }
}

/// The pods of an object, each with its place; none where the kind has none.
pub fn pods(object: Object<'_>) -> Vec<PodData<'_>> {
    if let Some(path) = template_path(object) {
        let template = object.at(path);
        return vec![PodData::new(object, template.at("spec"), template.at("metadata"))];
    }
    // Kubernetes' other kinds hold no pods, whatever they look like; OpenShift's old kinds are in the core group too.
    let known = || matches!(api::kind(object.api_version(), object.kind()), Lookup::Known(_));
    if api::owns_group(object.group()) && (!object.group().is_empty() || known()) {
        return Vec::new();
    }
    by_shape(object)
}

/// Every mapping with a `containers` list whose items have a `name` and an `image`, outermost first.
fn by_shape(object: Object<'_>) -> Vec<PodData<'_>> {
    let mut found = Vec::new();
    let mut todo = vec![(object.slot(), object.slot(), "")];
    while let Some((slot, parent, key)) = todo.pop() {
        if slot.is_map() && is_pod_spec(slot, key) {
            let metadata = if key == "spec" { parent.at("metadata") } else { slot.at("metadata") };
            found.push(PodData::new(object, slot, metadata));
            continue;
        }
        let mark = todo.len();
        for (name, child) in slot.entries() {
            if matches!(child.kind(), Kind::Map | Kind::Seq) {
                todo.push((child, slot, if name == "spec" { "spec" } else { "" }));
            }
        }
        for item in slot.items() {
            if matches!(item.kind(), Kind::Map | Kind::Seq) {
                todo.push((item, slot, ""));
            }
        }
        todo[mark..].reverse();
    }
    found
}

/// A list of mappings, at least one of which says a name and an image, filled in or not.
fn is_pod_spec(slot: Slot<'_>, key: &str) -> bool {
    let written = |slot: Slot<'_>| slot.exists() || slot.is_unknown();
    // Knative names its single container itself.
    let is_container = |c: Slot<'_>| written(c.at("image")) && (written(c.at("name")) || key == "spec");
    let containers = slot.at("containers").items();
    containers.clone().all(|c| c.is_map() || c.has_placeholder())
        && containers.clone().any(|c| c.is_map() && is_container(c))
}
