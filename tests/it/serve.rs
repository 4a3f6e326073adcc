//! `plimsoll serve` as a cluster meets it: the built program, over loopback, with real TLS.

mod certificate;
pub(crate) mod client;
mod clients;
mod requests;
mod stop;

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustls::ClientConfig;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use self::client::{Authority, NAME, Reply, Tls};
use crate::support::{command, temporary};

/// Longer than any machine takes for what a test waits for.
const PATIENCE: Duration = Duration::from_secs(30);

/// A server that is ended with the test.
struct Serving {
    child: Child,
    address: SocketAddr,
    health: Option<SocketAddr>,
    folder: PathBuf,
    authority: Authority,
    trust: Arc<ClientConfig>,
    log: Arc<Mutex<String>>,
    reader: Option<JoinHandle<()>>,
}

impl Serving {
    /// Starts it in a folder of its own with these arguments, behind a certificate that is good.
    fn start(name: &str, arguments: &str) -> Self {
        Self::start_with(name, arguments, true)
    }

    fn start_with(name: &str, arguments: &str, certificate: bool) -> Self {
        let folder = temporary(&format!("serve-{name}"));
        let authority = Authority::new();
        if certificate {
            let (certificate, key) = authority.certificate(2100);
            std::fs::write(folder.join("tls.crt"), certificate).unwrap();
            std::fs::write(folder.join("tls.key"), key).unwrap();
        }
        let fixed = "serve --no-config --listen 127.0.0.1:0 --tls-cert tls.crt --tls-key tls.key --only privileged";
        let at_once = if arguments.contains("--drain") { "" } else { "--drain 0" };
        Self::run(folder, authority, &[fixed, at_once, arguments].join(" "))
    }

    fn run(folder: PathBuf, authority: Authority, arguments: &str) -> Self {
        let all: Vec<_> = arguments.split_whitespace().collect();
        let mut child = command(&folder, &all).stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
        let (log, stderr) = (Arc::new(Mutex::new(String::new())), child.stderr.take().unwrap());
        let told = Arc::clone(&log);
        let reader = std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                let mut log = told.lock().unwrap();
                log.push_str(&line);
                log.push('\n');
            }
        });
        let trust = authority.trust();
        let nowhere = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut serving =
            Self { child, address: nowhere, health: None, folder, authority, trust, log, reader: Some(reader) };
        serving.address = serving.told("serving reviews at https://").parse().unwrap();
        if arguments.contains("--health-listen") {
            serving.health = Some(serving.told("serving health and metrics at http://").parse().unwrap());
        }
        serving
    }

    /// What the log says behind these words, once it does.
    fn told(&self, words: &str) -> String {
        let found = || self.log().lines().find_map(|l| l.split_once(words).map(|(_, rest)| rest.to_owned()));
        within(|| found().is_some(), || format!("{words}: {}", self.log()));
        found().unwrap()
    }

    fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    fn connect(&self) -> Tls {
        client::tls(self.address, &self.trust, NAME).unwrap()
    }

    /// One page, where it is served.
    fn get(&self, path: &str) -> Reply {
        match self.health {
            Some(health) => client::plain(health).get(path).unwrap(),
            None => self.connect().get(path).unwrap(),
        }
    }

    /// The value of a metric.
    fn metric(&self, name: &str) -> u64 {
        let text = self.get("/metrics").text().to_owned();
        let line = text.lines().find_map(|l| l.strip_prefix("plimsoll_")?.strip_prefix(name)?.strip_prefix(' '));
        line.unwrap_or_else(|| panic!("{name}: {text}")).parse().unwrap()
    }

    /// Waits for a metric to reach a value.
    fn counts(&self, name: &str, value: u64) {
        within(|| self.metric(name) >= value, || format!("{name} below {value}: {}", self.get("/metrics").text()));
    }

    fn rejects(&self, cause: &str, value: u64) {
        self.counts(&format!("rejected_total{{cause=\"{cause}\"}}"), value);
    }

    /// A whole review on a connection of its own is answered, and soon.
    fn is_well(&self) {
        let begun = Instant::now();
        let reply = self.connect().review("/validate", &client::review("well", true)).unwrap();
        assert_eq!(reply.status, 200, "{}", reply.text());
        assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
    }

    fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(std::process::Command::new("kill").args([name, &pid]).status().unwrap().success());
    }

    /// Its exit code, and what it has said.
    fn end(mut self) -> (Option<i32>, String) {
        let code = self.child.wait().unwrap().code();
        self.reader.take().unwrap().join().unwrap();
        (code, self.log())
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The answer to a review by a server with these arguments, whose certificate this file vouches for.
pub(crate) fn answer_behind(arguments: &str, authority: &Path) -> Reply {
    let mut server = Serving::run(temporary("serve-behind"), Authority::new(), arguments);
    let mut roots = rustls::RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(authority).unwrap() {
        roots.add(certificate.unwrap()).unwrap();
    }
    server.trust = client::trust(roots);
    server.connect().review("/validate", &client::review("x", true)).unwrap()
}

/// Waits for something to become true.
fn within(mut holds: impl FnMut() -> bool, says: impl Fn() -> String) {
    let end = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < end, "{}", says());
        std::thread::sleep(Duration::from_millis(20));
    }
}
