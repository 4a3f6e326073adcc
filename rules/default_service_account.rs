use crate::engine::{FactKind, Inputs};
use crate::finding::CrossReport;
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
    policy: Policy::None("the accounts of the input are asked, which admission does not see"),
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
