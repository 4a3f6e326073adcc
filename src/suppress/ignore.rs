//! The entries `[[ignore]]` of the configuration: findings that are left alone without a word in the manifest.

use std::collections::BTreeSet;
use std::sync::Arc;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use super::Date;
use super::draft::{ImageHit, Marks};
use crate::config::without_entries;
use crate::finding::Finding;
use crate::globs::Globs;
use crate::k8s::{ObjectRef, PodData};
use crate::source::{Source, Span};

/// Globs for names: `*` stands for anything, slashes and dots included.
#[derive(Clone, Debug)]
pub struct Names {
    set: GlobSet,
    patterns: Vec<String>,
}

impl Names {
    /// `Err` says what is wrong with the first glob that is none.
    pub fn new<'g>(globs: impl IntoIterator<Item = &'g str>) -> Result<Self, String> {
        let (mut builder, mut patterns) = (GlobSetBuilder::new(), Vec::new());
        for glob in globs {
            let parsed = GlobBuilder::new(glob).backslash_escape(true).build();
            let parsed = parsed.map_err(|error| format!("`{glob}` is no glob: {}", error.kind()))?;
            patterns.push(parsed.regex().trim_start_matches("(?-u)").to_owned());
            builder.add(parsed);
        }
        builder.build().map(|set| Self { set, patterns }).map_err(|error| error.to_string())
    }

    /// The globs as regular expressions of the whole name (RE2, as CEL matches).
    pub fn patterns(&self) -> &[String] {
        &self.patterns
    }

    /// Whether a name matches one of them.
    pub fn matches(&self, name: &str) -> bool {
        self.set.is_match(name)
    }
}

/// One entry: what it selects, each selector that is absent selecting everything.
#[derive(Clone, Debug, Default)]
pub struct Ignore {
    /// Rules, by index in `rules::ALL`.
    pub rules: Option<Vec<usize>>,
    /// Files.
    pub paths: Option<Globs>,
    /// Kinds of objects.
    pub kinds: Option<Names>,
    /// Namespaces, as the manifests write them.
    pub namespaces: Option<Names>,
    /// Names of objects.
    pub names: Option<Names>,
    /// Names of containers.
    pub containers: Option<Names>,
    /// Images of containers.
    pub images: Option<Names>,
    /// Why.
    pub reason: String,
    /// The last day on which it holds.
    pub until: Option<Date>,
    /// Where it stands in the configuration: its first line.
    pub span: Span,
    /// What goes when it is taken out.
    pub whole: Span,
}

impl Ignore {
    /// Whether it selects anything less than all there is.
    pub fn selects(&self) -> bool {
        let names = [&self.kinds, &self.namespaces, &self.names, &self.containers, &self.images];
        self.rules.is_some() || self.paths.is_some() || names.into_iter().any(Option::is_some)
    }

    fn is_object(&self, object: Option<&ObjectRef>) -> bool {
        let fits = |names: &Option<Names>, name: Option<&str>| {
            names.as_ref().is_none_or(|names| name.is_some_and(|name| names.matches(name)))
        };
        fits(&self.kinds, object.map(|o| o.kind.as_str()))
            && fits(&self.namespaces, object.map(|o| o.namespace.as_deref().unwrap_or_default()))
            && fits(&self.names, object.map(|o| o.name.as_str()))
    }

    /// Whether it covers a finding of one of its rules in one of its files; images are not asked about.
    pub(super) fn covers(&self, f: &Finding) -> bool {
        let container = f.container.as_deref();
        self.is_object(f.object.as_deref())
            && self.containers.as_ref().is_none_or(|names| container.is_some_and(|name| names.matches(name)))
    }
}

/// The entries of a configuration.
#[derive(Clone, Debug, Default)]
pub struct Ignores {
    /// In the order of the file.
    pub list: Vec<Ignore>,
    /// The file.
    pub source: Option<Arc<Source>>,
}

impl Ignores {
    /// Those without some, in the text that is left when these are taken out; none where that cannot be done.
    pub(crate) fn without(&self, gone: &BTreeSet<usize>) -> Option<Self> {
        let source = self.source.as_deref()?;
        let (text, places) = without_entries(&source.text, gone)?;
        let kept = self.list.iter().enumerate().filter(|(at, _)| !gone.contains(at)).map(|(_, ignore)| ignore);
        let list = kept.zip(places).map(|(ignore, (span, whole))| Ignore { span, whole, ..ignore.clone() }).collect();
        Some(Self { list, source: Some(Arc::new(Source { text, ..source.clone() })) })
    }

    /// Whether any asks about images: then the containers of every file are looked through.
    pub(super) fn ask_images(&self) -> bool {
        self.list.iter().any(|ignore| ignore.images.is_some())
    }
}

/// The containers of an object with an image that an entry asks about.
pub(crate) fn images(pods: &[PodData<'_>], reference: &Arc<ObjectRef>, ignores: &Ignores, marks: &mut Marks) {
    let asked = || ignores.list.iter().enumerate().filter_map(|(i, ignore)| Some((i, ignore, ignore.images.as_ref()?)));
    for container in pods.iter().flat_map(|p| p.view().containers()) {
        let Some(image) = container.at("image").as_str() else { continue };
        let hits = asked().filter(|(_, ignore, images)| images.matches(image) && ignore.is_object(Some(reference)));
        marks.images.extend(hits.map(|(ignore, ..)| ImageHit {
            object: Arc::clone(reference),
            field: container.slot().path(),
            container: container.name().to_owned(),
            ignore,
        }));
    }
}

#[cfg(test)]
mod tests {
    use super::Names;

    #[test]
    fn a_star_is_anything_in_a_name() {
        let names = Names::new(["registry.example/*", "kube-{system,public}", "?"]).unwrap();
        for name in ["registry.example/a/b:1", "kube-system", "x"] {
            assert!(names.matches(name), "{name}");
        }
        for name in ["", "registry.example", "kube-", "xregistry.example/a"] {
            assert!(!names.matches(name), "{name}");
        }
        assert!(Names::new(["a{b"]).unwrap_err().starts_with("`a{b` is no glob: "));
    }
}
