//! Each stage of the line by itself, in bytes of manifest per second: `cargo bench --bench stages`.
//! The first is the floor: granit-parser's events over the same bytes, with nothing done about them.

mod corpus;

use std::hint::black_box;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use clap::ValueEnum;
use divan::Bencher;
use divan::counter::BytesCount;
use plimsoll::admission::Reviewer;
use plimsoll::config::Settings;
use plimsoll::discover::Input;
use plimsoll::engine::{self, Outcomes};
use plimsoll::k8s;
use plimsoll::policy::{Request, Target, namespaces, vap};
use plimsoll::report::{self, Format, Options};
use plimsoll::yaml::{self, Tree, emit};

fn main() {
    divan::main();
}

static FILES: LazyLock<Vec<corpus::File>> = LazyLock::new(|| corpus::files(5 << 20));
static TREES: LazyLock<Vec<Tree<'static>>> = LazyLock::new(|| {
    let parse =
        |text: &'static str| yaml::documents(text).into_iter().filter_map(|raw| yaml::parse(text, raw.span).ok());
    FILES.iter().flat_map(|f| parse(&f.text)).collect()
});
static OUTCOMES: LazyLock<Outcomes> = LazyLock::new(|| engine::run(inputs(), &Settings::default(), true));

fn inputs() -> Vec<Input> {
    FILES.iter().map(|f| Input::Text(Arc::from(f.path.as_str()), f.text.clone().into_bytes())).collect()
}

fn bytes() -> BytesCount {
    BytesCount::new(corpus::size(&FILES))
}

#[divan::bench]
fn a_bare_events(bencher: Bencher) {
    bencher.counter(bytes()).bench(|| FILES.iter().map(|f| corpus::events(&f.text)).sum::<usize>());
}

#[divan::bench]
fn b_split(bencher: Bencher) {
    bencher.counter(bytes()).bench(|| FILES.iter().map(|f| yaml::documents(&f.text).len()).sum::<usize>());
}

#[divan::bench]
fn c_split_and_tree(bencher: Bencher) {
    bencher.counter(bytes()).bench(|| {
        for file in FILES.iter() {
            for raw in yaml::documents(&file.text) {
                black_box(yaml::parse(&file.text, raw.span).is_ok());
            }
        }
    });
}

#[divan::bench]
fn d_objects_and_pods(bencher: Bencher) {
    LazyLock::force(&TREES);
    bencher.counter(bytes()).bench(|| {
        let objects = TREES.iter().flat_map(|tree| k8s::objects(tree));
        objects.map(|object| k8s::pods(object).len()).sum::<usize>()
    });
}

#[divan::bench]
fn e_objects_pods_and_rules(bencher: Bencher) {
    LazyLock::force(&TREES);
    let settings = Settings::default();
    bencher.counter(bytes()).bench(|| engine::judge(TREES.iter(), &settings).len());
}

/// Everything between the texts and the sorted findings.
#[divan::bench(args = [1, 2])]
fn f_engine(bencher: Bencher, threads: usize) {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
    let settings = Settings::default();
    bencher
        .counter(bytes())
        .with_inputs(inputs)
        .bench_values(|inputs| pool.install(|| engine::run(inputs, &settings, false).findings.len()));
}

/// The engine where every file has a suppression, told to show everything or to obey.
#[divan::bench(args = [false, true])]
fn g_suppressions(bencher: Bencher, suppressions: bool) {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("threads");
    let settings = Settings { suppressions, ..Settings::default() };
    let suppressed = |file: &corpus::File| {
        let first = file.text.find("image: ").and_then(|at| Some(at + file.text[at..].find('\n')?));
        let (before, after) = file.text.split_at(first.unwrap_or_default());
        let comment = if first.is_some() { " # plimsoll: ignore[image-digest] measured" } else { "" };
        Input::Text(Arc::from(file.path.as_str()), format!("{before}{comment}{after}").into_bytes())
    };
    bencher
        .counter(bytes())
        .with_inputs(|| FILES.iter().map(suppressed).collect())
        .bench_values(|inputs| pool.install(|| engine::run(inputs, &settings, false).findings.len()));
}

/// Each format over the findings of the whole corpus, still in bytes of manifest.
#[divan::bench(args = Format::value_variants().iter().copied())]
fn h_format(bencher: Bencher, format: Format) {
    LazyLock::force(&OUTCOMES);
    let options = Options::default();
    bencher.counter(bytes()).bench(|| {
        let mut out = Vec::new();
        report::write(format, &OUTCOMES, &options, &mut out).map(|()| out.len())
    });
}

/// One review, from its bytes to those of the answer, told to find or to mend.
#[divan::bench(args = ["pod-privileged", "pod-restricted", "deployment-update"], consts = [false, true])]
fn i_review<const MUTATE: bool>(bencher: Bencher, name: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("fixtures/admit/{name}.json"));
    let review = std::fs::read(path).expect("the fixture is there");
    let reviewer = Reviewer::new(Settings { fail_on: None, ..Settings::default() }).mutating(MUTATE);
    bencher.counter(BytesCount::new(review.len())).bench(|| reviewer.review(&review).body.len());
}

/// Every policy that a cluster can have of the rules, as text.
#[divan::bench]
fn j_policies(bencher: Bencher) {
    let request = Request {
        target: Target { settings: Settings::default(), params: None },
        enforce_at: None,
        excluded: namespaces::own(),
        exceptions: Vec::new(),
        reported: None,
    };
    let write = || {
        let mut out = Vec::new();
        for document in vap::documents(&request) {
            emit::document(&document, &mut out).expect("memory takes what is written");
        }
        out.len()
    };
    bencher.counter(BytesCount::new(write())).bench(write);
}
