//! Lines that say a cluster's version in files of any kind: node images, variables of Terraform, Make and pipelines.

use std::path::Path;
use std::sync::Arc;

use super::claim::{Claim, Weight, minor};

/// The most bytes that a file which is no manifest may have.
pub(super) const MOST: usize = 1 << 20;

/// A manifest without any of these has no such line.
pub(super) const WORDS: &[&str] = &["kindest/node:v", "rancher/k3s:v", "kube_version", "kubernetes_version"];

/// Images whose tag is the version of a cluster to try things out in.
const IMAGES: &[(&str, &str)] = &[("kindest/node:", "a kind node image"), ("rancher/k3s:", "a k3s image")];

/// Variables that hold the version of a cluster, in lower case and with `_`.
const VARIABLES: &[&str] = &[
    "kubernetes_version",
    "cluster_version",
    "k8s_version",
    "kube_version",
    "min_master_version",
    "envtest_k8s_version",
];

/// Resources of Terraform whose `version` is a cluster's.
const RESOURCES: &[&str] =
    &["aws_eks_cluster", "digitalocean_kubernetes_cluster", "scaleway_k8s_cluster", "ovh_cloud_project_kube"];

/// Whether a file that is no manifest may say what cluster the tree is for.
pub(super) fn speaks_of_clusters(path: &Path) -> bool {
    let is = |end: &str| path.extension().is_some_and(|e| e == end);
    let named = |name: &str| path.file_name().is_some_and(|n| n == name);
    let workflow = || path.parent().is_some_and(|dir| dir.ends_with(".github/workflows"));
    is("tf")
        || is("tofu")
        || is("tfvars")
        || named("Makefile")
        || named(".gitlab-ci.yml")
        || ((is("yaml") || is("yml")) && workflow())
}

/// What the lines of a text say.
pub(super) fn claims(path: &Arc<str>, text: &str) -> Vec<Claim> {
    let extension = Path::new(&**path).extension().and_then(|e| e.to_str()).unwrap_or_default();
    let terraform = matches!(extension, "tf" | "tofu" | "tfvars");
    let hidden = path.split('/').any(|part| part.starts_with('.'));
    // A pipeline or a Makefile makes clusters only to try things out in.
    let weight =
        if terraform || (matches!(extension, "yaml" | "yml") && !hidden) { Weight::Cluster } else { Weight::Trial };
    let mut claims = Vec::new();
    let mut block = Block::None;
    for (line, number) in text.lines().zip(1..) {
        let mut claim = |weight, minor, what| claims.extend(Claim::new(weight, minor, path, number, what));
        for (image, what) in IMAGES {
            let tag = line.split_once(image).map(|(_, tag)| tag);
            if let Some(minor) = tag.and_then(|tag| minor(until_end(tag))) {
                claim(Weight::Trial, minor, *what);
            }
        }
        if terraform {
            block = block.next(line);
        }
        let Some((key, value)) = assignment(line) else { continue };
        let key = key.to_ascii_lowercase().replace('-', "_");
        let counts = match block {
            Block::Variable => key == "default",
            Block::Resource => key == "version",
            Block::None => false,
        };
        if let Some(minor) = minor(value).filter(|_| counts || VARIABLES.contains(&&*key)) {
            claim(weight, minor, if terraform { "Terraform" } else { "a variable" });
        }
    }
    claims
}

/// The block of Terraform that a line is in.
#[derive(Clone, Copy)]
enum Block {
    None,
    /// `variable "kubernetes_version" {`
    Variable,
    /// `resource "aws_eks_cluster" "main" {`
    Resource,
}

impl Block {
    fn next(self, line: &str) -> Self {
        // Blocks open and close at the start of a line, as `terraform fmt` writes them.
        let mut words = line.split_whitespace().map(|w| w.trim_matches('"'));
        match words.next() {
            _ if line.starts_with([' ', '\t']) => self,
            Some("variable") if words.next().is_some_and(|name| VARIABLES.contains(&name)) => Self::Variable,
            Some("resource") if words.next().is_some_and(|name| RESOURCES.contains(&name)) => Self::Resource,
            Some(_) => Self::None,
            None => self,
        }
    }
}

/// `key = value`, `key: value`, `KEY ?= value`, without quotes and what stands behind the value.
fn assignment(line: &str) -> Option<(&str, &str)> {
    let line = line.trim_start().trim_start_matches("- ");
    let key = line.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-')).filter(|&n| n > 0)?;
    let (key, rest) = line.split_at(key);
    let rest = rest.trim_start();
    let value = ["?=", ":=", "=", ":"].iter().find_map(|sign| rest.strip_prefix(sign))?;
    Some((key, until_end(value.trim_start().trim_start_matches(['"', '\'']))))
}

fn until_end(text: &str) -> &str {
    text.split(|c: char| c.is_whitespace() || "\"'`,;)}]".contains(c)).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{Weight, claims};

    fn said(path: &str, text: &str) -> Vec<(Weight, u32, u32)> {
        claims(&path.into(), text).into_iter().map(|c| (c.weight, c.minor, c.line)).collect()
    }

    #[test]
    fn terraform_in_its_ways() {
        let cluster = |minor, line| (Weight::Cluster, minor, line);
        assert_eq!(said("a.tf", "module \"eks\" {\n  cluster_version = \"1.31\"\n}\n"), [cluster(31, 2)]);
        assert_eq!(said("a.tfvars", "kubernetes_version=\"1.31\" # kept\n"), [cluster(31, 1)]);
        let variable = "variable \"k8s_version\" {\n  type = string\n\n  default = \"1.30.4\"\n}\n";
        assert_eq!(said("a.tf", variable), [cluster(30, 4)]);
        let resource = "resource \"aws_eks_cluster\" \"a\" {\n  version = \"1.32\"\n}\n";
        assert_eq!(said("a.tf", resource), [cluster(32, 2)]);
        assert_eq!(said("a.tf", "variable \"other\" {\n  default = \"1.32\"\n}\n"), []);
        assert_eq!(said("a.tf", "resource \"helm_release\" \"a\" {\n  version = \"1.32\"\n}\n"), []);
        assert_eq!(said("a.tf", "module \"eks\" {\n  cluster_version = var.version\n}\n"), []);
    }

    #[test]
    fn pipelines_and_images() {
        let trial = |minor, line| (Weight::Trial, minor, line);
        assert_eq!(said(".github/workflows/a.yml", "  with:\n    kubernetes-version: 'v1.31.0'\n"), [trial(31, 2)]);
        assert_eq!(said(".github/workflows/a.yml", "  - image: kindest/node:v1.33.1@sha256:0\n"), [trial(33, 1)]);
        assert_eq!(said("k3d.yaml", "image: rancher/k3s:v1.32.5-k3s1\n"), [trial(32, 1)]);
        assert_eq!(said("Makefile", "ENVTEST_K8S_VERSION ?= 1.31.0\nX = $(Y)\n"), [trial(31, 1)]);
        assert_eq!(said("group_vars/k8s.yml", "kube_version: v1.30.4\n"), [(Weight::Cluster, 30, 1)]);
        assert_eq!(said("a.yaml", "image: kindest/node:latest\nkube_version: \"{{ x }}\"\n"), []);
    }
}
