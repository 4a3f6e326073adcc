//! `plimsoll serve`.

use std::sync::Arc;

use super::{Failure, admit};
use crate::admission::Reviewer;
use crate::cli::Serve;
use crate::config::Settings;
use crate::serve::{self, Asked, Limits, Options};

/// Serves until told to stop.
pub(super) fn run(typed: &Serve) -> Result<u8, Failure> {
    if typed.validate_path == typed.mutate_path {
        return Err(Failure::said("`--validate-path` and `--mutate-path` are the same: each needs a path of its own"));
    }
    let settings = admit::settings(&typed.judging)?;
    let validates = Reviewer::new(settings.clone()).asking_the_clock();
    // What others mend later is not refused yet: the review that validates comes after them.
    let mutates = Reviewer::new(Settings { fail_on: None, ..settings }).mutating(true).asking_the_clock();
    let judge = move |asked: Asked, body: &[u8]| match asked {
        Asked::Validate => validates.review(body),
        Asked::Mutate => mutates.review(body),
    };
    serve::run(options(typed), Arc::new(judge)).map_err(Failure::said).map(|()| 0)
}

fn options(typed: &Serve) -> Options {
    let limits = &typed.limits;
    Options {
        listen: typed.listen,
        health: typed.health_listen,
        certificate: typed.tls_cert.clone(),
        key: typed.tls_key.clone(),
        paths: [typed.validate_path.clone(), typed.mutate_path.clone()],
        limits: Limits {
            body: limits.max_body,
            connections: limits.max_connections.into(),
            handshake: limits.handshake_timeout,
            head: limits.header_timeout,
            request: limits.request_timeout,
            idle: limits.idle_timeout,
            drain: limits.drain,
            stop: limits.stop_timeout,
        },
    }
}
