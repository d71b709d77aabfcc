//! What is counted for Prometheus.

use prometheus::{Counter, IntCounter, IntCounterVec, Opts, Registry, TextEncoder};

/// The counters, one set per process.
pub struct Metrics {
    registry: Registry,
    /// Requests by method and status.
    pub requests: IntCounterVec,
    /// Seconds spent on requests.
    pub request_seconds: Counter,
    /// Refusals by code.
    pub problems: IntCounterVec,
    /// Sign-ins by audience and outcome.
    pub sign_ins: IntCounterVec,
    /// Answers given from memory to a repeated Idempotency-Key.
    pub replays: IntCounter,
    /// Attempts at events by kind and the state they led to.
    pub events: IntCounterVec,
}

impl Metrics {
    /// Counters at zero.
    pub fn new() -> Result<Self, prometheus::Error> {
        let metrics = Self {
            registry: Registry::new(),
            requests: IntCounterVec::new(
                Opts::new("comptoir_http_requests_total", "Requests by method and status"),
                &["method", "status"],
            )?,
            request_seconds: Counter::new("comptoir_http_request_seconds_total", "Seconds spent on requests")?,
            problems: IntCounterVec::new(Opts::new("comptoir_problems_total", "Refusals by code"), &["code"])?,
            sign_ins: IntCounterVec::new(
                Opts::new("comptoir_sign_ins_total", "Sign-ins by audience and outcome"),
                &["audience", "outcome"],
            )?,
            replays: IntCounter::new(
                "comptoir_idempotent_replays_total",
                "Answers given from memory to a repeated Idempotency-Key",
            )?,
            events: IntCounterVec::new(
                Opts::new("comptoir_event_attempts_total", "Attempts at events by kind and the state they led to"),
                &["kind", "state"],
            )?,
        };
        metrics.registry.register(Box::new(metrics.requests.clone()))?;
        metrics.registry.register(Box::new(metrics.request_seconds.clone()))?;
        metrics.registry.register(Box::new(metrics.problems.clone()))?;
        metrics.registry.register(Box::new(metrics.sign_ins.clone()))?;
        metrics.registry.register(Box::new(metrics.replays.clone()))?;
        metrics.registry.register(Box::new(metrics.events.clone()))?;
        Ok(metrics)
    }

    /// The text that Prometheus reads.
    pub fn text(&self) -> String {
        TextEncoder::new().encode_to_string(&self.registry.gather()).unwrap_or_default()
    }
}
