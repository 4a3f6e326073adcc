//! What needs no judging, so that a cluster with old pods keeps going.
//!
//! The Pod Security admission plugin is the model (`ignoredPodSubresources` and `isSignificantPodUpdate` of
//! k8s.io/pod-security-admission): it judges every subresource of a Pod but those that cannot change its spec, and an
//! update only where an image, a container or a profile's annotation is another. Here any change of the spec counts, as
//! there are rules about all of it.

use std::collections::BTreeSet;

use super::Unreadable;
use super::change::same;
use super::request::{self, Operation, Request};
use crate::k8s::profile::{APPARMOR, SECCOMP};
use crate::k8s::{self, Object, PodData};
use crate::yaml::{self, Slot};

/// Subresources of a Pod that leave its spec alone; `resize` changes resources, and those of a pod that was judged.
const HARMLESS: [&str; 9] =
    ["exec", "attach", "binding", "eviction", "log", "portforward", "proxy", "resize", "status"];

/// Why a request for a subresource needs no judging. One of a Pod that is not known is judged.
pub(super) fn subresource(request: &Request<'_>) -> Option<&'static str> {
    let name = request.subresource;
    let judged = name.is_empty() || request.is_pod() && !HARMLESS.contains(&name);
    (!judged).then_some("a request for this subresource changes no pod")
}

/// Why an update needs no judging; `review` is the text that the request is from.
pub(super) fn update(
    request: &Request<'_>,
    object: Object<'_>,
    review: &str,
) -> Result<Option<&'static str>, Unreadable> {
    let Some(old) = request.old.filter(|_| request.operation == Operation::Update) else { return Ok(None) };
    let text = old.tree().span(old.node()).text(review);
    let tree = yaml::parse_object(text).map_err(|broken| request::broken(text, &broken))?;
    let objects = k8s::objects(&tree);
    let [old] = objects[..] else { return Err(Unreadable::new("request.oldObject is no object")) };
    // The stamp is the API server's own where the object had it before.
    let is_going = |o: Object<'_>| o.at("metadata.deletionTimestamp").exists();
    if is_going(old) && is_going(object) {
        return Ok(Some("the object is being deleted"));
    }
    if (old.api_version(), old.kind()) != (object.api_version(), object.kind()) {
        return Ok(None);
    }
    let (pods, old_pods) = (k8s::pods(object), k8s::pods(old));
    if pods.is_empty() {
        return Ok(is_as_it_was(object, old).then_some("the update changes nothing that is judged"));
    }
    let unchanged = pods.len() == old_pods.len() && pods.iter().zip(&old_pods).all(|(pod, old)| is_same_pod(pod, old));
    Ok(unchanged.then_some("the update does not change the pod"))
}

fn is_same_pod(pod: &PodData<'_>, old: &PodData<'_>) -> bool {
    let (pod, old) = (pod.view(), old.view());
    same(pod.spec(), old.spec()) && profiles(pod.metadata()).eq(profiles(old.metadata()))
}

/// The annotations that rules read.
fn profiles(metadata: Slot<'_>) -> impl Iterator<Item = (String, &str)> {
    let read =
        |name: &str| [APPARMOR, SECCOMP].iter().any(|place| name == place.pod || name.starts_with(place.annotation));
    let annotations = metadata.at("annotations").entries().filter(move |(name, _)| read(name));
    annotations.map(|(name, value)| (name.into_owned(), value.text()))
}

/// Whether two objects without pods differ at most in their status, and in metadata that no rule reads.
fn is_as_it_was(object: Object<'_>, old: Object<'_>) -> bool {
    let told = |o: Object<'_>| {
        let entries = o.slot().entries().filter(|(key, _)| !matches!(&**key, "metadata" | "status"));
        entries.map(|(key, _)| key.into_owned()).collect::<BTreeSet<_>>()
    };
    let keys = told(object);
    let is_same = |key: &str| same(object.slot().key(key), old.slot().key(key));
    let metadata = |key: &&str| same(object.at("metadata").key(key), old.at("metadata").key(key));
    keys == told(old) && keys.iter().all(|key| is_same(key)) && ["labels", "annotations", "name"].iter().all(metadata)
}
