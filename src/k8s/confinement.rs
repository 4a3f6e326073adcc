//! Seccomp and AppArmor profile fields as Pod Security admission reads them, which does not ask what they name.

use crate::finding::Report;
use crate::rule::Safety;
use crate::yaml::{Slot, Typed};

/// The types that every standard allows.
pub const CONFINED: &[&str] = &["RuntimeDefault", "Localhost"];

/// What a profile field says: `Absent` where none is set, the type otherwise, which is empty where it is not written:
/// `seccompProfile: {}` is a profile, and not an allowed one.
pub fn profile_type(profile: Slot<'_>) -> Typed<&str> {
    if profile.has_placeholder() {
        return Typed::Unknown;
    }
    if profile.misread().is_some() || profile.exists() && !profile.is_map() {
        return Typed::Wrong;
    }
    if profile.is_absent() {
        return Typed::Absent;
    }
    match profile.at("type").str() {
        Typed::Absent => Typed::Is(""),
        typed => typed,
    }
}

/// Judges a profile field: `kind` is `seccomp` or `AppArmor`. Where its type is not asked for, nothing but a value of the
/// wrong type is reported. Without a standard, what no API server takes is left to the rules about invalid profiles.
pub fn judge(profile: Slot<'_>, kind: &str, who: &str, asked: bool, report: &mut Report<'_>) {
    let all = report.settings().standard.is_some();
    let place = if profile.is_map() { profile.at("type") } else { profile };
    let what = format!("the {kind} profile of {who}");
    match profile_type(profile) {
        Typed::Unknown => drop(report.undecided(place, &what)),
        Typed::Wrong if !all && profile.misread().is_none() => {}
        Typed::Wrong if profile.is_map() => drop(report.refused(place, &format!("the type of {what}"), "a string")),
        Typed::Wrong => drop(report.refused(place, &what, "a mapping")),
        Typed::Is(name) if asked && !CONFINED.contains(&name) && (all || name == "Unconfined") => {
            let message = format!("{who} has the {kind} profile type \"{name}\"");
            let change = if name == "Unconfined" { place.set("RuntimeDefault") } else { None };
            report
                .at(place, message)
                .fix(Safety::Unsafe, [change])
                .help("write `type: RuntimeDefault`, or `type: Localhost` with a profile of yours");
        }
        _ => {}
    }
}
