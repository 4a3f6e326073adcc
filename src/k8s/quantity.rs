//! A quantity as apimachinery's `resource.Quantity` reads it: `500m`, `1.5Gi`, `1e3`.
//! Values are exact decimals: there is no number that overflows them.

use std::cmp::Ordering;

/// A quantity's value: ±digits × 10^exponent, with no zeros at either end of the digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quantity {
    negative: bool,
    /// Most significant first, each 0 to 9; none is zero.
    digits: Vec<u8>,
    exponent: i64,
}

/// Why a text is no quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuantityError {
    /// It is not a number with a suffix.
    Format,
    /// The number's suffix is none that Kubernetes knows.
    Suffix,
    /// There is a suffix and no number.
    Numeric,
}

/// What a suffix multiplies by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scale {
    /// 10 to this power.
    Ten(i32),
    /// 2 to this power.
    Two(u32),
}

/// Values are rounded up to a multiple of 10 to this power.
const NANO: i64 = -9;

impl Quantity {
    /// What the API server makes of a text.
    pub fn parse(text: &str) -> Result<Self, QuantityError> {
        if text.is_empty() {
            return Err(QuantityError::Format);
        }
        let parts = Parts::split(text)?;
        let scale = scale(parts.suffix).ok_or(QuantityError::Suffix)?;
        if !parts.has_digits && !is_short(scale) {
            return Err(QuantityError::Numeric);
        }
        let mut digits: Vec<u8> = parts.whole.bytes().chain(parts.fraction.bytes()).map(|b| b - b'0').collect();
        let mut exponent = -i64::try_from(parts.fraction.len()).unwrap_or(i64::MAX);
        match scale {
            Scale::Ten(power) => exponent = exponent.saturating_add(i64::from(power)),
            Scale::Two(power) => (0..power).for_each(|_| double(&mut digits)),
        }
        let mut value = Self { negative: parts.negative, digits, exponent }.normal();
        value.round_up();
        if matches!(scale, Scale::Two(_)) {
            value.cap();
        }
        Ok(value)
    }

    /// Whether it is below zero.
    pub fn is_negative(&self) -> bool {
        self.negative
    }

    /// Whether it is zero.
    pub fn is_zero(&self) -> bool {
        self.digits.is_empty()
    }

    /// Whether it is a whole number.
    pub fn is_whole(&self) -> bool {
        self.exponent >= 0
    }

    fn normal(mut self) -> Self {
        let leading = self.digits.iter().take_while(|&&d| d == 0).count();
        self.digits.drain(..leading);
        while self.digits.last() == Some(&0) {
            self.digits.pop();
            self.exponent = self.exponent.saturating_add(1);
        }
        if self.digits.is_empty() {
            return Self { negative: false, digits: Vec::new(), exponent: 0 };
        }
        self
    }

    /// Away from zero, to whole billionths.
    fn round_up(&mut self) {
        if self.exponent >= NANO || self.digits.is_empty() {
            return;
        }
        let dropped = usize::try_from(NANO - self.exponent).unwrap_or(usize::MAX);
        self.digits.truncate(self.digits.len().saturating_sub(dropped));
        self.exponent = NANO;
        let mut carry = true;
        for digit in self.digits.iter_mut().rev() {
            carry = *digit == 9;
            *digit = if carry { 0 } else { *digit + 1 };
            if !carry {
                break;
            }
        }
        if carry {
            self.digits.insert(0, 1);
        }
        *self = std::mem::replace(self, Self { negative: false, digits: Vec::new(), exponent: 0 }).normal();
    }

    /// A quantity with a binary suffix is at most what 64 bits hold.
    fn cap(&mut self) {
        let most = i64::MAX.to_string().bytes().map(|b| b - b'0').collect();
        let most = Self { negative: false, digits: most, exponent: 0 };
        if self.cmp_magnitude(&most) == Ordering::Greater {
            *self = Self { negative: self.negative, ..most };
        }
    }

    fn cmp_magnitude(&self, other: &Self) -> Ordering {
        // Where the first digit stands decides, then the digits do.
        let top = |q: &Self| q.exponent.saturating_add(i64::try_from(q.digits.len()).unwrap_or(i64::MAX));
        match (self.is_zero(), other.is_zero()) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) => top(self).cmp(&top(other)).then_with(|| self.digits.cmp(&other.digits)),
        }
    }
}

impl Ord for Quantity {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => self.cmp_magnitude(other),
            (true, true) => other.cmp_magnitude(self),
        }
    }
}

impl PartialOrd for Quantity {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The parts of a quantity's text.
struct Parts<'t> {
    negative: bool,
    /// Without leading zeros.
    whole: &'t str,
    fraction: &'t str,
    /// Whether a digit stands anywhere before the suffix.
    has_digits: bool,
    suffix: &'t str,
}

impl<'t> Parts<'t> {
    fn split(text: &'t str) -> Result<Self, QuantityError> {
        let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
        let (whole, rest) = digits(unsigned);
        let (fraction, rest) = rest.strip_prefix('.').map_or(("", rest), digits);
        let letters = rest.bytes().take_while(|b| b"eEinumkKMGTP".contains(b)).count();
        let after = &rest[letters..];
        let after = after.strip_prefix(['-', '+']).unwrap_or(after);
        if !after.bytes().all(|b| b.is_ascii_digit()) {
            return Err(QuantityError::Format);
        }
        Ok(Self {
            negative: text.starts_with('-'),
            whole: whole.trim_start_matches('0'),
            fraction,
            has_digits: !whole.is_empty() || !fraction.is_empty(),
            suffix: rest,
        })
    }
}

fn digits(text: &str) -> (&str, &str) {
    text.split_at(text.bytes().take_while(u8::is_ascii_digit).count())
}

fn scale(suffix: &str) -> Option<Scale> {
    Some(match suffix {
        "n" => Scale::Ten(-9),
        "u" => Scale::Ten(-6),
        "m" => Scale::Ten(-3),
        "" => Scale::Ten(0),
        "k" => Scale::Ten(3),
        "M" => Scale::Ten(6),
        "G" => Scale::Ten(9),
        "T" => Scale::Ten(12),
        "P" => Scale::Ten(15),
        "E" => Scale::Ten(18),
        "Ki" => Scale::Two(10),
        "Mi" => Scale::Two(20),
        "Gi" => Scale::Two(30),
        "Ti" => Scale::Two(40),
        "Pi" => Scale::Two(50),
        "Ei" => Scale::Two(60),
        _ => {
            let power: i64 = suffix.strip_prefix(['e', 'E'])?.parse().ok()?;
            // Go converts to 32 bits without a look.
            #[allow(clippy::cast_possible_truncation, reason = "as Go does")]
            Scale::Ten(power as i32)
        }
    })
}

/// Whether apimachinery reads a suffix alone as 0: it does where the value surely fits 64 bits, and refuses it elsewhere.
fn is_short(scale: Scale) -> bool {
    match scale {
        Scale::Ten(power) => i64::from(power) >= NANO,
        Scale::Two(power) => power <= 40,
    }
}

/// Twice the number, in place.
fn double(digits: &mut Vec<u8>) {
    let mut carry = 0;
    for digit in digits.iter_mut().rev() {
        let twice = *digit * 2 + carry;
        *digit = twice % 10;
        carry = twice / 10;
    }
    if carry > 0 {
        digits.insert(0, carry);
    }
}

#[cfg(test)]
mod tests {
    use super::{Quantity, QuantityError};

    fn same(text: &str, want: &str) {
        assert_eq!(Quantity::parse(text), Quantity::parse(want), "{text}");
    }

    #[test]
    fn suffixes() {
        for (text, want) in [
            ("500m", "0.5"),
            ("1.5Gi", "1610612736"),
            ("128Mi", "134217728"),
            ("1k", "1000"),
            ("1E", "1000000000000000000"),
            ("1e3", "1000"),
            ("1E-2", "0.01"),
            ("1e+21", "1000000000000000000000"),
            ("7n", "0.000000007"),
            (".5Ki", "512"),
            ("1.", "1"),
            ("+00012", "12"),
            ("-0", "0"),
        ] {
            same(text, want);
        }
    }

    #[test]
    fn what_is_refused() {
        use QuantityError::{Format, Numeric, Suffix};
        for (text, why) in [
            ("", Format),
            ("1Gib", Format),
            ("1GB", Format),
            ("512 Mi", Format),
            ("100mi", Suffix),
            ("1K", Suffix),
            ("1Mm", Suffix),
            ("1e", Suffix),
            ("0.1.2", Format),
            ("1-2", Suffix),
            ("true", Format),
            ("Pi", Numeric),
            ("e-10", Numeric),
        ] {
            assert_eq!(Quantity::parse(text), Err(why), "{text}");
        }
        // So apimachinery reads them.
        for text in ["+", ".", "m", "Ti", "-.Ki"] {
            assert!(Quantity::parse(text).is_ok_and(|q| q.is_zero()), "{text}");
        }
    }

    #[test]
    fn rounding_and_the_cap() {
        same("0.1n", "1n");
        same("-1e-400", "-1n");
        same("1.9999999999", "2");
        same("100Ei", "9223372036854775807");
        same("-100Ei", "-9223372036854775807");
    }

    #[test]
    fn order_and_wholeness() {
        let q = |text| Quantity::parse(text).unwrap();
        for (low, high) in
            [("1", "1001m"), ("128M", "128Mi"), ("-2", "-1"), ("-1", "0"), ("0", "1n"), ("100Ei", "1e400")]
        {
            assert!(q(low) < q(high), "{low} {high}");
        }
        assert!(q("1000m").is_whole() && !q("128m").is_whole() && q("1e3").is_whole());
    }
}
