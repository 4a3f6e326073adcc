//! Credentials that their makers gave a shape of their own, so that they can be told.

use super::{is_filled_in, is_stand_in};

/// The characters of a token behind its prefix.
#[derive(Clone, Copy)]
enum Set {
    Upper,
    Alphanumeric,
    Hex,
    /// Letters, digits, `_` and `-`.
    Url,
    /// As `Url`, with dots.
    Dotted,
}
use Set::{Alphanumeric, Dotted, Hex, Upper, Url};

impl Set {
    fn has(self, b: u8) -> bool {
        match self {
            Upper => b.is_ascii_uppercase() || b.is_ascii_digit(),
            Alphanumeric => b.is_ascii_alphanumeric(),
            Hex => b.is_ascii_digit() || (b'a'..=b'f').contains(&b),
            Url => b.is_ascii_alphanumeric() || b == b'_' || b == b'-',
            Dotted => b.is_ascii_alphanumeric() || b"_-.".contains(&b),
        }
    }
}

/// Prefixes that their makers chose so that tokens can be told: prefix, least and greatest length behind it.
const TOKENS: &[(&str, usize, usize, Set, &str)] = &[
    ("AKIA", 16, 16, Upper, "an AWS access key"),
    ("ASIA", 16, 16, Upper, "an AWS access key"),
    ("AGE-SECRET-KEY-1", 58, 58, Upper, "an age key"),
    ("AIza", 35, 35, Url, "a Google API key"),
    ("SG.", 60, 80, Dotted, "a SendGrid key"),
    ("dckr_pat_", 24, 64, Url, "a Docker Hub token"),
    ("dop_v1_", 64, 64, Hex, "a DigitalOcean token"),
    ("ghp_", 36, 255, Alphanumeric, "a GitHub token"),
    ("gho_", 36, 255, Alphanumeric, "a GitHub token"),
    ("ghu_", 36, 255, Alphanumeric, "a GitHub token"),
    ("ghs_", 36, 255, Alphanumeric, "a GitHub token"),
    ("ghr_", 36, 255, Alphanumeric, "a GitHub token"),
    ("github_pat_", 22, 255, Url, "a GitHub token"),
    ("glpat-", 20, 255, Dotted, "a GitLab token"),
    ("glsa_", 32, 64, Url, "a Grafana token"),
    ("hf_", 34, 40, Alphanumeric, "a Hugging Face token"),
    ("hvs.", 24, 255, Url, "a Vault token"),
    ("npm_", 36, 36, Alphanumeric, "an npm token"),
    ("pypi-AgE", 50, 255, Url, "a PyPI token"),
    ("rk_live_", 16, 255, Alphanumeric, "a Stripe key"),
    ("sk_live_", 16, 255, Alphanumeric, "a Stripe key"),
    ("shpat_", 32, 32, Hex, "a Shopify token"),
    ("sk-ant-", 20, 255, Url, "an Anthropic key"),
    ("sk-proj-", 20, 255, Url, "an OpenAI key"),
    ("xapp-", 20, 255, Url, "a Slack token"),
    ("xoxa-", 10, 255, Url, "a Slack token"),
    ("xoxb-", 10, 255, Url, "a Slack token"),
    ("xoxp-", 10, 255, Url, "a Slack token"),
    ("xoxr-", 10, 255, Url, "a Slack token"),
    ("xoxs-", 10, 255, Url, "a Slack token"),
];

/// A credential told by its shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape<'t> {
    /// What it is, with its article.
    pub what: &'static str,
    /// The text from its first character on, to find it by.
    pub rest: &'t str,
    /// How much of that may be shown: what makes it known.
    pub length: usize,
}

/// The first credential in a text that is told by its shape.
pub fn shape(text: &str) -> Option<Shape<'_>> {
    private_key(text).or_else(|| text.lines().filter(|l| !is_comment(l)).find_map(|l| token(l).or_else(|| url(l))))
}

/// Whether a line of a configuration file is a comment.
pub fn is_comment(line: &str) -> bool {
    let line = line.trim_start();
    ["#", "//", ";", "-- "].iter().any(|mark| line.starts_with(mark))
}

fn token(line: &str) -> Option<Shape<'_>> {
    let bytes = line.as_bytes();
    let mut inside = false;
    for (i, &b) in bytes.iter().enumerate() {
        let begins = !std::mem::replace(&mut inside, b.is_ascii_alphanumeric() || b == b'_');
        if !begins || !matches!(b, b'A' | b'S' | b'd' | b'e' | b'g' | b'h' | b'n' | b'p' | b'r' | b's' | b'x') {
            continue;
        }
        let rest = &line[i..];
        if let Some(shape) = jwt(rest) {
            return Some(shape);
        }
        for &(prefix, least, most, set, what) in TOKENS {
            let Some(tail) = rest.strip_prefix(prefix) else { continue };
            let length = tail.bytes().take_while(|&b| set.has(b)).count();
            if (least..=most).contains(&length) && !is_dummy(&tail[..length]) {
                return Some(Shape { what, rest, length: prefix.len() });
            }
        }
    }
    None
}

/// A signed JSON Web Token: three parts, the first two JSON objects in base64.
fn jwt(rest: &str) -> Option<Shape<'_>> {
    let end = rest.bytes().position(|b| !Dotted.has(b)).unwrap_or(rest.len());
    let mut parts = rest.get(..end)?.split('.');
    let (head, body, signature) = (parts.next()?, parts.next()?, parts.next()?);
    let object = |part: &str| part.starts_with("eyJ") && part.len() >= 10;
    (object(head) && object(body) && signature.len() >= 20 && parts.next().is_none()).then_some(Shape {
        what: "a JSON Web Token",
        rest,
        length: 3,
    })
}

/// A PEM block with a private key in it, not just its frame.
fn private_key(text: &str) -> Option<Shape<'_>> {
    let bytes = text.as_bytes();
    memchr::memmem::find_iter(bytes, b"-----BEGIN ").find_map(|at| {
        let (label, after) = text[at + 11..].split_once("-----")?;
        let body = after.trim_start_matches(|c: char| c.is_whitespace() || c == '\\' || c == 'n' || c == '"');
        let base64 = body.bytes().take_while(|b| b.is_ascii_alphanumeric() || b"+/=".contains(b)).count();
        let known = label.len() < 40 && label.contains("PRIVATE KEY");
        let what = if memchr::memmem::find(bytes, b"service_account").is_some() {
            "a Google service account's key"
        } else {
            "a private key"
        };
        let framed = body.starts_with("Proc-Type") || body.starts_with("Version:") || base64 >= 20;
        if !known || !framed || is_dummy(&body[..base64]) {
            return None;
        }
        Some(Shape { what, rest: text[at..].lines().next()?, length: label.len() + 16 })
    })
}

/// `scheme://user:password@host`.
fn url(line: &str) -> Option<Shape<'_>> {
    memchr::memmem::find_iter(line.as_bytes(), b"://").find_map(|at| {
        let rest = &line[at + 3..];
        let end = rest.find(|c: char| c.is_whitespace() || "/\"'`,;?#|\\".contains(c)).unwrap_or(rest.len());
        let (user, password) = rest[..end].rsplit_once('@')?.0.split_once(':')?;
        let fixed = (user.is_empty() || !is_filled_in(user)) && !is_filled_in(password) && !is_stand_in(password);
        fixed.then_some(Shape { what: "a URL with a password", rest: &line[at..], length: 3 })
    })
}

/// Few different characters, or the documentation's: no token that was ever issued.
fn is_dummy(tail: &str) -> bool {
    let mut seen: Vec<u8> = tail.bytes().collect();
    seen.sort_unstable();
    seen.dedup();
    seen.len() < 5 && !tail.is_empty() || tail.to_ascii_lowercase().contains("example") || tail.contains("xxxx")
}

#[cfg(test)]
mod tests {
    use super::shape;

    /// Put together here, so that no scanner takes this file for a leak.
    fn token(prefix: &str, tail: &str) -> String {
        format!("{prefix}{tail}")
    }

    #[test]
    fn shapes() {
        let tail = "0a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R";
        for text in [
            token("ghp_", tail),
            token("AKIA", "QWERTZUIOP123456"),
            token("npm_", tail),
            format!("Authorization: Bearer {}", token("eyJ", "hbGciOiJI.eyJzdWIiOiIx.0a1B2c3D4e5F6g7H8i9J")),
            "postgres://app:hunter2@db:5432/app".into(),
            "redis://:hunter2@cache".into(),
            format!("{}BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA0a1B2c3D\n", "-----"),
        ] {
            assert!(shape(&text).is_some(), "{text}");
        }
        for text in [
            token("AKIA", "IOSFODNN7EXAMPLE"),
            token("AKIA", "QWERTZUIOP1234567"),
            token("ghp_", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"),
            "postgres://app:${PASSWORD}@db".into(),
            "postgres://app:$(PASSWORD)@db".into(),
            "https://user:password@example.com/".replace("password", "<password>"),
            "https://example.com/a:b@c".into(),
            "# postgres://app:hunter2@db".into(),
            format!("{}BEGIN PRIVATE KEY-----\n...\n", "-----"),
            format!("{}BEGIN CERTIFICATE-----\nMIIEpAIBAAKCAQEA0a1B2c3D\n", "-----"),
        ] {
            assert!(shape(&text).is_none(), "{text}");
        }
    }
}
