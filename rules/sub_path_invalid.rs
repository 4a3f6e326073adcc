use crate::finding::Report;
use crate::k8s::Container;
use crate::rule::{Check, Policy, Rule, Safety, Severity};
use crate::yaml::{Slot, Value};

pub(super) static RULE: Rule = Rule {
    id: "sub-path-invalid",
    aliases: &[],
    summary: "subPath or subPathExpr that the API server refuses, or that does not do what it says",
    severity: Severity::Medium,
    since: "0.1.0",
    standards: &[],
    maps: &[],
    doc: include_str!("sub_path_invalid.md"),
    check: Check::Container(check),
    policy: Policy::None("the API server refuses the pod itself"),
};

fn check(container: Container<'_>, report: &mut Report<'_>) {
    for mount in container.at("volumeMounts").items() {
        let (plain, expr) = (mount.at("subPath"), mount.at("subPathExpr"));
        let set = |slot: Slot<'_>| slot.as_str().is_some_and(|s| !s.is_empty());
        if set(plain) && set(expr) {
            let message = format!("{} has both subPath and subPathExpr in one mount", container.label());
            report.at_key(expr, message).help("keep one of them").related(plain.span(), "the other");
        }
        for (field, slot) in [("subPath", plain), ("subPathExpr", expr)] {
            let path = slot.as_str().unwrap_or_default();
            let fault = if path.starts_with('/') {
                "is absolute: it is taken below the volume's root"
            } else if path.split('/').any(|part| part == "..") {
                "leaves the volume by `..`"
            } else {
                continue;
            };
            let message = format!("{} has the {field} {path:?}, which {fault}", container.label());
            // The API server refuses both; below the root of the volume nothing else is meant by the first.
            let relative = path.trim_start_matches('/');
            let plain = !relative.is_empty() && !relative.split('/').any(|part| part == "..");
            let change = if plain { slot.set(Value::text(relative)) } else { None };
            report.at(slot, message).fix(Safety::Safe, [change]).help("write a relative path without `..`");
        }
        let variable = plain.as_str().and_then(|p| p.split_once("$(")?.1.split_once(')').map(|(name, _)| name));
        let Some(variable) = variable else { continue };
        if container.at("env").items().any(|e| e.at("name").as_str() == Some(variable)) {
            let message = format!("{} has $({variable}) in subPath, which is not expanded", container.label());
            let change = if expr.is_absent() { plain.rename_key("subPathExpr") } else { None };
            report.at(plain, message).fix(Safety::Unsafe, [change]).help("write it as `subPathExpr`");
        }
    }
}
