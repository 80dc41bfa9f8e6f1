//! Wikipedia, or any other MediaWiki, through its action API: one request finds pages and brings
//! the plain text before their first heading.
//!
//! It sends nothing but the words of the query, talks to the configured host alone, reads a bounded
//! answer and keeps to the API's etiquette: a user agent that names the program, `maxlag`, one
//! request at a time, and a pause when asked for one. What comes back has passed the text gate.
//!
//! Sources: mediawiki.org, pages API:Etiquette, Manual:Maxlag parameter, Extension:TextExtracts.

mod answer;
#[cfg(test)]
mod tests;

use std::net::IpAddr;
use std::sync::OnceLock;
use std::time::Duration;

use async_trait::async_trait;
use reqwest::header::{DATE, HeaderMap, LOCATION, RETRY_AFTER};
use reqwest::{Client, Response, StatusCode, Url, redirect};
use tokio::sync::Semaphore;

use super::{Finding, MAX_FINDINGS, Tool, ToolError};
use crate::domain::text;

/// The English Wikipedia.
pub const ENGLISH: &str = "https://en.wikipedia.org";

/// Where Wikipedia and most others keep their API.
const API_PATH: &str = "/w/api.php";

/// The name of this tool and the source of its findings.
const SOURCE: &str = "wikipedia";

/// Who asks: the program and what it is.
const USER_AGENT: &str =
    concat!("botarium/", env!("CARGO_PKG_VERSION"), " (", env!("CARGO_PKG_DESCRIPTION"), ")");

/// Longest query, in characters: what the search engine of Wikipedia accepts.
const QUERY_CHARS: usize = 300;

/// Pages asked for: a few more than are used, since some turn out to be mere lists of meanings.
const PAGES: usize = MAX_FINDINGS + 3;

/// Seconds of database lag at which the server should rather refuse; its documentation's advice.
const MAXLAG: &str = "5";

/// How much and how long.
#[derive(Copy, Clone, Debug)]
struct Limits {
    connect: Duration,
    total: Duration,
    /// The longest pause a search sits out; when the server asks for more, the search fails.
    pause: Duration,
    /// The pause when the server names none.
    default_pause: Duration,
    /// Bytes of an answer.
    body: usize,
}

const LIMITS: Limits = Limits {
    connect: Duration::from_secs(5),
    total: Duration::from_secs(15),
    pause: Duration::from_secs(10),
    default_pause: Duration::from_secs(2),
    body: 256 * 1024,
};

/// Looks things up in a MediaWiki.
#[derive(Debug)]
pub struct Wikipedia {
    base: Url,
    /// For messages: the host, with the port when it is an unusual one.
    host: String,
    limits: Limits,
    client: OnceLock<Client>,
    /// One search at a time, as the API's etiquette asks of programs.
    turn: Semaphore,
}

impl Wikipedia {
    /// A tool for the MediaWiki at `base`: the address of its API, or that of its host alone, such as
    /// [`ENGLISH`], when the API is at the usual path. Connects to nothing.
    ///
    /// # Errors
    /// When `base` is no address of an HTTP server.
    pub fn new(base: &str) -> Result<Self, ToolError> {
        Self::with_limits(base, LIMITS)
    }

    fn with_limits(base: &str, limits: Limits) -> Result<Self, ToolError> {
        let url = Url::parse(base).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        let wrong = || {
            let shown = text::clean_line(base, 100);
            ToolError::Setup(format!(
                "`{shown}` is no address of a MediaWiki API; expected one like {ENGLISH}"
            ))
        };
        let mut base = url.ok_or_else(wrong)?;
        if base.path() == "/" {
            base.set_path(API_PATH);
        }
        let name = base.host_str().ok_or_else(wrong)?;
        let host = base.port().map_or_else(|| name.to_owned(), |port| format!("{name}:{port}"));
        Ok(Self { base, host, limits, client: OnceLock::new(), turn: Semaphore::new(1) })
    }

    fn client(&self) -> Result<&Client, ToolError> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        // One that somebody else installed first serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let home = self.base.clone();
        let mut builder = Client::builder()
            .user_agent(USER_AGENT)
            .connect_timeout(self.limits.connect)
            .timeout(self.limits.total)
            .no_gzip()
            .redirect(redirect::Policy::custom(move |attempt| {
                if attempt.previous().len() < 3 && same_place(attempt.url(), &home) {
                    attempt.follow()
                } else {
                    attempt.stop()
                }
            }));
        if is_loopback(&self.base) {
            builder = builder.no_proxy();
        }
        let client = builder.build().map_err(|error| {
            ToolError::Setup(format!("no HTTP client for {}: {}", self.host, error.without_url()))
        })?;
        Ok(self.client.get_or_init(|| client))
    }

    /// One request, one answer.
    async fn ask(&self, words: &str) -> Result<Vec<Finding>, ToolError> {
        let pages = PAGES.to_string();
        let request = self.client()?.get(self.base.clone()).query(&[
            ("action", "query"),
            ("format", "json"),
            ("formatversion", "2"),
            ("maxlag", MAXLAG),
            ("redirects", "1"),
            ("generator", "search"),
            ("gsrsearch", words),
            ("gsrnamespace", "0"),
            ("gsrlimit", &pages),
            ("prop", "extracts|info|pageprops"),
            ("exintro", "1"),
            ("explaintext", "1"),
            ("exlimit", &pages),
            ("inprop", "url"),
            ("ppprop", "disambiguation"),
        ]);
        let response = request.send().await.map_err(|error| self.failure(&error))?;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = self.read(response).await;
        if status.is_success() {
            return answer::findings(&body?, &self.host, retry_after(&headers));
        }
        // What the server says about its own failure is worth having, and no more than that.
        Err(self.refusal(status, &headers, &body.unwrap_or_default()))
    }

    async fn read(&self, mut response: Response) -> Result<Vec<u8>, ToolError> {
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.failure(&error))? {
            if body.len() + chunk.len() > self.limits.body {
                let reason = format!("the answer is longer than {} KiB", self.limits.body / 1024);
                return Err(self.protocol(reason));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    fn refusal(&self, status: StatusCode, headers: &HeaderMap, body: &[u8]) -> ToolError {
        let host = self.host.clone();
        if status.is_redirection() {
            let to = headers.get(LOCATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
            return self.protocol(format!("it redirects to {}", text::clean_line(to, 200)));
        }
        if let Some(error) = answer::api_error(body, &self.host, retry_after(headers)) {
            return error;
        }
        if matches!(status.as_u16(), 429 | 502..=504) {
            return ToolError::Busy { host, retry_after: retry_after(headers) };
        }
        let message = status.canonical_reason().unwrap_or("an unknown status").to_owned();
        ToolError::Refused { host, code: status.as_u16().to_string(), message }
    }

    fn failure(&self, error: &reqwest::Error) -> ToolError {
        let host = self.host.clone();
        if error.is_timeout() {
            let limit = if error.is_connect() { self.limits.connect } else { self.limits.total };
            ToolError::Timeout { host, seconds: limit.as_secs().max(1) }
        } else if error.is_connect() {
            ToolError::Connect { host, reason: cause(error) }
        } else {
            self.protocol(format!("the connection broke off ({})", cause(error)))
        }
    }

    fn protocol(&self, reason: String) -> ToolError {
        ToolError::Protocol { host: self.host.clone(), reason }
    }

    /// How long to wait before the one retry; `None` when waiting would not help or would take too long.
    fn pause(&self, error: &ToolError) -> Option<Duration> {
        let ToolError::Busy { retry_after, .. } = error else { return None };
        let pause = retry_after.map_or(self.limits.default_pause, Duration::from_secs);
        (pause <= self.limits.pause).then_some(pause)
    }
}

#[async_trait]
impl Tool for Wikipedia {
    fn name(&self) -> &str {
        SOURCE
    }

    async fn search(&self, query: &str) -> Result<Vec<Finding>, ToolError> {
        let words = plain_words(query);
        if words.is_empty() {
            return Err(ToolError::EmptyQuery);
        }
        // Never closed; were it, searching without a turn would do no harm.
        let _turn = self.turn.acquire().await.ok();
        match self.ask(&words).await {
            Err(error) => match self.pause(&error) {
                Some(pause) => {
                    tokio::time::sleep(pause).await;
                    self.ask(&words).await
                }
                None => Err(error),
            },
            found => found,
        }
    }
}

/// The query without the signs and prefixes that a search engine would obey.
fn plain_words(query: &str) -> String {
    let obeyed = |c: char| {
        matches!(c, ':' | '/' | '"' | '\\' | '!'..='*' | '<'..='?' | '['..='^' | '{'..='~' | '+') && c != '\''
    };
    let plain = text::clean_line(query, QUERY_CHARS).replace(obeyed, " ");
    let words = plain.split_whitespace().map(|word| word.trim_start_matches('-'));
    words.filter(|word| word.chars().any(char::is_alphanumeric)).collect::<Vec<_>>().join(" ")
}

fn same_place(a: &Url, b: &Url) -> bool {
    a.scheme() == b.scheme()
        && a.host_str() == b.host_str()
        && a.port_or_known_default() == b.port_or_known_default()
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// `Retry-After` in seconds. A date counts from the server's own `Date`.
fn retry_after(headers: &HeaderMap) -> Option<u64> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse() {
        return Some(seconds);
    }
    let parse = |text: &str| jiff::fmt::rfc2822::parse(text).ok().map(|time| time.timestamp().as_second());
    let now = parse(headers.get(DATE)?.to_str().ok()?)?;
    u64::try_from(parse(value)? - now).ok()
}

/// The innermost cause: "connection refused" rather than "error sending request".
fn cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    text::clean_line(&cause.to_string(), 200)
}
