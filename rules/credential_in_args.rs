use crate::credential::{is_literal, named, shape};
use crate::finding::Report;
use crate::k8s::{Container, command};
use crate::rule::{Check, Policy, Rule, Severity};
use crate::yaml::Slot;

pub(super) static RULE: Rule = Rule {
    id: "credential-in-args",
    aliases: &[],
    summary: "command line has a literal credential",
    severity: Severity::High,
    since: "0.1.0",
    standards: &[],
    maps: &[],
    doc: include_str!("credential_in_args.md"),
    check: Check::Container(check),
    policy: Policy::None("what a credential looks like takes more than an expression"),
};

fn check(container: Container<'_>, report: &mut Report<'_>) {
    let who = container.label();
    let mut found: Vec<(Slot<'_>, String)> = Vec::new();
    for item in ["command", "args"].into_iter().flat_map(|list| container.at(list).items()) {
        if let Some(shape) = shape(item.text()) {
            found.push((item, format!("{who} has {} on its command line", shape.what)));
        }
    }
    for given in command::given(container) {
        let told = found.iter().any(|(slot, _)| slot.node() == given.slot.node());
        if !told && named(given.name).is_some_and(|kind| is_literal(kind, given.name, given.value)) {
            found.push((given.slot, format!("{who} has the value of {} on its command line", given.name)));
        }
    }
    for (slot, message) in found {
        report.at(slot, message).help(
            "every process of the node can read a command line: let the program read a file from a mounted Secret",
        );
    }
}
