//! The server's certificate: cert-manager's objects, or the commands that make it.

use super::{Certificate, NAME, SECRET, Webhook, metadata};
use crate::yaml::emit::{Emit, map};

/// The objects that make the certificate; none where a Secret is given.
pub(super) fn documents(webhook: &Webhook) -> Vec<Emit<'_>> {
    match webhook.certificate {
        Certificate::Secret => Vec::new(),
        Certificate::CertManager => vec![issuer(webhook), certificate(webhook)],
    }
}

fn issuer(webhook: &Webhook) -> Emit<'_> {
    map([
        ("apiVersion", Some("cert-manager.io/v1".into())),
        ("kind", Some("Issuer".into())),
        ("metadata", Some(metadata(webhook, NAME))),
        ("spec", Some(map([("selfSigned", Some(map([])))]))),
    ])
}

fn certificate(webhook: &Webhook) -> Emit<'_> {
    let issuer = map([("name", Some(NAME.into())), ("kind", Some("Issuer".into()))]);
    let key = map([
        ("algorithm", Some("ECDSA".into())),
        ("size", Some(Emit::Int(256))),
        ("rotationPolicy", Some("Always".into())),
    ]);
    let spec = map([
        ("secretName", Some(SECRET.into())),
        ("duration", Some("2160h".into())),
        ("renewBefore", Some("720h".into())),
        ("dnsNames", Some(Emit::List(vec![webhook.host().into()]))),
        ("privateKey", Some(key)),
        ("usages", Some(Emit::Row(["digital signature", "server auth"].map(Into::into).to_vec()))),
        ("issuerRef", Some(issuer)),
    ]);
    map([
        ("apiVersion", Some("cert-manager.io/v1".into())),
        ("kind", Some("Certificate".into())),
        ("metadata", Some(metadata(webhook, NAME))),
        ("spec", Some(spec)),
    ])
}

/// How the certificate comes about, in words and commands.
pub(super) fn instructions(webhook: &Webhook) -> String {
    match webhook.certificate {
        Certificate::Secret => commands(webhook),
        Certificate::CertManager => "\
\n\
The certificate is made and renewed by cert-manager, which also tells the API server whom to trust. Until it has done
so, nobody can call the webhook, and what its failurePolicy says holds.
"
        .to_owned(),
    }
}

const PATCH: &str = r#"  kubectl patch KINDwebhookconfiguration plimsoll --type json --patch "$(printf \
    '[{"op":"add","path":"/webhooks/0/clientConfig/caBundle","value":"%s"}]' "$(openssl base64 -A -in ca.crt)")"
"#;

fn commands(webhook: &Webhook) -> String {
    let (namespace, host) = (&webhook.namespace, webhook.host());
    let kinds: &[&str] = if webhook.mutate { &["validating", "mutating"] } else { &["validating"] };
    let mut text = format!(
        "\n\
The certificate, before this is applied; ca.key is to be kept elsewhere, or thrown away with ca.crt renewed each time:

  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 \\
    -subj '/CN=plimsoll webhook' -keyout ca.key -out ca.crt
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \\
    -subj '/CN={host}' -keyout tls.key -out tls.csr
  printf 'subjectAltName=DNS:{host}\\nextendedKeyUsage=serverAuth\\n' > tls.ext
  openssl x509 -req -in tls.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 365 -extfile tls.ext -out tls.crt
  kubectl create namespace {namespace}
  kubectl create secret tls {SECRET} --namespace {namespace} --cert tls.crt --key tls.key

And after it, so that the API server knows whom to trust. Until then nobody can call the webhook, and what its
failurePolicy says holds:

"
    );
    for kind in kinds {
        text.push_str(&PATCH.replace("KIND", kind));
    }
    text.push_str("\nA new tls.crt and tls.key in the Secret are taken up by the running pods.\n");
    text
}
