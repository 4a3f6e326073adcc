//! Comments where edits take text out.

use plimsoll::source::Span;
use plimsoll::yaml::{Change, Editor, Tree, edits, parse};

use super::{changes, check, tree};

/// The comment at the end of a line that goes has a line of its own then; one that has its own already stays.
#[test]
fn comments_stay_where_lines_go() {
    check(&[
        ("a:\n- x # c\n- w\n", "a/0 -", "a:\n# c\n- w\n"),
        ("a:\n  - x\n  - w # c\nb: 1\n", "a/1 -", "a:\n  - x\n  # c\nb: 1\n"),
        ("a:\n  - x # c\n  - w # d\n  - z\n", "a/0 -; a/1 -", "a:\n  # c\n  # d\n  - z\n"),
        ("a: 1 # c\nb: 2\n", "a -", "# c\nb: 2\n"),
        ("a: 1\n# over b\nb: 2 # c\n", "b -", "a: 1\n# over b\n# c\n"),
        ("a: 1\nb: 2 # c", "b -", "a: 1\n# c"),
        ("a: 1\r\nb: 2 # c\r\n", "b -", "a: 1\r\n# c\r\n"),
        ("a: 1\r\nb: # c\r\n  d: 2 # e", "b -", "a: 1\r\n# c\r\n# e"),
        ("a: 1\rb: 2 # c\r", "b -", "a: 1\r# c\r"),
        // The last of a list or mapping.
        ("a:\n  - x # c\nb: 1\n", "a/0 -", "a: []\n# c\nb: 1\n"),
        ("a: # k\n  # over\n  - x # c\n  # under\nb: 1\n", "a/0 -", "a: [] # k\n# over\n# c\n  # under\nb: 1\n"),
        (
            "c:\n  add: # k\n    # over\n    - x # c\n  drop: [w]\n",
            "c.add/0 -",
            "c:\n  # k\n  # over\n  # c\n  drop: [w]\n",
        ),
        ("m:\n  annotations: # c\n    x: 1\n  name: w\n", "m.annotations.x -", "m:\n  # c\n  name: w\n"),
        ("- emptyDir:\n    x: 1 # d\n  name: w\n", "0/emptyDir.x -", "- emptyDir: {}\n  # d\n  name: w\n"),
        // What a mapping holds goes with it, but for its comments.
        (
            "a:\n  m: # one\n    # two\n    n:\n      o: 1 # three\n      # four\n      p: '#' # five\n  z: 1\n",
            "a.m -",
            "a:\n  # one\n  # two\n  # three\n  # four\n  # five\n  z: 1\n",
        ),
        ("a: |\n  # text\nb: | # c\n  # text\nd: 1\n", "b -", "a: |\n  # text\n# c\nd: 1\n"),
        ("a: x\n  w\nb: 1 # c\n", "b -", "a: x\n  w\n# c\n"),
        // Of the line of a dash they go above it.
        ("l:\n  - a: 1 # c\n    b: 2\n", "l/0/a -", "l:\n  # c\n  - b: 2\n"),
        ("- a: 1 # c\n\n  # over b\n  b: 2 # d\n", "0/a -", "# c\n# over b\n- b: 2 # d\n"),
        ("- &x a: 1 # c\n  b: 2\n", "0/b -", "- &x a: 1 # c\n"),
        ("- x\n- &i # c\n  b: 2 # d\n- z\n", "1 -", "- x\n# c\n# d\n- z\n"),
        // New lines stand below what stays.
        ("a:\n  p: 1\n  q: 2 # c\n", "a.q -; a.s = 3", "a:\n  p: 1\n  s: 3\n  # c\n"),
        ("a: &m\n  x: 1 # c\n  w: 2\nb: *m\n", "a.x -", "a: &m\n  # c\n  w: 2\nb: *m\n"),
        ("a: {x: 1, w: 2} # c\n", "a.x -", "a: {w: 2} # c\n"),
        ("a: [\n  x, w # c\n]\n", "a/1 -", "a: [\n  x # c\n]\n"),
    ]);
}

#[test]
fn what_would_cost_a_comment_or_an_anchor_is_left() {
    for (text, what, why) in [
        ("a: [\n  x, # c\n  w\n]\n", "a/0 -", "a comment would be lost"),
        ("a: [\n  x, # c\n  w\n]\n", "a/1 -", "a comment would be lost"),
        ("a: [\n  x # c\n]\n", "a = [w]", "a comment would be lost"),
        ("a: | # c\n  x\n", "a = w", "a comment would be lost"),
        ("a:\n  - &x b\n  - c\nd: *x\n", "a/0 -", "an alias would lose its anchor"),
        ("a:\n  b: {c: &x 1}\n  d: 2\ne: *x\n", "a.b -", "an alias would lose its anchor"),
        ("a:\n  b: {c: &x 1}\ne: *x\n", "a.b = {}", "an alias would lose its anchor"),
        ("a:\n- x # plimsoll: ignore[r] c\n- w\n", "a/0 -", "a suppression would be lost"),
        ("a:\n# plimsoll: ignore[r] c\n\n# d\n- x\n- w\n", "a/0 -", "a suppression would cover something else"),
        ("# plimsoll: ignore[r] c\na: 1\nb: 1\n", "a -", "a suppression would cover something else"),
    ] {
        let old = tree(text);
        let made = edits(&old, &changes(&old, what).unwrap());
        assert_eq!(made, Err(why), "{what} in {text:?}");
    }
    check(&[
        ("# plimsoll: ignore[r] c\na: 1\nb: 1 # d\n", "b -", "# plimsoll: ignore[r] c\na: 1\n# d\n"),
        ("# plimsoll: ignore[r] c\n- a: 1\n  b: 1 # d\n", "0/b -", "# plimsoll: ignore[r] c\n- a: 1\n  # d\n"),
        ("a:\n  b: &x [c] # d\n  e: *x # f\n", "a.e -", "a:\n  b: &x [c] # d\n  # f\n"),
        ("a:\n  b: {c: &x 1, d: *x} # e\n  f: 1\n", "a.b -", "a:\n  # e\n  f: 1\n"),
        ("- a\n- b # plimsoll: ignore[r] c\n- d\n", "2 -", "- a\n- b # plimsoll: ignore[r] c\n"),
    ]);
}

/// Comments are told from the tree, which is quick; the scanner, which is sure, must find the same.
#[test]
fn comments_are_those_that_the_scanner_finds() {
    let Some(folder) = crate::support::shared("corpora/real") else { return };
    let inputs = plimsoll::discover::discover(&[folder], &plimsoll::discover::Options::default());
    let (mut documents, mut comments) = (0, 0);
    for source in inputs.into_iter().step_by(7).filter_map(|i| i.read().ok()) {
        for raw in source.documents() {
            // The scanner keeps comments where one of them is for us.
            let text = format!("{}\n# plimsoll: x\n", raw.span.text(&source.text));
            let span = Span::new(0, text.len());
            let Ok(tree) = parse(&text, span) else { continue };
            let sure: Vec<Span> = tree.comments().iter().map(|c| c.span).collect();
            assert_eq!(tree.find_comments(span), sure, "{}", source.path);
            documents += 1;
            comments += sure.len();
        }
    }
    println!("{comments} comments in {documents} documents");
}

/// Whatever entry or item goes, in real manifests: the tree is right, and every comment is there once and in order.
#[test]
fn comments_of_real_manifests_stay_whatever_goes() {
    let Some(folder) = crate::support::shared("corpora/real") else { return };
    let inputs = plimsoll::discover::discover(&[folder], &plimsoll::discover::Options::default());
    let whole = std::env::var_os("PLIMSOLL_WHOLE").is_some();
    let (mut removed, mut with_comments, mut left, mut problems) = (0, 0, 0, Vec::new());
    for source in inputs.into_iter().step_by(if whole { 1 } else { 40 }).filter_map(|i| i.read().ok()) {
        for raw in source.documents() {
            let text = raw.span.text(&source.text);
            let Ok(old) = parse(text, Span::new(0, text.len())) else { continue };
            let comments = texts(&old);
            if comments.is_empty() || text.len() > 20_000 {
                continue;
            }
            let editor = Editor::new(&old);
            for change in removals(&old) {
                let changes = [change];
                let Ok(edits) = editor.edits(&changes) else {
                    left += 1;
                    continue;
                };
                let mut new = text.to_owned();
                for edit in edits.iter().rev() {
                    new.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
                }
                let Ok(new) = parse(&new, Span::new(0, new.len())) else {
                    problems.push(format!("{}: broken by {edits:?}", source.path));
                    continue;
                };
                if let Err(at) = editor.prove(&changes, &new) {
                    problems.push(format!("{}: wrong at {at} after {edits:?}", source.path));
                } else if texts(&new) != comments {
                    problems.push(format!("{}: a comment is lost by {edits:?}", source.path));
                }
                removed += 1;
                with_comments += usize::from(edits.iter().any(|e| e.span.text(text).contains('#')));
            }
        }
    }
    println!("{removed} entries and items taken out, {with_comments} of them with comments; {left} left");
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
    assert!(with_comments > 20 && left < removed / 20);
}

fn texts<'t>(tree: &'t Tree<'_>) -> Vec<&'t str> {
    tree.find_comments(Span::new(0, tree.text().len())).iter().map(|c| c.text(tree.text())).collect()
}

/// Takes out each entry and item of a document, one by one.
fn removals(tree: &Tree<'_>) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut todo = vec![tree.root()];
    while let Some(node) = todo.pop() {
        let entries = tree.written_entries(node);
        let places = entries.iter().map(|e| e.key).chain(tree.items(node).iter().copied());
        changes.extend(places.map(Change::remove_key));
        todo.extend(entries.iter().map(|e| e.value).chain(tree.items(node).iter().copied()));
    }
    changes
}
