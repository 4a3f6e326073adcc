//! What is asked, and how it is answered.

use super::Serving;
use super::client::{request, review};

#[test]
fn reviews_are_answered_one_after_another_on_one_connection() {
    let server = Serving::start("reviews", "");
    let mut client = server.connect();
    for (uid, passes) in [("a", true), ("b", false), ("c", true)] {
        let reply = client.review("/validate?timeout=5s", &review(uid, passes)).unwrap();
        assert_eq!(reply.status, 200);
        assert!(reply.head.contains("content-type: application/json\r\n"), "{}", reply.head);
        let answer: serde_json::Value = serde_json::from_slice(&reply.body).unwrap();
        assert_eq!(
            (answer["kind"].as_str(), answer["apiVersion"].as_str()),
            (Some("AdmissionReview"), Some("admission.k8s.io/v1"))
        );
        assert_eq!(answer["response"]["uid"], uid);
        assert_eq!(answer["response"]["allowed"], passes, "{}", reply.text());
        assert_eq!(reply.text().contains("privileged"), !passes);
    }
    let reply = client.review("/mutate", &review("d", false)).unwrap();
    assert_eq!(reply.status, 200);
    let metrics = client.get("/metrics").unwrap();
    for want in [
        "plimsoll_reviews_total{asked=\"validate\",outcome=\"allowed\"} 2\n",
        "plimsoll_reviews_total{asked=\"validate\",outcome=\"refused\"} 1\n",
        "plimsoll_findings_total{rule=\"privileged\"} ",
        "plimsoll_review_duration_seconds_count 4\n",
        "plimsoll_reviews_in_flight 0\n",
        "plimsoll_connections 1\n",
        "plimsoll_certificate_not_after_seconds 4102444800\n",
        "plimsoll_certificate_reloads_total{result=\"loaded\"} 1\n",
    ] {
        assert!(metrics.text().contains(want), "{want}: {}", metrics.text());
    }
    let refusals: Vec<_> = server.log().lines().filter(|l| l.contains("refused")).map(str::to_owned).collect();
    assert_eq!(refusals.len(), 1, "{}", server.log());
    assert!(refusals[0].contains(" b") && refusals[0].contains("privileged"), "{refusals:?}");
}

/// Method, path, headers, body, and the status that answers it.
const WRONG: &[(&str, &str, &str, &str, u16)] = &[
    ("GET", "/validate", "", "", 405),
    ("PUT", "/mutate", "content-type: application/json\r\n", "{}", 405),
    ("POST", "/healthz", "", "", 405),
    ("POST", "/", "content-type: application/json\r\n", "{}", 404),
    ("POST", "/validate/", "content-type: application/json\r\n", "{}", 404),
    ("POST", "/validate", "", "{}", 415),
    ("POST", "/validate", "content-type: text/plain\r\n", "{}", 415),
    ("POST", "/validate", "content-type: application/json-patch+json\r\n", "{}", 415),
    ("POST", "/validate", "content-type: application/json\r\ncontent-encoding: gzip\r\n", "{}", 415),
    ("POST", "/validate", "Content-Type: Application/JSON; charset=utf-8\r\n", "{}", 400),
    ("POST", "/validate", "content-type: application/json\r\n", "", 400),
    ("POST", "/validate", "content-type: application/json\r\n", "{\"kind\":", 400),
    ("POST", "/mutate", "content-type: application/json\r\n", "[]", 400),
    ("POST", "/validate", "content-type: application/json\r\n", "{\"request\":{\"uid\":\"x\"}}", 200),
    ("HEAD", "/healthz", "", "", 200),
    ("GET", "/readyz", "", "", 200),
];

#[test]
fn what_is_no_review_is_refused_in_the_words_of_http_and_the_connection_lives_on() {
    let server = Serving::start("wrong", "");
    let mut client = server.connect();
    for (method, path, headers, body, status) in WRONG {
        client.send(&request(method, path, headers, body.as_bytes())).unwrap();
        let mut reply = client.reply();
        // The answer to HEAD has the length of what it does not have.
        if *method == "HEAD" {
            drop(reply);
            client = server.connect();
            continue;
        }
        let reply = reply.as_mut().unwrap();
        assert_eq!(reply.status, *status, "{method} {path} {headers:?} {body}: {}", reply.text());
        if reply.head.contains("connection: close") {
            client = server.connect();
        }
        if *status == 405 {
            let allow = if *path == "/healthz" { "allow: get, head\r\n" } else { "allow: post\r\n" };
            assert!(reply.head.contains(allow), "{}", reply.head);
        }
        // Whatever had the shape of a request for a review is answered with one that refuses.
        if matches!(status, 200 | 400) && *path != "/readyz" {
            let answer: serde_json::Value = serde_json::from_slice(&reply.body).unwrap();
            assert_eq!(answer["response"]["allowed"], false, "{}", reply.text());
            assert!(!answer["response"]["status"]["message"].as_str().unwrap().is_empty());
        }
    }
    server.is_well();
}

#[test]
fn health_has_a_port_of_its_own_where_that_is_asked_for() {
    let server = Serving::start("health", "--health-listen 127.0.0.1:0 --validate-path /v --mutate-path /m/n");
    for path in ["/healthz", "/readyz", "/metrics"] {
        assert_eq!(server.get(path).status, 200, "{path}");
        assert_eq!(server.connect().get(path).unwrap().status, 404, "{path}");
    }
    for path in ["/v", "/m/n"] {
        assert_eq!(server.connect().review(path, &review("x", true)).unwrap().status, 200, "{path}");
        let health = server.health.unwrap();
        assert_eq!(super::client::plain(health).review(path, &review("x", true)).unwrap().status, 404, "{path}");
    }
    assert_eq!(server.connect().review("/validate", &review("x", true)).unwrap().status, 404);
}

#[test]
fn a_body_in_pieces_is_one_review() {
    let server = Serving::start("pieces", "");
    let mut client = server.connect();
    let body = review("x", true);
    let head =
        "POST /validate HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";
    client.send(head.as_bytes()).unwrap();
    for piece in body.chunks(97) {
        client.send(format!("{:x}\r\n", piece.len()).as_bytes()).unwrap();
        client.send(&[piece, b"\r\n"].concat()).unwrap();
    }
    client.send(b"0\r\n\r\n").unwrap();
    assert_eq!(client.reply().unwrap().status, 200);
    // Two at once: answered in their order.
    let two = [review("one", true), review("two", false)];
    let two = two.map(|body| request("POST", "/validate", "content-type: application/json\r\n", &body)).concat();
    client.send(&two).unwrap();
    assert!(client.reply().unwrap().text().contains("\"one\""));
}

/// A few hundred of what `cargo bench --bench serve` sends by the hundred thousand.
#[test]
fn many_reviews_from_several_clients_are_all_answered() {
    let server = Serving::start("many", "");
    std::thread::scope(|scope| {
        for client in 0..4 {
            let server = &server;
            scope.spawn(move || {
                let mut connection = server.connect();
                for n in 0..100 {
                    let (uid, passes) = (format!("{client}-{n}"), n % 3 > 0);
                    let reply = connection.review("/validate", &review(&uid, passes)).unwrap();
                    let answer: serde_json::Value = serde_json::from_slice(&reply.body).unwrap();
                    assert_eq!(answer["response"]["uid"], *uid);
                    assert_eq!(answer["response"]["allowed"], passes);
                }
            });
        }
    });
    assert_eq!(server.metric("review_duration_seconds_count"), 400);
    assert_eq!(server.metric("reviews_in_flight"), 0);
}
