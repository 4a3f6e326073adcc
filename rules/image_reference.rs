use crate::finding::Report;
use crate::k8s::{Container, Image, ImageError};
use crate::policy::containers;
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
    policy: Policy::Cel(|_| {
        let holds = "c.?image.orValue('') == '' || c.image in variables.images";
        vec![containers(holds, "image must be a valid reference").help(HELP)]
    }),
};

const HELP: &str = "write `registry/repository:tag`, or `registry/repository@sha256:…`";

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
                // The kubelet refuses the others, when the pod is there.
                let early = if error == ImageError::Empty { ": the API server refuses it" } else { "" };
                report
                    .at(image, format!("the image of {who} is no valid reference: {}{early}", error.text()))
                    .help(HELP);
            }
        }
    }
}
