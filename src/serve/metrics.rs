//! What the server counts, and the text in which Prometheus reads it.

use std::fmt::{Display, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::Asked;
use super::cause::Cause;
use crate::admission::{Answer, Outcome};
use crate::rules;

/// Upper bounds of the histogram's buckets, in microseconds: a review takes less than one millisecond.
const BUCKETS: [u64; 12] =
    [250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 500_000, 1_000_000, 5_000_000];

#[derive(Debug, Default)]
struct Counter(AtomicU64);

impl Counter {
    fn add(&self, n: u64) {
        self.0.fetch_add(n, Ordering::Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// All counters of one server.
#[derive(Debug)]
pub(super) struct Metrics {
    reviews: [[Counter; Outcome::ALL.len()]; Asked::ALL.len()],
    patched: Counter,
    findings: Vec<Counter>,
    rejected: [Counter; Cause::ALL.len()],
    reloads: [Counter; 2],
    buckets: [Counter; BUCKETS.len()],
    reviewed: Counter,
    micros: Counter,
    in_flight: Counter,
}

/// What is not counted but looked at when asked.
pub(super) struct Gauges {
    pub(super) connections: usize,
    pub(super) not_after: Option<i64>,
    pub(super) ready: bool,
}

/// A request that is being answered.
pub(super) struct InFlight<'m>(&'m Metrics);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.in_flight.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Metrics {
    pub(super) fn new() -> Self {
        Self {
            reviews: Default::default(),
            patched: Counter::default(),
            findings: rules::ALL.iter().map(|_| Counter::default()).collect(),
            rejected: Default::default(),
            reloads: Default::default(),
            buckets: Default::default(),
            reviewed: Counter::default(),
            micros: Counter::default(),
            in_flight: Counter::default(),
        }
    }

    pub(super) fn begin(&self) -> InFlight<'_> {
        self.in_flight.add(1);
        InFlight(self)
    }

    pub(super) fn review(&self, asked: Asked, answer: &Answer, took: Duration) {
        self.reviews[asked as usize][answer.outcome as usize].add(1);
        self.patched.add(u64::from(answer.changes > 0));
        for (id, &count) in &answer.findings {
            if let Ok(index) = rules::ALL.binary_search_by(|rule| rule.id.cmp(id)) {
                self.findings[index].add(count as u64);
            }
        }
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        if let Some(bucket) = BUCKETS.iter().position(|&limit| micros <= limit) {
            self.buckets[bucket].add(1);
        }
        self.reviewed.add(1);
        self.micros.add(micros);
    }

    pub(super) fn reject(&self, cause: Cause) {
        self.rejected[cause as usize].add(1);
    }

    pub(super) fn reload(&self, loaded: bool) {
        self.reloads[usize::from(!loaded)].add(1);
    }

    /// Everything, in the text format of Prometheus.
    pub(super) fn text(&self, gauges: &Gauges) -> String {
        let mut text = String::new();
        self.counts(&mut text);
        self.durations(&mut text);
        head(&mut text, "reviews_in_flight", "gauge", "Requests that are being read or answered.");
        line(&mut text, "reviews_in_flight", "", self.in_flight.get());
        head(&mut text, "connections", "gauge", "Open connections to the port that reviews come to.");
        line(&mut text, "connections", "", gauges.connections);
        head(&mut text, "ready", "gauge", "Whether /readyz says so.");
        line(&mut text, "ready", "", u8::from(gauges.ready));
        if let Some(seconds) = gauges.not_after {
            let what = "The second, counted from 1970, until which the certificate holds.";
            head(&mut text, "certificate_not_after_seconds", "gauge", what);
            line(&mut text, "certificate_not_after_seconds", "", seconds);
        }
        head(&mut text, "build_info", "gauge", "Which version this is.");
        line(&mut text, "build_info", concat!("{version=\"", env!("CARGO_PKG_VERSION"), "\"}"), 1);
        text
    }

    fn counts(&self, text: &mut String) {
        head(text, "reviews_total", "counter", "Reviews by what was asked and how it was answered.");
        for (asked, outcomes) in Asked::ALL.into_iter().zip(&self.reviews) {
            for (outcome, count) in Outcome::ALL.into_iter().zip(outcomes) {
                let labels = format!("{{asked=\"{}\",outcome=\"{}\"}}", asked.name(), outcome.name());
                line(text, "reviews_total", &labels, count.get());
            }
        }
        head(text, "patched_total", "counter", "Reviews that were answered with a patch.");
        line(text, "patched_total", "", self.patched.get());
        head(text, "findings_total", "counter", "Findings in reviews, by rule.");
        for (rule, count) in rules::ALL.iter().zip(&self.findings).filter(|(_, count)| count.get() > 0) {
            line(text, "findings_total", &format!("{{rule=\"{}\"}}", rule.id), count.get());
        }
        head(text, "rejected_total", "counter", "Connections and requests that were turned away, by cause.");
        for (cause, count) in Cause::ALL.into_iter().zip(&self.rejected) {
            line(text, "rejected_total", &format!("{{cause=\"{}\"}}", cause.name()), count.get());
        }
        head(text, "certificate_reloads_total", "counter", "Certificates that were taken up, or could not be.");
        for (result, count) in ["loaded", "failed"].into_iter().zip(&self.reloads) {
            line(text, "certificate_reloads_total", &format!("{{result=\"{result}\"}}"), count.get());
        }
    }

    fn durations(&self, text: &mut String) {
        const NAME: &str = "review_duration_seconds";
        head(text, NAME, "histogram", "From the whole review being read to its answer.");
        let mut below = 0;
        for (limit, count) in BUCKETS.into_iter().zip(&self.buckets) {
            below += count.get();
            line(text, &format!("{NAME}_bucket"), &format!("{{le=\"{}\"}}", seconds(limit)), below);
        }
        // Counted after the buckets, so never below them.
        let all = self.reviewed.get().max(below);
        line(text, &format!("{NAME}_bucket"), "{le=\"+Inf\"}", all);
        line(text, &format!("{NAME}_sum"), "", seconds(self.micros.get()));
        line(text, &format!("{NAME}_count"), "", all);
    }
}

fn head(text: &mut String, name: &str, kind: &str, help: &str) {
    let _ = writeln!(text, "# HELP plimsoll_{name} {help}\n# TYPE plimsoll_{name} {kind}");
}

fn line(text: &mut String, name: &str, labels: &str, value: impl Display) {
    let _ = writeln!(text, "plimsoll_{name}{labels} {value}");
}

/// Microseconds as seconds, exact.
fn seconds(micros: u64) -> String {
    let text = format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_are_found_by_their_place() {
        for (i, outcome) in Outcome::ALL.into_iter().enumerate() {
            assert_eq!(outcome as usize, i);
        }
    }

    #[test]
    fn seconds_are_written_exactly() {
        for (micros, text) in
            [(0, "0"), (250, "0.00025"), (1_000_000, "1"), (2_500_000, "2.5"), (10_000_001, "10.000001")]
        {
            assert_eq!(seconds(micros), text);
        }
    }

    #[test]
    fn buckets_add_up_and_rules_are_named() {
        let metrics = Metrics::new();
        let rule = rules::ALL[0].id;
        let mut answer = crate::admission::refuse(b"", "no reason");
        (answer.outcome, answer.changes) = (Outcome::Refused, 1);
        answer.findings.insert(rule, 2);
        for micros in [1, 300, 2_000_000, 60_000_000] {
            metrics.review(Asked::Validate, &answer, Duration::from_micros(micros));
        }
        let text = metrics.text(&Gauges { connections: 3, not_after: None, ready: true });
        for want in [
            "plimsoll_reviews_total{asked=\"validate\",outcome=\"refused\"} 4\n".to_owned(),
            "plimsoll_patched_total 4\n".to_owned(),
            format!("plimsoll_findings_total{{rule=\"{rule}\"}} 8\n"),
            "_bucket{le=\"0.00025\"} 1\n".to_owned(),
            "_bucket{le=\"0.0005\"} 2\n".to_owned(),
            "_bucket{le=\"5\"} 3\n".to_owned(),
            "_bucket{le=\"+Inf\"} 4\n".to_owned(),
            "_sum 62.000301\n".to_owned(),
        ] {
            assert!(text.contains(&want), "{want}: {text}");
        }
        assert!(!text.contains("not_after"));
    }
}
