//! What the API server asks the webhook about, and what it does when nobody answers.

use super::{Certificate, FailurePolicy, NAME, Webhook, labels};
use crate::policy::namespaces::{self, Excluded};
use crate::policy::resources;
use crate::yaml::emit::{Emit, map};

/// The configurations, that of mending first: what it mends is then judged.
pub(super) fn documents(webhook: &Webhook) -> Vec<Emit<'_>> {
    let validating = configuration(webhook, "ValidatingWebhookConfiguration", hook(webhook, false));
    let mutating = || configuration(webhook, "MutatingWebhookConfiguration", hook(webhook, true)).noted(MUTATING);
    webhook.mutate.then(mutating).into_iter().chain([validating]).collect()
}

const MUTATING: &str = "\
Mends what can be mended safely, in workloads too: whoever compares them with their files sees the difference. Where
nobody answers, objects go on as they are, to be judged below.
";

fn configuration<'a>(webhook: &Webhook, kind: &'static str, hook: Emit<'a>) -> Emit<'a> {
    let from = format!("{}/{NAME}", webhook.namespace);
    let injected = webhook.certificate == Certificate::CertManager;
    let annotations = map([("cert-manager.io/inject-ca-from", injected.then(|| from.into()))]);
    let metadata = map([
        ("name", Some(NAME.into())),
        ("labels", Some(labels())),
        ("annotations", injected.then_some(annotations)),
    ]);
    map([
        ("apiVersion", Some("admissionregistration.k8s.io/v1".into())),
        ("kind", Some(kind.into())),
        ("metadata", Some(metadata)),
        ("webhooks", Some(Emit::List(vec![hook]))),
    ])
}

fn hook(webhook: &Webhook, mutate: bool) -> Emit<'_> {
    let (name, path) = if mutate { ("mutate.plimsoll.dev", "/mutate") } else { ("validate.plimsoll.dev", "/validate") };
    let policy = if mutate { FailurePolicy::Ignore } else { webhook.failure_policy };
    let service = map([
        ("namespace", Some(webhook.namespace.as_str().into())),
        ("name", Some(NAME.into())),
        ("path", Some(path.into())),
        ("port", Some(Emit::Int(443))),
    ]);
    let excluded = namespaces::selector(&excluded(webhook));
    map([
        ("name", Some(name.into())),
        ("admissionReviewVersions", Some(Emit::Row(vec!["v1".into()]))),
        ("clientConfig", Some(map([("service", Some(service))]))),
        ("rules", Some(resources::rules())),
        ("namespaceSelector", excluded),
        ("failurePolicy", Some(policy.name().into())),
        ("matchPolicy", Some("Equivalent".into())),
        ("reinvocationPolicy", mutate.then(|| "IfNeeded".into())),
        ("sideEffects", Some("None".into())),
        ("timeoutSeconds", Some(Emit::Int(5))),
    ])
}

/// Its own namespace is left alone in any case: where no pod runs, none could be started.
fn excluded(webhook: &Webhook) -> Vec<Excluded> {
    const OWN: &str = "runs this webhook: where none of its pods runs, none could be let in";
    namespaces::with([(webhook.namespace.as_str(), OWN)].into_iter().chain(namespaces::typed(&webhook.excluded)))
}
