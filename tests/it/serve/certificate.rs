//! The certificate as a Secret volume gives it: late, replaced behind a link, or of no use.

use std::fs;
use std::os::unix::fs::symlink;

use super::client::{plain, review};
use super::{Serving, within};

/// Writes a version of a Secret as the kubelet does: a new folder, and one rename of the link that everything goes through.
fn swap(server: &Serving, version: &str, certificate: &str, key: &str) {
    let folder = &server.folder;
    fs::create_dir(folder.join(version)).unwrap();
    fs::write(folder.join(version).join("tls.crt"), certificate).unwrap();
    fs::write(folder.join(version).join("tls.key"), key).unwrap();
    symlink(version, folder.join("..data_tmp")).unwrap();
    fs::rename(folder.join("..data_tmp"), folder.join("..data")).unwrap();
    for file in ["tls.crt", "tls.key"] {
        let _ = symlink(format!("..data/{file}"), folder.join(file));
    }
}

#[test]
fn a_certificate_is_waited_for_taken_up_and_kept_where_the_next_is_of_no_use() {
    let server = Serving::start_with("certificate", "--health-listen 127.0.0.1:0", false);
    let ready = || server.get("/readyz");
    assert_eq!((ready().status, ready().text()), (503, "there is no certificate yet\n"));
    assert_eq!(server.get("/healthz").status, 200);
    assert!(super::client::tls(server.address, &server.trust, super::NAME).is_err());
    assert!(
        server.log().contains("not ready, as there is no certificate: tls.crt: no such file\n"),
        "{}",
        server.log()
    );

    let (first, first_key) = server.authority.certificate(2090);
    swap(&server, "..1", &first, &first_key);
    within(|| ready().status == 200, || server.log());
    let mut kept = server.connect();
    let shown = kept.shown();
    assert_eq!(server.metric("certificate_not_after_seconds"), 3_786_912_000);

    let (second, second_key) = server.authority.certificate(2095);
    swap(&server, "..2", &second, &second_key);
    within(|| server.connect().shown() != shown, || server.log());
    let shown = server.connect().shown();
    assert_eq!(server.metric("certificate_not_after_seconds"), 3_944_678_400);
    // Who was there before stays.
    assert_eq!(kept.review("/validate", &review("x", true)).unwrap().status, 200);

    let cases = [
        ("..3", second.as_str(), first_key.as_str(), "it is not the key of the certificate in tls.crt"),
        ("..4", "no certificate", second_key.as_str(), "tls.crt: there is no certificate in it"),
        ("..5", second.as_str(), "", "tls.key: there is no private key in it, or one with a passphrase"),
        ("..6", &second[..second.len() / 2], second_key.as_str(), "tls.crt: it ends in the midst of a section"),
    ];
    for (failed, (version, certificate, key, why)) in (1..).zip(cases) {
        swap(&server, version, certificate, key);
        server.counts("certificate_reloads_total{result=\"failed\"}", failed + 1);
        assert!(server.log().contains("certificate kept, as the new one is of no use: "), "{}", server.log());
        assert!(server.log().contains(why), "{why}: {}", server.log());
        assert_eq!(server.connect().shown(), shown);
        assert_eq!(ready().status, 200);
    }
    // Each state of the files is told of once.
    assert_eq!(server.log().matches("no such file").count(), 1);
    let (old, old_key) = server.authority.certificate(2001);
    swap(&server, "..7", &old, &old_key);
    server.told("certificate loaded, which EXPIRED at 2001-01-01T00:00:00Z");
    assert!(!server.log().contains("PRIVATE KEY") && !server.log().contains("-----"), "{}", server.log());
    drop(plain(server.address));
}
