//! A Kubernetes version is a minor of 1.

use std::fmt;
use std::str::FromStr;

/// The newest minor that the rules know: `latest` means this one.
pub const NEWEST: u32 = 37;

/// Kubernetes 1.⟨minor⟩.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(pub u32);

impl Version {
    /// The newest version that is known.
    pub const LATEST: Self = Self(NEWEST);

    /// Whether a change that came with 1.⟨minor⟩ is in force.
    pub fn since(self, minor: u32) -> bool {
        self.0 >= minor
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "1.{}", self.0)
    }
}

impl FromStr for Version {
    type Err = String;

    /// `latest`, `1.34`, `v1.34`; a patch level (`1.34.2`) is passed over.
    fn from_str(text: &str) -> Result<Self, String> {
        if text == "latest" {
            return Ok(Self::LATEST);
        }
        let wrong = || format!("`{text}` is no Kubernetes version: write `1.{NEWEST}` or `latest`");
        let mut parts = text.strip_prefix('v').unwrap_or(text).split('.');
        let (major, minor) = (parts.next(), parts.next().ok_or_else(wrong)?);
        let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
        if major != Some("1") || !digits(minor) || !parts.next().is_none_or(digits) || parts.next().is_some() {
            return Err(wrong());
        }
        match minor.parse() {
            Ok(minor) if minor <= NEWEST => Ok(Self(minor)),
            _ => Err(format!("Kubernetes {text} is not known: the newest that is known is 1.{NEWEST}")),
        }
    }
}
