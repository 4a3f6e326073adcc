//! `plimsoll serve`: what was typed.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::Judging;
use crate::admission::MAX_BYTES;

/// `plimsoll serve`
#[derive(Clone, Debug, Args)]
#[command(after_help = HELP)]
pub struct Serve {
    /// Where to take reviews over HTTPS
    #[arg(long, value_name = "ADDRESS", help_heading = "Addresses", default_value = "0.0.0.0:8443")]
    #[arg(value_parser = address)]
    pub listen: SocketAddr,
    /// Where to serve health and metrics over HTTP [default: beside the reviews, over HTTPS]
    #[arg(long, value_name = "ADDRESS", help_heading = "Addresses", value_parser = address)]
    pub health_listen: Option<SocketAddr>,
    /// The path for reviews of validating webhooks
    #[arg(long, value_name = "PATH", help_heading = "Addresses", default_value = "/validate", value_parser = path)]
    pub validate_path: String,
    /// The path for reviews of mutating webhooks
    #[arg(long, value_name = "PATH", help_heading = "Addresses", default_value = "/mutate", value_parser = path)]
    pub mutate_path: String,

    /// The certificate and those that it hangs on, as PEM; taken up anew when it changes
    #[arg(long, value_name = "FILE", help_heading = "Certificate")]
    pub tls_cert: PathBuf,
    /// The key of the certificate, as PEM
    #[arg(long, value_name = "FILE", help_heading = "Certificate")]
    pub tls_key: PathBuf,

    /// By what is judged.
    #[command(flatten)]
    pub judging: Judging,

    /// How far clients may go.
    #[command(flatten)]
    pub limits: Limits,
}

/// How far clients may go.
#[derive(Clone, Debug, Args)]
pub struct Limits {
    /// The longest review that is read, in bytes: 3145728, 3Mi
    #[arg(long, value_name = "BYTES", help_heading = "Limits", default_value = "8Mi", value_parser = bytes)]
    pub max_body: usize,
    /// Connections at a time; beyond them the one that has been waited for the longest is closed
    #[arg(long, value_name = "N", help_heading = "Limits", default_value = "256")]
    #[arg(value_parser = clap::value_parser!(u16).range(1..=10_000))]
    pub max_connections: u16,
    /// For agreeing on TLS
    #[arg(long, value_name = "SECONDS", help_heading = "Limits", default_value = "5", value_parser = seconds)]
    pub handshake_timeout: Duration,
    /// For the head of a request
    #[arg(long, value_name = "SECONDS", help_heading = "Limits", default_value = "5", value_parser = seconds)]
    pub header_timeout: Duration,
    /// For the rest of a request and its answer
    #[arg(long, value_name = "SECONDS", help_heading = "Limits", default_value = "10", value_parser = seconds)]
    pub request_timeout: Duration,
    /// For a connection on which nothing is asked
    #[arg(long, value_name = "SECONDS", help_heading = "Limits", default_value = "120", value_parser = seconds)]
    pub idle_timeout: Duration,
    /// Once told to stop, go on serving for so long, not ready, until everybody has heard of it
    #[arg(long, value_name = "SECONDS", help_heading = "Limits", default_value = "5", value_parser = wait)]
    pub drain: Duration,
    /// Then wait for so long until what has been asked is answered
    #[arg(long, value_name = "SECONDS", help_heading = "Limits", default_value = "15", value_parser = wait)]
    pub stop_timeout: Duration,
}

const HELP: &str = "\
Serves /validate and /mutate, and /healthz, /readyz and /metrics. The
certificate may come later than the server, which is not ready before; it is
looked at every two seconds, and one that is of no use leaves the old one.

SIGTERM and SIGINT stop it, with exit code 0; a second one hurries.

Examples:
  plimsoll serve --tls-cert tls.crt --tls-key tls.key
  plimsoll serve --tls-cert tls.crt --tls-key tls.key --health-listen [::]:8080";

fn address(text: &str) -> Result<SocketAddr, String> {
    let help = || "an IP address and a port are wanted, as in 0.0.0.0:8443 or [::]:8443".to_owned();
    text.parse().map_err(|_| help())
}

fn path(text: &str) -> Result<String, String> {
    const OURS: [&str; 3] = ["/healthz", "/readyz", "/metrics"];
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"/-._~".contains(&b);
    if !text.starts_with('/') || !text.bytes().all(allowed) {
        return Err("a path is wanted, as in /validate".to_owned());
    }
    if OURS.contains(&text) { Err("health and metrics are served there".to_owned()) } else { Ok(text.to_owned()) }
}

/// Whole bytes, with a suffix as Kubernetes has them.
fn bytes(text: &str) -> Result<usize, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match &text[digits.len()..] {
        "" => Some(1),
        "k" => Some(1000),
        "M" => Some(1_000_000),
        "Ki" => Some(1 << 10),
        "Mi" => Some(1 << 20),
        _ => None,
    };
    let bytes = unit.and_then(|unit| digits.parse::<usize>().ok()?.checked_mul(unit));
    let range = 1 << 10..=MAX_BYTES;
    bytes.filter(|b| range.contains(b)).ok_or_else(|| "between 1Ki and 8Mi are wanted, as in 8Mi".to_owned())
}

/// A limit: no time at all would end everything.
fn seconds(text: &str) -> Result<Duration, String> {
    let duration = wait(text).ok().filter(|d| *d >= Duration::from_millis(50));
    duration.ok_or_else(|| "seconds are wanted, from 0.05 to 3600, as in 10 or 0.5".to_owned())
}

fn wait(text: &str) -> Result<Duration, String> {
    let seconds = text.trim_end_matches('s').parse::<f64>().ok().filter(|s| (0.0..=3600.0).contains(s));
    let duration = seconds.and_then(|s| Duration::try_from_secs_f64(s).ok());
    duration.ok_or_else(|| "seconds are wanted, up to 3600, as in 10 or 0.5".to_owned())
}

#[cfg(test)]
mod tests {
    use super::{Duration, bytes, path, seconds, wait};

    #[test]
    fn values_are_read_with_their_units() {
        for (text, want) in [("1024", Some(1024)), ("8Mi", Some(8 << 20)), ("10k", Some(10_000)), ("1", None)] {
            assert_eq!(bytes(text).ok(), want, "{text}");
        }
        for text in ["", "Mi", "8mi", "-1", "1.5Mi", "9Mi", "99999999999999999999", "18446744073709551615Mi", "8é"] {
            assert!(bytes(text).is_err(), "{text}");
        }
        for (text, want) in [("10", Some(10_000)), ("0.5", Some(500)), ("2s", Some(2000)), ("0", None)] {
            assert_eq!(seconds(text).ok().map(|d| d.as_millis()), want, "{text}");
        }
        assert_eq!(wait("0"), Ok(Duration::ZERO));
        for text in ["", "-1", "nan", "inf", "1e9", "2m"] {
            assert!(seconds(text).is_err(), "{text}");
        }
        for text in ["", "validate", "/a b", "/a?b", "/metrics", "/é"] {
            assert!(path(text).is_err(), "{text}");
        }
    }
}
