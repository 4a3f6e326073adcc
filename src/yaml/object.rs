//! What a program has written for another: one JSON value, read as Go's decoder reads it, in which nothing is filled in
//! later. That it is JSON is settled first, so that reading has nothing to check but the depth.

use super::build::Builder;
use super::parse::{Broken, MAX_DEPTH, parse};
use super::scan::too_deep;
use super::tree::{Kind, Tree};
use crate::source::Span;

/// Parses one JSON value and nothing else.
pub fn parse_object(text: &str) -> Result<Tree<'_>, Broken> {
    super::json::check(text)?;
    let mut builder = Builder::new(text, 0, &[]);
    builder.tree.nodes.reserve(text.len() / 16);
    read(text, &mut builder)?;
    builder.tree.end = Span::new(0, text.len()).end;
    builder.tree.literal = true;
    builder.finish()
}

impl Tree<'_> {
    /// The tree of another text, read as this one's was.
    pub fn again<'t>(&self, text: &'t str) -> Result<Tree<'t>, Broken> {
        if self.literal { parse_object(text) } else { parse(text, Span::new(0, text.len())) }
    }
}

fn read<'s>(text: &'s str, builder: &mut Builder<'s, '_>) -> Result<(), Broken> {
    let bytes = text.as_bytes();
    let (mut at, mut depth) = (0, 0);
    while let Some(&byte) = bytes.get(at) {
        let start = at;
        at += 1;
        match byte {
            b'{' | b'[' => {
                depth += 1;
                if depth > MAX_DEPTH {
                    return Err(Broken { span: Span::new(start, at), message: too_deep() });
                }
                builder.begin(if byte == b'{' { Kind::Map } else { Kind::Seq }, start, true);
            }
            b'}' => {
                depth -= 1;
                builder.end_mapping(Some(at))?;
            }
            b']' => {
                depth -= 1;
                builder.end_sequence(Some(at));
            }
            b'"' => at = string(text, start, builder),
            b' ' | b'\t' | b'\n' | b'\r' | b',' | b':' => {}
            _ => {
                let ends = |b: &u8| matches!(b, b',' | b'}' | b']' | b' ' | b'\t' | b'\n' | b'\r');
                at = bytes[at..].iter().position(ends).map_or(bytes.len(), |length| at + length);
                builder.plain(text, start, at)?;
            }
        }
    }
    Ok(())
}

/// The string whose quotes open at `start`; the result is where it ends.
fn string<'s>(text: &'s str, start: usize, builder: &mut Builder<'s, '_>) -> usize {
    let bytes = text.as_bytes();
    let mut at = start + 1;
    let mut escapes = false;
    while let Some(found) = memchr::memchr2(b'"', b'\\', &bytes[at..]) {
        at += found + 1;
        if bytes[at - 1] == b'"' {
            break;
        }
        (at, escapes) = (at + 1, true);
    }
    if escapes {
        builder.block(start, at, unescaped(&text[start + 1..at - 1]));
    } else {
        builder.quoted(start, at);
    }
    at
}

/// The text of a string with escapes. Half a surrogate pair is a replacement character, as for Go.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((plain, escape)) = rest.split_once('\\') {
        out.push_str(plain);
        let mut chars = escape.chars();
        let simple = match chars.next() {
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('u') => {
                let (c, after) = code(escape);
                out.push(c);
                rest = after;
                continue;
            }
            other => other.unwrap_or_default(),
        };
        out.push(simple);
        rest = chars.as_str();
    }
    out.push_str(rest);
    out
}

/// The character of `uXXXX`, or of two that are a pair, and what follows.
fn code(escape: &str) -> (char, &str) {
    let unit = |text: &str| text.get(1..5).and_then(|hex| u32::from_str_radix(hex, 16).ok()).unwrap_or(0xfffd);
    let (first, rest) = (unit(escape), escape.get(5..).unwrap_or_default());
    let low = rest.strip_prefix('\\').filter(|next| next.starts_with('u'));
    match (first, low.map(|low| (unit(low), low))) {
        (0xd800..=0xdbff, Some((second @ 0xdc00..=0xdfff, low))) => {
            let pair = 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00);
            (char::from_u32(pair).unwrap_or('\u{fffd}'), low.get(5..).unwrap_or_default())
        }
        _ => (char::from_u32(first).unwrap_or('\u{fffd}'), rest),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::yaml::NodeId;

    fn value(tree: &Tree<'_>, node: NodeId) -> Value {
        match tree.kind(node) {
            Kind::Map => {
                tree.entries(node).iter().map(|e| (tree.key_name(e.key).into_owned(), value(tree, e.value))).collect()
            }
            Kind::Seq => tree.items(node).iter().map(|&item| value(tree, item)).collect(),
            Kind::Str => tree.scalar_text(node).into(),
            Kind::Bool(b) => b.into(),
            Kind::Int(n) => n.into(),
            Kind::Uint(n) => n.into(),
            Kind::Float(n) => n.into(),
            _ => Value::Null,
        }
    }

    #[test]
    fn json_is_read_as_it_is() {
        for text in [
            "{}",
            "[]",
            " [ ] ",
            "0",
            "-1",
            "true",
            "null",
            "\"\"",
            "\"a\"",
            "1.5",
            "-0.25e2",
            "18446744073709551615",
            r#"{"a":{"b":[1,2,{"c":null}],"":"x"},"yes":"no","<<":{"d":1},"1":[],"~":{}}"#,
            "{\n\t\"a\" :\r\n 1 ,\"b\":[ true , false ]}\n",
            r#"["\"\\\/\b\f\n\r\t","\u0041\u00e9\u2028","\ud83d\ude00x","a\\","\\\"","--- # {{ x }} ${y} &a *b !c"]"#,
            "[\"\u{7f}\u{85}\u{2028}\u{fffe} \t e\u{301}\", \" a \", \"a: b\", \"- c\", \"|\"]"
                .replace('\t', "")
                .as_str(),
        ] {
            let tree = parse_object(text).unwrap_or_else(|b| panic!("{text}: {}", b.message));
            assert_eq!(value(&tree, tree.root()), serde_json::from_str::<Value>(text).unwrap_or_default(), "{text}");
            let span = tree.span(tree.root());
            assert_eq!(span.text(text), text.trim(), "{text}");
        }
        let halves = parse_object(r#""\ud800 \udc00\ud800\u0041\ud800\ud83d\ude00""#);
        assert!(halves.is_ok_and(|t| t.scalar_text(t.root()) == "\u{fffd} \u{fffd}\u{fffd}A\u{fffd}\u{1f600}"));
    }

    #[test]
    fn what_is_no_json_is_broken() {
        for text in
            ["", "a: 1", "{a: 1}", "[1,]", "{\"a\":1}{}", "[\"\\x\"]", "01", "[", "\"a", "\u{feff}{}", "[\"\u{1}\"]"]
        {
            assert!(parse_object(text).is_err(), "{text}");
        }
        let deep = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
        assert!(parse_object(&deep(MAX_DEPTH)).is_ok());
        let broken = parse_object(&deep(MAX_DEPTH + 1)).err();
        assert!(broken.is_some_and(|b| b.message.starts_with("nested deeper than 10000 levels")));
    }
}
