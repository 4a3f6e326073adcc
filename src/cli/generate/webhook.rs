//! `plimsoll generate webhook`: what was typed.

use clap::{Args, ValueEnum};

use super::namespace;
use crate::cli::Judging;
use crate::k8s::Image;

/// `plimsoll generate webhook`
#[derive(Clone, Debug, Args)]
#[command(after_help = HELP)]
pub struct Webhook {
    /// The image of the server, with its tag or, better, its digest
    #[arg(long, value_name = "IMAGE", help_heading = "Pods", value_parser = image)]
    pub image: String,
    /// Where everything goes
    #[arg(long, value_name = "NAMESPACE", help_heading = "Pods", default_value = "plimsoll", value_parser = own)]
    pub namespace: String,
    /// Give the pods a user namespace, which takes nodes with Linux 6.3 and containerd 2
    #[arg(long, help_heading = "Pods")]
    pub user_namespace: bool,
    /// Where the certificate comes from
    #[arg(long, value_enum, value_name = "FROM", help_heading = "Pods", default_value = "secret")]
    pub certificate: CertificateFrom,

    /// By what is judged; a configuration file becomes a ConfigMap.
    #[command(flatten)]
    pub judging: Judging,

    /// What becomes of an object when nobody answers its review
    #[arg(long, value_enum, value_name = "POLICY", help_heading = "Enforcement", default_value = "fail")]
    pub failure_policy: OnFailure,
    /// Mend objects too, as far as that is safe, before they are judged
    #[arg(long, help_heading = "Enforcement")]
    pub mutate: bool,
    /// Leave this namespace alone, beside those of the cluster and of the systems that need it; may be repeated
    #[arg(long, value_name = "NAMESPACE", help_heading = "Enforcement", value_parser = namespace)]
    pub exclude_namespace: Vec<String>,
}

const HELP: &str = "\
The manifests go to standard output, with the commands that they need in
comments. They pass `plimsoll lint`, where the image is pinned by its digest.

Examples:
  plimsoll generate webhook --image registry.example/plimsoll:1.0 > webhook.yaml
  plimsoll generate webhook --image registry.example/plimsoll:1.0 \\
    --certificate cert-manager --standard restricted --fail-on high --mutate";

/// Where the certificate comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CertificateFrom {
    /// A Secret, made by commands that are shown
    Secret,
    /// cert-manager, which renews it
    CertManager,
}

/// What becomes of an object when nobody answers its review.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OnFailure {
    /// It is refused
    Fail,
    /// It is let in
    Ignore,
}

fn image(text: &str) -> Result<String, String> {
    let image = Image::parse(text).map_err(|error| error.text().to_owned())?;
    let moves = image.digest.is_none() && image.tag.is_none_or(|tag| tag == "latest");
    if moves { Err("a tag or a digest is wanted that says which one it is".to_owned()) } else { Ok(text.to_owned()) }
}

/// The namespaces of the cluster are left alone, and so would the webhook's own pods be.
fn own(text: &str) -> Result<String, String> {
    let name = namespace(text)?;
    if name == "default" || name.starts_with("kube-") {
        return Err("a namespace of its own is wanted: in it nothing is judged".to_owned());
    }
    Ok(name)
}
