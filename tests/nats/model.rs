//! A model on loopback that speaks OpenAI's protocol: it answers after a while, in pieces, and counts.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use futures_util::stream;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::time::Instant;

/// What it was asked and what it told.
#[derive(Default)]
pub struct Told {
    pub begun: AtomicU64,
    /// Calls it answers now, and the most it ever did at once.
    now: AtomicU64,
    pub most: AtomicU64,
    pub answered: AtomicU64,
    pub input: AtomicU64,
    pub output: AtomicU64,
    /// The usage of each answer it told to the end; no two write as many tokens.
    pub answers: Mutex<Vec<(i64, i64)>>,
}

/// How it answers.
#[derive(Clone)]
struct Manner {
    takes: Duration,
    pieces: usize,
    told: Arc<Told>,
    /// While this is true, no piece but the first is said.
    held: watch::Receiver<bool>,
}

/// A model at its address, until this is dropped.
pub struct Model {
    pub address: String,
    pub told: Arc<Told>,
    hold: watch::Sender<bool>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Model {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Model {
    /// One that needs `takes` for an answer and says it in `pieces`.
    pub async fn start(takes: Duration, pieces: usize) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/v1", listener.local_addr().unwrap());
        let (hold, held) = watch::channel(false);
        let told: Arc<Told> = Arc::default();
        let manner = Manner { takes, pieces, told: Arc::clone(&told), held };
        let routes = Router::new()
            .route("/v1/models", get(async || Json(json!({"data": [{"id": "toy"}]}))))
            .route("/v1/chat/completions", post(answer))
            .with_state(manner);
        let task = tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        Self { address, told, hold, task }
    }

    /// Says only the beginning of answers from now on, or goes on.
    pub fn hold(&self, held: bool) {
        self.hold.send_replace(held);
    }

    /// Waits until it was asked so often.
    pub async fn was_asked(&self, times: u64) {
        let until = std::time::Instant::now() + Duration::from_secs(120);
        while self.told.begun.load(Ordering::SeqCst) < times {
            assert!(std::time::Instant::now() < until, "it is not asked");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

/// A call that is being answered, until this is dropped.
struct Answers(Arc<Told>);

impl Answers {
    fn one(told: &Arc<Told>) -> Self {
        let now = told.now.fetch_add(1, Ordering::SeqCst) + 1;
        told.most.fetch_max(now, Ordering::SeqCst);
        Self(Arc::clone(told))
    }
}

impl Drop for Answers {
    fn drop(&mut self) {
        self.0.now.fetch_sub(1, Ordering::SeqCst);
    }
}

async fn answer(State(manner): State<Manner>, body: Bytes) -> Response {
    let asked: Value = serde_json::from_slice(&body).unwrap();
    let nth = manner.told.begun.fetch_add(1, Ordering::SeqCst) + 1;
    let prompt: String = asked["messages"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|message| message["content"].as_str())
        .collect();
    let text = if prompt.contains("Note for yourself") {
        json!({"memories": []})
    } else {
        json!({"action": "create_thread", "title": format!("Number {nth}"), "content": "Worth a thread of its own. ".repeat(4)})
    };
    let text = text.to_string();
    let usage = json!({"prompt_tokens": prompt.len() / 4, "completion_tokens": 100 + nth});
    let step = text.len().div_ceil(manner.pieces).max(1);
    let pieces: Vec<String> =
        text.as_bytes().chunks(step).map(|piece| String::from_utf8_lossy(piece).into()).collect();
    // Before each piece, and before the end.
    let pause = manner.takes / u32::try_from(pieces.len() + 1).unwrap();
    let told = Arc::clone(&manner.told);
    let last = json!({"model": "toy", "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}], "usage": usage});
    let count = pieces.len();
    let (answers, began) = (Answers::one(&told), Instant::now());
    let events = stream::unfold((0, manner.held, answers), move |(at, mut held, answers)| {
        let (pieces, last, told) = (pieces.clone(), last.clone(), Arc::clone(&told));
        async move {
            if at > count {
                return None;
            }
            if at > 0 {
                held.wait_for(|held| !held).await.ok()?;
            }
            tokio::time::sleep_until(began + pause * (u32::try_from(at).unwrap() + 1)).await;
            let data = match pieces.get(at) {
                Some(piece) => {
                    json!({"model": "toy", "choices": [{"index": 0, "delta": {"content": piece}}]})
                }
                None => {
                    let count = |key: &str| last["usage"][key].as_u64().unwrap();
                    let (input, output) = (count("prompt_tokens"), count("completion_tokens"));
                    told.answers
                        .lock()
                        .unwrap()
                        .push((input.try_into().unwrap(), output.try_into().unwrap()));
                    told.answered.fetch_add(1, Ordering::SeqCst);
                    told.input.fetch_add(input, Ordering::SeqCst);
                    told.output.fetch_add(output, Ordering::SeqCst);
                    last
                }
            };
            let end = if at == count { "data: [DONE]\n\n" } else { "" };
            Some((
                Ok::<_, std::convert::Infallible>(format!("data: {data}\n\n{end}")),
                (at + 1, held, answers),
            ))
        }
    });
    ([(header::CONTENT_TYPE, "text/event-stream")], Body::from_stream(events)).into_response()
}
