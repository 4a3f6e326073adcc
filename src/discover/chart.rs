//! Which files are templates of a Helm chart: those below a `templates` folder with a `Chart.yaml` beside it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// Remembers which directories are charts, so that each is asked once.
#[derive(Debug, Default)]
pub(super) struct Charts {
    known: HashMap<PathBuf, bool>,
    /// Whether the files of a directory, as it was named, are templates.
    directories: HashMap<PathBuf, bool>,
}

impl Charts {
    /// Whether the file at this path is a chart's template.
    pub(super) fn holds_template(&mut self, file: &Path) -> bool {
        let Some(directory) = file.parent() else { return false };
        if let Some(&known) = self.directories.get(directory) {
            return known;
        }
        let holds = std::path::absolute(file).is_ok_and(|file| {
            file.ancestors().skip(1).any(|dir| {
                let in_chart = dir.file_name().is_some_and(|n| n == "templates");
                in_chart && dir.parent().is_some_and(|chart| self.is_chart(chart))
            })
        });
        self.directories.insert(directory.to_owned(), holds);
        holds
    }

    fn is_chart(&mut self, dir: &Path) -> bool {
        if let Some(&known) = self.known.get(dir) {
            return known;
        }
        let is = dir.join("Chart.yaml").is_file();
        self.known.insert(dir.to_owned(), is);
        is
    }
}
