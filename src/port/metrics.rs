//! `GET /metrics`: what Prometheus reads, in its text format.
//!
//! Counters since the port opened come from the requests and from the live stream; the rest is
//! asked of the engine when somebody looks.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::{Request, State};
use axum::http::header;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::reply::Refusal;
use super::routes::{Routes, handlers};
use super::state::Port;
use crate::protocol::{Announced, EngineState, Notice, ProviderView};

/// Upper bounds of the latency histogram, in seconds.
const BOUNDS: [f64; 9] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.5];

/// What is counted while the port is open.
#[derive(Default)]
pub(super) struct Metrics {
    /// Requests by hundreds of their status.
    statuses: [AtomicU64; 6],
    buckets: [AtomicU64; BOUNDS.len()],
    answers: AtomicU64,
    micros: AtomicU64,
    /// Activities by action.
    actions: Mutex<BTreeMap<String, u64>>,
    tokens: AtomicI64,
    cost_nanos: AtomicI64,
}

impl Metrics {
    fn answered(&self, status: u16, took: Duration) {
        let class = usize::from(status / 100).min(self.statuses.len() - 1);
        self.statuses[class].fetch_add(1, Ordering::Relaxed);
        if status == 101 {
            return; // lives as long as its viewer
        }
        if let Some(at) = BOUNDS.iter().position(|bound| took.as_secs_f64() <= *bound) {
            self.buckets[at].fetch_add(1, Ordering::Relaxed);
        }
        self.answers.fetch_add(1, Ordering::Relaxed);
        self.micros.fetch_add(u64::try_from(took.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// Counts what the live stream tells.
    pub(super) fn heard(&self, notice: &Notice) {
        let Some(Announced { action, tokens_used, cost_usd, .. }) = notice.activity() else { return };
        let mut actions = self.actions.lock().unwrap_or_else(PoisonError::into_inner);
        match actions.get_mut(action) {
            Some(count) => *count += 1,
            None => drop(actions.insert(action.to_owned(), 1)),
        }
        self.tokens.fetch_add(tokens_used, Ordering::Relaxed);
        self.cost_nanos.fetch_add(cost_usd.nanos(), Ordering::Relaxed);
    }
}

/// Measures every request.
pub(super) async fn measure(State(port): State<Port>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let response = next.run(request).await;
    port.metrics().answered(response.status().as_u16(), began.elapsed());
    response
}

pub(super) fn routes(into: Routes) -> Routes {
    into.routes(handlers!(metrics))
}

/// Counters for Prometheus
///
/// Beats, tokens, cost, failures by provider, viewers, lag and latencies, in the text format.
#[utoipa::path(get, path = "/metrics", tag = "metrics",
    responses((status = 200, body = String, content_type = "text/plain", example = "botarium_viewers 2\n")))]
async fn metrics(State(port): State<Port>) -> Result<Response, Refusal> {
    let engine = port.engine();
    let (health, room, providers) = (engine.health().await?, engine.room().await?, engine.providers().await?);
    let counted = port.metrics();
    let mut page = Page::default();
    page.one("up", "gauge", "Whether bots wake.", f64::from(health.engine == EngineState::Running));
    page.one("uptime_seconds", "counter", "Since the process started.", health.uptime_seconds as f64);
    page.one("last_seq", "counter", "Newest activity id.", health.last_seq as f64);
    page.one("viewers", "gauge", "Connected viewers.", port.hub().viewers() as f64);
    let lag = health.last_seq.saturating_sub(port.hub().heard()).max(0);
    page.one("stream_lag", "gauge", "Activities committed and not yet streamed.", lag as f64);
    page.head("bots", "gauge", "Bots by state.");
    for (state, count) in
        [("all", room.bots), ("paused", room.paused), ("capped", room.capped), ("failing", room.failing)]
    {
        page.line("bots", &[("state", state)], count as f64);
    }
    page.one("open_flags", "gauge", "Flags nobody has settled.", room.unresolved_flags as f64);
    page.one("tokens_today", "gauge", "Tokens of the room's day.", room.tokens_today as f64);
    let paid: &[(&str, &str)] = if room.simulated_cost.is_some() { &[("simulated", "true")] } else { &[] };
    page.head("cost_today_usd", "gauge", "Cost of the room's day.");
    page.line("cost_today_usd", paid, room.cost_today.nanos() as f64 / 1e9);
    page.head("activities_total", "counter", "Activities since the port opened, by action.");
    for (action, count) in counted.actions.lock().unwrap_or_else(PoisonError::into_inner).iter() {
        page.line("activities_total", &[("action", action)], *count as f64);
    }
    let total = |value: &AtomicI64| value.load(Ordering::Relaxed) as f64;
    page.one("tokens_total", "counter", "Tokens since the port opened.", total(&counted.tokens));
    page.head("cost_usd_total", "counter", "Cost since the port opened.");
    page.line("cost_usd_total", paid, total(&counted.cost_nanos) / 1e9);
    page.head("answers_total", "counter", "Answers of models by how they were read; failed could not be.");
    for count in providers.iter().flat_map(|provider| &provider.ladder) {
        let labels = [("provider", &*count.provider), ("model", &*count.model), ("rung", &*count.rung)];
        page.line("answers_total", &labels, count.count as f64);
    }
    page.head("extractions_total", "counter", "Answers about memories, by whether they could be read.");
    for count in providers.iter().flat_map(|provider| &provider.extractions) {
        let labels = [("provider", &*count.provider), ("model", &*count.model)];
        page.line("extractions_total", &[labels[0], labels[1], ("read", "true")], count.read as f64);
        page.line("extractions_total", &[labels[0], labels[1], ("read", "false")], count.failed as f64);
    }
    queues(&mut page, &providers);
    page.head("provider_ready", "gauge", "Whether a provider works.");
    for provider in &providers {
        page.line("provider_ready", &[("provider", &*provider.name)], f64::from(provider.state == "ready"));
    }
    requests(&mut page, counted);
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], page.text).into_response())
}

/// The lines for places, per provider.
fn queues(page: &mut Page, providers: &[ProviderView]) {
    type Figure = fn(&ProviderView) -> f64;
    let figures: [(&str, &str, &str, Figure); 4] = [
        ("calls_under_way", "gauge", "Calls that hold a place.", |p| f64::from(p.queue.under_way)),
        ("calls_waiting", "gauge", "Who waits for a place.", |p| f64::from(p.queue.waiting)),
        ("call_wait_seconds_sum", "counter", "How long was waited for places.", |p| {
            p.queue.waited_ms as f64 / 1e3
        }),
        ("call_wait_seconds_count", "counter", "Places taken.", |p| p.queue.taken as f64),
    ];
    for (name, kind, help, figure) in figures {
        page.head(name, kind, help);
        for provider in providers {
            page.line(name, &[("provider", &*provider.name)], figure(provider));
        }
    }
}

fn requests(page: &mut Page, counted: &Metrics) {
    page.head("http_requests_total", "counter", "Requests by the hundreds of their status.");
    for (class, count) in counted.statuses.iter().enumerate().skip(1) {
        let class = format!("{class}xx");
        page.line("http_requests_total", &[("status", &*class)], count.load(Ordering::Relaxed) as f64);
    }
    page.head("http_request_seconds", "histogram", "How long answers took.");
    let mut sum = 0;
    for (bound, bucket) in BOUNDS.iter().zip(&counted.buckets) {
        sum += bucket.load(Ordering::Relaxed);
        page.line("http_request_seconds_bucket", &[("le", &*bound.to_string())], sum as f64);
    }
    let all = counted.answers.load(Ordering::Relaxed).max(sum) as f64;
    page.line("http_request_seconds_bucket", &[("le", "+Inf")], all);
    page.line("http_request_seconds_sum", &[], counted.micros.load(Ordering::Relaxed) as f64 / 1e6);
    page.line("http_request_seconds_count", &[], all);
}

/// The text as it grows.
#[derive(Default)]
struct Page {
    text: String,
}

impl Page {
    fn head(&mut self, name: &str, kind: &str, help: &str) {
        let _ = writeln!(self.text, "# HELP botarium_{name} {help}\n# TYPE botarium_{name} {kind}");
    }

    fn one(&mut self, name: &str, kind: &str, help: &str, value: f64) {
        self.head(name, kind, help);
        self.line(name, &[], value);
    }

    fn line(&mut self, name: &str, labels: &[(&str, &str)], value: f64) {
        let _ = write!(self.text, "botarium_{name}");
        for (at, (label, text)) in labels.iter().enumerate() {
            let text = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
            let _ = write!(self.text, "{}{label}=\"{text}\"", if at == 0 { '{' } else { ',' });
        }
        let _ = writeln!(self.text, "{} {value}", if labels.is_empty() { "" } else { "}" });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_escaped_and_buckets_add_up() {
        let mut page = Page::default();
        page.line("x", &[("model", "a\"b\\c\nd")], 1.0);
        assert_eq!(page.text, "botarium_x{model=\"a\\\"b\\\\c\\nd\"} 1\n");
        let counted = Metrics::default();
        counted.answered(200, Duration::from_millis(2));
        counted.answered(404, Duration::from_secs(9));
        let mut page = Page::default();
        requests(&mut page, &counted);
        assert!(page.text.contains("http_request_seconds_bucket{le=\"0.0025\"} 1\n"), "{}", page.text);
        assert!(page.text.contains("http_request_seconds_bucket{le=\"+Inf\"} 2\n"));
        assert!(page.text.contains("http_requests_total{status=\"4xx\"} 1\n"));
    }
}
