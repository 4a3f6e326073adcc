//! For people: findings grouped by file, the summary with the ledger last.

use std::io::{self, Write};

use super::Options;
use crate::engine::Outcomes;

/// Writes the findings and the summary.
pub fn write(outcomes: &Outcomes, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    super::concise::write(outcomes, options, out)
}
