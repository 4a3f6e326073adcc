//! The tree means what sigs.k8s.io/yaml would hand the API server: compared over every file of the corpora that the
//! oracle can read, and over files that were tampered with, document by document, value by value, error by error.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use plimsoll::source::Source;
use plimsoll::yaml::{self, Kind, NodeId, Tree};

use crate::mutate::{Random, mutate};
use crate::support::{shared, temporary};
use crate::{json, oracle};

/// One document, as either side has it.
#[derive(Debug, PartialEq)]
enum Read {
    Json(String),
    Error(String),
    /// Ours alone: read although it is YAML only after its placeholders are filled in.
    Placeholders,
    /// Ours alone: a separator with text behind it, where kubectl gives up the stream.
    Unsplit,
}

/// Every file below `dir`, in order.
pub(crate) fn files_below(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut todo = vec![dir.to_owned()];
    while let Some(path) = todo.pop() {
        if path.is_dir() {
            todo.extend(fs::read_dir(&path).unwrap().map(|e| e.unwrap().path()));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn is_text(path: &Path) -> bool {
    path.extension().is_some_and(|e| e == "yaml" || e == "yml" || e == "json" || e == "golden")
}

/// The oracle's documents by file; a stream that it cannot split has those before the trouble.
fn theirs(files: &[PathBuf]) -> Option<BTreeMap<PathBuf, Vec<Read>>> {
    let mut documents = BTreeMap::<PathBuf, Vec<Read>>::new();
    let mut rest = files;
    while !rest.is_empty() {
        let (text, error) = oracle::ask(&["json"], rest)?;
        for line in text.lines() {
            let mut parts = line.splitn(3, '\t');
            let (id, kind, value) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
            let file = PathBuf::from(id.rsplit_once('#').unwrap().0);
            // Go prints a byte that is not UTF-8 as an escape, and the character that stands for one as itself.
            let read = if kind == "json" {
                Read::Json(value.replace("\\ufffd", "\u{fffd}"))
            } else {
                Read::Error(value.into())
            };
            documents.entry(file).or_default().push(read);
        }
        let Some(error) = error else { break };
        let at = rest.iter().position(|f| error.contains(&format!(" {}#", f.display())));
        let at = at.unwrap_or_else(|| panic!("the oracle failed: {error}"));
        documents.entry(rest[at].clone()).or_default().push(Read::Unsplit);
        rest = &rest[at + 1..];
    }
    Some(documents)
}

fn has_unknown(tree: &Tree<'_>) -> bool {
    let mut todo: Vec<NodeId> = vec![tree.root()];
    while let Some(id) = todo.pop() {
        if tree.kind(id) == Kind::Unknown {
            return true;
        }
        todo.extend(tree.items(id));
        todo.extend(tree.written_entries(id).iter().flat_map(|e| [e.key, e.value]));
    }
    false
}

fn ours(bytes: Vec<u8>) -> Vec<Read> {
    let source = match Source::decode("x".into(), bytes) {
        Ok(source) => source,
        Err(unread) => return vec![Read::Error(unread.reason)],
    };
    let read = |raw: &yaml::RawDocument| {
        if raw.trailing.is_some() {
            return Read::Unsplit;
        }
        if source.first_invalid(raw.span).is_some() {
            return Read::Error("not UTF-8".into());
        }
        match yaml::parse(&source.text, raw.span) {
            Ok(tree) if has_unknown(&tree) => Read::Placeholders,
            Ok(tree) => Read::Json(json::print(&tree)),
            Err(broken) => Read::Error(broken.message),
        }
    };
    source.documents().iter().map(read).collect()
}

/// kubectl's line reader loses a last line without an end whose length is a multiple of its buffer (bufio, 4096).
fn last_line_is_lost(bytes: &[u8]) -> bool {
    let last = bytes.rsplit(|&b| b == b'\n').next().unwrap_or_default().len();
    last > 0 && last.is_multiple_of(4096)
}

#[derive(Debug, Default)]
struct Tally {
    same: usize,
    errors: usize,
    /// Read with unknown values, where the decoder refuses the document.
    placeholders: usize,
    /// Streams that kubectl gives up at a separator with text behind it.
    unsplit: usize,
    /// JSON that is no YAML to the decoder: kubectl reads it as JSON.
    json: usize,
    lost: usize,
    /// The decoder asks at each line whether its buffer, not the line, begins with a byte order mark: where one
    /// stands inside a text and comes to lie there by chance, the next line loses its first character.
    marks: usize,
    problems: Vec<String>,
}

impl Tally {
    fn compare(&mut self, name: &str, bytes: Vec<u8>, mut theirs: Vec<Read>) {
        let begins_as_json = bytes.trim_ascii_start().starts_with(b"{");
        let lost = last_line_is_lost(&bytes);
        let mark_inside = memchr::memmem::rfind(&bytes, "\u{feff}".as_bytes()).is_some_and(|at| at > 0);
        let mut ours = ours(bytes);
        // A stretch without content between two separators is a document that is null; here it is none.
        let null = Read::Json("null".into());
        theirs.retain(|d| *d != null);
        ours.retain(|d| *d != null);
        if theirs.last() == Some(&Read::Unsplit) {
            let Some(at) = ours.iter().position(|d| *d == Read::Unsplit) else {
                return self.problems.push(format!("{name}: a separator was taken that kubectl refuses"));
            };
            // The document before that separator is lost to kubectl, too.
            theirs.pop();
            if theirs.len() + 1 < at || theirs.len() > at {
                return self.problems.push(format!("{name}: gave up at document {at}, not {}", theirs.len()));
            }
            ours.truncate(theirs.len());
            self.unsplit += 1;
        }
        if begins_as_json && let Some(at) = ours.iter().position(|d| *d == Read::Unsplit) {
            // kubectl stops here; the YAML reader would look for the next separator.
            ours.truncate(at);
            theirs.truncate(at);
            self.json += 1;
        }
        if begins_as_json && ours.len() > theirs.len() {
            // Values one behind another, or text behind one: the YAML decoder reads the first alone.
            ours.truncate(theirs.len());
            self.json += 1;
        }
        if lost && ours.len() == theirs.len() + 1 {
            ours.pop();
            self.lost += 1;
        }
        if ours.len() != theirs.len() {
            return self.problems.push(format!("{name}: {} documents, not {}", ours.len(), theirs.len()));
        }
        for (i, pair) in ours.into_iter().zip(theirs).enumerate() {
            match pair {
                (Read::Json(a), Read::Json(b)) if a == b => self.same += 1,
                (Read::Error(_), Read::Error(_)) => self.errors += 1,
                (Read::Placeholders, Read::Error(_)) => self.placeholders += 1,
                (Read::Json(_), Read::Error(_)) if begins_as_json && i == 0 => self.json += 1,
                _ if mark_inside => self.marks += 1,
                (a, b) => {
                    let cut = |r: Read| format!("{r:?}").chars().take(300).collect::<String>();
                    self.problems.push(format!("{name}#{i}:\n   ours {}\n theirs {}", cut(a), cut(b)));
                }
            }
        }
    }
}

fn corpora() -> Option<(PathBuf, Vec<PathBuf>)> {
    let corpora = shared("corpora")?;
    let mut files = Vec::new();
    for part in ["real", "kyverno", "peers/k8s", "pss", "bad"] {
        files.extend(files_below(&corpora.join(part)).into_iter().filter(|f| is_text(f)));
    }
    Some((corpora, files))
}

#[test]
fn the_tree_is_what_the_api_server_reads() {
    let Some((corpora, files)) = corpora() else { return };
    let Some(mut documents) = theirs(&files) else { return };
    let mut tally = Tally::default();
    for file in &files {
        let name = file.strip_prefix(&corpora).unwrap().display().to_string();
        tally.compare(&name, fs::read(file).unwrap(), documents.remove(file).unwrap_or_default());
    }
    let problems = std::mem::take(&mut tally.problems);
    println!("{tally:?}");
    assert!(problems.is_empty(), "{}\n{}", problems.len(), problems.join("\n"));
    assert!(tally.same > 10_000, "the corpora are not what they were: {tally:?}");
}

#[test]
fn what_was_tampered_with_is_read_as_the_api_server_reads_it() {
    let Some((corpora, files)) = corpora() else { return };
    let whole = std::env::var_os("PLIMSOLL_WHOLE").is_some();
    let mut random = Random::new(1);
    let mut texts: Vec<_> = files.iter().filter_map(|f| fs::read_to_string(f).ok()).collect();
    texts.retain(|t| t.len() < 8_000);
    // The suites of odd YAML come again and again; of the real manifests there are enough.
    let odd: Vec<_> = files_below(&corpora.join("bad/yaml-test-suite"));
    texts.extend(odd.iter().filter(|f| is_text(f)).cycle().take(4_000).filter_map(|f| fs::read_to_string(f).ok()));
    let dir = temporary("tampered");
    let count = if whole { 60_000 } else { 4_000 };
    let files: Vec<_> = (0..count)
        .map(|n| {
            let path = dir.join(format!("{n}.yaml"));
            fs::write(&path, mutate(&texts[random.next(texts.len())], &mut random)).unwrap();
            path
        })
        .collect();
    let Some(mut documents) = theirs(&files) else { return };
    let mut tally = Tally::default();
    for file in &files {
        let name = file.display().to_string();
        tally.compare(&name, fs::read(file).unwrap(), documents.remove(file).unwrap_or_default());
    }
    let problems = std::mem::take(&mut tally.problems);
    println!("{tally:?}");
    assert!(problems.is_empty(), "{}\n{}", problems.len(), problems.join("\n"));
    fs::remove_dir_all(dir).unwrap();
}

/// Words of the letters that numbers, dates and booleans are made of, with and without a tag of the core schema.
fn words(random: &mut Random) -> String {
    const LETTERS: [&str; 34] = [
        "0",
        "1",
        "2",
        "7",
        "8",
        "9",
        "a",
        "f",
        "x",
        "X",
        "o",
        "O",
        "b",
        "B",
        "_",
        "+",
        "-",
        ".",
        "e",
        "E",
        "y",
        "n",
        "N",
        "~",
        ":",
        "T",
        "Z",
        "t",
        "i",
        "null",
        ".inf",
        ".nan",
        "true",
        "9223372036854775807",
    ];
    const TAGS: [&str; 10] =
        ["", "", "", "!!str ", "!!int ", "!!float ", "!!bool ", "!!null ", "!!timestamp ", "!!binary "];
    let mut text = String::new();
    for n in 0..20_000 {
        let mut word: String = (0..=random.next(6)).map(|_| random.pick(&LETTERS)).collect();
        // One in three is nearly a date.
        if n % 3 == 0 {
            word = format!("20{}-{}-{}{}", random.next(130), random.next(14), random.next(33), word.replace('T', ":"));
        }
        let tag = random.pick(&TAGS);
        text += &format!("---\n- {tag}{word}\n---\n? {tag}{word}\n: 1\n");
    }
    text
}

#[test]
fn scalars_are_what_the_api_server_reads() {
    let dir = temporary("scalars");
    let path = dir.join("scalars.yaml");
    let text = words(&mut Random::new(7));
    fs::write(&path, &text).unwrap();
    let Some(mut documents) = theirs(std::slice::from_ref(&path)) else { return };
    let mut tally = Tally::default();
    tally.compare("scalars", text.into_bytes(), documents.remove(&path).unwrap());
    let problems = std::mem::take(&mut tally.problems);
    println!("{tally:?}");
    assert!(problems.is_empty(), "{}\n{}", problems.len(), problems.join("\n"));
}
