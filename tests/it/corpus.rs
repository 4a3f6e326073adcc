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
    assert!(unread.is_empty(), "{unread:?}");
    assert!(outcomes.coverage.pods > 1000);
}
