//! What a tree tells of itself, so that `plimsoll init` need not ask: the cluster's version, code that others wrote,
//! RuntimeClasses; and the configuration that follows. Everything that is settled is settled for a reason, which the
//! configuration tells.

mod claim;
mod clusters;
mod draft;
mod lines;
mod pipelines;
mod vendored;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use aho_corasick::AhoCorasick;
use rayon::prelude::*;

pub use self::claim::{Claim, Weight};
pub use self::draft::{Draft, draft};
pub use self::pipelines::{Pipeline, pipelines};
pub use self::vendored::Vendored;
use crate::discover::{self, Input};
use crate::k8s::{self, Version};
use crate::nearest::nearest;
use crate::source::{LineIndex, Source};
use crate::yaml;

/// What was seen in a tree.
#[derive(Debug, Default)]
pub struct Seen {
    /// What was said of the cluster's version, in the order of the input.
    pub claims: Vec<Claim>,
    /// What others wrote.
    pub vendored: Vec<Vendored>,
    /// RuntimeClasses that pods name and no manifest declares, each with the first place that names it.
    pub runtime_classes: BTreeMap<String, String>,
}

impl Seen {
    /// The version that follows, with the claims that it follows from; none where nothing was claimed.
    ///
    /// What defines a cluster outweighs what tries one out, and that what only sets a minimum. Of several clusters the
    /// oldest holds, since manifests must work on each; of several minima the highest does, since the cluster has all.
    pub fn version(&self) -> Option<(Version, Vec<&Claim>)> {
        let weight = self.claims.iter().map(|c| c.weight).min()?;
        let claims: Vec<&Claim> = self.claims.iter().filter(|c| c.weight == weight).collect();
        let minors = claims.iter().map(|c| c.minor);
        let minor = if weight == Weight::Least { minors.max() } else { minors.min() }?;
        let mut of_it: Vec<&Claim> = claims.iter().copied().filter(|c| c.minor == minor).collect();
        of_it.extend(claims.into_iter().filter(|c| c.minor != minor));
        Some((Version(minor), of_it))
    }
}

/// Looks at the inputs of a tree that begins at `here`, and at files beside them that say what cluster it is for.
pub fn look(here: &Path, inputs: &[Input]) -> Seen {
    let vendored = vendored::find(here, inputs);
    let words = Words::new();
    let files = inputs.par_iter().filter_map(|input| match input {
        Input::File(shown, path) if !vendored.iter().any(|v| v.holds(shown)) => Some((shown, path)),
        _ => None,
    });
    let parts: Vec<Part> = files.filter_map(|(shown, path)| words.read(shown, path)).collect();
    let mut seen = Seen { vendored, ..Seen::default() };
    let (mut used, mut declared) = (BTreeMap::new(), Vec::new());
    for part in parts {
        seen.claims.extend(part.claims);
        declared.extend(part.declared);
        for (name, place) in part.used {
            used.entry(name).or_insert(place);
        }
    }
    seen.claims.extend(pipelines_and_terraform(here, &seen.vendored));
    let known = || declared.iter().map(String::as_str);
    // What is nearly a name that a manifest declares is a slip, and a finding.
    used.retain(|name, _| nearest(name, known()).is_none() && !declared.contains(name));
    seen.runtime_classes = used;
    seen
}

fn pipelines_and_terraform(here: &Path, vendored: &[Vendored]) -> Vec<Claim> {
    let read = |(shown, path): (Arc<str>, std::path::PathBuf)| {
        let text = std::fs::read_to_string(path).ok().filter(|t| t.len() <= lines::MOST)?;
        Some(lines::claims(&shown, &text))
    };
    let files = discover::others(here, lines::speaks_of_clusters).into_iter();
    files
        .filter(|(shown, _)| !vendored::is_foreign(shown) && !vendored.iter().any(|v| v.holds(shown)))
        .filter_map(read)
        .flatten()
        .collect()
}

/// What one file tells.
#[derive(Default)]
struct Part {
    claims: Vec<Claim>,
    used: Vec<(String, String)>,
    declared: Vec<String>,
}

/// The words that a file must have one of to be read.
struct Words(Option<AhoCorasick>);

impl Words {
    fn new() -> Self {
        let words = clusters::WORDS.iter().chain(lines::WORDS);
        let words = words.chain(&["runtimeClassName", "RuntimeClass", k8s::LABEL_PREFIX]);
        Self(AhoCorasick::new(words).ok())
    }

    fn read(&self, shown: &Arc<str>, path: &Path) -> Option<Part> {
        let bytes = std::fs::read(path).ok()?;
        let chart = path.file_name().is_some_and(|name| name == "Chart.yaml");
        let any = self.0.as_ref().is_none_or(|words| words.is_match(&bytes));
        if !chart && !any {
            return None;
        }
        let source = Source::decode(Arc::clone(shown), bytes).ok()?;
        let mut part = Part { claims: lines::claims(shown, &source.text), ..Part::default() };
        let lines = source.lines();
        for raw in source.documents() {
            if let Ok(tree) = yaml::parse(&source.text, raw.span) {
                if chart {
                    part.claims.extend(clusters::chart(&tree, shown, &lines));
                }
                part.document(&tree, shown, &lines);
            }
        }
        Some(part)
    }
}

impl Part {
    fn document(&mut self, tree: &yaml::Tree<'_>, shown: &Arc<str>, lines: &LineIndex<'_>) {
        for object in k8s::objects(tree) {
            self.claims.extend(clusters::claims(object, shown, lines));
            if k8s::runtime_class::is_runtime_class(object) {
                self.declared.extend(object.name().map(str::to_owned));
            }
            for pod in k8s::pods(object) {
                let slot = pod.view().at("runtimeClassName");
                if let Some(name) = slot.as_str().filter(|n| k8s::runtime_class::is_dns_subdomain(n)) {
                    let place = format!("{shown}:{}", lines.position(slot.span().start).line);
                    self.used.push((name.to_owned(), place));
                }
            }
        }
    }
}
