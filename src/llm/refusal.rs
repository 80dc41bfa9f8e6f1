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
                format!("{name} wants a key ({status}){said}; set {}", who.key_place)
            }
            FailureKind::Auth => format!("{name} refused the key ({status}){said}; check {}", who.key_place),
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
mod tests;
