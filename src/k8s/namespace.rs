//! What a Namespace's `pod-security.kubernetes.io/*` labels say, read as the admission plugin reads them
//! (k8s.io/pod-security-admission, `api.PolicyToEvaluate`).

use std::fmt;

use super::object::Object;
use super::version::{NEWEST, Version};
use crate::rule::Level;
use crate::yaml::Slot;

/// The prefix of the labels.
pub const LABEL_PREFIX: &str = "pod-security.kubernetes.io/";

/// What the plugin does with a pod that violates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// Denies the pod.
    Enforce,
    /// Writes to the audit log.
    Audit,
    /// Warns whoever applies it.
    Warn,
}

impl Mode {
    /// In the order in which the plugin reads them.
    pub const ALL: [Self; 3] = [Self::Enforce, Self::Audit, Self::Warn];

    /// The label's name behind the prefix.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Enforce => "enforce",
            Self::Audit => "audit",
            Self::Warn => "warn",
        }
    }

    /// The whole label.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Enforce => "pod-security.kubernetes.io/enforce",
            Self::Audit => "pod-security.kubernetes.io/audit",
            Self::Warn => "pod-security.kubernetes.io/warn",
        }
    }

    /// The label of its version.
    pub const fn version_label(self) -> &'static str {
        match self {
            Self::Enforce => "pod-security.kubernetes.io/enforce-version",
            Self::Audit => "pod-security.kubernetes.io/audit-version",
            Self::Warn => "pod-security.kubernetes.io/warn-version",
        }
    }
}

/// A level at a version, as `restricted:v1.30` or `baseline:latest`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LevelVersion {
    /// The level.
    pub level: Level,
    /// The minor; none for `latest`.
    pub minor: Option<u32>,
}

impl LevelVersion {
    const DEFAULT: Self = Self { level: Level::Privileged, minor: None };

    /// The version to judge by: what is newer than the newest known is judged as that.
    pub fn version(self) -> Version {
        Version(self.minor.unwrap_or(NEWEST).min(NEWEST))
    }
}

impl fmt::Display for LevelVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.minor {
            Some(minor) => write!(f, "{}:v1.{minor}", self.level.name()),
            None => write!(f, "{}:latest", self.level.name()),
        }
    }
}

/// What a namespace enforces, audits and warns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamespacePolicy {
    modes: [LevelVersion; 3],
}

impl NamespacePolicy {
    /// The policy of a Namespace; none where it has no label that counts.
    pub fn of(namespace: Object<'_>) -> Option<Self> {
        let labels = namespace.at("metadata.labels");
        let written = |key| labels.key(key).exists();
        if !Mode::ALL.iter().any(|m| written(m.label()) || written(m.version_label())) {
            return None;
        }
        let mut modes = Mode::ALL.map(|mode| read(labels, mode));
        let [enforce, _, warn] = &mut modes;
        // An enforced level is warned of too, unless `warn` says otherwise; so is its version.
        let enforced = labels.key(Mode::Enforce.label()).as_str().and_then(parse_level);
        if !written(Mode::Warn.label()) && enforced.is_some_and(|level| level > Level::Privileged) {
            warn.level = enforce.level;
            if !written(Mode::Warn.version_label()) {
                warn.minor = enforce.minor;
            }
        }
        Some(Self { modes })
    }

    /// What holds in a mode.
    pub fn mode(&self, mode: Mode) -> LevelVersion {
        self.modes[mode as usize]
    }
}

fn read(labels: Slot<'_>, mode: Mode) -> LevelVersion {
    let (level, version) = (labels.key(mode.label()), labels.key(mode.version_label()));
    // A level that does not exist closes the door when enforced, and says nothing otherwise.
    let unknown = if mode == Mode::Enforce { Level::Restricted } else { Level::Privileged };
    LevelVersion {
        level: match level.as_str() {
            Some(text) => parse_level(text).unwrap_or(unknown),
            None if level.exists() => unknown,
            None => LevelVersion::DEFAULT.level,
        },
        minor: version.as_str().and_then(|v| parse_version(v).ok().flatten()),
    }
}

/// `privileged`, `baseline` or `restricted`, to the letter.
pub fn parse_level(text: &str) -> Option<Level> {
    [Level::Privileged, Level::Baseline, Level::Restricted].into_iter().find(|l| l.name() == text)
}

/// `latest` (none) or `v1.⟨minor⟩` without leading zeros. The error is what the API server says.
pub fn parse_version(text: &str) -> Result<Option<u32>, &'static str> {
    const WRONG: &str = "must be \"latest\" or \"v1.x\"";
    if text == "latest" {
        return Ok(None);
    }
    let minor = text.strip_prefix("v1.").ok_or(WRONG)?;
    let canonical = minor == "0" || !minor.starts_with('0');
    if !canonical || minor.is_empty() || !minor.bytes().all(|b| b.is_ascii_digit()) {
        return Err(WRONG);
    }
    minor.parse().map(Some).map_err(|_| WRONG)
}

/// The version that a text was meant to be, which is none as it stands.
pub fn version_meant(text: &str) -> Option<String> {
    let text = text.to_lowercase();
    let meant = if text.starts_with("1.") { format!("v{text}") } else { text };
    parse_version(&meant).is_ok().then_some(meant)
}

#[cfg(test)]
mod tests {
    use super::{Mode, NamespacePolicy, parse_version};
    use crate::source::Span;
    use crate::yaml::parse;

    /// Levels in the order enforce, audit, warn.
    fn policy(labels: &str) -> String {
        let text = format!("apiVersion: v1\nkind: Namespace\nmetadata:\n  name: n\n  labels:\n{labels}");
        let tree = parse(&text, Span::new(0, text.len())).unwrap();
        let object = crate::k8s::objects(&tree)[0];
        NamespacePolicy::of(object).map_or("none".into(), |p| Mode::ALL.map(|m| p.mode(m).to_string()).join(" "))
    }

    #[test]
    fn labels_are_read_as_the_plugin_reads_them() {
        let line = |l: &str| format!("    pod-security.kubernetes.io/{l}");
        let p = |s: &str| {
            policy(&s.lines().map(line).collect::<Vec<_>>().join(
                "
",
            ))
        };
        assert_eq!(p("enforce: restricted"), "restricted:latest privileged:latest restricted:latest");
        assert_eq!(
            p("enforce: restricted\nwarn-version: v1.20"),
            "restricted:latest privileged:latest restricted:v1.20"
        );
        assert_eq!(p("enforce: Restricted"), "restricted:latest privileged:latest privileged:latest");
        assert_eq!(p("enforce: baseline\nwarn: bad"), "baseline:latest privileged:latest privileged:latest");
        assert_eq!(
            p("enforce: baseline\nenforce-version: '1.25'"),
            "baseline:latest privileged:latest baseline:latest"
        );
        assert_eq!(p("enforce-version: v1.25"), "privileged:v1.25 privileged:latest privileged:latest");
        assert_eq!(p("enforced: restricted"), "none");
    }

    #[test]
    fn versions_are_canonical() {
        assert_eq!(parse_version("v1.30"), Ok(Some(30)));
        assert_eq!(parse_version("latest"), Ok(None));
        for bad in ["1.25", "v1.01", "v2.0", "Latest", "v1.25.3", "", "v1.", "v1.99999999999"] {
            assert!(parse_version(bad).is_err(), "{bad}");
        }
    }
}
