//! `plimsoll admit`: one review in, its answer out.

use std::fs::File;
use std::io::{self, Read};

use super::{Failure, lint, print};
use crate::admission::{self, Answer, MAX_BYTES, Outcome, Reviewer};
use crate::cli::{Admit, Judging};
use crate::config::Settings;

/// Runs it; the result is the exit code.
pub(super) fn run(typed: &Admit) -> Result<u8, Failure> {
    let body = match &typed.file {
        Some(path) if path.as_os_str() != "-" => {
            let shown = path.display().to_string();
            File::open(path).and_then(read).map_err(|error| super::unread(&shown, &error))
        }
        _ => read(io::stdin().lock()).map_err(|error| super::unread("standard input", &error)),
    };
    let made = settings(&typed.judging).map(|settings| Reviewer::new(settings).mutating(typed.mutate));
    let (body, reviewer) = match (body, made) {
        (Ok(body), Ok(reviewer)) => (body, reviewer),
        // Whoever waits for an answer gets one all the same.
        (body, reviewer) => {
            let failure = body.as_ref().err().or(reviewer.as_ref().err());
            let reason = failure.map(Failure::reason).unwrap_or_default();
            give(&admission::refuse(body.as_deref().unwrap_or_default(), &reason))?;
            return reviewer.and(body).map(|_| 2);
        }
    };
    let answer = reviewer.review(&body);
    give(&answer)?;
    Ok(match answer.outcome {
        Outcome::Allowed | Outcome::Warned => 0,
        Outcome::Refused => 1,
        Outcome::Unreadable => 2,
    })
}

/// By what is judged.
pub(super) fn settings(judging: &Judging) -> Result<Settings, Failure> {
    let here = std::env::current_dir().map_err(|e| Failure::said(format_args!("the current directory: {e}")))?;
    lint::settle(&judging.lint(), &here, lint::timestamp()?).map(|(settings, ..)| settings)
}

/// One byte more than a review may have is enough to see that it is too large.
fn read(from: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn give(answer: &Answer) -> Result<(), Failure> {
    match print(&[&answer.body[..], b"\n"].concat()) {
        // Nobody reads the answer: then the exit code alone says what it is, and must not be that of an allowance.
        Ok(_) | Err(Failure::Closed) => Ok(()),
        Err(failure) => Err(failure),
    }
}
