use crate::finding::Report;
use crate::k8s::Container;
use crate::policy::containers;
use crate::rule::{Check, Policy, Rule, Severity};
use crate::yaml::Slot;

pub(super) static RULE: Rule = Rule {
    id: "sub-path-stale",
    aliases: &[],
    summary: "Secret or token is mounted by subPath and so never renewed",
    severity: Severity::Low,
    since: "0.1.0",
    standards: &[],
    maps: &[],
    doc: include_str!("sub_path_stale.md"),
    check: Check::Container(check),
    policy: Policy::Cel(|_| {
        // A list around a value gives it a name.
        const HOLDS: &str = "[variables.pod.?volumes.orValue([]).filter(v, v.?secret.hasValue()\n\
             || (v.?projected.?sources.orValue([]) == null ? [] : v.?projected.?sources.orValue([])).exists(s, s.?secret.hasValue() || s.?serviceAccountToken.hasValue()))\n\
             .map(v, v.?name.orValue(''))].all(renewed, c.?volumeMounts.orValue([]).all(m, !(m.?name.orValue('') in renewed)\n\
             || m.?subPath.orValue('') + m.?subPathExpr.orValue('') == ''))";
        vec![containers(HOLDS, "no part of a Secret or token may be mounted by subPath").help(HELP)]
    }),
};

const HELP: &str = "mount the whole volume at a folder, and let the program read the file there";

fn check(container: Container<'_>, report: &mut Report<'_>) {
    for mount in container.at("volumeMounts").items() {
        let part = ["subPath", "subPathExpr"].map(|f| mount.at(f)).into_iter().find(|s| !s.text().is_empty());
        let (Some(part), Some(name)) = (part, mount.at("name").as_str()) else { continue };
        let Some((what, renewed)) = container.pod().volume(name).and_then(renewed) else { continue };
        let who = container.label();
        let message = format!("{who} mounts part of {what} by subPath, and does not see it change");
        let draft = if renewed { report.at(part, message) } else { report.note(part, message) };
        draft.help(HELP);
    }
}

/// What a volume holds that the kubelet keeps up to date, and whether that is renewed as a matter of course.
fn renewed(volume: Slot<'_>) -> Option<(&'static str, bool)> {
    let sources = volume.at("projected.sources");
    if sources.items().any(|s| s.at("serviceAccountToken").exists()) {
        Some(("a service account token", true))
    } else if volume.at("secret").exists() || sources.items().any(|s| s.at("secret").exists()) {
        Some(("a Secret", true))
    } else if volume.at("configMap").exists() || sources.items().any(|s| s.at("configMap").exists()) {
        Some(("a ConfigMap", false))
    } else {
        None
    }
}
