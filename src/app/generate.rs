//! `plimsoll generate`.

mod webhook;

use std::io;

use super::Failure;
use super::lint::{self, to_stdout};
use crate::cli::{Generate, Generated, Policies};
use crate::policy::{self, Excluded, Request, Target};
use crate::yaml::emit;

/// Writes what is asked for; the result is the exit code.
pub(super) fn run(typed: &Generate) -> Result<u8, Failure> {
    match &typed.what {
        Generated::Policies(typed) => policies(typed),
        Generated::Webhook(typed) => webhook::run(typed),
    }
}

fn policies(typed: &Policies) -> Result<u8, Failure> {
    let request = request(typed)?;
    let documents = policy::vap::documents(&request);
    if documents.is_empty() {
        return Err(Failure::said(nothing(typed)));
    }
    let write = |out: &mut dyn io::Write| documents.iter().try_for_each(|document| emit::document(document, out));
    to_stdout(write).map(|()| 0)
}

/// Why there is no policy at all.
fn nothing(typed: &Policies) -> String {
    let reason = |id: &&'static str| {
        let rule = crate::names::rule(id)?;
        match rule.policy {
            crate::rule::Policy::None(reason) => Some(format!("{id} has no policy: {reason}")),
            _ => None,
        }
    };
    let reasons: Vec<_> = typed.rules.iter().filter_map(reason).collect();
    if reasons.is_empty() { "no rule that is asked for becomes a policy".to_owned() } else { reasons.join("; ") }
}

fn request(typed: &Policies) -> Result<Request, Failure> {
    let here = std::env::current_dir().map_err(|e| Failure::said(format_args!("the current directory: {e}")))?;
    let (settings, ..) = lint::settle(&typed.lint(), &here, lint::timestamp()?)?;
    let mut excluded = policy::namespaces::own();
    let named = typed.exclude_namespace.iter().filter(|name| !policy::namespaces::OWN.iter().any(|own| own.0 == *name));
    let asked = named.map(|name| Excluded { name: name.clone(), why: "left out by --exclude-namespace".to_owned() });
    excluded.extend(asked);
    Ok(Request { target: Target { settings, params: typed.params.clone() }, enforce_at: typed.enforce_at, excluded })
}
