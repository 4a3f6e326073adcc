//! `plimsoll admit`: a review in, an answer out, by the same engine as lint.

mod equal;
mod hostile;
mod mutating;
mod unreadable;
mod verdicts;

use std::fs;

use plimsoll::admission::{Answer, Outcome, Reviewer};
use plimsoll::config::{File, Settings};
use serde_json::{Value, json};

use crate::support::{plimsoll, plimsoll_with, root};

const UID: &str = "705ab4f5-6393-11e8-b7cc-42010a800002";

/// A review that an API server would send for this object.
pub(crate) fn review(operation: &str, object: &Value, old: &Value) -> Value {
    let version = object["apiVersion"].as_str().unwrap_or_default();
    let (group, version) = version.split_once('/').unwrap_or(("", version));
    let kind = json!({"group": group, "version": version, "kind": object["kind"]});
    json!({
        "kind": "AdmissionReview",
        "apiVersion": "admission.k8s.io/v1",
        "request": {
            "uid": UID,
            "kind": kind,
            "resource": {"group": group, "version": version, "resource": "things"},
            "requestKind": kind,
            "name": object["metadata"]["name"],
            "namespace": "shop",
            "operation": operation,
            "userInfo": {"username": "admin", "groups": ["system:masters"]},
            "object": object,
            "oldObject": old,
            "dryRun": false,
            "options": null,
        },
    })
}

fn create(object: &Value) -> Value {
    review("CREATE", object, &Value::Null)
}

/// The object of a fixture.
fn object(name: &str) -> Value {
    fixture(name)["request"]["object"].take()
}

fn fixture(name: &str) -> Value {
    let path = root().join(format!("fixtures/admit/{name}.json"));
    serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap()
}

fn settings(toml: &str) -> Settings {
    let mut settings = Settings::default();
    File::read(&root().join("plimsoll.toml"), root(), "plimsoll.toml".into(), toml).unwrap().apply(&mut settings);
    settings
}

fn reviewer(toml: &str) -> Reviewer {
    Reviewer::new(settings(toml))
}

/// The answer, held to the form that every answer has.
fn answer(reviewer: &Reviewer, review: &Value) -> (Answer, Value) {
    answer_to(reviewer, review.to_string().as_bytes())
}

fn answer_to(reviewer: &Reviewer, review: &[u8]) -> (Answer, Value) {
    let answer = reviewer.review(review);
    let body = well_formed(&answer.body);
    let response = &body["response"];
    assert_eq!(response["uid"], answer.uid.as_str());
    assert_eq!(response["allowed"], answer.outcome.is_allowed());
    assert_eq!(answer.outcome == Outcome::Warned, answer.outcome.is_allowed() && response["warnings"].is_array());
    assert_eq!(answer.changes > 0, response["patch"].is_string());
    (answer, body["response"].clone())
}

/// What the API server asks of an answer: its names and types, the lengths of warnings, the form of annotations.
fn well_formed(body: &[u8]) -> Value {
    let body: Value = serde_json::from_slice(body).unwrap();
    assert_eq!(body["apiVersion"], "admission.k8s.io/v1");
    assert_eq!(body["kind"], "AdmissionReview");
    let response = body["response"].as_object().unwrap();
    let known = ["uid", "allowed", "status", "warnings", "auditAnnotations", "patch", "patchType"];
    assert!(response.keys().all(|key| known.contains(&key.as_str())), "{body}");
    let allowed = response["allowed"].as_bool().unwrap();
    assert_eq!(allowed, !response.contains_key("status"), "{body}");
    if !allowed {
        let status = &response["status"];
        assert!(status["code"].as_u64().unwrap() >= 400 && status["status"] == "Failure", "{body}");
        let message = status["message"].as_str().unwrap();
        assert!(!message.is_empty() && message.len() <= 17 << 10, "{body}");
        assert!(message.chars().all(|c| c == '\n' || !c.is_control()), "{message:?}");
        assert!(!response.contains_key("patch"));
    }
    let warnings: Vec<&str> = response
        .get("warnings")
        .map_or(Vec::new(), |w| w.as_array().unwrap().iter().map(|w| w.as_str().unwrap()).collect());
    assert!(warnings.iter().map(|w| w.len()).sum::<usize>() <= 4096, "{warnings:?}");
    for warning in warnings {
        assert!(!warning.is_empty() && warning.len() <= 256 && !warning.contains(char::is_control), "{warning:?}");
    }
    for (key, value) in response.get("auditAnnotations").and_then(Value::as_object).into_iter().flatten() {
        // The API server puts the webhook's name and a slash before it: a qualified name.
        assert!(key.bytes().all(|b| b.is_ascii_alphanumeric()) && key.len() <= 63, "{key}");
        assert!(!value.as_str().unwrap().is_empty());
    }
    body
}

/// Where nobody reads the answer, the exit code still is that of the verdict.
#[test]
fn a_closed_pipe_allows_nothing() {
    for (name, code) in [("pod-privileged", 1), ("pod-restricted", 0)] {
        let file = root().join(format!("fixtures/admit/{name}.json"));
        let arguments = ["admit", "--no-config", "--standard", "restricted", file.to_str().unwrap()];
        let mut child = crate::support::command(root(), &arguments).spawn().unwrap();
        drop(child.stdout.take());
        assert_eq!(child.wait().unwrap().code(), Some(code), "{name}");
    }
}

#[test]
fn the_command_answers_and_exits_by_the_verdict() {
    let folder = crate::support::temporary("admit");
    let file = |name: &str| fs::read(root().join(format!("fixtures/admit/{name}.json"))).unwrap();
    fs::write(folder.join("bad.json"), file("pod-privileged")).unwrap();
    fs::write(folder.join("plimsoll.toml"), "[rules]\nprivileged = \"off\"\n").unwrap();
    fs::write(folder.join("broken.toml"), "[rules]\nprivilegd = \"off\"\n").unwrap();
    // Arguments, what stands on standard input, exit code, a part of the answer, and of standard error.
    let cases: &[(&str, &[u8], i32, &str, &str)] = &[
        ("--no-config bad.json", b"", 1, "- privileged: container \\\"web\\\" sets", ""),
        ("--no-config --only privileged", &file("pod-privileged"), 1, "1 finding by plimsoll:", ""),
        ("--no-config --only privileged -", &file("pod-privileged"), 1, "\"findings\":\"privileged=1\"", ""),
        ("--only image-tag bad.json", b"", 0, "\"allowed\":true", ""),
        ("--config plimsoll.toml --standard baseline bad.json", b"", 0, "\"standard\":\"baseline:v1.", ""),
        ("--no-config --standard baseline bad.json", b"", 1, "the Pod Security level baseline of 1.", ""),
        ("--no-config --standard restricted --kubernetes 1.21", &file("pod-restricted"), 0, "restricted:v1.21", ""),
        ("--no-config --fail-on never bad.json", b"", 0, "\"warnings\":[\"privileged: ", ""),
        ("--no-config --fail-on critical --uid-floor 0 bad.json", b"", 1, "of severity critical or above", ""),
        ("--no-config --mutate --only apparmor-annotation", &file("deployment-update"), 0, "\"patch\":\"", ""),
        ("--no-config", b"", 2, "the review is empty", ""),
        ("--no-config none.json", b"", 2, "none.json: no such file", "error: none.json: no such file"),
        ("--no-config .", b"", 2, "\"allowed\":false", "error: .: "),
        ("--config broken.toml bad.json", b"", 2, UID, "no rule is called `privilegd`"),
        ("--config none.toml", &file("pod-restricted"), 2, UID, "error: none.toml: no such file"),
    ];
    for (arguments, input, code, stdout, stderr) in cases {
        let words: Vec<&str> = std::iter::once("admit").chain(arguments.split(' ')).collect();
        let run = plimsoll_with(&folder, &words, input);
        assert_eq!(run.code, *code, "{arguments}: {run:?}");
        assert!(run.stdout.contains(stdout) && run.stdout.ends_with('\n'), "{arguments}: {run:?}");
        assert!(run.stderr.contains(stderr) && (!stderr.is_empty() || run.stderr.is_empty()), "{arguments}: {run:?}");
        well_formed(run.stdout.as_bytes());
    }
    for (arguments, told) in [
        ("--standard restrictd", "'restricted'"),
        ("--only privilegd", "did you mean `privileged`?"),
        ("--fail-on hihg", "'high'"),
        ("--kubernetes newest", "write `1."),
        ("--uid-floor -1", "'--uid-floor <ID>'"),
        ("--no-config --config x", "cannot be used with"),
        ("--mutat", "'--mutate'"),
        ("a b", "unexpected argument 'b'"),
    ] {
        let words: Vec<&str> = std::iter::once("admit").chain(arguments.split(' ')).collect();
        let run = plimsoll(&folder, &words);
        assert!(run.code == 2 && run.stdout.is_empty() && run.stderr.contains(told), "{arguments}: {run:?}");
    }
}
