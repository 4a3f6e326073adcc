use crate::finding::Report;
use crate::k8s::Container;
use crate::policy::containers;
use crate::rule::{Check, Map, Policy, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "secret-as-env",
    aliases: &[],
    summary: "Secret reaches the container as environment variables, not as files",
    severity: Severity::Low,
    since: "0.1.0",
    standards: &[],
    maps: &[
        Map::Checkov("CKV_K8S_35"),
        Map::Kubescape("C-0207"),
        Map::Kyverno("disallow-secrets-from-env-vars"),
        Map::KubeLinter("read-secret-from-env-var"),
        Map::Cis("5.4.1"),
    ],
    doc: include_str!("secret_as_env.md"),
    check: Check::Container(check),
    policy: Policy::Cel(|_| {
        const HOLDS: &str = "!c.?env.orValue([]).exists(e, e.?valueFrom.?secretKeyRef.hasValue()) && \
             !c.?envFrom.orValue([]).exists(e, e.?secretRef.hasValue())";
        vec![containers(HOLDS, "env and envFrom must not hand out a Secret: mount it as a volume")]
    }),
};

fn check(container: Container<'_>, report: &mut Report<'_>) {
    const HELP: &str = "mount the Secret as a volume, and let the program read the file";
    let who = container.label();
    for variable in container.at("env").items() {
        let secret = variable.at("valueFrom.secretKeyRef");
        if secret.exists() {
            let name = variable.at("name").text();
            report.at_key(secret, format!("{who} takes {name} from a Secret into its environment")).help(HELP);
        }
    }
    for source in container.at("envFrom").items() {
        let secret = source.at("secretRef");
        if secret.exists() {
            let name = secret.at("name").text();
            report.at_key(secret, format!("{who} takes all of the Secret \"{name}\" into its environment")).help(HELP);
        }
    }
}
