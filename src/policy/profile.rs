//! seccomp and AppArmor profiles in CEL: the field, the annotation that came before it, and whether they agree.

use super::cel::{Demand, containers, list_of, optional, pod, quoted};
use crate::k8s::confinement::CONFINED;
use crate::k8s::profile::Place;

impl Place {
    /// The annotation for the container `c`; empty where there is none.
    pub fn annotation_in_cel(self) -> String {
        format!("variables.annotations[?({})].orValue('')", self.key_in_cel())
    }

    /// The key of the annotation for the container `c`.
    pub fn key_in_cel(self) -> String {
        format!("{} + c.?name.orValue('')", quoted(self.annotation))
    }

    /// The field of the container `c`, or else the pod's, as an optional value.
    pub fn effective_in_cel(self) -> String {
        format!("{}.or({})", optional("c", self.field), optional("variables.pod", self.field))
    }

    /// Demands that no field says anything but a profile that confines.
    pub fn confines(self) -> [Demand; 2] {
        let says = format!("{}.type must be {}", self.field, CONFINED.join(" or "));
        let holds = |of: &str| {
            let field = optional(of, self.field);
            format!("!{field}.hasValue()\n|| {field}.?type.orValue('') in {}", list_of(CONFINED))
        };
        [pod(holds("variables.pod"), says.clone()), containers(holds("c"), says)]
    }

    /// A demand that the workload's own annotations name no profile: no pod gets them.
    pub fn has_no_strays(self) -> Demand {
        let (prefix, whole) = (quoted(self.annotation), quoted(self.pod));
        pod(
            format!("variables.ownAnnotations.all(k, !k.startsWith({prefix}) && k != {whole})"),
            format!("the workload's own annotations must not name profiles: write {} in the pod template", self.field),
        )
    }

    /// True where the optional field and the annotation say the same, or one of them nothing that the API accepts.
    pub fn agree_in_cel(self, annotation: &str, field: &str) -> String {
        format!("[{annotation}].all(a, !({KNOWN})\n  || !{field}.hasValue()\n  || {})", says(field))
    }

    /// True where the annotation says, in the API's words, what the optional field says.
    pub fn same_in_cel(self, annotation: &str, field: &str) -> String {
        format!("[{annotation}].exists(a, ({KNOWN}) && {field}.hasValue()\n  && {})", says(field))
    }
}

/// Whether `a` is an annotation's value that the API accepts.
const KNOWN: &str =
    "a in ['runtime/default', 'docker/default', 'unconfined'] || a.matches('^localhost/[^ ](.*[^ ])?$')";

/// True where `a` says what the field does.
fn says(field: &str) -> String {
    format!(
        "(a == 'docker/default' ? 'runtime/default' : a) == ({field}.?type.orValue('') == 'Localhost'\n    \
         ? 'localhost/' + {field}.?localhostProfile.orValue('')\n    \
         : {field}.?type.orValue('') == 'Unconfined' ? 'unconfined' : 'runtime/default')"
    )
}
