//! How a finding is mended: changes of the tree while it is at hand, then replacements of text.

use super::{Draft, Finding};
use crate::k8s::ObjectRef;
use crate::rule::Safety;
use crate::source::{LineIndex, Region, Span};
use crate::yaml::{Change, Edit, Editor};

/// A mend: replacements that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// Whether it may be applied without a look.
    pub safety: Safety,
    /// In text order, not overlapping.
    pub edits: Vec<Replacement>,
    /// What else it changes: lower case, no full stop.
    pub note: Option<String>,
}

/// A part of a file, and what shall stand there instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replacement {
    /// What is replaced.
    pub region: Region,
    /// What stands there instead.
    pub text: String,
}

/// How a finding is mended, while its file is still at hand.
#[derive(Clone, Debug, Default)]
pub(crate) struct Remedy {
    changes: Vec<Change>,
    edits: Vec<Edit>,
    /// Where aliases and merge keys stand that bring the changes elsewhere too.
    users: Vec<Span>,
}

impl Remedy {
    /// These changes together.
    pub(crate) fn of(changes: Vec<Change>) -> Self {
        Self { changes, ..Self::default() }
    }

    /// Turns the changes into edits; false where they cannot be written.
    pub(crate) fn settle(&mut self, editor: &Editor<'_, '_>) -> bool {
        let Ok(planned) = editor.plan(&self.changes) else { return false };
        self.users = planned.users();
        self.edits = planned.into_edits();
        true
    }

    pub(crate) fn is_settled(&self) -> bool {
        !self.edits.is_empty()
    }

    pub(crate) fn finish(self, safety: Safety, lines: &LineIndex<'_>) -> Fix {
        let users: Vec<_> = self.users.iter().map(|s| lines.position(s.start).line.to_string()).collect();
        let note = (!users.is_empty()).then(|| {
            let plural = if users.len() == 1 { "" } else { "s" };
            format!("also changes what comes through the alias on line{plural} {}", users.join(", "))
        });
        let edit = |e: Edit| Replacement { region: lines.region(e.span), text: e.text };
        Fix { safety, edits: self.edits.into_iter().map(edit).collect(), note }
    }
}

impl Draft {
    /// How it is mended: by all of these changes together; not at all where one of them cannot be made. The first
    /// remedy that is given counts.
    pub fn fix(&mut self, safety: Safety, changes: impl IntoIterator<Item = Option<Change>>) -> &mut Self {
        if self.fixable.is_some() {
            return self;
        }
        let mut changes = changes.into_iter();
        self.fixable = match &mut self.remedy {
            Some(remedy) => changes.collect::<Option<Vec<_>>>().filter(|c| !c.is_empty()).map(|changes| {
                remedy.changes = changes;
                safety
            }),
            None => changes.all(|c| c.is_some()).then_some(safety),
        };
        self
    }

    /// Whether it can be mended, as far as its rule knows.
    pub(crate) fn is_fixable(&self) -> bool {
        self.fixable.is_some()
    }

    /// Whom it is about: the object and the container.
    pub(crate) fn subject(&self) -> (Option<&ObjectRef>, Option<&str>) {
        (self.object.as_deref(), self.container.as_deref())
    }

    /// The field that it is about.
    pub(crate) fn field(&self) -> Option<&str> {
        self.field.as_deref()
    }

    /// The changes that mend it, and whether they may be made without a look.
    pub(crate) fn remedy(&self) -> Option<(Safety, &[Change])> {
        Some((self.fixable?, &self.remedy.as_ref()?.changes))
    }

    /// Turns the changes into edits while the tree is at hand.
    pub(crate) fn settle(&mut self, editor: &Editor<'_, '_>) {
        let (Some(_), Some(remedy)) = (self.fixable, &mut self.remedy) else { return };
        if !remedy.settle(editor) {
            self.fixable = None;
        }
    }

    /// A finding that was made when its file was closed, once more while its document is at hand.
    pub(crate) fn of(finding: &Finding, safety: Safety, remedy: Remedy) -> Self {
        Self {
            rule: finding.rule,
            severity: finding.severity,
            message: finding.message.to_string(),
            help: finding.help.clone(),
            span: Span::default(),
            object: finding.object.clone(),
            container: None,
            item: None,
            field: finding.field.as_deref().map(str::to_owned),
            mark: None,
            related: Vec::new(),
            fixable: Some(safety),
            remedy: Some(Box::new(remedy)),
            refusal: false,
            secrets: Vec::new(),
        }
    }
}
