//! Suppressions while their document is at hand: bytes of its text, not lines.

use std::sync::Arc;

use super::directive::{Slip, Terms};
use super::{Form, may_silence};
use crate::config::Settings;
use crate::k8s::ObjectRef;
use crate::rule::Fault;
use crate::rules::ALL;
use crate::source::Span;
use crate::yaml::Edit;

/// What a suppression covers.
#[derive(Debug)]
pub(super) enum Scope {
    /// Everything in the file.
    File,
    /// What stands on the line of this byte.
    Line(u32),
    /// A part of a document.
    Part(Part),
    /// The document that follows; nothing where none does.
    Next,
}

/// A part of a document: by where it stands, and by the fields of an object that are in it.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) span: Span,
    /// Whether what stands there is covered whoever it is about; otherwise only what is about no object.
    pub(super) by_place: bool,
    pub(super) object: Option<Arc<ObjectRef>>,
    /// The path from the object's root; empty for all of it.
    pub(super) field: String,
    /// Only what is about this container.
    pub(super) container: Option<String>,
}

/// Something that is wrong with a suppression.
#[derive(Debug)]
pub(super) struct FaultDraft {
    pub(super) fault: Fault,
    pub(super) span: Span,
    pub(super) message: String,
    pub(super) help: String,
    pub(super) subject: Subject,
    /// Takes it out, or a part of it; empty where that cannot be done.
    pub(super) fix: Vec<Edit>,
}

/// The annotation that a suppression is, as findings name it; nothing for a comment.
#[derive(Clone, Debug, Default)]
pub(super) struct Subject {
    pub(super) object: Option<Arc<ObjectRef>>,
    pub(super) field: Option<String>,
}

/// A suppression.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) form: Form,
    pub(super) span: Span,
    pub(super) scope: Scope,
    /// By index in `rules::ALL`.
    pub(super) rules: Vec<usize>,
    pub(super) terms: Terms,
    /// Whether it hides anything at all.
    pub(super) holds: bool,
    /// What stands between the brackets of a comment.
    pub(super) list: Option<Span>,
    pub(super) subject: Subject,
    /// Takes it out; empty where that cannot be done.
    pub(super) removal: Vec<Edit>,
    /// What to say where it hides nothing, beside that it may go.
    pub(super) hint: Option<String>,
}

/// A container with an image that the configuration ignores something about.
#[derive(Debug)]
pub(super) struct ImageHit {
    pub(super) object: Arc<ObjectRef>,
    pub(super) field: String,
    pub(super) container: String,
    /// The index of the entry.
    pub(super) ignore: usize,
}

/// The suppressions of one document, and what is wrong with them.
#[derive(Debug, Default)]
pub(crate) struct Marks {
    pub(super) drafts: Vec<Draft>,
    pub(super) faults: Vec<FaultDraft>,
    pub(super) images: Vec<ImageHit>,
}

impl Marks {
    pub(crate) fn is_empty(&self) -> bool {
        self.drafts.is_empty() && self.faults.is_empty() && self.images.is_empty()
    }

    /// Takes a suppression, and tells what its text alone shows to be wrong with it.
    pub(super) fn push(&mut self, mut draft: Draft, settings: &Settings) {
        if draft.terms.reason.is_empty() {
            draft.holds = false;
            let help = match draft.form {
                Form::Annotation => "write the reason as the annotation's value".to_owned(),
                _ => {
                    format!("write it behind the brackets: `# plimsoll: ignore[{}] reason`", names(&draft.rules, ", "))
                }
            };
            let message = "no reason is given here, so nothing is suppressed".to_owned();
            self.tell(&draft, Fault::Reason, message, help, draft.removal.clone());
        } else if let Some(until) = draft.terms.until.filter(|&until| until < settings.today) {
            draft.holds = false;
            let message = format!("the suppression of {} ended on {until}", quoted(&draft.rules));
            let help = "mend what it hid, or give it a later date".to_owned();
            self.tell(&draft, Fault::Expired, message, help, draft.removal.clone());
        } else {
            let (free, locked): (Vec<usize>, Vec<usize>) = draft.rules.iter().partition(|&&r| may_silence(r, settings));
            let fix = match draft.list {
                Some(span) if !free.is_empty() => vec![Edit { span, text: names(&free, ", ") }],
                _ => draft.removal.clone(),
            };
            for &rule in &locked {
                let id = ALL[rule].id;
                let (message, help) = if settings.locked.contains(&rule) {
                    let message = format!("`{id}` is locked by the configuration: nothing in a manifest silences it");
                    (message, "mend what it finds, or ask whoever keeps the configuration".to_owned())
                } else {
                    let message = format!("`{id}` is about suppressions, and no suppression silences it");
                    (message, "turn it off under `[rules]` in plimsoll.toml".to_owned())
                };
                self.tell(&draft, Fault::Locked, message, help, fix.clone());
            }
            draft.holds = !free.is_empty();
            draft.rules = free;
        }
        self.drafts.push(draft);
    }

    fn tell(&mut self, draft: &Draft, fault: Fault, message: String, help: String, fix: Vec<Edit>) {
        let (span, subject) = (draft.span, draft.subject.clone());
        self.faults.push(FaultDraft { fault, span, message, help, subject, fix });
    }

    pub(super) fn slip(&mut self, fault: Fault, slip: Slip, subject: Subject, fix: Vec<Edit>) {
        let Slip { span, message, help } = slip;
        self.faults.push(FaultDraft { fault, span, message, help, subject, fix });
    }
}

/// The ids of rules.
pub(super) fn names(rules: &[usize], separator: &str) -> String {
    rules.iter().map(|&r| ALL[r].id).collect::<Vec<_>>().join(separator)
}

/// `` `a`, `b` ``
pub(super) fn quoted(rules: &[usize]) -> String {
    format!("`{}`", names(rules, "`, `"))
}
