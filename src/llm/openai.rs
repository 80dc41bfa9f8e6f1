//! Any OpenAI-compatible `/v1/chat/completions`: OpenAI, vLLM, llama.cpp, LM Studio, OpenRouter…

use reqwest::Url;
use reqwest::header::{AUTHORIZATION, HeaderName};
use serde_json::{Value, json};

use super::answer::{Answer, Took};
use super::driver::Protocol;
use super::quirks::{Form, Tries};
use super::schema::portable;
use super::spec::{ProviderKind, Reasoning, not_configured};
use super::wire::Http;
use super::{ProviderError, ProviderSpec, Request};

/// OpenAI's chat protocol.
pub(super) struct OpenAi {
    reasoning: Option<Reasoning>,
    /// Whether the server is OpenAI's own, which knows no templates.
    own: bool,
}

impl OpenAi {
    pub(super) fn new(spec: &ProviderSpec) -> Self {
        Self { reasoning: spec.reasoning, own: is_openai(spec) }
    }

    fn reason(&self, body: &mut Value, tries: &Tries<'_>) {
        let Some(reasoning) = self.reasoning else { return };
        match (reasoning, tries.quirks.effort) {
            (Reasoning::Off, 0) => body["reasoning_effort"] = "none".into(),
            (Reasoning::Off, 1) => body["reasoning_effort"] = "minimal".into(),
            (effort, 0) => body["reasoning_effort"] = effort.as_str().into(),
            _ => {}
        }
        if !self.own && tries.quirks.template {
            let mut words = json!({"enable_thinking": reasoning != Reasoning::Off});
            if reasoning != Reasoning::Off {
                words["reasoning_effort"] = reasoning.as_str().into();
            }
            body["chat_template_kwargs"] = words;
        }
    }
}

/// Whether the address is OpenAI's own, which answers nobody without a key; other servers may.
fn is_openai(spec: &ProviderSpec) -> bool {
    let host = |url: &str| Url::parse(url).ok()?.host_str().map(str::to_owned);
    let own = ProviderKind::OpenAi.default_base_url().and_then(host);
    own.is_some() && host(spec.address()) == own
}

/// The version belongs to the base address; it is added only where there is no path at all.
fn url(http: &Http, path: &str) -> Url {
    http.url(if http.has_path() { "" } else { "v1" }, path)
}

impl Protocol for OpenAi {
    const FORMS: &'static [Form] = &[Form::Exact, Form::Loose, Form::Object];

    /// A key is sent when there is one.
    fn headers(spec: &ProviderSpec) -> Result<Vec<(HeaderName, String)>, ProviderError> {
        let key = spec.api_key.as_ref().filter(|key| !key.is_empty());
        if key.is_none() && is_openai(spec) {
            let message = format!(
                "{} is not set up: set OPENAI_API_KEY to a key, or providers.{}.base_url to a server without one",
                spec.name, spec.name
            );
            return Err(not_configured(message));
        }
        Ok(key.map(|key| (AUTHORIZATION, format!("Bearer {}", key.expose()))).into_iter().collect())
    }

    fn chat(&self, http: &Http) -> Url {
        url(http, "chat/completions")
    }

    fn body(&self, request: &Request, tries: &Tries<'_>) -> Value {
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
        self.reason(&mut body, tries);
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

    fn take(&self, message: &Value, answer: &mut Answer) -> Took {
        let Some(choices) = message.get("choices") else {
            // Between the chunks some servers send notes of their own.
            let note = message.get("object").is_some() || message.get("usage").is_some();
            return if note { Took::Note } else { Took::Foreign };
        };
        answer.model(message.get("model"));
        let Some(choice) = choices.get(0).or_else(|| Some(choices).filter(|choice| choice.is_object()))
        else {
            return Took::Note;
        };
        answer.ended(choice.get("finish_reason"));
        let whole = choice.get("message").filter(|part| part.is_object());
        let Some(part) = choice.get("delta").filter(|part| part.is_object()).or(whole) else {
            let token = answer.content(choice.get("text"));
            return if token { Took::Token } else { Took::Note };
        };
        // Reasoning is no part of the answer, but it shows that the model is at work. Of several names
        // for the same reasoning one is enough.
        let mut token = ["reasoning_content", "reasoning", "reasoning_text", "thinking", "reasoning_details"]
            .iter()
            .any(|key| answer.reasoning(part.get(*key)));
        token |= answer.content(part.get("content"));
        token |= answer.refusal(part.get("refusal"));
        answer.calls(part.get("tool_calls"));
        answer.calls(part.get("function_call"));
        match whole {
            Some(_) if !answer.is_ended() => {
                answer.ended(Some(&Value::from("unsaid")));
                Took::Token
            }
            _ if token => Took::Token,
            _ => Took::Note,
        }
    }

    fn list(&self, http: &Http) -> (Url, &'static str, [&'static str; 2]) {
        (url(http, "models"), "data", ["id", "name"])
    }
}

fn mentions_json(text: &str) -> bool {
    text.as_bytes().windows(4).any(|word| word.eq_ignore_ascii_case(b"json"))
}
