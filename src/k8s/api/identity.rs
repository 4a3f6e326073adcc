//! Which kind an object is, and whether the version of the run has it; then its fields.

use super::walk::{Measure, walk};
use super::{
    Fault, Kind, Lookup, NEWEST, Slip, group_of, has_version, home, homes, kind, kinds, nearest_group_version,
    nearest_kind, rank,
};
use crate::k8s::{Object, PodData};
use crate::rule::Safety;
use crate::yaml::{Change, Slot};

/// Custom kinds whose pods are Kubernetes' own `PodTemplateSpec`, whole and with nothing beside it.
const TEMPLATES: [(&str, &[&str]); 10] = [
    ("argoproj.io", &["Rollout"]),
    ("apps.kruise.io", &["CloneSet", "DaemonSet", "StatefulSet"]),
    ("apps.openshift.io", &["DeploymentConfig"]),
    ("agents.x-k8s.io", &["Sandbox"]),
    ("extensions.agents.x-k8s.io", &["SandboxTemplate"]),
    ("jobset.x-k8s.io", &["JobSet"]),
    ("leaderworkerset.x-k8s.io", &["LeaderWorkerSet"]),
    ("keda.sh", &["ScaledJob"]),
    ("ray.io", &["RayCluster", "RayJob", "RayService"]),
    ("batch.volcano.sh", &["Job"]),
];

/// Everything that is wrong with an object by the API of Kubernetes 1.⟨minor⟩, in the order of its text.
pub fn slips<'p>(object: Object<'p>, pods: &'p [PodData<'p>], minor: u32) -> Vec<Slip<'p>> {
    let mut found = Vec::new();
    let measure = Measure { minor, pods, whole: false, dated: true };
    if let Some(schema) = identify(object, minor, &mut found).and_then(Kind::schema) {
        found.append(&mut walk(object.slot(), schema, measure));
    } else if TEMPLATES.iter().any(|(group, kinds)| *group == object.group() && kinds.contains(&object.kind())) {
        // The custom resource has the fields that it was generated with, so that dates say nothing of it.
        let measure = Measure { dated: false, minor: NEWEST, ..measure };
        let Some(schema) = super::table::structure("v1", "PodSpec") else { return found };
        for pod in pods {
            found.append(&mut walk(pod.view().spec(), schema, measure));
        }
    }
    found
}

/// What of an object another kind does not take, as paths: what has to change where that kind replaces its own.
pub fn unfit(object: Slot<'_>, kind: &Kind, minor: u32) -> Vec<String> {
    let Some(schema) = kind.schema() else { return Vec::new() };
    let measure = Measure { minor, pods: &[], whole: true, dated: true };
    walk(object, schema, measure).iter().map(|s| s.slot.path()).collect()
}

/// Whether an object is one of this `apiVersion`, as it stands.
pub fn fits(object: Slot<'_>, api_version: &str, minor: u32) -> bool {
    match kind(api_version, object.at("kind").text()) {
        Lookup::Known(known) => known.served_at(minor) && unfit(object, known, minor).is_empty(),
        _ => false,
    }
}

/// The changes that make an object one of the kind that replaces its own, where its fields are the same there.
pub fn succession(
    object: Slot<'_>,
    old: &Kind,
    new: &'static Kind,
    minor: u32,
) -> Option<(Safety, [Option<Change>; 2])> {
    if !unfit(object, new, minor).is_empty() {
        return None;
    }
    let version = object.at("apiVersion").set(new.group_version);
    let kind = if new.name == old.name { version.clone() } else { object.at("kind").set(new.name) };
    let safety = if has_other_defaults(object, old) { Safety::Unsafe } else { Safety::Safe };
    Some((safety, [version, kind]))
}

/// Whether the successor of a kind takes something else where this object says nothing.
fn has_other_defaults(object: Slot<'_>, kind: &Kind) -> bool {
    let lacks = |path| object.at(path).is_absent();
    match (kind.group_version, kind.name) {
        ("extensions/v1beta1", "Deployment") | ("apiextensions.k8s.io/v1beta1", _) => true,
        // They replaced no pod of their own accord.
        ("extensions/v1beta1", "DaemonSet") | ("apps/v1beta1", "StatefulSet") => lacks("spec.updateStrategy.type"),
        ("apps/v1beta1", "Deployment") => lacks("spec.progressDeadlineSeconds") || lacks("spec.revisionHistoryLimit"),
        // An empty selector took no pod, and now takes all.
        ("policy/v1beta1", "PodDisruptionBudget") => object.at("spec.selector").entries().next().is_none(),
        ("admissionregistration.k8s.io/v1beta1", "ValidatingWebhookConfiguration" | "MutatingWebhookConfiguration") => {
            let full = ["failurePolicy", "matchPolicy", "timeoutSeconds"];
            object.at("webhooks").items().any(|hook| full.iter().any(|field| hook.at(field).is_absent()))
        }
        _ => false,
    }
}

/// The kind of an object, and what is wrong with its `apiVersion` and `kind`.
fn identify<'p>(object: Object<'p>, minor: u32, found: &mut Vec<Slip<'p>>) -> Option<&'static Kind> {
    let (version, name) = (object.at("apiVersion"), object.at("kind"));
    if version.has_placeholder() || name.has_placeholder() {
        return None;
    }
    let mut say = |slot, fault| found.push(Slip { slot, parent: object.slot(), container: None, fault });
    let (api_version, kind_name) = (object.api_version(), object.kind());
    if api_version.is_empty() && version.as_str().is_none() {
        let meant = home(kind_name, minor).map(|k| k.group_version);
        if meant.is_some() || homes(kind_name).next().is_some() || version.exists() && object.at("metadata").is_map() {
            say(version, Fault::NoApiVersion(meant));
        }
        return None;
    }
    if kind_name.is_empty() {
        if has_version(api_version) || object.at("metadata").is_map() {
            say(name, Fault::NoKind);
        }
        return None;
    }
    // RuntimeClass has a rule of its own for its versions, which knows the cost of a wrong one.
    let own_rule = kind_name == "RuntimeClass";
    match kind(api_version, kind_name) {
        Lookup::Known(known) => {
            if let Some(fault) = date(known, minor).filter(|_| !own_rule) {
                say(version, fault);
            }
            return Some(known);
        }
        _ if own_rule => {}
        Lookup::UnknownKind => match misplaced(api_version, kind_name, minor) {
            Some(fault @ Fault::Home(_)) => say(version, fault),
            Some(fault) => say(name, fault),
            None => {}
        },
        Lookup::UnknownVersion => {
            // Other tools have an `apiVersion` without a group too: `builtin` of kustomize.
            let core = group_of(api_version).is_empty();
            if !core || homes(kind_name).next().is_some() {
                say(version, Fault::ApiVersion(meant(api_version, kind_name, minor)));
            }
        }
        Lookup::UnknownGroup => {
            if let Some(meant) = slip_of_group(api_version, kind_name, minor) {
                say(version, Fault::ApiVersion(Some(meant)));
            }
        }
    }
    None
}

/// What is to be said of a kind's dates.
fn date(kind: &'static Kind, minor: u32) -> Option<Fault> {
    if kind.since.is_some_and(|since| since > minor) {
        Some(Fault::Early(kind))
    } else if !kind.served_at(minor) {
        Some(Fault::Removed(kind))
    } else if kind.removed.is_some() && kind.deprecated.is_some_and(|d| d <= minor) {
        Some(Fault::Leaving(kind))
    } else {
        None
    }
}

/// A kind that its group and version do not have. The core group is shared with others (OpenShift's old kinds,
/// kubeconfig files), so that there the kind must be Kubernetes' own in another place or another case.
fn misplaced(api_version: &str, name: &str, minor: u32) -> Option<Fault> {
    if let Some(home) = home(name, minor).or_else(|| homes(name).next()) {
        return Some(Fault::Home(home));
    }
    let other_case = || kinds().map(|k| k.name).find(|k| k.eq_ignore_ascii_case(name));
    let meant = nearest_kind(api_version, name).or_else(other_case);
    (meant.is_some() || !group_of(api_version).is_empty()).then_some(Fault::Kind(meant))
}

/// The version that was probably meant: one of the same group that has the kind, else the kind's home, else the nearest.
fn meant(api_version: &str, name: &str, minor: u32) -> Option<&'static str> {
    let group = group_of(api_version);
    homes(name)
        .filter(|k| group_of(k.group_version) == group && k.served_at(minor))
        .max_by_key(|k| rank(k.group_version))
        .or_else(|| home(name, minor))
        .map(|k| k.group_version)
        .or_else(|| nearest_group_version(api_version))
}

/// A group that is no custom resource's but one of Kubernetes' own, misspelt: it has no dot, which no custom resource's
/// can, or is nearly the group where the kind lives.
fn slip_of_group(api_version: &str, name: &str, minor: u32) -> Option<&'static str> {
    let group = group_of(api_version);
    if !group.contains('.') {
        let nearest = || nearest_group_version(api_version).filter(|near| nearest_kind(near, name).is_some());
        return homes(name).next().and_then(|_| meant(api_version, name, minor)).or_else(nearest);
    }
    if group.ends_with(".x-k8s.io") {
        return None;
    }
    let near = |own: &str| match own {
        _ if group == "k8s.io" => true,
        "" => group == "core.k8s.io",
        _ if !own.contains('.') => group.strip_suffix(".k8s.io") == Some(own),
        _ => strsim::osa_distance(group, own) <= 2,
    };
    let own = homes(name).map(|k| k.group_version).find(|v| near(group_of(v)))?;
    meant(own, name, minor).or(Some(own))
}

#[cfg(test)]
mod tests {
    use super::{NEWEST, slip_of_group};

    #[test]
    fn groups_that_only_look_foreign() {
        for (api_version, kind, want) in [
            ("app/v1", "Deployment", "apps/v1"),
            ("networking/v1", "Ingress", "networking.k8s.io/v1"),
            ("rbac.authorization.k8.io/v1", "Role", "rbac.authorization.k8s.io/v1"),
            ("rbac.authorisation.k8s.io/v1", "ClusterRole", "rbac.authorization.k8s.io/v1"),
            ("networking.k8s.com/v1", "NetworkPolicy", "networking.k8s.io/v1"),
            ("k8s.io/v1", "CronJob", "batch/v1"),
            ("apps.k8s.io/v1", "Deployment", "apps/v1"),
            ("core/v1", "Pod", "v1"),
        ] {
            assert_eq!(slip_of_group(api_version, kind, NEWEST), Some(want), "{api_version} {kind}");
        }
    }

    #[test]
    fn groups_of_others() {
        for (api_version, kind) in [
            ("skaffold/v4beta11", "Config"),
            ("serving.knative.dev/v1", "Service"),
            ("projectcalico.org/v3", "NetworkPolicy"),
            ("audit.k8s.io/v1", "Event"),
            ("audit.k8s.io/v1", "Policy"),
            ("scheduling.x-k8s.io/v1alpha1", "PodGroup"),
            ("authorization.openshift.io/v1", "RoleBinding"),
            ("apps.kruise.io/v1alpha1", "StatefulSet"),
            ("batch.volcano.sh/v1alpha1", "Job"),
            ("networking.gke.io/v1", "ManagedCertificate"),
            ("metrics.k8s.io/v1beta1", "PodMetrics"),
        ] {
            assert_eq!(slip_of_group(api_version, kind, NEWEST), None, "{api_version} {kind}");
        }
    }
}
