//! What an unknown key was meant to be: another spelling, or the same key at another place.

use super::nearest::paths_to;
use super::{Field, Meant, Place, Struct};

/// Names that so many objects have that the place of another one says nothing.
const COMMON: [&str; 12] =
    ["apiVersion", "kind", "metadata", "spec", "name", "namespace", "key", "value", "type", "path", "port", "host"];

/// An object around an unknown key.
pub(super) struct Around<'a> {
    pub(super) object: &'static Struct,
    /// Its path from the root.
    pub(super) path: &'a dyn Fn() -> String,
    /// Whether it has the key already.
    pub(super) has: bool,
}

/// The field that a key in `owner` was meant to be: one of nearly that name, or the one of just that name in an
/// object around or below. `around` is innermost first, `owner` itself included.
pub(super) fn meant(
    name: &str,
    owner: &'static Struct,
    around: &[Around<'_>],
    takes: &dyn Fn(&Field) -> bool,
) -> Option<Meant> {
    let spelling = |field: &'static Field| Some(Meant::Spelling(field.name, takes(field)));
    if let Some(near) = owner.nearest_field(name) {
        return spelling(near);
    }
    let at = |outer: &Around<'_>, rest: &str| {
        let above = (outer.path)();
        Meant::Place(if above.is_empty() { rest.to_owned() } else { format!("{above}.{rest}") })
    };
    let outer = around.iter().skip(1).find(|outer| !outer.has && outer.object.field(name).is_some());
    if let Some(outer) = outer {
        return Some(at(outer, name));
    }
    if let Some(longer) = only(owner, |field| is_end(name, field)) {
        return spelling(longer);
    }
    for outer in around {
        match below(outer.object, name) {
            Below::At(place) => return Some(at(outer, &place)),
            // Several equally good places at this level: further out there are only more.
            Below::Several => break,
            Below::Nowhere => {}
        }
    }
    let part = |field: &str| is_start(name, field) || is_start(field, name) || is_end(field, name);
    only(owner, part).and_then(spelling)
}

enum Below {
    Nowhere,
    Several,
    At(String),
}

/// The one nearest place of a name below an object; of containers, the main ones stand for all.
fn below(object: &'static Struct, name: &str) -> Below {
    let mut places = paths_to(object, name);
    let other = |p: &Place| p.fields.iter().any(|f| matches!(f.name, "initContainers" | "ephemeralContainers"));
    places.retain(|p| !other(p));
    let Some(shortest) = places.first().map(|p| p.fields.len()) else { return Below::Nowhere };
    places.retain(|p| p.fields.len() == shortest);
    let in_containers = |p: &&Place| p.fields.iter().any(|f| f.name == "containers");
    let place = match &places[..] {
        [one] => one,
        several => match several.iter().find(in_containers) {
            Some(one) => one,
            None => return Below::Several,
        },
    };
    let lists = place.fields.iter().rev().skip(1).any(|f| f.name != "containers" && is_list(f));
    if lists && COMMON.contains(&name) { Below::Several } else { Below::At(place.to_string()) }
}

fn is_list(field: &Field) -> bool {
    matches!(field.ty, super::Type::List(_))
}

/// The only field that passes a test; of several, the only required one.
fn only(owner: &'static Struct, test: impl Fn(&str) -> bool) -> Option<&'static Field> {
    let mut found: Vec<_> = owner.fields().iter().filter(|f| test(f.name)).collect();
    if found.len() > 1 {
        found.retain(|f| f.required);
    }
    if let [one] = found[..] { Some(one) } else { None }
}

/// Whether `part` is the last words of a name in camel case: `labels` of `matchLabels`.
fn is_end(part: &str, name: &str) -> bool {
    let Some(cut) = name.len().checked_sub(part.len()).filter(|&cut| cut > 0 && part.len() >= 3) else { return false };
    let end = name.get(cut..).unwrap_or_default();
    end.starts_with(|c: char| c.is_uppercase()) && end.eq_ignore_ascii_case(part)
}

/// Whether `part` is the first words of a name in camel case: `image` of `imageName`.
fn is_start(part: &str, name: &str) -> bool {
    part.len() >= 3 && name.strip_prefix(part).is_some_and(|rest| rest.starts_with(|c: char| c.is_uppercase()))
}

/// Whether a struct is a container.
pub(super) fn is_container(object: &Struct) -> bool {
    matches!(object.name, "v1.Container" | "v1.EphemeralContainer")
}

/// The key by which a patch merges the items of a list of these, as `patchMergeKey` of the Go types says; `None` where
/// a patch replaces the list whole.
pub(super) fn merge_key(item: &Struct) -> Option<&'static str> {
    let (_, name) = item.name.rsplit_once('.')?;
    Some(match name {
        "Container"
        | "EphemeralContainer"
        | "EnvVar"
        | "Volume"
        | "LocalObjectReference"
        | "ObjectReference"
        | "PodResourceClaim"
        | "PodSchedulingGate"
        | "MutatingWebhook"
        | "ValidatingWebhook"
        | "MatchCondition"
        | "Variable"
        | "EvictionResponder"
        | "PodGroupResourceClaim"
        | "WorkloadPodGroupResourceClaim"
        | "TargetResponder"
        | "Requester"
        | "CSINodeDriver" => "name",
        "VolumeMount" => "mountPath",
        "VolumeDevice" => "devicePath",
        "ContainerPort" => "containerPort",
        "ServicePort" => "port",
        "HostAlias" => "ip",
        "TopologySpreadConstraint" => "topologyKey",
        "OwnerReference" => "uid",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::k8s::api::{Lookup, Type, kind};

    fn objects(path: &str) -> Vec<(&'static Struct, String)> {
        let Lookup::Known(found) = kind("apps/v1", "Deployment") else { panic!("a Deployment") };
        let mut all = vec![(found.schema().expect("fields"), String::new())];
        for part in path.split('.').filter(|p| !p.is_empty()) {
            let (last, above) = all.last().expect("a root");
            let field = last.field(part).unwrap_or_else(|| panic!("{part}"));
            let item = if matches!(field.ty, Type::List(_)) { "[0]" } else { "" };
            let here = if above.is_empty() { part.to_owned() } else { format!("{above}.{part}{item}") };
            all.push((field.ty.object().expect("an object"), here));
        }
        all.reverse();
        all
    }

    fn meaning(path: &str, name: &str) -> Option<String> {
        let stack = objects(path);
        let paths: Vec<Box<dyn Fn() -> String>> =
            stack.iter().map(|(_, p)| Box::new(move || p.clone()) as Box<dyn Fn() -> String>).collect();
        let around: Vec<_> =
            stack.iter().zip(&paths).map(|((object, _), path)| Around { object, path, has: false }).collect();
        meant(name, stack[0].0, &around, &|_| true).map(|m| match m {
            Meant::Spelling(field, _) => field.to_owned(),
            Meant::Place(path) => format!("at {path}"),
        })
    }

    #[test]
    fn keys_are_put_where_they_belong() {
        const POD: &str = "spec.template.spec";
        const CONTAINER: &str = "spec.template.spec.containers";
        for (path, name, want) in [
            (CONTAINER, "livenesProbe", "livenessProbe"),
            (CONTAINER, "runAsNonRoot", "at spec.template.spec.containers[0].securityContext.runAsNonRoot"),
            (CONTAINER, "limits", "at spec.template.spec.containers[0].resources.limits"),
            (CONTAINER, "volumes", "at spec.template.spec.volumes"),
            (CONTAINER, "hostPort", "at spec.template.spec.containers[0].ports[].hostPort"),
            (
                "spec.template.spec.containers.securityContext",
                "fsGroup",
                "at spec.template.spec.securityContext.fsGroup",
            ),
            ("spec.template.spec.containers.securityContext", "user", "runAsUser"),
            ("spec.template.spec.containers.ports", "port", "containerPort"),
            (POD, "resources", "at spec.template.spec.containers[].resources"),
            (POD, "image", "at spec.template.spec.containers[].image"),
            (POD, "replicas", "at spec.replicas"),
            (POD, "runAsNonRoot", "at spec.template.spec.securityContext.runAsNonRoot"),
            (
                "spec.template.spec.securityContext",
                "capabilities",
                "at spec.template.spec.containers[].securityContext.capabilities",
            ),
            ("spec", "securityContext", "at spec.template.spec.securityContext"),
            ("spec", "nodeSelector", "at spec.template.spec.nodeSelector"),
            ("spec.selector", "labels", "matchLabels"),
            ("", "name", "at metadata.name"),
        ] {
            assert_eq!(meaning(path, name).as_deref(), Some(want), "{name} in {path}");
        }
        assert_eq!(meaning(CONTAINER, "frobnicate"), None);
    }
}
