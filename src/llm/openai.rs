//! Any OpenAI-compatible `/v1/chat/completions`: OpenAI, vLLM, llama.cpp, LM Studio, OpenRouter…
//!
//! Streams where the server can; asks for the answer's shape as firmly as the server allows and
//! remembers per model what it refused (see `quirks`).

use async_trait::async_trait;
use reqwest::header::AUTHORIZATION;
use serde_json::{Value, json};

use super::answer::{Answer, count, text_at};
use super::quirks::{Form, Memory, Tries};
use super::schema::portable;
use super::spec::{ProviderKind, not_configured};
use super::wire::{Body, Failure, Http};
use super::{Completion, DeltaSink, Provider, ProviderError, ProviderSpec, Request};
use crate::domain::Usage;

/// Whether the address is OpenAI's own, which answers nobody without a key; other servers may.
fn is_openai(spec: &ProviderSpec) -> bool {
    let host = |url: &str| reqwest::Url::parse(url).ok()?.host_str().map(str::to_owned);
    let own = ProviderKind::OpenAi.default_base_url().and_then(host);
    own.is_some() && host(spec.address()) == own
}

/// A server that speaks OpenAI's chat protocol.
pub struct OpenAi {
    model: String,
    http: Http,
    memory: Memory,
}

impl OpenAi {
    /// Prepares the provider; nothing is connected yet. A key is sent when there is one.
    ///
    /// # Errors
    /// [`super::FailureKind::NotConfigured`] when the address or the key cannot be used, or when the
    /// address is OpenAI's and there is no key.
    pub fn new(spec: &ProviderSpec) -> Result<Self, ProviderError> {
        if spec.api_key.as_ref().is_none_or(|key| key.is_empty()) && is_openai(spec) {
            let message = format!(
                "{} is not set up: set OPENAI_API_KEY to a key, or providers.{}.base_url to a server without one",
                spec.name, spec.name
            );
            return Err(not_configured(message));
        }
        let mut headers = Vec::new();
        if let Some(key) = spec.api_key.as_ref().filter(|key| !key.is_empty()) {
            headers.push((AUTHORIZATION, format!("Bearer {}", key.expose())));
        }
        Ok(Self {
            model: spec.default_model().to_owned(),
            http: Http::new(spec, &headers)?,
            memory: Memory::new(&[Form::Exact, Form::Loose, Form::Object]),
        })
    }

    /// The version belongs to the base address; it is added only where there is no path at all.
    fn url(&self, path: &str) -> reqwest::Url {
        self.http.url(if self.http.has_path() { "" } else { "v1" }, path)
    }

    async fn read(&self, mut body: Body<'_>, answer: &mut Answer) -> Result<(), ProviderError> {
        if !body.is("text/event-stream") {
            let value = body.json().await?;
            return self.absorb(&value, "message", answer).map(|_| ());
        }
        while let Some(data) = body.event().await? {
            if data.trim() == "[DONE]" {
                return Ok(());
            }
            if self.absorb(&body.parse(&data)?, "delta", answer)? {
                body.first_token_seen();
            }
        }
        // Some servers close without the last word; a finish reason says as much.
        if answer.finish.is_some() { Ok(()) } else { Err(body.ended_early()) }
    }

    /// Takes one chunk (`part` is `delta`) or a whole answer (`message`) in; `true` when a token came.
    fn absorb(&self, value: &Value, part: &str, answer: &mut Answer) -> Result<bool, ProviderError> {
        if let Some(error) = self.http.who.error_inside(value) {
            return Err(error);
        }
        let Some(choices) = value.get("choices").and_then(Value::as_array) else {
            // Between the chunks some servers send notes of their own.
            if part == "delta" && value.is_object() {
                answer.usage = usage(value).or(answer.usage);
                return Ok(false);
            }
            return Err(self.http.who.not_the_protocol(&value.to_string()));
        };
        answer.usage = usage(value).or(answer.usage);
        if let Some(model) = text_at(value, "model") {
            answer.model = Some(model.to_owned());
        }
        let Some(choice) = choices.first() else {
            return Ok(false);
        };
        if let Some(finish) = text_at(choice, "finish_reason") {
            answer.finish = Some(finish.to_owned());
        }
        let Some(part) = choice.get(part) else {
            return Ok(false);
        };
        let mut token = answer.push(text_at(part, "content"));
        if let Some(refusal) = text_at(part, "refusal") {
            token |= answer.push(Some(refusal));
        }
        // Reasoning is no part of the answer, but it shows that the model is at work.
        Ok(token || text_at(part, "reasoning_content").is_some() || text_at(part, "reasoning").is_some())
    }
}

#[async_trait]
impl Provider for OpenAi {
    fn name(&self) -> &str {
        &self.http.who.name
    }

    fn default_model(&self) -> &str {
        &self.model
    }

    async fn complete(&self, request: &Request, deltas: DeltaSink) -> Result<Completion, ProviderError> {
        let mut tries = self.memory.tries(&request.model, request.schema.is_some());
        let mut answer = Answer::new(deltas);
        loop {
            match self.http.post(self.url("chat/completions"), &body_of(request, &tries)).await {
                Ok(body) => {
                    tries.accepted();
                    let read = self.read(body, &mut answer).await;
                    return match read {
                        Ok(()) => Ok(answer.finish(&request.model)),
                        // A count that came before the end is not the whole.
                        Err(error) => Err(ProviderError {
                            usage: answer.usage.filter(|_| answer.finish.is_some()),
                            ..error
                        }),
                    };
                }
                Err(Failure::Status(refusal)) if tries.learn(&refusal) => {}
                Err(failure) => return Err(failure.into_error(&self.http.who)),
            }
        }
    }

    async fn models(&self) -> Result<Vec<String>, ProviderError> {
        self.http.names(self.url("models"), "data", ["id", "name"]).await
    }
}

fn body_of(request: &Request, tries: &Tries<'_>) -> Value {
    let quirks = &tries.quirks;
    let form = tries.form();
    let mut system = request.system.clone();
    // Without the word, OpenAI refuses to promise an object.
    if form == Form::Object && !mentions_json(&system) && !mentions_json(&request.prompt) {
        system.push_str("\nAnswer with one JSON object.");
    }
    let mut body = json!({
        "model": request.model,
        "messages": [
            {"role": "system", "content": system},
            {"role": "user", "content": request.prompt},
        ],
        "stream": quirks.stream,
    });
    let limit = if quirks.new_limit { "max_completion_tokens" } else { "max_tokens" };
    body[limit] = request.max_tokens.into();
    if quirks.stream && quirks.stream_options {
        body["stream_options"] = json!({"include_usage": true});
    }
    if quirks.temperature {
        body["temperature"] = request.temperature.into();
    }
    if let Some(schema) = &request.schema {
        let named = |strict: bool, schema: Value| json!({"type": "json_schema", "json_schema": {"name": "answer", "strict": strict, "schema": schema}});
        let format = match form {
            Form::Exact => Some(named(true, (**schema).clone())),
            Form::Loose => Some(named(false, portable(schema))),
            Form::Object => Some(json!({"type": "json_object"})),
            Form::Text => None,
        };
        if let Some(format) = format {
            body["response_format"] = format;
        }
    }
    body
}

fn mentions_json(text: &str) -> bool {
    text.as_bytes().windows(4).any(|word| word.eq_ignore_ascii_case(b"json"))
}

fn usage(value: &Value) -> Option<Usage> {
    let usage = value.get("usage").filter(|usage| usage.is_object())?;
    let input = count(usage.get("prompt_tokens"))?;
    let cached = count(usage.pointer("/prompt_tokens_details/cached_tokens"))
        .or_else(|| count(usage.get("prompt_cache_hit_tokens")))
        .unwrap_or_default();
    let output = count(usage.get("completion_tokens")).unwrap_or_default();
    Some(Usage { input, output, cached: cached.min(input), cache_write: 0 })
}
