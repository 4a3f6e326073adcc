//! Why a client was turned away: what it is counted as, what it is answered, and in which words.

use hyper::StatusCode;

/// Why a client was turned away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    /// No TLS came about: not ours, another name expected, no certificate yet, cut off.
    Handshake,
    /// The handshake took too long.
    HandshakeTimeout,
    /// There were too many connections, and this one had kept us waiting for the longest.
    Connections,
    /// No head of a request came in time.
    HeadTimeout,
    /// What came was no HTTP.
    Malformed,
    /// The client went away in the midst of a request.
    CutOff,
    /// Nothing is served at this path.
    Path,
    /// Not by this method.
    Method,
    /// A review is JSON.
    ContentType,
    /// The body is longer than is read.
    TooLarge,
    /// The body did not come in time.
    RequestTimeout,
    /// Other bodies fill the memory that there is for them.
    Memory,
    /// It could not be judged in time, or not at all.
    Judging,
}

impl Cause {
    /// All of them, in the order of their declaration.
    pub(super) const ALL: [Self; 13] = [
        Self::Handshake,
        Self::HandshakeTimeout,
        Self::Connections,
        Self::HeadTimeout,
        Self::Malformed,
        Self::CutOff,
        Self::Path,
        Self::Method,
        Self::ContentType,
        Self::TooLarge,
        Self::RequestTimeout,
        Self::Memory,
        Self::Judging,
    ];

    /// The label of the metric.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Handshake => "handshake",
            Self::HandshakeTimeout => "handshake_timeout",
            Self::Connections => "connections",
            Self::HeadTimeout => "head_timeout",
            Self::Malformed => "malformed",
            Self::CutOff => "cut_off",
            Self::Path => "path",
            Self::Method => "method",
            Self::ContentType => "content_type",
            Self::TooLarge => "too_large",
            Self::RequestTimeout => "request_timeout",
            Self::Memory => "memory",
            Self::Judging => "judging",
        }
    }

    /// The answer and its words, where the client is still there to be told.
    pub(super) fn answer(self) -> (StatusCode, &'static str) {
        match self {
            Self::Path => (StatusCode::NOT_FOUND, "nothing is served at this path\n"),
            Self::Method => (StatusCode::METHOD_NOT_ALLOWED, "this path is not served by this method\n"),
            Self::ContentType => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "a review is sent as application/json\n"),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "the review is longer than --max-body\n"),
            Self::HeadTimeout | Self::RequestTimeout => {
                (StatusCode::REQUEST_TIMEOUT, "the request did not come in time\n")
            }
            Self::Memory => (StatusCode::SERVICE_UNAVAILABLE, "too many reviews at once\n"),
            Self::Judging => (StatusCode::SERVICE_UNAVAILABLE, "the review was not judged in time\n"),
            Self::Handshake | Self::HandshakeTimeout | Self::Connections | Self::Malformed | Self::CutOff => {
                (StatusCode::BAD_REQUEST, "no request that could be read\n")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Cause;

    #[test]
    fn counters_are_found_by_their_place() {
        for (i, cause) in Cause::ALL.into_iter().enumerate() {
            assert_eq!(cause as usize, i);
        }
    }
}
