//! What a literal credential looks like: by the name that it has, or by a shape that nothing else has (`shape`).
//! No entropy: a finding says what it saw, and the value itself is never printed.

mod shape;

pub use self::shape::{Shape, is_comment, shape};
use crate::yaml::contains_placeholder;

/// What a name says that its value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    /// `DB_PASSWORD`
    Password,
    /// `CLIENT_SECRET`
    Secret,
    /// `TLS_SECRET`: perhaps a Secret's name.
    SomeSecret,
    /// `API_KEY`, `AUTH_TOKEN`
    Key,
}

/// What a name of a variable, option or entry says of its value. Only how it ends counts: `PASSWORD_FILE`,
/// `TOKEN_URL` and `SECRET_NAME` are none.
pub fn named(name: &str) -> Option<Named> {
    const COUNTED: [&str; 12] =
        ["MAX", "MIN", "NUM", "NEXT", "PAGE", "CONTINUE", "PAD", "EOS", "BOS", "STOP", "PER", "CSRF"];
    const SECRETS: [&str; 14] = [
        "CLIENT", "SHARED", "JWT", "COOKIE", "SESSION", "WEBHOOK", "APP", "SIGNING", "OAUTH", "OAUTH2", "AUTH", "API",
        "HMAC", "CONSUMER",
    ];
    const FOR: [&str; 14] = [
        "API",
        "ACCESS",
        "SECRET",
        "PRIVATE",
        "ENCRYPTION",
        "SIGNING",
        "AUTH",
        "MASTER",
        "HMAC",
        "AES",
        "JWT",
        "SHARED",
        "ACCOUNT",
        "DEPLOY",
    ];
    let words = words(name);
    if words.ends_with(&["INITIAL", "CLUSTER", "TOKEN"].map(String::from)) {
        // etcd's name for a cluster, and no secret.
        return None;
    }
    let mut words = words.iter().map(String::as_str).rev().skip_while(|w| w.bytes().all(|b| b.is_ascii_digit()));
    let (last, before) = (words.next()?, words.next().unwrap_or_default());
    let ends = |list: &[&str]| list.iter().any(|end| last.ends_with(end));
    match last {
        _ if matches!(before, "NO" | "WITHOUT" | "DISABLE" | "SKIP") => None,
        _ if ends(&["PASSWORD", "PASSWD", "PASSPHRASE", "REQUIREPASS", "MASTERAUTH"]) => Some(Named::Password),
        "PASS" | "PWD" if !before.is_empty() => Some(Named::Password),
        "SECRET" if SECRETS.contains(&before) => Some(Named::Secret),
        "SECRET" => Some(Named::SomeSecret),
        "TOKEN" if !COUNTED.contains(&before) => Some(Named::Key),
        "KEY" if FOR.contains(&before) => Some(Named::Key),
        _ if ends(&["APIKEY", "SECRETKEY", "ACCESSKEY", "AUTHTOKEN", "APITOKEN", "ACCESSTOKEN"]) => Some(Named::Key),
        _ => None,
    }
}

/// `dbPassword`, `DB_PASSWORD` and `db-password` are two words each, in upper case.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut last = ' ';
    for c in name.chars() {
        if !c.is_ascii_alphanumeric() {
            last = ' ';
            continue;
        }
        if last == ' ' || (c.is_ascii_uppercase() && last.is_ascii_lowercase()) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.push(c.to_ascii_uppercase());
        }
        last = c;
    }
    words
}

/// Whether the value of something so named is itself the credential, and not where it is, whether there is one, or a
/// stand-in for it.
pub fn is_literal(named: Named, name: &str, value: &str) -> bool {
    let value = value.trim();
    let number = value.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let (said, asked) = (words(value), words(name));
    // `SECRET` as a cookie secret stands for one; `password` as a password is one, and the first that is tried.
    let last = asked.last().map(String::as_str).unwrap_or_default();
    let whole = said.concat();
    let mine = whole.starts_with("MY") && whole.ends_with(last);
    let own_name = whole == asked.concat() || named != Named::Password && (mine || said.last() == asked.last());
    let constant = value.contains('_') && value.bytes().all(|b| b.is_ascii_uppercase() || b"_0123456789".contains(&b));
    let resource = value.contains(['-', '/', '.'])
        && value.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-./".contains(&b));
    let says_what = ["secret", "secrets", "creds", "credentials", "token", "key", "keys", "tls", "auth"];
    let of_kind = value.rsplit(['-', '.']).next().is_some_and(|end| says_what.contains(&end));
    let elsewhere = match named {
        Named::Password => false,
        Named::Secret => resource && of_kind,
        Named::SomeSecret => resource,
        Named::Key => resource && of_kind || number,
    };
    let text = value.contains(char::is_whitespace) || value.len() < 3 || is_duration(value);
    !(text || own_name || constant || elsewhere || is_filled_in(value) || is_stand_in(value) || is_place(value))
}

/// A part of it comes from elsewhere: a variable, a template, a call.
fn is_filled_in(value: &str) -> bool {
    let variable =
        value.split('$').skip(1).any(|rest| rest.starts_with(|c: char| c.is_alphabetic() || "_{(".contains(c)));
    value.is_empty()
        || variable
        || contains_placeholder(value)
        || value.contains(['{', '}', '<', '>', '(', ')', '`', '%', '*'])
}

/// Whether it only stands where a credential will be, or says that there is none.
fn is_stand_in(value: &str) -> bool {
    const WHOLE: [&str; 16] = [
        "true",
        "false",
        "yes",
        "no",
        "on",
        "off",
        "none",
        "null",
        "nil",
        "enabled",
        "disabled",
        "required",
        "optional",
        "string",
        "unused",
        "undefined",
    ];
    const PARTS: [&str; 20] = [
        "changeme",
        "change-me",
        "change_me",
        "changethis",
        "replace",
        "your",
        "example",
        "redacted",
        "placeholder",
        "dummy",
        "todo",
        "xxx",
        "...",
        "insert",
        "fixme",
        "set-me",
        "setme",
        "notset",
        "not-set",
        "-here",
    ];
    let lower = value.to_ascii_lowercase();
    WHOLE.contains(&&*lower) || PARTS.iter().any(|part| lower.contains(part))
}

/// Whether it says where the credential is: a path, an address, a key of a secret store, or its ciphertext.
fn is_place(value: &str) -> bool {
    const BEGIN: [&str; 22] = [
        "/",
        "./",
        "../",
        "~/",
        "file:",
        "vault:",
        "ref+",
        "arn:",
        "projects/",
        "op:",
        "secretref",
        "ENC[",
        "kms:",
        "AQICAH",
        "env:",
        "secret:",
        "sm:",
        "awssm:",
        "@Microsoft.KeyVault",
        "azurekeyvault",
        "k8s:",
        "C:\\",
    ];
    const END: [&str; 10] = [".pem", ".key", ".crt", ".json", ".yaml", ".yml", ".txt", ".jks", ".p12", ".env"];
    value.contains("://") || BEGIN.iter().any(|b| value.starts_with(b)) || END.iter().any(|e| value.ends_with(e))
}

/// `30s`, `1h30m`.
fn is_duration(value: &str) -> bool {
    value.starts_with(|c: char| c.is_ascii_digit())
        && value.ends_with(['s', 'm', 'h', 'd'])
        && value.bytes().all(|b| b.is_ascii_digit() || b"smhdun.".contains(&b))
}

/// The name and the value of a line that gives one: `name = value`, `name: value`, `"name": "value",`.
pub fn assignment(line: &str) -> Option<(&str, &str)> {
    let line = line.trim().trim_start_matches("- ").trim_start_matches("export ").trim_end_matches([',', ';']);
    let (name, value) = line.split_at_checked(line.find(['=', ':'])?)?;
    let name = name.trim().trim_matches(['"', '\'']);
    let value = value[1..].trim();
    let quoted = ['"', '\''].iter().find_map(|q| value.strip_prefix(*q)?.split_once(*q).map(|(inner, _)| inner));
    let bare = value.split(" #").next().unwrap_or_default().trim_end();
    // `config.token`: code, not configuration.
    let code = bare.contains('.') && bare.bytes().all(|b| b.is_ascii_alphabetic() || b"._".contains(&b));
    let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b));
    let value = quoted.unwrap_or(if code { "" } else { bare });
    (plain && !name.is_empty() && !value.starts_with(['=', '>'])).then_some((name, value))
}

/// Whether a Secret's entry has a value, and not a stand-in or something that is filled in or decrypted later.
pub fn is_given(value: &str) -> bool {
    let value = value.trim();
    let later = value.len() < 200 && (is_filled_in(value) || is_stand_in(value));
    !(value.is_empty() || later || value.starts_with("ENC[") || value.starts_with("ref+"))
}

/// The text behind base64, if it is a short one.
pub fn decoded(text: &str) -> Option<String> {
    let (mut bytes, mut bits, mut filled) = (Vec::new(), 0_u32, 0_u32);
    for b in text.bytes().filter(|b| !b.is_ascii_whitespace() && *b != b'=') {
        let six = match b {
            b'A'..=b'Z' => b - b'A',
            b'a'..=b'z' => b - b'a' + 26,
            b'0'..=b'9' => b - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = (bits << 6 | u32::from(six)) & 0xffff;
        filled += 6;
        if filled >= 8 {
            filled -= 8;
            bytes.push(u8::try_from(bits >> filled & 0xff).unwrap_or_default());
        }
        if bytes.len() > 200 {
            return None;
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::{assignment, decoded, is_literal, named};

    #[test]
    fn names_and_values() {
        let literal = |name, value| named(name).is_some_and(|kind| is_literal(kind, name, value));
        for (name, value) in [
            ("DB_PASSWORD", "hunter2"),
            ("POSTGRES_PASSWORD", "1234"),
            ("dbPassword", "postgres"),
            ("SMTP_PASS", "hunter2"),
            ("API_KEY", "0a1b2c3d"),
            ("oauth.client-secret", "0a1b-2c3d"),
            ("AUTH_TOKEN", "0a1b2c3d"),
            ("PGPASSWORD", "app"),
            ("AWS_SECRET_ACCESS_KEY", "minio123"),
        ] {
            assert!(literal(name, value), "{name}={value}");
        }
        for (name, value) in [
            ("DB_PASSWORD_FILE", "/run/secrets/db"),
            ("DB_PASSWORD", "/run/secrets/db"),
            ("DB_PASSWORD", ""),
            ("DB_PASSWORD", "${DB_PASSWORD}"),
            ("DB_PASSWORD", "$(DB_PASSWORD)"),
            ("DB_PASSWORD", "changeme"),
            ("DB_PASSWORD", "DB_PASSWORD"),
            ("ALLOW_EMPTY_PASSWORD", "yes"),
            ("TOKEN_TTL", "30s"),
            ("TOKEN", "30m"),
            ("TOKEN_URL", "https://example.com/token"),
            ("MAX_TOKEN", "4096"),
            ("TLS_SECRET", "web-tls"),
            ("SECRET_NAME", "web"),
            ("CLIENT_SECRET", "oauth-client-secret"),
            ("API_KEY", "vault:secret/data/app#key"),
            ("PWD", "/work"),
            ("no-password", "database"),
            ("AUTHOR", "somebody"),
            ("KEY", "value"),
            ("cookie-secret", "SECRET"),
            ("ACCOUNT_KEY", "mystorageaccountkey"),
            ("DB_PASSWORD", "some-password-here"),
            ("initial-cluster-token", "etcd-cluster"),
        ] {
            assert!(!literal(name, value), "{name}={value}");
        }
    }

    #[test]
    fn lines() {
        assert_eq!(
            assignment("  spring.datasource.password=hunter2 "),
            Some(("spring.datasource.password", "hunter2"))
        );
        assert_eq!(assignment("\"password\": \"hunter2\","), Some(("password", "hunter2")));
        assert_eq!(assignment("password: hunter2 # for now"), Some(("password", "hunter2")));
        assert_eq!(assignment("token = config.token;"), Some(("token", "")));
        assert_eq!(assignment("if password == stored"), None);
        assert_eq!(decoded("aHVudGVyMg==").as_deref(), Some("hunter2"));
    }
}
