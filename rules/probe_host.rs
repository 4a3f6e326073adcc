use crate::finding::Report;
use crate::k8s::Container;
use crate::policy::containers;
use crate::rule::{Check, Policy, Rule, Safety, Severity, baseline};
use crate::yaml::Typed;

pub(super) static RULE: Rule = Rule {
    id: "probe-host",
    aliases: &[],
    summary: "probe or lifecycle hook makes the kubelet call another host",
    severity: Severity::Medium,
    since: "0.1.0",
    standards: &[baseline("hostProbesAndHostLifecycle", 34)],
    maps: &[],
    doc: include_str!("probe_host.md"),
    check: Check::Container(check),
    policy: Policy::Cel(|_| {
        const HOLDS: &str = "[c.?livenessProbe, c.?readinessProbe, c.?startupProbe, c.?lifecycle.?postStart, \
             c.?lifecycle.?preStop].all(h, h.?httpGet.?host.orValue('') == '' && h.?tcpSocket.?host.orValue('') == '')";
        vec![containers(HOLDS, "probes and lifecycle hooks must not name a host")]
    }),
};

const CALLERS: [&str; 5] =
    ["livenessProbe", "readinessProbe", "startupProbe", "lifecycle.postStart", "lifecycle.preStop"];

fn check(container: Container<'_>, report: &mut Report<'_>) {
    for caller in CALLERS.into_iter().filter(|caller| !container.at(caller).is_absent()) {
        let who = container.label();
        for handler in ["httpGet", "tcpSocket"] {
            let slot = container.at(caller).at(handler).at("host");
            let what = format!("{caller}.{handler}.host of {who}");
            match slot.str() {
                Typed::Absent | Typed::Is("") => {}
                Typed::Unknown => drop(report.undecided(slot, &what)),
                Typed::Wrong => drop(report.refused(slot, &what, "a string")),
                Typed::Is(host) => {
                    let message = format!("{caller} of {who} makes the kubelet call {host}");
                    report
                        .at(slot, message)
                        .fix(Safety::Unsafe, [slot.remove()])
                        .help("remove `host`: the call then goes to the pod itself");
                }
            }
        }
    }
}
