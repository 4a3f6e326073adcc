//! Manifests that are written rather than read: the options in, documents out, the same for the same options.

pub mod webhook;
