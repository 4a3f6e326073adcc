use crate::finding::Report;
use crate::k8s::{Container, Pin};
use crate::rule::{Check, Map, Policy, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "image-digest",
    aliases: &[],
    summary: "image is not pinned by digest",
    severity: Severity::Low,
    since: "0.1.0",
    standards: &[],
    maps: &[Map::Checkov("CKV_K8S_43"), Map::Kyverno("require-image-checksum")],
    doc: include_str!("image_digest.md"),
    check: Check::Container(check),
    policy: Policy::None("an image reference is parsed, which no clause does"),
};

fn check(container: Container<'_>, report: &mut Report<'_>) {
    let image = container.at("image");
    let Some(pin) = Pin::of(image) else { return };
    let who = container.label();
    match pin.digest {
        Some(true) => {}
        Some(false) => {
            report
                .at(image, format!("{who} does not pin the image {} by its digest", image.text()))
                .known_by(image, "")
                .help("write `@sha256:…` behind it; the tag may stay for the reader");
        }
        None => {
            report.undecided(image, &format!("whether {who} pins its image by a digest"));
        }
    }
}
