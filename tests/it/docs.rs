//! Generated text in documents: compared with what the code says, written under `BLESS=1`.

use std::fs;

use crate::support::{blessed, root};

/// The README with its generated parts as they should be.
#[test]
fn the_readme_shows_the_catalogue() {
    let path = root().join("README.md");
    let text = fs::read_to_string(&path).unwrap();
    let (begin, end) = ("<!-- rules: begin -->\n", "<!-- rules: end -->");
    let (before, rest) = text.split_once(begin).expect("README has a place for the table of rules");
    let (_, after) = rest.split_once(end).unwrap();
    blessed(&path, &format!("{before}{begin}{}{end}{after}", crate::rules::table()));
}
