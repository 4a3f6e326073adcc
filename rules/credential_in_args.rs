use crate::credential::{is_literal, named, shape};
use crate::finding::Report;
use crate::k8s::Container;
use crate::k8s::command::{self, Given};
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
    policy: Policy::None(
        "shapes of tokens and words of names, asked of each value, cost more than the API server lets a policy",
    ),
};

const HELP: &str =
    "every process of the node can read a command line: let the program read a file from a mounted Secret";

fn check(container: Container<'_>, report: &mut Report<'_>) {
    let who = container.label();
    let mut told: Vec<NodeId> = Vec::new();
    let mut given = command::given(container);
    given.retain(|g| named(g.name).is_some_and(|kind| is_literal(kind, g.name, g.value)));
    // How much of its word is the name, and how much may be shown.
    let name = |g: &Given<'_>| g.word.find('=').map_or((g.word.len(), 0), |at| (at, at + 1));
    for item in ["command", "args"].into_iter().flat_map(|list| container.at(list).items()) {
        if let Some(found) = shape(item.text()) {
            let message = format!("{who} has {} on its command line", found.what);
            let draft = report.at_part(item, found.rest, found.length, message);
            draft.known_by(item, found.what).secret_shapes(item).help(HELP);
            for beside in given.iter().filter(|g| g.slot.node() == item.node()) {
                draft.secret_part(item, beside.word, name(beside).1);
            }
            told.push(item.node());
        }
    }
    for given in given.iter().filter(|g| !told.contains(&g.slot.node())) {
        let message = format!("{who} has the value of {} on its command line", given.name);
        let (named, known) = name(given);
        let draft = report.at_part(given.slot, given.word, named, message);
        draft.known_by(given.slot, given.name).secret_part(given.slot, given.word, known).help(HELP);
    }
}
