use crate::credential::{decoded, is_given};
use crate::finding::Report;
use crate::k8s::Object;
use crate::rule::{Check, Policy, Rule, Severity};
use crate::yaml::Slot;

pub(super) static RULE: Rule = Rule {
    id: "secret-manifest",
    aliases: &[],
    summary: "Secret has its values in the manifest",
    severity: Severity::Low,
    since: "0.1.0",
    standards: &[],
    maps: &[],
    doc: include_str!("secret_manifest.md"),
    check: Check::Object(check),
    policy: Policy::None("in the cluster every Secret has its values"),
};

fn check(object: Object<'_>, report: &mut Report<'_>) {
    // SOPS encrypts values in place and says so in a field of its own.
    if object.kind() != "Secret" || object.api_version() != "v1" || object.at("sops").exists() {
        return;
    }
    let plain = values(object.at("stringData"), is_given);
    let encoded = values(object.at("data"), |text| is_given(text) && decoded(text).is_none_or(|d| is_given(&d)));
    let count = plain.len() + encoded.len();
    let Some(first) = plain.first().or(encoded.first()).copied() else { return };
    let name = object.name().unwrap_or_default();
    let what = if count == 1 { "1 value".to_owned() } else { format!("{count} values") };
    let draft = report
        .at_key(first, format!("Secret \"{name}\" has {what} in the manifest: base64 hides nothing"))
        .help("keep values out of files: an external secret, a sealed one, or SOPS");
    for value in plain.into_iter().chain(encoded) {
        draft.secret(value);
    }
}

/// The entries that are secret and written out; certificates and public keys are not secret.
fn values(map: Slot<'_>, given: impl Fn(&str) -> bool) -> Vec<Slot<'_>> {
    let public = |key: &str| [".crt", ".pub", ".cer"].iter().any(|end| key.ends_with(end)) || key == "ca.pem";
    map.entries().filter(|(key, slot)| !public(key) && given(slot.text())).map(|(_, slot)| slot).collect()
}
