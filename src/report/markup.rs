//! Text between tags, for XML and HTML alike. By hand: it is one table of five characters, and what XML forbids
//! altogether must be shown all the same, which no writer does.

use std::borrow::Cow;

use super::text::clean;

/// The text as it stands in an element or in a quoted attribute: what a terminal would obey is written out, so that
/// nothing is left that XML 1.0 forbids (2.2), and what markup would obey becomes a reference.
pub(super) fn escape(text: &str) -> Cow<'_, str> {
    match clean(text) {
        Cow::Borrowed(text) => referenced(text),
        Cow::Owned(text) => Cow::Owned(referenced(&text).into_owned()),
    }
}

/// What markup would obey as references, and all else as it is: for source lines, whose tabs are wanted.
pub(super) fn referenced(text: &str) -> Cow<'_, str> {
    let Some(first) = text.bytes().position(|b| reference(b).is_some()) else { return Cow::Borrowed(text) };
    let mut out = String::with_capacity(text.len() + 16);
    out.push_str(&text[..first]);
    let mut from = first;
    for (at, byte) in text.bytes().enumerate().skip(first) {
        if let Some(reference) = reference(byte) {
            out.push_str(&text[from..at]);
            out.push_str(reference);
            from = at + 1;
        }
    }
    out.push_str(&text[from..]);
    Cow::Owned(out)
}

fn reference(byte: u8) -> Option<&'static str> {
    Some(match byte {
        b'&' => "&amp;",
        b'<' => "&lt;",
        b'>' => "&gt;",
        b'"' => "&quot;",
        b'\'' => "&#39;",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn nothing_ends_an_element_or_an_attribute() {
        assert_eq!(escape("plain ü 世界"), "plain ü 世界");
        assert_eq!(escape("</a>\"'&amp;"), "&lt;/a&gt;&quot;&#39;&amp;amp;");
        assert_eq!(escape("世<b\n\u{1b}\u{0}\u{fffe}\u{ffff}"), "世&lt;b\\n\\u{1b}\\u{0}\\u{fffe}\\u{ffff}");
    }
}
