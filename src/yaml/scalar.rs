//! What a plain scalar means: YAML 1.1 as go.yaml.in/yaml/v2 resolves it, which is what
//! sigs.k8s.io/yaml hands the API server. `yes` is true, `010` is 8, `1_000` is 1000.

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

/// What a scalar of this core-schema tag (`None` for a plain one without a tag) means.
/// `Err` is the type that the tag asks for and the text is not.
pub(super) fn resolve(tag: Option<&str>, text: &str) -> Result<Scalar, &'static str> {
    match tag {
        None | Some("timestamp") => Ok(plain(text)),
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
    if is_date(text) {
        return Scalar::Str;
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

/// `2006-1-2` with an optional time: such a scalar stays a string. Only shapes that could also be
/// numbers matter, and no number has a `-` after four digits, so the shape is enough.
fn is_date(text: &str) -> bool {
    let b = text.as_bytes();
    b.len() > 5 && b[..4].iter().all(u8::is_ascii_digit) && b[4] == b'-'
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
