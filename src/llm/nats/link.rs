//! The connection to a NATS server: made when it is first needed, kept, and made again by itself.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_nats::connection::State;
use async_nats::{Client, ConnectError, ConnectErrorKind, ConnectOptions, Event};
use tokio::sync::watch;

use crate::domain::Secret;
use crate::domain::text::clean_line;
use crate::llm::{FailureKind, ProviderError};

/// Messages of one subscription that are kept unread; what comes beyond them is lost, and sent again where it counts.
const UNREAD: usize = 256;
/// The longest pause between two tries to connect again.
const PAUSE: Duration = Duration::from_secs(1);

/// Where a NATS server is, and as whom to speak to it.
#[derive(Clone, Debug, PartialEq)]
pub struct NatsServer {
    /// `nats://host:port` or `tls://host:port`.
    pub url: String,
    /// The user; `None` where a token is enough, or nothing.
    pub user: Option<String>,
    /// The user's password, or the token where there is no user.
    pub key: Option<Secret>,
    /// A certificate authority to trust besides the system's.
    pub ca: Option<PathBuf>,
    /// How long a connection may take to stand.
    pub connect: Duration,
}

impl NatsServer {
    /// The address without what may be secret in it.
    pub(crate) fn shown(&self) -> String {
        crate::domain::secret::shown_address(self.url.trim_end_matches('/'))
    }

    fn quote(&self, text: &str) -> String {
        let text = self.key.as_ref().map_or_else(|| text.to_owned(), |key| key.redact(text));
        clean_line(&text, 240)
    }

    fn failed(&self, error: &ConnectError) -> ProviderError {
        let shown = self.shown();
        let (kind, why) = match error.kind() {
            ConnectErrorKind::ServerParse => (
                FailureKind::NotConfigured,
                "the address cannot be read; write it as nats://host:4222".to_owned(),
            ),
            ConnectErrorKind::Authentication | ConnectErrorKind::AuthorizationViolation => {
                (FailureKind::Auth, "it does not let this user in; check user, password or token".to_owned())
            }
            ConnectErrorKind::TimedOut => {
                (FailureKind::Connect, "it did not answer in time; start it, or check the address".to_owned())
            }
            ConnectErrorKind::Tls => (
                FailureKind::Connect,
                format!("{}; check the certificate authority (ca_file)", self.quote(&chain(error))),
            ),
            _ => {
                let cause = self.quote(&chain(error));
                let advice = if cause.contains("certificate") {
                    "check the certificate authority (ca_file)"
                } else {
                    "start nats-server, or check the address"
                };
                (FailureKind::Connect, format!("{cause}; {advice}"))
            }
        };
        ProviderError::new(kind, format!("the NATS server at {shown} cannot be reached: {why}"))
    }
}

/// An error with what caused it.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let more = cause.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        source = cause.source();
    }
    text
}

/// A connection that stands, or comes back by itself.
#[derive(Clone)]
pub(crate) struct Link {
    pub(crate) client: Client,
    /// How often it was made.
    times: watch::Receiver<u64>,
}

impl Link {
    /// Connects. `inbox` is the prefix of the subjects on which answers come.
    ///
    /// # Errors
    /// In one sentence, without a password or token.
    pub(crate) async fn open(server: &NatsServer, inbox: &str) -> Result<Self, ProviderError> {
        // A provider that somebody else installed first serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let (made, times) = watch::channel(0_u64);
        let made = Arc::new(made);
        let shown = server.shown();
        let mut options = ConnectOptions::new()
            .name(concat!("botarium ", env!("CARGO_PKG_VERSION")))
            .custom_inbox_prefix(inbox)
            .connection_timeout(server.connect)
            .request_timeout(Some(server.connect))
            .subscription_capacity(UNREAD)
            .ping_interval(Duration::from_secs(5))
            .reconnect_delay_callback(|times| Duration::from_millis(50 << times.min(5)).min(PAUSE))
            .event_callback(move |event| {
                let (made, shown) = (Arc::clone(&made), shown.clone());
                async move {
                    match event {
                        Event::Connected => made.send_modify(|times| *times += 1),
                        Event::Disconnected => tracing::warn!("the NATS server at {shown} is away"),
                        Event::SlowConsumer(_) | Event::Draining | Event::Closed => {}
                        other => {
                            let what = clean_line(&other.to_string(), 240);
                            tracing::warn!("the NATS server at {shown}: {what}");
                        }
                    }
                }
            });
        if let Some(key) = server.key.as_ref().filter(|key| !key.is_empty()) {
            options = match &server.user {
                Some(user) => options.user_and_password(user.clone(), key.expose().to_owned()),
                None => options.token(key.expose().to_owned()),
            };
        }
        if let Some(ca) = &server.ca {
            options = options.add_root_certificates(ca.clone()).require_tls(true);
        }
        let client = options.connect(server.url.as_str()).await.map_err(|error| server.failed(&error))?;
        Ok(Self { client, times })
    }

    /// Whether it stands now.
    pub(crate) fn stands(&self) -> bool {
        self.client.connection_state() == State::Connected
    }

    /// How often it was made, for noticing that it was made again.
    pub(crate) fn times(&self) -> watch::Receiver<u64> {
        self.times.clone()
    }

    /// Waits until it stands, for so long; `false` when it does not.
    pub(crate) async fn stands_within(&self, limit: Duration) -> bool {
        let until = tokio::time::Instant::now() + limit;
        while !self.stands() {
            if tokio::time::Instant::now() >= until {
                return false;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        true
    }
}
