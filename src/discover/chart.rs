//! Which files are templates of a Helm chart: those below a `templates` folder with a `Chart.yaml` beside it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// Remembers which directories are charts, so that each is asked once.
#[derive(Debug, Default)]
pub(super) struct Charts {
    known: HashMap<PathBuf, bool>,
}

impl Charts {
    /// Whether the file at this absolute path is a chart's template.
    pub(super) fn holds_template(&mut self, file: &Path) -> bool {
        file.ancestors().skip(1).any(|dir| {
            dir.file_name().is_some_and(|n| n == "templates") && dir.parent().is_some_and(|chart| self.is_chart(chart))
        })
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
