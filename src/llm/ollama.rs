//! Ollama's `/api/chat`: one JSON object per line, the answer's shape held by `format`.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use reqwest::header::AUTHORIZATION;
use serde_json::{Value, json};

use super::answer::{Answer, count, text_at};
use super::quirks::{Form, Memory, Tries};
use super::wire::{Body, Failure, Http};
use super::{Completion, DeltaSink, Provider, ProviderError, ProviderSpec, Request};
use crate::domain::{Usage, text};

/// The context every Ollama gives a model unasked.
const USUAL_CONTEXT: usize = 4096;
/// The largest context asked for.
const LARGEST_CONTEXT: usize = 65_536;

/// An Ollama server.
pub struct Ollama {
    model: String,
    http: Http,
    memory: Memory,
    /// The largest context each model has needed: asking for less again would reload it.
    contexts: Mutex<HashMap<String, usize>>,
}

impl Ollama {
    /// Prepares the provider; nothing is connected yet. A key is sent when there is one.
    ///
    /// # Errors
    /// [`super::FailureKind::NotConfigured`] when the address or the key cannot be used.
    pub fn new(spec: &ProviderSpec) -> Result<Self, ProviderError> {
        let mut headers = Vec::new();
        if let Some(key) = spec.api_key.as_ref().filter(|key| !key.is_empty()) {
            headers.push((AUTHORIZATION, format!("Bearer {}", key.expose())));
        }
        Ok(Self {
            model: spec.default_model().to_owned(),
            http: Http::new(spec, &headers)?,
            memory: Memory::new(&[Form::Exact, Form::Object]),
            contexts: Mutex::default(),
        })
    }

    /// The context to ask for, where the usual one is too small: Ollama drops the beginning of a
    /// longer prompt without a word. Three bytes to a token is on the safe side of most texts.
    fn context(&self, request: &Request) -> Option<usize> {
        let bytes = request.system.len() + request.prompt.len();
        let need = bytes / 3 + request.max_tokens as usize + 64;
        let mut contexts = self.contexts.lock().unwrap_or_else(PoisonError::into_inner);
        let held = contexts.entry(request.model.clone()).or_insert(USUAL_CONTEXT);
        if need > *held {
            *held = need.next_power_of_two().min(LARGEST_CONTEXT);
        }
        (*held > USUAL_CONTEXT).then_some(*held)
    }

    fn body_of(&self, request: &Request, tries: &Tries<'_>) -> Value {
        let mut options = json!({"num_predict": request.max_tokens});
        if tries.quirks.temperature {
            options["temperature"] = request.temperature.into();
        }
        if let Some(context) = self.context(request) {
            options["num_ctx"] = context.into();
        }
        let mut body = json!({
            "model": request.model,
            "messages": [
                {"role": "system", "content": request.system},
                {"role": "user", "content": request.prompt},
            ],
            "stream": tries.quirks.stream,
            "options": options,
        });
        match (&request.schema, tries.form()) {
            (Some(schema), Form::Exact) => body["format"] = (**schema).clone(),
            (Some(_), Form::Object) => body["format"] = "json".into(),
            _ => {}
        }
        body
    }

    async fn read(&self, mut body: Body<'_>, answer: &mut Answer) -> Result<(), ProviderError> {
        while let Some(line) = body.line().await? {
            if line.trim().is_empty() {
                continue;
            }
            let value = body.parse(&line)?;
            if let Some(error) = self.http.who.error_inside(&value) {
                return Err(error);
            }
            let message = value.get("message").unwrap_or(&Value::Null);
            if answer.push(text_at(message, "content")) || text_at(message, "thinking").is_some() {
                body.first_token_seen();
            }
            if let Some(model) = text_at(&value, "model") {
                answer.model = Some(model.to_owned());
            }
            if value.get("done").and_then(Value::as_bool) == Some(true) {
                answer.finish = Some(text_at(&value, "done_reason").unwrap_or("stop").to_owned());
                answer.usage = usage(&value);
                return Ok(());
            }
        }
        Err(body.ended_early())
    }

    fn explain(&self, failure: Failure, model: &str) -> ProviderError {
        let missing = matches!(&failure, Failure::Status(refusal) if refusal.status() == 404 && refusal.says("not found"));
        let error = failure.into_error(&self.http.who);
        if missing {
            let model = text::clean_line(model, 80);
            let message =
                format!("{} has no model {model}; fetch it with `ollama pull {model}`", self.http.who.name);
            return ProviderError { message, ..error };
        }
        error
    }
}

#[async_trait]
impl Provider for Ollama {
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
            match self.http.post(self.http.url("", "api/chat"), &self.body_of(request, &tries)).await {
                Ok(body) => {
                    tries.accepted();
                    let read = self.read(body, &mut answer).await;
                    return match read {
                        Ok(()) => Ok(answer.finish(&request.model)),
                        Err(error) => Err(ProviderError { usage: answer.usage, ..error }),
                    };
                }
                Err(Failure::Status(refusal)) if tries.learn(&refusal) => {}
                Err(failure) => return Err(self.explain(failure, &request.model)),
            }
        }
    }

    async fn models(&self) -> Result<Vec<String>, ProviderError> {
        self.http.names(self.http.url("", "api/tags"), "models", ["name", "model"]).await
    }
}

/// A prompt found in its cache Ollama may leave uncounted; then nothing certain is known.
fn usage(value: &Value) -> Option<Usage> {
    let input = count(value.get("prompt_eval_count"))?;
    let output = count(value.get("eval_count"))?;
    Some(Usage { input, output, ..Usage::default() })
}
