//! What a suppression says: `ignore[rule, …] until=2027-01-31 reason`.

use super::Date;
use crate::names;
use crate::nearest::nearest;
use crate::source::Span;

/// Until when a suppression holds, and why.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Terms {
    pub(super) until: Option<Date>,
    /// Empty where there is none.
    pub(super) reason: String,
}

/// A comment that suppresses rules.
#[derive(Debug)]
pub(super) struct Directive {
    pub(super) whole_file: bool,
    /// By index in `rules::ALL`, each once.
    pub(super) rules: Vec<usize>,
    /// Names that are no rule's.
    pub(super) unknown: Vec<Slip>,
    /// What stands between the brackets.
    pub(super) list: Span,
    pub(super) terms: Terms,
}

/// A part that does not say what it seems to say.
#[derive(Debug)]
pub(super) struct Slip {
    pub(super) span: Span,
    pub(super) message: String,
    pub(super) help: String,
}

const HELP: &str = "write `# plimsoll: ignore[rule-id] reason`";

/// Where in a comment, its `#` included, a directive of ours begins: with a `#`, and what follows `plimsoll:`.
pub(super) fn find(comment: &str) -> Option<(usize, usize)> {
    let hashes = memchr::memchr_iter(b'#', comment.as_bytes());
    let begins = |&at: &usize| at == 0 || comment.as_bytes()[at - 1].is_ascii_whitespace();
    hashes.filter(begins).find_map(|at| {
        let rest = comment[at + 1..].trim_start().strip_prefix("plimsoll:")?;
        Some((at, comment.len() - rest.len()))
    })
}

/// Reads what stands behind `plimsoll:`, at this offset of the text.
pub(super) fn read(text: &str, offset: usize) -> Result<Directive, Slip> {
    let at = |part: &str| {
        let start = offset + (part.as_ptr() as usize - text.as_ptr() as usize);
        Span::new(start, start + part.len())
    };
    let slip = |part: &str, message: String, help: &str| Slip { span: at(part), message, help: help.to_owned() };
    let (before, rest) = until(text).map_err(|(word, message)| slip(word, message, HELP))?;
    let word = rest.split(|c: char| c == '[' || c.is_whitespace()).next().unwrap_or_default();
    if !matches!(word, "ignore" | "ignore-file") {
        let (shown, part) = if word.is_empty() { ("nothing", text.trim_end()) } else { (word, word) };
        let help = names::did_you_mean(nearest(word, ["ignore", "ignore-file"]));
        let message = format!("a comment to plimsoll says `ignore[…]` or `ignore-file[…]`, not `{shown}`");
        return Err(slip(part, message, help.as_deref().unwrap_or(HELP)));
    }
    let list = rest[word.len()..].trim_start().strip_prefix('[');
    let Some((list, after)) = list.and_then(|l| l.split_once(']')) else {
        let message = format!("`{word}` names no rules in brackets behind it");
        return Err(slip(word, message, "write `ignore[rule-id] reason`: a suppression names its rules"));
    };
    let (mut rules, mut unknown) = (Vec::new(), Vec::new());
    for id in list.split(',').map(str::trim).filter(|id| !id.is_empty()) {
        match names::index(id) {
            Some(index) if rules.contains(&index) => {}
            Some(index) => rules.push(index),
            None if id.contains('*') => {
                let message = format!("`{id}` is no rule: a suppression names each rule that it is about");
                return Err(slip(id, message, HELP));
            }
            None => {
                let (message, help) = names::unknown(id);
                unknown.push(slip(id, message, &help));
            }
        }
    }
    if rules.is_empty() && unknown.is_empty() {
        return Err(slip(word, format!("`{word}[]` names no rule"), HELP));
    }
    let mut terms = terms(after).map_err(|(word, message)| slip(word, message, HELP))?;
    terms.until = terms.until.or(before);
    Ok(Directive { whole_file: word == "ignore-file", rules, unknown, list: at(list), terms })
}

/// A word that is no date, and what is wrong with it.
type NoDate<'t> = (&'t str, String);

/// The date at a text's beginning, and what follows it.
fn until(text: &str) -> Result<(Option<Date>, &str), NoDate<'_>> {
    let text = text.trim();
    let Some(rest) = text.strip_prefix("until=") else { return Ok((None, text)) };
    let (date, after) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let date = date.trim_end_matches([':', ',', ';']);
    let parsed = date.parse().map_err(|message| (date, message))?;
    Ok((Some(parsed), after.trim_start()))
}

/// Reads `until=2027-01-31 reason`, each part of which may be absent.
pub(super) fn terms(text: &str) -> Result<Terms, NoDate<'_>> {
    let (until, reason) = until(text)?;
    // People part the reason from what stands before it in many ways.
    let reason = reason.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, ':' | '-' | '–' | '—'));
    let reason = if reason.contains(char::is_alphanumeric) { reason.trim_end() } else { "" };
    Ok(Terms { until, reason: reason.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::{find, read, terms};
    use crate::rules::ALL;

    /// Whether it is for the file, its rules, its date, its reason.
    type Parts = (bool, Vec<&'static str>, Option<String>, String);

    fn parts(text: &str) -> Result<Parts, String> {
        let directive = read(text, 0).map_err(|slip| slip.message)?;
        let rules = directive.rules.iter().map(|&r| ALL[r].id).collect();
        Ok((directive.whole_file, rules, directive.terms.until.map(|d| d.to_string()), directive.terms.reason))
    }

    #[test]
    fn parts_stand_in_any_usual_way() {
        for text in [
            " ignore[image-tag,privileged] until=2027-01-31 a reason",
            "until=2027-01-31 ignore[ image-tag, privileged, ] -- a reason",
            "ignore [image-tag , privileged, image-tag]  until=2027-01-31: a reason  ",
        ] {
            let rules = vec!["image-tag", "privileged"];
            let wanted = (false, rules, Some("2027-01-31".to_owned()), "a reason".to_owned());
            assert_eq!(parts(text), Ok(wanted), "{text}");
        }
        assert_eq!(parts("ignore-file[image-tag]"), Ok((true, vec!["image-tag"], None, String::new())));
        assert_eq!(parts("ignore[image-tag] --").unwrap().3, "");
    }

    #[test]
    fn what_is_none_says_why() {
        for (text, why) in [
            ("", "not `nothing`"),
            ("ignroe[image-tag] x", "not `ignroe`"),
            ("ignore image-tag", "names no rules in brackets"),
            ("ignore[image-tag", "names no rules in brackets"),
            ("ignore[] x", "names no rule"),
            ("ignore[*] x", "`*` is no rule"),
            ("ignore[image-tag] until=soon x", "`soon` is no date"),
            ("ignore[image-tag] until=2027-02-30 x", "the calendar has no 2027-02-30"),
        ] {
            assert!(parts(text).is_err_and(|message| message.contains(why)), "{text}: {:?}", parts(text));
        }
        let unknown = read("ignore[image-tag, image-tga]", 0).unwrap().unknown;
        assert_eq!((unknown.len(), unknown[0].span.start), (1, 18));
    }

    #[test]
    fn only_a_comment_that_begins_so_is_ours() {
        assert_eq!(find("# plimsoll: ignore"), Some((0, 11)));
        assert_eq!(find("#plimsoll:ignore"), Some((0, 10)));
        assert_eq!(find("# by hand # plimsoll: ignore"), Some((10, 21)));
        assert_eq!(find("# see `plimsoll: ignore`"), None);
        assert_eq!(find("# x#plimsoll: ignore"), None);
    }

    #[test]
    fn an_annotation_has_terms_alone() {
        let read = terms("until=2027-01-31 because").unwrap();
        assert_eq!(
            (read.until.map(|d| d.to_string()).as_deref(), read.reason.as_str()),
            (Some("2027-01-31"), "because")
        );
    }
}
