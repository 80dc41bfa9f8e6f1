//! A model server on loopback whose answers are scripted, and which remembers what it was asked.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio::sync::{Semaphore, watch};

use crate::patience::PATIENCE;

/// What a call is for, as its prompt tells.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Aim {
    Think,
    Repair,
    Extract,
    Compress,
    Interview,
    Test,
}

/// One call as it arrived.
#[derive(Clone, Debug)]
pub struct Call {
    /// How many calls came before it.
    pub nth: usize,
    pub aim: Aim,
    pub system: String,
    pub prompt: String,
    pub body: Value,
}

impl Call {
    /// The id of the bot that asks; empty where the prompt does not name it.
    pub fn bot(&self) -> &str {
        let named = |line: &'_ str| -> Option<(usize, usize)> {
            let inner = line.strip_prefix("You are ")?.strip_suffix(").")?;
            let at = inner.rfind(" (")? + "You are ".len() + 2;
            Some((at, line.len() - 2))
        };
        let found = self.system.lines().find_map(|line| named(line).map(|(from, to)| &line[from..to]));
        found.unwrap_or_default()
    }

    /// The mark around what others wrote.
    pub fn fence(&self) -> &str {
        let open = self.prompt.find('«').map_or(0, |at| at + '«'.len_utf8());
        self.prompt[open..].split(' ').next().unwrap_or_default()
    }

    fn read(nth: usize, body: Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let system = match &body["system"] {
            Value::Array(parts) => parts.iter().map(|part| text(&part["text"])).collect(),
            _ => text(&body["messages"][0]["content"]),
        };
        let prompt = body["messages"]
            .as_array()
            .and_then(|all| all.last())
            .map(|m| text(&m["content"]))
            .unwrap_or_default();
        let aim = if system.contains("Sum up the notes below") {
            Aim::Compress
        } else if system.contains("Note for yourself") {
            Aim::Extract
        } else if system.contains("speaks with you in private") {
            Aim::Interview
        } else if prompt.contains("It cannot be used:") {
            Aim::Repair
        } else if prompt.starts_with("Say: ready") {
            Aim::Test
        } else {
            Aim::Think
        };
        Self { nth, aim, system, prompt, body }
    }
}

/// What the server says.
#[derive(Clone, Debug)]
pub struct Reply {
    status: u16,
    text: String,
    usage: Option<(i64, i64)>,
    model: String,
    /// Why it ended, in the words of the OpenAI protocol.
    ended: &'static str,
    /// Waits for a permit first.
    held: bool,
    /// Never answers.
    stalls: bool,
}

impl Reply {
    /// A text that cost 100 tokens of input and 20 of output.
    pub fn text(text: impl Into<String>) -> Self {
        Self {
            status: 200,
            text: text.into(),
            usage: Some((100, 20)),
            model: "tiny-1".into(),
            ended: "stop",
            held: false,
            stalls: false,
        }
    }

    /// An act, in the form that was asked for.
    pub fn act(act: Value) -> Self {
        Self::text(json!({ "act": act }).to_string())
    }

    pub fn quiet() -> Self {
        Self::act(json!({"action": "do_nothing", "reason": "listening"}))
    }

    pub fn error(status: u16, message: &str) -> Self {
        Self { status, ..Self::text(message) }
    }

    pub fn stall() -> Self {
        Self { stalls: true, ..Self::text("") }
    }

    pub fn counted(mut self, input: i64, output: i64) -> Self {
        self.usage = Some((input, output));
        self
    }

    pub fn uncounted(mut self) -> Self {
        self.usage = None;
        self
    }

    pub fn ended(mut self, why: &'static str) -> Self {
        self.ended = why;
        self
    }

    pub fn by_model(mut self, name: &str) -> Self {
        self.model = name.into();
        self
    }

    /// Answers only once [`Model::let_go`] allowed it.
    pub fn held(mut self) -> Self {
        self.held = true;
        self
    }
}

type Script = dyn Fn(&Call) -> Reply + Send + Sync;

struct Inner {
    script: Box<Script>,
    count: AtomicUsize,
    calls: watch::Sender<Vec<Call>>,
    places: Semaphore,
}

/// The server. It ends with the test's runtime.
#[derive(Clone)]
pub struct Model {
    inner: Arc<Inner>,
    port: u16,
}

impl Model {
    /// Starts a server that answers by `script`.
    pub async fn start(script: impl Fn(&Call) -> Reply + Send + Sync + 'static) -> Self {
        Self::start_at(0, script).await
    }

    /// As [`Model::start`], at a port of the caller's choice.
    pub async fn start_at(port: u16, script: impl Fn(&Call) -> Reply + Send + Sync + 'static) -> Self {
        let inner = Arc::new(Inner {
            script: Box::new(script),
            count: AtomicUsize::new(0),
            calls: watch::Sender::new(Vec::new()),
            places: Semaphore::new(0),
        });
        let app = Router::new().fallback(answer).with_state(Arc::clone(&inner));
        let app = app.layer(axum::extract::DefaultBodyLimit::disable());
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { inner, port }
    }

    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The same server at an address that does not look like this machine's.
    pub fn distant_address(&self) -> String {
        format!("http://0.0.0.0:{}", self.port)
    }

    /// Every call so far.
    pub fn calls(&self) -> Vec<Call> {
        self.inner.calls.borrow().clone()
    }

    /// Waits until `count` calls have arrived.
    pub async fn arrived(&self, count: usize) -> Vec<Call> {
        let mut calls = self.inner.calls.subscribe();
        let arrived = calls.wait_for(|calls| calls.len() >= count);
        match tokio::time::timeout(PATIENCE, arrived).await {
            Ok(calls) => calls.unwrap().clone(),
            Err(_) => panic!("{} of {count} calls arrived in {PATIENCE:?}", self.calls().len()),
        }
    }

    /// Lets `count` held answers go.
    pub fn let_go(&self, count: usize) {
        self.inner.places.add_permits(count);
    }
}

async fn answer(State(inner): State<Arc<Inner>>, body: Bytes) -> Response {
    let Ok(body) = serde_json::from_slice::<Value>(&body) else {
        return json_answer(StatusCode::OK, &json!({"data": [{"id": "tiny"}]}));
    };
    let call = Call::read(inner.count.fetch_add(1, Ordering::SeqCst), body);
    let reply = (inner.script)(&call);
    let anthropic = call.body.get("system").is_some();
    inner.calls.send_modify(|calls| calls.push(call));
    if reply.stalls {
        std::future::pending::<()>().await;
    }
    if reply.held {
        inner.places.acquire().await.unwrap().forget();
    }
    let status = StatusCode::from_u16(reply.status).unwrap();
    if reply.status != 200 {
        return json_answer(status, &json!({"error": {"message": reply.text, "type": "said"}}));
    }
    let mut body = if anthropic {
        json!({"type": "message", "model": reply.model, "stop_reason": "end_turn",
            "content": [{"type": "text", "text": reply.text}]})
    } else {
        json!({"model": reply.model,
            "choices": [{"index": 0, "finish_reason": reply.ended, "message": {"role": "assistant", "content": reply.text}}]})
    };
    if let Some((input, output)) = reply.usage {
        body["usage"] = if anthropic {
            json!({"input_tokens": input, "output_tokens": output})
        } else {
            json!({"prompt_tokens": input, "completion_tokens": output})
        };
    }
    json_answer(status, &body)
}

fn json_answer(status: StatusCode, body: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}
