//! The certificate and its key, taken up anew when the files say something else. Their text is compared, not their times:
//! a Secret volume swaps a link in a folder above them, and a copy may be older than what it replaces.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use der::asn1::{AnyRef, GeneralizedTime, UtcTime};
use der::{Decode, Reader, SliceReader, Tag};
use sha2::{Digest, Sha256};
use tokio_rustls::rustls::crypto::ring::sign;
use tokio_rustls::rustls::pki_types::pem::{self, PemObject};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{Error, InconsistentKeys};

/// No chain of certificates is longer, and a path that is a device has no end.
const LONGEST: u64 = 1 << 20;

/// The certificate that is shown to clients, and the files that it comes from.
#[derive(Debug)]
pub(super) struct Store {
    certificate: PathBuf,
    key: PathBuf,
    /// What the last look found, so that each state of the files is told of once.
    seen: Mutex<Option<Result<Seen, String>>>,
    current: RwLock<Option<Current>>,
}

type Seen = [u8; 32];

#[derive(Clone, Debug)]
struct Current {
    key: Arc<CertifiedKey>,
    not_after: Option<i64>,
}

impl Store {
    pub(super) fn new(certificate: PathBuf, key: PathBuf) -> Self {
        Self { certificate, key, seen: Mutex::default(), current: RwLock::default() }
    }

    /// Looks at the files. `None`: they are as they were. Otherwise the new certificate's last second, or why it cannot be
    /// used; the one that was there before stays then.
    pub(super) fn look(&self) -> Option<Result<Option<i64>, String>> {
        let files = read(&self.certificate).and_then(|certificate| Ok((certificate, read(&self.key)?)));
        let now = files.as_ref().map(|(certificate, key)| fingerprint(certificate, key)).map_err(Clone::clone);
        {
            let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            if seen.as_ref() == Some(&now) {
                return None;
            }
            *seen = Some(now);
        }
        let loaded = files.and_then(|(certificate, key)| self.load(&certificate, &key));
        Some(loaded.map(|current| {
            let not_after = current.not_after;
            *self.current.write().unwrap_or_else(PoisonError::into_inner) = Some(current);
            not_after
        }))
    }

    fn load(&self, certificate: &[u8], key: &[u8]) -> Result<Current, String> {
        let (certificate_file, key_file) = (self.certificate.display(), self.key.display());
        let chain: Vec<_> = CertificateDer::pem_slice_iter(certificate)
            .collect::<Result<_, _>>()
            .map_err(|error| format!("{certificate_file}: {}", pem_error(&error)))?;
        let Some(first) = chain.first() else {
            return Err(format!("{certificate_file}: there is no certificate in it"));
        };
        let not_after = not_after(first).ok();
        let key = match PrivateKeyDer::from_pem_slice(key) {
            Ok(key) => key,
            Err(pem::Error::NoItemsFound) => {
                return Err(format!("{key_file}: there is no private key in it, or one with a passphrase"));
            }
            Err(error) => return Err(format!("{key_file}: {}", pem_error(&error))),
        };
        let key = sign::any_supported_type(&key).map_err(|_| {
            format!("{key_file}: no private key of a kind that is known: RSA, ECDSA P-256 or P-384, Ed25519")
        })?;
        let key = CertifiedKey::new(chain, key);
        match key.keys_match() {
            Ok(()) | Err(Error::InconsistentKeys(InconsistentKeys::Unknown)) => {}
            Err(Error::InconsistentKeys(_)) => {
                return Err(format!("{key_file}: it is not the key of the certificate in {certificate_file}"));
            }
            Err(_) => return Err(format!("{certificate_file}: its first certificate cannot be read")),
        }
        Ok(Current { key: Arc::new(key), not_after })
    }

    /// The last second of the certificate that is shown; `None` where there is none, or it does not say.
    pub(super) fn not_after(&self) -> Option<i64> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).as_ref()?.not_after
    }

    /// Whether there is one to show.
    pub(super) fn is_loaded(&self) -> bool {
        self.current.read().unwrap_or_else(PoisonError::into_inner).is_some()
    }
}

impl ResolvesServerCert for Store {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        current.as_ref().map(|current| Arc::clone(&current.key))
    }
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(LONGEST).read_to_end(&mut bytes));
    match read {
        Ok(_) => Ok(bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(format!("{}: no such file", path.display())),
        Err(error) => Err(format!("{}: {error}", path.display())),
    }
}

/// The key is not kept for the comparison.
fn fingerprint(certificate: &[u8], key: &[u8]) -> Seen {
    let mut hash = Sha256::new();
    hash.update(certificate.len().to_le_bytes());
    hash.update(certificate);
    hash.update(key);
    hash.finalize().into()
}

/// In words of ours: an error of the reader may quote what it reads, and that may be a key.
fn pem_error(error: &pem::Error) -> &'static str {
    match error {
        pem::Error::NoItemsFound => "there is nothing in it",
        pem::Error::MissingSectionEnd { .. } => "it ends in the midst of a section",
        _ => "it is no PEM",
    }
}

/// The second until which a certificate holds, as RFC 5280, section 4.1 lays it out.
fn not_after(certificate: &[u8]) -> der::Result<i64> {
    let mut reader = SliceReader::new(certificate)?;
    reader.sequence(|certificate| {
        let end = certificate.sequence(|body| {
            // A version stands first where it is not 1; serial number, algorithm and issuer follow.
            if matches!(Tag::peek(body)?, Tag::ContextSpecific { .. }) {
                skip(body)?;
            }
            for _ in 0..3 {
                skip(body)?;
            }
            let end = body.sequence(|validity| {
                skip(validity)?;
                time(validity)
            })?;
            rest(body)?;
            Ok::<_, der::Error>(end)
        })?;
        rest(certificate)?;
        Ok(end)
    })
}

fn time<'a>(reader: &mut impl Reader<'a>) -> der::Result<i64> {
    let since_1970 = match Tag::peek(reader)? {
        Tag::UtcTime => UtcTime::decode(reader)?.to_unix_duration(),
        _ => GeneralizedTime::decode(reader)?.to_unix_duration(),
    };
    i64::try_from(since_1970.as_secs()).map_err(|_| reader.error(der::ErrorKind::Overflow))
}

fn skip<'a>(reader: &mut impl Reader<'a>) -> der::Result<()> {
    AnyRef::decode(reader).map(drop)
}

fn rest<'a>(reader: &mut impl Reader<'a>) -> der::Result<()> {
    while !reader.is_finished() {
        skip(reader)?;
    }
    Ok(())
}
