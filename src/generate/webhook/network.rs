//! How the API server reaches the pods, and nothing else does.

use super::{NAME, Webhook, labels, metadata};
use crate::yaml::emit::{Emit, map};

pub(super) fn service(webhook: &Webhook) -> Emit<'_> {
    let port =
        map([("name", Some("https".into())), ("port", Some(Emit::Int(443))), ("targetPort", Some("https".into()))]);
    let spec = map([("selector", Some(labels())), ("ports", Some(Emit::List(vec![port])))]);
    map([
        ("apiVersion", Some("v1".into())),
        ("kind", Some("Service".into())),
        ("metadata", Some(metadata(webhook, NAME))),
        ("spec", Some(spec)),
    ])
}

const ABOUT: &str = "\
Where the API server calls from differs from cluster to cluster, and no label tells: from anywhere, then, but to the one
port alone. Where you know its address, narrow this with `from`. The kubelet's probes of health come from the pod's own
node, which network plugins let in; for Prometheus, allow the port `health` from where it runs. Nothing goes out.
";

pub(super) fn policy(webhook: &Webhook) -> Emit<'_> {
    let port = map([("protocol", Some("TCP".into())), ("port", Some("https".into()))]);
    let ingress = map([("ports", Some(Emit::List(vec![port])))]);
    let spec = map([
        ("podSelector", Some(map([("matchLabels", Some(labels()))]))),
        ("policyTypes", Some(Emit::Row(["Ingress", "Egress"].map(Into::into).to_vec()))),
        ("ingress", Some(Emit::List(vec![ingress]))),
    ]);
    let policy = map([
        ("apiVersion", Some("networking.k8s.io/v1".into())),
        ("kind", Some("NetworkPolicy".into())),
        ("metadata", Some(metadata(webhook, NAME))),
        ("spec", Some(spec)),
    ]);
    policy.noted(ABOUT)
}
