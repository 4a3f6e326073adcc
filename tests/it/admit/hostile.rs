//! Whatever comes in, a whole answer goes out, and soon.

use std::fs;
use std::time::{Duration, Instant};

use plimsoll::admission::{Answer, Outcome, Reviewer};
use plimsoll::config::Settings;
use serde_json::{Value, json};

use super::{UID, fixture, well_formed};
use crate::mutate::{Random, mutate};
use crate::support::shared;
use crate::yaml::files_below;

fn asked(reviewers: &[Reviewer], review: &[u8]) -> Vec<Outcome> {
    let start = Instant::now();
    let answers: Vec<_> = reviewers.iter().map(|reviewer| reviewer.review(review)).collect();
    assert!(start.elapsed() < Duration::from_secs(10), "{}", String::from_utf8_lossy(&review[..review.len().min(200)]));
    let outcome = |answer: Answer| {
        well_formed(&answer.body);
        answer.outcome
    };
    answers.into_iter().map(outcome).collect()
}

fn reviewers() -> [Reviewer; 2] {
    let never = Settings { fail_on: None, ..Settings::default() };
    [Reviewer::new(Settings::default()), Reviewer::new(never).mutating(true)]
}

/// A review with this text in place of the object.
fn around(object: &[u8], kind: &str, version: &str) -> Vec<u8> {
    let head = json!({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview"}).to_string();
    let request = json!({"uid": UID, "operation": "CREATE", "kind": {"group": "", "version": version, "kind": kind}});
    let (head, request) = (head.trim_end_matches('}'), request.to_string());
    let start = format!("{head},\"request\":{},\"object\":", request.trim_end_matches('}'));
    [start.as_bytes(), object, b"}}"].concat()
}

#[test]
fn hostile_texts_in_place_of_the_object_are_answered() {
    let Some(folder) = shared("corpora/bad") else { return };
    let reviewers = reviewers();
    let (mut asked_of, mut judged) = (0, 0);
    for path in files_below(&folder) {
        let bytes = fs::read(&path).unwrap();
        // As it is, as a string in an object, and on its own.
        let text = String::from_utf8_lossy(&bytes);
        let map = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"a": text}});
        let inside = asked(&reviewers, &around(map.to_string().as_bytes(), "ConfigMap", "v1"));
        let large = text.len() > 7 << 20;
        assert!(large || inside.iter().all(|o| *o != Outcome::Unreadable), "{}", path.display());
        let whole = asked(&reviewers, &around(&bytes, "Pod", "v1"));
        judged += usize::from(whole[0] != Outcome::Unreadable);
        assert!(!whole[0].is_allowed(), "{}", path.display());
        assert_eq!(asked(&reviewers, &bytes), [Outcome::Unreadable; 2], "{}", path.display());
        asked_of += 1;
    }
    println!("{asked_of} files, of which {judged} could be judged as a Pod");
    assert!(asked_of > 100);
}

/// Reviews that were tampered with: whatever is wrong with them, they are answered, and never with another's uid.
#[test]
fn reviews_that_were_tampered_with_are_answered() {
    let reviewers = reviewers();
    let texts = ["pod-privileged", "pod-restricted", "deployment-update"].map(|name| fixture(name).to_string());
    let mut random = Random::new(11);
    let rounds = if std::env::var_os("PLIMSOLL_WHOLE").is_some() { 60_000 } else { 1_500 };
    let (mut readable, mut allowed) = (0, 0);
    for _ in 0..rounds {
        let text = &texts[random.next(texts.len())];
        let mut bytes = mutate(text, &mut random).into_bytes();
        for _ in 0..random.next(3) {
            let at = random.next(bytes.len());
            match random.next(3) {
                0 => bytes[at] = u8::try_from(random.next(256)).unwrap(),
                1 => drop(bytes.remove(at)),
                _ => bytes.truncate(at),
            }
        }
        let outcomes = asked(&reviewers, &bytes);
        readable += usize::from(outcomes[0] != Outcome::Unreadable);
        allowed += usize::from(outcomes[0].is_allowed());
        if serde_json::from_slice::<Value>(&bytes).is_err() {
            assert_eq!(outcomes, [Outcome::Unreadable; 2], "{}", String::from_utf8_lossy(&bytes));
        }
    }
    println!("{rounds} reviews: {readable} could be read, {allowed} were allowed");
    assert!(readable > rounds / 100 && readable < rounds);
}

/// Deep, wide and long objects are read, compared and patched without recursion and in time.
#[test]
fn deep_and_wide_objects_are_answered() {
    let reviewers = reviewers();
    let deep = |n: usize| format!("{}1{}", "{\"a\":[".repeat(n), "]}".repeat(n));
    let object = |rest: &str| {
        format!("{{\"apiVersion\":\"e.dev/v1\",\"kind\":\"X\",\"metadata\":{{\"name\":\"a\"}},\"spec\":{rest}}}")
    };
    let wide = format!("{{{}}}", (0..20_000).map(|n| format!("\"k{n}\":{n}")).collect::<Vec<_>>().join(","));
    let reversed = format!("{{{}}}", (0..20_000).rev().map(|n| format!("\"k{n}\":{n}")).collect::<Vec<_>>().join(","));
    let long = format!("[{}]", vec!["{\"a\":1}"; 20_000].join(","));
    let cases = [
        (deep(4_000), deep(4_000)),
        (deep(4_000), deep(3_999)),
        (wide.clone(), reversed),
        (wide, "1".into()),
        (long.clone(), long),
    ];
    for (new, old) in cases {
        let review = format!(
            "{{\"apiVersion\":\"admission.k8s.io/v1\",\"kind\":\"AdmissionReview\",\"request\":{{\"uid\":\"u\",\
             \"operation\":\"UPDATE\",\"kind\":{{\"group\":\"e.dev\",\"version\":\"v1\",\"kind\":\"X\"}},\
             \"object\":{},\"oldObject\":{}}}}}",
            object(&new),
            object(&old)
        );
        assert_eq!(asked(&reviewers, review.as_bytes()), [Outcome::Allowed; 2]);
    }
    let too_deep = around(object(&deep(6_000)).as_bytes(), "X", "v1");
    assert_eq!(asked(&reviewers, &too_deep), [Outcome::Unreadable; 2]);
}
