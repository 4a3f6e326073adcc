use crate::finding::Report;
use crate::k8s::Container;
use crate::policy::containers;
use crate::rule::{Check, Map, Policy, Rule, Safety, Severity, baseline};
use crate::yaml::Typed;

pub(super) static RULE: Rule = Rule {
    id: "host-port",
    aliases: &[],
    summary: "container takes a port of its node",
    severity: Severity::Medium,
    since: "0.1.0",
    standards: &[baseline("hostPorts", 0)],
    maps: &[
        Map::Trivy("KSV024"),
        Map::Checkov("CKV_K8S_26"),
        Map::Kubescape("C-0044"),
        Map::Kyverno("disallow-host-ports"),
        Map::Polaris("hostPortSet"),
        Map::Cis("5.2.12"),
    ],
    doc: include_str!("host_port.md"),
    check: Check::Container(check),
    policy: Policy::Cel(|_| {
        const HOLDS: &str = "c.?ports.orValue([]).all(p, p.?hostPort.orValue(0) == 0)";
        vec![containers(HOLDS, "ports.hostPort must not be set")]
    }),
};

fn check(container: Container<'_>, report: &mut Report<'_>) {
    let ports = container.at("ports");
    if ports.is_absent() {
        return;
    }
    let who = container.label();
    for port in report.items(ports, &format!("ports of {who}")) {
        if !report.is_mapping(port, &format!("an item of ports of {who}")) {
            continue;
        }
        let slot = port.at("hostPort");
        match slot.int() {
            Typed::Absent | Typed::Is(0) => {}
            Typed::Unknown => drop(report.undecided(slot, &format!("hostPort of {who}"))),
            Typed::Is(number) if i32::try_from(number).is_ok() => {
                let message = format!("{who} takes port {number} of the node");
                let draft = report.at(slot, message).help("remove `hostPort`: publish the port by a Service");
                draft.fix(Safety::Unsafe, [slot.remove()]);
            }
            _ => drop(report.refused(slot, &format!("hostPort of {who}"), "an integer of 32 bits")),
        }
    }
}
