//! Files that are no manifests and yet say something of the tree: found by the same walk, hidden ones too.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Options, shown, walker};

/// The files below a folder that `wanted` wants, as output shows them from there, in order of their names.
pub fn others(root: &Path, wanted: fn(&Path) -> bool) -> Vec<(Arc<str>, PathBuf)> {
    let walk = walker(root, &Options { hidden: true, ..Options::default() });
    let (send, receive) = std::sync::mpsc::channel();
    walk.build_parallel().run(|| {
        let send = send.clone();
        Box::new(move |entry| {
            if let Ok(entry) = entry
                && entry.file_type().is_some_and(|t| t.is_file())
                && wanted(entry.path())
            {
                // The receiver outlives the walk.
                let _ = send.send(entry.into_path());
            }
            ignore::WalkState::Continue
        })
    });
    drop(send);
    let named = |path: PathBuf| (shown(path.strip_prefix(root).unwrap_or(&path)), path);
    let mut files: Vec<_> = receive.into_iter().map(named).collect();
    files.sort();
    files
}
