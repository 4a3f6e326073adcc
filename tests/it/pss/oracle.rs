//! The Pod Security admission plugin itself, behind a command line: `oracles pss VERSION FILE…`.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use plimsoll::k8s::Version;
use plimsoll::rule::Level;

use crate::support::shared;

/// The oracle's program.
#[derive(Clone, Debug)]
pub(crate) struct Oracle(PathBuf);

/// What the oracle says of one file with one document.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// No pod that it knows.
    Nothing,
    /// The API server would refuse it.
    Refused,
    /// The verdicts at baseline and restricted.
    Levels([Verdict; 2]),
}

/// What the plugin says at a level.
#[derive(Clone, Debug, Default)]
pub(crate) struct Verdict {
    /// Whether it denies.
    pub(crate) denied: bool,
    /// The checks that deny.
    pub(crate) checks: BTreeSet<&'static str>,
    /// Whether the volume check denies for volumes without a source, and for nothing else.
    pub(crate) only_unknown_volumes: bool,
    /// Its own words.
    pub(crate) detail: String,
}

impl Oracle {
    /// The oracle, from `PLIMSOLL_ORACLES`, or built once where Go and its source are at hand; otherwise the skip is
    /// printed.
    pub(crate) fn find() -> Option<Self> {
        static FOUND: OnceLock<Option<Oracle>> = OnceLock::new();
        FOUND.get_or_init(Self::look).clone()
    }

    fn look() -> Option<Self> {
        if let Some(path) = std::env::var_os("PLIMSOLL_ORACLES") {
            return Some(Self(path.into()));
        }
        let source = shared("oracles")?;
        let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join("oracles");
        if !program.exists() {
            let build = Command::new("go").arg("build").arg("-o").arg(&program).arg(".").current_dir(&source).output();
            match build {
                Err(error) => {
                    println!("skipped: no Go to build the oracle with: {error}");
                    return None;
                }
                Ok(output) if !output.status.success() => {
                    println!("skipped: the oracle does not build: {}", String::from_utf8_lossy(&output.stderr));
                    return None;
                }
                Ok(_) => {}
            }
        }
        Some(Self(program))
    }

    /// The verdicts at a version on files of one document each, in their order.
    pub(crate) fn pss(&self, version: Version, files: &[PathBuf]) -> Vec<Answer> {
        let mut child = Command::new(&self.0)
            .args(["pss", &format!("v{version}"), "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the oracle runs");
        let list = files.iter().map(|f| f.display().to_string()).collect::<Vec<_>>().join("\n");
        let mut stdin = child.stdin.take().unwrap();
        let writer = std::thread::spawn(move || stdin.write_all(list.as_bytes()));
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap().unwrap();
        assert!(output.status.success(), "the oracle fails at {version}");
        let mut answers: BTreeMap<PathBuf, Answer> = BTreeMap::new();
        for line in String::from_utf8_lossy(&output.stdout).lines() {
            let mut columns = line.splitn(4, '\t');
            let (id, what) = (columns.next().unwrap(), columns.next().unwrap());
            let (verdict, detail) = (columns.next().unwrap(), columns.next().unwrap_or_default());
            let file = PathBuf::from(id.rsplit_once('#').unwrap().0);
            if what == "error" {
                answers.insert(file, Answer::Refused);
                continue;
            }
            let level = if what == "baseline" { Level::Baseline } else { Level::Restricted };
            let entry = answers.entry(file).or_insert_with(|| Answer::Levels(Default::default()));
            if let Answer::Levels(levels) = entry {
                let read = Verdict { denied: verdict == "fail", ..Verdict::read(detail, level, version) };
                assert_eq!(read.denied, !read.checks.is_empty(), "a reason that is not known: {line}");
                levels[usize::from(level == Level::Restricted)] = read;
            }
        }
        files.iter().map(|f| answers.remove(f).unwrap_or(Answer::Nothing)).collect()
    }
}

/// The plugin's reasons, and the check that gives each; two reasons stand for different checks by level and version.
const REASONS: &[(&str, &str)] = &[
    ("forbidden AppArmor profile", "appArmorProfile"),
    ("forbidden AppArmor profiles", "appArmorProfile"),
    ("non-default capabilities", "capabilities_baseline"),
    ("host namespaces", "hostNamespaces"),
    ("hostPath volumes", "hostPathVolumes"),
    ("hostPort", "hostPorts"),
    ("probe or lifecycle host", "hostProbesAndHostLifecycle"),
    ("privileged", "privileged"),
    ("procMount", "procMount"),
    ("seLinuxOptions", "seLinuxOptions"),
    ("seccompProfile", "seccompProfile_baseline"),
    ("forbidden sysctls", "sysctls"),
    ("hostProcess", "windowsHostProcess"),
    ("allowPrivilegeEscalation != false", "allowPrivilegeEscalation"),
    ("unrestricted capabilities", "capabilities_restricted"),
    ("restricted volume types", "restrictedVolumes"),
    ("runAsNonRoot != true", "runAsNonRoot"),
    ("runAsUser=0", "runAsUser"),
];

impl Verdict {
    /// Reads `reason (detail), reason (detail)`.
    fn read(detail: &str, level: Level, version: Version) -> Self {
        let given = |reason: &str| {
            detail.match_indices(reason).any(|(at, _)| {
                let (before, after) = (&detail[..at], &detail[at + reason.len()..]);
                let begins = before.is_empty() || before.ends_with("), ") || before.ends_with("forbidden sysctls, ");
                begins && (after.is_empty() || after.starts_with(" (") || after.starts_with(", "))
            })
        };
        let restricted = level == Level::Restricted;
        let check = |check: &'static str| match check {
            "seccompProfile_baseline" if restricted && version.since(19) => "seccompProfile_restricted",
            "procMount" if restricted && version.since(35) => "procMount_restricted",
            other => other,
        };
        Self {
            denied: false,
            checks: REASONS.iter().filter(|(reason, _)| given(reason)).map(|(_, id)| check(id)).collect(),
            only_unknown_volumes: detail.contains("restricted volume type \"unknown\""),
            detail: detail.to_owned(),
        }
    }
}
