//! Pod Security admission itself: Namespaces with its labels, or the configuration of the plugin for the whole cluster.

use super::Request;
use crate::rule::Level;
use crate::yaml::emit::{Emit, map};

/// Namespaces with labels pinned to the cluster's version; without any, the plugin's configuration with the same levels
/// as its defaults.
pub fn documents(request: &Request, namespaces: &[String]) -> Vec<Emit<'static>> {
    if namespaces.is_empty() {
        return vec![configuration(request)];
    }
    namespaces.iter().map(|name| namespace(name, request)).collect()
}

/// The modes with their levels: a level is enforced only where something is to be refused.
fn modes(request: &Request) -> Vec<(&'static str, &'static str)> {
    let level = request.target.settings.standard.unwrap_or(Level::Restricted).name();
    let enforced = request.enforce_at.is_some().then_some(("enforce", level));
    enforced.into_iter().chain([("audit", level), ("warn", level)]).collect()
}

fn namespace(name: &str, request: &Request) -> Emit<'static> {
    let version = format!("v{}", request.target.settings.kubernetes);
    let label = |mode: &str, value: &str| {
        let key = format!("pod-security.kubernetes.io/{mode}");
        [(key.clone().into(), Emit::from(value.to_owned())), (format!("{key}-version").into(), version.clone().into())]
    };
    let labels = modes(request).into_iter().flat_map(|(mode, level)| label(mode, level)).collect();
    map([
        ("apiVersion", Some("v1".into())),
        ("kind", Some("Namespace".into())),
        ("metadata", Some(map([("name", Some(name.to_owned().into())), ("labels", Some(Emit::Map(labels)))]))),
    ])
}

/// What `kube-apiserver --admission-control-config-file` reads.
fn configuration(request: &Request) -> Emit<'static> {
    let version = format!("v{}", request.target.settings.kubernetes);
    let mut defaults = Vec::new();
    for (mode, level) in modes(request) {
        defaults.push((mode.into(), level.into()));
        defaults.push((format!("{mode}-version").into(), version.clone().into()));
    }
    let excluded = request.excluded.iter().map(|e| Emit::from(e.name.clone()).noted(e.why.clone())).collect();
    let exemptions = map([
        ("usernames", Some(Emit::Row(Vec::new()))),
        ("runtimeClasses", Some(Emit::Row(Vec::new()))),
        ("namespaces", Some(Emit::List(excluded))),
    ]);
    let plugin = map([
        ("name", Some("PodSecurity".into())),
        (
            "configuration",
            Some(map([
                ("apiVersion", Some("pod-security.admission.config.k8s.io/v1".into())),
                ("kind", Some("PodSecurityConfiguration".into())),
                ("defaults", Some(Emit::Map(defaults))),
                ("exemptions", Some(exemptions)),
            ])),
        ),
    ]);
    map([
        ("apiVersion", Some("apiserver.config.k8s.io/v1".into())),
        ("kind", Some("AdmissionConfiguration".into())),
        ("plugins", Some(Emit::List(vec![plugin]))),
    ])
    .noted("For kube-apiserver --admission-control-config-file: what holds in namespaces without labels of their own.")
}
