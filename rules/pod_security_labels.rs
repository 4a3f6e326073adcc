use crate::finding::Report;
use crate::k8s::{LABEL_PREFIX, Mode, Object, parse_level, parse_version, version_meant};
use crate::nearest::nearest;
use crate::rule::{Check, Policy, Rule, Safety, Severity};
use crate::yaml::Value;

pub(super) static RULE: Rule = Rule {
    id: "pod-security-labels",
    aliases: &[],
    summary: "a Namespace's Pod Security label does not say what it seems to say",
    severity: Severity::High,
    since: "0.1.0",
    standards: &[],
    maps: &[],
    doc: include_str!("pod_security_labels.md"),
    check: Check::Object(check),
    policy: Policy::None("the API server refuses wrong values itself, and a policy on pods does not see Namespaces"),
};

const LEVELS: [&str; 3] = ["privileged", "baseline", "restricted"];

fn check(object: Object<'_>, report: &mut Report<'_>) {
    if object.kind() != "Namespace" {
        return;
    }
    let labels = object.at("metadata.labels");
    for (key, slot) in labels.entries() {
        let Some((prefix, name)) = key.split_once('/') else { continue };
        let known = Mode::ALL.iter().flat_map(|m| [m.label(), m.version_label()]);
        let ours = format!("{prefix}/") == LABEL_PREFIX;
        if known.clone().any(|k| k == key) {
            let value = slot.as_str().unwrap_or_default();
            if slot.has_placeholder() {
                report.undecided(slot, &key);
            } else if name.ends_with("-version") {
                if let Err(why) = parse_version(value) {
                    report
                        .at(slot, format!("{key} is {value:?}: {why}"))
                        .fix(Safety::Safe, [version_meant(slot.text()).and_then(|meant| slot.set(Value::text(&meant)))])
                        .help("write `latest` or a version such as `v1.34`");
                }
            } else if parse_level(value).is_none() {
                let near = nearest(value, LEVELS);
                report
                    .at(slot, format!("{key} is {value:?}, which is no level"))
                    .fix(Safety::Safe, [near.and_then(|level| slot.set(level))])
                    .help(format!("did you mean `{}`?", near.unwrap_or("restricted")));
            }
        } else if ours || nearest(prefix, ["pod-security.kubernetes.io"]).is_some() {
            let draft = report.at_key(slot, format!("the Pod Security admission plugin does not read the label {key}"));
            if let Some(meant) = nearest(&key, known) {
                draft.help(format!("did you mean `{meant}`?"));
                let right = labels.key(meant);
                if right.is_absent() && !right.is_null() {
                    draft.fix(Safety::Safe, [slot.rename_key(meant)]);
                }
            }
        }
    }
}
