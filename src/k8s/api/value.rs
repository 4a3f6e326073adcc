//! Whether a scalar is what a field takes, as the decoders of the API server's Go types say.

use super::{Enum, Other, Struct, Type};
use crate::k8s::Quantity;
use crate::yaml::{Kind, NodeId, Tree, contains_placeholder};

/// What a value is to the field that it stands in.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fit {
    /// The API server takes it, or it cannot be known.
    Fits,
    /// The API server refuses its type or its form.
    Wrong,
    /// A string, and none of the closed set.
    NoneOf(&'static Enum),
    /// A mapping with these fields.
    Fields(&'static Struct),
    /// The same, where an unknown name is dropped without a word.
    LooseFields(&'static Struct),
    /// A list of these.
    Items(Type),
    /// The same, where an unknown name below is dropped without a word.
    LooseItems(Type),
    /// A mapping with free keys and these values.
    Values(Type),
}

/// How a node fits a type at a minor; aliases are followed already.
pub(super) fn fit(tree: &Tree<'_>, node: NodeId, ty: Type, minor: u32) -> Fit {
    let kind = tree.kind(node);
    let verdict = match (ty, kind) {
        (Type::Any, _) | (_, Kind::Null | Kind::Unknown) => Fit::Fits,
        (Type::Object(object), Kind::Map) => Fit::Fields(object),
        (Type::List(item), Kind::Seq) => Fit::Items(*item),
        (Type::Map(value), Kind::Map) => Fit::Values(*value),
        (Type::ObjectOr(object, _), Kind::Map) => Fit::LooseFields(object),
        (Type::ObjectOr(object, Other::List), Kind::Seq) => Fit::LooseItems(Type::Object(object)),
        (Type::ObjectOr(_, Other::Strings), Kind::Seq) => Fit::Items(Type::String),
        (Type::Bytes, Kind::Seq) => when(tree.items(node).iter().all(|&i| is_byte(tree.kind(tree.resolve(i))))),
        (Type::Enum(values), Kind::Str) => {
            let text = tree.scalar_text(node);
            // An empty string is an absent field.
            if text.is_empty() || values.value(text).is_some_and(|v| v.exists_at(minor)) {
                Fit::Fits
            } else {
                Fit::NoneOf(values)
            }
        }
        (_, Kind::Str) => when(takes_text(ty, tree.scalar_text(node))),
        _ => when(takes(ty, kind)),
    };
    let wrong = matches!(verdict, Fit::Wrong | Fit::NoneOf(_));
    if wrong && kind == Kind::Str && is_open(tree.scalar_text(node)) { Fit::Fits } else { verdict }
}

/// Whether the text is not the value: a placeholder, or encrypted by SOPS.
fn is_open(text: &str) -> bool {
    contains_placeholder(text) || text.starts_with("ENC[")
}

fn when(fits: bool) -> Fit {
    if fits { Fit::Fits } else { Fit::Wrong }
}

/// Numbers and booleans.
fn takes(ty: Type, kind: Kind) -> bool {
    match ty {
        Type::Bool | Type::ObjectOr(_, Other::Bool) => matches!(kind, Kind::Bool(_)),
        Type::Int32 | Type::IntOrString => integer(kind).is_some_and(|i| i32::try_from(i).is_ok()),
        Type::Int64 => integer(kind).is_some(),
        Type::Number | Type::Quantity => matches!(kind, Kind::Int(_) | Kind::Uint(_) | Kind::Float(_)),
        // Their decoders pass over what is neither.
        Type::ObjectOr(_, Other::List | Other::Strings) => true,
        _ => false,
    }
}

/// A number without a fraction: Go prints floats below 1e21 without an exponent, and its integer decoder then takes them.
fn integer(kind: Kind) -> Option<i64> {
    #[allow(clippy::cast_possible_truncation, reason = "checked to be whole and in range")]
    match kind {
        Kind::Int(i) => Some(i),
        Kind::Float(f) if f.fract() == 0.0 && f.abs() < 9_223_372_036_854_775_808.0 => Some(f as i64),
        _ => None,
    }
}

fn is_byte(kind: Kind) -> bool {
    kind == Kind::Null || integer(kind).is_some_and(|i| u8::try_from(i).is_ok())
}

fn takes_text(ty: Type, text: &str) -> bool {
    match ty {
        Type::String | Type::IntOrString | Type::ObjectOr(_, Other::List | Other::Strings) => true,
        Type::Bytes => is_base64(text),
        Type::Quantity => is_quantity(text),
        Type::Time => is_time(text, false),
        Type::MicroTime => is_time(text, true),
        Type::Duration => is_duration(text),
        _ => false,
    }
}

fn is_base64(text: &str) -> bool {
    let mut letters = 0;
    let mut padding = 0;
    for byte in text.bytes().filter(|b| !matches!(b, b'\n' | b'\r')) {
        match byte {
            b'=' => padding += 1,
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' if padding == 0 => letters += 1,
            _ => return false,
        }
    }
    padding <= 2 && (letters + padding) % 4 == 0
}

fn is_quantity(text: &str) -> bool {
    // Whitespace around it is trimmed before JSON's escapes are read, so that a line break counts.
    let text = text.trim_matches(|c: char| c.is_whitespace() && !c.is_control());
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    (digits > 0 && matches!(&text[digits..], "" | "m" | "Mi" | "Gi")) || Quantity::parse(text).is_ok()
}

/// Go's `time.Parse` for RFC 3339: an hour may have one digit, a fraction may follow a comma.
/// A `MicroTime` has a fraction of six digits, no more and no fewer.
fn is_time(text: &str, micro: bool) -> bool {
    let Some((date, clock)) = text.split_once('T') else { return false };
    let date: Vec<_> = date.split('-').collect();
    let [year, month, day] = date[..] else { return false };
    let (Some(year), Some(month), Some(day)) = (number(year, 4), number(month, 2), number(day, 2)) else {
        return false;
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return false,
    };
    if day == 0 || day > days {
        return false;
    }
    let zone = clock.find(['Z', '+', '-']).unwrap_or(clock.len());
    let (clock, zone) = clock.split_at(zone);
    is_clock(clock, micro) && is_zone(zone)
}

fn is_clock(text: &str, micro: bool) -> bool {
    let (clock, fraction) = text.find(['.', ',']).map_or((text, None), |at| (&text[..at], Some(&text[at + 1..])));
    let parts: Vec<_> = clock.split(':').collect();
    let [hour, minute, second] = parts[..] else { return false };
    let hour = number(hour, 2).or_else(|| number(hour, 1));
    let in_range = hour.is_some_and(|h| h < 24)
        && number(minute, 2).is_some_and(|m| m < 60)
        && number(second, 2).is_some_and(|s| s < 60);
    let digits = |f: &str| !f.is_empty() && f.bytes().all(|b| b.is_ascii_digit());
    in_range && fraction.map_or(!micro, |f| digits(f) && (!micro || f.len() == 6))
}

fn is_zone(text: &str) -> bool {
    let Some(offset) = text.strip_prefix(['+', '-']) else { return text == "Z" };
    let parts = offset.split_once(':').map(|(h, m)| (number(h, 2), number(m, 2)));
    matches!(parts, Some((Some(hours), Some(minutes))) if hours <= 24 && minutes <= 60)
}

/// Just so many digits.
fn number(text: &str, digits: usize) -> Option<u32> {
    (text.len() == digits && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

/// Go's `time.ParseDuration`: decimal numbers with units, or a bare `0`.
fn is_duration(text: &str) -> bool {
    let mut rest = text.strip_prefix(['+', '-']).unwrap_or(text);
    if rest == "0" {
        return true;
    }
    let mut parts = 0;
    while !rest.is_empty() {
        let number = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (value, after) = rest.split_at(number);
        if !value.bytes().any(|b| b.is_ascii_digit()) || value.matches('.').count() > 1 {
            return false;
        }
        let unit = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
        if !matches!(&after[..unit], "ns" | "us" | "µs" | "μs" | "ms" | "s" | "m" | "h") {
            return false;
        }
        rest = &after[unit..];
        parts += 1;
    }
    parts > 0
}

#[cfg(test)]
mod tests {
    use super::{is_base64, is_duration, is_time};

    #[test]
    fn times_as_go_reads_them() {
        for text in ["2024-02-29T00:00:00Z", "2024-01-01T1:02:03.5+24:60", "2024-01-01T01:02:03,5-00:00"] {
            assert!(is_time(text, false), "{text}");
        }
        for text in
            ["", "2024-01-01", "2023-02-29T00:00:00Z", "2024-01-01T24:00:00Z", "2024-01-01T00:00:00", "24-1-1T0:0:0Z"]
        {
            assert!(!is_time(text, false), "{text}");
        }
        assert!(is_time("2024-01-01T00:00:00.123456Z", true));
        assert!(!is_time("2024-01-01T00:00:00Z", true) && !is_time("2024-01-01T00:00:00.12345Z", true));
    }

    #[test]
    fn durations_as_go_reads_them() {
        for text in ["0", "1h30m", "-1.5s", ".5ms", "1.µs", "+100ns"] {
            assert!(is_duration(text), "{text}");
        }
        for text in ["", "1", "h", "1d", "1 h", ".s", "1.2.3s", "-"] {
            assert!(!is_duration(text), "{text}");
        }
    }

    #[test]
    fn base64_as_go_reads_it() {
        for text in ["", "YQ==", "YWI=", "YW\nJj"] {
            assert!(is_base64(text), "{text}");
        }
        for text in ["YQ", "YQ=", "=", "====", "Y===", "YQ==YQ==", "a-_b", "plain text"] {
            assert!(!is_base64(text), "{text}");
        }
    }
}
