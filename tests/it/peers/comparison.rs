//! The cases of other tools, row by row: where a tool says pass or fail of an object, whether our rules for the same
//! question say so too. What differs is listed with its reason in `differences.txt`; nothing else may differ.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use plimsoll::config::Settings;
use plimsoll::discover::Input;
use plimsoll::engine;
use plimsoll::finding::Finding;
use plimsoll::k8s::{self, Version};
use plimsoll::rule::{Level, Severity};
use plimsoll::rules::ALL;

use crate::support::shared;

/// The findings that answer a question: a rule and, where it asks more than the question does, a part of the field.
type Answers = &'static [(&'static str, &'static str)];

/// The questions of the peers' cases, by topic. `pss-baseline` asks a level, not rules.
const TOPICS: &[(&str, Answers)] = &[
    ("added-capabilities-baseline", &[("dangerous-capabilities", "")]),
    ("allow-privilege-escalation", &[("privilege-escalation", "")]),
    ("ape-true", &[("privilege-escalation", "")]),
    ("apparmor-not-unconfined", &[("apparmor-unconfined", "")]),
    ("apparmor-set", &[("apparmor-profile", ""), ("apparmor-unconfined", "")]),
    ("automount-sa-token", &[("automount-service-account-token", "")]),
    ("cap-sys-admin", &[("dangerous-capabilities", "")]),
    (
        "capabilities-restricted",
        &[("drop-all-capabilities", ""), ("added-capabilities", ""), ("dangerous-capabilities", "")],
    ),
    ("container-runtime-socket", &[("host-path-runtime-socket", "")]),
    ("drop-all", &[("drop-all-capabilities", "")]),
    ("drop-net-raw", &[("drop-all-capabilities", "")]),
    ("host-ipc", &[("host-namespaces", "hostIPC")]),
    ("host-namespaces", &[("host-namespaces", "")]),
    ("host-network", &[("host-namespaces", "hostNetwork")]),
    ("host-path", &[("host-path-volume", ""), ("host-path-runtime-socket", ""), ("host-path-sensitive", "")]),
    ("host-pid", &[("host-namespaces", "hostPID")]),
    ("host-pid-ipc", &[("host-namespaces", "hostPID"), ("host-namespaces", "hostIPC")]),
    ("host-ports", &[("host-port", "")]),
    ("host-probes", &[("probe-host", "")]),
    ("privileged", &[("privileged", "")]),
    ("proc-mount", &[("proc-mount", "")]),
    ("read-only-root-fs", &[("read-only-root-filesystem", "")]),
    ("run-as-group-high", &[("run-as-group-floor", ""), ("root-group", "")]),
    ("run-as-group-zero", &[("root-group", "")]),
    ("run-as-non-root", &[("run-as-non-root", "")]),
    (
        "run-as-user-group-high",
        &[("run-as-user-floor", ""), ("run-as-group-floor", ""), ("root-user", ""), ("root-group", "")],
    ),
    ("run-as-user-high", &[("run-as-user-floor", ""), ("root-user", "")]),
    ("run-as-user-zero", &[("root-user", "")]),
    ("seccomp", &[("seccomp-profile", ""), ("seccomp-unconfined", ""), ("seccomp-profile-invalid", "")]),
    ("seccomp-not-unconfined", &[("seccomp-unconfined", "")]),
    ("selinux", &[("selinux-options", "")]),
    ("sysctls", &[("sysctls", "")]),
    ("volume-types", &[("volume-types", "")]),
    ("windows-host-process", &[("host-process", "")]),
];

/// Kyverno's policies beside the standards; where a rule of one asks less than the policy, that rule.
const POLICIES: &[(&str, Answers)] = &[
    ("disallow-cri-sock-mount", &[("host-path-runtime-socket", "")]),
    ("ensure-readonly-hostpath", &[("host-path-writable", "")]),
    ("prevent-cr8escape", &[("sysctl-value", "")]),
    ("require-drop-all", &[("drop-all-capabilities", "")]),
    ("require-drop-cap-net-raw", &[("drop-all-capabilities", "")]),
    ("require-non-root-groups", &[("root-group", ""), ("run-as-group-floor", "")]),
    ("require-non-root-groups/check-fsgroup", &[("root-group", "fsGroup")]),
    ("require-non-root-groups/check-runasgroup", &[("root-group", "runAsGroup"), ("run-as-group-floor", "")]),
    ("require-non-root-groups/check-supplementalgroups", &[("root-group", "supplementalGroups")]),
    ("require-ro-rootfs", &[("read-only-root-filesystem", "")]),
];

/// Rules of Kyverno's that are one half of a check of the admission plugin.
const HALVES: &[(&str, Answers)] = &[
    (
        "disallow-capabilities-strict/adding-capabilities-strict",
        &[("added-capabilities", ""), ("dangerous-capabilities", "")],
    ),
    ("disallow-capabilities-strict/require-drop-all", &[("drop-all-capabilities", "")]),
];

/// A table of cases: its header names the columns.
struct Table {
    text: String,
}

impl Table {
    fn rows(&self) -> impl Iterator<Item = BTreeMap<&str, &str>> {
        let mut lines = self.text.lines();
        let header: Vec<_> = lines.next().unwrap().split(',').collect();
        lines.map(move |line| header.iter().copied().zip(line.split(',')).collect())
    }
}

/// The differences of one comparison, each as a line of the list writes it, and how many rows there were.
#[derive(Default)]
struct Comparison {
    corpus: &'static str,
    rows: usize,
    differences: Vec<String>,
}

impl Comparison {
    fn new(corpus: &'static str) -> Self {
        Self { corpus, ..Self::default() }
    }

    /// One row: what they expect, and whether we find something.
    fn compare(&mut self, path: &str, check: &str, expect: &str, found: bool) {
        let ours = if found { "fail" } else { "pass" };
        assert!(matches!(expect, "pass" | "fail"), "{path} expects {expect}");
        self.rows += 1;
        if ours != expect {
            self.differences.push(format!("{} {path} {check} {expect} {ours}", self.corpus));
        }
    }

    /// Prints the figures, and stops where the list tells anything else than what differs.
    fn settle(&self) {
        let listed = listed(self.corpus);
        let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
        for reason in self.differences.iter().filter_map(|d| listed.get(d)) {
            *reasons.entry(reason).or_default() += 1;
        }
        let differing: usize = reasons.values().sum();
        println!(
            "{}: {} rows, {} agree, {differing} differ",
            self.corpus,
            self.rows,
            self.rows - self.differences.len()
        );
        for (reason, count) in reasons {
            println!("  {count}: {reason}");
        }
        let differences: BTreeSet<_> = self.differences.iter().collect();
        let mut problems = String::new();
        for new in differences.iter().filter(|d| !listed.contains_key(**d)) {
            writeln!(problems, "not listed: {new}").unwrap();
        }
        for gone in listed.keys().filter(|l| !differences.contains(l)) {
            writeln!(problems, "listed, but agrees: {gone}").unwrap();
        }
        assert!(problems.is_empty(), "\n{problems}");
    }
}

/// The known differences of a corpus, each with the reason that stands above it in the list.
fn listed(corpus: &str) -> BTreeMap<String, &'static str> {
    let mut reason = "";
    let mut found = BTreeMap::new();
    for line in include_str!("differences.txt").lines().filter(|l| !l.is_empty()) {
        if let Some(text) = line.strip_prefix("# ") {
            reason = text;
        } else if line.split(' ').next() == Some(corpus) {
            assert!(!reason.is_empty(), "{line} has no reason");
            assert!(found.insert(line.to_owned(), reason).is_none(), "{line} is listed twice");
        }
    }
    found
}

/// What a run of each of these files says, by path. Each is an input of its own: files here share names by chance.
fn run<'t>(base: &Path, paths: impl Iterator<Item = &'t str>, settings: &Settings) -> BTreeMap<String, Vec<Finding>> {
    let paths: BTreeSet<_> = paths.collect();
    let judge = |path: &str| {
        let input = Input::Text(path.into(), fs::read(base.join(path)).unwrap());
        let outcomes = engine::run(vec![input], settings, false);
        let unread: Vec<_> = outcomes.coverage.unread().collect();
        assert!(unread.is_empty(), "{unread:?}");
        (path.to_owned(), outcomes.findings)
    };
    paths.into_iter().map(judge).collect()
}

/// Whether one of these findings answers the question, about this object.
fn answered(findings: Option<&Vec<Finding>>, answers: Answers, kind: &str, name: &str) -> bool {
    let mut all = findings.into_iter().flatten().filter(|f| f.severity > Severity::Note);
    all.any(|f| {
        let about = f.object.as_ref().is_some_and(|o| o.kind == kind && (o.name == name || o.name.is_empty()));
        let field = f.field.as_deref().unwrap_or_default();
        about && answers.iter().any(|(rule, part)| f.rule.id == *rule && field.contains(part))
    })
}

/// Whether the admission plugin denies the pod, by our findings under a standard: for this check, or for any (``).
fn denied(findings: Option<&Vec<Finding>>, check: &str) -> bool {
    let mut all = findings.into_iter().flatten().filter(|f| f.severity > Severity::Note);
    all.any(|f| f.standard.is_some_and(|s| check.is_empty() || s.check == check))
}

fn lookup(table: &[(&str, Answers)], question: &str) -> Option<Answers> {
    table.iter().find(|(name, _)| *name == question).map(|(_, answers)| *answers)
}

fn answers(table: &[(&str, Answers)], question: &str) -> Answers {
    lookup(table, question).unwrap_or_else(|| panic!("nothing answers {question}"))
}

#[test]
fn the_tables_name_rules_that_there_are() {
    for (question, answers) in TOPICS.iter().chain(POLICIES).chain(HALVES) {
        for (id, _) in *answers {
            assert!(ALL.iter().any(|r| r.id == *id), "{question}: there is no rule {id}");
        }
    }
    let mut corpora: Vec<_> = include_str!("differences.txt").lines().filter(|l| !l.is_empty()).collect();
    corpora.retain(|l| !["# ", "peers ", "kyverno-pss ", "kyverno-practice "].iter().any(|c| l.starts_with(c)));
    assert!(corpora.is_empty(), "of no corpus: {corpora:?}");
}

#[test]
fn other_tools_cases_are_judged_alike() {
    let Some(path) = shared("corpora/peers/expected.csv") else { return };
    let table = Table { text: fs::read_to_string(&path).unwrap() };
    let base = path.parent().unwrap();
    let agreed = |row: &BTreeMap<&str, &str>| row["ref_agrees"] == "yes" && row["kind"] != "Dockerfile";
    let rows: Vec<_> = table.rows().filter(agreed).collect();
    let paths = || rows.iter().map(|r| r["path"]);
    let findings = run(base, paths(), &Settings::default());
    let baseline = run(base, paths(), &Settings { standard: Some(Level::Baseline), ..Settings::default() });
    let mut comparison = Comparison::new("peers");
    for row in &rows {
        let (path, topic) = (row["path"], row["topic"]);
        let found = if topic == "pss-baseline" {
            denied(baseline.get(path), "")
        } else {
            answered(findings.get(path), answers(TOPICS, topic), row["kind"], row["name"])
        };
        comparison.compare(path, topic, row["expect"], found);
    }
    comparison.settle();
}

/// Kyverno's groups are any but 0, so the floor is 0 here.
#[test]
fn kyvernos_practices_are_judged_alike() {
    let Some(path) = shared("corpora/kyverno/expected.csv") else { return };
    let table = Table { text: fs::read_to_string(&path).unwrap() };
    let rows: Vec<_> = table.rows().filter(|r| r["class"] == "practice").collect();
    let settings = Settings { uid_floor: 0, ..Settings::default() };
    let findings = run(path.parent().unwrap(), rows.iter().map(|r| r["path"]), &settings);
    let mut comparison = Comparison::new("kyverno-practice");
    for row in rows {
        let check = format!("{}/{}", row["policy"], row["rule"]);
        let answers = lookup(POLICIES, &check).unwrap_or_else(|| answers(POLICIES, row["policy"]));
        let found = answered(findings.get(row["path"]), answers, row["kind"], row["name"]);
        comparison.compare(row["path"], &check, row["expect"], found);
    }
    comparison.settle();
}

/// The versions to compare a row at that holds from the first to the last: these and what is between that changed
/// many checks, or every one with `PLIMSOLL_WHOLE=1`.
fn versions(range: &str) -> Vec<Version> {
    let ends = range.split_once('-').unwrap();
    let [first, last] = [ends.0, ends.1].map(|v| v.parse::<Version>().unwrap());
    assert!(last <= Version(k8s::NEWEST), "{range} goes beyond the newest version that is known");
    let whole = std::env::var_os("PLIMSOLL_WHOLE").is_some();
    let told = |v: &Version| whole || [first, last, Version(25), Version(34)].contains(v);
    (first.0..=last.0).map(Version).filter(told).collect()
}

/// At every version at which the admission plugin agrees with Kyverno, so do we, about that very check.
#[test]
fn kyvernos_pod_security_cases_are_judged_alike() {
    let Some(path) = shared("corpora/kyverno/expected.csv") else { return };
    let table = Table { text: fs::read_to_string(&path).unwrap() };
    let mut at: BTreeMap<(Level, Version), Vec<BTreeMap<&str, &str>>> = BTreeMap::new();
    for row in table.rows().filter(|r| r["class"] == "pss") {
        let level = level(row["pss_check"]);
        for version in versions(row["psa_agree_versions"]) {
            at.entry((level, version)).or_default().push(row.clone());
        }
    }
    let mut comparison = Comparison::new("kyverno-pss");
    for ((level, version), rows) in at {
        let settings = Settings { standard: Some(level), kubernetes: version, ..Settings::default() };
        let findings = run(path.parent().unwrap(), rows.iter().map(|r| r["path"]), &settings);
        for row in rows {
            let ours = findings.get(row["path"]);
            let check = format!("{}/{}", row["policy"], row["rule"]);
            let found = match lookup(HALVES, &check) {
                Some(half) => answered(ours, half, row["kind"], row["name"]),
                None => denied(ours, row["pss_check"]),
            };
            comparison.compare(row["path"], &format!("{check}@{version}"), row["expect"], found);
        }
    }
    comparison.settle();
}

/// The level that a check of the plugin belongs to.
fn level(check: &str) -> Level {
    let mut all = ALL.iter().flat_map(|r| r.standards);
    all.find(|s| s.check == check).unwrap_or_else(|| panic!("no rule stands for the check {check}")).level
}
