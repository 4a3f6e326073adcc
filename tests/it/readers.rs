//! The reader for block style is the full parser, only faster: on every document at hand, and on mutations of them,
//! either it gives up or it builds the same tree, span for span.

use std::path::{Path, PathBuf};

use plimsoll::source::{Source, Span};
use plimsoll::yaml::{Broken, NodeId, Tree, documents, parse, parse_full};

use crate::mutate::{Random, mutate};
use crate::support::{root, shared};

/// Where two trees differ, if they do.
fn difference(a: &Tree<'_>, b: &Tree<'_>) -> Option<String> {
    let mut todo: Vec<(NodeId, NodeId)> = vec![(a.root(), b.root())];
    while let Some((x, y)) = todo.pop() {
        let show = |t: &Tree<'_>, n| {
            format!("{:?} {:?} {:?}", t.kind(n), t.span(n), t.scalar_text(n).chars().take(80).collect::<String>())
        };
        let same = a.kind(x) == b.kind(y)
            && a.span(x) == b.span(y)
            && a.scalar_text(x) == b.scalar_text(y)
            && a.is_plain(x) == b.is_plain(y)
            && a.is_flow(x) == b.is_flow(y)
            && a.items(x).len() == b.items(y).len()
            && a.entries(x).len() == b.entries(y).len()
            && a.written_entries(x).len() == b.written_entries(y).len();
        if !same {
            return Some(format!("{} / {}", show(a, x), show(b, y)));
        }
        todo.extend(a.items(x).iter().copied().zip(b.items(y).iter().copied()));
        for (m, n) in a.written_entries(x).iter().zip(b.written_entries(y)) {
            todo.extend([(m.key, n.key), (m.value, n.value)]);
        }
    }
    if a.comments() != b.comments() {
        return Some(format!("comments: {:?} / {:?}", a.comments(), b.comments()));
    }
    (a.duplicates().len() != b.duplicates().len()).then(|| "duplicate keys".to_owned())
}

fn compare(name: &str, text: &str) -> Result<(), String> {
    for raw in documents(text) {
        let (fast, full): (Result<Tree<'_>, Broken>, _) = (parse(text, raw.span), parse_full(text, raw.span));
        let problem = match (&fast, &full) {
            (Ok(a), Ok(b)) => difference(a, b),
            (Err(a), Err(b)) => (a != b).then(|| format!("{a:?} / {b:?}")),
            (a, b) => Some(format!("{:?} / {:?}", a.as_ref().err(), b.as_ref().err())),
        };
        if let Some(problem) = problem {
            return Err(format!("{name} at byte {}: {problem}", raw.span.start));
        }
    }
    Ok(())
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|e| e == "yaml" || e == "yml" || e == "json") {
            found.push(path);
        }
    }
}

fn texts() -> Vec<(String, String)> {
    let mut found = Vec::new();
    files(&root().join("fixtures"), &mut found);
    if let Some(corpora) = shared("corpora") {
        files(&corpora, &mut found);
    }
    found.sort();
    let read = |path: PathBuf| {
        let bytes = std::fs::read(&path).ok()?;
        Some((path.display().to_string(), String::from_utf8(bytes).ok()?))
    };
    found.into_iter().filter_map(read).collect()
}

#[test]
fn both_readers_build_the_same_tree() {
    for (name, text) in texts() {
        compare(&name, &text).unwrap();
    }
}

/// Comments are kept where one may be for us.
#[test]
fn both_readers_find_the_same_comments() {
    let mut found = 0;
    let whole = std::env::var_os("PLIMSOLL_WHOLE").is_some();
    let texts = texts();
    let step = if whole { 1 } else { texts.len() / 1500 + 1 };
    for (name, text) in texts.into_iter().step_by(step) {
        let text = text.replace("# ", "# plimsoll: ");
        compare(&name, &text).unwrap();
        let trees = documents(&text).into_iter().filter_map(|raw| parse(&text, raw.span).ok());
        found += trees.map(|tree| tree.comments().len()).sum::<usize>();
    }
    assert!(found > 500, "{found}");
}

/// Bytes that mean something to YAML, put in, taken out and exchanged at random places.
#[test]
fn both_readers_agree_on_what_was_tampered_with() {
    let mut random = Random::new(0);
    let whole = std::env::var_os("PLIMSOLL_WHOLE").is_some();
    let texts = texts();
    let step = if whole { 1 } else { texts.len() / 800 + 1 };
    for (name, text) in texts.iter().step_by(step).filter(|(_, t)| t.len() < 20_000) {
        for round in 0..if whole { 20 } else { 6 } {
            let changed = mutate(text, &mut random);
            let changed = if round % 2 == 0 { changed } else { changed.replace("# ", "# plimsoll: ") };
            if let Err(problem) = compare(&format!("{name}, round {round}"), &changed) {
                panic!("{problem}\n{changed}");
            }
        }
    }
}

#[test]
fn both_readers_take_a_dash_word_for_a_word() {
    for text in ["---#\na: 1\n", "--- # c\na: 1\n", "---\na: 1\n", "---#a: 1\nb: 2\n", "--- \t# c\na: 1\n"] {
        compare("separators", text).unwrap();
    }
}

/// The fast reader must in truth be taken: most real manifests are in plain block style.
#[test]
fn spans_refer_to_the_whole_file() {
    let source = Source::new("x", "a: 1\n---\nb:\n- c\n- d: |\n    text\n");
    let raw = documents(&source.text)[1];
    let tree = parse(&source.text, raw.span).unwrap();
    let list = tree.get(tree.root(), "b").unwrap().value;
    let texts: Vec<_> = tree.items(list).iter().map(|&i| tree.span(i).text(&source.text)).collect();
    assert_eq!(texts, ["c", "d: |\n    text"]);
    assert_eq!(tree.span(list), Span::new(14, source.text.len() - 1));
}

/// Documents of one value, as fixes write them: few files are such.
#[test]
fn both_readers_read_a_value_alone() {
    for text in [
        "[ALL]",
        "[a, [b], {c: d}] # e\n",
        "{type: RuntimeDefault}",
        "{\"a\": \"b\"}",
        "{a: 1}\n\n",
        "[a]\nb",
        "[a",
        "true",
        "10014\n",
        " yes # no",
        "word\n  goes on",
        "a b",
        "a: b: c",
        "a:",
        "1 #2",
        "1#2",
        "--- [a]",
        "---\n[a]",
        "---\nnull",
        "-1",
        "--- a",
        "a\n...\nb",
        "- a",
        "|\n a",
        "'a'",
        "\"a\"",
        "\"a\": b",
        "*a",
        "[*a]",
        "{{ x }}",
        "[{{ x }}]",
    ] {
        compare(text, text).unwrap();
    }
}
