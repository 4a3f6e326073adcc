use crate::finding::Report;
use crate::k8s::{Container, Image};
use crate::rule::{Check, Policy, Rule, Severity};
use crate::yaml::Typed;

pub(super) static RULE: Rule = Rule {
    id: "image-reference",
    aliases: &[],
    summary: "image reference is malformed",
    severity: Severity::Medium,
    since: "0.1.0",
    standards: &[],
    maps: &[],
    doc: include_str!("image_reference.md"),
    check: Check::Container(check),
    policy: Policy::None("an image reference is parsed, which no clause does"),
};

fn check(container: Container<'_>, report: &mut Report<'_>) {
    let image = container.at("image");
    let who = container.label();
    match image.str() {
        // A patch or a template may leave the image to someone else.
        Typed::Absent => {}
        // OpenShift's triggers write the image of a DeploymentConfig over a blank.
        Typed::Is(text) if text.trim().is_empty() && container.pod().object().kind() == "DeploymentConfig" => {}
        Typed::Is(text) if Image::parse(text).is_err() && Image::is_filled_in(text) => {
            report.undecided(image, &format!("whether the image of {who} is a valid reference"));
        }
        Typed::Unknown => {
            report.undecided(image, &format!("whether the image of {who} is a valid reference"));
        }
        Typed::Wrong => {
            report.refused(image, &format!("image of {who}"), "a string");
        }
        Typed::Is(text) => {
            if let Err(error) = Image::parse(text) {
                report
                    .at(image, format!("the image of {who} is no valid reference: {}", error.text()))
                    .help("write `registry/repository:tag`, or `registry/repository@sha256:…`");
            }
        }
    }
}
