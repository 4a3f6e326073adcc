//! What a plain scalar means: YAML 1.1 as go.yaml.in/yaml/v2 resolves it, which is what
//! sigs.k8s.io/yaml hands the API server. `yes` is true, `010` is 8, `1_000` is 1000.

mod timestamp;

use std::borrow::Cow;

use super::tree::Kind;

/// A scalar's meaning. Strings keep their text in the tree.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Scalar {
    Null,
    Bool(bool),
    Int(i64),
    /// Above `i64::MAX`.
    Uint(u64),
    Float(f64),
    Str,
}

/// What a plain scalar, or one with a tag, is in the tree; a `!!binary` one is decoded.
/// `Err` is what is wrong with it.
pub(super) fn meaning(tag: Option<&str>, value: &mut Cow<'_, str>) -> Result<Kind, String> {
    let core = match tag.map(|t| t.strip_prefix("tag:yaml.org,2002:")) {
        // A tag of someone else's: a string, whatever it looks like.
        Some(None) => return Ok(Kind::Str),
        Some(core) => core,
        None => None,
    };
    if core == Some("binary") {
        *value = Cow::Owned(binary(value).ok_or("a `!!binary` value is base64")?);
        return Ok(Kind::Str);
    }
    match resolve(core, value) {
        Ok(Scalar::Null) => Ok(Kind::Null),
        Ok(Scalar::Bool(b)) => Ok(Kind::Bool(b)),
        Ok(Scalar::Int(i)) => Ok(Kind::Int(i)),
        Ok(Scalar::Uint(u)) => Ok(Kind::Uint(u)),
        Ok(Scalar::Float(f)) => Ok(Kind::Float(f)),
        Ok(Scalar::Str) => Ok(Kind::Str),
        Err(want) => Err(format!("`{value}` is no {want}")),
    }
}

/// Base64 as Go's `StdEncoding` reads it, line breaks passed over; what is not UTF-8 becomes U+FFFD, as in its JSON.
fn binary(text: &str) -> Option<String> {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let text: Vec<u8> = text.bytes().filter(|b| !matches!(b, b'\r' | b'\n')).collect();
    let body = text.strip_suffix(b"==").or_else(|| text.strip_suffix(b"=")).unwrap_or(&text);
    if !text.len().is_multiple_of(4) || body.len() % 4 == 1 {
        return None;
    }
    let mut bytes = Vec::with_capacity(body.len());
    for group in body.chunks(4) {
        let mut bits = 0;
        for &letter in group {
            bits = bits << 6 | u32::try_from(LETTERS.iter().position(|&l| l == letter)?).ok()?;
        }
        bits <<= 6 * (4 - group.len());
        bytes.extend_from_slice(&bits.to_be_bytes()[1..group.len()]);
    }
    let mut decoded = String::new();
    for chunk in bytes.utf8_chunks() {
        decoded.push_str(chunk.valid());
        decoded.extend(chunk.invalid().iter().map(|_| '\u{fffd}'));
    }
    Some(decoded)
}

/// What a scalar of this core-schema tag (`None` for a plain one without a tag) means.
/// `Err` is the type that the tag asks for and the text is not.
pub(super) fn resolve(tag: Option<&str>, text: &str) -> Result<Scalar, &'static str> {
    match tag {
        None => Ok(plain(text)),
        Some("timestamp") => timestamp::is(text).then_some(Scalar::Str).ok_or("!!timestamp"),
        Some("bool") => expect(plain(text), "!!bool", |s| matches!(s, Scalar::Bool(_))),
        Some("null") => expect(plain(text), "!!null", |s| *s == Scalar::Null),
        Some("int") => expect(plain(text), "!!int", |s| matches!(s, Scalar::Int(_) | Scalar::Uint(_))),
        #[allow(clippy::cast_precision_loss, reason = "Go converts the same way")]
        Some("float") => match plain(text) {
            Scalar::Int(i) => Ok(Scalar::Float(i as f64)),
            other => expect(other, "!!float", |s| matches!(s, Scalar::Float(_))),
        },
        Some(_) => Ok(Scalar::Str),
    }
}

fn expect(found: Scalar, want: &'static str, is: fn(&Scalar) -> bool) -> Result<Scalar, &'static str> {
    if is(&found) { Ok(found) } else { Err(want) }
}

fn plain(text: &str) -> Scalar {
    let Some(&first) = text.as_bytes().first() else { return Scalar::Null };
    match first {
        b'+' | b'-' | b'0'..=b'9' => number(text),
        b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~' => word(text),
        b'.' => match text {
            ".nan" | ".NaN" | ".NAN" => Scalar::Float(f64::NAN),
            ".inf" | ".Inf" | ".INF" => Scalar::Float(f64::INFINITY),
            _ => float(text).unwrap_or(Scalar::Str),
        },
        _ => Scalar::Str,
    }
}

fn word(text: &str) -> Scalar {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Scalar::Bool(true),
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Scalar::Bool(false),
        "~" | "null" | "Null" | "NULL" => Scalar::Null,
        _ => Scalar::Str,
    }
}

fn number(text: &str) -> Scalar {
    match text {
        "+.inf" | "+.Inf" | "+.INF" => return Scalar::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => return Scalar::Float(f64::NEG_INFINITY),
        _ => {}
    }
    let stripped;
    let plain = if text.contains('_') {
        stripped = text.replace('_', "");
        &stripped
    } else {
        text
    };
    integer(plain).or_else(|| yaml_float(plain)).unwrap_or(Scalar::Str)
}

/// Go's `strconv.ParseInt(text, 0, 64)`, then `ParseUint`.
fn integer(text: &str) -> Option<Scalar> {
    let (signed, negative, body) = match text.as_bytes().first()? {
        b'-' => (true, true, &text[1..]),
        b'+' => (true, false, &text[1..]),
        _ => (false, false, text),
    };
    let (digits, radix) = match body.as_bytes() {
        [b'0', b'x' | b'X', ..] => (&body[2..], 16),
        [b'0', b'b' | b'B', ..] => (&body[2..], 2),
        [b'0', b'o' | b'O', ..] => (&body[2..], 8),
        [b'0', _, ..] => (&body[1..], 8),
        _ => (body, 10),
    };
    if digits.is_empty() || !digits.bytes().all(|b| char::from(b).is_digit(radix)) {
        return None;
    }
    let value = u64::from_str_radix(digits, radix).ok()?;
    match (i64::try_from(value), negative) {
        (Ok(v), false) => Some(Scalar::Int(v)),
        (Ok(v), true) => Some(Scalar::Int(-v)),
        (Err(_), true) if value == i64::MIN.unsigned_abs() => Some(Scalar::Int(i64::MIN)),
        // ParseUint takes no sign.
        (Err(_), _) if !signed => Some(Scalar::Uint(value)),
        _ => None,
    }
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
fn yaml_float(text: &str) -> Option<Scalar> {
    let body = text.strip_prefix(['-', '+']).unwrap_or(text);
    let digits = |s: &str| s.bytes().take_while(u8::is_ascii_digit).count();
    let whole = digits(body);
    let mut rest = &body[whole..];
    if let Some(after) = rest.strip_prefix('.') {
        let fraction = digits(after);
        if whole == 0 && fraction == 0 {
            return None;
        }
        rest = &after[fraction..];
    } else if whole == 0 {
        return None;
    }
    if let Some(exponent) = rest.strip_prefix(['e', 'E']) {
        let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        if exponent.is_empty() || digits(exponent) != exponent.len() {
            return None;
        }
    } else if !rest.is_empty() {
        return None;
    }
    float(text)
}

/// Go's `ParseFloat` refuses what overflows, where Rust gives infinity, and the words that Rust takes.
fn float(text: &str) -> Option<Scalar> {
    let ok = text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'+' | b'-' | b'e' | b'E'));
    let value: f64 = if ok { text.parse().ok()? } else { return None };
    value.is_finite().then_some(Scalar::Float(value))
}

#[cfg(test)]
mod tests {
    use super::{Scalar, resolve};

    fn is(text: &str, want: Scalar) {
        assert_eq!(resolve(None, text), Ok(want), "{text}");
    }

    #[test]
    fn booleans_are_yaml_1_1() {
        for (text, want) in [("yes", true), ("On", true), ("y", true), ("NO", false), ("off", false)] {
            is(text, Scalar::Bool(want));
        }
        is("yEs", Scalar::Str);
        is("tRue", Scalar::Str);
    }

    #[test]
    fn integers_are_go_integers() {
        for (text, want) in [
            ("010000", 4096),
            ("0o17", 15),
            ("0x1F", 31),
            ("0b101", 5),
            ("10_000", 10000),
            ("+7", 7),
            ("-0x10", -16),
            ("-9223372036854775808", i64::MIN),
        ] {
            is(text, Scalar::Int(want));
        }
        is("18446744073709551615", Scalar::Uint(u64::MAX));
        is("08", Scalar::Float(8.0));
        is("18446744073709551616", Scalar::Float(18_446_744_073_709_551_616.0));
        is("+9223372036854775808", Scalar::Float(9_223_372_036_854_775_808.0));
    }

    #[test]
    fn floats_and_what_only_looks_like_one() {
        is("1e4", Scalar::Float(1e4));
        is("5.", Scalar::Float(5.0));
        is("-.5", Scalar::Float(-0.5));
        for text in ["1e400", ".", "-", "1e", "1.2.3", "100m", "2001-01-01", "1:30", "inf", ".infinity"] {
            is(text, Scalar::Str);
        }
    }

    #[test]
    fn nulls() {
        for text in ["", "~", "null", "Null", "NULL"] {
            is(text, Scalar::Null);
        }
    }

    #[test]
    fn tags_force_a_type() {
        assert_eq!(resolve(Some("str"), "1"), Ok(Scalar::Str));
        assert_eq!(resolve(Some("int"), "5"), Ok(Scalar::Int(5)));
        assert_eq!(resolve(Some("float"), "5"), Ok(Scalar::Float(5.0)));
        assert_eq!(resolve(Some("int"), "x"), Err("!!int"));
    }
}
