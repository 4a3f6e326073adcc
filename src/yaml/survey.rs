//! One fast look over a document's bytes before it is scanned: are there characters that the decoder refuses,
//! and line breaks beyond LF and CR?

use super::parse::Broken;
use crate::source::Span;

/// Whether the text has line breaks beyond LF and CR. `Err` for a character that the decoder refuses.
pub(super) fn survey(text: &str, json: bool) -> Result<bool, Broken> {
    let bytes = text.as_bytes();
    let mut exotic = false;
    // A whole block is judged without a branch, so that the compiler can use wide registers.
    for (n, block) in bytes.chunks(4096).enumerate() {
        if block.iter().fold(0, |seen, &b| seen | u8::from(is_suspect(b))) != 0 {
            exotic |= look(text, n * 4096, block.len(), json)?;
        }
    }
    Ok(exotic)
}

/// Whether a byte is, or may begin, a character that matters here.
fn is_suspect(byte: u8) -> bool {
    (byte < 0x20 && byte != b'\t' && byte != b'\n' && byte != b'\r') || matches!(byte, 0x7f | 0xc2 | 0xe2 | 0xef)
}

fn look(text: &str, from: usize, len: usize, json: bool) -> Result<bool, Broken> {
    let bytes = text.as_bytes();
    let mut exotic = false;
    for at in (from..from + len).filter(|&i| is_suspect(bytes[i])) {
        // Only what is no byte of a longer character begins one; the others are no suspects.
        let Some(c) = text.get(at..).and_then(|t| t.chars().next()) else { continue };
        match c {
            '\u{85}' | '\u{2028}' | '\u{2029}' => exotic = true,
            // JSON's decoder takes these, and the YAML decoder does not.
            '\u{7f}' | '\u{80}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' if json => {}
            '\0'..='\u{1f}' | '\u{7f}' | '\u{80}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => {
                let message = format!("control character U+{:04X}: write it as an escape in double quotes", c as u32);
                return Err(Broken { span: Span::new(at, at + c.len_utf8()), message });
            }
            _ => {}
        }
    }
    Ok(exotic)
}
