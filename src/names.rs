//! Names of rules: ours, the ones they had, and the ones that other tools give to the same check.

use crate::nearest::nearest;
use crate::rule::{Map, Rule};
use crate::rules::ALL;

/// The index in `rules::ALL` of the rule that has this id, or had it once.
pub fn index(id: &str) -> Option<usize> {
    ALL.iter().position(|r| r.id == id || r.aliases.contains(&id))
}

/// The rule that has this id, or had it once.
pub fn rule(id: &str) -> Option<&'static Rule> {
    index(id).map(|i| ALL[i])
}

/// The rules that anybody knows by this name, by id: ours, an old one, another tool's, a section of a guide, a check
/// of the Pod Security admission plugin. Case does not count.
pub fn rules(name: &str) -> Vec<&'static Rule> {
    let name = name.trim().to_ascii_lowercase();
    if let Some(rule) = rule(&name) {
        return vec![rule];
    }
    let wanted = key(&name);
    let known = |r: &Rule| {
        r.maps.iter().any(|m| keys(*m).contains(&wanted)) || r.standards.iter().any(|s| key(s.check) == wanted)
    };
    if wanted.is_empty() { Vec::new() } else { ALL.iter().copied().filter(|r| known(r)).collect() }
}

/// Where a check of this tool or guide is known by this id.
pub fn tool_and_id(map: Map) -> (&'static str, &'static str) {
    match map {
        Map::Trivy(id) => ("Trivy", id),
        Map::Checkov(id) => ("Checkov", id),
        Map::Kubescape(id) => ("Kubescape", id),
        Map::Kyverno(id) => ("Kyverno", id),
        Map::KubeLinter(id) => ("kube-linter", id),
        Map::KubeScore(id) => ("kube-score", id),
        Map::Polaris(id) => ("Polaris", id),
        Map::Kubesec(id) => ("kubesec", id),
        Map::Cis(id) => ("CIS Kubernetes Benchmark", id),
        Map::Nsa(id) => ("NSA/CISA Kubernetes Hardening Guide", id),
    }
}

/// The keys that a foreign id answers to: alone, and behind the tool's name (`kube-linter:no-read-only-root-fs`).
fn keys(map: Map) -> [String; 2] {
    let (tool, id) = tool_and_id(map);
    let tool = match map {
        Map::Cis(_) => "cis",
        Map::Nsa(_) => "nsa",
        _ => tool,
    };
    [key(id), key(&format!("{tool}{id}"))]
}

/// A name without what people write differently: case, separators, and Trivy's three ways to write a number
/// (`KSV012`, `KSV0012`, `AVD-KSV-0012`). Dots stay: they are all that tells `5.2.6` from `52.6`.
pub(crate) fn key(name: &str) -> String {
    let plain: String = name.chars().filter(|c| c.is_alphanumeric() || *c == '.').collect();
    let plain = plain.to_ascii_lowercase();
    let (tool, bare) = match plain.strip_prefix("trivy") {
        Some(rest) => ("trivy", rest),
        None => ("", plain.as_str()),
    };
    match bare.strip_prefix("avd").unwrap_or(bare).strip_prefix("ksv") {
        Some(number) => format!("{tool}ksv{}", number.trim_start_matches('0')),
        None => plain,
    }
}

/// Every word that is long enough to be looked for by likeness: ids of ours, and names (not numbers) elsewhere.
fn words() -> impl Iterator<Item = &'static str> {
    let ours = ALL.iter().flat_map(|r| std::iter::once(r.id).chain(r.aliases.iter().copied()));
    let checks = ALL.iter().flat_map(|r| r.standards.iter().map(|s| s.check));
    let theirs = ALL.iter().flat_map(|r| r.maps.iter().map(|m| tool_and_id(*m).1));
    ours.chain(checks).chain(theirs).filter(|w| !w.bytes().any(|b| b.is_ascii_digit()))
}

/// What to say of a name that is no id of ours: why, and what was meant.
pub fn unknown(name: &str) -> (String, String) {
    let theirs = rules(name);
    if !theirs.is_empty() {
        let ours: Vec<String> = theirs.iter().map(|r| format!("`{}`", r.id)).collect();
        return (format!("`{name}` is the name of a check elsewhere"), format!("here it is {}", ours.join(", ")));
    }
    let message = format!("no rule is called `{name}`");
    let ids = || ALL.iter().flat_map(|r| std::iter::once(r.id).chain(r.aliases.iter().copied()));
    (message, did_you_mean(nearest(name, ids())).unwrap_or_else(|| "`plimsoll rules` lists them".to_owned()))
}

/// What to say of a name that nobody has.
pub fn unknown_anywhere(name: &str) -> (String, String) {
    let help = did_you_mean(nearest(name, words()));
    (format!("no rule is known as `{name}`"), help.unwrap_or_else(|| "`plimsoll rules` lists them".to_owned()))
}

/// `did you mean …?`
pub fn did_you_mean(word: Option<&str>) -> Option<String> {
    word.map(|w| format!("did you mean `{w}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_apart_by_what_matters() {
        for name in ["KSV012", "ksv0012", "AVD-KSV-0012", "avd_ksv_0012", "KSV-12"] {
            assert_eq!(key(name), "ksv12", "{name}");
        }
        assert_eq!(key("Trivy: AVD-KSV-0012"), key("trivyKSV012"));
        assert_eq!(key("CKV_K8S_20"), key("ckv-k8s-20"));
        assert_eq!(key("CIS 5.2.6"), key("cis5.2.6"));
        assert_ne!(key("5.2.6"), key("52.6"));
        assert_ne!(key("CKV_K8S_2"), key("CKV_K8S_20"));
    }
}
