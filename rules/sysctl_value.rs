use crate::finding::Report;
use crate::k8s::Pod;
use crate::policy::pod;
use crate::rule::{Check, Map, Policy, Rule, Safety, Severity};
use crate::yaml::{Typed, Value};

pub(super) static RULE: Rule = Rule {
    id: "sysctl-value",
    aliases: &[],
    summary: "value of a kernel parameter carries another parameter",
    severity: Severity::High,
    since: "0.1.0",
    standards: &[],
    maps: &[Map::Kyverno("prevent-cr8escape")],
    doc: include_str!("sysctl_value.md"),
    check: Check::Pod(check),
    policy: Policy::Cel(|_| {
        const HOLDS: &str =
            "variables.pod.?securityContext.?sysctls.orValue([]).all(s, !s.?value.orValue('').contains('+'))";
        vec![pod(HOLDS, "the value of a sysctl must not hold a `+`")]
    }),
};

/// Values of another type than text are left to the rules about the API's types.
fn check(pod: Pod<'_>, report: &mut Report<'_>) {
    for item in pod.at("securityContext.sysctls").items() {
        let (name, value) = (item.at("name").text(), item.at("value"));
        match value.str() {
            Typed::Unknown => drop(report.undecided(value, &format!("what the value of the sysctl {name} sets"))),
            // CVE-2022-0811: CRI-O handed all parameters to its helper as one text, joined by `+`.
            Typed::Is(text) if text.contains('+') => {
                let message = format!(
                    "the value of the sysctl {name} has a `+`, behind which CRI-O before March 2022 read another one"
                );
                let alone = text.split('+').next().map(str::trim).filter(|alone| !alone.is_empty());
                let draft =
                    report.at(value, message).fix(Safety::Unsafe, [alone.and_then(|a| value.set(Value::text(a)))]);
                draft.help("write the value alone: no parameter has a `+` in its value");
            }
            Typed::Is(_) | Typed::Absent | Typed::Wrong => {}
        }
    }
}
