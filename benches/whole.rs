//! Whole processes, as a user or CI starts them: `cargo bench --bench whole`.
//! Prints CPU time and peak memory, and the ratio to a bare event parse of the same bytes.
//! Where the shared corpora are at hand (`PLIMSOLL_SHARED`, else beside the repository), real manifests are measured too.

mod corpus;

use std::fmt::Write as _;
use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use wait4::Wait4;

/// Of several runs the fastest counts: the others met other work on the machine.
const RUNS: usize = 7;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> Result<()> {
    let mut args = std::env::args().skip(1);
    // This program starts itself anew for the bare parse, so that both sides are fresh processes.
    if args.next().as_deref() == Some("--bare") {
        return bare(Path::new(&args.next().unwrap_or_default()));
    }
    let scratch = std::env::temp_dir().join(format!("plimsoll-bench-{}", std::process::id()));
    fs::create_dir_all(&scratch)?;
    let measured = measure(&scratch);
    fs::remove_dir_all(&scratch)?;
    measured
}

fn measure(scratch: &Path) -> Result<()> {
    let mut out = io::stdout();
    // Small things first: a child's peak counts what this process held when it started the child.
    let small = scratch.join("small.yaml");
    fs::write(&small, corpus::pod(1))?;
    show("--help", &fastest(&["--help"], 1)?, &mut out)?;
    show("one small file", &fastest(&["lint".as_ref(), small.as_os_str()], 1)?, &mut out)?;
    let (large, pods) = (scratch.join("large.yaml"), scratch.join("findings.yaml"));
    write_pods(&pods, 1000)?;
    let run = fastest(&["lint".as_ref(), "--format".as_ref(), "human".as_ref(), pods.as_os_str()], 2)?;
    show(&format!("{} lines for people about 1000 pods", run.lines), &run, &mut out)?;
    let bytes = write_pods(&large, 100_000)?;
    let run = fastest(&["lint".as_ref(), "--format".as_ref(), "concise".as_ref(), large.as_os_str()], 2)?;
    let what = format!("100,000 documents, {} MB in one file, {} lines", bytes / 1_000_000, run.lines);
    show(&what, &run, &mut out)?;
    let made = scratch.join("made");
    corpus::write(&corpus::files(10 << 20), &made)?;
    ratio("made corpus", &made, &mut out)?;
    fixes("made corpus", &made, &scratch.join("copy"), &mut out)?;
    baseline("made corpus", &made, &scratch.join("made.json"), &mut out)?;
    let shared = std::env::var_os("PLIMSOLL_SHARED").unwrap_or("../shared".into());
    let real = Path::new(&shared).join("corpora/real");
    if real.exists() {
        ratio("real corpus", &real, &mut out)?;
        fixes("real corpus", &real, &scratch.join("real"), &mut out)?;
        baseline("real corpus", &real, &scratch.join("real.json"), &mut out)?;
    } else {
        writeln!(out, "real corpus: skipped, {} is not at hand", real.display())?;
    }
    Ok(())
}

/// Whole run and bare parse over one folder.
fn ratio(name: &str, folder: &Path, out: &mut impl Write) -> Result<()> {
    let bare = (0..RUNS).map(|_| bare_time(folder)).collect::<Result<Vec<_>>>()?.into_iter().min().unwrap_or_default();
    writeln!(out, "{name}: bare event parse {bare:.0?}")?;
    let arguments = ["lint".as_ref(), "--format".as_ref(), "concise".as_ref(), folder.as_os_str()];
    let mut one = Duration::ZERO;
    for threads in [1, 2] {
        let run = fastest(&arguments, threads)?;
        let mut line = format!("{name}, {threads} threads, {:.2} × the bare parse", run.wall.div_duration_f64(bare));
        if threads == 1 {
            one = run.wall;
        } else {
            let _ = write!(line, ", {:.2} × as fast as one", one.div_duration_f64(run.wall));
        }
        show(&line, &run, out)?;
    }
    Ok(())
}

/// What it costs to leave out all findings of a folder by a baseline.
fn baseline(name: &str, folder: &Path, file: &Path, out: &mut impl Write) -> Result<()> {
    let alone = ["lint".as_ref(), "--format".as_ref(), "concise".as_ref(), folder.as_os_str()];
    run(&[&alone[..], &["--write-baseline".as_ref(), file.as_os_str()]].concat(), 2)?;
    let known = fs::read_to_string(file)?.lines().count();
    for threads in [1, 2] {
        let without = fastest(&alone, threads)?.wall;
        let with = fastest(&[&alone[..], &["--baseline".as_ref(), file.as_os_str()]].concat(), threads)?;
        let ratio = with.wall.div_duration_f64(without);
        show(&format!("{name}, {threads} threads, a baseline of {known} lines, {ratio:.2} × without"), &with, out)?;
    }
    Ok(())
}

/// Linting with every fix made and proved, against linting alone: no more than 2.5 times its CPU time. What is written is
/// a copy, which is linted once more.
fn fixes(name: &str, folder: &Path, copy: &Path, out: &mut impl Write) -> Result<()> {
    let cpu = |run: &Run| run.user + run.system;
    let lint = ["lint".as_ref(), "--format".as_ref(), "concise".as_ref()];
    let alone = fastest(&[&lint[..], &[folder.as_os_str()]].concat(), 1)?;
    for options in [&["--diff"][..], &["--diff", "--unsafe-fixes"], &["--fix"], &["--fix", "--unsafe-fixes"]] {
        let writes = options.contains(&"--fix");
        let options: Vec<_> = options.iter().map(std::ffi::OsStr::new).collect();
        let target = if writes { copy } else { folder };
        let arguments = [&lint[..], &options, &[target.as_os_str()]].concat();
        let once = || {
            if writes {
                let _ = fs::remove_dir_all(copy);
                copy_all(folder, copy)?;
            }
            run(&arguments, 1)
        };
        let runs = (0..RUNS).map(|_| once()).collect::<Result<Vec<_>>>()?;
        let run = runs.into_iter().min_by_key(cpu).ok_or("no run")?;
        let ratio = cpu(&run).div_duration_f64(cpu(&alone));
        let options: Vec<_> = options.iter().map(|o| o.to_string_lossy()).collect();
        show(&format!("{name}, {}, {ratio:.2} × the lint alone", options.join(" ")), &run, out)?;
    }
    Ok(())
}

fn copy_all(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (path, to) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy_all(&path, &to)?;
        } else {
            fs::copy(&path, &to)?;
        }
    }
    Ok(())
}

/// What one process took.
struct Run {
    wall: Duration,
    user: Duration,
    system: Duration,
    peak: u64,
    lines: usize,
}

fn show(what: &str, run: &Run, out: &mut impl Write) -> Result<()> {
    let (wall, user, system) = (run.wall, run.user, run.system);
    Ok(writeln!(out, "{what}: {wall:.1?} wall, {user:.1?} user, {system:.1?} system, peak {} MiB", run.peak >> 20)?)
}

fn fastest<S: AsRef<std::ffi::OsStr>>(args: &[S], threads: usize) -> Result<Run> {
    let runs = (0..RUNS).map(|_| run(args, threads)).collect::<Result<Vec<_>>>()?;
    runs.into_iter().min_by_key(|r| r.wall).ok_or_else(|| "no run".into())
}

fn run<S: AsRef<std::ffi::OsStr>>(args: &[S], threads: usize) -> Result<Run> {
    let start = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .args(args)
        .env("RAYON_NUM_THREADS", threads.to_string())
        .stdout(Stdio::piped())
        .spawn()?;
    let lines = child.stdout.take().map(count_lines).transpose()?.unwrap_or_default();
    let used = child.wait4()?;
    let wall = start.elapsed();
    if used.status.code() == Some(101) || used.status.code().is_none() {
        return Err(format!("the program fell: {}", used.status).into());
    }
    let usage = used.rusage;
    Ok(Run { wall, user: usage.utime, system: usage.stime, peak: usage.maxrss, lines })
}

fn count_lines(from: impl io::Read) -> io::Result<usize> {
    let mut from = io::BufReader::with_capacity(1 << 16, from);
    let mut lines = 0;
    loop {
        let block = io::BufRead::fill_buf(&mut from)?;
        if block.is_empty() {
            return Ok(lines);
        }
        lines += memchr::memchr_iter(b'\n', block).count();
        let read = block.len();
        io::BufRead::consume(&mut from, read);
    }
}

fn bare_time(folder: &Path) -> Result<Duration> {
    let output = Command::new(std::env::current_exe()?).arg("--bare").arg(folder).output()?;
    Ok(Duration::from_nanos(String::from_utf8(output.stdout)?.trim().parse()?))
}

/// Reads everything first, then prints how long the events alone take, in nanoseconds.
fn bare(folder: &Path) -> Result<()> {
    let inputs = plimsoll::discover::discover(&[folder.to_owned()], &plimsoll::discover::Options::default());
    let texts: Vec<_> = inputs.into_iter().filter_map(|i| i.read().ok()).map(|s| s.text).collect();
    let start = Instant::now();
    let events: usize = texts
        .iter()
        .flat_map(|t| plimsoll::yaml::documents(t).into_iter().map(|d| corpus::events(d.span.text(t))))
        .sum();
    let taken = start.elapsed();
    writeln!(io::stdout(), "{}", taken.as_nanos())?;
    if events == 0 { Err("no events".into()) } else { Ok(()) }
}

fn write_pods(path: &Path, count: usize) -> Result<usize> {
    let mut out = BufWriter::new(fs::File::create(path)?);
    let mut bytes = 0;
    for number in 0..count {
        let text = corpus::pod(number);
        bytes += text.len() + 4;
        writeln!(out, "{text}---")?;
    }
    out.flush()?;
    Ok(bytes)
}
