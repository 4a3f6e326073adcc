//! One file per format: pure functions of the findings, the coverage and the catalogue.

pub mod concise;
pub mod human;
