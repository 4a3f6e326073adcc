//! What a baseline knows, as far as findings are matched with it: a fingerprint for each. What else an entry says is read
//! when it is asked for, as most runs never ask.

use std::borrow::Cow;
use std::ops::Range;

use super::file::{self, Entry, Malformed};
use crate::fingerprint::Fingerprint;

/// The entries of a baseline, those of a file together.
#[derive(Clone, Debug)]
pub struct Known<'t> {
    pub(super) fingerprints: Vec<Fingerprint>,
    /// The files that have entries, by path, each with where they stand in `fingerprints`.
    pub(super) files: Vec<(Cow<'t, str>, Range<usize>)>,
    said: Said<'t>,
}

/// What else the entries say.
#[derive(Clone, Debug)]
enum Said<'t> {
    /// The lines that they were written as.
    Lines(Vec<&'t str>),
    Entries(Vec<Entry<'t>>),
}

impl Default for Known<'_> {
    fn default() -> Self {
        Vec::new().into()
    }
}

impl<'t> From<Vec<Entry<'t>>> for Known<'t> {
    fn from(mut entries: Vec<Entry<'t>>) -> Self {
        entries.sort();
        let fingerprints = entries.iter().map(|entry| entry.fingerprint).collect();
        let mut files: Vec<(Cow<'t, str>, Range<usize>)> = Vec::new();
        for (at, entry) in entries.iter().enumerate() {
            match files.last_mut().filter(|(path, _)| *path == entry.path) {
                Some((_, file)) => file.end = at + 1,
                None => files.push((entry.path.clone(), at..at + 1)),
            }
        }
        Self { fingerprints, files, said: Said::Entries(entries) }
    }
}

impl<'t> Known<'t> {
    /// Reads the text of a baseline. The order of its findings does not matter; one that stands twice is two.
    pub fn read(text: &'t str) -> Result<Self, Malformed> {
        Self::as_written(text).map_or_else(|| file::read(text).map(Self::from), Ok)
    }

    /// What a text knows that stands as it was written, read some times as fast as JSON is. None where it stands in another
    /// way, which may be as good.
    fn as_written(text: &'t str) -> Option<Self> {
        let (mut fingerprints, mut lines) = (Vec::new(), Vec::new());
        let mut files: Vec<(Cow<'t, str>, Range<usize>)> = Vec::new();
        for (line, at) in file::lines(text)?.zip(0..) {
            let entry = file::entry(line?)?;
            match files.last_mut() {
                Some((path, file)) if *path == entry.path => file.end = at + 1,
                Some((path, _)) if *path > entry.path => return None,
                _ => files.push((entry.path, at..at + 1)),
            }
            fingerprints.push(entry.fingerprint);
            lines.push(line?);
        }
        Some(Self { fingerprints, files, said: Said::Lines(lines) })
    }

    /// Whether it knows nothing.
    pub fn is_empty(&self) -> bool {
        self.fingerprints.is_empty()
    }

    /// An entry; none where there is none.
    pub(super) fn entry(&self, at: usize) -> Option<Entry<'t>> {
        match &self.said {
            Said::Lines(lines) => file::entry(lines.get(at)?),
            Said::Entries(entries) => entries.get(at).cloned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Everything that there is in it, in order.
    fn entries(known: &Known<'_>) -> Vec<Entry<'static>> {
        let mut entries = Vec::new();
        for (path, file) in &known.files {
            for at in file.clone() {
                let entry = known.entry(at).unwrap();
                assert_eq!((&entry.path, entry.fingerprint), (path, known.fingerprints[at]));
                entries.push(entry.into_owned());
            }
        }
        assert_eq!(entries.len(), known.fingerprints.len());
        entries.sort();
        entries
    }

    fn written() -> String {
        let entry = |path: &'static str, object: &'static str, container: &'static str| Entry {
            path: path.into(),
            rule: "r".into(),
            object: object.into(),
            container: container.into(),
            fingerprint: "0123456789abcdef0123456789abcdef".parse().unwrap(),
        };
        let mut entries = [
            entry("a.yaml", "", ""),
            entry("a.yaml", "Pod a", ""),
            entry("a.yaml", "Pod a", "世 c"),
            entry("a.yaml", "", "\t"),
            entry("b/\\xFF \"x\".yaml", "Pod b", "c"),
        ];
        entries.sort();
        let mut text = Vec::new();
        file::write(&entries, &mut text).unwrap();
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn what_stands_as_it_was_written_is_read_as_json_is() {
        let text = written();
        let known = Known::as_written(&text).unwrap();
        assert_eq!(entries(&known), file::read(&text).unwrap());
        assert_eq!(known.files.len(), 2);
        // Whatever is done to it: what is read in the short way is read so in the long one.
        let mut read = 0;
        for (at, one) in text.char_indices() {
            let (before, after) = (&text[..at], &text[at + one.len_utf8()..]);
            for other in ["", "\"", "\\", "\n", ",", "{", "}", "\t", "\r\n", "\u{7f}", "0", "A", " ", "},\n    {"] {
                let changed = format!("{before}{other}{after}");
                if let Some(known) = Known::as_written(&changed) {
                    let mut json = file::read(&changed).unwrap();
                    json.sort();
                    assert_eq!(entries(&known), json, "{changed}");
                    read += 1;
                }
            }
        }
        assert!(read > 100, "{read}");
        for (at, _) in text.match_indices('\n') {
            assert!(Known::as_written(&text[..at]).is_none());
        }
    }

    #[test]
    fn another_form_is_as_good() {
        let text = written();
        let all = entries(&Known::read(&text).unwrap());
        let crlf = text.replace('\n', "\r\n");
        let spaced = text.replace("\":", "\" : ");
        let mut turned: Vec<_> = file::lines(&text).unwrap().map(Option::unwrap).collect();
        turned.reverse();
        let turned = format!("{{\"version\": 1, \"tool\": \"plimsoll\", \"findings\": [{}]}}", turned.join(",\n"));
        for other in [crlf, spaced, turned, format!("\u{feff}{text}")] {
            assert_eq!(entries(&Known::read(&other).unwrap()), all, "{other}");
        }
        assert!(Known::read(&text.replace("\"rule\"", "\"rules\"")).is_err());
        let mut none = Vec::new();
        file::write(&[], &mut none).unwrap();
        assert!(entries(&Known::read(std::str::from_utf8(&none).unwrap()).unwrap()).is_empty());
    }
}
