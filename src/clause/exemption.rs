//! Pods that a clause does not ask.

use crate::finding::Report;
use crate::k8s::Pod;
use crate::yaml::Typed;

/// Pods that a clause does not ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exemption {
    /// Windows pods, by `spec.os.name`, from this minor on.
    Windows(u32),
    /// Pods with a user namespace of their own, from this minor on.
    UserNamespace(u32),
    /// Pods that run on Windows nodes only, by `spec.os.name` or the node selector.
    WindowsNode,
}

/// The pods whose user and group ids are none of their node's: those on Windows, and those in a user namespace of
/// their own, which is on by default from 1.33 (KEP-127).
pub const SHARES_NO_IDS: &[Exemption] = &[Exemption::WindowsNode, Exemption::UserNamespace(33)];

impl Exemption {
    /// Whether the pod is exempt; a field of the wrong type exempts nobody, and is reported.
    pub fn covers(self, pod: Pod<'_>, report: &mut Report<'_>) -> bool {
        let (since, path, wanted) = match self {
            Self::Windows(since) => (since, "os.name", "a string"),
            Self::UserNamespace(since) => (since, "hostUsers", "a boolean"),
            Self::WindowsNode => (0, "os.name", "a string"),
        };
        if !report.settings().kubernetes.since(since) {
            return false;
        }
        let slot = pod.at(path);
        let (wrong, covered) = match self {
            Self::Windows(_) => (slot.str() == Typed::Wrong, pod.is_windows()),
            Self::UserNamespace(_) => (slot.bool() == Typed::Wrong, pod.has_user_namespace()),
            Self::WindowsNode => (slot.str() == Typed::Wrong, pod.runs_on_windows()),
        };
        if wrong {
            report.refused(slot, &format!("{path} of the pod"), wanted);
        }
        covered
    }
}
