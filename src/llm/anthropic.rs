//! Anthropic's Messages API, and servers that speak it.
//!
//! The system prompt is marked for the prompt cache, so that what stays the same between two
//! beats is paid for once. The answer's shape is asked for with `output_config.format`, in the
//! part of JSON Schema the API takes; a model that refuses it is asked without from then on.

use async_trait::async_trait;
use reqwest::header::HeaderName;
use serde_json::{Value, json};

use super::answer::{Answer, count, text_at};
use super::quirks::{Form, Memory, Tries};
use super::schema::portable;
use super::spec::not_configured;
use super::wire::{Body, Failure, Http};
use super::{Completion, DeltaSink, Provider, ProviderError, ProviderSpec, Request};
use crate::domain::Usage;

const VERSION: &str = "2023-06-01";

/// A server that speaks the Messages API.
pub struct Anthropic {
    model: String,
    http: Http,
    memory: Memory,
}

impl Anthropic {
    /// Prepares the provider; nothing is connected yet.
    ///
    /// # Errors
    /// [`super::FailureKind::NotConfigured`] without a key, or with an address or key that cannot be used.
    pub fn new(spec: &ProviderSpec) -> Result<Self, ProviderError> {
        let key = spec.api_key.as_ref().filter(|key| !key.is_empty()).ok_or_else(|| {
            not_configured(format!("{} is not set up: set ANTHROPIC_API_KEY to a key", spec.name))
        })?;
        let headers = [
            (HeaderName::from_static("x-api-key"), key.expose().to_owned()),
            (HeaderName::from_static("anthropic-version"), VERSION.to_owned()),
        ];
        Ok(Self {
            model: spec.default_model().to_owned(),
            http: Http::new(spec, &headers)?,
            memory: Memory::new(&[Form::Exact]),
        })
    }

    async fn read(
        &self,
        mut body: Body<'_>,
        answer: &mut Answer,
        tokens: &mut Tokens,
    ) -> Result<(), ProviderError> {
        if !body.is("text/event-stream") {
            let value = body.json().await?;
            return self.whole(&value, answer, tokens);
        }
        while let Some(data) = body.event().await? {
            let event = body.parse(&data)?;
            match text_at(&event, "type").unwrap_or_default() {
                "message_start" => {
                    let message = event.get("message").unwrap_or(&Value::Null);
                    answer.model = text_at(message, "model").map(str::to_owned);
                    tokens.merge(message.get("usage"));
                }
                "content_block_start" => {
                    let block = event.get("content_block").unwrap_or(&Value::Null);
                    if answer.push(text_at(block, "text")) {
                        body.first_token_seen();
                    }
                }
                "content_block_delta" => {
                    // Thinking and signatures are no part of the answer, but they are signs of life.
                    body.first_token_seen();
                    answer.push(event.get("delta").and_then(|delta| text_at(delta, "text")));
                }
                "message_delta" => {
                    tokens.merge(event.get("usage"));
                    tokens.complete = true;
                    answer.finish = event.pointer("/delta/stop_reason").and_then(Value::as_str).map(finish);
                }
                "message_stop" => return Ok(()),
                // `ping`, `content_block_stop` and whatever is added later.
                _ => {
                    if let Some(error) = self.http.who.error_inside(&event) {
                        return Err(error);
                    }
                }
            }
        }
        Err(body.ended_early())
    }

    fn whole(&self, value: &Value, answer: &mut Answer, tokens: &mut Tokens) -> Result<(), ProviderError> {
        if let Some(error) = self.http.who.error_inside(value) {
            return Err(error);
        }
        let content = value.get("content").and_then(Value::as_array);
        let content = content.ok_or_else(|| self.http.who.not_the_protocol(&value.to_string()))?;
        for block in content {
            answer.push(text_at(block, "text"));
        }
        answer.model = text_at(value, "model").map(str::to_owned);
        answer.finish = text_at(value, "stop_reason").map(finish);
        tokens.merge(value.get("usage"));
        tokens.complete = true;
        Ok(())
    }
}

#[async_trait]
impl Provider for Anthropic {
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
            match self.http.post(self.http.url("v1", "messages"), &body_of(request, &tries)).await {
                Ok(body) => {
                    tries.accepted();
                    let mut tokens = Tokens::default();
                    let read = self.read(body, &mut answer, &mut tokens).await;
                    answer.usage = tokens.usage();
                    return match read {
                        Ok(()) => Ok(answer.finish(&request.model)),
                        Err(error) => Err(ProviderError { usage: answer.usage, ..error }),
                    };
                }
                Err(Failure::Status(refusal)) if tries.learn(&refusal) => {}
                Err(failure) => return Err(failure.into_error(&self.http.who)),
            }
        }
    }

    async fn models(&self) -> Result<Vec<String>, ProviderError> {
        let mut url = self.http.url("v1", "models");
        url.set_query(Some("limit=1000"));
        self.http.names(url, "data", ["id", "name"]).await
    }
}

fn body_of(request: &Request, tries: &Tries<'_>) -> Value {
    let mut body = json!({
        "model": request.model,
        "max_tokens": request.max_tokens,
        "stream": tries.quirks.stream,
        "messages": [{"role": "user", "content": request.prompt}],
    });
    if !request.system.is_empty() {
        body["system"] = json!([{"type": "text", "text": request.system}]);
        if tries.quirks.cache_control {
            body["system"][0]["cache_control"] = json!({"type": "ephemeral"});
        }
    }
    if tries.quirks.temperature {
        // The API's scale ends at 1, ours at 2.
        body["temperature"] = request.temperature.clamp(0.0, 1.0).into();
    }
    if let (Some(schema), Form::Exact) = (&request.schema, tries.form()) {
        body["output_config"] = json!({"format": {"type": "json_schema", "schema": portable(schema)}});
    }
    body
}

/// The words the other protocols use for the same ends.
fn finish(reason: &str) -> String {
    match reason {
        "end_turn" | "stop_sequence" => "stop",
        "max_tokens" | "model_context_window_exceeded" => "length",
        other => other,
    }
    .to_owned()
}

/// Usage as it arrives, in part with the first event and in part with the last.
#[derive(Default)]
struct Tokens {
    input: Option<i64>,
    output: Option<i64>,
    cached: i64,
    cache_write: i64,
    /// The last word has come. Before that the output is not counted to its end.
    complete: bool,
}

impl Tokens {
    /// Later counts replace earlier ones: they are running totals.
    fn merge(&mut self, usage: Option<&Value>) {
        let Some(usage) = usage else { return };
        self.input = count(usage.get("input_tokens")).or(self.input);
        self.output = count(usage.get("output_tokens")).or(self.output);
        self.cached = count(usage.get("cache_read_input_tokens")).unwrap_or(self.cached);
        self.cache_write = count(usage.get("cache_creation_input_tokens")).unwrap_or(self.cache_write);
    }

    /// All tokens read are the plain ones and those read from and written to the cache.
    fn usage(&self) -> Option<Usage> {
        let input = self.input.filter(|_| self.complete)?;
        Some(Usage {
            input: input.saturating_add(self.cached).saturating_add(self.cache_write),
            output: self.output?,
            cached: self.cached,
            cache_write: self.cache_write,
        })
    }
}
