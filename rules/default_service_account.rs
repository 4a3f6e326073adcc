use crate::engine::{FactKind, Inputs};
use crate::finding::CrossReport;
use crate::policy::pod;
use crate::rule::{Check, Map, Policy, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "default-service-account",
    aliases: &[],
    summary: "pod runs as the default service account",
    severity: Severity::Low,
    since: "0.1.0",
    standards: &[],
    maps: &[Map::KubeLinter("default-service-account"), Map::Kubesec("ServiceAccountName"), Map::Cis("5.1.5")],
    doc: include_str!("default_service_account.md"),
    check: Check::Inputs(check),
    policy: Policy::Cel(|_| {
        let holds = "variables.pod.?automountServiceAccountToken == optional.of(false)\n\
                     || variables.pod.?serviceAccountName.orValue('') != '' && variables.pod.serviceAccountName != 'default'\n\
                     || variables.pod.?serviceAccountName.orValue('') == '' \
                     && !(variables.pod.?serviceAccount.orValue('') in ['', 'default'])";
        let says = "serviceAccountName must name an account of the pod's own, or automountServiceAccountToken be false";
        vec![pod(holds, says)]
    }),
};

fn check(inputs: &Inputs, report: &mut CrossReport<'_>) {
    let tokenless = inputs.tokenless_accounts();
    for account in inputs.of(FactKind::DefaultAccount) {
        let mount = account.with.as_str();
        if mount.is_empty() && tokenless.has("default", account) {
            continue;
        }
        if mount == "unknown" {
            report.undecided(account, "whether the pod has the token of the default service account");
            continue;
        }
        let finding = report.at(account, "the pod runs as the default service account, with its token");
        finding.mended_by(account).help = Some(
            "write `serviceAccountName:` with an account of its own, or `automountServiceAccountToken: false`".into(),
        );
    }
}
