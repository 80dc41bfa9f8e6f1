//! Ollama's `/api/chat`: one JSON object per line, the answer's shape held by `format`.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use reqwest::Url;
use reqwest::header::{AUTHORIZATION, HeaderName};
use serde_json::{Value, json};

use super::answer::{Answer, Took};
use super::driver::Protocol;
use super::quirks::{Form, Tries};
use super::spec::Reasoning;
use super::wire::Http;
use super::{ProviderError, ProviderSpec, Request};

/// The context every Ollama gives a model unasked.
const USUAL_CONTEXT: usize = 4096;
/// The largest context asked for.
const LARGEST_CONTEXT: usize = 65_536;

/// Ollama's protocol.
pub(super) struct Ollama {
    reasoning: Option<Reasoning>,
    /// The largest context each model has needed: asking for less again would reload it.
    contexts: Mutex<HashMap<String, usize>>,
}

impl Ollama {
    pub(super) fn new(spec: &ProviderSpec) -> Self {
        Self { reasoning: spec.reasoning, contexts: Mutex::default() }
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
}

impl Protocol for Ollama {
    const FORMS: &'static [Form] = &[Form::Exact, Form::Object];

    /// A key is sent when there is one.
    fn headers(spec: &ProviderSpec) -> Result<Vec<(HeaderName, String)>, ProviderError> {
        let key = spec.api_key.as_ref().filter(|key| !key.is_empty());
        Ok(key.map(|key| (AUTHORIZATION, format!("Bearer {}", key.expose()))).into_iter().collect())
    }

    fn chat(&self, http: &Http) -> Url {
        http.url("", "api/chat")
    }

    fn body(&self, request: &Request, tries: &Tries<'_>) -> Value {
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
        match (self.reasoning, tries.quirks.effort) {
            (Some(Reasoning::Off), 0) => body["think"] = false.into(),
            (Some(effort), 0) => body["think"] = effort.as_str().into(),
            (Some(effort), 1) if effort != Reasoning::Off => body["think"] = true.into(),
            _ => {}
        }
        match (&request.schema, tries.form()) {
            (Some(schema), Form::Exact) => body["format"] = (**schema).clone(),
            (Some(_), Form::Object) => body["format"] = "json".into(),
            _ => {}
        }
        body
    }

    fn take(&self, message: &Value, answer: &mut Answer) -> Took {
        let inner = message.get("message").filter(|inner| inner.is_object());
        let done = message.get("done").and_then(Value::as_bool);
        if inner.is_none() && done.is_none() {
            return Took::Foreign;
        }
        answer.model(message.get("model"));
        let mut token = false;
        if let Some(inner) = inner {
            token |= answer.reasoning(inner.get("thinking"));
            token |= answer.content(inner.get("content"));
            answer.calls(inner.get("tool_calls"));
        }
        if done == Some(true) {
            if !answer.ended(message.get("done_reason")) {
                answer.ended(Some(&Value::from("stop")));
            }
            return Took::Last;
        }
        if token { Took::Token } else { Took::Note }
    }

    fn list(&self, http: &Http) -> (Url, &'static str, [&'static str; 2]) {
        (http.url("", "api/tags"), "models", ["name", "model"])
    }
}
