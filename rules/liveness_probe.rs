use crate::finding::Report;
use crate::k8s::{Pod, probe};
use crate::policy::{Of, container, runs_to_its_end};
use crate::rule::{Check, Map, Policy, Rule, Severity};
use crate::yaml::Typed;

pub(super) static RULE: Rule = Rule {
    id: "liveness-probe",
    aliases: &[],
    summary: "long-running container has no liveness probe",
    severity: Severity::Low,
    since: "0.1.0",
    standards: &[],
    maps: &[
        Map::Checkov("CKV_K8S_8"),
        Map::Kubescape("C-0056"),
        Map::Kyverno("require-pod-probes"),
        Map::KubeLinter("no-liveness-probe"),
        Map::Polaris("livenessProbeMissing"),
    ],
    doc: include_str!("liveness_probe.md"),
    check: Check::Pod(check),
    policy: Policy::Cel(|_| {
        let handlers = probe::HANDLERS.map(|handler| format!("c.?livenessProbe.?{handler}.hasValue()")).join(" || ");
        let demand = container(Of::Running, handlers, "a long-running container must have a livenessProbe");
        vec![demand.unless_cel(&runs_to_its_end()).help(HELP)]
    }),
};

const HELP: &str = "write a `livenessProbe` that fails only when a restart is the cure";

fn check(pod: Pod<'_>, report: &mut Report<'_>) {
    for container in probe::long_running(pod) {
        let (slot, who) = (container.at("livenessProbe"), container.label());
        report.set_container(Some(container));
        match probe::has_handler(slot) {
            Typed::Is(true) => {}
            Typed::Absent => {
                report.at(slot, format!("{who} has no livenessProbe: it is not restarted when it hangs")).help(HELP);
            }
            Typed::Is(false) => {
                report
                    .at_key(slot, format!("{who} has a livenessProbe without a handler: the API server refuses it"))
                    .help("write one of `httpGet`, `tcpSocket`, `grpc` and `exec` in it");
            }
            Typed::Wrong => {
                report.refused(slot, &format!("livenessProbe of {who}"), "a mapping");
            }
            Typed::Unknown => {
                report.undecided(slot, &format!("whether {who} has a livenessProbe"));
            }
        }
    }
    report.set_container(None);
}
