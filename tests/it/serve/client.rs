//! A client with TLS of its own, that can also misbehave: it writes what it is told to, when it is told to.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

/// The name that the server's certificate has.
pub(crate) const NAME: &str = "plimsoll.plimsoll.svc";

/// Longer than anything that a test waits for.
const PATIENCE: Duration = Duration::from_secs(30);

/// Whoever signs the certificates of a test.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    /// A certificate for the server until the first of January of a year, and its key, as PEM.
    pub(crate) fn certificate(&self, year: i32) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![NAME.to_owned()]).unwrap();
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.not_after = rcgen::date_time_ymd(year, 1, 1);
        (params.signed_by(&key, &self.0).unwrap().pem(), key.serialize_pem())
    }

    /// What a client trusts that knows this authority.
    pub(crate) fn trust(&self) -> Arc<ClientConfig> {
        let mut roots = RootCertStore::empty();
        roots.add(self.0.der().clone()).unwrap();
        trust(roots)
    }
}

/// A client's configuration.
pub(crate) fn trust(roots: RootCertStore) -> Arc<ClientConfig> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    Arc::new(config.with_root_certificates(roots).with_no_client_auth())
}

/// An answer over HTTP.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

/// A connection, encrypted or not.
pub(crate) struct Client<S>(pub(crate) S);

/// A client over TLS.
pub(crate) type Tls = Client<StreamOwned<ClientConnection, TcpStream>>;

/// A connection without TLS.
pub(crate) fn plain(address: SocketAddr) -> Client<TcpStream> {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_nodelay(true).unwrap();
    Client(stream)
}

/// A connection with TLS, to whoever has this name.
pub(crate) fn tls(address: SocketAddr, trust: &Arc<ClientConfig>, name: &str) -> io::Result<Tls> {
    let mut stream = plain(address).0;
    let name = ServerName::try_from(name.to_owned()).unwrap();
    let mut connection = ClientConnection::new(Arc::clone(trust), name).unwrap();
    while connection.is_handshaking() {
        connection.complete_io(&mut stream)?;
    }
    Ok(Client(StreamOwned::new(connection, stream)))
}

impl Tls {
    /// The certificate that the server has shown.
    pub(crate) fn shown(&self) -> Vec<u8> {
        self.0.conn.peer_certificates().unwrap()[0].to_vec()
    }
}

impl<S: Read + Write> Client<S> {
    /// Sends a review.
    pub(crate) fn review(&mut self, path: &str, body: &[u8]) -> io::Result<Reply> {
        self.ask("POST", path, "content-type: application/json\r\n", body)
    }

    /// Asks for a page.
    pub(crate) fn get(&mut self, path: &str) -> io::Result<Reply> {
        self.ask("GET", path, "", b"")
    }

    /// A whole request and its answer.
    pub(crate) fn ask(&mut self, method: &str, path: &str, headers: &str, body: &[u8]) -> io::Result<Reply> {
        self.send(&request(method, path, headers, body))?;
        self.reply()
    }

    /// Writes bytes as they are.
    pub(crate) fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(bytes)?;
        self.0.flush()
    }

    /// Reads one answer.
    pub(crate) fn reply(&mut self) -> io::Result<Reply> {
        let mut bytes = Vec::new();
        let end = loop {
            if let Some(end) = bytes.windows(4).position(|w| w == b"\r\n\r\n") {
                break end + 4;
            }
            self.more(&mut bytes)?;
        };
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap().to_ascii_lowercase();
        let length = head.lines().find_map(|l| l.strip_prefix("content-length: ")?.parse().ok()).unwrap_or(0);
        while bytes.len() < end + length {
            self.more(&mut bytes)?;
        }
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Ok(Reply { status, head, body: bytes.split_off(end) })
    }

    fn more(&mut self, bytes: &mut Vec<u8>) -> io::Result<()> {
        let mut buffer = [0; 16 << 10];
        match self.0.read(&mut buffer)? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            n => {
                bytes.extend_from_slice(&buffer[..n]);
                Ok(())
            }
        }
    }

    /// Waits until the server has closed the connection.
    pub(crate) fn closed(&mut self) -> bool {
        let mut buffer = [0; 1024];
        loop {
            match self.0.read(&mut buffer) {
                Ok(0) => return true,
                Ok(_) => {}
                Err(error) => return !matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut),
            }
        }
    }
}

/// The bytes of a request.
pub(crate) fn request(method: &str, path: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!("{method} {path} HTTP/1.1\r\nhost: {NAME}\r\n{headers}content-length: {length}\r\n\r\n");
    [head.as_bytes(), body].concat()
}

/// A review of a pod: with one that may pass, or one that is privileged.
pub(crate) fn review(uid: &str, passes: bool) -> Vec<u8> {
    let privileged = !passes;
    let review = format!(
        r#"{{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{{"uid":"{uid}",
        "kind":{{"group":"","version":"v1","kind":"Pod"}},"resource":{{"group":"","version":"v1","resource":"pods"}},
        "name":"app","namespace":"shop","operation":"CREATE","userInfo":{{"username":"someone"}},
        "object":{{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"app","namespace":"shop"}},
        "spec":{{"containers":[{{"name":"app","image":"registry.example/app:1.4",
        "securityContext":{{"privileged":{privileged}}}}}]}}}},"oldObject":null,"dryRun":false}}}}"#
    );
    review.into_bytes()
}
