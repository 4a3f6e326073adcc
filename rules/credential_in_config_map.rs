use crate::credential::{assignment, is_comment, is_literal, named, shape};
use crate::finding::Report;
use crate::k8s::Object;
use crate::rule::{Check, Map, Policy, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "credential-in-config-map",
    aliases: &[],
    summary: "ConfigMap has a literal credential",
    severity: Severity::High,
    since: "0.1.0",
    standards: &[],
    maps: &[Map::Trivy("KSV0109"), Map::Polaris("sensitiveConfigmapContent"), Map::Kubescape("C-0012")],
    doc: include_str!("credential_in_config_map.md"),
    check: Check::Object(check),
    policy: Policy::None("a policy on pods does not see ConfigMaps"),
};

const HELP: &str = "move it to a Secret, and mount that beside the ConfigMap; then renew it";

fn check(object: Object<'_>, report: &mut Report<'_>) {
    if object.kind() != "ConfigMap" || object.api_version() != "v1" {
        return;
    }
    for (key, slot) in object.at("data").entries() {
        let text = slot.text();
        if let Some(found) = shape(text) {
            let message = format!("ConfigMap has {} in {key}", found.what);
            let draft = report.at_part(slot, found.rest, found.length, message);
            draft.known_by(slot, found.what).secret_shapes(slot).help(HELP);
        } else if !text.contains('\n') {
            if named(&key).is_some_and(|kind| is_literal(kind, &key, text)) {
                let message = format!("ConfigMap has the value of {key} in the manifest");
                report.at(slot, message).known_by(slot, "").secret(slot).help(HELP);
            }
            continue;
        }
        for line in text.lines().filter(|l| l.len() < 500 && !is_comment(l)) {
            let Some((name, value)) = assignment(line) else { continue };
            if shape(line).is_none() && named(name).is_some_and(|kind| is_literal(kind, name, value)) {
                let message = format!("ConfigMap has the value of {name} in {key}");
                let known = line.trim().find(['=', ':']).map_or(0, |at| at + 1);
                let draft = report.at_part(slot, line.trim(), name.len(), message);
                draft.known_by(slot, name).secret_part(slot, line.trim(), known).help(HELP);
            }
        }
    }
}
