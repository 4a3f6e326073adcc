//! What was probably meant: the nearest name by edit distance, and the places where a misplaced key belongs.
//! Only findings ask, so these may take microseconds and allocate.

use super::{Field, Struct, Type, group_of, rank, table};
use std::collections::VecDeque;
use std::fmt;

/// The deepest place that is looked at; a container's fields in a `CronJob` are at depth 7 to 11.
const DEPTH: usize = 11;
/// Places handed out at most; a message names one or two.
const PLACES: usize = 8;
/// Objects visited at most; the widest kind, a `CronJob`, has 316.
const VISITS: usize = 2_000;

/// The candidate nearest to `name` by letters in wrong case, then by Damerau distance (a swap of neighbours
/// is one step), or `None` where none is near: one step up to five letters, two up to nine, three beyond.
pub(super) fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let limit = match name.chars().count() {
        0..=2 => 0,
        3..=5 => 1,
        6..=9 => 2,
        _ => 3,
    };
    let lower = name.to_ascii_lowercase();
    let first = lower.as_bytes().first();
    candidates
        .filter(|c| *c != name && c.len().abs_diff(name.len()) <= limit)
        .map(|c| {
            let other = c.to_ascii_lowercase();
            (strsim::osa_distance(&lower, &other), other.as_bytes().first() != first, c)
        })
        .filter(|(steps, ..)| *steps <= limit)
        .min()
        .map(|(.., c)| c)
}

/// The group version that was probably meant: `apps/v1` for `app/v1` and `apps/v2`,
/// `networking.k8s.io/v1` for `networking/v1`. `None` for one that the table has, or where none is near.
pub fn nearest_group_version(api_version: &str) -> Option<&'static str> {
    let versions = table::versions().iter().map(|v| v.name);
    if versions.clone().any(|v| v == api_version) {
        return None;
    }
    let group = group_of(api_version);
    let version = &api_version[group.len()..];
    // The same group, or its first label alone: then the version as written, or else the steadiest.
    let of_group = versions.clone().filter(|v| {
        let own = group_of(v);
        own == group || own.split_once('.').is_some_and(|(label, _)| label == group)
    });
    of_group.max_by_key(|v| (&v[group_of(v).len()..] == version, rank(v))).or_else(|| nearest(api_version, versions))
}

/// The kind that was probably meant, in a group version that the table has.
pub fn nearest_kind(api_version: &str, kind: &str) -> Option<&'static str> {
    let version = table::versions().iter().find(|v| v.name == api_version)?;
    nearest(kind, version.kinds().iter().map(|k| k.name))
}

/// A place below a struct: the fields from it down to the one asked for.
#[derive(Clone, Debug)]
pub struct Place {
    /// From the top; never empty, and the last one has the name asked for.
    pub fields: Vec<&'static Field>,
}

impl Place {
    /// The field at the place.
    pub fn field(&self) -> &'static Field {
        self.fields[self.fields.len() - 1]
    }
}

/// As a path: `spec.template.spec.containers[].image`; `*` stands for a key of a map.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, field) in self.fields.iter().enumerate() {
            if at > 0 {
                f.write_str(".")?;
            }
            f.write_str(field.name)?;
            let mut ty = field.ty;
            while let (Type::List(item) | Type::Map(item), true) = (ty, at + 1 < self.fields.len()) {
                f.write_str(if matches!(ty, Type::List(_)) { "[]" } else { ".*" })?;
                ty = *item;
            }
        }
        Ok(())
    }
}

/// The places below `root` where a key of that name belongs, shortest first and then by the field's name:
/// `runAsNonRoot` below a container is `securityContext.runAsNonRoot`; `securityContext` below a Deployment
/// starts with `spec.template.spec.securityContext`. A field of `root` itself is not misplaced, and not
/// among them; neither is what only the server writes (`status`, `managedFields`), nor what has gone.
pub fn paths_to(root: &'static Struct, name: &str) -> Vec<Place> {
    let mut visited: Vec<(usize, &'static Field, &'static Struct)> = Vec::new();
    let mut queue = VecDeque::from([(None, root, 0)]);
    let mut places: Vec<Place> = Vec::new();
    while let Some((at, object, depth)) = queue.pop_front() {
        if let (Some(at), Some(field)) = (at, object.field(name).filter(|f| f.removed.is_none())) {
            places.push(Place { fields: chain(&visited, at, field) });
        }
        if places.len() >= PLACES || visited.len() >= VISITS {
            break;
        }
        for field in object.fields().iter().filter(|f| f.removed.is_none() && !written_by_server(f.name)) {
            let Some(below) = field.ty.object() else { continue };
            if depth < DEPTH && !inside(&visited, at, root, below) {
                visited.push((at.unwrap_or(usize::MAX), field, below));
                queue.push_back((Some(visited.len() - 1), below, depth + 1));
            }
        }
    }
    places
}

fn written_by_server(name: &str) -> bool {
    matches!(name, "status" | "managedFields" | "ownerReferences")
}

/// The fields from the root to the visited object `at`, and `field` in it.
fn chain(
    visited: &[(usize, &'static Field, &'static Struct)],
    at: usize,
    field: &'static Field,
) -> Vec<&'static Field> {
    let mut fields = vec![field];
    let mut next = at;
    while let Some(&(parent, field, _)) = visited.get(next) {
        fields.push(field);
        next = parent;
    }
    fields.reverse();
    fields
}

/// Whether `below` is the visited object `at`, or one around it: schemas contain themselves.
fn inside(
    visited: &[(usize, &'static Field, &'static Struct)],
    at: Option<usize>,
    root: &'static Struct,
    below: &'static Struct,
) -> bool {
    let mut next = at.unwrap_or(usize::MAX);
    while let Some(&(parent, _, object)) = visited.get(next) {
        if std::ptr::eq(object, below) {
            return true;
        }
        next = parent;
    }
    std::ptr::eq(root, below)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::k8s::api::{Lookup, kind};

    fn root(api_version: &str, name: &str) -> &'static Struct {
        match kind(api_version, name) {
            Lookup::Known(k) => k.schema().expect("a kind with fields"),
            other => panic!("{api_version} {name}: {other:?}"),
        }
    }

    fn paths(from: &'static Struct, name: &str) -> Vec<String> {
        paths_to(from, name).iter().map(Place::to_string).collect()
    }

    #[test]
    fn nearest_names() {
        let container = table::structure("v1", "Container").expect("a container");
        let meant = |name| container.nearest_field(name).map(|f| f.name);
        assert_eq!(meant("imagepullpolicy"), Some("imagePullPolicy"));
        assert_eq!(meant("securityContex"), Some("securityContext"));
        assert_eq!(meant("livenesProbe"), Some("livenessProbe"));
        assert_eq!(meant("port"), Some("ports"));
        assert_eq!(meant("replicas"), None);
        assert_eq!(nearest_kind("apps/v1", "deployment"), Some("Deployment"));
        assert_eq!(nearest_kind("apps/v1", "Statefulset"), Some("StatefulSet"));
        assert_eq!(nearest_kind("apps/v1", "Pod"), None);
    }

    #[test]
    fn nearest_versions() {
        assert_eq!(nearest_group_version("app/v1"), Some("apps/v1"));
        assert_eq!(nearest_group_version("apps/v2"), Some("apps/v1"));
        assert_eq!(nearest_group_version("V1"), Some("v1"));
        assert_eq!(nearest_group_version("networking/v1beta1"), Some("networking.k8s.io/v1beta1"));
        assert_eq!(nearest_group_version("rbac.authorization.k8s.io/v2"), Some("rbac.authorization.k8s.io/v1"));
        assert_eq!(nearest_group_version("apps/v1"), None);
        assert_eq!(nearest_group_version("cert-manager.io/v1"), None);
    }

    #[test]
    fn misplaced_keys_have_places() {
        let deployment = root("apps/v1", "Deployment");
        let container = table::structure("v1", "Container").expect("a container");
        assert_eq!(paths(container, "runAsNonRoot"), ["securityContext.runAsNonRoot"]);
        assert_eq!(paths(deployment, "securityContext")[0], "spec.template.spec.securityContext");
        assert_eq!(paths(deployment, "imagePullPolicy")[0], "spec.template.spec.containers[].imagePullPolicy");
        assert_eq!(paths(root("batch/v1", "CronJob"), "backoffLimit"), ["spec.jobTemplate.spec.backoffLimit"]);
        assert!(paths(deployment, "noSuchField").is_empty());
    }

    #[test]
    fn schemas_that_contain_themselves_end() {
        let crd = root("apiextensions.k8s.io/v1", "CustomResourceDefinition");
        let path = "spec.versions[].schema.openAPIV3Schema.pattern";
        assert_eq!(paths(crd, "pattern"), [path]);
    }
}
