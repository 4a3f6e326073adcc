//! `plimsoll generate webhook`: what it writes passes its own lint, comes back whole from Kubernetes' own types, and its
//! commands make a certificate behind which the server answers.

use std::fs;
use std::process::Command;

use k8s_openapi::api::admissionregistration::v1::{MutatingWebhookConfiguration, ValidatingWebhookConfiguration};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{ConfigMap, Namespace, Service, ServiceAccount};
use k8s_openapi::api::networking::v1::NetworkPolicy;
use k8s_openapi::api::policy::v1::PodDisruptionBudget;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::json;
use crate::support::{plimsoll, plimsoll_with, root, temporary};

const IMAGE: &str =
    "registry.example/plimsoll:1.0@sha256:b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9";

/// Options in every combination that changes what is written.
const VARIANTS: &[&str] = &[
    "--no-config",
    "--no-config --certificate cert-manager",
    "--no-config --mutate --failure-policy ignore --user-namespace",
    "--no-config --namespace guard --exclude-namespace shop --exclude-namespace falco --uid-floor 100000",
    "--no-config --standard restricted --kubernetes 1.34 --fail-on high --only privileged,host-port",
    "--config plimsoll.toml --certificate cert-manager --mutate",
];

fn generated(arguments: &str) -> String {
    let folder = temporary(&format!("webhook-{}", arguments.replace(|c: char| !c.is_ascii_alphanumeric(), "")));
    fs::write(folder.join("plimsoll.toml"), "# ours\nfail-on = \"high\"\n\n[rules]\nimage-tag = \"off\"\n").unwrap();
    let fixed = ["generate", "webhook", "--image", IMAGE];
    let run = plimsoll(&folder, &fixed.into_iter().chain(arguments.split_whitespace()).collect::<Vec<_>>());
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{arguments}");
    run.stdout
}

fn objects(text: &str) -> Vec<Value> {
    let tree = |raw: &plimsoll::yaml::RawDocument| plimsoll::yaml::parse(text, raw.span).unwrap();
    plimsoll::yaml::documents(text).iter().map(|raw| serde_json::from_str(&json::print(&tree(raw))).unwrap()).collect()
}

fn of<'o>(objects: &'o [Value], kind: &str) -> &'o Value {
    objects.iter().find(|o| o["kind"] == kind).unwrap_or_else(|| panic!("no {kind}"))
}

#[test]
fn it_passes_its_own_lint_and_is_the_same_each_time() {
    for arguments in VARIANTS {
        let text = generated(arguments);
        assert_eq!(text, generated(arguments), "{arguments}");
        let lint = plimsoll_with(root(), &["lint", "--no-config", "-"], text.as_bytes());
        assert_eq!(lint.code, 0, "{arguments}: {}", lint.stdout);
        let standard = ["lint", "--no-config", "--no-suppressions", "--standard", "restricted", "-"];
        assert_eq!(plimsoll_with(root(), &standard, text.as_bytes()).code, 0, "{arguments}");
        assert!(text.lines().all(|line| line.len() <= 150), "{text}");
    }
}

fn comes_back<T: Serialize + DeserializeOwned>(object: &Value) {
    let typed: T = serde_json::from_value(object.clone()).unwrap_or_else(|error| panic!("{error}: {object}"));
    assert_eq!(&serde_json::to_value(&typed).unwrap(), object);
}

#[test]
fn no_field_is_lost_in_the_types_of_kubernetes() {
    for arguments in VARIANTS {
        for object in objects(&generated(arguments)) {
            match object["kind"].as_str().unwrap() {
                "Namespace" => comes_back::<Namespace>(&object),
                "ServiceAccount" => comes_back::<ServiceAccount>(&object),
                "ConfigMap" => comes_back::<ConfigMap>(&object),
                "Deployment" => comes_back::<Deployment>(&object),
                "PodDisruptionBudget" => comes_back::<PodDisruptionBudget>(&object),
                "Service" => comes_back::<Service>(&object),
                "NetworkPolicy" => comes_back::<NetworkPolicy>(&object),
                "ValidatingWebhookConfiguration" => comes_back::<ValidatingWebhookConfiguration>(&object),
                "MutatingWebhookConfiguration" => comes_back::<MutatingWebhookConfiguration>(&object),
                // cert-manager's own.
                "Issuer" | "Certificate" => assert_eq!(object["apiVersion"], "cert-manager.io/v1"),
                other => panic!("{other}"),
            }
        }
    }
}

#[test]
fn what_was_asked_for_is_in_it() {
    let secret = objects(&generated(VARIANTS[0]));
    let hook = &of(&secret, "ValidatingWebhookConfiguration")["webhooks"][0];
    assert_eq!(
        (hook["failurePolicy"].as_str(), hook["clientConfig"]["service"]["path"].as_str()),
        (Some("Fail"), Some("/validate"))
    );
    assert!(secret.iter().all(|o| o["kind"] != "MutatingWebhookConfiguration" && o["kind"] != "Certificate"));

    let mutating = objects(&generated(VARIANTS[2]));
    assert_eq!(of(&mutating, "ValidatingWebhookConfiguration")["webhooks"][0]["failurePolicy"], "Ignore");
    let hook = &of(&mutating, "MutatingWebhookConfiguration")["webhooks"][0];
    assert_eq!(
        (hook["failurePolicy"].as_str(), hook["reinvocationPolicy"].as_str()),
        (Some("Ignore"), Some("IfNeeded"))
    );
    assert_eq!(of(&mutating, "Deployment")["spec"]["template"]["spec"]["hostUsers"], false);

    let guard = objects(&generated(VARIANTS[3]));
    let hook = &of(&guard, "ValidatingWebhookConfiguration")["webhooks"][0];
    let names = hook["namespaceSelector"]["matchExpressions"][0]["values"].as_array().unwrap();
    for name in ["kube-system", "kube-public", "kube-node-lease", "guard", "shop", "falco"] {
        assert_eq!(names.iter().filter(|n| *n == name).count(), 1, "{name}: {names:?}");
    }
    assert!(
        of(&guard, "Deployment")["spec"]["template"]["spec"]["securityContext"]["runAsUser"].as_i64() > Some(100_000)
    );

    let strict = objects(&generated(VARIANTS[4]));
    let arguments = of(&strict, "Deployment")["spec"]["template"]["spec"]["containers"][0]["args"].to_string();
    for want in
        ["--standard=restricted", "--kubernetes=1.34", "--fail-on=high", "--only=privileged", "--only=host-port"]
    {
        assert!(arguments.contains(&format!("\"{want}\"")), "{want}: {arguments}");
    }
    let configured = objects(&generated(VARIANTS[5]));
    assert!(of(&configured, "ConfigMap")["data"]["plimsoll.toml"].as_str().unwrap().starts_with("# ours\nfail-on"));
    let injected = &of(&configured, "MutatingWebhookConfiguration")["metadata"]["annotations"];
    assert_eq!(injected["cert-manager.io/inject-ca-from"], "plimsoll/plimsoll");
    assert_eq!(of(&configured, "Certificate")["spec"]["dnsNames"][0], "plimsoll.plimsoll.svc");
}

#[test]
fn what_makes_no_sense_is_said() {
    let folder = temporary("webhook-wrong");
    fs::write(folder.join("broken.toml"), "fail-on = 3\n").unwrap();
    for (arguments, want) in [
        ("", "--image <IMAGE>"),
        ("--image registry.example/plimsoll", "a tag or a digest is wanted"),
        ("--image registry.example/plimsoll:latest", "a tag or a digest is wanted"),
        ("--image registry.example/Plimsoll:1", "--image <IMAGE>"),
        ("--image a:1 --namespace kube-system", "a namespace of its own is wanted"),
        ("--image a:1 --namespace a_b", "a name has up to 63 lower-case letters"),
        ("--image a:1 --certificate certmanager", "'cert-manager'"),
        ("--image a:1 --failure-policy deny", "possible values: fail, ignore"),
        ("--image a:1 --only KSV003", "here it is `drop-all-capabilities`"),
        ("--image a:1 --config broken.toml", "broken.toml:1:"),
        ("--image a:1 --config none.toml", "none.toml: no such file"),
        ("--image a:1 --uid-floor 2147483647", "`--uid-floor` leaves no id for the pods"),
    ] {
        let run = plimsoll(
            &folder,
            &["generate", "webhook"].into_iter().chain(arguments.split_whitespace()).collect::<Vec<_>>(),
        );
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{arguments}: {}", run.stderr);
        assert!(run.stderr.contains(want), "{arguments}: {}", run.stderr);
    }
}

/// The arguments of the pod, with files in place of volumes, start a server whose certificate is the one of the commands.
#[cfg(all(feature = "serve", unix))]
#[test]
fn the_commands_make_a_certificate_that_the_api_server_would_trust() {
    if Command::new("openssl").arg("version").output().is_err() {
        println!("skipped: openssl is not at hand");
        return;
    }
    let text = generated(VARIANTS[0]);
    let lines = text.lines().filter_map(|l| l.strip_prefix("#   ")).take_while(|l| !l.starts_with("kubectl"));
    let script: Vec<_> = lines.collect();
    assert!(script.len() > 5, "{text}");
    let folder = temporary("webhook-commands");
    let made = Command::new("sh").args(["-ec", &script.join("\n")]).current_dir(&folder).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let objects = objects(&text);
    let arguments = of(&objects, "Deployment")["spec"]["template"]["spec"]["containers"][0]["args"].as_array().unwrap();
    let here = folder.to_str().unwrap();
    let arguments: Vec<_> = arguments.iter().map(|a| a.as_str().unwrap()).collect();
    let arguments = arguments.join(" ").replace("/etc/plimsoll/tls", here).replace("0.0.0.0:8443", "127.0.0.1:0");
    let reply = crate::serve::answer_behind(&arguments.replace("0.0.0.0:8080", "127.0.0.1:0"), &folder.join("ca.crt"));
    assert_eq!(reply.status, 200, "{}", reply.text());
}
