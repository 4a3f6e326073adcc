//! `plimsoll generate webhook`.

use std::io;

use crate::app::{self, Failure, admit, lint};
use crate::cli::{CertificateFrom, Judging, OnFailure, Webhook};
use crate::config::Threshold;
use crate::generate::webhook::{self, Certificate, FailurePolicy, NAME};
use crate::identity::Ids;
use crate::k8s::ObjectRef;
use crate::yaml::emit;

pub(super) fn run(typed: &Webhook) -> Result<u8, Failure> {
    let webhook = asked(typed)?;
    let documents = webhook::documents(&webhook);
    let write = |out: &mut dyn io::Write| documents.iter().try_for_each(|document| emit::document(document, out));
    lint::to_stdout(write).map(|()| 0)
}

fn asked(typed: &Webhook) -> Result<webhook::Webhook, Failure> {
    // The server would read them so: what is wrong is said here, and not by pods that do not start.
    let settings = admit::settings(&typed.judging)?;
    let here = std::env::current_dir().map_err(|e| Failure::said(format_args!("the current directory: {e}")))?;
    let config = lint::configuration(&typed.judging.lint(), &here);
    let config = config.map(|path| app::text(&path, &app::shown(&path, &here))).transpose()?;
    let of = ObjectRef {
        api_version: "apps/v1".to_owned(),
        kind: "Deployment".to_owned(),
        namespace: Some(typed.namespace.clone()),
        name: NAME.to_owned(),
    };
    let id = Ids::default().id(&of, settings.uid_floor);
    Ok(webhook::Webhook {
        image: typed.image.clone(),
        namespace: typed.namespace.clone(),
        judging: judging(&typed.judging),
        config,
        certificate: match typed.certificate {
            CertificateFrom::Secret => Certificate::Secret,
            CertificateFrom::CertManager => Certificate::CertManager,
        },
        failure_policy: match typed.failure_policy {
            OnFailure::Fail => FailurePolicy::Fail,
            OnFailure::Ignore => FailurePolicy::Ignore,
        },
        mutate: typed.mutate,
        user_namespace: typed.user_namespace,
        id: id.ok_or_else(|| Failure::said("`--uid-floor` leaves no id for the pods"))?,
        excluded: typed.exclude_namespace.clone(),
    })
}

/// The same options for the server; its configuration file is another one.
fn judging(typed: &Judging) -> Vec<String> {
    let fail_on = typed.fail_on.map(|Threshold(least)| least.map_or("never", |severity| severity.name()));
    let mut arguments = Vec::new();
    arguments.extend(typed.standard.map(|level| format!("--standard={}", level.name())));
    arguments.extend(typed.kubernetes.map(|version| format!("--kubernetes={version}")));
    arguments.extend(typed.uid_floor.map(|floor| format!("--uid-floor={floor}")));
    arguments.extend(typed.only.iter().map(|rule| format!("--only={rule}")));
    arguments.extend(fail_on.map(|severity| format!("--fail-on={severity}")));
    arguments
}
