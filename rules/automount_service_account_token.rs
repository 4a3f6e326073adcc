use crate::engine::{FactKind, Inputs};
use crate::finding::CrossReport;
use crate::policy::pod;
use crate::rule::{Check, Map, Policy, Rule, Severity};
use crate::yaml::contains_placeholder;

pub(super) static RULE: Rule = Rule {
    id: "automount-service-account-token",
    aliases: &[],
    summary: "pod has a service account token that nothing shows it needs",
    severity: Severity::Medium,
    since: "0.1.0",
    standards: &[],
    maps: &[
        Map::Trivy("KSV036"),
        Map::Checkov("CKV_K8S_38"),
        Map::Kubescape("C-0034"),
        Map::Kyverno("restrict-automount-sa-token"),
        Map::Polaris("automountServiceAccountToken"),
        Map::Kubesec("AutomountServiceAccountToken"),
        Map::Cis("5.1.6"),
        Map::Nsa("Protecting Pod service account tokens"),
    ],
    doc: include_str!("automount_service_account_token.md"),
    check: Check::Inputs(check),
    policy: Policy::Cel(|_| {
        let holds = "variables.pod.?automountServiceAccountToken == optional.of(false)";
        let demand = pod(holds, "automountServiceAccountToken must be false");
        vec![demand.help("leave it out only where the program calls the Kubernetes API")]
    }),
};

fn check(inputs: &Inputs, report: &mut CrossReport<'_>) {
    let (bound, tokenless) = (inputs.bound_accounts(), inputs.tokenless_accounts());
    for mount in inputs.of(FactKind::TokenMount) {
        let account = mount.with.as_str();
        let asks = match mount.value.as_str() {
            "wrong" => {
                report.at(mount, "automountServiceAccountToken of the pod is not a boolean: the API server refuses it");
                continue;
            }
            _ if bound.has(account, mount) => continue,
            "unknown" => {
                report.undecided(mount, "whether the pod has a service account token");
                continue;
            }
            "" if tokenless.has(account, mount) => continue,
            "" if contains_placeholder(account) => {
                report.undecided(mount, "whether the pod's service account gives it a token");
                continue;
            }
            "" => "gets",
            _ => "asks for",
        };
        let message = format!("the pod {asks} a service account token, and nothing shows that it needs one");
        report.at(mount, message).mended_by(mount).help =
            Some("write `automountServiceAccountToken: false`, unless the program calls the Kubernetes API".into());
    }
}
