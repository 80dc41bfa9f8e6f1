//! `GET /metrics`: what Prometheus reads, in its text format.
//!
//! What the port does is counted here; the rest is asked of the engine when somebody looks. What the
//! books hold (tokens, cost, activities) counts from the society's beginning, the rest from the start.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::extract::{Request, State};
use axum::http::header;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::reply::Refusal;
use super::state::Port;
use crate::domain::histogram::{Counted, Histogram};
use crate::engine::{Calls, Measures, Reserved};
use crate::protocol::{EngineState, MemberView, PoolView, ProviderView, RoomView};

/// Upper bounds of an answer's time, in seconds.
const BOUNDS: [f64; 9] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.5];

/// What is counted while the port is open.
pub(super) struct Metrics {
    /// When the process started, in seconds since 1970.
    started: f64,
    /// Requests by hundreds of their status.
    statuses: [AtomicU64; 6],
    answers: Histogram<9>,
}

impl Metrics {
    pub(super) fn new(started: f64) -> Self {
        Self { started, statuses: Default::default(), answers: Histogram::new(BOUNDS) }
    }

    fn answered(&self, status: u16, took: Duration) {
        let class = usize::from(status / 100).min(self.statuses.len() - 1);
        self.statuses[class].fetch_add(1, Ordering::Relaxed);
        if status != 101 {
            self.answers.add(took); // a stream lives as long as its viewer
        }
    }
}

/// Measures every request.
pub(super) async fn measure(State(port): State<Port>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let response = next.run(request).await;
    port.metrics().answered(response.status().as_u16(), began.elapsed());
    response
}

/// Figures for Prometheus
///
/// Beats, calls and their latency, failures by provider and kind, tokens and cost by provider and model,
/// queues, reservations, viewers, lag and requests, in the text format.
#[utoipa::path(get, path = "/metrics", tag = "metrics",
    responses((status = 200, body = String, content_type = "text/plain", example = "botarium_viewers 2\n")))]
pub(super) async fn metrics(State(port): State<Port>) -> Result<Response, Refusal> {
    let engine = port.engine();
    let (measures, room, providers) =
        (engine.measures().await?, engine.room().await?, engine.providers().await?);
    let mut page = Exposition::default();
    process(&mut page, &port, &measures);
    society(&mut page, &room, &measures);
    books(&mut page, &room, &measures);
    answers(&mut page, &providers);
    for (name, calls) in &measures.providers {
        page.line("provider_ready", &[("provider", name)], f64::from(calls.is_ready));
    }
    lines(&mut page, &measures.providers);
    pools(&mut page, &providers);
    calls(&mut page, &measures.providers);
    stream(&mut page, &port, &room);
    requests(&mut page, port.metrics());
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], page.text).into_response())
}

fn process(page: &mut Exposition, port: &Port, measures: &Measures) {
    let started = port.metrics().started;
    let _ = writeln!(
        page.text,
        "# HELP process_start_time_seconds When the process started, in seconds since 1970.\n\
         # TYPE process_start_time_seconds gauge\nprocess_start_time_seconds {started}"
    );
    page.head("build_info", "gauge", "Which version runs; always 1.");
    page.line("build_info", &[("version", env!("CARGO_PKG_VERSION"))], 1.0);
    page.one("database_ready", "gauge", "Whether the database can be written.", f64::from(measures.is_ready));
    page.one("commits_total", "counter", "Groups of changes committed.", measures.commits as f64);
    page.one("rollbacks_total", "counter", "Transactions taken back.", measures.rollbacks as f64);
}

fn society(page: &mut Exposition, room: &RoomView, measures: &Measures) {
    page.one("up", "gauge", "Whether bots wake.", f64::from(room.engine == EngineState::Running));
    page.head("bots", "gauge", "Bots by state.");
    for (state, count) in
        [("all", room.bots), ("paused", room.paused), ("capped", room.capped), ("failing", room.failing)]
    {
        page.line("bots", &[("state", state)], count as f64);
    }
    page.one("open_flags", "gauge", "Flags nobody has settled.", room.unresolved_flags as f64);
    let interval = f64::from(room.pace.interval_seconds);
    page.one("beat_interval_seconds", "gauge", "The room's pace.", interval);
    let late = room.pace.really_seconds.map_or(0.0, |really| f64::from(really) - interval);
    page.one("beat_late_seconds", "gauge", "How late beats come.", late.max(0.0));
    page.one("beats_waiting", "gauge", "Bots that wait for a model.", f64::from(room.pace.waiting));
    page.head("activities_total", "counter", "Activities by action.");
    for (action, count) in &measures.kept.actions {
        page.line("activities_total", &[("action", action)], *count as f64);
    }
    page.one("last_seq", "gauge", "Newest activity id.", room.last_seq as f64);
}

/// What the books hold: every call of whatever purpose is in them.
fn books(page: &mut Exposition, room: &RoomView, measures: &Measures) {
    let simulated: &[(&str, &str)] =
        if room.simulated_cost.is_some() { &[("simulated", "true")] } else { &[] };
    page.one("tokens_today", "gauge", "Tokens of the room's day.", room.tokens_today as f64);
    page.head("cost_today_usd", "gauge", "Cost of the room's day.");
    page.line("cost_today_usd", simulated, room.cost_today.nanos() as f64 / 1e9);
    let used = &measures.kept.used;
    page.head("charged_calls_total", "counter", "Calls in the books, for acts, memories and interviews.");
    for model in used {
        page.line("charged_calls_total", &of(&model.provider, &model.model), model.calls as f64);
    }
    page.head("tokens_total", "counter", "Tokens in the books.");
    for model in used {
        for (direction, tokens) in [("input", model.input), ("output", model.output)] {
            let [provider, name] = of(&model.provider, &model.model);
            page.line("tokens_total", &[provider, name, ("direction", direction)], tokens as f64);
        }
    }
    page.head("cached_tokens_total", "counter", "Tokens read that came from the provider's cache.");
    for model in used {
        page.line("cached_tokens_total", &of(&model.provider, &model.model), model.cached as f64);
    }
    page.head("cached_ratio", "gauge", "Which part of what was read came from the provider's cache.");
    for model in used.iter().filter(|model| model.input > 0) {
        let share = model.cached as f64 / model.input as f64;
        page.line("cached_ratio", &of(&model.provider, &model.model), share);
    }
    page.head("cost_usd_total", "counter", "Cost in the books.");
    for model in used {
        let labels = [&of(&model.provider, &model.model)[..], simulated].concat();
        page.line("cost_usd_total", &labels, model.cost.nanos() as f64 / 1e9);
    }
    let reserved = |name: &str| measures.kept.reserved.iter().find(|one| one.provider == name);
    type Part = fn(&Reserved) -> f64;
    let parts: [(&str, &str, Part); 3] = [
        ("reservations", "Calls that something is reserved for.", |one| one.count as f64),
        ("reserved_tokens", "Tokens reserved for calls under way.", |one| one.tokens as f64),
        ("reserved_usd", "Cost reserved for calls under way.", |one| one.cost.nanos() as f64 / 1e9),
    ];
    for (name, help, part) in parts {
        page.head(name, "gauge", help);
        for (provider, _) in &measures.providers {
            page.line(name, &[("provider", provider)], reserved(provider).map_or(0.0, part));
        }
    }
}

fn of<'a>(provider: &'a str, model: &'a str) -> [(&'static str, &'a str); 2] {
    [("provider", provider), ("model", model)]
}

/// How what models said was read.
fn answers(page: &mut Exposition, providers: &[ProviderView]) {
    page.head("answers_total", "counter", "Answers of models by how they were read; failed could not be.");
    for count in providers.iter().flat_map(|provider| &provider.ladder) {
        let [provider, model] = of(&count.provider, &count.model);
        page.line("answers_total", &[provider, model, ("rung", &*count.rung)], count.count as f64);
    }
    page.head("extractions_total", "counter", "Answers about memories, by whether they could be read.");
    for count in providers.iter().flat_map(|provider| &provider.extractions) {
        let [provider, model] = of(&count.provider, &count.model);
        page.line("extractions_total", &[provider, model, ("read", "true")], count.read as f64);
        page.line("extractions_total", &[provider, model, ("read", "false")], count.failed as f64);
    }
    page.head("provider_ready", "gauge", "Whether calls to a provider are let through.");
}

/// The lines for places, per provider.
fn lines(page: &mut Exposition, providers: &[(String, Calls)]) {
    page.head("calls_under_way", "gauge", "Calls that hold a place.");
    for (name, calls) in providers {
        page.line("calls_under_way", &[("provider", name)], calls.queue.under_way as f64);
    }
    page.head("calls_waiting", "gauge", "Who waits for a place.");
    for (name, calls) in providers {
        page.line("calls_waiting", &[("provider", name)], calls.queue.waiting as f64);
    }
    page.head("call_wait_seconds", "summary", "How long was waited for a place.");
    for (name, calls) in providers {
        let provider = [("provider", name.as_str())];
        page.line("call_wait_seconds_sum", &provider, calls.queue.waited.as_secs_f64());
        page.line("call_wait_seconds_count", &provider, calls.queue.taken as f64);
    }
}

/// Who answers behind a provider that is more than one server.
fn pools(page: &mut Exposition, providers: &[ProviderView]) {
    let pools =
        || providers.iter().filter_map(|provider| Some((provider.name.as_str(), provider.pool.as_ref()?)));
    type Whole = fn(&PoolView) -> f64;
    let wholes: [(&str, &str, Whole); 3] = [
        ("pool_members", "Workers or servers that are known behind a provider.", |pool| {
            pool.members.len() as f64
        }),
        ("pool_calls_in_flight", "Calls that a worker or server is at.", |pool| f64::from(pool.in_flight)),
        ("pool_calls_waiting", "Calls in the queue that no worker has begun.", |pool| {
            f64::from(pool.waiting)
        }),
    ];
    for (name, help, value) in wholes {
        page.head(name, "gauge", help);
        for (provider, pool) in pools() {
            page.line(name, &[("provider", provider)], value(pool));
        }
    }
    type Part = fn(&MemberView) -> Option<f64>;
    let parts: [(&str, &str, &str, Part); 5] = [
        ("member_calls_in_flight", "gauge", "Calls that it is at.", |one| Some(f64::from(one.in_flight))),
        ("member_answers_total", "counter", "Calls that it answered.", |one| Some(one.answered as f64)),
        ("member_failures_total", "counter", "Calls that it failed.", |one| Some(one.failed as f64)),
        ("member_tokens_per_second", "gauge", "Tokens a second it wrote lately.", |one| one.tokens_a_second),
        ("member_heard_seconds", "gauge", "Seconds since it was heard of.", |one| {
            one.heard_ms.map(|millis| millis as f64 / 1_000.0)
        }),
    ];
    for (name, kind, help, value) in parts {
        page.head(name, kind, help);
        for (provider, pool) in pools() {
            // Two that call themselves the same are told apart by their place in the list.
            for (nth, member) in pool.members.iter().enumerate() {
                let nth = nth.to_string();
                if let Some(value) = value(member) {
                    page.line(
                        name,
                        &[("provider", provider), ("member", &*member.name), ("nth", &*nth)],
                        value,
                    );
                }
            }
        }
    }
}

/// How calls went, per provider.
fn calls(page: &mut Exposition, providers: &[(String, Calls)]) {
    page.head("call_seconds", "histogram", "From sending a call to the end of its answer.");
    for (name, calls) in providers {
        page.histogram("call_seconds", &[("provider", name)], &calls.measured.whole);
    }
    page.head(
        "call_first_token_seconds",
        "histogram",
        "From sending a call to the first text of its answer.",
    );
    for (name, calls) in providers {
        page.histogram("call_first_token_seconds", &[("provider", name)], &calls.measured.first);
    }
    page.head("call_failures_total", "counter", "Calls that failed, retried ones each, by what went wrong.");
    for (name, calls) in providers {
        for (kind, count) in &calls.measured.failures {
            let labels = [("provider", name.as_str()), ("kind", kind.as_str())];
            page.line("call_failures_total", &labels, *count as f64);
        }
    }
}

fn stream(page: &mut Exposition, port: &Port, room: &RoomView) {
    page.one("viewers", "gauge", "Connected viewers.", port.hub().viewers() as f64);
    let lag = room.last_seq.saturating_sub(port.hub().heard()).max(0);
    page.one("stream_lag", "gauge", "Activities committed and not yet streamed.", lag as f64);
}

fn requests(page: &mut Exposition, counted: &Metrics) {
    page.head("http_requests_total", "counter", "Requests by the hundreds of their status.");
    for (class, count) in counted.statuses.iter().enumerate().skip(1) {
        let class = format!("{class}xx");
        page.line("http_requests_total", &[("status", &*class)], count.load(Ordering::Relaxed) as f64);
    }
    page.head("http_request_seconds", "histogram", "How long answers took.");
    page.histogram("http_request_seconds", &[], &counted.answers.counted());
}

/// The text as it grows.
#[derive(Default)]
struct Exposition {
    text: String,
}

impl Exposition {
    fn head(&mut self, name: &str, kind: &str, help: &str) {
        let _ = writeln!(self.text, "# HELP botarium_{name} {help}\n# TYPE botarium_{name} {kind}");
    }

    fn one(&mut self, name: &str, kind: &str, help: &str, value: f64) {
        self.head(name, kind, help);
        self.line(name, &[], value);
    }

    fn histogram(&mut self, name: &str, labels: &[(&str, &str)], counted: &Counted) {
        let bucket = format!("{name}_bucket");
        let bounds = counted.buckets.iter().map(|(bound, count)| (bound.to_string(), *count));
        for (bound, count) in bounds.chain([("+Inf".to_owned(), counted.count)]) {
            self.line(&bucket, &[labels, &[("le", &bound)]].concat(), count as f64);
        }
        self.line(&format!("{name}_sum"), labels, counted.seconds);
        self.line(&format!("{name}_count"), labels, counted.count as f64);
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
        let mut page = Exposition::default();
        page.line("x", &[("model", "a\"b\\c\nd")], 1.0);
        assert_eq!(page.text, "botarium_x{model=\"a\\\"b\\\\c\\nd\"} 1\n");
        let counted = Metrics::new(0.0);
        counted.answered(200, Duration::from_millis(2));
        counted.answered(404, Duration::from_secs(9));
        let mut page = Exposition::default();
        requests(&mut page, &counted);
        assert!(page.text.contains("http_request_seconds_bucket{le=\"0.0025\"} 1\n"), "{}", page.text);
        assert!(page.text.contains("http_request_seconds_bucket{le=\"+Inf\"} 2\n"));
        assert!(page.text.contains("http_requests_total{status=\"4xx\"} 1\n"));
    }
}
