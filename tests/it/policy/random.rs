//! The policies at random pods: the lint's verdict rule by rule, and a level's policies together the admission plugin's.

use std::fmt::Write as _;

use plimsoll::config::Settings;
use plimsoll::k8s::{NEWEST, Version};
use plimsoll::rule::{Level, Policy};
use plimsoll::rules;

use super::Comparison;
use crate::pss::oracle::{Answer, Oracle};
use crate::pss::random::samples;
use crate::pss::spread;

/// Random pods. One with a null in a list is left out: each reader makes of it what it likes.
fn pods(minor: u32) -> Vec<(String, String)> {
    let count = if std::env::var_os("PLIMSOLL_WHOLE").is_some() { 500 } else { 40 };
    let is_plain = |text: &String| !["[null", ", null,", ", null]"].iter().any(|null| text.contains(null));
    samples(minor, count).into_iter().filter(is_plain).map(|text| (text.clone(), text)).collect()
}

#[test]
fn random_pods_are_judged_alike() {
    let mut comparison = Comparison::new(Settings::default(), None);
    comparison.compare("policy-random", &pods(NEWEST));
    comparison.settle("random pods");
}

#[test]
fn a_levels_policies_together_are_the_plugin() {
    let Some(oracle) = Oracle::find() else { return };
    // Checks of rules that are not a policy yet.
    let none = rules::ALL.iter().filter(|rule| matches!(rule.policy, Policy::None(_)));
    let without: Vec<_> = none.flat_map(|rule| rule.standards.iter().map(|standard| standard.check)).collect();
    let (mut problems, mut verdicts) = (String::new(), [0; 2]);
    for minor in 30..=NEWEST {
        let documents = pods(minor);
        let files = spread("policy-random-pss", documents.iter().map(|d| d.1.as_str()));
        let answers = oracle.pss(Version(minor), &files);
        for (index, level) in [Level::Baseline, Level::Restricted].into_iter().enumerate() {
            let settings = Settings { standard: Some(level), kubernetes: Version(minor), ..Settings::default() };
            let comparison = Comparison::new(settings, None);
            let Some(theirs) = comparison.theirs(&format!("policy-random-{}", level.name()), &documents) else {
                return;
            };
            for ((answer, policies), (text, _)) in answers.iter().zip(&theirs).zip(&documents) {
                let Answer::Levels(levels) = answer else { continue };
                let told = levels[index].checks.iter().any(|check| !without.contains(check));
                if levels[index].only_unknown_volumes || levels[index].denied && !told {
                    continue;
                }
                let denied = policies.values().any(|(verdict, _)| verdict != "allow");
                verdicts[usize::from(denied)] += 1;
                if denied != levels[index].denied {
                    let at = format!("{} at 1.{minor}", level.name());
                    writeln!(problems, "{at}: the plugin: {}; {policies:?}\n{text}", levels[index].detail).unwrap();
                }
            }
        }
    }
    println!("{} allowed, {} denied, as by the plugin", verdicts[0], verdicts[1]);
    assert!(problems.is_empty(), "\n{problems}");
    assert!(verdicts.iter().all(|&count| count > 10), "the pods do not reach both answers");
}
