//! Clients that stall, cut off, send what is no request or too much of it, or expect somebody else: each is ended or answered
//! in its time, counted, and nobody else notices.

use std::time::{Duration, Instant};

use super::client::{self, Authority, NAME, plain, request, review};
use super::{Serving, within};

/// Time limits that a test can wait for.
const SHORT: &str =
    "--health-listen 127.0.0.1:0 --handshake-timeout 1 --header-timeout 1 --request-timeout 1.5 --idle-timeout 2";
const JSON: &str = "content-type: application/json\r\n";

#[test]
fn who_stalls_is_ended_in_time_and_nobody_waits_for_it() {
    let server = Serving::start("stalls", SHORT);
    let mut handshake = plain(server.address);
    handshake.send(b"\x16\x03\x01").unwrap();
    let (mut idle, mut head, mut body) = (server.connect(), server.connect(), server.connect());
    head.send(b"POST /validate HTTP/1.1\r\nhost: ").unwrap();
    let whole = request("POST", "/validate", JSON, &review("x", true));
    body.send(&whole[..whole.len() - 10]).unwrap();
    server.is_well();
    // A head and a body that never come are both answered, by the code that HTTP has for it.
    assert_eq!(head.reply().unwrap().status, 408);
    let late = body.reply().unwrap();
    assert_eq!(late.status, 408);
    assert!(late.head.contains("connection: close\r\n"), "{}", late.head);
    for (what, closed) in
        [("handshake", handshake.closed()), ("head", head.closed()), ("body", body.closed()), ("idle", idle.closed())]
    {
        assert!(closed, "{what}");
    }
    for cause in ["handshake_timeout", "head_timeout", "request_timeout"] {
        server.rejects(cause, 1);
    }
    server.counts("connections", 0);
    server.is_well();
}

#[test]
fn a_request_that_drips_has_no_more_time_than_one_that_stalls() {
    let server = Serving::start("drips", SHORT);
    let mut client = server.connect();
    let whole = request("POST", "/validate", JSON, &review("x", true));
    let begun = Instant::now();
    let status = whole.chunks(1).find_map(|byte| {
        std::thread::sleep(Duration::from_millis(40));
        client.send(byte).err().map(|_| 0)
    });
    // It was answered and closed while it still sent.
    assert!(status.is_some() && begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    server.rejects("head_timeout", 1);
    server.is_well();
}

#[test]
fn who_is_cut_off_or_talks_gibberish_is_counted_and_that_is_all() {
    let server = Serving::start("gibberish", SHORT);
    let whole = request("POST", "/validate", JSON, &review("x", true));
    for length in [1, 40, whole.len() / 2, whole.len() - 1] {
        let mut client = server.connect();
        client.send(&whole[..length]).unwrap();
        drop(client);
    }
    // TLS is neither of these.
    for bytes in [&b"GET / HTTP/1.1\r\nhost: x\r\n\r\n"[..], &[0; 3000], &vec![0xff; 70_000], b""] {
        let mut client = plain(server.address);
        let _ = client.send(bytes);
        drop(client);
    }
    // And HTTP none of those.
    let long = format!("GET /{} HTTP/1.1\r\n\r\n", "a".repeat(100_000));
    let many = format!("GET / HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(1000));
    let statuses = [
        (&b"\x00\x01\x02 \r\n\r\n"[..], 400),
        (long.as_bytes(), 414),
        (many.as_bytes(), 431),
        (b"GET / HTTP/9\r\n\r\n", 400),
    ];
    for (bytes, status) in statuses {
        let mut client = server.connect();
        let _ = client.send(bytes);
        // Where it still sent when it was refused, the answer may be lost with the rest.
        if let Ok(reply) = client.reply() {
            assert!(reply.status == status || (400..500).contains(&reply.status), "{}: {status}", reply.status);
        }
        assert!(client.closed());
    }
    server.rejects("cut_off", 2);
    server.rejects("handshake", 4);
    server.rejects("malformed", 3);
    server.is_well();
}

#[test]
fn who_expects_another_name_or_authority_gets_no_connection() {
    let server = Serving::start("names", "--health-listen 127.0.0.1:0");
    for (trust, name) in [(server.trust.clone(), "kubernetes.default.svc"), (Authority::new().trust(), NAME)] {
        let refused = client::tls(server.address, &trust, name).and_then(|mut client| client.get("/healthz"));
        assert!(refused.is_err(), "{name}");
    }
    server.rejects("handshake", 2);
    server.is_well();
}

#[test]
fn a_body_that_is_too_long_is_refused_and_the_others_do_not_notice() {
    let server = Serving::start("long", "--health-listen 127.0.0.1:0");
    let long = vec![b' '; 10 << 20];
    std::thread::scope(|scope| {
        let senders: Vec<_> =
            (0..4).map(|_| scope.spawn(|| server.connect().review("/validate", &long).unwrap().status)).collect();
        for _ in 0..20 {
            server.is_well();
        }
        for sender in senders {
            assert_eq!(sender.join().unwrap(), 413);
        }
    });
    // Who asks first is told at once, without sending any of it; so is who announces far too much.
    let mut client = server.connect();
    client.send(&request("POST", "/validate", &format!("{JSON}expect: 100-continue\r\n"), &long)[..200]).unwrap();
    assert_eq!(client.reply().unwrap().status, 413);
    let mut client = server.connect();
    client
        .send(format!("POST /validate HTTP/1.1\r\nhost: x\r\n{JSON}content-length: 9000000000\r\n\r\n").as_bytes())
        .unwrap();
    assert_eq!(client.reply().unwrap().status, 413);
    server.rejects("too_large", 6);
    server.is_well();
}

#[test]
fn the_longest_review_that_is_allowed_is_read_and_one_byte_more_is_not() {
    let server = Serving::start("longest", "--max-body 1Mi");
    let mut body = review("x", true);
    body.resize(1 << 20, b' ');
    assert_eq!(server.connect().review("/validate", &body).unwrap().status, 200);
    body.push(b' ');
    assert_eq!(server.connect().review("/validate", &body).unwrap().status, 413);
}

#[test]
fn where_the_room_is_full_those_make_place_who_keep_it_waiting() {
    let server = Serving::start("full", "--health-listen 127.0.0.1:0 --max-connections 4");
    let mut stalled: Vec<_> = (0..12).map(|_| plain(server.address)).collect();
    for _ in 0..5 {
        server.is_well();
    }
    // The limits would have ended none of them yet; the newcomers did.
    server.rejects("connections", 8);
    assert!(stalled[0].closed());
    assert!(server.metric("connections") <= 4);
}

#[test]
fn bodies_have_so_much_memory_and_no_more() {
    let server = Serving::start("memory", "--health-listen 127.0.0.1:0 --request-timeout 20");
    let most = vec![b' '; (8 << 20) - 1];
    let mut held: Vec<_> = (0..8).map(|_| server.connect()).collect();
    for client in &mut held {
        let begin = format!("POST /validate HTTP/1.1\r\nhost: x\r\n{JSON}content-length: {}\r\n\r\n", 8 << 20);
        client.send(begin.as_bytes()).unwrap();
        client.send(&most).unwrap();
    }
    let status = || server.connect().review("/validate", &review("x", true)).map_or(0, |reply| reply.status);
    within(|| status() == 503, || "nothing is refused".to_owned());
    drop(held);
    within(|| status() == 200, || "it does not recover".to_owned());
}
