//! What goes wrong on the way to a server and back, as a [`ProviderError`] for a person; what the
//! server itself says is read in `refusal`. Everything in a message that came from outside is
//! shortened, cleaned and freed of the key.

use std::time::Duration;

use reqwest::Url;

use super::detail::page_title;
use super::{FailureKind, ProviderError, ProviderKind, ProviderSpec};
use crate::domain::Secret;
use crate::domain::text::{clean_line, cut};

/// The longest part of a server's own words that a message quotes, in characters.
const QUOTE: usize = 240;

/// A provider in messages: its name, its address, its key's name, and the key to keep out of them.
pub(super) struct Who {
    pub(super) name: String,
    pub(super) kind: ProviderKind,
    local: bool,
    address: String,
    secret: Option<Secret>,
    /// Where its key is set.
    pub(super) key_place: String,
}

impl Who {
    pub(super) fn new(spec: &ProviderSpec, base: &Url) -> Self {
        let port = base.port().map(|port| format!(":{port}")).unwrap_or_default();
        Self {
            name: spec.name.clone(),
            kind: spec.kind,
            local: spec.is_local(),
            // Without user, password, path and query, any of which may hold a secret.
            address: format!("{}://{}{port}", base.scheme(), base.host_str().unwrap_or_default()),
            secret: spec.api_key.clone(),
            key_place: spec.key_place(),
        }
    }

    /// `text` from outside, fit for a message.
    pub(super) fn quote(&self, text: &str) -> String {
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
        let message = format!(
            "{} gave no first token within {} s ({}); a model that takes longer to begin needs more in \
             providers.{}.first_token_timeout_seconds",
            self.name,
            limit.as_secs_f32(),
            if self.local { "a local server" } else { "a remote server" },
            self.name,
        );
        ProviderError::new(FailureKind::Timeout, message).charged()
    }

    pub(super) fn stalled(&self, limit: Duration) -> ProviderError {
        let message = format!(
            "{} stopped in the middle of its answer for {} s (providers.{}.first_token_timeout_seconds)",
            self.name,
            limit.as_secs_f32(),
            self.name
        );
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

    /// A success whose body cannot be read. What is plainly no model's has cost nothing.
    pub(super) fn not_the_protocol(&self, body: &str) -> ProviderError {
        let name = &self.name;
        let (message, answered) = if body.trim().is_empty() {
            (format!("{name} sent an empty answer"), true)
        } else if let Some(title) = page_title(body) {
            let title = self.quote(&title);
            (format!("{name} answered with a web page ({title}) instead of its API; check base_url"), false)
        } else {
            let start: String = body.chars().take(80).collect();
            let start = self.quote(&start);
            (
                format!("{name} sent something that is not its protocol: {start}; check kind and base_url"),
                true,
            )
        };
        let error = ProviderError::new(FailureKind::Protocol, message);
        if answered { error.charged() } else { error }
    }

    /// A success whose body is compressed, `how` its server says.
    pub(super) fn packed(&self, how: &str) -> ProviderError {
        let message = format!(
            "{} sent its answer compressed ({}), which was not asked for and is not read; switch compression off in the \
             server or in the proxy before it",
            self.name,
            self.quote(how)
        );
        ProviderError::new(FailureKind::Protocol, message).charged()
    }

    /// Whether no key is set up.
    pub(super) const fn has_no_key(&self) -> bool {
        self.secret.is_none()
    }

    /// What the base address of such a server looks like.
    pub(super) const fn usual_base(&self) -> &'static str {
        match self.kind {
            ProviderKind::Ollama => {
                "Ollama's is host and port alone, such as http://127.0.0.1:11434, without /v1"
            }
            ProviderKind::Anthropic => "the API's is https://api.anthropic.com",
            _ => "that of an OpenAI-compatible server mostly ends in /v1",
        }
    }
}
