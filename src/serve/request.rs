//! One request: where it goes, what is read of it, and how it is judged without holding anybody up.

use std::sync::Arc;

use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Bytes, Incoming};
use hyper::header::{ALLOW, CONNECTION, CONTENT_ENCODING, CONTENT_TYPE, EXPECT, HeaderMap, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, timeout};

use super::cause::Cause;
use super::room::{Phase, Watch};
use super::{Asked, Server, log};
use crate::admission::{Answer, Outcome};

/// What a port is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Port {
    /// Reviews, and health where it has no port of its own.
    Reviews { health: bool },
    /// Health and metrics.
    Health,
}

const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");
const METRICS: HeaderValue = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// How much longer than allowed a body may be and still be read to its end, so that its sender hears why it is refused.
const PATIENCE: usize = 4;

/// Answers a request, and says to whoever watches the connection how far it is.
pub(super) async fn answer(
    server: &Arc<Server>,
    request: Request<Incoming>,
    port: Port,
    watch: &Watch,
) -> Response<Full<Bytes>> {
    watch.set(Phase::Body);
    let allow = if Asked::ALL.iter().any(|a| server.path(*a) == request.uri().path()) { "POST" } else { "GET, HEAD" };
    let response = match route(server, &request, port) {
        Ok(Route::Ready) => Ok(health(server)),
        Ok(Route::Live) => Ok(text(StatusCode::OK, "ok\n")),
        Ok(Route::Metrics) => Ok(respond(StatusCode::OK, METRICS, server.metrics())),
        Ok(Route::Review(asked)) => match timeout(server.limits.request, review(server, request, asked, watch)).await {
            Ok(answered) => answered,
            Err(_) if watch.phase() == Phase::Judging => Err(Cause::Judging),
            Err(_) => Err(Cause::RequestTimeout),
        },
        Err(cause) => Err(cause),
    };
    let response = response.unwrap_or_else(|cause| {
        server.metrics.reject(cause);
        refusal(cause, allow)
    });
    watch.set(Phase::Idle);
    response
}

enum Route {
    Live,
    Ready,
    Metrics,
    Review(Asked),
}

fn route(server: &Server, request: &Request<Incoming>, port: Port) -> Result<Route, Cause> {
    let path = request.uri().path();
    let asked = Asked::ALL.into_iter().find(|asked| server.path(*asked) == path);
    let route = match (path, asked) {
        ("/healthz", _) if port != (Port::Reviews { health: false }) => Route::Live,
        ("/readyz", _) if port != (Port::Reviews { health: false }) => Route::Ready,
        ("/metrics", _) if port != (Port::Reviews { health: false }) => Route::Metrics,
        (_, Some(asked)) if port != Port::Health => Route::Review(asked),
        _ => return Err(Cause::Path),
    };
    match (&route, request.method()) {
        (Route::Review(_), &Method::POST) => media(request.headers()).map(|()| route),
        (Route::Live | Route::Ready | Route::Metrics, &Method::GET | &Method::HEAD) => Ok(route),
        _ => Err(Cause::Method),
    }
}

fn media(headers: &HeaderMap) -> Result<(), Cause> {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    let plain = headers.get(CONTENT_ENCODING).is_none_or(|value| value.as_bytes().eq_ignore_ascii_case(b"identity"));
    if kind.eq_ignore_ascii_case("application/json") && plain { Ok(()) } else { Err(Cause::ContentType) }
}

fn health(server: &Server) -> Response<Full<Bytes>> {
    match server.not_ready() {
        None => text(StatusCode::OK, "ok\n"),
        Some(why) => text(StatusCode::SERVICE_UNAVAILABLE, why),
    }
}

async fn review(
    server: &Arc<Server>,
    request: Request<Incoming>,
    asked: Asked,
    watch: &Watch,
) -> Result<Response<Full<Bytes>>, Cause> {
    let _in_flight = server.metrics.begin();
    let expects = request.headers().contains_key(EXPECT);
    let (body, space) = body(server, request.into_body(), expects).await?;
    watch.set(Phase::Judging);
    let read = Instant::now();
    // As many at once as there are processors; the others wait here, where waiting costs nothing.
    let turn = Arc::clone(&server.turns).acquire_owned().await.map_err(|_| Cause::Judging)?;
    let judge = Arc::clone(&server.judge);
    let judging = tokio::task::spawn_blocking(move || {
        let _held = (turn, space);
        let answer = judge(asked, &body);
        if let Some(line) = said(&answer) {
            log(&line);
        }
        answer
    });
    let answer = judging.await.map_err(|_| Cause::Judging)?;
    server.metrics.review(asked, &answer, read.elapsed());
    // Without the uid of its request the API server takes no answer, and shows nobody the reason.
    let status = if answer.uid.is_empty() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    Ok(respond(status, JSON, answer.body))
}

/// What the log says of an answer: what was refused, and by which rules.
fn said(answer: &Answer) -> Option<String> {
    match answer.outcome {
        Outcome::Allowed | Outcome::Warned => None,
        Outcome::Refused => {
            let rules: Vec<_> = answer.findings.keys().copied().collect();
            Some(format!("refused: {} (review {}): {}", answer.about, answer.uid, rules.join(", ")))
        }
        Outcome::Unreadable => {
            let uid = if answer.uid.is_empty() { "without uid" } else { &answer.uid };
            Some(format!("refused unread: review {uid}: {}", answer.reason.as_deref().unwrap_or_default()))
        }
    }
}

/// The whole body, and what keeps its place in memory.
async fn body(
    server: &Server,
    mut incoming: Incoming,
    expects: bool,
) -> Result<(Vec<u8>, Option<OwnedSemaphorePermit>), Cause> {
    let limit = server.limits.body;
    let announced = usize::try_from(incoming.size_hint().lower()).unwrap_or(usize::MAX);
    // Who waits to be told to go on, or goes on for too long, hears of it at once.
    if announced > limit && (expects || announced / PATIENCE > limit) {
        return Err(Cause::TooLarge);
    }
    let (mut bytes, mut space, mut length) = (Vec::new(), None::<OwnedSemaphorePermit>, 0_usize);
    while let Some(frame) = incoming.frame().await {
        let Ok(data) = frame.map_err(|_| Cause::CutOff)?.into_data() else { continue };
        length = length.saturating_add(data.len());
        if length > limit {
            (bytes, space) = (Vec::new(), None);
            if length / PATIENCE > limit {
                break;
            }
            continue;
        }
        let more = u32::try_from(data.len()).map_err(|_| Cause::TooLarge)?;
        let more = Arc::clone(&server.space).try_acquire_many_owned(more).map_err(|_| Cause::Memory)?;
        match &mut space {
            Some(space) => space.merge(more),
            None => space = Some(more),
        }
        bytes.extend_from_slice(&data);
    }
    if length > limit { Err(Cause::TooLarge) } else { Ok((bytes, space)) }
}

fn text(status: StatusCode, what: &'static str) -> Response<Full<Bytes>> {
    respond(status, TEXT, what)
}

fn refusal(cause: Cause, allow: &'static str) -> Response<Full<Bytes>> {
    let (status, what) = cause.answer();
    let mut response = text(status, what);
    match cause {
        Cause::Method => {
            response.headers_mut().insert(ALLOW, HeaderValue::from_static(allow));
        }
        // What is left of the request would be taken for the next one.
        Cause::TooLarge | Cause::RequestTimeout | Cause::Memory | Cause::CutOff => {
            response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
        _ => {}
    }
    response
}

fn respond(status: StatusCode, kind: HeaderValue, body: impl Into<Bytes>) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body.into()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}
