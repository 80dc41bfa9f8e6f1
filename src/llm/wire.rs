//! HTTP as the providers need it: one lazy client per provider, bounded and timed reading of
//! messages.
//!
//! It knows addresses, keys and time-outs, not what the bytes mean. Nothing here follows a
//! redirect, so a key never travels to another host, and no message carries a key.

use std::net::IpAddr;
use std::sync::OnceLock;
use std::time::Duration;

use reqwest::header::{CONTENT_ENCODING, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, ClientBuilder, Response, Url, redirect};
use serde_json::Value;
use tokio::time::{Instant, timeout_at};

use super::answer::text_at;
use super::failure::Who;
use super::frames::{Frame, Frames};
use super::refusal::Refusal;
use super::spec::not_configured;
use super::{FailureKind, ProviderError, ProviderKind, ProviderSpec};

/// The most bytes one answer may have. A chat answer of 4,096 tokens streams as less than a megabyte.
pub(super) const MAX_ANSWER: usize = 4 * 1024 * 1024;
/// The most bytes of an error body that are read.
const MAX_ERROR: usize = 64 * 1024;

/// How a provider is reached.
pub(super) struct Http {
    pub(super) who: Who,
    base: Url,
    headers: HeaderMap,
    connect: Duration,
    first_token: Duration,
    client: OnceLock<Client>,
}

/// Why a call brought no answer to read.
pub(super) enum Failure {
    /// The server answered with something other than success.
    Status(Box<Refusal>),
    /// It did not get that far.
    Other(ProviderError),
}

impl Http {
    /// Prepares the way to `spec`'s server; `headers` go with every request. Connects to nothing.
    pub(super) fn new(spec: &ProviderSpec, headers: &[(HeaderName, String)]) -> Result<Self, ProviderError> {
        let name = &spec.name;
        let mut base = Url::parse(spec.address())
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
            .ok_or_else(|| {
                not_configured(format!("{name}: base_url must be an http:// or https:// address"))
            })?;
        let path = above(spec.kind, base.path()).to_owned();
        base.set_path(&path);
        let mut map = HeaderMap::new();
        for (key, value) in headers {
            let mut value = HeaderValue::from_str(value).map_err(|_| {
                not_configured(format!("{name}: the key has characters no HTTP header can carry"))
            })?;
            value.set_sensitive(true);
            map.insert(key, value);
        }
        Ok(Self {
            who: Who::new(spec, &base),
            base,
            headers: map,
            connect: spec.connect,
            first_token: spec.first_token,
            client: OnceLock::new(),
        })
    }

    /// The address of `path` below the base. A base without a path gets `version` (such as `v1`) first.
    pub(super) fn url(&self, version: &str, path: &str) -> Url {
        let mut url = self.base.clone();
        let base = url.path().trim_end_matches('/').to_owned();
        let versioned = version.is_empty() || base.rsplit('/').next().is_some_and(|last| last == version);
        url.set_path(&if versioned { format!("{base}/{path}") } else { format!("{base}/{version}/{path}") });
        url
    }

    /// Whether the base address has a path of its own.
    pub(super) fn has_path(&self) -> bool {
        !matches!(self.base.path(), "" | "/")
    }

    fn client(&self) -> Result<&Client, ProviderError> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let mut builder = plain_client().connect_timeout(self.connect);
        if is_loopback(&self.base) {
            builder = builder.no_proxy();
        }
        if self.base.scheme() == "http" {
            // Without TLS there is nothing to trust, and loading the system's certificates takes time.
            builder = builder.tls_certs_only([]);
        }
        let client = builder.build().map_err(|error| {
            not_configured(format!("{}: no HTTP client: {}", self.who.name, error.without_url()))
        })?;
        Ok(self.client.get_or_init(|| client))
    }

    /// Sends `body` and waits for the head of the answer.
    pub(super) async fn post(&self, url: Url, body: &Value) -> Result<Body<'_>, Failure> {
        let request =
            self.client().map_err(Failure::Other)?.post(url).headers(self.headers.clone()).json(body);
        self.send(request).await
    }

    /// Fetches a list: the texts at `name` (or, failing that, `or_name`) of the objects at `list`.
    pub(super) async fn names(
        &self,
        url: Url,
        list: &str,
        name: [&str; 2],
    ) -> Result<Vec<String>, ProviderError> {
        let request = self.client()?.get(url).headers(self.headers.clone());
        let result = match self.send(request).await {
            Ok(body) => body.json().await,
            Err(failure) => Err(failure.into_error(&self.who, "")),
        };
        let result = result.and_then(|value| match value.get(list).and_then(Value::as_array) {
            Some(entries) => Ok(entries.iter().filter_map(|entry| first_text(entry, name)).collect()),
            None => Err(self.who.not_the_protocol(&value.to_string())),
        });
        // No model had a part in this.
        result.map_err(|error| ProviderError { maybe_charged: false, ..error })
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Result<Body<'_>, Failure> {
        let deadline = Instant::now() + self.first_token;
        let response = match timeout_at(deadline, request.send()).await {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => return Err(Failure::Other(self.who.not_sent(&error))),
            Err(_) => return Err(Failure::Other(self.who.no_first_token(self.first_token))),
        };
        let status = response.status();
        let headers = response.headers().clone();
        let mut body = Body::new(self, response, deadline);
        let packed = packing(&headers);
        if status.is_success() {
            return match packed {
                Some(how) => Err(Failure::Other(self.who.packed(how))),
                None => Ok(body),
            };
        }
        let text = match packed {
            Some(how) => format!("its words are compressed ({how})"),
            None => body.beginning(MAX_ERROR).await,
        };
        Err(Failure::Status(Box::new(Refusal::read(status.as_u16(), &headers, &text))))
    }
}

/// What every client here is: it says who it is, wants nothing compressed, and follows nobody elsewhere.
pub(super) fn plain_client() -> ClientBuilder {
    // A provider that somebody else installed first serves as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .user_agent(concat!("botarium/", env!("CARGO_PKG_VERSION")))
        .no_gzip()
        .redirect(redirect::Policy::none())
}

/// The base in `path`: what people copy is often the address of one call, and other protocols'
/// versions are none of Ollama's.
pub(super) fn above(kind: ProviderKind, path: &str) -> &str {
    let mut path = path.trim_end_matches('/');
    for call in ["/chat/completions", "/completions", "/messages", "/api/chat", "/api/generate", "/models"] {
        path = path.strip_suffix(call).unwrap_or(path);
    }
    if kind == ProviderKind::Ollama {
        for version in ["/v1", "/api"] {
            path = path.strip_suffix(version).unwrap_or(path);
        }
    }
    path
}

impl Failure {
    /// The error in a message of an answer that began as a success, of which `received` bytes had come.
    pub(super) fn inside(who: &Who, message: &Value, received: usize) -> Option<Self> {
        let refusal = Refusal::inside(message)?;
        Some(if received == 0 {
            Self::Status(Box::new(refusal))
        } else {
            Self::Other(refusal.into_error(who, "").charged())
        })
    }

    /// `model` is the one that was asked for.
    pub(super) fn into_error(self, who: &Who, model: &str) -> ProviderError {
        match self {
            Self::Status(refusal) => refusal.into_error(who, model),
            Self::Other(error) => error,
        }
    }
}

/// How a body is compressed; nothing here asks for that.
fn packing(headers: &HeaderMap) -> Option<&str> {
    let how = headers.get(CONTENT_ENCODING)?.to_str().unwrap_or("unknown").trim();
    (!how.is_empty() && !how.eq_ignore_ascii_case("identity")).then_some(how)
}

fn first_text(value: &Value, keys: [&str; 2]) -> Option<String> {
    keys.iter().find_map(|key| text_at(value, key)).map(str::to_owned)
}

pub(super) fn is_loopback(url: &Url) -> bool {
    url.host_str().is_some_and(|host| {
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        bare == "localhost" || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
    })
}

/// The body of an answer while it arrives: bounded, and never waited for too long.
pub(super) struct Body<'a> {
    http: &'a Http,
    response: Response,
    frames: Frames,
    read: usize,
    /// Until the first token; then each part has its own time.
    deadline: Option<Instant>,
    ended: bool,
    /// All of it is taken apart.
    over: bool,
}

impl<'a> Body<'a> {
    fn new(http: &'a Http, response: Response, deadline: Instant) -> Self {
        Self {
            http,
            response,
            frames: Frames::default(),
            read: 0,
            deadline: Some(deadline),
            ended: false,
            over: false,
        }
    }

    /// A token has arrived: from now on only stalling counts.
    pub(super) fn first_token_seen(&mut self) {
        self.deadline = None;
    }

    /// The next bytes; `None` at the end.
    async fn fill(&mut self) -> Result<Option<Vec<u8>>, ProviderError> {
        if self.ended {
            return Ok(None);
        }
        let limit = self.http.first_token;
        let until = self.deadline.unwrap_or_else(|| Instant::now() + limit);
        match timeout_at(until, self.response.chunk()).await {
            Ok(Ok(Some(bytes))) => {
                self.read += bytes.len();
                if self.read > MAX_ANSWER {
                    return Err(self.http.who.too_long(MAX_ANSWER));
                }
                Ok(Some(bytes.to_vec()))
            }
            Ok(Ok(None)) => {
                self.ended = true;
                Ok(None)
            }
            Ok(Err(error)) => Err(self.http.who.broken_off(&error)),
            Err(_) if self.deadline.is_some() => Err(self.http.who.no_first_token(limit)),
            Err(_) => Err(self.http.who.stalled(limit)),
        }
    }

    /// The first `limit` bytes, as far as they arrive: for error bodies, which explain and decide nothing.
    async fn beginning(&mut self, limit: usize) -> String {
        let mut read = Vec::new();
        while read.len() < limit
            && let Ok(Some(bytes)) = self.fill().await
        {
            read.extend_from_slice(&bytes);
        }
        read.truncate(limit);
        String::from_utf8_lossy(&read).into_owned()
    }

    /// The whole body as JSON.
    pub(super) async fn json(mut self) -> Result<Value, ProviderError> {
        match self.frame().await? {
            Some(Frame::Message(value)) => Ok(value),
            Some(Frame::Broken(text)) => Err(self.http.who.not_the_protocol(&text)),
            _ => Err(self.http.who.not_the_protocol(&self.junk())),
        }
    }

    /// The next message, or `None` at the end.
    pub(super) async fn frame(&mut self) -> Result<Option<Frame>, ProviderError> {
        loop {
            if let Some(frame) = self.frames.next() {
                return Ok(Some(frame));
            }
            match self.fill().await? {
                Some(bytes) => self.frames.push(&bytes),
                None if self.over => return Ok(None),
                None => {
                    self.over = true;
                    self.frames.end();
                }
            }
        }
    }

    /// Whether everything has arrived.
    pub(super) const fn is_over(&self) -> bool {
        self.over
    }

    /// What has arrived and is no message.
    pub(super) fn junk(&self) -> String {
        self.frames.junk()
    }

    /// The error of a stream that ended before its answer did.
    pub(super) fn ended_early(&self) -> ProviderError {
        let who = &self.http.who;
        if self.read == 0 {
            return who.not_the_protocol("");
        }
        ProviderError::new(FailureKind::Server, format!("{} broke off in the middle of its answer", who.name))
            .charged()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_compressed_body_is_noticed() {
        for (value, how) in
            [("gzip", Some("gzip")), (" br", Some("br")), ("identity", None), ("Identity", None), ("", None)]
        {
            let headers = HeaderMap::from_iter([(CONTENT_ENCODING, HeaderValue::from_static(value))]);
            assert_eq!(packing(&headers), how, "{value:?}");
        }
        assert_eq!(packing(&HeaderMap::new()), None);
    }
}
