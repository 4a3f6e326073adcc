//! What a refused request is told: which containers, what must be, and where to read on.

use super::cel::{Demand, Of, quoted};
use crate::rule::Rule;

/// How a message calls the container `c`, as the lint does. Names are unique in a pod, whichever list they stand in.
pub(super) const LABEL: &str = "(variables.ephemeralContainers.exists(x, x.?name == c.?name) ? 'ephemeral container \"'\n\
     : !variables.initContainers.exists(x, x.?name == c.?name) ? 'container \"'\n\
     : c.?restartPolicy.orValue('') == 'Always' ? 'sidecar container \"' : 'init container \"') + c.?name.orValue('') + '\"'";

/// The message of a demand about the pod, and of any where the names of containers cannot be told.
pub(super) fn plain(rule: &Rule, demand: &Demand) -> String {
    let who = if demand.of == Of::Pod { "the pod" } else { "a container" };
    format!("{who}: {}", tail(rule, demand))
}

/// The expression of the message that names the containers in `variables.⟨failing⟩`.
pub(super) fn expression(rule: &Rule, demand: &Demand, failing: &str) -> String {
    let tail = quoted(&format!(": {}", tail(rule, demand)));
    format!("variables.{failing}.map(c, {LABEL}).join(', ')\n+ {tail}")
}

fn tail(rule: &Rule, demand: &Demand) -> String {
    let help = if demand.help.is_empty() { String::new() } else { format!("; {}", demand.help) };
    format!("{}{help} [{}] {}", demand.says, rule.id, rule.url())
}
