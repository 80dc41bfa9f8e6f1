//! What a server says when it does not answer: read, and turned into the error that fits the cause.
//!
//! Bodies come in many forms, and statuses are not always true: a key refused with 400, an address
//! that is none answered with 200, a prompt too long called a failure. The words decide, where they
//! are clear.

use std::time::Duration;

use jiff::fmt::rfc2822::DateTimeParser;
use reqwest::header::{DATE, HeaderMap, LOCATION, RETRY_AFTER};
use serde_json::Value;

use super::context;
use super::detail::{Detail, error_in};
use super::failure::Who;
use super::{FailureKind, ProviderError, ProviderKind};
use crate::domain::text::clean_line;

/// The longest time a server may ask to be left alone.
const LONGEST_REST: Duration = Duration::from_secs(24 * 3600);

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
        let named = |key: &str| message.get(key).and_then(Value::as_str) == Some("error");
        // A message in words, where an answer would stand.
        let in_words = ["message", "msg", "detail"].iter().any(|key| {
            message.get(*key).is_some_and(Value::is_string)
                && ["choices", "content", "done", "type"].iter().all(|key| message.get(*key).is_none())
        });
        if !(error_in(message).is_some() || named("type") || named("object") || in_words) {
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

    /// Whether it is about the size of the context. Some servers say so with the wrong status.
    fn is_too_long(&self) -> bool {
        let words = context::WORDS.iter().any(|words| self.says(words) || self.detail.kind.contains(words));
        match self.status {
            413 => words || !self.is_too_large(),
            400 | 404 | 422 | 500.. => words,
            _ => false,
        }
    }

    /// Whether the request has too many bytes for what stands in front of the server.
    fn is_too_large(&self) -> bool {
        self.status == 413
            && (self.detail.is_page || self.says_any(&["entity too large", "payload too large"]))
    }

    /// Whether it is about how much is asked in a minute, whatever the status: a request that is larger
    /// than what a minute may hold is refused with 413 by some.
    fn is_too_often(&self) -> bool {
        matches!(self.status, 400 | 413 | 429)
            && self.says_any(&[
                "rate_limit",
                "rate limit",
                "tokens per min",
                "requests per min",
                "too many requests",
            ])
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
        if self.is_too_often() {
            return FailureKind::RateLimited;
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
            FailureKind::RateLimited if status == 429 || self.is_too_often() => {
                format!("{name} is asked too often ({status}){said}")
            }
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
            _ if self.is_too_large() => format!(
                "the request is too large for the proxy or web server in front of {name} ({status}){said}; let it take larger \
                 ones (nginx: client_max_body_size), or lower prompt.total_tokens"
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
        self.detail.context.or_else(|| context::told(&self.detail.message)).filter(context::is_believed)
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
            (
                413,
                r#"{"error": {"message": "Request too large: tokens per minute (TPM): Limit 6000, Requested 7000", "type": "tokens", "code": "rate_limit_exceeded"}}"#,
                FailureKind::RateLimited,
            ),
            (
                413,
                "<html>\n<head><title>413 Request Entity Too Large</title></head></html>",
                FailureKind::Refused,
            ),
            (413, r#"{"message": "request entity too large"}"#, FailureKind::Refused),
            (413, r#"{"error": {"message": "context length of 8192 exceeded"}}"#, FailureKind::TooLong),
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
            (json!({"choices": [{"message": {"content": ""}, "error": {"code": 429, "message": "x"}}]}), 429),
            (
                json!({"choices": [{"finish_reason": "error", "delta": {}, "error": {"code": 502, "message": "x"}}]}),
                502,
            ),
            (
                json!({"base_resp": {"status_code": 1004, "status_msg": "login fail: no secret key"}, "choices": null}),
                401,
            ),
            (
                json!({"base_resp": {"status_code": 1008, "status_msg": "insufficient balance"}, "object": "chat.completion"}),
                402,
            ),
            (json!({"base_resp": {"status_code": 1002, "status_msg": "rate limit"}}), 429),
            (json!({"error_code": 110, "error_msg": "Access token invalid"}), 401),
            (json!({"error_type": "overloaded", "error_message": "busy"}), 529),
            (
                json!({"Response": {"Error": {"Code": "AuthFailure.Id", "Message": "x"}, "RequestId": "1"}}),
                401,
            ),
        ] {
            assert_eq!(Refusal::inside(&body).map(|refusal| refusal.status), Some(status), "{body}");
        }
        for answer in [
            json!({"choices": [], "error": null}),
            json!({"choices": [], "error": ""}),
            json!({"message": {"content": "x"}, "done": true}),
            json!({"type": "message_start", "message": {}}),
            json!({"usage": {}}),
            json!({"choices": [{"message": {"content": "x"}, "error": null}], "error": {}}),
            json!({"choices": [], "error": {"code": 0, "message": ""}}),
            json!({"choices": [], "error": {"code": "0", "message": null, "details": [{}]}}),
            json!({"choices": [], "error": 0}),
            json!({"choices": [], "error": false, "errors": [""]}),
            json!({"choices": [], "base_resp": {"status_code": 0, "status_msg": "success"}, "error_code": 0}),
        ] {
            assert!(Refusal::inside(&answer).is_none(), "{answer}");
        }
    }

    #[test]
    fn an_error_inside_a_success_brings_its_own_words() {
        for (body, words) in [
            (json!({"choices": [{"error": {"code": 502, "message": "it fell over"}}]}), "it fell over"),
            (json!({"base_resp": {"status_code": 1008, "status_msg": "no balance"}}), "no balance"),
            (json!({"error_code": 110, "error_msg": "no token"}), "no token"),
            (json!({"error_type": "overloaded", "error_message": "busy"}), "busy"),
            (json!({"Response": {"Error": {"Code": "AuthFailure.Id", "Message": "no id"}}}), "no id"),
            (json!({"error": {}, "message": "not allowed"}), "not allowed"),
        ] {
            let refusal = Refusal::inside(&body).unwrap();
            assert_eq!(refusal.detail.message, words, "{body}");
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
                Some(200_000),
            ),
            (
                r#"{"error": {"message": "The prompt exceeds the context window of 131,072 tokens"}}"#,
                Some(131_072),
            ),
            (
                r#"{"error": "`inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5312 `inputs` tokens", "error_type": "validation"}"#,
                Some(4096),
            ),
            (
                r#"{"code": "invalid", "error": "This model's maximum prompt length is 131072 but 140000 came"}"#,
                Some(131_072),
            ),
            (r#"{"error": {"message": "Range of input length should be [1, 30720]"}}"#, Some(30_720)),
            (r#"{"message": "too many tokens: the prompt cannot exceed 4081 - received 5312"}"#, Some(4081)),
            (r#"{"detail": "Prompt length 5312 is greater than max_seq_len 4096"}"#, Some(4096)),
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
