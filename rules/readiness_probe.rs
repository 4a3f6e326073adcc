use crate::finding::Report;
use crate::k8s::{Pod, probe};
use crate::policy::{Of, container, runs_to_its_end};
use crate::rule::{Check, Map, Policy, Rule, Severity};
use crate::yaml::Typed;

pub(super) static RULE: Rule = Rule {
    id: "readiness-probe",
    aliases: &[],
    summary: "container with ports has no readiness probe",
    severity: Severity::Low,
    since: "0.1.0",
    standards: &[],
    maps: &[
        Map::Checkov("CKV_K8S_9"),
        Map::Kubescape("C-0018"),
        Map::Kyverno("require-pod-probes"),
        Map::KubeLinter("no-readiness-probe"),
        Map::KubeScore("pod-probes"),
        Map::Polaris("readinessProbeMissing"),
    ],
    doc: include_str!("readiness_probe.md"),
    check: Check::Pod(check),
    policy: Policy::Cel(|_| {
        let handlers = probe::HANDLERS.map(|handler| format!("c.?readinessProbe.?{handler}.hasValue()")).join(" || ");
        let demand = container(
            Of::Running,
            format!("c.?ports.orValue([]).size() == 0 || {handlers}"),
            "what declares ports must have a readinessProbe",
        );
        vec![demand.unless_cel(&runs_to_its_end()).help(HELP)]
    }),
};

const HELP: &str = "write a `readinessProbe` that succeeds when the program can answer";

fn check(pod: Pod<'_>, report: &mut Report<'_>) {
    for container in probe::long_running(pod) {
        // What declares no port is sent no requests.
        if container.at("ports").items().len() == 0 {
            continue;
        }
        let (slot, who) = (container.at("readinessProbe"), container.label());
        report.set_container(Some(container));
        match probe::has_handler(slot) {
            Typed::Is(true) => {}
            Typed::Absent => {
                report
                    .at(slot, format!("{who} has no readinessProbe: it is sent requests before it can answer them"))
                    .help(HELP);
            }
            Typed::Is(false) => {
                report
                    .at_key(slot, format!("{who} has a readinessProbe without a handler: the API server refuses it"))
                    .help("write one of `httpGet`, `tcpSocket`, `grpc` and `exec` in it");
            }
            Typed::Wrong => {
                report.refused(slot, &format!("readinessProbe of {who}"), "a mapping");
            }
            Typed::Unknown => {
                report.undecided(slot, &format!("whether {who} has a readinessProbe"));
            }
        }
    }
    report.set_container(None);
}
