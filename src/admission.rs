//! AdmissionReview in, AdmissionReview out: what the lint says before the cluster, said at its door by the same engine.
//!
//! A review has one object, as the API server holds it: JSON, complete, and defaulted. So not every rule can judge there:
//! - rules over the whole input (whether a RuntimeClass exists, whether an account needs its token, what a Namespace asks
//!   of its pods) see no other object, and are silent;
//! - rules about text (a key that stands twice, what is wrong with a suppression) have none: the API server wrote it;
//! - nothing is filled in later, so that what looks like a placeholder is the value, and is judged as such.
//!
//! Comments there are none, and annotations `ignore.plimsoll.dev/…` do not count: whoever may create a pod could silence
//! the guard with them. What the configuration suppresses is left alone, but for entries that name a path. Its severities
//! hold, but for those of paths; its baseline does not.
//!
//! It fails closed: what cannot be read is refused, with the reason.

mod answer;
mod change;
mod patch;
mod request;
mod spare;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use self::answer::Said;
use self::request::{Operation, Request};
use crate::config::Settings;
use crate::engine::{Judge, Outcomes};
use crate::finding::Finding;
use crate::fix;
use crate::k8s::api::{Fault, Lookup};
use crate::k8s::{self, Object};
use crate::rule::Check;
use crate::source::Source;
use crate::suppress::{Date, Ignores};
use crate::yaml;

/// How large a review may be. The API server takes requests of 3 MiB, and sends the object as it is and as it was.
pub const MAX_BYTES: usize = 8 << 20;

/// What came of a review.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// Allowed, without a word.
    Allowed,
    /// Allowed, with warnings.
    Warned,
    /// Refused, for what was found.
    Refused,
    /// Refused, as it could not be read or judged.
    Unreadable,
}

impl Outcome {
    /// Every outcome, mildest first.
    pub const ALL: [Self; 4] = [Self::Allowed, Self::Warned, Self::Refused, Self::Unreadable];

    /// The word that metrics and logs use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Warned => "warned",
            Self::Refused => "refused",
            Self::Unreadable => "unreadable",
        }
    }

    /// Whether the request may pass.
    pub const fn is_allowed(self) -> bool {
        matches!(self, Self::Allowed | Self::Warned)
    }
}

/// The answer to a review.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The AdmissionReview, as JSON.
    pub body: Vec<u8>,
    /// What came of it.
    pub outcome: Outcome,
    /// The uid of the request; empty where none could be read.
    pub uid: String,
    /// What the request is about, as in `create Pod shop/app`; empty where it could not be read.
    pub about: String,
    /// How many findings each rule has, notes and those that are suppressed left out.
    pub findings: BTreeMap<&'static str, usize>,
    /// How many operations the patch has.
    pub changes: usize,
    /// Why nothing was judged: why the request could not be read, or why it needs no judging.
    pub reason: Option<String>,
}

/// Why a review could not be read or judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unreadable {
    /// The HTTP status that says it best.
    code: u16,
    reason: String,
}

impl Unreadable {
    fn new(reason: impl Into<String>) -> Self {
        Self { code: 400, reason: reason.into() }
    }
}

/// Answers reviews by one configuration. It is made once, and may be asked from many threads.
#[derive(Clone, Debug)]
pub struct Reviewer {
    settings: Settings,
    mutates: bool,
    asks_clock: bool,
}

impl Reviewer {
    /// A reviewer by these settings.
    pub fn new(mut settings: Settings) -> Self {
        settings.severities.retain(|rule| judges(&rule.check));
        settings.overrides.clear();
        (settings.sweep, settings.levels, settings.around) = (None, false, None);
        (settings.with_fixes, settings.with_marks) = (false, false);
        if settings.ignores.list.iter().any(|ignore| ignore.paths.is_some()) {
            let mut ignores = Ignores::clone(&settings.ignores);
            ignores.list.retain(|ignore| ignore.paths.is_none());
            settings.ignores = ignores.into();
        }
        Self { settings, mutates: false, asks_clock: false }
    }

    /// Whether it answers with a patch of the safe fixes, and judges what is left.
    #[must_use]
    pub fn mutating(mut self, mutates: bool) -> Self {
        (self.mutates, self.settings.with_fixes) = (mutates, mutates);
        self
    }

    /// Asks the clock for the day at every review: for what runs longer than the day on which it was made.
    #[must_use]
    pub fn asking_the_clock(mut self) -> Self {
        self.asks_clock = true;
        self
    }

    /// The answer to the AdmissionReview that these bytes are.
    pub fn review(&self, body: &[u8]) -> Answer {
        match self.judge(body) {
            Ok(answer) => answer,
            Err(unreadable) => unreadable.answer(body),
        }
    }

    fn judge(&self, body: &[u8]) -> Result<Answer, Unreadable> {
        let text = request::text(body)?;
        let tree = yaml::parse_object(text).map_err(|broken| request::broken(text, &broken))?;
        let request = Request::read(&tree)?;
        let Some(object) = request.object else {
            return Ok(Said::spared(request.operation.without_object()).answer(&request));
        };
        if let Some(why) = spare::subresource(&request) {
            return Ok(Said::spared(why).answer(&request));
        }
        let source = Source::new("", tree.span(object.node()).text(text));
        let tree = yaml::parse_object(&source.text).map_err(|broken| request::broken(&source.text, &broken))?;
        let object = self.object(&tree, &request)?;
        if let Some(why) = spare::update(&request, object, text)? {
            return Ok(Said::spared(why).answer(&request));
        }
        let settings = self.today();
        let judge = Judge::of_objects(&settings);
        let outcomes = judge.outcomes(&source, &tree);
        let mended = (self.mutates && request.may_be_mended())
            .then(|| fix::object(&source.text, &judge, &left_alone(&outcomes)))
            .flatten();
        let Some(mended) = mended else {
            return Ok(Said::judged(&outcomes, &settings, Vec::new()).answer(&request));
        };
        let source = Source::new("", mended);
        let after = yaml::parse_object(&source.text).map_err(|broken| request::broken(&source.text, &broken))?;
        let patch = patch::between(&tree, &after);
        Ok(Said::judged(&judge.outcomes(&source, &after), &settings, patch).answer(&request))
    }

    /// The one object of a tree: of the kind that the request names, and such that the API server could have read it.
    fn object<'t>(&self, tree: &'t yaml::Tree<'t>, request: &Request<'_>) -> Result<Object<'t>, Unreadable> {
        let objects = k8s::objects(tree);
        let Some(&object) = objects.first() else {
            return Err(Unreadable::new("request.object has no apiVersion and no kind"));
        };
        if object.slot().node() != tree.root() {
            return Err(Unreadable::new("request.object is a list of objects, and one is wanted"));
        }
        request.fits(object)?;
        let known = matches!(k8s::api::kind(object.api_version(), object.kind()), Lookup::Known(_));
        let pods = k8s::pods(object);
        let slips = if known { k8s::api::slips(object, &pods, self.settings.kubernetes.0) } else { Vec::new() };
        let mistyped = slips.iter().find_map(|slip| match slip.fault {
            Fault::Type(wanted) => Some((slip, wanted)),
            _ => None,
        });
        mistyped.map_or(Ok(object), |(slip, wanted)| {
            let wanted = wanted.wanted(slip.slot.kind());
            let reason =
                format!("request.object: {} is {}: the API server wants {wanted}", slip.slot.path(), slip.stands());
            Err(Unreadable::new(reason))
        })
    }

    /// The settings on the day of the review.
    fn today(&self) -> Cow<'_, Settings> {
        let today = if self.asks_clock { Date::today() } else { self.settings.today };
        if today == self.settings.today {
            return Cow::Borrowed(&self.settings);
        }
        Cow::Owned(Settings { today, ..self.settings.clone() })
    }
}

/// Refuses a review that nobody can judge, as what is needed for that is missing: for whoever could not make a reviewer.
pub fn refuse(body: &[u8], reason: &str) -> Answer {
    Unreadable { code: 500, reason: reason.to_owned() }.answer(body)
}

/// Whether a rule can judge one object without its text.
pub fn judges(check: &Check) -> bool {
    match check {
        Check::Require(_) | Check::Object(_) | Check::Pod(_) | Check::Container(_) | Check::Api(_) => true,
        Check::Inputs(_) | Check::Namespace(_) | Check::Import | Check::Document(_) | Check::Suppression(_) => false,
    }
}

/// The findings that nobody asked to have mended, and those whose fix would make another object of it.
fn left_alone(outcomes: &Outcomes) -> BTreeSet<String> {
    let names = |f: &&Finding| {
        matches!(f.field.as_deref(), Some("apiVersion" | "kind" | "metadata.name" | "metadata.namespace"))
    };
    let suppressed = outcomes.suppressed.iter().map(|s| &s.finding);
    suppressed.chain(outcomes.findings.iter().filter(names)).map(fix::identity_of).collect()
}

impl Operation {
    /// Why a request without an object needs no judging.
    const fn without_object(self) -> &'static str {
        match self {
            Self::Delete => "a request to delete has no object to judge",
            _ => "a request to connect changes no object",
        }
    }
}
