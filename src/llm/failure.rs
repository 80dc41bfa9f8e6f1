//! What a server says when it does not answer, turned into a [`ProviderError`] for a person.
//!
//! Reads the error bodies of the protocols spoken here and of the servers that imitate them.
//! Everything in a message that came from outside is shortened, cleaned and freed of the key.

use std::time::Duration;

use jiff::fmt::rfc2822::DateTimeParser;
use reqwest::Url;
use reqwest::header::{DATE, HeaderMap, LOCATION, RETRY_AFTER};
use serde_json::Value;

use super::{FailureKind, ProviderError, ProviderKind, ProviderSpec};
use crate::domain::Secret;
use crate::domain::text::{clean_line, cut};

/// The longest part of a server's own words that a message quotes, in characters.
const QUOTE: usize = 240;
/// The longest time a server may ask to be left alone.
const LONGEST_REST: Duration = Duration::from_secs(24 * 3600);

/// A provider in messages: its name, its address, its key's name, and the key to keep out of them.
pub(super) struct Who {
    pub(super) name: String,
    kind: ProviderKind,
    address: String,
    secret: Option<Secret>,
}

/// An answer that is no success.
#[derive(Debug)]
pub(super) struct Refusal {
    status: u16,
    detail: Detail,
    retry_after: Option<Duration>,
    location: Option<String>,
}

/// The parts of an error body, each empty where it is not given.
#[derive(Debug, Default)]
struct Detail {
    message: String,
    kind: String,
    code: String,
    param: String,
}

impl Who {
    pub(super) fn new(spec: &ProviderSpec, base: &Url) -> Self {
        let port = base.port().map(|port| format!(":{port}")).unwrap_or_default();
        Self {
            name: spec.name.clone(),
            kind: spec.kind,
            // Without user, password, path and query, any of which may hold a secret.
            address: format!("{}://{}{port}", base.scheme(), base.host_str().unwrap_or_default()),
            secret: spec.api_key.clone(),
        }
    }

    /// `text` from outside, fit for a message.
    fn quote(&self, text: &str) -> String {
        let text = match &self.secret {
            Some(secret) => secret.redact(text),
            None => text.to_owned(),
        };
        let text = clean_line(&text, usize::MAX);
        // Once more: cleaning may have joined what invisible characters kept apart.
        let text = match &self.secret {
            Some(secret) => secret.redact(&text),
            None => text,
        };
        cut(&text, QUOTE)
    }

    fn key(&self) -> &'static str {
        match self.kind {
            ProviderKind::Anthropic => "ANTHROPIC_API_KEY",
            ProviderKind::OpenAi if self.name == "openai" => "OPENAI_API_KEY",
            _ => "its key",
        }
    }

    /// The request did not get through.
    pub(super) fn not_sent(&self, error: &reqwest::Error) -> ProviderError {
        let (name, address) = (&self.name, &self.address);
        if error.is_connect() && error.is_timeout() {
            let message =
                format!("{name} did not accept a connection at {address} in time; check the address");
            return ProviderError::new(FailureKind::Timeout, message);
        }
        if error.is_connect() {
            let cause = self.root_cause(error);
            let advice = match self.kind {
                // The words of rustls.
                _ if cause.contains("certificate") => {
                    "check base_url and the certificates this system trusts"
                }
                ProviderKind::Ollama => "start Ollama or pick another provider",
                _ => "start the server, check base_url and the network, or pick another provider",
            };
            let message = format!("{name} cannot be reached at {address} ({cause}): {advice}");
            return ProviderError::new(FailureKind::Connect, message);
        }
        let message = format!("{name} closed the connection before it answered ({})", self.root_cause(error));
        ProviderError::new(FailureKind::Server, message).charged()
    }

    fn root_cause(&self, error: &reqwest::Error) -> String {
        let mut cause: &dyn std::error::Error = error;
        while let Some(next) = cause.source() {
            cause = next;
        }
        // The outermost error prints the address, which may hold a key.
        let alone = std::error::Error::source(error).is_none();
        if alone { "no answer".to_owned() } else { self.quote(&cause.to_string()) }
    }

    pub(super) fn no_first_token(&self, limit: Duration) -> ProviderError {
        let message = format!("{} gave no first token within {} s", self.name, limit.as_secs_f32());
        ProviderError::new(FailureKind::Timeout, message).charged()
    }

    pub(super) fn stalled(&self, limit: Duration) -> ProviderError {
        let message =
            format!("{} stopped in the middle of its answer for {} s", self.name, limit.as_secs_f32());
        ProviderError::new(FailureKind::Timeout, message).charged()
    }

    pub(super) fn broken_off(&self, error: &reqwest::Error) -> ProviderError {
        let message =
            format!("{} broke off in the middle of its answer ({})", self.name, self.root_cause(error));
        ProviderError::new(FailureKind::Server, message).charged()
    }

    pub(super) fn too_long(&self, limit: usize) -> ProviderError {
        let message = format!("{} sent an answer of more than {} MB; it was cut off", self.name, limit >> 20);
        ProviderError::new(FailureKind::Protocol, message).charged()
    }

    /// A success whose body cannot be read.
    pub(super) fn not_the_protocol(&self, body: &str) -> ProviderError {
        let name = &self.name;
        let message = if body.trim().is_empty() {
            format!("{name} sent an empty answer")
        } else if let Some(title) = page_title(body) {
            format!(
                "{name} answered with a web page ({}) instead of its API; check base_url",
                self.quote(&title)
            )
        } else {
            let start: String = body.chars().take(80).collect();
            format!("{name} sent something that is not its protocol: {}", self.quote(&start))
        };
        ProviderError::new(FailureKind::Protocol, message).charged()
    }

    /// An error object inside an answer that began as a success. `None` when `value` is no error.
    pub(super) fn error_inside(&self, value: &Value) -> Option<ProviderError> {
        let error = value.get("error").filter(|error| !error.is_null());
        let detail = match error {
            Some(_) => Detail::of(value),
            None if value.get("type").and_then(Value::as_str) == Some("error") => Detail::of(value),
            None => return None,
        };
        let status = detail.status();
        let refusal = Refusal { status, detail, retry_after: None, location: None };
        Some(refusal.into_error(self).charged())
    }
}

impl Refusal {
    pub(super) fn read(status: u16, headers: &HeaderMap, body: &str) -> Self {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        Self {
            status,
            detail: Detail::read(body),
            retry_after: text(RETRY_AFTER).and_then(|value| retry_after(value, text(DATE))),
            location: text(LOCATION).map(str::to_owned),
        }
    }

    pub(super) const fn status(&self) -> u16 {
        self.status
    }

    /// Whether the server complains about a parameter of this name.
    pub(super) fn names(&self, parameter: &str) -> bool {
        if !matches!(self.status, 400 | 415 | 422 | 500 | 501) {
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

    fn kind(&self) -> FailureKind {
        let spent = [
            "insufficient_quota",
            "credit balance",
            "billing",
            "exceeded your current quota",
            "out of credit",
        ];
        if matches!(self.status, 400 | 402 | 403 | 429)
            && (self.status == 402
                || spent.iter().any(|words| self.says(words) || self.detail.kind.contains(words)))
        {
            return FailureKind::Quota;
        }
        match self.status {
            401 | 403 => FailureKind::Auth,
            408 | 425 | 429 => FailureKind::RateLimited,
            500.. => FailureKind::Server,
            _ => FailureKind::Refused,
        }
    }

    pub(super) fn into_error(self, who: &Who) -> ProviderError {
        let kind = self.kind();
        let (name, status) = (&who.name, self.status);
        let said = match who.quote(&self.detail.message) {
            words if words.is_empty() => String::new(),
            words => format!(": {words}"),
        };
        let message = match kind {
            FailureKind::Auth if who.secret.is_none() => {
                format!("{name} wants a key ({status}){said}; set {}", who.key())
            }
            FailureKind::Auth => format!("{name} refused the key ({status}){said}; check {}", who.key()),
            FailureKind::Quota => format!("{name} says credit or quota is used up ({status}){said}"),
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
            _ if status == 404 && said.is_empty() => {
                format!("{name} has no such address (404); check base_url")
            }
            _ => format!("{name} refused the request ({status}){said}"),
        };
        ProviderError {
            kind,
            message,
            retry_after: self.retry_after,
            usage: None,
            received: 0,
            context: None,
            // Refused at the door, or turned away for load, it has not reached a model.
            maybe_charged: status == 408 || (status >= 500 && !matches!(status, 501 | 503 | 529)),
        }
    }
}

impl Detail {
    fn read(body: &str) -> Self {
        if let Ok(value) = serde_json::from_str::<Value>(body) {
            return Self::of(&value);
        }
        Self { message: page_title(body).unwrap_or_else(|| body.to_owned()), ..Self::default() }
    }

    /// From `{"error": {…}}`, `{"error": "…"}`, `{"message": …}` or `{"detail": …}`.
    fn of(value: &Value) -> Self {
        let inner = match value.get("error") {
            Some(Value::String(message)) => return Self { message: message.clone(), ..Self::default() },
            Some(object @ Value::Object(_)) => object,
            _ => value,
        };
        let text = |key: &str| match inner.get(key) {
            Some(Value::String(text)) => text.clone(),
            None | Some(Value::Null) => String::new(),
            Some(other) => other.to_string(),
        };
        let message = match text("message") {
            message if message.is_empty() => text("detail"),
            message => message,
        };
        Self { message, kind: text("type"), code: text("code"), param: text("param") }
    }

    /// The status an error inside a stream would have had.
    fn status(&self) -> u16 {
        if let Some(status) = self.code.parse().ok().filter(|code| (400..600).contains(code)) {
            return status;
        }
        let either =
            |words: &[&str]| words.iter().any(|word| self.kind.contains(word) || self.code.contains(word));
        if either(&["overloaded"]) {
            529
        } else if either(&["rate_limit", "insufficient_quota", "too_many_requests"]) {
            429
        } else if either(&["authentication", "invalid_api_key"]) {
            401
        } else if either(&["permission"]) {
            403
        } else if either(&["billing"]) {
            402
        } else if either(&["not_found"]) {
            404
        } else if either(&["invalid_request", "unsupported", "BadRequest"]) {
            400
        } else {
            500
        }
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
            let now = parser.parse_timestamp(date?).ok()?;
            Duration::try_from(then.duration_since(now)).unwrap_or_default()
        }
    };
    Some(wait.min(LONGEST_REST))
}

/// The words of a message, where `_` is part of a word.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty())
}

/// The title of an HTML page; `None` when `body` is none.
fn page_title(body: &str) -> Option<String> {
    let lower = body.to_ascii_lowercase();
    let start = lower.trim_start();
    if !(start.starts_with("<!doctype html") || start.starts_with("<html") || start.starts_with("<head")) {
        return None;
    }
    let title = lower.find("<title>").and_then(|at| {
        let rest = &body[at + "<title>".len()..];
        rest.to_ascii_lowercase().find("</title>").map(|end| rest[..end].trim().to_owned())
    });
    Some(title.filter(|title| !title.is_empty()).unwrap_or_else(|| "an HTML page".to_owned()))
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
