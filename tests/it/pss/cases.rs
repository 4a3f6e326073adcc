//! The telling cases, with the plugin's verdict beside each, so that they hold where no oracle is at hand.
//! Above each document stands `# baseline: 1.0..1.18` and `# restricted: 1.8..`, the versions at which the level denies,
//! or `# refused` where the API server does not take the object.

use std::fmt::Write as _;
use std::fs;

use plimsoll::k8s::{NEWEST, Version};
use plimsoll::rule::Level;

use super::oracle::{Answer, Oracle};
use super::{LEVELS, ours, refused, spread, whole};
use crate::support::root;

struct Case {
    name: String,
    text: String,
    /// By level, whether each minor denies; none where the API server refuses the object.
    denies: Option<[Vec<bool>; 2]>,
}

/// `never`, or ranges: `1.0..1.18 1.35..`.
fn minors(ranges: &str) -> Vec<bool> {
    let minor = |text: &str| text.strip_prefix("1.").unwrap().parse::<u32>().unwrap();
    let ranges: Vec<(u32, u32)> = ranges
        .split(' ')
        .filter(|range| *range != "never")
        .map(|range| {
            let (first, last) = range.split_once("..").unwrap();
            (minor(first), if last.is_empty() { NEWEST } else { minor(last) })
        })
        .collect();
    (0..=NEWEST).map(|m| ranges.iter().any(|&(first, last)| (first..=last).contains(&m))).collect()
}

fn cases() -> Vec<Case> {
    let mut files: Vec<_> = fs::read_dir(root().join("fixtures/pss")).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    let mut cases = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let mut line = 1;
        for document in text.split("---\n") {
            let expected = |name: &str| document.lines().find_map(|l| l.strip_prefix(name)).map(minors);
            let denies = expected("# baseline: ").zip(expected("# restricted: ")).map(<[_; 2]>::from);
            let refused = document.lines().any(|l| l == "# refused");
            assert!(denies.is_some() != refused, "{}:{line} expects nothing, or too much", file.display());
            let name = format!("{}:{line}", file.file_name().unwrap().to_str().unwrap());
            cases.push(Case { name, text: document.to_owned(), denies });
            line += document.lines().count() + 1;
        }
    }
    cases
}

#[test]
fn telling_cases_are_judged_as_the_plugin_judged_them() {
    let cases = cases();
    let texts: Vec<&str> = cases.iter().map(|c| c.text.as_str()).collect();
    let mut problems = String::new();
    for minor in 0..=NEWEST {
        for (index, level) in LEVELS.into_iter().enumerate() {
            for (case, ours) in cases.iter().zip(ours(&texts, level, Version(minor))) {
                let Some(denies) = &case.denies else { continue };
                if ours.checks.is_empty() == denies[index][minor as usize] || !ours.undecided.is_empty() {
                    writeln!(problems, "{} at {}:1.{minor}: we say {ours:?}", case.name, level.name()).unwrap();
                }
            }
        }
    }
    for (case, refused) in cases.iter().zip(refused(&texts)) {
        if case.denies.is_none() && !refused {
            writeln!(problems, "{}: no finding says that the API server refuses it", case.name).unwrap();
        }
    }
    assert!(cases.len() > 100 && problems.is_empty(), "\n{problems}");
}

/// The verdicts beside the cases are the plugin's, not ours.
#[test]
fn telling_cases_expect_what_the_plugin_says() {
    if !whole() {
        return;
    }
    let Some(oracle) = Oracle::find() else { return };
    let cases = cases();
    let files = spread("pss-cases", cases.iter().map(|c| c.text.as_str()));
    for minor in 0..=NEWEST {
        for (case, answer) in cases.iter().zip(oracle.pss(Version(minor), &files)) {
            match (&case.denies, answer) {
                (Some(denies), Answer::Levels(levels)) => {
                    for (level, theirs) in [Level::Baseline, Level::Restricted].into_iter().zip(&levels) {
                        let wanted = denies[usize::from(level == Level::Restricted)][minor as usize];
                        let known = theirs.only_unknown_volumes && !wanted;
                        assert!(known || wanted == theirs.denied, "{} at {}:1.{minor}", case.name, level.name());
                    }
                }
                (None, Answer::Refused) => {}
                (_, answer) => panic!("{} at 1.{minor}: {answer:?}", case.name),
            }
        }
    }
}
