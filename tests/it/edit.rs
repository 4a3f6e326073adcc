//! Edits of the user's own text, each proved on the tree that it makes.

mod comments;

use plimsoll::source::Span;
use plimsoll::yaml::{Change, Editor, Slot, Tree, edits, parse};

fn tree(text: &str) -> Tree<'_> {
    parse(text, Span::new(0, text.len())).unwrap_or_else(|b| panic!("{}: {text:?}", b.message))
}

/// Steps with `/` between them: an item's number, `!` and one key, or keys with dots between them.
fn at<'t>(tree: &'t Tree<'t>, path: &'t str) -> Slot<'t> {
    path.trim().split('/').fold(Slot::root(tree, tree.root()), |slot, step| {
        match (step.parse::<usize>(), step.strip_prefix('!')) {
            (Ok(index), _) => slot.items().nth(index).unwrap(),
            (_, Some(key)) => slot.key(key),
            _ => slot.at(step),
        }
    })
}

/// `path = value`, `path += item`, `path > name` or `path -`.
fn change<'t>(tree: &'t Tree<'t>, what: &'t str) -> Option<Change> {
    if let Some((path, item)) = what.split_once(" += ") {
        return at(tree, path).append(item.to_owned());
    }
    if let Some((path, value)) = what.split_once(" = ") {
        return at(tree, path).set(value.to_owned());
    }
    if let Some((path, name)) = what.split_once(" > ") {
        return at(tree, path).rename_key(name);
    }
    at(tree, what.strip_suffix(" -").unwrap()).remove()
}

/// Several with `;` between them.
fn changes<'t>(tree: &'t Tree<'t>, what: &'t str) -> Option<Vec<Change>> {
    what.split("; ").map(|what| change(tree, what)).collect()
}

fn apply(text: &str, what: &str) -> Option<String> {
    let old = tree(text);
    let changes = changes(&old, what)?;
    let mut new = text.to_owned();
    for edit in edits(&old, &changes).ok()?.iter().rev() {
        new.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
    }
    let proved = Editor::new(&old).prove(&changes, &tree(&new));
    assert!(proved.is_ok(), "{what} in {text:?} gives {new:?}, wrong at {}", proved.unwrap_err());
    Some(new)
}

fn check(cases: &[(&str, &str, &str)]) {
    let wrong: Vec<_> = cases
        .iter()
        .map(|&(text, what, wanted)| (text, what, wanted, apply(text, what)))
        .filter(|(_, _, wanted, got)| got.as_deref() != Some(wanted))
        .map(|(text, what, wanted, got)| format!("{what} in {text:?}\n  gives  {got:?}\n  wanted {wanted:?}"))
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn fields_are_written_in_the_style_around_them() {
    check(&[
        ("a: 1\n", "b.c = true", "a: 1\nb:\n  c: true\n"),
        ("a:\n    x: 1\nz: 1\n", "a.b.c = true", "a:\n    x: 1\n    b:\n        c: true\nz: 1\n"),
        ("a: 1", "b = 2", "a: 1\nb: 2"),
        ("a: 1\r\nb: 2\r\n", "c.d = 2", "a: 1\r\nb: 2\r\nc:\r\n  d: 2\r\n"),
        ("a: 1\r\nb: 2", "c.d = 2", "a: 1\r\nb: 2\r\nc:\r\n  d: 2"),
        ("# é\na: é # ü\n", "b = ü", "# é\na: é # ü\nb: \"ü\"\n"),
        ("a:\n  b: 1 # one\n\n  # two\nc: 1\n", "a.d = 2", "a:\n  b: 1 # one\n  d: 2\n\n  # two\nc: 1\n"),
        ("a:\n", "a.b = 1", "a:\n  b: 1\n"),
        ("a: # x\nb: 1\n", "a.b = 1", "a: # x\n  b: 1\nb: 1\n"),
        ("a: null # x\nb: 1\n", "a.b = 1", "a: # x\n  b: 1\nb: 1\n"),
        ("a: {} # x\nb: 1\n", "a.b = 1", "a: # x\n  b: 1\nb: 1\n"),
        ("a: null\n", "a = true", "a: true\n"),
        ("a:\n", "a = true", "a: true\n"),
        ("a: {}\n", "a.b.c = 1", "a:\n  b:\n    c: 1\n"),
        ("a: {x: 1}\n", "a.b = 1; a.c.d = no", "a: {x: 1, b: 1, c: {d: false}}\n"),
        ("a: { x: 1 }\n", "a.b = 1", "a: { x: 1, b: 1 }\n"),
        ("a: {x: 1,}\n", "a.b = 1", "a: {x: 1, b: 1,}\n"),
        ("a: {x}\n", "a.x.b = 1", "a: {x: {b: 1}}\n"),
        ("a: {x: , w: 1}\n", "a.x.b = 1", "a: {x: {b: 1} , w: 1}\n"),
        ("a: {\n  x: 1 # one\n}\n", "a.b = 1", "a: {\n  x: 1, # one\n  b: 1\n}\n"),
        ("a: {\n  x: 1, # one\n}\n", "a.b = 1", "a: {\n  x: 1, # one\n  b: 1,\n}\n"),
        ("\"a\": 1\n", "b.c = 1", "\"a\": 1\n\"b\":\n  \"c\": 1\n"),
        ("? a\n: 1\n", "b = 1", "? a\n: 1\nb: 1\n"),
        ("- a: 1\n- b: 1\n", "0/c = 2", "- a: 1\n  c: 2\n- b: 1\n"),
        ("-   a: 1\n-   b: 1\n", "1/c = 2", "-   a: 1\n-   b: 1\n    c: 2\n"),
        ("- &x a: 1\n- b: 1\n", "0/c = 2", "- &x a: 1\n  c: 2\n- b: 1\n"),
        ("- &x\n  a: 1\n- *x\n", "0/c = 2", "- &x\n  a: 1\n  c: 2\n- *x\n"),
        ("a:\n  - b: 1\n", "a/0/c = [x]", "a:\n  - b: 1\n    c: [x]\n"),
        ("a:\n  - b\nc: 1\n", "d = [x]", "a:\n  - b\nc: 1\nd:\n  - x\n"),
        ("a:\n- b\nc: 1\n", "d.e = [x]; d.f = {g: 1}", "a:\n- b\nc: 1\nd:\n  e:\n  - x\n  f:\n    g: 1\n"),
        ("---\na: 1 # x\n...\n", "b = 1", "---\na: 1 # x\nb: 1\n...\n"),
        ("a: é\n\"é\": {\"é\": {x: 1}}\n", "é.é.b = 1", "a: é\n\"é\": {\"é\": {x: 1, b: 1}}\n"),
        ("- ? a\n  : 1\n", "0/b = 2", "- ? a\n  : 1\n  b: 2\n"),
        (
            "a:\n  b:\n  - c: 1\n    d:\n",
            "a.b/0/d.e = 1; a.b/0/f = 2; a.g = 3; h = 4",
            "a:\n  b:\n  - c: 1\n    d:\n      e: 1\n    f: 2\n  g: 3\nh: 4\n",
        ),
        ("a: 1\nm: {}\n", "k/!x.w/z = 1", "a: 1\nm: {}\nk:\n  x.w:\n    z: 1\n"),
    ]);
}

#[test]
fn block_scalars_keep_their_text() {
    check(&[
        ("a: |\n  x\n  w\nb: 1\n", "c = 1", "a: |\n  x\n  w\nb: 1\nc: 1\n"),
        ("a:\n  s: |\n    x\n\nb: 1\n", "a.c = 1", "a:\n  s: |\n    x\n  c: 1\n\nb: 1\n"),
        ("a:\n  s: |+\n    x\n\nb: 1\n", "a.c = 1", "a:\n  s: |+\n    x\n\n  c: 1\nb: 1\n"),
        ("a:\n  s: >-\n    x\n    w", "a.c = 1", "a:\n  s: >-\n    x\n    w\n  c: 1"),
        ("a: |\n  x\nb: 1\n", "a = 1", "a: 1\nb: 1\n"),
        ("a: 'x\n  w'\nb: 1\n", "a = z", "a: 'z'\nb: 1\n"),
    ]);
}

#[test]
fn values_take_the_quotes_of_those_before() {
    check(&[
        ("a: \"x\"\n", "a = w", "a: \"w\"\n"),
        ("a: 'x' # c\n", "a = w", "a: 'w' # c\n"),
        ("a: \"true\"\n", "a = true", "a: true\n"),
        ("a: x\n", "a = \"true\"", "a: \"true\"\n"),
        ("a: !!str 1\n", "a = 2", "a: 2\n"),
        ("a: &n 1\nb: *n\n", "a = 2", "a: &n 2\nb: *n\n"),
        ("a: [x, w]\n", "a = [z]", "a: [z]\n"),
        ("a: x\n", "a = [z]", "a: [z]\n"),
    ]);
}

#[test]
fn json_stays_json() {
    check(&[
        ("{\"a\":{\"b\":1}}", "a.c.d = x", "{\"a\":{\"b\":1,\"c\":{\"d\":\"x\"}}}"),
        ("{\"a\": {}}", "a.c.d = [x]", "{\"a\": {\"c\": {\"d\": [\"x\"]}}}"),
        ("{\"a\": null}", "a.c = x", "{\"a\": {\"c\": \"x\"}}"),
        (
            "{\n  \"a\": {\n    \"b\": 1\n  }\n}\n",
            "a.c.d = [x]",
            "{\n  \"a\": {\n    \"b\": 1,\n    \"c\": {\n      \"d\": [\n        \"x\"\n      ]\n    }\n  }\n}\n",
        ),
        ("{\n\t\"a\": 1\n}\n", "b = 2", "{\n\t\"a\": 1,\n\t\"b\": 2\n}\n"),
        ("{\n  \"a\": [\n    \"x\"\n  ]\n}\n", "a += w", "{\n  \"a\": [\n    \"x\",\n    \"w\"\n  ]\n}\n"),
        ("{\"a\": \"x\"}", "a = true", "{\"a\": true}"),
        ("{\"a\": 1, \"b\": 2}", "a -", "{\"b\": 2}"),
        ("{\"a\": 1, \"b\": 2}", "b -", "{\"a\": 1}"),
        ("{\n  \"a\": 1,\n  \"b\": 2\n}", "a -", "{\n  \"b\": 2\n}"),
    ]);
}

#[test]
fn lists_grow_and_shrink() {
    check(&[
        ("a: [x]\n", "a += w", "a: [x, w]\n"),
        ("a: ['x']\n", "a += w", "a: ['x', 'w']\n"),
        ("a: []\n", "a += w", "a: [w]\n"),
        ("a:\n", "a += w", "a: [w]\n"),
        ("b: 1\n", "a += w", "b: 1\na: [w]\n"),
        ("a:\n- x # c\nb: 1\n", "a += w", "a:\n- x # c\n- w\nb: 1\n"),
        ("a:\n  - \"x\"\n", "a += w", "a:\n  - \"x\"\n  - \"w\"\n"),
        ("a:\n  - k: x\nb:\n", "a += {k: w, e: {}}", "a:\n  - k: x\n  - k: w\n    e: {}\nb:\n"),
        ("a:\n- k: x\n", "a += {k: w}; a/0/m = 1; b = 1", "a:\n- k: x\n  m: 1\n- k: w\nb: 1\n"),
        ("a: [x, w, z]\n", "a/1 -", "a: [x, z]\n"),
        ("a: [x, w, z]\n", "a/0 -; a/1 -", "a: [z]\n"),
        ("a: [x, w, z]\n", "a/1 -; a/2 -", "a: [x]\n"),
        ("a:\n- x\n- w\n", "a/0 -", "a:\n- w\n"),
        ("a:\n- x\n- w\nb: 1\n", "a/1 -", "a:\n- x\nb: 1\n"),
        ("a:\n# over\n- x\n- w", "a/1 -", "a:\n# over\n- x"),
        ("a: [x]\n", "a/0 -", "a: []\n"),
        ("a:\n- x\nb: 1\n", "a/0 -", "a: []\nb: 1\n"),
        ("c:\n  add:\n  - x\n  drop: [w]\n", "c.add/0 -", "c:\n  drop: [w]\n"),
    ]);
}

#[test]
fn entries_go_and_the_rest_stays() {
    check(&[
        ("a: 1\nb: 2\n", "a -", "b: 2\n"),
        ("a: 1 # c\nb: 2\n", "b -", "a: 1 # c\n"),
        ("a: 1\nb: 2", "b -", "a: 1"),
        ("a: 1\r\nb: 2", "b -", "a: 1"),
        ("- a: 1\n  b: 2\n", "0/a -", "- b: 2\n"),
        ("- a: 1\n  b:\n    c: 2\n  d: 1\n", "0/b -", "- a: 1\n  d: 1\n"),
        ("a:\n  x: |\n    w\n\nb: 1\n", "a.x -", "a: {}\n\nb: 1\n"),
        ("m:\n  annotations:\n    x: 1\n  name: w\n", "m.annotations.x -", "m:\n  name: w\n"),
        ("m:\n  emptyDir: # c\n    x: 1\n  name: w\n", "m.emptyDir.x -", "m:\n  emptyDir: {} # c\n  name: w\n"),
        ("a:\n  p: 1\n  q: 2\n", "a.q -; a.s.q = 2", "a:\n  p: 1\n  s:\n    q: 2\n"),
        ("spec:\n  contianers: []\n", "spec.contianers > containers", "spec:\n  containers: []\n"),
        ("\"contianers\": []\n", "contianers > containers", "\"containers\": []\n"),
        ("m:\n  labels:\n    x: 1\n    w: 1\n", "m.labels.x -; m.labels.w -", "m: {}\n"),
    ]);
}

#[test]
fn shared_values_change_where_it_is_right() {
    check(&[
        // An alias that stands for the very value gives way.
        ("a: &t true\nb: *t\nc: *t\n", "b = false", "a: &t true\nb: false\nc: *t\n"),
        // What is below an alias changes for all.
        ("a: &m\n  x: 1\nb: *m\n", "b.w = 2", "a: &m\n  x: 1\n  w: 2\nb: *m\n"),
        ("a: &m\n  x: 1\nb: *m\n", "b.x = 2", "a: &m\n  x: 2\nb: *m\n"),
        // What is merged is overridden.
        ("a: &m\n  x: 1\nb:\n  <<: *m\n", "b.x = 2", "a: &m\n  x: 1\nb:\n  <<: *m\n  x: 2\n"),
        (
            "a: &m\n  s:\n    x: 1\nb:\n  <<: *m\n",
            "b.s.w = 2; b.s.z = 3",
            "a: &m\n  s:\n    x: 1\nb:\n  <<: *m\n  s:\n    x: 1\n    w: 2\n    z: 3\n",
        ),
        ("a: &m\n  l:\n  - x: 1\nb:\n  <<: *m\n", "b.l/0/x = 2", "a: &m\n  l:\n  - x: 2\nb:\n  <<: *m\n"),
        ("a: &m\n  x: 1\nb:\n  <<: *m\n", "a.w = 2", "a: &m\n  x: 1\n  w: 2\nb:\n  <<: *m\n"),
    ]);
}

#[test]
fn what_cannot_be_changed_is_left() {
    for (text, what) in [
        ("a: {{ x }}\n", "a.b = 1"),
        ("a: ${X}\n", "a = 1"),
        ("a: x\n", "a.b = 1"),
        ("a:\n  b: 1\n", "a = 1"),
        ("a: &m\n  x: 1\nb:\n  <<: *m\n", "b.x -"),
        ("a: 1\n", "b = 1; b = 2"),
        ("a: {b: 1}\n", "a -; a.b = 2"),
        ("a: 1\n", "b -"),
    ] {
        let old = tree(text);
        let made = changes(&old, what).and_then(|c| edits(&old, &c).ok());
        assert_eq!(made, None, "{what} in {text:?}");
    }
}

#[test]
fn a_wrong_edit_does_not_pass() {
    let old = tree("a:\n  b: 1\nc: &x [1, 2]\nd: *x\n");
    let made = changes(&old, "a.e = 2").unwrap();
    for (wrong, at) in [
        ("a:\n  b: 1\nc: &x [1, 2]\nd: *x\n", ".a"),
        ("a:\n  b: 1\n  e: 3\nc: &x [1, 2]\nd: *x\n", ".a.e"),
        ("a:\n  b: 2\n  e: 2\nc: &x [1, 2]\nd: *x\n", ".a.b"),
        ("a:\n  b: 1\ne: 2\nc: &x [1, 2]\nd: *x\n", "the document"),
        ("a:\n  b: 1\n  e: 2\nc: &x [1, 2]\nd: [1]\n", ".d"),
        ("a:\n  b: 1\n  e: 2\nc: &x [1, 2]\nd: *x\nf:\n", "the document"),
    ] {
        assert_eq!(Editor::new(&old).prove(&made, &tree(wrong)), Err(at.to_owned()), "{wrong}");
    }
}
