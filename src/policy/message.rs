//! What a refused request is told: which containers, what must be, and where to read on.

use super::cel::{Demand, Of, quoted};
use crate::rule::Rule;

/// How a message calls the container `c`, as the lint does. Names are unique in a pod, whichever list they stand in.
pub(super) const LABEL: &str = "(variables.ephemeralContainers.exists(x, x.?name == c.?name) ? 'ephemeral container \"'\n\
     : !variables.initContainers.exists(x, x.?name == c.?name) ? 'container \"'\n\
     : c.?restartPolicy.orValue('') == 'Always' ? 'sidecar container \"' : 'init container \"') + c.?name.orValue('') + '\"'";

/// How a message calls the hostPath volume `v`.
const VOLUME: &str = "'volume \"' + v.name + '\"'";

/// The message of a demand about the pod, and of any where the names of containers cannot be told.
pub(super) fn plain(rule: &Rule, demand: &Demand) -> String {
    let who = match demand.of {
        Of::Pod => "the pod",
        Of::HostPaths => "a volume",
        Of::Containers | Of::Lasting | Of::Running => "a container",
    };
    format!("{who}: {}", tail(rule, demand))
}

/// The expression of the message that names the containers or volumes in `variables.⟨failing⟩`.
pub(super) fn expression(rule: &Rule, demand: &Demand, failing: &str) -> String {
    let tail = quoted(&format!(": {}", tail(rule, demand)));
    let (item, label) = (demand.of.item(), if demand.of == Of::HostPaths { VOLUME } else { LABEL });
    format!("variables.{failing}.map({item}, {label}).join(', ')\n+ {tail}")
}

fn tail(rule: &Rule, demand: &Demand) -> String {
    let help = if demand.help.is_empty() { String::new() } else { format!("; {}", demand.help) };
    format!("{}{help} [{}] {}", demand.says, rule.id, rule.url())
}
