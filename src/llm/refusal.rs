//! What a server says when it does not answer: read, and turned into the error that fits the cause.
//!
//! Bodies come in many forms, and statuses are not always true: a key refused with 400, an address
//! that is none answered with 200, a prompt too long called a failure. The words decide, where they
//! are clear.

use std::time::Duration;

use jiff::fmt::rfc2822::DateTimeParser;
use reqwest::header::{DATE, HeaderMap, LOCATION, RETRY_AFTER};
use serde_json::Value;

use super::failure::{Who, page_title};
use super::{FailureKind, ProviderError, ProviderKind, loose};
use crate::domain::text::clean_line;

/// The longest time a server may ask to be left alone.
const LONGEST_REST: Duration = Duration::from_secs(24 * 3600);
/// The smallest and the largest context that is believed.
const CONTEXTS: std::ops::RangeInclusive<u64> = 256..=100_000_000;

/// An answer that is no success.
#[derive(Debug)]
pub(super) struct Refusal {
    status: u16,
    detail: Detail,
    retry_after: Option<Duration>,
    location: Option<String>,
    /// Whether it stood in an answer that began as a success, so that a model may have been asked.
    inside: bool,
}

/// The parts of an error body, each empty where it is not given.
#[derive(Debug, Default)]
struct Detail {
    message: String,
    kind: String,
    code: String,
    param: String,
    /// The context's size, as a number of its own.
    context: Option<u64>,
    /// Whether the body was a message of some API, rather than a page or a line of text.
    is_api: bool,
}

impl Refusal {
    pub(super) fn read(status: u16, headers: &HeaderMap, body: &str) -> Self {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        Self {
            status,
            detail: Detail::read(body),
            retry_after: text(RETRY_AFTER).and_then(|value| retry_after(value, text(DATE))),
            location: text(LOCATION).map(str::to_owned),
            inside: false,
        }
    }

    /// The error in a message of an answer that began as a success; `None` when it holds none.
    pub(super) fn inside(message: &Value) -> Option<Self> {
        let message = message.get(0).unwrap_or(message);
        let is_error = |key: &str| match message.get(key) {
            None | Some(Value::Null | Value::Bool(false)) => false,
            Some(Value::String(text)) => !text.is_empty(),
            Some(Value::Array(all)) => !all.is_empty(),
            Some(_) => true,
        };
        let named = |key: &str| message.get(key).and_then(Value::as_str) == Some("error");
        // A message in words, where an answer would stand.
        let in_words = ["message", "msg", "detail"].iter().any(|key| {
            message.get(*key).is_some_and(Value::is_string)
                && ["choices", "content", "done", "type"].iter().all(|key| message.get(*key).is_none())
        });
        if !(is_error("error") || is_error("errors") || named("type") || named("object") || in_words) {
            return None;
        }
        let detail = Detail::of(message);
        Some(Self { status: detail.status(), detail, retry_after: None, location: None, inside: true })
    }

    pub(super) const fn status(&self) -> u16 {
        self.status
    }

    /// Whether the server complains about a parameter of this name.
    pub(super) fn names(&self, parameter: &str) -> bool {
        if !matches!(self.status, 400 | 404 | 415 | 422 | 500 | 501) {
            return false;
        }
        if !self.detail.param.is_empty() {
            return words(&self.detail.param).any(|word| word == parameter);
        }
        words(&self.detail.message).any(|word| word == parameter)
    }

    /// Whether its words contain `phrase` (lower case).
    pub(super) fn says(&self, phrase: &str) -> bool {
        self.detail.message.to_lowercase().contains(phrase) || self.detail.code.contains(phrase)
    }

    fn says_any(&self, phrases: &[&str]) -> bool {
        phrases.iter().any(|phrase| self.says(phrase) || self.detail.kind.contains(phrase))
    }

    fn is_too_long(&self) -> bool {
        self.status == 413
            || (matches!(self.status, 400 | 404 | 422 | 500..)
                && self.says_any(&[
                    "exceed_context_size",
                    "context_length_exceeded",
                    "context length",
                    "context size",
                    "context window",
                    "context limit",
                    "exceeds the context",
                    "exceed context",
                    "prompt is too long",
                    "input is too long",
                    "input too long",
                    "maximum number of tokens",
                    "max_model_len",
                    "n_ctx",
                ]))
    }

    /// Whether there is nothing behind the address.
    fn is_nowhere(&self) -> bool {
        let says = self.says_any(&[
            "page not found",
            "unexpected endpoint",
            "no route",
            "route not found",
            "cannot post",
            "cannot get",
            "invalid url",
            "unknown url",
            "unknown endpoint",
            "unknown request url",
        ]);
        says || (matches!(self.status, 404 | 405)
            && (!self.detail.is_api
                || matches!(
                    self.detail.message.as_str(),
                    "" | "Not Found" | "not found" | "Method Not Allowed"
                )))
    }

    fn is_missing_model(&self) -> bool {
        matches!(self.status, 400 | 404)
            && (self.says("model_not_found")
                || (self.says("model") && self.says_any(&["not found", "does not exist", "no such model"])))
    }

    fn kind(&self) -> FailureKind {
        let spent = [
            "insufficient_quota",
            "credit balance",
            "billing",
            "exceeded your current quota",
            "out of credit",
        ];
        if matches!(self.status, 400 | 402 | 403 | 429) && (self.status == 402 || self.says_any(&spent)) {
            return FailureKind::Quota;
        }
        if self.is_too_long() {
            return FailureKind::TooLong;
        }
        let key = [
            "api key not valid",
            "invalid api key",
            "incorrect api key",
            "invalid_api_key",
            "api_key_invalid",
        ];
        match self.status {
            401 | 403 => FailureKind::Auth,
            400 if self.says_any(&key) => FailureKind::Auth,
            408 | 425 | 429 => FailureKind::RateLimited,
            _ if self.is_nowhere() => FailureKind::Refused,
            500.. => FailureKind::Server,
            _ => FailureKind::Refused,
        }
    }

    /// The error for a person; `model` is the one that was asked for.
    pub(super) fn into_error(self, who: &Who, model: &str) -> ProviderError {
        let kind = self.kind();
        let (name, status) = (&who.name, self.status);
        let said = match who.quote(&self.detail.message) {
            words if words.is_empty() => String::new(),
            words => format!(": {words}"),
        };
        let context = (kind == FailureKind::TooLong).then(|| self.context()).flatten();
        let message = match kind {
            FailureKind::Auth if who.has_no_key() => {
                format!("{name} wants a key ({status}){said}; set {}", who.key())
            }
            FailureKind::Auth => format!("{name} refused the key ({status}){said}; check {}", who.key()),
            FailureKind::Quota => format!("{name} says credit or quota is used up ({status}){said}"),
            FailureKind::TooLong => {
                let holds = context.map_or_else(String::new, |size| {
                    format!("; it holds {size} tokens, and prompts are kept within that from now on")
                });
                format!(
                    "{name} has a context too small for the prompt ({status}){said}{holds}; start the server with a \
                     larger one, or lower prompt.total_tokens"
                )
            }
            FailureKind::RateLimited if status == 429 => format!("{name} is asked too often (429){said}"),
            FailureKind::RateLimited => format!("{name} is not ready ({status}){said}"),
            FailureKind::Server if matches!(status, 503 | 529) => {
                format!("{name} is overloaded ({status}){said}")
            }
            FailureKind::Server => format!("{name} failed ({status}){said}"),
            _ if (300..400).contains(&status) => format!(
                "{name} redirects elsewhere ({status}), which is not followed; set base_url to the address itself{}",
                self.location
                    .as_deref()
                    .map(|to| format!(": {}", who.quote(host_of(to))))
                    .unwrap_or_default(),
            ),
            _ if self.is_nowhere() => {
                format!("{name} has no such address ({status}){said}; check base_url: {}", who.usual_base())
            }
            _ if self.is_missing_model() && !model.is_empty() => {
                let model = clean_line(model, 80);
                match who.kind {
                    ProviderKind::Ollama => {
                        format!("{name} has no model {model}; fetch it with `ollama pull {model}`")
                    }
                    _ => format!(
                        "{name} has no model {model} ({status}){said}; set providers.{name}.model, or the bot's, to one it has"
                    ),
                }
            }
            _ => format!("{name} refused the request ({status}){said}"),
        };
        // Refused at the door, or turned away for load, it has not reached a model.
        let reached = self.inside || status == 408 || (status >= 500 && !matches!(status, 501 | 503 | 529));
        ProviderError {
            retry_after: self.retry_after,
            maybe_charged: reached && matches!(kind, FailureKind::Server | FailureKind::RateLimited),
            context: context.and_then(|size| u32::try_from(size).ok()),
            ..ProviderError::new(kind, message)
        }
    }

    /// The size of the context, from a field of its own or from the words.
    fn context(&self) -> Option<u64> {
        self.detail
            .context
            .or_else(|| context_in(&self.detail.message))
            .filter(|size| CONTEXTS.contains(size))
    }
}

/// The size a message names: the number behind the word for it, or in front of it.
fn context_in(message: &str) -> Option<u64> {
    let lower = message.to_lowercase();
    let behind = [
        "context length",
        "context size",
        "context window",
        "context limit",
        "max_model_len",
        "n_ctx",
        "limit",
    ];
    let number_after = |cue: &str| {
        let at = lower.find(cue)? + cue.len();
        let near = &lower[at..lower.floor_char_boundary((at + 40).min(lower.len()))];
        let start = near.find(|c: char| c.is_ascii_digit())?;
        number(&near[start..])
    };
    behind.iter().find_map(|cue| number_after(cue)).or_else(|| {
        let at = lower.find("maximum")?;
        let before = lower[..at].trim_end();
        let start = before.rfind(|c: char| !(c.is_ascii_digit() || c == ',')).map_or(0, |at| at + 1);
        number(before.get(start..)?).or_else(|| number_after("maximum"))
    })
}

/// The number that `text` begins with, with or without commas between its thousands.
fn number(text: &str) -> Option<u64> {
    let digits: String =
        text.chars().take_while(|c| c.is_ascii_digit() || *c == ',').filter(|c| *c != ',').collect();
    digits.parse().ok().filter(|size| CONTEXTS.contains(size))
}

impl Detail {
    fn read(body: &str) -> Self {
        let body = body.trim_start_matches('\u{feff}').trim();
        let json = body.starts_with(['{', '[']).then(|| loose::whole(body)).flatten();
        match json {
            Some(value) => Self::of(&value),
            None => Self { message: page_title(body).unwrap_or_else(|| body.to_owned()), ..Self::default() },
        }
    }

    /// From `{"error": {…}}`, `{"error": "…"}`, `{"message": …}`, `{"detail": …}`, `{"errors": […]}`, and lists of them.
    fn of(value: &Value) -> Self {
        let value = value.get(0).unwrap_or(value);
        let outer =
            value.get("error").or_else(|| value.pointer("/errors/0")).filter(|inner| !inner.is_null());
        let inner = match outer {
            Some(Value::String(message)) => {
                return Self { message: message.clone(), is_api: true, ..Self::default() };
            }
            Some(object @ Value::Object(_)) => object,
            _ => value,
        };
        let text = |key: &str| match inner.get(key) {
            Some(Value::String(text)) => text.clone(),
            None | Some(Value::Null) => String::new(),
            Some(other) => other.to_string(),
        };
        let (mut message, mut param) = (String::new(), text("param"));
        for key in ["message", "detail", "msg", "error_description", "reason"] {
            if message.is_empty() {
                (message, param) = described(inner.get(key), param);
            }
        }
        let sizes = ["n_ctx", "context_length", "max_context_length", "max_model_len"];
        Self {
            message,
            kind: text("type"),
            code: [text("code"), text("status")]
                .into_iter()
                .find(|word| !word.is_empty())
                .unwrap_or_default(),
            param,
            context: sizes.iter().find_map(|key| inner.get(*key).and_then(Value::as_u64)),
            is_api: true,
        }
    }

    /// The status an error inside a success would have had.
    fn status(&self) -> u16 {
        if let Some(status) = self.code.parse().ok().filter(|code| (400..600).contains(code)) {
            return status;
        }
        let (kind, code, message) =
            (self.kind.to_lowercase(), self.code.to_lowercase(), self.message.to_lowercase());
        let either = |words: &[&str]| words.iter().any(|word| kind.contains(word) || code.contains(word));
        let says = |words: &[&str]| words.iter().any(|word| message.contains(word));
        if either(&["overloaded"]) || says(&["overloaded", "loading model"]) {
            529
        } else if either(&["rate_limit", "insufficient_quota", "too_many_requests", "resource_exhausted"])
            || says(&["rate limit", "too many requests"])
        {
            429
        } else if either(&["authentication", "invalid_api_key", "unauthenticated"])
            || says(&["invalid api key", "incorrect api key", "unauthorized"])
        {
            401
        } else if either(&["permission"]) {
            403
        } else if either(&["billing"]) {
            402
        } else if either(&["not_found"])
            || says(&["unexpected endpoint", "not found", "no route", "does not exist", "unknown endpoint"])
        {
            404
        } else if either(&[
            "invalid_request",
            "unsupported",
            "badrequest",
            "invalid_argument",
            "exceed_context",
        ]) || says(&[
            "context size",
            "context length",
            "not supported",
            "unsupported",
            "unknown parameter",
        ]) {
            400
        } else {
            500
        }
    }
}

/// The words of a message, and the parameter it is about where it says so: a text, an object with one,
/// or a list of complaints (`{"loc": ["body", "stream_options"], "msg": …}`).
fn described(message: Option<&Value>, param: String) -> (String, String) {
    match message {
        Some(Value::String(text)) => (text.clone(), param),
        Some(Value::Array(all)) => {
            let place = |item: &Value| {
                let parts = item.get("loc").and_then(Value::as_array)?;
                parts.iter().rev().find_map(Value::as_str).map(str::to_owned)
            };
            let words = |item: &Value| match item {
                Value::String(text) => text.clone(),
                item => {
                    let (text, _) = described(item.get("msg").or_else(|| item.get("message")), String::new());
                    place(item).map_or_else(|| text.clone(), |place| format!("{place}: {text}"))
                }
            };
            let joined: Vec<String> = all.iter().take(5).map(words).collect();
            let param = all.first().and_then(place).unwrap_or(param);
            (joined.join("; "), param)
        }
        Some(object @ Value::Object(_)) => {
            let inner = ["detail", "message", "msg"].iter().find_map(|key| object.get(*key));
            match inner {
                Some(inner) => described(Some(inner), param),
                None => (object.to_string(), param),
            }
        }
        Some(Value::Null) | None => (String::new(), param),
        Some(other) => (other.to_string(), param),
    }
}

/// The `retry-after` header: seconds, or an HTTP date. A date counts from the answer's own `date`
/// header, so that it does not matter how far the two clocks are apart.
fn retry_after(value: &str, date: Option<&str>) -> Option<Duration> {
    let value = value.trim();
    let wait = match value.parse::<f64>() {
        Ok(seconds) => Duration::try_from_secs_f64(seconds).ok()?,
        Err(_) => {
            let parser = DateTimeParser::new();
            let then = parser.parse_timestamp(value).ok()?;
            // A server that does not say what time it thinks it is goes by the same time as this machine.
            let now = date.and_then(|date| parser.parse_timestamp(date).ok());
            let now = now.unwrap_or_else(jiff::Timestamp::now);
            Duration::try_from(then.duration_since(now)).unwrap_or_default()
        }
    };
    Some(wait.min(LONGEST_REST))
}

/// The words of a message, where `_` is part of a word.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty())
}

/// Scheme and host of an address.
fn host_of(address: &str) -> &str {
    let start = address.find("://").map_or(0, |at| at + 3);
    let end = address[start..].find(['/', '?', '#']).map_or(address.len(), |at| start + at);
    match address[start..end].rfind('@') {
        Some(at) => &address[start + at + 1..end],
        None => &address[..end],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn refusal(status: u16, body: &str) -> Refusal {
        Refusal::read(status, &HeaderMap::new(), body)
    }

    #[test]
    fn the_words_are_found_in_every_body() {
        for (body, message) in [
            (r#"{"error": {"message": "no", "code": 400}}"#, "no"),
            (r#"[{"error": {"code": 400, "message": "no", "status": "INVALID_ARGUMENT"}}]"#, "no"),
            (r#"{"error": "no"}"#, "no"),
            (r#"{"message": "no"}"#, "no"),
            (r#"{"msg": "no", "code": 7}"#, "no"),
            (r#"{"success": false, "errors": [{"code": 7000, "message": "no"}], "result": null}"#, "no"),
            (r#"{"detail": "no"}"#, "no"),
            (
                r#"{"detail": [{"loc": ["body", "x"], "msg": "no"}, {"loc": ["body", "y", 0], "msg": "nor this"}]}"#,
                "x: no; y: nor this",
            ),
            (r#"{"object": "error", "message": {"detail": [{"loc": ["body", "x"], "msg": "no"}]}}"#, "x: no"),
            ("\u{feff}{\"error\": \"no\",}", "no"),
            ("no", "no"),
            ("<html><title>no</title></html>", "no"),
        ] {
            assert_eq!(refusal(400, body).detail.message, message, "{body}");
        }
        assert!(
            refusal(422, r#"{"detail": [{"loc": ["body", "stream_options"], "msg": "no"}]}"#)
                .names("stream_options")
        );
    }

    #[test]
    fn statuses_that_lie_are_seen_through() {
        for (status, body, kind) in [
            (
                400,
                r#"[{"error": {"code": 400, "message": "API key not valid. Please pass a valid API key."}}]"#,
                FailureKind::Auth,
            ),
            (400, r#"{"error": {"message": "maximum context length is 8192 tokens"}}"#, FailureKind::TooLong),
            (
                500,
                r#"{"error": {"message": "the request exceeds the available context size"}}"#,
                FailureKind::TooLong,
            ),
            (413, "too large", FailureKind::TooLong),
            (404, "404 page not found", FailureKind::Refused),
            (500, r#"{"error": {"message": "context deadline exceeded"}}"#, FailureKind::Server),
            (429, r#"{"error": {"message": "You exceeded your current quota"}}"#, FailureKind::Quota),
        ] {
            assert_eq!(refusal(status, body).kind(), kind, "{body}");
        }
    }

    #[test]
    fn errors_inside_a_success_are_told_from_answers() {
        for (body, status) in [
            (json!({"error": "Unexpected endpoint or method. (POST /chat/completions)"}), 404),
            (json!({"error": {"message": "x", "code": 429}}), 429),
            (json!({"error": {"message": "Provider disconnected", "code": "server_error"}}), 500),
            (json!({"type": "error", "error": {"type": "overloaded_error", "message": "x"}}), 529),
            (json!({"object": "error", "message": "x", "code": 400}), 400),
            (json!({"errors": [{"message": "No route for that URI"}]}), 404),
            (json!({"detail": "Not Found"}), 404),
            (json!([{"error": {"message": "x", "code": 503}}]), 503),
        ] {
            assert_eq!(Refusal::inside(&body).map(|refusal| refusal.status), Some(status), "{body}");
        }
        for answer in [
            json!({"choices": [], "error": null}),
            json!({"choices": [], "error": ""}),
            json!({"message": {"content": "x"}, "done": true}),
            json!({"type": "message_start", "message": {}}),
            json!({"usage": {}}),
        ] {
            assert!(Refusal::inside(&answer).is_none(), "{answer}");
        }
    }

    #[test]
    fn the_size_of_the_context_is_found() {
        for (body, size) in [
            (
                r#"{"error": {"message": "request (5312 tokens) exceeds the available context size (4096 tokens), try increasing it", "n_ctx": 4096}}"#,
                Some(4096),
            ),
            (
                r#"{"error": {"message": "request (5312 tokens) exceeds the available context size (4096 tokens)"}}"#,
                Some(4096),
            ),
            (
                r#"{"error": {"message": "This model's maximum context length is 8192 tokens. However, you requested 9000 tokens (8000 in the messages, 1000 in the completion)."}}"#,
                Some(8192),
            ),
            (
                r#"{"type": "error", "error": {"message": "prompt is too long: 212000 tokens > 200000 maximum"}}"#,
                Some(200_000),
            ),
            (
                r#"{"error": {"message": "input length and `max_tokens` exceed context limit: 199000 + 4096 > 200000"}}"#,
                Some(199_000),
            ),
            (
                r#"{"error": {"message": "The prompt exceeds the context window of 131,072 tokens"}}"#,
                Some(131_072),
            ),
            (r#"{"error": {"message": "the context length is exceeded"}}"#, None),
            (r#"{"error": {"message": "context length", "n_ctx": 7}}"#, None),
        ] {
            let refusal = refusal(400, body);
            assert_eq!((refusal.kind(), refusal.context()), (FailureKind::TooLong, size), "{body}");
        }
    }

    #[test]
    fn a_date_to_wait_for_counts_without_the_date_of_the_answer() {
        assert_eq!(retry_after("Sat, 21 Nov 2099 07:01:30 GMT", None), Some(LONGEST_REST));
        assert_eq!(retry_after("Sat, 21 Nov 2015 07:01:30 GMT", None), Some(Duration::ZERO));
        assert_eq!(retry_after("Sat, 21 Nov 2015 07:01:30 GMT", Some("soon")), Some(Duration::ZERO));
        assert_eq!(retry_after("soon", None), None);
    }

    proptest! {
        #[test]
        fn junk_never_panics(body in "[\\PC\\n{}\\[\\]\"<>0-9a-z]{0,200}", status in 300u16..600) {
            let refusal = refusal(status, &body);
            let _ = (refusal.kind(), refusal.context(), refusal.names("x"));
        }
    }
}
