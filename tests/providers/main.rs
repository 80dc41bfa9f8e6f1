//! Every provider against everything a server can do wrong, on loopback only.
//!
//! `server` plays the servers, `failures` holds the table of what each failure must become, the
//! other modules hold what is particular to one protocol, and `guard` the time that passes
//! around a call (on a paused clock).

mod anthropic;
mod broken;
mod failures;
mod guard;
mod near;
mod ollama;
mod openai;
mod server;
mod several;
mod shapes;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use botarium::llm::{
    Again, Completion, DeltaSink, Provider, ProviderError, ProviderKind, ProviderSpec, Purpose, Request,
    build,
};
use serde_json::{Value, json};

/// The key every provider here is given: it must turn up in no message.
const KEY: &str = "sk-very-secret-0123456789";

/// The kinds that speak HTTP.
const KINDS: [ProviderKind; 3] = [ProviderKind::OpenAi, ProviderKind::Anthropic, ProviderKind::Ollama];

fn spec(kind: ProviderKind, address: &str) -> ProviderSpec {
    ProviderSpec {
        base_url: Some(address.to_owned()),
        api_key: Some(KEY.into()),
        model: Some("tiny".to_owned()),
        connect: Duration::from_secs(5),
        first_token: Duration::from_secs(20),
        total: Duration::from_secs(30),
        ..ProviderSpec::new(kind.as_str(), kind)
    }
}

fn provider(kind: ProviderKind, address: &str) -> Arc<dyn Provider> {
    build(&spec(kind, address)).expect("a usable spec")
}

fn request() -> Request {
    Request {
        purpose: Purpose::Think,
        model: "tiny".to_owned(),
        system: "You are Ada.".to_owned(),
        prompt: "Say something as JSON.".to_owned(),
        shared: 0,
        again: Again::SOON,
        schema: None,
        temperature: 0.7,
        max_tokens: 50,
        scene: None,
        seed: 1,
    }
}

fn with_schema() -> Request {
    let schema = json!({"type": "object", "properties": {"say": {"type": "string", "maxLength": 9}}});
    Request { schema: Some(Arc::new(schema)), ..request() }
}

/// A sink that keeps what it is given.
fn sink() -> (DeltaSink, Arc<Mutex<String>>) {
    let text = Arc::new(Mutex::new(String::new()));
    let kept = text.clone();
    (Arc::new(move |part: &str| kept.lock().unwrap().push_str(part)), text)
}

fn nowhere() -> DeltaSink {
    Arc::new(|_| ())
}

async fn ask(provider: &Arc<dyn Provider>, request: &Request) -> Result<Completion, ProviderError> {
    provider.complete(request, nowhere()).await
}

/// An answer as each server streams it: `Hel` and `lo`, 20 tokens read (5 of them cached), 2 written.
fn stream(kind: ProviderKind) -> String {
    match kind {
        ProviderKind::OpenAi => sse(&[
            json!({"model": "tiny-1", "choices": [{"index": 0, "delta": {"role": "assistant", "content": null}}]}),
            json!({"model": "tiny-1", "choices": [{"index": 0, "delta": {"content": "Hel"}}]}),
            json!({"model": "tiny-1", "choices": [{"index": 0, "delta": {"content": "lo"}}]}),
            json!({"model": "tiny-1", "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}),
            json!({"model": "tiny-1", "choices": [], "usage": {"prompt_tokens": 20, "completion_tokens": 2,
                "prompt_tokens_details": {"cached_tokens": 5}}}),
        ])
        .to_owned()
            + "data: [DONE]\n\n",
        ProviderKind::Anthropic => sse(&[
            json!({"type": "message_start", "message": {"model": "tiny-1", "content": [],
                "usage": {"input_tokens": 12, "cache_read_input_tokens": 5, "cache_creation_input_tokens": 3, "output_tokens": 1}}}),
            json!({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}),
            json!({"type": "ping"}),
            json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hel"}}),
            json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "lo"}}),
            json!({"type": "content_block_stop", "index": 0}),
            json!({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 2}}),
            json!({"type": "message_stop"}),
        ]),
        _ => lines(&[
            json!({"model": "tiny-1", "message": {"role": "assistant", "content": "Hel"}, "done": false}),
            json!({"model": "tiny-1", "message": {"role": "assistant", "content": "lo"}, "done": false}),
            json!({"model": "tiny-1", "message": {"role": "assistant", "content": ""}, "done": true,
                "done_reason": "stop", "prompt_eval_count": 20, "eval_count": 2}),
        ]),
    }
}

/// The content type each server streams with.
fn stream_type(kind: ProviderKind) -> &'static str {
    if kind == ProviderKind::Ollama { "application/x-ndjson" } else { "text/event-stream" }
}

/// An error body as each server words it.
fn error_body(kind: ProviderKind, word: &str, message: &str) -> String {
    match kind {
        ProviderKind::OpenAi => {
            json!({"error": {"message": message, "type": word, "param": null, "code": word}})
        }
        ProviderKind::Anthropic => json!({"type": "error", "error": {"type": word, "message": message}}),
        _ => json!({"error": message}),
    }
    .to_string()
}

fn sse(events: &[Value]) -> String {
    events
        .iter()
        .map(|event| format!("event: {}\ndata: {event}\n\n", event["type"].as_str().unwrap_or("x")))
        .collect()
}

fn lines(values: &[Value]) -> String {
    values.iter().map(|value| format!("{value}\n")).collect()
}
