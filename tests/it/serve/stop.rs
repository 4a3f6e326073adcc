//! Told to stop, the server says so, lets finish who has begun, and ends with 0.

use std::time::{Duration, Instant};

use super::client::{plain, request, review};
use super::{Serving, within};
use crate::support::plimsoll;

const JSON: &str = "content-type: application/json\r\n";

#[test]
fn a_stop_lets_those_finish_who_have_asked() {
    for signal in ["-TERM", "-INT"] {
        let server = Serving::start(&format!("stop{signal}"), "--health-listen 127.0.0.1:0 --drain 1");
        let (mut unused, mut used, mut asking) = (server.connect(), server.connect(), server.connect());
        assert_eq!(used.review("/validate", &review("x", true)).unwrap().status, 200);
        let whole = request("POST", "/validate", JSON, &review("late", false));
        asking.send(&whole[..100]).unwrap();
        server.signal(signal);
        within(|| server.get("/readyz").status == 503, || server.log());
        // Until everybody has heard of it, everything is answered.
        assert_eq!(server.get("/readyz").text(), "stopping\n");
        server.is_well();
        assert!(used.closed());
        asking.send(&whole[100..]).unwrap();
        let reply = asking.reply().unwrap();
        assert_eq!(reply.status, 200);
        assert!(reply.text().contains("\"late\"") && reply.head.contains("connection: close"), "{reply:?}");
        assert!(unused.closed());
        let (code, log) = server.end();
        assert_eq!(code, Some(0), "{log}");
        assert!(log.contains(&format!("plimsoll: SIG{}: no longer ready\n", &signal[1..])), "{log}");
        assert!(log.ends_with("plimsoll: stopped\n"), "{log}");
    }
}

#[test]
fn a_stop_does_not_wait_for_ever_and_a_second_signal_hurries() {
    let server = Serving::start("stop-late", "--stop-timeout 0.5");
    let mut asking = server.connect();
    asking.send(&request("POST", "/validate", JSON, &review("x", true))[..300]).unwrap();
    let begun = Instant::now();
    server.signal("-TERM");
    let (code, log) = server.end();
    assert!(log.ends_with("plimsoll: stopped, with requests cut off that took too long\n"), "{log}");
    assert_eq!(code, Some(0));
    assert!(begun.elapsed() < Duration::from_secs(8), "{:?}", begun.elapsed());

    let server = Serving::start("stop-twice", "--drain 3600 --stop-timeout 3600");
    let mut asking = server.connect();
    asking.send(&request("POST", "/validate", JSON, &review("x", true))[..300]).unwrap();
    for _ in 0..3 {
        server.signal("-TERM");
        std::thread::sleep(Duration::from_millis(200));
    }
    let (code, log) = server.end();
    assert!(log.ends_with("plimsoll: stopped at once, as asked for\n"), "{log}");
    assert_eq!(code, Some(0));
}

#[test]
fn a_server_that_cannot_begin_says_why() {
    let server = Serving::start("begin", "");
    let taken = server.address.to_string();
    let run = |arguments: &str| {
        let fixed = "serve --tls-cert a --tls-key b";
        plimsoll(&server.folder, &fixed.split(' ').chain(arguments.split(' ')).collect::<Vec<_>>())
    };
    for (arguments, want) in [
        (format!("--listen {taken}"), format!("error: cannot listen at {taken}: ")),
        (format!("--listen 127.0.0.1:0 --health-listen {taken}"), format!("error: cannot listen at {taken}: ")),
        ("--listen localhost".to_owned(), "as in 0.0.0.0:8443 or [::]:8443".to_owned()),
        ("--listen :8443".to_owned(), "as in 0.0.0.0:8443 or [::]:8443".to_owned()),
        ("--validate-path /mutate".to_owned(), "`--validate-path` and `--mutate-path` are the same".to_owned()),
        ("--validate-path review".to_owned(), "a path is wanted, as in /validate".to_owned()),
        ("--mutate-path /metrics".to_owned(), "health and metrics are served there".to_owned()),
        ("--max-body 8mb".to_owned(), "between 1Ki and 8Mi are wanted, as in 8Mi".to_owned()),
        ("--max-body 1".to_owned(), "between 1Ki and 8Mi are wanted, as in 8Mi".to_owned()),
        ("--max-connections 0".to_owned(), "0 is not in 1..=10000".to_owned()),
        ("--request-timeout 0".to_owned(), "seconds are wanted, from 0.05 to 3600".to_owned()),
        ("--drain soon".to_owned(), "seconds are wanted, up to 3600".to_owned()),
        ("--tls-crt c".to_owned(), "'--tls-cert'".to_owned()),
    ] {
        let run = run(&arguments);
        assert_eq!(run.code, 2, "{arguments}: {}", run.stderr);
        assert!(run.stderr.contains(&want) && run.stdout.is_empty(), "{arguments}: {}", run.stderr);
    }
    drop(plain(server.address));
}
