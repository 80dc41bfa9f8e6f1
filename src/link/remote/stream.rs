//! The stream of a remote engine: kept alive, resumed where it broke off.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use rand::TryRng;
use reqwest::{Method, StatusCode, Upgraded, header};
use tokio::time::{Instant, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::client::generate_key;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{Role as End, WebSocketConfig};
use tokio_util::sync::CancellationToken;

use super::{ANSWER, GET_ALL, Inner};
use crate::domain::Stamp;
use crate::link::Connection;
use crate::protocol::{ActivityQuery, ActivityView, Event, Fault, FaultKind, Health, Notice, Session};

/// Between two questions while there is no stream.
const POLL: Duration = Duration::from_secs(10);
/// Longest wait before the next try, in seconds.
const WAIT_MAX: u64 = 30;
/// The server pings every 20 seconds; after this long without a word it has gone.
const SILENCE: Duration = Duration::from_secs(50);
/// Longest event taken, in bytes; a longer one ends the connection.
const EVENT_MAX: usize = 4 * 1024 * 1024;
/// What is read at once, in bytes.
const READ_BUFFER: usize = 16 * 1024;
/// What waits to be written at most: pongs, and a goodbye. In bytes.
const WRITE_MAX: usize = 64 * 1024;
/// How long the server may take to accept a pong.
const PONG: Duration = Duration::from_secs(10);
/// Rows asked for at once.
const PAGE: u32 = crate::protocol::ask::PAGE_MAX;

/// What keeps the order: every activity up to `seen` was announced here.
struct Follower {
    inner: Arc<Inner>,
    seen: i64,
    /// When the activity `seen` happened: another society, or an older copy that has gone on, has another one there.
    at: Option<Stamp>,
    /// Which society it is.
    society: Option<String>,
}

/// Follows the engine until it is told to stop, or is refused.
pub(super) async fn run(inner: Arc<Inner>, stop: CancellationToken) {
    let seen = inner.bus.last_seq();
    let society = inner.society.clone();
    let mut follower = Follower { inner, seen, at: None, society };
    tokio::select! {
        () = stop.cancelled() => {}
        fault = follower.follow() => {
            tracing::warn!(%fault, "the remote engine refuses this link");
            follower.inner.set(Connection::Closed { reason: fault.detail });
        }
    }
}

/// Seconds before try number `attempt` (from 1): 1, 2, 4, 8 … 30.
fn wait_seconds(attempt: u32) -> u64 {
    1u64.checked_shl(attempt.saturating_sub(1)).unwrap_or(WAIT_MAX).min(WAIT_MAX)
}

/// Up to a quarter more, so that many viewers do not come back at once.
fn jittered(seconds: u64) -> Duration {
    let spread = rand::rngs::SysRng.try_next_u32().unwrap_or_default() % 251;
    Duration::from_millis(seconds * 1_000 + seconds * u64::from(spread))
}

impl Follower {
    /// Ends only when it is refused.
    async fn follow(&mut self) -> Fault {
        let mut attempt = 0;
        let mut next_poll = Instant::now() + POLL;
        loop {
            let fault = match self.listen(&mut attempt).await {
                Ok(()) => Fault::unavailable("the stream ended"),
                Err(fault) if matches!(fault.kind, FaultKind::Unauthorized | FaultKind::Forbidden) => {
                    return fault;
                }
                Err(fault) => fault,
            };
            tracing::debug!(%fault, attempt, "the stream is lost");
            if attempt == 0 {
                next_poll = Instant::now() + POLL;
            }
            attempt += 1;
            let polling = attempt > 1 && matches!(self.inner.locked().connection, Connection::Polling);
            let try_at = Instant::now() + jittered(wait_seconds(attempt));
            self.wait(try_at, &mut next_poll, attempt, polling).await;
        }
    }

    /// Waits for the next try, and asks for what happened meanwhile.
    async fn wait(&mut self, try_at: Instant, next_poll: &mut Instant, attempt: u32, mut polling: bool) {
        loop {
            let now = Instant::now();
            if now >= try_at {
                return;
            }
            if now >= *next_poll {
                *next_poll = now + POLL;
                polling = self.poll().await.is_ok();
            }
            self.inner.set(if polling {
                Connection::Polling
            } else {
                Connection::Reconnecting {
                    next_try_seconds: try_at.duration_since(now).as_secs() + 1,
                    attempt,
                }
            });
            let second = now + Duration::from_secs(1);
            tokio::time::sleep_until(try_at.min(second).min(*next_poll)).await;
        }
    }

    /// Opens the stream and announces what comes, until it breaks off.
    async fn listen(&mut self, attempt: &mut u32) -> Result<(), Fault> {
        let session: Session = self.inner.get(&["api", "session"], &GET_ALL).await?;
        self.inner.locked().role = session.role;
        self.recognize().await?;
        let mut socket = self.open().await?;
        if *attempt > 0 {
            // States and configurations may have changed without leaving an activity.
            self.announce(resync(self.seen + 1, self.seen));
        }
        *attempt = 0;
        self.inner.set(Connection::Connected);
        loop {
            let message = timeout(SILENCE, socket.next()).await.map_err(|_| Fault::unavailable("silence"))?;
            match message {
                Some(Ok(Message::Text(text))) => match serde_json::from_str::<Event>(&text) {
                    Ok(event) => self.take(event).await?,
                    Err(error) => tracing::debug!(%error, "an event of a kind this version does not know"),
                },
                Some(Ok(Message::Close(_)) | Err(_)) | None => {
                    let _ = timeout(Duration::from_secs(1), socket.close(None)).await;
                    return Ok(());
                }
                // Pongs are queued by reading; they have to be sent, too.
                Some(Ok(Message::Ping(_))) => {
                    let sent = timeout(PONG, socket.flush()).await;
                    sent.map_err(|_| Fault::unavailable("it takes no answers"))?
                        .map_err(|_| Fault::unavailable("the stream broke off"))?;
                }
                Some(Ok(_)) => {}
            }
        }
    }

    /// Asks for what happened while there is no stream; what leaves no activity is to be read anew.
    async fn poll(&mut self) -> Result<(), Fault> {
        self.recognize().await?;
        self.catch_up(i64::MAX).await?;
        self.announce(resync(self.seen + 1, self.seen));
        Ok(())
    }

    /// Looks whether what answers there is what was followed. Where it is another society, or an older copy
    /// of this one, everything begins anew: a resync from the first activity on.
    async fn recognize(&mut self) -> Result<(), Fault> {
        let health: Health = self.inner.get(&["health"], &GET_ALL).await?;
        let last = if self.seen > 0 { self.row(self.seen).await? } else { None };
        let moved = self.at.is_some_and(|at| last != Some(at));
        let named = self.society.is_some() && health.society.is_some();
        if moved || named && health.society != self.society || health.last_seq < self.seen {
            self.seen = health.last_seq;
            self.at = if self.seen > 0 { self.row(self.seen).await? } else { None };
            self.announce(resync(1, health.last_seq));
        } else {
            self.at = last;
        }
        self.society = health.society;
        Ok(())
    }

    /// When an activity happened, if there is one of this id.
    async fn row(&self, id: i64) -> Result<Option<Stamp>, Fault> {
        let query = ActivityQuery { after_seq: Some(id - 1), limit: 1, ..ActivityQuery::default() };
        let rows: Vec<ActivityView> = self.inner.get(&["api", "activity"], &query).await?;
        Ok(rows.first().filter(|row| row.id == id).map(|row| row.created_at))
    }

    /// The handshake, over the same client (and so the same TLS, proxy and token) as every request.
    async fn open(&self) -> Result<WebSocketStream<Upgraded>, Fault> {
        let key = generate_key();
        let (since, types) = (self.seen.to_string(), Notice::KINDS.join(","));
        let request = self
            .inner
            .request(Method::GET, &["ws", "activity"])
            .query(&[("since", since.as_str()), ("types", types.as_str())])
            .header(header::CONNECTION, "Upgrade")
            .header(header::UPGRADE, "websocket")
            .header(header::SEC_WEBSOCKET_VERSION, "13")
            .header(header::SEC_WEBSOCKET_KEY, &key);
        let response = timeout(ANSWER, self.inner.answer(request))
            .await
            .map_err(|_| Fault::unavailable("the handshake takes too long"))??;
        let accepted =
            response.headers().get(header::SEC_WEBSOCKET_ACCEPT).and_then(|value| value.to_str().ok());
        if response.status() != StatusCode::SWITCHING_PROTOCOLS
            || accepted != Some(derive_accept_key(key.as_bytes()).as_str())
        {
            return Err(Fault::unavailable("what answers there speaks no WebSocket"));
        }
        let upgraded = response.upgrade().await.map_err(|error| self.inner.unreachable(&error))?;
        let bounds = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER)
            .write_buffer_size(0)
            .max_write_buffer_size(WRITE_MAX)
            .max_frame_size(Some(EVENT_MAX))
            .max_message_size(Some(EVENT_MAX));
        Ok(WebSocketStream::from_raw_socket(upgraded, End::Client, Some(bounds)).await)
    }

    async fn take(&mut self, event: Event) -> Result<(), Fault> {
        match event.notice {
            Notice::Resync { to_seq, .. } => self.catch_up(to_seq).await,
            _ if event.notice.activity().is_some() => {
                if event.seq > self.seen + 1 {
                    self.catch_up(event.seq - 1).await?;
                }
                if event.seq > self.seen {
                    (self.seen, self.at) = (event.seq, Some(event.timestamp));
                    self.announce(event);
                }
                Ok(())
            }
            _ => {
                self.announce(Event { seq: event.seq.min(self.seen), ..event });
                Ok(())
            }
        }
    }

    /// Asks for the activities after those seen, up to `to`.
    async fn catch_up(&mut self, to: i64) -> Result<(), Fault> {
        while self.seen < to {
            let query = ActivityQuery { after_seq: Some(self.seen), limit: PAGE, ..ActivityQuery::default() };
            let rows: Vec<ActivityView> = self.inner.get(&["api", "activity"], &query).await?;
            let full = rows.len() == PAGE as usize;
            for row in rows {
                if row.id <= self.seen {
                    return Err(Fault::unavailable("its activities are out of order"));
                }
                (self.seen, self.at) = (row.id, Some(row.created_at));
                self.announce(announced(row));
            }
            if !full {
                break;
            }
        }
        Ok(())
    }

    fn announce(&self, event: Event) {
        self.inner.bus.announce(event.seq, event.timestamp, event.notice);
    }
}

fn resync(from_seq: i64, to_seq: i64) -> Event {
    Event {
        seq: to_seq,
        timestamp: crate::domain::Stamp::default(),
        notice: Notice::Resync { from_seq, to_seq },
    }
}

/// A row as it was announced when it happened.
fn announced(row: ActivityView) -> Event {
    let (seq, timestamp) = (row.id, row.created_at);
    Event { seq, timestamp, notice: Notice::of_activity(row) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_up_to_half_a_minute() {
        let waits: Vec<_> = (1..=8).map(wait_seconds).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 30, 30, 30]);
        assert_eq!(wait_seconds(400), 30);
        for _ in 0..100 {
            let wait = jittered(8);
            assert!(wait >= Duration::from_secs(8) && wait <= Duration::from_secs(10), "{wait:?}");
        }
    }
}
