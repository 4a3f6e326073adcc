//! A soak of `plimsoll serve`: `cargo bench --bench serve`, or with another number of reviews behind `--`.
//! Clients with TLS and connections that they keep send reviews one after another; what is told is their rate, how long they
//! wait, and the server's memory after the first tenth and at the end, which are to be alike.

#[allow(dead_code, clippy::unwrap_used, reason = "it is the client of the tests, which use all of it")]
#[path = "../tests/it/serve/client.rs"]
mod client;

use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::ClientConfig;

/// Reviews that are sent, unless another number is asked for.
const REVIEWS: usize = 100_000;
/// Connections at a time: as an API server has them that is busy.
const CLIENTS: usize = 8;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> Result<()> {
    let number = std::env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(REVIEWS);
    let folder = std::env::temp_dir().join(format!("plimsoll-soak-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let authority = client::Authority::new();
    let (certificate, key) = authority.certificate(2100);
    fs::write(folder.join("tls.crt"), certificate)?;
    fs::write(folder.join("tls.key"), key)?;
    let mut server = start(&folder)?;
    let result = soak(&mut server, &authority.trust(), number);
    server.kill()?;
    server.wait()?;
    fs::remove_dir_all(&folder)?;
    result
}

fn start(folder: &Path) -> Result<Child> {
    let arguments = "serve --no-config --listen 127.0.0.1:0 --tls-cert tls.crt --tls-key tls.key --fail-on high";
    let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
    Ok(command.args(arguments.split(' ')).current_dir(folder).stderr(Stdio::piped()).spawn()?)
}

fn soak(server: &mut Child, trust: &Arc<ClientConfig>, number: usize) -> Result<()> {
    let stderr = server.stderr.take().ok_or("no log")?;
    let mut lines = BufReader::new(stderr).lines();
    let mut told = lines.by_ref().map_while(io::Result::ok);
    let address = told.find_map(|l| l.split_once("https://").and_then(|(_, at)| at.parse().ok()));
    let address: SocketAddr = address.ok_or("the server did not start")?;
    // Somebody has to read what it says of refusals.
    std::thread::spawn(move || lines.map_while(io::Result::ok).for_each(drop));
    let bodies = bodies()?;
    let mut out = io::stdout();
    let warm = send(address, trust, &bodies, number / 10)?;
    let before = memory(server.id());
    let begun = Instant::now();
    let mut run = send(address, trust, &bodies, number - number / 10)?;
    let took = begun.elapsed();
    run.waits.sort_unstable();
    let at =
        |share: usize| run.waits.get(run.waits.len().saturating_sub(1) * share / 1000).copied().unwrap_or_default();
    writeln!(out, "{number} reviews of {} kinds by {CLIENTS} clients over TLS", bodies.len())?;
    writeln!(out, "rate      {} a second", run.waits.len() as u128 * 1000 / took.as_millis().max(1))?;
    writeln!(out, "wait      p50 {:?}, p99 {:?}, p99.9 {:?}, longest {:?}", at(500), at(990), at(999), at(1000))?;
    let resident = |kib: Option<u64>| kib.map_or_else(|| "unknown".to_owned(), |kib| format!("{kib} KiB"));
    writeln!(out, "memory    {} after a tenth, {} at the end", resident(before), resident(memory(server.id())))?;
    writeln!(out, "refused   {}", warm.refused + run.refused)?;
    writeln!(out, "errors    {}", warm.errors + run.errors)?;
    if warm.errors + run.errors > 0 { Err("not every review was answered".into()) } else { Ok(()) }
}

/// Reviews as API servers send them, and one that is read at once.
fn bodies() -> Result<Vec<Vec<u8>>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/admit");
    let mut files: Vec<_> = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
    files.retain(|path| path.extension().is_some_and(|e| e == "json"));
    files.sort();
    let mut bodies: Vec<_> = files.iter().map(fs::read).collect::<io::Result<_>>()?;
    bodies.push(client::review("x", true));
    Ok(bodies)
}

#[derive(Default)]
struct Sent {
    waits: Vec<Duration>,
    refused: usize,
    errors: usize,
}

fn send(address: SocketAddr, trust: &Arc<ClientConfig>, bodies: &[Vec<u8>], number: usize) -> Result<Sent> {
    std::thread::scope(|scope| {
        let each = |client: usize| {
            let share = number / CLIENTS + usize::from(client < number % CLIENTS);
            scope.spawn(move || one(address, trust, bodies, share).map_err(|error| error.to_string()))
        };
        let clients: Vec<_> = (0..CLIENTS).map(each).collect();
        let mut all = Sent::default();
        for client in clients {
            let sent = client.join().map_err(|_| "a client panicked")??;
            all.waits.extend(sent.waits);
            all.refused += sent.refused;
            all.errors += sent.errors;
        }
        Ok(all)
    })
}

fn one(address: SocketAddr, trust: &Arc<ClientConfig>, bodies: &[Vec<u8>], share: usize) -> io::Result<Sent> {
    let mut connection = client::tls(address, trust, client::NAME)?;
    let mut sent = Sent { waits: Vec::with_capacity(share), ..Sent::default() };
    for body in bodies.iter().cycle().take(share) {
        let begun = Instant::now();
        let reply = connection.review("/validate", body)?;
        sent.waits.push(begun.elapsed());
        let says = |what: &[u8]| reply.body.windows(what.len()).any(|part| part == what);
        sent.refused += usize::from(says(b"\"allowed\":false"));
        sent.errors += usize::from(reply.status != 200 || says(b"\"unreadable\""));
    }
    Ok(sent)
}

/// What a process holds in memory, where the system tells.
fn memory(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    status.lines().find_map(|l| l.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB")?.parse().ok())
}
