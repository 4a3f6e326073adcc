//! Bad input, by name: whatever comes in, there is a finding or a message at its place, and an end within a second.
//! `fixtures/yaml/bad` states its answers on their lines: `# broken:`, `# skipped:` and `# finding:` with a part of the
//! text, for their own line or, alone on a line, for the next. What a fixture cannot hold is made here.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use plimsoll::config::Settings;
use plimsoll::coverage::Outcome;
use plimsoll::discover::Input;
use plimsoll::engine::{self, Outcomes};

use crate::mutate::{Random, mutate};
use crate::support::{root, shared};
use crate::yaml::files_below;

fn lint(bytes: impl Into<Vec<u8>>) -> Outcomes {
    engine::run(vec![Input::Text("x.yaml".into(), bytes.into())], &Settings::default(), false)
}

/// `broken 3:5 message`, for each document that was not read.
fn unread(outcomes: &Outcomes) -> Vec<String> {
    let tell = |u: &plimsoll::coverage::Unread| {
        let place = u.position.map(|p| format!("{}:{}", p.line, p.column)).unwrap_or_default();
        format!("{} {place} {}", u.outcome.name(), u.reason)
    };
    outcomes.coverage.unread().map(tell).collect()
}

/// The one thing that was not read of a text.
fn only_unread(bytes: impl Into<Vec<u8>>) -> String {
    let mut all = unread(&lint(bytes));
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

fn expectations(text: &str) -> Vec<(u32, &'static str, String)> {
    let mut found = Vec::new();
    for (line, number) in text.lines().zip(1..) {
        for kind in ["broken", "skipped", "finding"] {
            if let Some((before, want)) = line.split_once(&format!("# {kind}: ")) {
                let alone = before.trim().is_empty();
                found.push((if alone { number + 1 } else { number }, kind, want.trim().to_owned()));
            }
        }
    }
    found
}

#[test]
fn fixtures_get_the_answers_that_they_state() {
    let mut problems = Vec::new();
    for path in files_below(&root().join("fixtures/yaml/bad")) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).unwrap();
        let outcomes = lint(text.as_bytes());
        let mut wanted = expectations(&text);
        let mut meet = |line: u32, kind: &str, message: &str| {
            let at = wanted.iter().position(|(l, k, text)| *l == line && *k == kind && message.contains(text));
            at.map(|i| wanted.remove(i)).is_some()
        };
        for f in &outcomes.findings {
            // Others may be there: what matters is that the one is.
            meet(f.region.start.line, "finding", &f.message);
        }
        for u in outcomes.coverage.unread() {
            let line = u.position.map_or(0, |p| p.line);
            if !meet(line, u.outcome.name(), &u.reason) {
                problems.push(format!("{name}:{line}: unexpected {}: {}", u.outcome.name(), u.reason));
            }
        }
        problems.extend(wanted.iter().map(|w| format!("{name}: unmet {w:?}")));
    }
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

#[test]
fn what_holds_nothing_is_told() {
    for text in ["", "\n", "# only a comment\n", "---\n", "---\n---\n# x\n---\n", "\u{feff}", "null\n", "~"] {
        let outcomes = lint(text);
        assert!(unread(&outcomes).is_empty() && outcomes.findings.is_empty(), "{text:?}");
        let counts = outcomes.coverage.file_counts();
        assert_eq!((counts.not_kubernetes, counts.linted), (1, 0), "{text:?}");
        assert_eq!(outcomes.coverage.document_counts().not_kubernetes, 1, "{text:?}");
    }
}

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec: {hostPID: true}\n";

fn finds_host_pid(bytes: impl Into<Vec<u8>>) -> Option<(u32, u32, usize)> {
    let outcomes = lint(bytes);
    let found = outcomes.findings.iter().find(|f| f.message.contains("hostPID"));
    found.map(|f| (f.region.start.line, f.region.start.column, f.region.start.offset))
}

#[test]
fn encodings_get_a_clear_answer() {
    let offset = POD.find("true").unwrap();
    assert_eq!(finds_host_pid(POD), Some((4, 17, offset)));
    // A mark, carriage returns before line feeds, and alone.
    assert_eq!(finds_host_pid(format!("\u{feff}{POD}")), Some((4, 17, offset + 3)));
    assert_eq!(finds_host_pid(format!("\u{feff}---\n{POD}")), Some((5, 17, offset + 7)));
    assert_eq!(finds_host_pid(POD.replace('\n', "\r\n")), Some((4, 17, offset + 3)));
    assert_eq!(finds_host_pid(POD.replace('\n', "\r")), Some((4, 17, offset)));
    // Columns count characters, offsets bytes.
    assert_eq!(finds_host_pid(POD.replace("{hostPID", "{\"é\": 1, hostPID")), Some((4, 25, offset + 9)));

    let wide = |units: Vec<u16>, little: bool| -> Vec<u8> {
        units.into_iter().flat_map(|u| if little { u.to_le_bytes() } else { u.to_be_bytes() }).collect()
    };
    for little in [true, false] {
        let order = if little { "little endian" } else { "big endian" };
        let marked = only_unread(wide(format!("\u{feff}{POD}").encode_utf16().collect(), little));
        assert_eq!(marked, format!("broken 1:1 the text is UTF-16 ({order}), and Kubernetes reads UTF-8"));
        let bare = only_unread(wide(POD.encode_utf16().collect(), little));
        assert!(bare.contains(order) && bare.contains("without a byte order mark"), "{bare}");
    }
}

#[test]
fn bytes_that_are_no_text_break_their_document_alone() {
    let bad = [b"a: 1\n---\nb: \xff\n---\n", POD.as_bytes()].concat();
    assert_eq!(only_unread(bad.clone()), "broken 3:4 byte 0xff is not UTF-8");
    assert!(finds_host_pid(bad).is_some());
    assert_eq!(only_unread(*b"a: \xc3\x28\n"), "broken 1:4 byte 0xc3 is not UTF-8");
    assert_eq!(only_unread(*b"\x89PNG\r\n\x1a\n\x00\x00"), "broken 1:1 byte 0x89 is not UTF-8");
    for (text, place) in
        [("a: x\0y\n", "1:5"), ("a: 1\nb: \u{1b}[0m\n", "2:4"), ("# \u{7f}\n", "1:3"), ("é: \u{9f}", "1:4")]
    {
        let told = only_unread(text);
        assert!(told.starts_with(&format!("broken {place} control character U+")), "{text:?} {told}");
    }
}

#[test]
fn json_is_read_as_kubectl_reads_it() {
    let pod = r#"{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"}, "spec": {"hostPID": true}}"#;
    assert!(finds_host_pid(pod).is_some());
    let lines = |text: &str| -> Vec<u32> {
        let outcomes = lint(text);
        assert!(unread(&outcomes).is_empty(), "{:?}", unread(&outcomes));
        outcomes.findings.iter().filter(|f| f.message.contains("hostPID")).map(|f| f.region.start.line).collect()
    };
    assert_eq!(lines(&format!("{pod}\n{pod}{pod}")), [1, 2, 2]);
    // What is JSON and no YAML.
    assert_eq!(lines(&pod.replace(r#""x""#, r#""\/\ud83d\ude00""#)), [1]);
    assert_eq!(lines(&pod.replace("\"hostPID\":", "\n\t\"hostPID\"\n\t:\n\t")), [4]);
    assert_eq!(lines(&pod.replace("\"name\":", &format!("\"{}\": 1, \"name\":", "k".repeat(2000)))), [1]);
    // And what is YAML in braces.
    assert_eq!(lines("{apiVersion: v1, kind: Pod, spec: {hostPID: true}}"), [1]);
    assert_eq!(
        only_unread(format!("{pod} trailing\n")),
        "broken 1:91 text behind the JSON value, where kubectl gives up"
    );
    assert_eq!(only_unread(format!("{pod}\n}}\n")), "broken 2:1 text behind the JSON value, where kubectl gives up");
    let twice = lint(pod.replace("{\"hostPID\": true", "{\"hostPID\": false, \"hostPID\": true"));
    assert!(twice.findings.iter().any(|f| f.rule.id == "duplicate-key"));
    let cut = unread(&lint(&pod.as_bytes()[..70]));
    assert!(cut[0].starts_with("broken 1:"), "{cut:?}");
}

/// Small with a plain run, whole under `PLIMSOLL_WHOLE`.
fn size(small: usize, whole: usize) -> usize {
    if std::env::var_os("PLIMSOLL_WHOLE").is_some() { whole } else { small }
}

fn within(limit: Duration, what: &str, run: impl FnOnce()) {
    let start = Instant::now();
    run();
    assert!(start.elapsed() < limit, "{what} took {:?}", start.elapsed());
}

/// On a thread with a stack that a recursion of any depth would overflow.
fn with_small_stack(run: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(128 << 10).spawn(run).unwrap();
    thread.join().unwrap();
}

#[test]
fn nesting_is_bounded_and_needs_no_stack() {
    let pool = || rayon::ThreadPoolBuilder::new().num_threads(1).stack_size(128 << 10).build().unwrap();
    with_small_stack(move || {
        let deep = |open: &str, close: &str, n: usize| format!("a: {}{}\n", open.repeat(n), close.repeat(n));
        pool().install(|| {
            for (open, close) in [("[", "]"), ("{a: ", "}"), ("[{a: [", "]}]")] {
                let levels = open.matches(['[', '{']).count();
                assert!(unread(&lint(deep(open, close, 9_990 / levels))).is_empty(), "{open}");
                let told = only_unread(deep(open, close, 20_000));
                assert!(told.contains("nested deeper than 10000 levels"), "{told}");
                let unclosed = only_unread(format!("a: {}", open.repeat(5_000 / levels)));
                assert!(unclosed.contains("never closed"), "{unclosed}");
            }
            let dashes = only_unread("- ".repeat(20_000));
            assert!(dashes.contains("nested deeper than 10000 levels"), "{dashes}");
            let keys: Vec<_> = (0..9_000).map(|n| " ".repeat(n) + "a:\n").collect();
            assert!(unread(&lint(keys.concat())).is_empty());
            // In an object of a custom kind, every mapping may be a pod.
            let custom =
                format!("apiVersion: e.com/v1\nkind: X\nmetadata: {{}}\n{}", deep("{containers: [", "]}", 4_000));
            assert!(unread(&lint(custom)).is_empty());
            let json = format!("{{\"a\": {}{}}}", "[".repeat(9_000), "]".repeat(9_000));
            assert!(unread(&lint(json)).is_empty());
        });
    });
}

#[test]
fn alias_bombs_are_refused_where_the_decoder_refuses_them() {
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for n in 1..10 {
        let aliases = vec![format!("*a{}", n - 1); 10].join(", ");
        bomb += &format!("a{n}: &a{n} [{aliases}]\n");
    }
    let told = only_unread(bomb);
    assert!(told.contains("aliases expand to more than the API server's decoder allows"), "{told}");
    // Merge keys multiply, too.
    let mut merges = String::from("a0: &a0 {k: v}\n");
    for n in 1..40 {
        merges += &format!("a{n}: &a{n}\n  <<: [*a{0}, *a{0}]\n  k{n}: v\n", n - 1);
    }
    within(Duration::from_secs(5), "merges", || drop(lint(merges)));
    // Below what is refused everything is judged, each pod behind an alias, too.
    let pods = format!(
        "apiVersion: e.com/v1\nkind: X\nmetadata: {{}}\np: &p {{containers: [{{name: a, image: 'b:1'}}]}}\nq: [{}]\n",
        vec!["*p"; 1_000].join(", ")
    );
    within(Duration::from_secs(20), "aliased pods", || assert_eq!(lint(pods).coverage.pods, 1_001));
}

#[test]
fn long_lines_and_many_documents_are_read_in_linear_time() {
    let long = size(4 << 20, 100 << 20);
    let line = format!("{POD}---\napiVersion: v1\nkind: ConfigMap\ndata: {{a: \"{}\"}}\n---\n{POD}", "x".repeat(long));
    within(Duration::from_secs(30), "a long string", || assert_eq!(lint(line).coverage.pods, 2));
    for piece in [
        "{", "[", "\"", "'", "{{", "a: ", "- ", "? ", "&a ", "!", "${", "{{ x }}", "{{ x", "{%", "#", "|", "\\", "a,",
        "*a", "%",
    ] {
        let text = piece.repeat(size(1 << 20, 20 << 20) / piece.len());
        within(Duration::from_secs(30), piece, || drop(lint(text.clone())));
        within(Duration::from_secs(30), piece, || drop(lint(format!("{{\"a\": {text}"))));
    }
    let count = size(40_000, 2_000_000);
    let many = "a: 1\n---\n".repeat(count - 1) + POD;
    within(Duration::from_secs(60), "many documents", || {
        let outcomes = lint(many);
        assert_eq!((outcomes.coverage.pods, outcomes.coverage.document_counts().not_kubernetes), (1, count - 1));
    });
    let broken = "a: b: c\n---\n".repeat(size(20_000, 1_000_000));
    within(Duration::from_secs(60), "many broken documents", || assert!(lint(broken).coverage.has_broken()));
}

/// Differences from `corpora/bad/expected.csv`, each with its reason.
const DIFFERENCES: &[(&str, &str)] = &[(
    "tools/helm+helm/pkg__chart__v2__lint__rules__testdata__badvaluesfile__templates__badvaluesfile.yaml",
    "what is wrong is in the values file beside it; this one is a template that is YAML by chance",
)];

#[test]
fn the_corpus_of_bad_input_gets_what_it_expects() {
    let Some(bad) = shared("corpora/bad") else { return };
    let expected = fs::read_to_string(bad.join("expected.csv")).unwrap();
    let mut problems = Vec::new();
    for row in expected.lines().skip(1) {
        let fields: Vec<_> = row.splitn(5, ',').collect();
        let (path, class, expect) = (fields[0], fields[2], fields[3]);
        let Ok(bytes) = fs::read(bad.join(path)) else { continue };
        if class == "dockerfile" {
            continue;
        }
        let start = Instant::now();
        let outcomes = lint(bytes);
        // YAML 1.2 expects otherwise than the decoder of the API server does, which the tree is compared with.
        let expect = if path.starts_with("yaml-test-suite/") { "any" } else { expect };
        let slow = start.elapsed() > Duration::from_secs(size(4, 1) as u64);
        let told = outcomes.coverage.has_broken() || !unread(&outcomes).is_empty() || !outcomes.findings.is_empty();
        let wrong = match expect {
            "error" => !told,
            "ok" => outcomes.coverage.has_broken(),
            _ => false,
        };
        let excused = DIFFERENCES.iter().any(|(name, _)| *name == path);
        if slow || wrong != excused {
            problems.push(format!("{path} ({class}, {expect}): {:?}, {:?}", unread(&outcomes), start.elapsed()));
        }
    }
    assert!(problems.is_empty(), "{}\n{}", problems.len(), problems.join("\n"));
}

/// Manifests that were tampered with: never a panic, and every document is accounted for.
#[test]
fn nothing_that_was_tampered_with_goes_missing() {
    let mut texts: Vec<String> = files_below(&root().join("fixtures"))
        .into_iter()
        .filter(|p: &PathBuf| p.extension().is_some_and(|e| e == "yaml" || e == "json"))
        .filter_map(|p| fs::read_to_string(p).ok())
        .collect();
    if let Some(real) = shared("corpora/real/files") {
        let files = files_below(&real);
        texts.extend(files.iter().step_by(files.len() / 300 + 1).filter_map(|p| fs::read_to_string(p).ok()));
    }
    texts.retain(|t| t.len() < 20_000);
    let mut random = Random::new(3);
    for _ in 0..size(1_500, 100_000) {
        let text = mutate(&texts[random.next(texts.len())], &mut random);
        let outcomes = lint(text.as_bytes());
        let counts = outcomes.coverage.document_counts();
        let told = counts.linted + counts.not_kubernetes + counts.skipped + counts.broken;
        let source = plimsoll::source::Source::new("x", text.strip_prefix('\u{feff}').unwrap_or(&text));
        let documents = source.documents().into_iter().filter(|raw| {
            let body = raw.span.text(&source.text);
            body.lines().any(|l| !l.trim().is_empty() && !l.starts_with("---") && !l.trim().starts_with('#'))
        });
        assert!(told >= documents.count().max(1) || told_as_null(&source), "{counts:?}\n{text}");
        for f in &outcomes.findings {
            assert!(f.region.start.offset <= f.region.end.offset && f.region.end.offset <= text.len(), "{f:?}\n{text}");
        }
        for u in outcomes.coverage.unread() {
            assert!(u.outcome != Outcome::Linted && !u.reason.is_empty());
        }
    }
}

/// A document that is null has nothing that could be judged, and is not counted beside others.
fn told_as_null(source: &plimsoll::source::Source) -> bool {
    source.documents().iter().any(|raw| {
        plimsoll::yaml::parse(&source.text, raw.span).is_ok_and(|t| t.kind(t.root()) == plimsoll::yaml::Kind::Null)
    })
}
