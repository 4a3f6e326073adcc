//! A day, as `until=2027-01-31` names it. Days are UTC's, so that a run says the same everywhere.

use std::fmt;
use std::str::FromStr;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::date::{LAST, date_time};

/// A day of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    /// The day of this year, month and day of the month; none where the calendar has no such day.
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let days = match month {
            2 if leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return None,
        };
        (year <= 9999 && (1..=days).contains(&day)).then_some(Self { year, month, day })
    }

    /// The day on which this many seconds have passed since 1970 began.
    pub fn at(seconds: i64) -> Self {
        let text = date_time(seconds.clamp(0, LAST));
        text[..10].parse().unwrap_or(Self { year: 1970, month: 1, day: 1 })
    }

    /// Days from another day to this one.
    pub fn days_since(self, other: Self) -> i64 {
        self.number() - other.number()
    }

    /// Days since 0000-03-01: years that begin in March have their leap day last.
    fn number(self) -> i64 {
        let (month, year) = (i64::from(self.month), i64::from(self.year));
        let (month, year) = if month > 2 { (month - 3, year) } else { (month + 9, year - 1) };
        year * 365 + year.div_euclid(4) - year.div_euclid(100)
            + year.div_euclid(400)
            + (153 * month + 2) / 5
            + i64::from(self.day)
    }

    /// Today, by the machine's clock.
    pub fn today() -> Self {
        Self::at(
            SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(LAST)),
        )
    }
}

impl FromStr for Date {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let digits = |part: &str, length| part.len() == length && part.bytes().all(|b| b.is_ascii_digit());
        let mut parts = text.split('-');
        let date = match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(year), Some(month), Some(day), None) if digits(year, 4) && digits(month, 2) && digits(day, 2) => {
                let number = |part: &str| part.parse().unwrap_or_default();
                Self::new(year.parse().unwrap_or_default(), number(month), number(day))
            }
            _ => return Err(format!("`{text}` is no date: write it as 2027-01-31")),
        };
        date.ok_or_else(|| format!("the calendar has no {text}"))
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

#[cfg(test)]
mod tests {
    use super::Date;

    #[test]
    fn seconds_are_days_of_the_calendar() {
        for (seconds, day) in [
            (0, "1970-01-01"),
            (86_399, "1970-01-01"),
            (951_782_400, "2000-02-29"),
            (1_700_000_000, "2023-11-14"),
            (4_102_444_799, "2099-12-31"),
            (4_107_542_400, "2100-03-01"),
        ] {
            assert_eq!(Date::at(seconds).to_string(), day);
        }
        let first = Date::at(0);
        for day in [1, 58, 59, 60, 789, 11_016, 11_017, 20_781, 47_540, 47_541] {
            assert_eq!(Date::at(day * 86_400).days_since(first), day);
        }
        assert_eq!(Date::at(i64::MAX).to_string(), "9999-12-31");
    }

    #[test]
    fn dates_are_read_as_written() {
        assert_eq!("2028-02-29".parse::<Date>().unwrap().to_string(), "2028-02-29");
        for wrong in ["", "2027", "2027-1-31", "27-01-31", "2027-01-31-", "2027/01/31", "2027-02-29", "2027-13-01"] {
            assert!(wrong.parse::<Date>().is_err(), "{wrong}");
        }
        assert!("2027-01-31".parse::<Date>() < "2027-02-01".parse::<Date>());
    }
}
