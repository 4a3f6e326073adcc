//! The suppressions of one file, kept until the rules over the whole input have spoken: lines, not bytes.

use std::sync::Arc;

use super::draft::{Draft, FaultDraft, Marks, Part, Scope, Subject};
use super::{Form, Suppression};
use crate::config::Settings;
use crate::finding::Replacement;
use crate::k8s::ObjectRef;
use crate::rule::Fault;
use crate::rules::ALL;
use crate::source::{LineIndex, Region, Source, Span};
use crate::yaml::Edit;

/// The suppressions of a file.
#[derive(Debug)]
pub(crate) struct FileMarks {
    pub(crate) path: Arc<str>,
    pub(super) kept: Vec<Kept>,
    pub(super) faults: Vec<Told>,
    pub(super) images: Vec<KeptImage>,
    /// Where the documents begin that have any, in order.
    pub(super) documents: Vec<usize>,
    /// Those that cover the next document.
    waiting: Vec<usize>,
    /// Bytes before the text.
    bom: usize,
    /// Where the document that was last taken ends.
    end: u32,
    /// Whether all of the file was judged.
    pub(crate) whole: bool,
    /// Whether its pods were held against their namespaces.
    pub(crate) under_namespaces: bool,
}

/// A suppression, and what it covers.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) suppression: Suppression,
    pub(super) scope: KeptScope,
    /// The document's place in `documents`.
    pub(super) document: usize,
    /// By index in `rules::ALL`, as in `suppression.rules`.
    pub(super) rules: Vec<usize>,
    pub(super) list: Option<Region>,
    pub(super) subject: Subject,
    pub(super) removal: Vec<Replacement>,
    pub(super) hint: Option<String>,
}

#[derive(Debug)]
pub(super) enum KeptScope {
    File,
    Line(u32),
    /// From one byte of the file to another.
    Part(usize, usize, Part),
    Nothing,
}

/// Something that is wrong with a suppression.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) fault: Fault,
    pub(super) region: Region,
    pub(super) message: String,
    pub(super) help: String,
    pub(super) subject: Subject,
    pub(super) fix: Vec<Replacement>,
}

/// A container with an image that an entry of the configuration asks about.
#[derive(Debug)]
pub(super) struct KeptImage {
    pub(super) document: usize,
    pub(super) object: Arc<ObjectRef>,
    pub(super) field: String,
    pub(super) container: String,
    pub(super) ignore: usize,
}

impl FileMarks {
    pub(crate) fn new(source: &Source) -> Self {
        Self {
            path: Arc::clone(&source.path),
            kept: Vec::new(),
            faults: Vec::new(),
            images: Vec::new(),
            documents: Vec::new(),
            waiting: Vec::new(),
            bom: source.bom,
            end: 0,
            whole: true,
            under_namespaces: false,
        }
    }

    /// Whether there is nothing to keep.
    pub(crate) fn is_empty(&self) -> bool {
        self.kept.is_empty() && self.faults.is_empty() && self.images.is_empty()
    }

    /// Takes what stands on the line of the separator before a document.
    pub(crate) fn between(&mut self, source: &Source, document: Span, settings: &Settings, lines: &LineIndex<'_>) {
        let gap = Span { start: self.end.min(document.start), end: document.start };
        self.end = document.end;
        let text = gap.text(&source.text);
        if let Some(hash) = memchr::memchr(b'#', text.as_bytes()) {
            let mut marks = Marks::default();
            let start = gap.start as usize + hash;
            let comment = Span::new(start, start + text[hash..].trim_end().len());
            super::between(&source.text, comment, settings, &mut marks);
            self.add(marks, gap, lines);
        }
    }

    /// Takes what one document has. What waits for a document covers it, unless it has nothing but comments.
    pub(crate) fn take(&mut self, marks: Marks, document: Span, nothing: bool, lines: &LineIndex<'_>) {
        let (start, end) = (document.start as usize + self.bom, document.end as usize + self.bom);
        let waiting = if nothing { Vec::new() } else { std::mem::take(&mut self.waiting) };
        for at in waiting {
            let part = Part { span: document, by_place: true, object: None, field: String::new(), container: None };
            self.kept[at].scope = KeptScope::Part(start, end, part);
        }
        self.add(marks, document, lines);
    }

    fn add(&mut self, marks: Marks, document: Span, lines: &LineIndex<'_>) {
        if marks.is_empty() {
            return;
        }
        let at = self.documents.len();
        self.documents.push(document.start as usize + self.bom);
        for draft in marks.drafts {
            self.keep(draft, at, lines);
        }
        self.faults.extend(marks.faults.into_iter().map(|fault| told(fault, lines)));
        self.images.extend(marks.images.into_iter().map(|hit| KeptImage {
            document: at,
            object: hit.object,
            field: hit.field,
            container: hit.container,
            ignore: hit.ignore,
        }));
    }

    fn keep(&mut self, draft: Draft, document: usize, lines: &LineIndex<'_>) {
        let scope = match draft.scope {
            _ if !draft.holds => KeptScope::Nothing,
            Scope::File => KeptScope::File,
            Scope::Line(at) => KeptScope::Line(lines.position(at).line),
            Scope::Part(part) => {
                let (start, end) = (part.span.start as usize + self.bom, part.span.end as usize + self.bom);
                KeptScope::Part(start, end, part)
            }
            Scope::Next => {
                self.waiting.push(self.kept.len());
                KeptScope::Nothing
            }
        };
        let suppression = Suppression {
            form: draft.form,
            path: Arc::clone(&self.path),
            region: lines.region(draft.span),
            rules: draft.rules.iter().map(|&r| ALL[r]).collect(),
            reason: draft.terms.reason.into(),
            until: draft.terms.until,
            holds: draft.holds,
            hides: Vec::new(),
        };
        self.kept.push(Kept {
            suppression,
            scope,
            document,
            rules: draft.rules,
            list: draft.list.map(|span| lines.region(span)),
            subject: draft.subject,
            removal: replacements(draft.removal, lines),
            hint: draft.hint,
        });
    }

    /// The document that this byte of the file is in, as an index of `documents`.
    pub(super) fn document(&self, offset: usize) -> Option<usize> {
        self.documents.partition_point(|&start| start <= offset).checked_sub(1)
    }
}

fn told(draft: FaultDraft, lines: &LineIndex<'_>) -> Told {
    let FaultDraft { fault, span, message, help, subject, fix } = draft;
    Told { fault, region: lines.region(span), message, help, subject, fix: replacements(fix, lines) }
}

/// Edits by line and column.
pub(super) fn replacements(edits: Vec<Edit>, lines: &LineIndex<'_>) -> Vec<Replacement> {
    edits.into_iter().map(|e| Replacement { region: lines.region(e.span), text: e.text }).collect()
}

impl Kept {
    /// Whether what it covers depends on documents other than its own.
    pub(super) fn reaches_out(&self) -> bool {
        match &self.scope {
            KeptScope::File | KeptScope::Nothing => true,
            KeptScope::Line(_) => false,
            KeptScope::Part(_, _, part) => self.suppression.form == Form::Comment && part.object.is_none(),
        }
    }
}
