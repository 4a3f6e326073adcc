//! What cannot be read is refused, with the reason and with the uid as far as it could be had.

use plimsoll::admission::{self, MAX_BYTES, Outcome};
use serde_json::{Value, json};

use super::{UID, answer, answer_to, create, object, review, reviewer, well_formed};

/// The reason for which this is refused.
fn reason(review: &[u8], uid: &str) -> String {
    let (answer, response) = answer_to(&reviewer(""), review);
    let shown = String::from_utf8_lossy(&review[..review.len().min(200)]);
    assert_eq!(answer.outcome, Outcome::Unreadable, "{shown}");
    assert_eq!(answer.uid, uid, "{shown}");
    let reason = answer.reason.unwrap();
    let told = response["status"]["message"].as_str().unwrap();
    assert!(told.starts_with("plimsoll cannot judge this request: "), "{told}");
    assert!(!response["auditAnnotations"]["unreadable"].as_str().unwrap().is_empty());
    reason
}

#[test]
fn what_is_no_review_is_refused() {
    let whole = create(&object("pod-restricted")).to_string();
    let cut = &whole[..whole.len() - 40];
    let behind = format!("{whole} {{}}");
    let latin = [&whole.as_bytes()[..whole.len() - 3], b"\xff\"}}"].concat();
    let deep = format!("{{\"request\":{{\"uid\":\"{UID}\",\"object\":{}", "[".repeat(200_000));
    let closed = format!("{{\"request\":{{\"uid\":\"u\",\"object\":{}{}}}}}", "[".repeat(20_000), "]".repeat(20_000));
    let large = format!("{{\"request\":{{\"uid\":\"u\",\"a\":\"{}\"}}}}", "x".repeat(10 << 20));
    for (review, uid, told) in [
        (&b""[..], "", "the review is empty"),
        (b" \n", "", "the review is empty"),
        (b"null", "", "the review is no mapping"),
        (b"[]", "", "the review is no mapping"),
        (b"{}", "", "apiVersion is missing: \"admission.k8s.io/v1\" is wanted"),
        (b"apiVersion: v1\n", "", "what is at line 1, column 1 cannot be read: expected value"),
        (b"\xef\xbb\xbf{}", "", "what is at line 1, column 1 cannot be read: expected value"),
        (b"{\"a\": tru}", "", "what is at line 1, column "),
        (b"{\"request\":{\"uid\":\"a\"},}", "a", "what is at line 1, column 24 cannot be read: key must be a string"),
        (b"{\"request\":{\"uid\":{\"a\":1}}}", "", "apiVersion is missing"),
        (cut.as_bytes(), UID, "what is at line 1, column "),
        (behind.as_bytes(), UID, "trailing characters"),
        (&latin, UID, "is not UTF-8"),
        (deep.as_bytes(), UID, "EOF while parsing"),
        (closed.as_bytes(), "u", "10000"),
        (large.as_bytes(), "u", "the review is larger than 8 MiB"),
    ] {
        let reason = reason(review, uid);
        assert!(reason.contains(told), "{told}: {reason}");
    }
    assert!(large.len() > MAX_BYTES);
}

/// A review with the value at a pointer set, or taken out where it is `null`.
fn with(review: &Value, pointer: &str, value: Value) -> Value {
    let mut review = review.clone();
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let fields = review.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    if value.is_null() {
        fields.remove(key)
    } else {
        fields.insert(key.to_owned(), value)
    };
    review
}

/// What is put where, and the reason for which the review is refused then.
fn spoilt(pod: &Value) -> Vec<(&'static str, Value, &'static str)> {
    vec![
        ("/apiVersion", json!("admission.k8s.io/v1beta1"), "apiVersion is \"admission.k8s.io/v1beta1\", and"),
        ("/apiVersion", json!(1), "apiVersion is no string"),
        ("/kind", json!("Pod"), "kind is \"Pod\", and \"AdmissionReview\" is wanted"),
        ("/kind", json!(null), "kind is missing"),
        ("/request", json!(null), "request is missing"),
        ("/request", json!("x"), "request is no mapping"),
        ("/request/uid", json!(null), "request.uid is missing"),
        ("/request/uid", json!(""), "request.uid is missing"),
        ("/request/uid", json!(7), "request.uid is no string"),
        ("/request/operation", json!(null), "request.operation is missing"),
        ("/request/operation", json!("PATCH"), "request.operation is \"PATCH\": CREATE, UPDATE, DELETE or CONNECT"),
        ("/request/operation", json!(["CREATE"]), "request.operation is no string"),
        ("/request/kind", json!(null), "request.kind is missing"),
        ("/request/kind", json!("Pod"), "request.kind is no mapping"),
        ("/request/kind/version", json!(null), "request.kind.version is missing"),
        ("/request/kind/kind", json!(5), "request.kind.kind is no string"),
        ("/request/kind/group", json!({}), "request.kind.group is no string"),
        ("/request/subResource", json!(false), "request.subResource is no string"),
        ("/request/object", json!(null), "request.object is missing"),
        ("/request/object", json!([]), "request.object is no mapping"),
        ("/request/object", json!("{}"), "request.object is no mapping"),
        ("/request/object", json!({}), "request.object has no apiVersion and no kind"),
        ("/request/oldObject", json!("x"), "request.oldObject is no mapping"),
        (
            "/request/kind/kind",
            json!("Deployment"),
            "request.object.kind is \"Pod\", and request.kind says \"Deployment\"",
        ),
        (
            "/request/kind/group",
            json!("apps"),
            "request.object.apiVersion is \"v1\", and request.kind says \"apps/v1\"",
        ),
        ("/request/object", json!({"apiVersion": "v1", "kind": "PodList", "items": [pod]}), "a list of objects"),
        ("/request/object", json!({"apiVersion": "v1", "kind": "List", "items": [pod, pod]}), "a list of objects"),
        (
            "/request/object/spec",
            json!("x"),
            "request.object: spec is the string \"x\": the API server wants a mapping",
        ),
        ("/request/object/spec/containers", json!({}), "spec.containers is a mapping: the API server wants a list"),
        (
            "/request/object/spec/hostPID",
            json!("true"),
            "spec.hostPID is the string \"true\": the API server wants a bool",
        ),
        ("/request/object/metadata", json!([1]), "metadata is a list: the API server wants a mapping"),
        ("/request/object/kind", json!(3), "request.object.kind is \"\", and request.kind says \"Pod\""),
    ]
}

#[test]
fn a_review_that_is_not_whole_is_refused() {
    let pod = object("pod-restricted");
    let whole = create(&pod);
    for (pointer, value, told) in spoilt(&pod) {
        let review = with(&whole, pointer, value.clone());
        let uid = review.pointer("/request/uid").and_then(Value::as_str).unwrap_or_default().to_owned();
        let reason = reason(review.to_string().as_bytes(), &uid);
        assert!(reason.contains(told), "{pointer} {value}: {reason}");
    }
    let update = with(&review("UPDATE", &pod, &pod), "/request/oldObject", json!({"spec": 1}));
    assert!(reason(update.to_string().as_bytes(), UID).contains("request.oldObject is no object"));
}

/// Of a key that stands twice, one reader takes the first and another the last.
#[test]
fn keys_that_stand_twice_are_refused() {
    let whole = create(&object("pod-restricted")).to_string();
    for (one, two) in [("\"hostPID\":false,", "\"hostPID\":true,"), ("\"hostPID\":false,", "\"host\\u0050ID\":true,")] {
        let twice = whole.replace("\"restartPolicy\"", &format!("{one}{two}\"restartPolicy\""));
        assert_ne!(twice, whole);
        let reason = reason(twice.as_bytes(), UID);
        assert!(reason.starts_with("the key \"hostPID\" stands twice, at line 1, column "), "{reason}");
    }
    let twice = whole.replacen("\"uid\":", "\"uid\":\"x\",\"uid\":", 1);
    let reason = super::answer_to(&reviewer(""), twice.as_bytes()).0.reason.unwrap();
    assert!(reason.contains("stands twice"), "{reason}");
}

/// Whoever could not even make a reviewer still answers.
#[test]
fn who_cannot_judge_refuses() {
    let whole = create(&object("pod-restricted")).to_string();
    let answer = admission::refuse(whole.as_bytes(), "no configuration\u{1b}[0m");
    assert_eq!((answer.outcome, answer.uid.as_str()), (Outcome::Unreadable, UID));
    let body = well_formed(&answer.body);
    assert_eq!(body["response"]["status"]["code"], 500);
    assert_eq!(body["response"]["status"]["reason"], "InternalError");
    well_formed(&admission::refuse(b"\x00", "no").body);
}

/// What a program may write into JSON is no fault: bytes that YAML would refuse, escapes, any order.
#[test]
fn what_json_allows_is_read() {
    let mut map = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {}});
    map["data"]["x"] = json!("\u{7f}\u{80}\u{85}\u{2028}\u{fffe}\u{0} \t\n--- # {{ x }} &a *b !c \u{1f600}");
    map["data"]["<<"] = json!("a");
    map["data"]["yes"] = json!("no");
    map["data"]["long"] = json!("x".repeat(5_000));
    map["data"]["k".repeat(2_000)] = json!("");
    let text = create(&map).to_string().replace("\"no\"", "\"\\u006eo\\/\\ud83d\\ude00\\ud800\"");
    for text in [text.clone(), text.replace(':', ": ").replace(',', "\r\n\t,\n")] {
        let (answer, response) = answer_to(&reviewer(""), text.as_bytes());
        assert_eq!(answer.outcome, Outcome::Allowed, "{response}");
    }
    let pod = answer(&reviewer("standard = \"restricted\""), &create(&object("pod-restricted"))).0;
    assert_eq!(pod.outcome, Outcome::Allowed);
}
