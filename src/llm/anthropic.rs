//! Anthropic's Messages API, and servers that speak it.
//!
//! The system prompt is marked for the prompt cache, so that what stays the same between two
//! beats is paid for once. The answer's shape is asked for with `output_config.format`, in the
//! part of JSON Schema the API takes; a model that refuses it is asked without from then on.

use reqwest::Url;
use reqwest::header::HeaderName;
use serde_json::{Value, json};

use super::answer::{Answer, Took, text_at};
use super::driver::Protocol;
use super::quirks::{Form, Tries};
use super::schema::portable;
use super::spec::{Reasoning, not_configured};
use super::wire::Http;
use super::{ProviderError, ProviderSpec, Request};
use crate::domain::caching::ANTHROPIC_LIFE;

const VERSION: &str = "2023-06-01";
/// The smallest thinking budget the API takes.
const LEAST_BUDGET: u32 = 1_024;

/// The Messages API.
pub(super) struct Anthropic {
    reasoning: Option<Reasoning>,
}

impl Anthropic {
    pub(super) const fn new(spec: &ProviderSpec) -> Self {
        Self { reasoning: spec.reasoning }
    }

    /// Asks for thinking, as much of the answer's limit as the effort says: the limit holds for both
    /// together. Where the limit leaves no room for the smallest budget, there is none.
    fn reason(&self, body: &mut Value, request: &Request, tries: &Tries<'_>) {
        let share = match (self.reasoning, tries.quirks.effort) {
            (Some(Reasoning::Off), 0) => {
                body["thinking"] = json!({"type": "disabled"});
                return;
            }
            (Some(effort), 1) if effort != Reasoning::Off => {
                // Models that decide for themselves are told how hard to try.
                body["thinking"] = json!({"type": "adaptive"});
                body["output_config"]["effort"] = effort.as_str().into();
                return;
            }
            (Some(Reasoning::Low), 0) => 1,
            (Some(Reasoning::Medium), 0) => 2,
            (Some(Reasoning::High), 0) => 3,
            _ => return,
        };
        let budget = (request.max_tokens / 4 * share).max(LEAST_BUDGET);
        if budget < request.max_tokens {
            body["thinking"] = json!({"type": "enabled", "budget_tokens": budget});
            // While it thinks, only the usual temperature is taken.
            if let Some(fields) = body.as_object_mut() {
                fields.remove("temperature");
            }
        }
    }
}

impl Protocol for Anthropic {
    const FORMS: &'static [Form] = &[Form::Exact];

    fn headers(spec: &ProviderSpec) -> Result<Vec<(HeaderName, String)>, ProviderError> {
        let key = spec.api_key.as_ref().filter(|key| !key.is_empty()).ok_or_else(|| {
            not_configured(format!("{} is not set up: set {} to a key", spec.name, spec.key_place()))
        })?;
        Ok(vec![
            (HeaderName::from_static("x-api-key"), key.expose().to_owned()),
            (HeaderName::from_static("anthropic-version"), VERSION.to_owned()),
        ])
    }

    fn chat(&self, http: &Http) -> Url {
        http.url("v1", "messages")
    }

    fn body(&self, request: &Request, tries: &Tries<'_>) -> Value {
        let mut body = json!({
            "model": request.model,
            "max_tokens": request.max_tokens,
            "stream": tries.quirks.stream,
            "messages": [{"role": "user", "content": request.prompt}],
        });
        if !request.system.is_empty() {
            body["system"] = system(request, tries.quirks.cache_control);
        }
        if tries.quirks.temperature {
            // The API's scale ends at 1, ours at 2.
            body["temperature"] = request.temperature.clamp(0.0, 1.0).into();
        }
        if let (Some(schema), Form::Exact) = (&request.schema, tries.form()) {
            body["output_config"] = json!({"format": {"type": "json_schema", "schema": portable(schema)}});
        }
        self.reason(&mut body, request, tries);
        body
    }

    fn take(&self, message: &Value, answer: &mut Answer) -> Took {
        match text_at(message, "type").unwrap_or_default() {
            "message_start" => {
                answer.model(message.pointer("/message/model"));
                Took::Note
            }
            "content_block_start" => token(answer.content(message.get("content_block"))),
            "content_block_delta" => {
                let delta = message.get("delta").unwrap_or(&Value::Null);
                answer.reasoning(delta.get("thinking"));
                answer.content(delta.get("text"));
                // Signatures are no part of the answer, but they are signs of life.
                Took::Token
            }
            "message_delta" => {
                answer.ended(message.pointer("/delta/stop_reason"));
                Took::Note
            }
            "message_stop" => Took::Last,
            _ if message.get("content").is_some_and(Value::is_array) => {
                answer.content(message.get("content"));
                answer.model(message.get("model"));
                if !answer.ended(message.get("stop_reason")) {
                    answer.ended(Some(&Value::from("unsaid")));
                }
                Took::Last
            }
            "" => Took::Foreign,
            // `ping`, `content_block_stop` and whatever is added later.
            _ => Took::Note,
        }
    }

    fn list(&self, http: &Http) -> (Url, &'static str, [&'static str; 2]) {
        let mut url = http.url("v1", "models");
        url.set_query(Some("limit=1000"));
        (url, "data", ["id", "name"])
    }
}

const fn token(any: bool) -> Took {
    if any { Took::Token } else { Took::Note }
}

/// The system prompt in two parts: what all bots share, and what is the bot's own. Each is marked for the
/// cache where it will be read again while the cache keeps it: filling it costs a quarter more than reading.
fn system(request: &Request, cache: bool) -> Value {
    let (shared, own) = request.system.split_at(request.system.floor_char_boundary(request.shared));
    [(shared, request.again.shared), (own, request.again.own)]
        .into_iter()
        .filter(|(text, _)| !text.is_empty())
        .map(|(text, again)| {
            let mut part = json!({"type": "text", "text": text});
            if cache && u64::from(again) <= ANTHROPIC_LIFE.as_secs() {
                part["cache_control"] = json!({"type": "ephemeral"});
            }
            part
        })
        .collect()
}
