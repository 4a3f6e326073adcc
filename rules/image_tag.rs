use crate::finding::Report;
use crate::k8s::{Container, Pin, Tag};
use crate::policy::containers;
use crate::rule::{Check, Map, Policy, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "image-tag",
    aliases: &[],
    summary: "image has the tag latest or none",
    severity: Severity::Medium,
    since: "0.1.0",
    standards: &[],
    maps: &[
        Map::Trivy("KSV013"),
        Map::Checkov("CKV_K8S_14"),
        Map::Kyverno("disallow-latest-tag"),
        Map::KubeLinter("latest-tag"),
        Map::KubeScore("container-image-tag"),
        Map::Polaris("tagNotSpecified"),
    ],
    doc: include_str!("image_tag.md"),
    check: Check::Container(check),
    policy: Policy::Cel(|_| {
        let holds = "!(c.?image.orValue('') in variables.floating)";
        vec![containers(holds, "image must have a tag other than latest, or a digest").help(HELP)]
    }),
};

const HELP: &str = "write the tag of a version, or better its digest";

fn check(container: Container<'_>, report: &mut Report<'_>) {
    let image = container.at("image");
    let Some(pin) = Pin::of(image) else { return };
    let who = container.label();
    let what = match (pin.floats(), pin.tag) {
        (Some(false), _) => return,
        (Some(true), Tag::Latest) => "with the tag latest",
        (Some(true), _) => "without a tag",
        (None, _) => {
            report.undecided(image, &format!("which version of its image {who} runs"));
            return;
        }
    };
    report
        .at(image, format!("{who} runs the image {} {what}: tomorrow's may be another one", image.text()))
        .known_by(image, what)
        .help(HELP);
}
