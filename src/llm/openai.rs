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
                "{} is not set up: set {} to a key, or providers.{}.base_url to a server without one",
                spec.name,
                spec.key_place(),
                spec.name
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
        let Some(choice) = first(choices) else { return Took::Note };
        if !answer.ended(choice.get("finish_reason")) {
            answer.ended(choice.get("native_finish_reason"));
        }
        let delta = choice.get("delta").filter(|part| part.is_object());
        // A whole message beside a piece that says nothing is the answer, unless that has come in pieces.
        let whole = choice.get("message").filter(|part| part.is_object()).filter(|whole| {
            delta.is_none_or(|delta| !has_content(delta) && has_content(whole) && !answer.has_text())
        });
        let Some(part) = whole.or(delta) else {
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

/// The choice that was asked for: the first by its number. The others are drafts that a server was told
/// to make. Where a whole message is the only one, its number does not matter.
fn first(choices: &Value) -> Option<&Value> {
    let Some(all) = choices.as_array() else { return Some(choices).filter(|choice| choice.is_object()) };
    let is_first = |choice: &&Value| match choice.get("index") {
        None | Some(Value::Null) => true,
        Some(index) => index.as_u64() == Some(0) || index.as_str() == Some("0"),
    };
    let only = all.first().filter(|choice| all.len() == 1 && choice.get("delta").is_none());
    all.iter().find(is_first).or(only)
}

fn has_content(part: &Value) -> bool {
    part.get("content").is_some_and(|content| match content {
        Value::String(text) => !text.is_empty(),
        Value::Array(parts) => !parts.is_empty(),
        other => other.is_object(),
    })
}

fn mentions_json(text: &str) -> bool {
    text.as_bytes().windows(4).any(|word| word.eq_ignore_ascii_case(b"json"))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::llm::reasoning::Habit;
    use crate::llm::{Again, Finish, Purpose};

    /// What is read of these messages: text and the word for the end.
    fn read(messages: &[Value]) -> (String, Option<Finish>) {
        let protocol = OpenAi { reasoning: None, own: false };
        let mut answer = Answer::new(Arc::new(|_: &str| {}), Habit::Plain);
        for message in messages {
            protocol.take(message, &mut answer);
        }
        let ended = answer.is_ended();
        let request = Request {
            purpose: Purpose::Think,
            model: "toy".to_owned(),
            system: String::new(),
            shared: 0,
            again: Again::NEVER,
            prompt: String::new(),
            schema: None,
            temperature: 1.0,
            max_tokens: 100,
            scene: None,
            seed: 1,
        };
        let (completion, _) = answer.finish(&request);
        (completion.text, ended.then_some(completion.finish))
    }

    #[test]
    fn the_first_choice_is_the_one_with_its_number() {
        let piece = |index: u64, text: &str| json!({"index": index, "delta": {"content": text}});
        for messages in [
            vec![json!({"choices": [piece(1, "draft"), piece(0, "tea")]})],
            vec![json!({"choices": [piece(1, "draft")]}), json!({"choices": [piece(0, "tea")]})],
            vec![json!({"choices": [{"delta": {"content": "tea"}}]})],
            vec![json!({"choices": [{"index": 1, "message": {"content": "tea"}}]})],
        ] {
            assert_eq!(read(&messages).0, "tea", "{messages:?}");
        }
    }

    #[test]
    fn a_whole_message_beside_an_empty_piece_is_the_answer_once() {
        let both = json!({"choices": [{"delta": {"content": ""}, "message": {"content": "tea"}, "finish_reason": "stop"}]});
        let piece = json!({"choices": [{"delta": {"content": "tea"}, "message": {"content": "te"}}]});
        assert_eq!(read(std::slice::from_ref(&both)), ("tea".to_owned(), Some(Finish::Stop)));
        assert_eq!(read(&[piece.clone(), both]), ("tea".to_owned(), Some(Finish::Stop)));
        assert_eq!(read(&[piece]), ("tea".to_owned(), None), "a piece is no end");
    }

    #[test]
    fn the_end_is_understood_in_every_form() {
        for fields in [
            json!({"finish_reason": {"type": "length"}}),
            json!({"finish_reason": null, "native_finish_reason": "MAX_TOKENS"}),
        ] {
            let mut choice = fields.clone();
            choice["delta"] = json!({"content": "tea"});
            assert_eq!(read(&[json!({"choices": [choice]})]).1, Some(Finish::Length), "{fields}");
        }
    }
}
