//! What others wrote: folders of vendored code, and charts that a chart of the tree depends on.

use std::collections::BTreeMap;
use std::path::Path;

use crate::discover::Input;
use crate::source::Span;
use crate::yaml::{self, Slot};

/// Folders that package managers fill, whatever stands in them.
const FOLDERS: &[&str] = &["bower_components", "node_modules", "third_party", "vendor"];

/// Something that others wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vendored {
    /// The glob that leaves it out.
    pub glob: String,
    /// Why: lower case, no full stop.
    pub why: String,
    folder: String,
}

impl Vendored {
    /// Whether a file is in it.
    pub(super) fn holds(&self, shown: &str) -> bool {
        let mut folders = shown.rsplit_once('/').map_or("", |(folders, _)| folders);
        if !self.folder.contains('/') {
            return folders.split('/').any(|part| part == self.folder);
        }
        while folders != self.folder {
            let Some((above, _)) = folders.rsplit_once('/') else { return false };
            folders = above;
        }
        true
    }
}

/// Whether a file is in a folder that a package manager fills.
pub(super) fn is_foreign(shown: &str) -> bool {
    shown.split('/').any(|part| FOLDERS.contains(&part))
}

/// What the inputs hold of it, sorted by glob.
pub(super) fn find(here: &Path, inputs: &[Input]) -> Vec<Vendored> {
    let mut folders: BTreeMap<&str, usize> = BTreeMap::new();
    let mut found = Vec::new();
    for input in inputs {
        let path = input.path();
        let parts = || path.rsplit_once('/').map_or("", |(folders, _)| folders).split('/');
        if let Some(folder) = parts().find_map(|part| FOLDERS.iter().find(|f| **f == part)) {
            *folders.entry(folder).or_default() += 1;
        } else if let Some(chart) = path.strip_suffix("Chart.yaml").filter(|c| c.is_empty() || c.ends_with('/')) {
            found.extend(dependencies(here, chart));
        }
    }
    let vendored = |(folder, count): (&str, usize)| Vendored {
        glob: format!("{folder}/"),
        why: format!("code of others: {}", crate::report::plural(count, "file")),
        folder: folder.to_owned(),
    };
    found.extend(folders.into_iter().map(vendored));
    found.sort_by(|a, b| a.glob.cmp(&b.glob));
    found.dedup_by(|a, b| a.glob == b.glob);
    found
}

/// The dependencies of a chart that were unpacked into its `charts` folder, and come from a repository. The chart's
/// folder ends with a slash, if it is not the tree itself.
fn dependencies(here: &Path, chart: &str) -> Vec<Vendored> {
    let mut found = Vec::new();
    for file in ["Chart.yaml", "requirements.yaml"] {
        let Ok(text) = std::fs::read_to_string(here.join(chart).join(file)) else { continue };
        let Ok(tree) = yaml::parse(&text, Span::new(0, text.len())) else { continue };
        for dependency in Slot::root(&tree, tree.root()).at("dependencies").items() {
            let (name, repository) = (dependency.at("name").text(), dependency.at("repository").text());
            // A chart of the tree itself has no repository, or one that is a path.
            let foreign = repository.contains("://") && !repository.starts_with("file:") || repository.starts_with('@');
            let folder = format!("{chart}charts/{name}");
            if foreign && !name.contains(['/', '\\']) && !name.is_empty() && here.join(&folder).is_dir() {
                let why = format!("chart that {chart}{file} takes from {}", printable(repository));
                found.push(Vendored { glob: format!("/{}/", escape(&folder)), why, folder });
            }
        }
    }
    found
}

/// A path as a glob that matches itself.
pub(super) fn escape(path: &str) -> String {
    let mut glob = String::new();
    for c in path.chars() {
        if "\\*?[]{}!#".contains(c) {
            glob.push('\\');
        }
        glob.push(c);
    }
    glob
}

/// A repository without user and password, on one line.
fn printable(repository: &str) -> String {
    let bare = match repository.split_once("://") {
        Some((scheme, rest)) => {
            let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            format!("{scheme}://{}{path}", host.rsplit('@').next().unwrap_or_default())
        }
        None => repository.to_owned(),
    };
    bare.chars().filter(|c| !c.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use super::{Vendored, escape, printable};

    #[test]
    fn folders_hold_what_is_below_them() {
        let holds = |folder: &str, path| {
            Vendored { glob: String::new(), why: String::new(), folder: folder.to_owned() }.holds(path)
        };
        assert!(holds("vendor", "a/vendor/b/c.yaml") && holds("vendor", "vendor/c.yaml"));
        assert!(!holds("vendor", "vendor.yaml") && !holds("vendor", "a/vendored/c.yaml"));
        assert!(holds("a/charts/b", "a/charts/b/x/y.yaml") && !holds("a/charts/b", "a/charts/bb/y.yaml"));
        assert!(!holds("a/charts/b", "x/a/charts/b/y.yaml"));
    }

    #[test]
    fn a_path_matches_itself_alone() {
        let here = std::path::Path::new("/t");
        for path in ["a/b", "a [x]/b{c}", "wild*/b?", "!a/#b", "back\\slash/b"] {
            let glob = format!("/{}/", escape(path));
            let globs = crate::globs::Globs::new(here, here, [glob.as_str()]).unwrap();
            assert!(globs.matches(&std::path::Path::new(path).join("c.yaml"), false), "{glob}");
            assert!(!globs.matches(std::path::Path::new("a/x/c.yaml"), false), "{glob}");
        }
    }

    #[test]
    fn repositories_are_told_without_their_passwords() {
        assert_eq!(printable("https://me:secret@charts.example.org/a@b"), "https://charts.example.org/a@b");
        assert_eq!(printable("oci://registry.example.org"), "oci://registry.example.org");
        assert_eq!(printable("@stable"), "@stable");
    }
}
