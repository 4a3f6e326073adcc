//! One connection from its acceptance to its end, whichever of the two sides ends it.

use std::convert::Infallible;
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use super::cause::Cause;
use super::request::{self, Port};
use super::room::{End, Phase, Room, Seat, Watch};
use super::{Server, Stage};

/// The longest head of a request that is read.
const LONGEST_HEAD: usize = 64 << 10;

/// Told to a client whose request did not begin in time: it has no place in hyper, which knows of no request yet.
const LATE: &[u8] = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";

/// Takes connections until the server stops.
pub(super) async fn accept(
    server: Arc<Server>,
    listener: TcpListener,
    room: Arc<Room>,
    port: Port,
    tls: Option<TlsAcceptor>,
    mut stage: watch::Receiver<Stage>,
) {
    let phase = if tls.is_some() { Phase::Handshake } else { Phase::Idle };
    loop {
        let accepted = tokio::select! {
            _ = stage.wait_for(|stage| *stage == Stage::Stopping) => return,
            accepted = listener.accept() => accepted,
        };
        let Ok((stream, _)) = accepted else {
            // Out of file descriptors, most likely: they come back as connections end.
            server.metrics.reject(Cause::Connections);
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let Some(seat) = room.enter(phase) else {
            server.metrics.reject(Cause::Connections);
            continue;
        };
        // An answer is one small packet, and is not waited with.
        let _ = stream.set_nodelay(true);
        tokio::spawn(connection(Arc::clone(&server), stream, seat, port, tls.clone(), stage.clone()));
    }
}

async fn connection(
    server: Arc<Server>,
    stream: TcpStream,
    seat: Seat,
    port: Port,
    tls: Option<TlsAcceptor>,
    stage: watch::Receiver<Stage>,
) {
    let watch = &seat.watch;
    let Some(tls) = tls else { return requests(&server, stream, watch, port, stage).await };
    let stream = tokio::select! {
        agreed = tls.accept(stream) => agreed.map_err(|_| End::For(Cause::Handshake)),
        end = watch.overstayed(&server.limits) => Err(end),
    };
    match stream {
        Ok(stream) => {
            watch.set(Phase::Idle);
            requests(&server, stream, watch, port, stage).await;
        }
        Err(End::For(cause)) => server.metrics.reject(cause),
        Err(End::Idle) => {}
    }
}

/// Requests, one after another.
async fn requests<S: AsyncRead + AsyncWrite + Unpin>(
    server: &Arc<Server>,
    stream: S,
    watch: &Arc<Watch>,
    port: Port,
    mut stage: watch::Receiver<Stage>,
) {
    let service =
        service_fn(|request| async move { Ok::<_, Infallible>(request::answer(server, request, port, watch).await) });
    let io = TokioIo::new(Watched { stream, watch: Arc::clone(watch) });
    let mut connection = http1::Builder::new().max_buf_size(LONGEST_HEAD).serve_connection(io, service);
    let mut stopping = false;
    let end = loop {
        let mut connection = Pin::new(&mut connection);
        tokio::select! {
            done = connection.as_mut() => {
                return done.err().and_then(|error| cause(&error)).into_iter().for_each(|c| server.metrics.reject(c));
            }
            end = watch.overstayed(&server.limits) => break end,
            _ = stage.wait_for(|stage| *stage == Stage::Stopping), if !stopping => {
                stopping = true;
                watch.hurry();
                connection.graceful_shutdown();
            }
        }
    };
    if let End::For(cause) = end {
        server.metrics.reject(cause);
        if cause == Cause::HeadTimeout {
            let mut stream = connection.into_parts().io.into_inner().stream;
            let farewell = pin!(async { stream.write_all(LATE).await.and(stream.shutdown().await) });
            let _ = timeout(Duration::from_secs(1), farewell).await;
        }
    }
}

/// What an error of hyper is counted as; `None` for what clients may well do.
fn cause(error: &hyper::Error) -> Option<Cause> {
    if error.is_parse() {
        Some(Cause::Malformed)
    } else if error.is_incomplete_message() {
        Some(Cause::CutOff)
    } else {
        None
    }
}

/// A stream that tells when something comes in.
struct Watched<S> {
    stream: S,
    watch: Arc<Watch>,
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if buffer.filled().len() > before {
            self.watch.begins();
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }
}
