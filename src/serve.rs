//! An admission webhook over HTTPS. Connections are tokio's and hyper's; each review is judged on a pool of as many threads
//! as there are processors. Nothing that a client sends, or does not send, holds up another.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::server::NoServerSessionStorage;
use tokio_rustls::rustls::{self, ServerConfig};

mod cause;
mod certificate;
mod connection;
mod metrics;
mod request;
mod room;

use self::certificate::Store;
use self::metrics::{Gauges, Metrics};
use self::request::Port;
use self::room::Room;
use crate::admission::Answer;
use crate::date;
use crate::report::text::clean;

/// Where to serve, and with what.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where reviews come in, over HTTPS.
    pub listen: SocketAddr,
    /// Where health and metrics are served over HTTP; otherwise they are beside the reviews.
    pub health: Option<SocketAddr>,
    /// The file of the certificate and those that it hangs on, in PEM.
    pub certificate: PathBuf,
    /// The file of its key, in PEM.
    pub key: PathBuf,
    /// The paths, in the order of `Asked::ALL`.
    pub paths: [String; Asked::ALL.len()],
    /// How far clients may go.
    pub limits: Limits,
}

/// How far clients may go, and how long a stop takes.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes of a review.
    pub body: usize,
    /// Connections at a time.
    pub connections: usize,
    /// For TLS to be agreed on.
    pub handshake: Duration,
    /// For the head of a request.
    pub head: Duration,
    /// For its body, and for the answer.
    pub request: Duration,
    /// For nothing at all on a connection.
    pub idle: Duration,
    /// From being told to stop until nothing new is taken.
    pub drain: Duration,
    /// From then on until what is open is cut off.
    pub stop: Duration,
}

/// What a review is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Whether the object is let in.
    Validate,
    /// What would be changed on it first.
    Mutate,
}

impl Asked {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Validate, Self::Mutate];

    fn name(self) -> &'static str {
        match self {
            Self::Validate => "validate",
            Self::Mutate => "mutate",
        }
    }
}

/// Judges the body of a review.
pub type Judge = dyn Fn(Asked, &[u8]) -> Answer + Send + Sync;

/// How far the server's life has gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Everything is served.
    Serving,
    /// Nothing new is taken.
    Stopping,
}

/// The files of the certificate are looked at this often: a Secret takes about a minute to reach its volume.
const LOOK: Duration = Duration::from_secs(2);
/// Connections that health may have at a time, where it has a port of its own.
const HEALTH: usize = 32;
/// The memory that bodies may take before they are refused, in bytes; four of the longest in any case.
const SPACE: usize = 64 << 20;

struct Server {
    paths: [String; Asked::ALL.len()],
    limits: Limits,
    judge: Arc<Judge>,
    metrics: Metrics,
    store: Arc<Store>,
    room: Arc<Room>,
    turns: Arc<Semaphore>,
    space: Arc<Semaphore>,
    stopping: AtomicBool,
}

impl Server {
    fn path(&self, asked: Asked) -> &str {
        &self.paths[asked as usize]
    }

    /// Why nothing should be sent here.
    fn not_ready(&self) -> Option<&'static str> {
        if self.stopping.load(Ordering::Acquire) {
            return Some("stopping\n");
        }
        (!self.store.is_loaded()).then_some("there is no certificate yet\n")
    }

    fn metrics(&self) -> String {
        let (connections, not_after) = (self.room.len(), self.store.not_after());
        self.metrics.text(&Gauges { connections, not_after, ready: self.not_ready().is_none() })
    }

    /// Looks at the files of the certificate, and says what is new.
    fn look(&self) {
        let Some(looked) = self.store.look() else { return };
        self.metrics.reload(looked.is_ok());
        match looked {
            Ok(not_after) => log(&format!("certificate loaded, {}", holds(not_after))),
            Err(why) if self.store.is_loaded() => log(&format!("certificate kept, as the new one is of no use: {why}")),
            Err(why) => log(&format!("not ready, as there is no certificate: {why}")),
        }
    }
}

/// Serves until a signal says to stop. An error says why it could not begin.
pub fn run(options: Options, judge: Arc<Judge>) -> Result<(), String> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(threads)
        .max_blocking_threads(threads + 1)
        .thread_name("plimsoll-serve")
        .enable_all()
        .build()
        .map_err(|error| format!("cannot start threads: {error}"))?;
    let result = runtime.block_on(serve(options, judge, threads));
    // What is still being judged has nobody to be told.
    runtime.shutdown_background();
    result
}

async fn serve(options: Options, judge: Arc<Judge>, threads: usize) -> Result<(), String> {
    let mut signals = Signals::new().map_err(|error| format!("cannot listen for signals: {error}"))?;
    let listener = listen(options.listen).await?;
    let health = match options.health {
        Some(address) => Some(listen(address).await?),
        None => None,
    };
    let Options { paths, limits, certificate, key, .. } = options;
    let server = Arc::new(Server {
        room: Room::new(limits.connections),
        turns: Arc::new(Semaphore::new(threads)),
        space: Arc::new(Semaphore::new(SPACE.max(limits.body.saturating_mul(4)).min(Semaphore::MAX_PERMITS))),
        store: Arc::new(Store::new(certificate, key)),
        metrics: Metrics::new(),
        stopping: AtomicBool::new(false),
        paths,
        limits,
        judge,
    });
    server.look();
    let tls = TlsAcceptor::from(Arc::new(tls(Arc::clone(&server.store))?));
    let looker = Arc::clone(&server);
    std::thread::spawn(move || {
        loop {
            std::thread::sleep(LOOK);
            looker.look();
        }
    });
    log(&format!("serving reviews at https://{}", address(&listener)));
    let (stage, stages) = watch::channel(Stage::Serving);
    let port = Port::Reviews { health: health.is_none() };
    let room = Arc::clone(&server.room);
    tokio::spawn(connection::accept(Arc::clone(&server), listener, room, port, Some(tls), stages.clone()));
    if let Some(listener) = health {
        log(&format!("serving health and metrics at http://{}", address(&listener)));
        let room = Room::new(HEALTH);
        tokio::spawn(connection::accept(Arc::clone(&server), listener, room, Port::Health, None, stages));
    } else {
        drop(stages);
    }
    let signal = signals.next().await;
    server.stopping.store(true, Ordering::Release);
    log(&format!("{signal}: no longer ready"));
    stop(&server, &stage, &mut signals).await;
    Ok(())
}

/// Gives everybody time to hear of it, then lets those finish who have asked. A second signal hurries.
async fn stop(server: &Server, stage: &watch::Sender<Stage>, signals: &mut Signals) {
    let _ = timeout(server.limits.drain, signals.next()).await;
    stage.send_replace(Stage::Stopping);
    tokio::select! {
        // Each connection holds one end of this channel.
        () = stage.closed() => log("stopped"),
        () = tokio::time::sleep(server.limits.stop) => log("stopped, with requests cut off that took too long"),
        _ = signals.next() => log("stopped at once, as asked for"),
    }
}

async fn listen(address: SocketAddr) -> Result<TcpListener, String> {
    TcpListener::bind(address).await.map_err(|error| format!("cannot listen at {address}: {error}"))
}

fn address(listener: &TcpListener) -> String {
    listener.local_addr().map_or_else(|error| error.to_string(), |address| address.to_string())
}

fn tls(store: Arc<Store>) -> Result<ServerConfig, String> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_protocol_versions(&[&rustls::version::TLS13]);
    let config = config.map_err(|error| format!("TLS: {error}"))?;
    let mut config = config.with_no_client_auth().with_cert_resolver(store);
    // Nobody resumes: an API server does not ask for it, and others would not see a new certificate.
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// What a certificate says of its time.
fn holds(not_after: Option<i64>) -> String {
    let Some(second) = not_after else { return "of no known end".to_owned() };
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let expired = u64::try_from(second).is_ok_and(|second| second < now);
    let date = date::date_time(second.clamp(0, date::LAST));
    if expired { format!("which EXPIRED at {date}: no API server takes it") } else { format!("good until {date}") }
}

/// One line of the log, whatever a client had a hand in.
fn log(what: &str) {
    // A log that nobody reads stops nothing.
    let _ = io::stderr().write_all(format!("plimsoll: {}\n", clean(what)).as_bytes());
}

/// SIGTERM and SIGINT, or what the system has in their place.
#[cfg(unix)]
struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    #[allow(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
    fn new() -> io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) -> &'static str {
        let _ = tokio::signal::ctrl_c().await;
        "Ctrl-C"
    }
}
