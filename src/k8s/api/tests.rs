//! Facts that Kubernetes' own documentation states, looked up.

use super::*;

fn known(api_version: &str, name: &str) -> &'static Kind {
    match kind(api_version, name) {
        Lookup::Known(found) => found,
        other => panic!("{api_version} {name}: {other:?}"),
    }
}

/// The field at a dotted path below a kind.
fn at(api_version: &str, name: &str, path: &str) -> &'static Field {
    let mut object = known(api_version, name).schema();
    let mut found = None;
    for part in path.split('.') {
        let field = object.and_then(|o| o.field(part)).unwrap_or_else(|| panic!("{part} of {path}"));
        object = field.ty.object();
        found = Some(field);
    }
    found.expect("a path")
}

#[test]
fn four_answers() {
    assert!(matches!(kind("apps/v1", "Deployment"), Lookup::Known(_)));
    assert!(matches!(kind("apps/v1", "Pod"), Lookup::UnknownKind));
    assert!(matches!(kind("apps/v2", "Deployment"), Lookup::UnknownVersion));
    assert!(matches!(kind("v2", "Pod"), Lookup::UnknownVersion));
    assert!(matches!(kind("argoproj.io/v1alpha1", "Application"), Lookup::UnknownGroup));
    assert!(matches!(kind("", ""), Lookup::UnknownVersion));
}

#[test]
fn groups_of_its_own() {
    for group in ["", "apps", "extensions", "rbac.authorization.k8s.io", "settings.k8s.io"] {
        assert!(owns_group(group), "{group}");
    }
    for group in ["gateway.networking.k8s.io", "metrics.k8s.io", "snapshot.storage.k8s.io", "k8s.io", "v1"] {
        assert!(!owns_group(group), "{group}");
    }
}

#[test]
fn dates_of_the_deprecation_guide() {
    for (api_version, name, removed, instead) in [
        ("extensions/v1beta1", "Deployment", 16, "apps/v1"),
        ("apps/v1beta1", "StatefulSet", 16, "apps/v1"),
        ("apps/v1beta2", "DaemonSet", 16, "apps/v1"),
        ("extensions/v1beta1", "NetworkPolicy", 16, "networking.k8s.io/v1"),
        ("extensions/v1beta1", "Ingress", 22, "networking.k8s.io/v1"),
        ("networking.k8s.io/v1beta1", "Ingress", 22, "networking.k8s.io/v1"),
        ("apiextensions.k8s.io/v1beta1", "CustomResourceDefinition", 22, "apiextensions.k8s.io/v1"),
        ("rbac.authorization.k8s.io/v1beta1", "Role", 22, "rbac.authorization.k8s.io/v1"),
        ("batch/v1beta1", "CronJob", 25, "batch/v1"),
        ("policy/v1beta1", "PodDisruptionBudget", 25, "policy/v1"),
        ("node.k8s.io/v1beta1", "RuntimeClass", 25, "node.k8s.io/v1"),
        ("autoscaling/v2beta2", "HorizontalPodAutoscaler", 26, "autoscaling/v2"),
        ("flowcontrol.apiserver.k8s.io/v1beta3", "FlowSchema", 32, "flowcontrol.apiserver.k8s.io/v1"),
    ] {
        let old = known(api_version, name);
        assert_eq!(old.removed, Some(removed), "{api_version} {name}");
        assert_eq!(old.successor(NEWEST).map(|k| k.group_version), Some(instead), "{api_version} {name}");
        assert!(old.served_at(removed - 1) && !old.served_at(removed), "{api_version} {name}");
    }
    assert!(known("policy/v1beta1", "PodSecurityPolicy").successor(NEWEST).is_none());
    let flow = known("flowcontrol.apiserver.k8s.io/v1beta1", "FlowSchema");
    assert_eq!(flow.successor(28).map(|k| k.group_version), Some("flowcontrol.apiserver.k8s.io/v1beta3"));
}

#[test]
fn fields_have_types_and_dates() {
    let pod = |path| at("v1", "Pod", path);
    assert!(matches!(pod("spec.containers.securityContext.runAsUser").ty, Type::Int64));
    assert!(matches!(pod("spec.containers.ports.containerPort").ty, Type::Int32));
    assert!(matches!(pod("spec.containers.livenessProbe.httpGet.port").ty, Type::IntOrString));
    assert!(matches!(pod("spec.containers.resources.limits").ty, Type::Map(Type::Quantity)));
    assert!(matches!(pod("metadata.labels").ty, Type::Map(Type::String)));
    assert!(matches!(at("v1", "Secret", "data").ty, Type::Map(Type::Bytes)));
    assert_eq!(pod("spec.containers.restartPolicy").since, Some(28));
    assert_eq!(pod("spec.containers.image").since, None);
    assert!(pod("spec.containers").required && !pod("spec.volumes").required);
    assert!(!pod("spec.hostnameOverride").exists_at(33));
}

#[test]
fn enums_are_closed_sets() {
    let Type::Enum(policy) = at("v1", "Pod", "spec.containers.imagePullPolicy").ty else { panic!("an enum") };
    assert!(policy.values().map(|v| v.name).eq(["Always", "IfNotPresent", "Never"]));
    assert_eq!(policy.nearest("ifNotPresent"), Some("IfNotPresent"));
    assert!(policy.value("always").is_none());
}

#[test]
fn lists_are_known() {
    assert!(matches!(at("v1", "List", "items").ty, Type::List(Type::Any)));
    assert_eq!(at("apps/v1", "DeploymentList", "items").ty.object().map(|o| o.name), Some("apps/v1.Deployment"));
}

#[test]
fn kinds_have_a_home() {
    let home = |name, minor| home(name, minor).map(|k| k.group_version);
    assert_eq!(home("Deployment", NEWEST), Some("apps/v1"));
    assert_eq!(home("CronJob", 20), Some("batch/v1beta1"));
    assert_eq!(home("Event", NEWEST), Some("v1"));
    assert_eq!(home("Application", NEWEST), None);
    assert_eq!(known("v1", "Namespace").scope, Scope::Cluster);
    assert_eq!(known("v1", "Pod").scope, Scope::Namespaced);
}
