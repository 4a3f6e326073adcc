//! Whether a text is a time to go.yaml.in/yaml/v2. Only `!!timestamp` asks: the value stays a string.

/// `2006-1-2`, with a time behind a space, or behind a `T` and with a zone.
pub(super) fn is(text: &str) -> bool {
    parse(text).is_some()
}

fn parse(text: &str) -> Option<()> {
    let mut rest = text;
    let year = digits(&mut rest, 4, 4)?;
    expect(&mut rest, '-')?;
    let month = digits(&mut rest, 1, 2)?;
    expect(&mut rest, '-')?;
    let day = digits(&mut rest, 1, 2)?;
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let last = match month {
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u32::from(leap),
        1..=12 => 31,
        _ => return None,
    };
    if day == 0 || day > last {
        return None;
    }
    match rest.chars().next() {
        None => Some(()),
        Some(' ') => {
            // Go takes any number of spaces for one.
            rest = rest.trim_start_matches(' ');
            clock(&mut rest)?;
            rest.is_empty().then_some(())
        }
        Some('T' | 't') => {
            rest = &rest[1..];
            clock(&mut rest)?;
            zone(rest)
        }
        Some(_) => None,
    }
}

fn clock(rest: &mut &str) -> Option<()> {
    let hour = digits(rest, 1, 2)?;
    expect(rest, ':')?;
    let minute = digits(rest, 1, 2)?;
    expect(rest, ':')?;
    let second = digits(rest, 1, 2)?;
    if let Some(fraction) = rest.strip_prefix(['.', ',']) {
        let length = fraction.bytes().take_while(u8::is_ascii_digit).count();
        if length > 0 {
            *rest = &fraction[length..];
        }
    }
    (hour < 24 && minute < 60 && second < 60).then_some(())
}

/// `Z` or `+07:00`.
fn zone(text: &str) -> Option<()> {
    if text == "Z" {
        return Some(());
    }
    let mut rest = text.strip_prefix(['+', '-'])?;
    let hour = digits(&mut rest, 2, 2)?;
    expect(&mut rest, ':')?;
    let minute = digits(&mut rest, 2, 2)?;
    (rest.is_empty() && hour <= 24 && minute <= 60).then_some(())
}

fn expect(rest: &mut &str, c: char) -> Option<()> {
    *rest = rest.strip_prefix(c)?;
    Some(())
}

fn digits(rest: &mut &str, least: usize, most: usize) -> Option<u32> {
    let length = rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
    let (number, after) = rest.split_at(length);
    *rest = after;
    if length < least { None } else { number.parse().ok() }
}
