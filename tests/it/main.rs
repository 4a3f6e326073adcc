//! One binary: every integration test of the project is a module here.

mod docs;
mod rules;
mod support;
