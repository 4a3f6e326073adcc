//! A requirement on a field as data, and its evaluator.
//! From a clause follow the verdict, the place, the message, the fix, and later the CEL expression.

mod exemption;
mod message;
mod remedy;

pub use self::exemption::{Exemption, SHARES_NO_IDS};
pub use self::remedy::Remedy;
use crate::finding::Report;
use crate::k8s::{Container, Pod};
use crate::rule::Safety;
use crate::yaml::{Change, Slot, Typed};

/// What a clause is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// A field of the pod's spec.
    Pod,
    /// A field of every container: init, main and ephemeral.
    EveryContainer,
    /// A field of the pod's spec that containers may write themselves. The pod's own value is judged even where every
    /// container has another, as Pod Security admission does; a container without a value is asked where the pod has none.
    PodAndContainers,
}

/// A value in a clause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Literal {
    /// `true` or `false`.
    Bool(bool),
    /// A string.
    Str(&'static str),
    /// An integer.
    Int(i64),
}

/// What a field must be. Eight, and no more: the ninth request becomes a `fn`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Test {
    /// Written, and this.
    Is(Literal),
    /// Absent, or something else.
    IsNot(Literal),
    /// Written, and one of these strings.
    OneOf(&'static [&'static str]),
    /// Absent, or one of these strings.
    NoneBut(&'static [&'static str]),
    /// A list that has this string.
    Includes(&'static str),
    /// A list, absent or with nothing but these strings; each other item is a finding of its own.
    Only(&'static [&'static str]),
    /// Written, and an integer above the configured UID floor; 0 passes, since rules of their own are about root.
    AboveFloor,
    /// Absent, or an integer above this one.
    NotBelow(i64),
}

impl Test {
    /// The type that the field has in the API, for messages.
    fn wants(self) -> &'static str {
        match self {
            Self::Is(Literal::Bool(_)) | Self::IsNot(Literal::Bool(_)) => "a boolean",
            Self::Is(Literal::Str(_)) | Self::IsNot(Literal::Str(_)) | Self::OneOf(_) | Self::NoneBut(_) => "a string",
            Self::Is(Literal::Int(_)) | Self::IsNot(Literal::Int(_)) | Self::AboveFloor | Self::NotBelow(_) => {
                "an integer"
            }
            Self::Includes(_) | Self::Only(_) => "a list",
        }
    }
}

/// Whether a clause's fix may be made, and how safely.
pub type Fits = fn(Pod<'_>, Option<Container<'_>>) -> Option<Safety>;

/// The changes of a container that a fix needs beside its own; one that cannot be made is `None`.
pub type Along = fn(Container<'_>) -> Vec<Option<Change>>;

/// One requirement.
#[derive(Clone, Copy, Debug)]
pub struct Clause {
    /// What it is about.
    pub scope: Scope,
    /// The field, from the pod's spec or the container.
    pub path: &'static str,
    /// Whether a container that has no value takes the pod's, at the same path in the pod's spec.
    pub inherits: bool,
    /// What the field must be.
    pub test: Test,
    /// Who is not asked.
    pub unless: &'static [Exemption],
    /// What mends it, and whether that may be done without a look.
    pub fix: Option<(Safety, Remedy)>,
    /// What has to change along with it.
    pub along: Option<Along>,
    /// Whether it mends here, and how safely, where that depends on what else the pod says; the container is none where
    /// the pod's own value is mended.
    pub fits: Option<Fits>,
    /// The help line.
    pub help: &'static str,
    /// The help line where it depends on the container.
    pub advice: Option<fn(Container<'_>) -> String>,
}

/// A requirement on a field of the pod's spec.
pub const fn pod(path: &'static str) -> Clause {
    clause(Scope::Pod, path)
}

/// A requirement on a field of every container.
pub const fn every_container(path: &'static str) -> Clause {
    clause(Scope::EveryContainer, path)
}

/// A requirement on a field of the pod's spec and on the same field of every container.
pub const fn pod_and_containers(path: &'static str) -> Clause {
    clause(Scope::PodAndContainers, path)
}

const fn clause(scope: Scope, path: &'static str) -> Clause {
    let test = Test::Is(Literal::Bool(true));
    Clause {
        scope,
        path,
        inherits: false,
        test,
        unless: &[],
        fix: None,
        along: None,
        fits: None,
        help: "",
        advice: None,
    }
}

impl Clause {
    /// A container without a value takes the pod's.
    pub const fn or_pod(mut self) -> Self {
        self.inherits = true;
        self
    }

    /// What the field must be.
    pub const fn must(mut self, test: Test) -> Self {
        self.test = test;
        self
    }

    /// Must be written, and this boolean.
    pub const fn is(self, value: bool) -> Self {
        self.must(Test::Is(Literal::Bool(value)))
    }

    /// Must not be written as this boolean.
    pub const fn is_not(self, value: bool) -> Self {
        self.must(Test::IsNot(Literal::Bool(value)))
    }

    /// Must be a list with this string.
    pub const fn includes(self, value: &'static str) -> Self {
        self.must(Test::Includes(value))
    }

    /// Who is not asked.
    pub const fn unless(mut self, exemptions: &'static [Exemption]) -> Self {
        self.unless = exemptions;
        self
    }

    /// What to write instead: where nothing is written, at the pod if containers take its value, else at the container.
    pub const fn fix(self, safety: Safety, value: &'static str) -> Self {
        self.remedy(safety, Remedy::Write(value))
    }

    /// What mends it.
    pub const fn remedy(mut self, safety: Safety, remedy: Remedy) -> Self {
        self.fix = Some((safety, remedy));
        self
    }

    /// What has to change along with the fix.
    pub const fn along(mut self, changes: fn(Container<'_>) -> Vec<Option<Change>>) -> Self {
        self.along = Some(changes);
        self
    }

    /// Whether the fix may be made, by what else the pod says.
    pub const fn where_it_fits(mut self, fits: Fits) -> Self {
        self.fits = Some(fits);
        self
    }

    /// The help line.
    pub const fn help(mut self, help: &'static str) -> Self {
        self.help = help;
        self
    }

    /// The help line, from what the manifest says about the container.
    pub const fn advise(mut self, advice: fn(Container<'_>) -> String) -> Self {
        self.advice = Some(advice);
        self
    }

    /// Judges a pod.
    pub fn check(&self, pod: Pod<'_>, report: &mut Report<'_>) {
        // The API server refuses a wrong type in exempt pods as well.
        let asked = !self.unless.iter().any(|e| e.covers(pod, report));
        match self.scope {
            Scope::Pod => self.judge(pod.at(self.path), pod, None, asked, report),
            Scope::EveryContainer => self.check_containers(pod, asked, report),
            Scope::PodAndContainers => self.check_both(pod, asked, report),
        }
    }

    fn check_containers(&self, pod: Pod<'_>, asked: bool, report: &mut Report<'_>) {
        let shared = pod.at(self.path);
        let mut shared_judged = false;
        for container in pod.containers() {
            let own = container.at(self.path);
            if own.is_absent() && self.inherits && !shared.is_absent() {
                // One value is one defect, however many containers take it.
                if !std::mem::replace(&mut shared_judged, true) {
                    self.judge(shared, pod, None, asked, report);
                }
                continue;
            }
            report.set_container(Some(container));
            self.judge(own, pod, Some(container), asked, report);
            report.set_container(None);
        }
    }

    fn check_both(&self, pod: Pod<'_>, asked: bool, report: &mut Report<'_>) {
        let shared = pod.at(self.path);
        if !shared.is_absent() {
            self.judge(shared, pod, None, asked, report);
        }
        for container in pod.containers() {
            let own = container.at(self.path);
            if own.is_absent() && !shared.is_absent() {
                continue;
            }
            report.set_container(Some(container));
            self.judge(own, pod, Some(container), asked, report);
        }
        report.set_container(None);
    }

    fn judge(
        &self,
        slot: Slot<'_>,
        pod: Pod<'_>,
        container: Option<Container<'_>>,
        asked: bool,
        report: &mut Report<'_>,
    ) {
        let path = self.path;
        let floor = report.settings().uid_floor;
        let verdict = match self.verdict(slot, floor) {
            Typed::Wrong => Typed::Wrong,
            verdict => {
                if asked {
                    verdict
                } else {
                    Typed::Is(true)
                }
            }
        };
        // Most fields are as they must be: nobody needs a name then.
        if verdict == Typed::Is(true) && (slot.is_absent() || !matches!(self.test, Test::Only(_) | Test::Includes(_))) {
            return;
        }
        let who = &container.map_or_else(|| "the pod".to_owned(), Container::label);
        match self.test {
            Test::Only(allowed) if asked => return self.judge_items(slot, allowed, who, report),
            Test::Only(_) | Test::Includes(_) => self.refuse_items(slot, who, report),
            _ => {}
        }
        let writes = self.fix.filter(|(_, remedy)| *remedy == Remedy::WriteId);
        let (id, none_left) = (writes.and_then(|_| report.id()), writes.and_then(|_| report.no_id()));
        let draft = match verdict {
            Typed::Is(true) => return,
            Typed::Unknown => report.undecided(slot, &format!("{path} of {who}")),
            Typed::Absent => report.at(slot, self.absence(container, who, floor)),
            Typed::Wrong => report.refused(slot, &format!("{path} of {who}"), self.test.wants()),
            Typed::Is(false) => report.at(slot, self.refusal(slot, who, floor)),
        };
        if verdict != Typed::Unknown {
            self.mend(slot, (pod, container), (id, floor), draft);
        }
        if let Some(why) = none_left.filter(|_| !draft.is_fixable()) {
            draft.help(why);
        } else if let Some(help) = self.what_to_write(container, floor) {
            draft.help(help);
        }
    }

    /// `Absent` only where the test asks for a value.
    fn verdict(&self, slot: Slot<'_>, floor: i64) -> Typed<bool> {
        let optional = matches!(self.test, Test::IsNot(_) | Test::NoneBut(_) | Test::NotBelow(_));
        let verdict = match self.test {
            Test::Is(Literal::Bool(want)) => map(slot.bool(), |b| b == want),
            Test::IsNot(Literal::Bool(want)) => map(slot.bool(), |b| b != want),
            Test::Is(Literal::Str(want)) => map(slot.str(), |s| s == want),
            Test::Is(Literal::Int(want)) => map(slot.int(), |i| i == want),
            Test::IsNot(Literal::Int(want)) => map(slot.int(), |i| i != want),
            Test::IsNot(Literal::Str(want)) => map(slot.str(), |s| s != want),
            Test::OneOf(allowed) | Test::NoneBut(allowed) => map(slot.str(), |s| allowed.contains(&s)),
            Test::AboveFloor => map(slot.int(), |i| i > floor || i == 0),
            Test::NotBelow(least) => map(slot.int(), |i| i >= least),
            Test::Includes(want) => includes(slot, want),
            Test::Only(_) => Typed::Is(true),
        };
        if optional && verdict == Typed::Absent { Typed::Is(true) } else { verdict }
    }

    /// Items that are no strings: the API server refuses them beside whatever the list is asked for.
    fn refuse_items(&self, slot: Slot<'_>, who: &str, report: &mut Report<'_>) {
        for item in slot.items().filter(|i| i.str() == Typed::Wrong) {
            report.refused(item, &format!("an item of {} of {who}", self.path), "a string");
        }
    }

    fn judge_items(&self, slot: Slot<'_>, allowed: &[&str], who: &str, report: &mut Report<'_>) {
        let what = format!("{} of {who}", self.path);
        for item in report.items(slot, &what) {
            match item.str() {
                Typed::Is(s) if allowed.contains(&s) => {}
                Typed::Unknown => {
                    report.undecided(item, &what);
                }
                Typed::Wrong => {
                    report.refused(item, &format!("an item of {what}"), "a string");
                }
                _ => {
                    let draft = report.at(item, format!("{who} lists {} in {}", item.text(), self.path));
                    if !self.help.is_empty() {
                        draft.help(self.help);
                    }
                    if let Some((safety, Remedy::Remove)) = self.fix {
                        draft.fix(safety, [item.remove()]);
                    }
                }
            }
        }
    }
}

/// Whether a pod's user and group ids are those of its node.
pub(crate) fn ids_are_judged(pod: Pod<'_>, report: &mut Report<'_>) -> bool {
    !SHARES_NO_IDS.iter().any(|e| e.covers(pod, report))
}

/// Why an id at or below the floor is refused.
pub(crate) fn below_floor(floor: i64) -> String {
    format!("which is not above {floor}: an id up to {floor} may be that of a user or group of the host")
}

fn map<T>(value: Typed<T>, test: impl FnOnce(T) -> bool) -> Typed<bool> {
    match value {
        Typed::Absent => Typed::Absent,
        Typed::Unknown => Typed::Unknown,
        Typed::Wrong => Typed::Wrong,
        Typed::Is(value) => Typed::Is(test(value)),
    }
}

fn includes(slot: Slot<'_>, want: &str) -> Typed<bool> {
    if slot.is_unknown() || slot.has_placeholder() {
        return Typed::Unknown;
    }
    if slot.misread().is_some() || slot.exists() && !slot.is_seq() {
        return Typed::Wrong;
    }
    if !slot.exists() {
        return Typed::Absent;
    }
    if slot.items().any(|i| i.as_str() == Some(want)) {
        Typed::Is(true)
    } else if slot.items().any(Slot::has_placeholder) {
        Typed::Unknown
    } else {
        Typed::Is(false)
    }
}
