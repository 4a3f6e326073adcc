//! Real manifests of public repositories, where they are at hand.

use plimsoll::config::Settings;
use plimsoll::discover::{Options, discover};
use plimsoll::engine;

use crate::support::shared;

/// Every file of the corpus was read by the API server's own decoder, so nothing of it may be broken.
#[test]
fn every_real_manifest_is_read() {
    let Some(real) = shared("corpora/real/files") else { return };
    let outcomes = engine::run(discover(&[real], &Options::default()), &Settings::default(), false);
    let unread: Vec<_> = outcomes.coverage.unread().collect();
    // Two lists of the corpus have items that are null, and say so in their names.
    assert!(
        unread.iter().all(|u| u.path.contains("list_empty_resources") && u.reason.contains("is null")),
        "{unread:?}"
    );
    assert!(outcomes.coverage.pods > 1000);
}
