use crate::credential::{is_literal, named, shape};
use crate::finding::Report;
use crate::k8s::{Container, command};
use crate::rule::{Check, Policy, Rule, Severity};
use crate::yaml::NodeId;

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

const HELP: &str =
    "every process of the node can read a command line: let the program read a file from a mounted Secret";

fn check(container: Container<'_>, report: &mut Report<'_>) {
    let who = container.label();
    let mut told: Vec<NodeId> = Vec::new();
    for item in ["command", "args"].into_iter().flat_map(|list| container.at(list).items()) {
        if let Some(found) = shape(item.text()) {
            let message = format!("{who} has {} on its command line", found.what);
            report.at_part(item, found.rest, found.length, message).known_by(item, found.what).help(HELP);
            told.push(item.node());
        }
    }
    for given in command::given(container) {
        let literal = named(given.name).is_some_and(|kind| is_literal(kind, given.name, given.value));
        if literal && !told.contains(&given.slot.node()) {
            let message = format!("{who} has the value of {} on its command line", given.name);
            let shown = given.word.find('=').unwrap_or(given.word.len());
            report.at_part(given.slot, given.word, shown, message).known_by(given.slot, given.name).help(HELP);
        }
    }
}
