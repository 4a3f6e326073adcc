use crate::finding::Report;
use crate::k8s::{Container, Pin};
use crate::policy::containers;
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
    policy: Policy::Cel(|_| {
        let holds = "c.?image.orValue('').contains('@') || !(c.?image.orValue('') in variables.images)";
        vec![containers(holds, "image must be pinned by its digest").help(HELP)]
    }),
};

const HELP: &str = "write `@sha256:…` behind it; the tag may stay for the reader";

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
                .help(HELP);
        }
        None => {
            report.undecided(image, &format!("whether {who} pins its image by a digest"));
        }
    }
}
