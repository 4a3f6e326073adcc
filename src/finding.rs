//! What a rule says, and where.
//! Inside a file a finding holds byte spans; `engine` turns them into positions once, when the file is done.

mod cross;
mod fix;
mod secret;
mod texts;

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::HashMap;
use std::sync::Arc;

pub use self::cross::CrossReport;
pub(crate) use self::fix::Remedy;
pub use self::fix::{Fix, Replacement};
pub(crate) use self::texts::Texts;
use crate::engine::Settings;
use crate::fingerprint::{Fingerprint, Mark, Value};
use crate::k8s::{Container, ObjectRef};
use crate::rule::{Level, Rule, Safety, Severity, Standard};
use crate::source::{LineIndex, Region, Span};
use crate::yaml::{NodeId, Place, Slot};

/// One thing that a rule found, at its place.
#[derive(Clone, Debug)]
pub struct Finding {
    /// Who says it.
    pub rule: &'static Rule,
    /// The rule's severity, as configured.
    pub severity: Severity,
    /// What is wrong: lower case, no full stop; names the container.
    pub message: Arc<str>,
    /// What to write instead.
    pub help: Option<Cow<'static, str>>,
    /// The file, as output shows it.
    pub path: Arc<str>,
    /// Where it is.
    pub region: Region,
    /// The object that it is about.
    pub object: Option<Arc<ObjectRef>>,
    /// The container's name.
    pub container: Option<Arc<str>>,
    /// The field's path from the object's root: `spec.template.spec.containers[0].image`.
    pub field: Option<Arc<str>>,
    /// What it is known by; only where the settings ask for it.
    pub fingerprint: Fingerprint,
    /// The Pod Security check that denies the pod for this.
    pub standard: Option<&'static Standard>,
    /// Other places that belong to it.
    pub related: Box<[Related]>,
    /// Whether it can be mended, and how safely.
    pub fixable: Option<Safety>,
    /// How: only where the settings ask for it.
    pub fix: Option<Box<Fix>>,
}

/// Another place that belongs to a finding.
#[derive(Clone, Debug)]
pub struct Related {
    /// The file.
    pub path: Arc<str>,
    /// Where.
    pub region: Region,
    /// What is there: lower case, no full stop.
    pub message: Cow<'static, str>,
}

/// A finding while its file is still at hand: spans, not positions.
#[derive(Debug)]
pub struct Draft {
    rule: &'static Rule,
    severity: Severity,
    message: String,
    help: Option<Cow<'static, str>>,
    span: Span,
    object: Option<Arc<ObjectRef>>,
    container: Option<String>,
    /// Where the container stands.
    item: Option<NodeId>,
    field: Option<String>,
    /// None where nobody asks what the finding is known by.
    mark: Option<Mark>,
    related: Vec<(Span, Cow<'static, str>)>,
    fixable: Option<Safety>,
    /// None where nobody asked for more than whether there is one.
    remedy: Option<Box<Remedy>>,
    /// Says that the API server refuses the value.
    refusal: bool,
    /// What no excerpt shows.
    secrets: Vec<Span>,
}

impl Draft {
    /// Says what to write instead.
    pub fn help(&mut self, help: impl Into<Cow<'static, str>>) -> &mut Self {
        self.help = Some(help.into());
        self
    }

    /// Caps the severity: this one is milder than the rule's worst.
    pub fn at_most(&mut self, severity: Severity) -> &mut Self {
        self.severity = self.severity.min(severity);
        self
    }

    /// Names another place in the same file.
    pub fn related(&mut self, span: Span, message: impl Into<Cow<'static, str>>) -> &mut Self {
        self.related.push((span, message.into()));
        self
    }

    /// Names the container where the report itself is about the pod.
    pub fn container(&mut self, container: Container<'_>) -> &mut Self {
        (self.container, self.item) = (Some(container.name().to_owned()), Some(container.slot().node()));
        self
    }

    /// The field that it is about, and what it is known by there.
    fn about(&mut self, slot: Slot<'_>, value: impl Value) -> &mut Self {
        if let Some(mark) = &mut self.mark {
            let (field, by_name) = slot.paths(self.item.zip(self.container.as_deref()));
            (self.field, *mark) = (Some(field), Mark::of(by_name, value));
        } else {
            self.field = Some(slot.path());
        }
        self
    }

    /// Says what the finding is known by, beside the field: `fingerprint` takes the value at `slot` otherwise. For values
    /// that change while what is wrong stays, and for those that are nobody's business, not even as a hash.
    pub fn known_by(&mut self, slot: Slot<'_>, what: &str) -> &mut Self {
        if let Some(mark) = &mut self.mark {
            *mark = Mark::of(slot.paths(self.item.zip(self.container.as_deref())).1, what);
        }
        self
    }

    /// The finished finding.
    pub(crate) fn finish(
        self,
        path: &Arc<str>,
        lines: &LineIndex<'_>,
        standard: Option<&'static Standard>,
        texts: &mut Texts,
    ) -> Finding {
        // What mends a secret has it in its text, and `--fix` needs no report.
        let told = self.secrets.is_empty();
        let fix = self.fixable.zip(self.remedy).filter(|(_, remedy)| told && remedy.is_settled());
        let (object, container) = (self.object.as_ref(), self.container.as_deref());
        let fingerprint = self.mark.map(|mark| texts.fingerprints.of(self.rule, object, container, &mark));
        let related = self.related.into_iter();
        Finding {
            rule: self.rule,
            severity: self.severity,
            message: texts.shared(&self.message),
            help: self.help,
            path: Arc::clone(path),
            region: lines.region(self.span),
            object: self.object,
            container: self.container.map(|name| texts.shared(&name)),
            field: self.field.map(|path| texts.shared(&path)),
            fingerprint: fingerprint.unwrap_or_default(),
            standard,
            related: related
                .map(|(span, message)| Related { path: Arc::clone(path), region: lines.region(span), message })
                .collect(),
            fixable: self.fixable,
            fix: fix.map(|(safety, remedy)| Box::new(remedy.finish(safety, lines))),
        }
    }

    /// Where it stands.
    pub(crate) fn span(&self) -> Span {
        self.span
    }

    /// What it says.
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    /// How bad it is.
    pub(crate) fn severity(&self) -> Severity {
        self.severity
    }

    /// The rule that speaks.
    pub(crate) fn rule(&self) -> &'static Rule {
        self.rule
    }
}

/// Where a rule writes while one object is judged. It knows the rule, the object and the settings.
pub struct Report<'a> {
    settings: &'a Settings,
    rule: &'static Rule,
    severity: Severity,
    object: Option<Arc<ObjectRef>>,
    /// The name of the container that is judged; its room is used again for the next.
    container: String,
    /// Where it stands.
    item: Option<NodeId>,
    /// What `told` gives.
    told: OnceCell<HashMap<Span, Vec<usize>>>,
    /// Drafts of other rules come before this one.
    own: usize,
    drafts: &'a mut Vec<Draft>,
}

impl<'a> Report<'a> {
    /// A report about an object that writes into `drafts`.
    pub(crate) fn new(
        settings: &'a Settings,
        rule: &'static Rule,
        severity: Severity,
        object: Option<&Arc<ObjectRef>>,
        drafts: &'a mut Vec<Draft>,
    ) -> Self {
        let (object, own) = (object.cloned(), drafts.len());
        Self {
            settings,
            rule,
            severity,
            object,
            container: String::new(),
            item: None,
            told: OnceCell::new(),
            own,
            drafts,
        }
    }

    /// Whether another rule has a finding about this very value already.
    pub fn is_told(&self, slot: Slot<'_>) -> bool {
        let drafts = self.told().get(&slot.span()).map_or(&[][..], Vec::as_slice);
        // A finding about a field that is absent may stand at the same place.
        !drafts.is_empty() && drafts.iter().any(|&d| self.drafts[d].field.as_deref() == Some(&*slot.path()))
    }

    /// The drafts of other rules about the object, by place. They lie together, at the end while it is judged.
    fn told(&self) -> &HashMap<Span, Vec<usize>> {
        self.told.get_or_init(|| {
            let mut told: HashMap<_, Vec<_>> = HashMap::new();
            for (at, draft) in self.drafts[..self.own].iter().enumerate().rev() {
                match (&draft.object, &self.object) {
                    (Some(a), Some(b)) if Arc::ptr_eq(a, b) => {}
                    _ => break,
                }
                if draft.severity > Severity::Note {
                    told.entry(draft.span).or_default().push(at);
                }
            }
            told
        })
    }

    /// Everything from here is about this object, or about none.
    pub(crate) fn set_object(&mut self, object: Option<Arc<ObjectRef>>) {
        self.object = object;
    }

    /// Everything from here is about this container, or about none.
    pub(crate) fn set_container(&mut self, container: Option<Container<'_>>) {
        self.item = container.map(|container| container.slot().node());
        self.container.clear();
        self.container.push_str(container.map_or("", Container::name));
    }

    /// The id that the object's pods shall run as; none where the floor leaves no room for one.
    pub fn id(&self) -> Option<i64> {
        self.settings.ids.id(self.object.as_deref()?, self.settings.uid_floor)
    }

    /// Why there is no such id where only room is missing; the help says so.
    pub fn no_id(&self) -> Option<String> {
        self.settings.ids.none_left(self.object.as_deref()?, self.settings.uid_floor)
    }

    /// Whether the object is of this kind.
    pub fn is_about(&self, kind: &str) -> bool {
        self.object.as_ref().is_some_and(|object| object.kind == kind)
    }

    /// The settings of this run: version, floors, known names.
    pub fn settings(&self) -> &'a Settings {
        self.settings
    }

    /// Whether what a check of this level denies is a finding here: always, unless the run judges by a standard and the
    /// rule stands for its check of another level. `restricted` does not contain `baseline`: where a check of the one
    /// replaces a check of the other, the two can disagree in both directions.
    pub fn judges(&self, level: Level) -> bool {
        let in_force = self.settings.standard.and_then(|_| self.rule.standard_at(self.settings));
        in_force.is_none_or(|standard| standard.level == level)
    }

    /// A finding at a slot: at its value, or, where it is absent, at the deepest parent that exists.
    pub fn at(&mut self, slot: Slot<'_>, message: impl Into<String>) -> &mut Draft {
        let place = slot.place();
        self.at_place(place, message).about(slot, slot)
    }

    /// A finding at the key of a slot.
    pub fn at_key(&mut self, slot: Slot<'_>, message: impl Into<String>) -> &mut Draft {
        let place = Place { span: slot.key_span(), ..slot.place() };
        self.at_place(place, message).about(slot, "")
    }

    /// A finding at a part of a slot's text: at the first `length` bytes of where `part` is written, or at the whole
    /// value where it is not written so (escapes, folded lines).
    pub fn at_part(&mut self, slot: Slot<'_>, part: &str, length: usize, message: impl Into<String>) -> &mut Draft {
        let mut place = slot.place();
        let start = place.span.start as usize;
        let written = place.span.text(slot.tree().text());
        if let Some(at) = written.find(part).filter(|_| part.len() > length || part != slot.text()) {
            place.span = Span::new(start + at, start + at + length.min(part.len()));
        }
        self.at_place(place, message).about(slot, slot)
    }

    /// A note that the rule cannot decide because the value at `slot` is a placeholder.
    pub fn undecided(&mut self, slot: Slot<'_>, what: &str) -> &mut Draft {
        let draft = self.at(slot, format!("cannot decide {what}: the value is a placeholder"));
        draft.severity = Severity::Note;
        draft
    }

    /// A finding at a value whose type the API server refuses, where `wanted` (`a boolean`) would stand.
    /// Said once for each value, by the first rule that reads it.
    pub fn refused(&mut self, slot: Slot<'_>, what: &str, wanted: &str) -> &mut Draft {
        let span = slot.span();
        if let Some(said) = self.drafts.iter().position(|d| d.refusal && d.span == span && d.object == self.object) {
            return &mut self.drafts[said];
        }
        let draft = match slot.misread() {
            Some(wanted) => {
                let path = slot.written().path();
                self.at(slot.written(), format!("{path} is not {wanted}: the API server refuses it"))
            }
            None => self.at(slot, format!("{what} is not {wanted}: the API server refuses it")),
        };
        draft.refusal = true;
        draft
    }

    /// The items of a list. One that is no list is reported, or, behind a placeholder, noted, and has none.
    pub fn items<'t>(&mut self, slot: Slot<'t>, what: &str) -> crate::yaml::Items<'t> {
        if slot.has_placeholder() {
            self.undecided(slot, what);
        } else if slot.misread().is_some() || slot.exists() && !slot.is_seq() {
            self.refused(slot, what, "a list");
        }
        slot.items()
    }

    /// Whether a slot can hold fields: it is a mapping, or absent. Any other value is reported, a placeholder noted.
    pub fn is_mapping(&mut self, slot: Slot<'_>, what: &str) -> bool {
        if slot.has_placeholder() {
            self.undecided(slot, what);
            return false;
        }
        if slot.misread().is_some() || slot.exists() && !slot.is_map() {
            self.refused(slot, what, "a mapping");
            return false;
        }
        true
    }

    /// A note beside the rule's own severity: good to know, never fails a run.
    pub fn note(&mut self, slot: Slot<'_>, message: impl Into<String>) -> &mut Draft {
        let draft = self.at(slot, message);
        draft.severity = Severity::Note;
        draft
    }

    /// A finding at a place that is no slot.
    pub fn at_place(&mut self, place: Place, message: impl Into<String>) -> &mut Draft {
        let related = place.used_at.map(|span| (span, Cow::Borrowed("used here, through an alias or a merge key")));
        self.drafts.push(Draft {
            rule: self.rule,
            severity: self.severity,
            message: message.into(),
            help: None,
            span: place.span,
            object: self.object.clone(),
            container: self.item.map(|_| self.container.clone()),
            item: self.item,
            field: None,
            mark: self.settings.with_marks.then(Mark::default),
            related: related.into_iter().collect(),
            fixable: None,
            remedy: self.settings.with_fixes.then(Box::default),
            refusal: false,
            secrets: Vec::new(),
        });
        let last = self.drafts.len() - 1;
        &mut self.drafts[last]
    }
}
