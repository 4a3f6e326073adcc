//! Findings that someone has answered with "not here, because": they are kept, told apart, and fail nothing.
//!
//! Comments and annotations are read while their document is open, entries of the configuration beforehand. All are
//! applied once every rule has spoken, those over the whole input included; only then is it known which hides nothing.

use std::sync::Arc;

mod annotation;
mod apply;
mod comment;
mod date;
mod directive;
mod draft;
mod faults;
mod file;
mod ignore;
mod index;

pub(crate) use self::apply::{Judged, apply};
pub(crate) use self::comment::{between, comments, covered};
pub use self::date::Date;
pub(crate) use self::draft::Marks;
pub(crate) use self::file::FileMarks;
pub use self::ignore::{Ignore, Ignores, Names};
use crate::config::Settings;
use crate::finding::Finding;
use crate::k8s::{Object, ObjectRef, PodData};
use crate::rule::{Check, Rule};
use crate::rules::ALL;
use crate::source::{Position, Region, Source};

/// Where it is said that a finding be left alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// In the manifest itself: a comment or an annotation.
    InSource,
    /// Beside it: in the configuration or a baseline.
    External,
}

impl Kind {
    /// The word that SARIF and JSON use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::InSource => "inSource",
            Self::External => "external",
        }
    }
}

/// A finding that is suppressed.
#[derive(Clone, Debug)]
pub struct Suppressed {
    /// What was found.
    pub finding: Finding,
    /// What suppresses it.
    pub by: Arc<By>,
}

/// What suppresses findings.
#[derive(Clone, Debug)]
pub struct By {
    /// Where it is said that they be left alone.
    pub kind: Kind,
    /// Why.
    pub justification: Arc<str>,
    /// The file and the place where that is said; none where it is the findings themselves that are known (a baseline).
    pub place: Option<(Arc<str>, Region)>,
}

/// How a suppression is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Form {
    /// `# plimsoll: ignore[rule-id] reason`
    Comment,
    /// `ignore.plimsoll.dev/rule-id: reason`
    Annotation,
    /// `[[ignore]]` in the configuration.
    Entry,
}

impl Form {
    /// The word that output uses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Comment => "comment",
            Self::Annotation => "annotation",
            Self::Entry => "configuration",
        }
    }

    const fn kind(self) -> Kind {
        match self {
            Self::Comment | Self::Annotation => Kind::InSource,
            Self::Entry => Kind::External,
        }
    }
}

/// A suppression, wherever it stands, and what it hid in this run.
#[derive(Clone, Debug)]
pub struct Suppression {
    /// How it is written.
    pub form: Form,
    /// The file.
    pub path: Arc<str>,
    /// Where in the file.
    pub region: Region,
    /// What it silences; no rule stands for all.
    pub rules: Vec<&'static Rule>,
    /// Why; empty where no reason is given.
    pub reason: Arc<str>,
    /// The last day on which it holds.
    pub until: Option<Date>,
    /// Whether it hides what it covers: it has a reason, has not expired, and its rules are not locked.
    pub holds: bool,
    /// What it hid, in the order of the findings.
    pub hides: Vec<Hidden>,
}

impl Suppression {
    fn by(&self) -> By {
        let (justification, place) = (Arc::clone(&self.reason), (Arc::clone(&self.path), self.region));
        By { kind: self.form.kind(), justification, place: Some(place) }
    }
}

/// A finding that a suppression hid.
#[derive(Clone, Debug)]
pub struct Hidden {
    /// Whose it is.
    pub rule: &'static Rule,
    /// The file.
    pub path: Arc<str>,
    /// Where.
    pub start: Position,
    /// What it says.
    pub message: Arc<str>,
}

/// What a file's text has that may be a suppression.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Wanted {
    pub(crate) comments: bool,
    pub(crate) annotations: bool,
    pub(crate) images: bool,
}

impl Wanted {
    /// One search through the text: most files have none.
    pub(crate) fn of(source: &Source, settings: &Settings) -> Self {
        if !settings.suppressions || settings.sweep.is_some() {
            return Self::default();
        }
        let ours = memchr::memmem::find(source.text.as_bytes(), b"plimsoll").is_some();
        let has = |text: &str| ours && source.text.contains(text);
        Self { comments: has("plimsoll:"), annotations: has(annotation::PREFIX), images: settings.ignores.ask_images() }
    }

    /// What an object is looked through for where nothing in it may silence a rule.
    pub(crate) fn by_configuration(settings: &Settings) -> Self {
        Self { images: settings.suppressions && settings.ignores.ask_images(), ..Self::default() }
    }

    pub(crate) fn any(self) -> bool {
        self.comments || self.annotations || self.images
    }
}

/// What an object has that is wanted.
pub(crate) fn object(
    wanted: Wanted,
    object: Object<'_>,
    pods: &[PodData<'_>],
    reference: &Arc<ObjectRef>,
    settings: &Settings,
    marks: &mut Marks,
) {
    if wanted.annotations {
        annotation::annotations(object, pods, reference, settings, marks);
    }
    if wanted.images {
        ignore::images(pods, reference, &settings.ignores, marks);
    }
}

/// Whether a comment or an annotation may silence the rule at this index: it is not locked, nor about suppressions.
fn may_silence(index: usize, settings: &Settings) -> bool {
    !settings.locked.contains(&index) && !matches!(ALL[index].check, Check::Suppression(_))
}
