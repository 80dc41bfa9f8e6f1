//! A link to an engine behind a port: requests over HTTP, events over a WebSocket.
//!
//! When the stream is lost it is tried again after 1, 2, 4, 8 … 30 seconds, with jitter; meanwhile
//! what happened is asked for every 10 seconds. On return it goes on from the last activity that
//! arrived here, without a gap or a repeat.

mod requests;
mod stream;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::{Client, ClientBuilder, Method, RequestBuilder, Response, StatusCode, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::{Connection, Role};
use crate::domain::{Secret, text};
use crate::engine::{Bus, Subscription};
use crate::protocol::fault::ErrorBody;
use crate::protocol::{Fault, FaultKind, FieldError, Health, Session};

/// No parameters.
const GET_ALL: [(&str, &str); 0] = [];
/// Longest answer taken, in bytes.
const ANSWER_MAX: usize = 32 * 1024 * 1024;
/// Longest refusal taken, in bytes.
const REFUSAL_MAX: usize = 64 * 1024;
/// Longest sentence of a refusal, in characters.
const TOLD_MAX: usize = 4_000;
/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(5);
/// How long an answer may take.
const ANSWER: Duration = Duration::from_secs(30);
/// How long an answer may take when a model speaks.
const THINKING: Duration = Duration::from_secs(600);

/// A remote engine. Cheap to clone; the stream ends with the last clone.
#[derive(Clone)]
pub struct Remote {
    inner: Arc<Inner>,
    _stream: Arc<DropGuard>,
}

/// What the stream's task and the requests share.
struct Inner {
    base: Url,
    token: Option<Secret>,
    http: Client,
    bus: Bus,
    state: Mutex<State>,
    /// Which society answered first.
    society: Option<String>,
}

struct State {
    connection: Connection,
    role: Role,
}

impl Remote {
    /// Reaches the engine at `url` (`http://127.0.0.1:8000`), learns what this side may do, and begins to listen.
    ///
    /// # Errors
    /// The address is none, nobody answers there, or the token is refused.
    pub async fn connect(url: &str, token: Option<Secret>) -> Result<Self, Fault> {
        let base = base_url(url)?;
        let http = client(&base, |builder| builder)?;
        Self::reach(base, http, token).await
    }

    /// Whether `url` can be an engine's address at all.
    ///
    /// # Errors
    /// It cannot, and why.
    pub fn check_address(url: &str) -> Result<(), Fault> {
        base_url(url).map(drop)
    }

    /// As [`Remote::connect`], through a socket in the file system; `url` says which host is asked for there.
    ///
    /// # Errors
    /// As [`Remote::connect`].
    #[cfg(unix)]
    pub async fn connect_at_socket(
        socket: &std::path::Path,
        url: &str,
        token: Option<Secret>,
    ) -> Result<Self, Fault> {
        let base = base_url(url)?;
        let http = client(&base, |builder| builder.unix_socket(socket))?;
        Self::reach(base, http, token).await
    }

    async fn reach(base: Url, http: Client, token: Option<Secret>) -> Result<Self, Fault> {
        let state = State {
            connection: Connection::Reconnecting { next_try_seconds: 0, attempt: 0 },
            role: Role::Viewer,
        };
        let mut inner =
            Inner { base, token, http, bus: Bus::new(0), state: Mutex::new(state), society: None };
        let session: Session = inner.get(&["api", "session"], &GET_ALL).await?;
        let health: Health = inner.get(&["health"], &GET_ALL).await?;
        inner.bus = Bus::new(health.last_seq);
        inner.society = health.society;
        inner.locked().role = session.role;
        let inner = Arc::new(inner);
        let stop = CancellationToken::new();
        tokio::spawn(stream::run(Arc::clone(&inner), stop.clone()));
        Ok(Self { inner, _stream: Arc::new(stop.drop_guard()) })
    }

    /// Listens to what happens from now on.
    #[must_use]
    pub fn subscribe(&self) -> Subscription {
        self.inner.bus.subscribe()
    }

    /// Newest activity id that arrived here.
    #[must_use]
    pub fn last_seq(&self) -> i64 {
        self.inner.bus.last_seq()
    }

    /// How the way to the engine is.
    #[must_use]
    pub fn connection(&self) -> Connection {
        self.inner.locked().connection.clone()
    }

    /// What this side may do.
    #[must_use]
    pub fn role(&self) -> Role {
        self.inner.locked().role
    }

    /// Where the engine is: `127.0.0.1:8000`.
    #[must_use]
    pub fn label(&self) -> String {
        let host = self.inner.base.host_str().unwrap_or_default();
        self.inner.base.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }
}

impl Inner {
    fn locked(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, connection: Connection) {
        self.locked().connection = connection;
    }

    /// The address of a path, each part encoded.
    fn url(&self, path: impl IntoIterator<Item: AsRef<str>>) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut parts) = url.path_segments_mut() {
            parts.pop_if_empty().extend(path);
        }
        url
    }

    fn request(&self, method: Method, path: impl IntoIterator<Item: AsRef<str>>) -> RequestBuilder {
        let request = self.http.request(method, self.url(path));
        match &self.token {
            Some(token) => request.bearer_auth(token.expose()),
            None => request,
        }
    }

    async fn get<T: DeserializeOwned>(
        &self,
        path: &[&str],
        query: &(impl Serialize + ?Sized),
    ) -> Result<T, Fault> {
        self.read(self.request(Method::GET, path).query(query).timeout(ANSWER)).await
    }

    async fn read<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, Fault> {
        let response = self.answer(request).await?;
        let bytes = self.bounded(response, ANSWER_MAX).await?;
        serde_json::from_slice(&bytes).map_err(|_| self.not_understood())
    }

    /// The answer, when it is a good one.
    async fn answer(&self, request: RequestBuilder) -> Result<Response, Fault> {
        let response = request.send().await.map_err(|error| self.unreachable(&error))?;
        let status = response.status();
        if status.is_success() || status == StatusCode::SWITCHING_PROTOCOLS {
            return Ok(response);
        }
        // What is broken at the other side is no broken database here.
        let kind = match FaultKind::of_status(status.as_u16()) {
            FaultKind::Internal => FaultKind::Unavailable,
            kind => kind,
        };
        let body = self.bounded(response, REFUSAL_MAX).await.ok();
        Err(match body.and_then(|bytes| serde_json::from_slice::<ErrorBody>(&bytes).ok()) {
            Some(body) => Fault {
                kind,
                detail: text::clean(&body.detail, TOLD_MAX),
                errors: body
                    .errors
                    .into_iter()
                    .map(|error| FieldError {
                        field: text::clean_line(&error.field, TOLD_MAX),
                        message: text::clean(&error.message, TOLD_MAX),
                    })
                    .collect(),
            },
            None => Fault::new(kind, format!("{} answered {status}", self.base.authority())),
        })
    }

    /// The body of an answer, when it is not longer than `max` bytes.
    async fn bounded(&self, mut response: Response, max: usize) -> Result<Vec<u8>, Fault> {
        let too_long = || Fault::unavailable(format!("{} gave an answer without end", self.base.authority()));
        if response.content_length().is_some_and(|length| length > max as u64) {
            return Err(too_long());
        }
        let mut bytes = Vec::new();
        while let Some(piece) = response.chunk().await.map_err(|error| self.strange(&error))? {
            if bytes.len() + piece.len() > max {
                return Err(too_long());
            }
            bytes.extend_from_slice(&piece);
        }
        Ok(bytes)
    }

    fn not_understood(&self) -> Fault {
        Fault::unavailable(format!(
            "{} gave an answer this version does not understand",
            self.base.authority()
        ))
    }

    fn unreachable(&self, error: &reqwest::Error) -> Fault {
        let place = self.base.authority();
        let said = causes(error);
        let secure = self.base.scheme() == "https";
        Fault::unavailable(if error.is_timeout() {
            format!("{place} does not answer in time")
        } else if said.contains("InvalidContentType") || said.contains("corrupt message") {
            format!("{place} answers without TLS: write http:// instead of https://")
        } else if said.contains("certificate") {
            format!(
                "the certificate of {place} is not trusted: set SSL_CERT_FILE to a file with the authority that signed it"
            )
        } else if !secure && (said.contains("invalid HTTP") || said.contains("message head")) {
            format!("what answers at {place} speaks no plain HTTP: try https://")
        } else if error.is_connect() {
            format!("nothing answers at {place}: is `botarium --serve` running there?")
        } else {
            format!("{place} cannot be reached")
        })
    }

    fn strange(&self, error: &reqwest::Error) -> Fault {
        if error.is_decode() {
            return self.not_understood();
        }
        Fault::unavailable(format!("{} gave half an answer", self.base.authority()))
    }
}

/// Everything an error says, with what caused it.
fn causes(error: &reqwest::Error) -> String {
    let mut said = String::new();
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = cause {
        said += &format!("{error} {error:?} ");
        cause = error.source();
    }
    said
}

fn base_url(given: &str) -> Result<Url, Fault> {
    let with_scheme = if given.contains("://") { given.to_owned() } else { format!("http://{given}") };
    // A password is not told, and would be sent beside the token.
    if with_scheme.split_once("://").is_some_and(|(_, rest)| {
        rest.split(['/', '?', '#']).next().is_some_and(|authority| authority.contains('@'))
    }) {
        return Err(Fault::bad_value(
            "an address holds no user name and no password here: leave them out, and give the token in BOTARIUM_TOKEN, \
             or with --token",
        ));
    }
    let wrong = || {
        let shown = text::clean_line(given.split(['?', '#']).next().unwrap_or_default(), 200);
        Fault::bad_value(format!("{shown} is no address of a port: give one like http://127.0.0.1:8000"))
    };
    let mut url: Url = with_scheme.parse().map_err(|_| wrong())?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(wrong());
    }
    url.set_query(None);
    url.set_fragment(None);
    Ok(url)
}

fn client(base: &Url, way: impl FnOnce(ClientBuilder) -> ClientBuilder) -> Result<Client, Fault> {
    // A provider that somebody else installed first serves as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = Client::builder()
        .user_agent(concat!("botarium/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT)
        .redirect(reqwest::redirect::Policy::none());
    let host = base.host_str().unwrap_or_default().trim_matches(['[', ']']);
    if host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback()) {
        builder = builder.no_proxy();
    }
    if base.scheme() == "http" {
        // Without TLS there is nothing to trust, and loading the system's certificates takes time.
        builder = builder.tls_certs_only([]);
    }
    way(builder).build().map_err(|error| Fault::internal(format!("no HTTP client: {}", error.without_url())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_kindly() {
        assert_eq!(base_url("127.0.0.1:8000").unwrap().as_str(), "http://127.0.0.1:8000/");
        assert_eq!(
            base_url("https://bots.example.org/room?x#y").unwrap().as_str(),
            "https://bots.example.org/room"
        );
        assert!(base_url("ftp://bots.example.org").is_err());
        for text in ["http://kim:hunter2@127.0.0.1:8000", "kim:hunter2@host:notaport", "http://kim@host"] {
            let fault = base_url(text).unwrap_err();
            assert!(!fault.detail.contains("hunter2") && fault.detail.contains("BOTARIUM_TOKEN"), "{fault}");
        }
        assert!(base_url("http://").is_err());
    }
}
