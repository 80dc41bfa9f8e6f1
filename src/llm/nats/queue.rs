//! The room's end of the queue: the connection, the stream and the pool's consumer, and the calls in it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_nats::HeaderMap;
use async_nats::jetstream::consumer::{AckPolicy, pull};
use async_nats::jetstream::context::PublishErrorKind;
use async_nats::jetstream::stream::{
    Config, DiscardPolicy, RawMessageErrorKind, RetentionPolicy, StorageType, Stream,
};
use async_nats::jetstream::{self, Context};
use futures_util::StreamExt as _;
use serde::Deserialize;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::link::{Link, NatsServer};
use super::wire::{self, DELIVERIES, REPLY, SILENCE, STREAM};
use crate::domain::text::clean_line;
use crate::llm::{FailureKind, ProviderError};

/// How long a call may lie in the queue.
const OLDEST: Duration = Duration::from_secs(600);
/// Calls in the queue at most, of every pool and room together.
const CALLS: i64 = 1_000;
/// Bytes in the queue at most.
const BYTES: i64 = 256 << 20;
/// How long the server remembers a call's number, so that publishing it again does nothing.
const REMEMBERED: Duration = Duration::from_secs(120);
/// How long the server is waited for when it is asked for something.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long nobody tries again after a connection could not be made.
const AGAIN: Duration = Duration::from_millis(500);
/// Bytes that headers add to a call, at most.
const HEADERS: usize = 512;

/// The connection with what is kept for it.
pub(super) struct CallQueue {
    name: String,
    pub(super) server: NatsServer,
    pool: String,
    open: tokio::sync::Mutex<State>,
    /// Calls by their number in the stream, to be told when they were handed out in vain.
    calls: Mutex<HashMap<u64, Arc<Notify>>>,
    pub(super) waiting: AtomicUsize,
    pub(super) in_flight: AtomicUsize,
}

/// How the connection stands.
#[derive(Default)]
enum State {
    #[default]
    Untried,
    /// It could not be made: for a moment nobody tries again.
    Failed(Instant, ProviderError),
    Open(Box<Opened>),
}

#[derive(Clone)]
struct Opened {
    link: Link,
    js: Context,
    /// The connection for which the stream was last made sure of.
    sure: u64,
}

/// What the server says when a call was handed out as often as it may be.
#[derive(Deserialize)]
struct InVain {
    stream_seq: u64,
}

impl CallQueue {
    pub(super) fn new(name: String, server: NatsServer, pool: String) -> Self {
        Self {
            name,
            server,
            pool,
            open: tokio::sync::Mutex::default(),
            calls: Mutex::default(),
            waiting: AtomicUsize::new(0),
            in_flight: AtomicUsize::new(0),
        }
    }

    /// Calls somebody is at, and calls that nobody has begun.
    pub(super) fn counts(&self) -> (usize, usize) {
        (self.in_flight.load(Ordering::Relaxed), self.waiting.load(Ordering::Relaxed))
    }

    /// The connection, with the pool made behind it; made now where there was none yet.
    ///
    /// # Errors
    /// In one sentence, when the server cannot be reached.
    pub(super) async fn link(self: &Arc<Self>) -> Result<Link, ProviderError> {
        Ok(self.ready().await?.link)
    }

    async fn opened(self: &Arc<Self>) -> Result<Opened, ProviderError> {
        let mut open = self.open.lock().await;
        match &*open {
            State::Open(opened) => return Ok(Opened::clone(opened)),
            State::Failed(at, error) if at.elapsed() < AGAIN => return Err(error.clone()),
            State::Failed(..) | State::Untried => {}
        }
        let link = match Link::open(&self.server, wire::ROOM_INBOX).await {
            Ok(link) => link,
            Err(error) => {
                let error = ProviderError { message: format!("{}: {}", self.name, error.message), ..error };
                *open = State::Failed(Instant::now(), error.clone());
                return Err(error);
            }
        };
        let opened = Opened { js: jetstream::new(link.client.clone()), link, sure: u64::MAX };
        self.hear_of_vain(&opened.link).await;
        *open = State::Open(Box::new(opened.clone()));
        Ok(opened)
    }

    /// The server cannot be reached now.
    pub(super) fn away(&self) -> ProviderError {
        let message = format!(
            "{}: the NATS server at {} is away; it is connected again by itself once it is back",
            self.name,
            self.server.shown()
        );
        ProviderError::new(FailureKind::Connect, message)
    }

    /// The connection with the stream and the consumer behind it made sure of.
    async fn ready(self: &Arc<Self>) -> Result<Opened, ProviderError> {
        let opened = self.opened().await?;
        if !opened.link.stands_within(self.server.connect.min(PATIENCE)).await {
            return Err(self.away());
        }
        let times = *opened.link.times().borrow();
        if opened.sure == times {
            return Ok(opened);
        }
        self.make_sure(&opened.js).await?;
        if let State::Open(open) = &mut *self.open.lock().await {
            open.sure = times;
        }
        Ok(Opened { sure: times, ..opened })
    }

    async fn make_sure(&self, js: &Context) -> Result<(), ProviderError> {
        let config = Config {
            name: STREAM.to_owned(),
            subjects: vec![format!("{}.>", wire::WORK)],
            retention: RetentionPolicy::WorkQueue,
            storage: StorageType::File,
            discard: DiscardPolicy::New,
            max_age: OLDEST,
            max_messages: CALLS,
            max_bytes: BYTES,
            duplicate_window: REMEMBERED,
            ..Config::default()
        };
        let stream = js.get_or_create_stream(config).await.map_err(|error| {
            let why = clean_line(&error.to_string(), 200);
            let what = format!("the queue {STREAM} ({why}); it needs `jetstream {{ … }}` in its configuration, and this user its rights");
            self.refused(&what)
        })?;
        let consumer = pull::Config {
            durable_name: Some(self.pool.clone()),
            filter_subject: wire::work(&self.pool),
            ack_policy: AckPolicy::Explicit,
            ack_wait: Duration::from_secs(SILENCE),
            max_deliver: DELIVERIES,
            max_ack_pending: CALLS,
            ..pull::Config::default()
        };
        stream.get_or_create_consumer(&self.pool, consumer).await.map_err(|error| {
            self.refused(&format!("pool {} ({})", self.pool, clean_line(&error.to_string(), 200)))
        })?;
        Ok(())
    }

    fn refused(&self, what: &str) -> ProviderError {
        let message = format!("{}: the NATS server at {} cannot keep {what}", self.name, self.server.shown());
        ProviderError::new(FailureKind::Server, message)
    }

    async fn stream(self: &Arc<Self>) -> Result<Stream<()>, ProviderError> {
        let opened = self.opened().await?;
        opened
            .js
            .get_stream_no_info(STREAM)
            .await
            .map_err(|error| self.refused(&clean_line(&error.to_string(), 200)))
    }

    /// Puts a call into the queue; its number there. The same `id` twice within two minutes is one call.
    ///
    /// # Errors
    /// The server is away, the queue is full, or the call is larger than the server lets messages be.
    pub(super) async fn publish(
        self: &Arc<Self>,
        id: &str,
        reply: &str,
        body: &[u8],
    ) -> Result<u64, ProviderError> {
        let opened = self.ready().await?;
        let limit = opened.link.client.max_payload();
        if body.len() + HEADERS > limit {
            return Err(self.too_large(body.len(), limit));
        }
        let mut headers = HeaderMap::new();
        headers.insert(async_nats::header::NATS_MESSAGE_ID, id);
        headers.insert(REPLY, reply);
        let failed = |error: async_nats::jetstream::context::PublishError| match error.kind() {
            PublishErrorKind::MaxPayloadExceeded => self.too_large(body.len(), limit),
            PublishErrorKind::TimedOut | PublishErrorKind::BrokenPipe => self.away(),
            _ => {
                let why = clean_line(&error.to_string(), 200);
                let message =
                    format!("{}: the queue of the NATS server takes no further call ({why})", self.name);
                ProviderError::new(FailureKind::RateLimited, message)
            }
        };
        let sent = opened
            .js
            .publish_with_headers(wire::work(&self.pool), headers, body.to_vec().into())
            .await
            .map_err(failed)?;
        match tokio::time::timeout(PATIENCE, sent).await {
            Ok(ack) => Ok(ack.map_err(failed)?.sequence),
            Err(_) => Err(self.away()),
        }
    }

    fn too_large(&self, bytes: usize, limit: usize) -> ProviderError {
        let message = format!(
            "{}: a prompt of {bytes} bytes is larger than messages of this NATS server may be ({limit}, headers included): raise \
             max_payload in its configuration, or lower prompt.total_tokens",
            self.name
        );
        ProviderError::new(FailureKind::Refused, message)
    }

    /// Takes a call out of the queue, and tells whoever is at it.
    pub(super) async fn withdraw(self: &Arc<Self>, id: &str, sequence: u64) {
        let Ok(opened) = self.opened().await else { return };
        let told = opened.link.client.publish(wire::cancel(&self.pool), id.to_owned().into()).await;
        if let Err(error) = told {
            tracing::debug!("a call that was given up could not be cancelled: {error}");
        }
        if let Ok(stream) = self.stream().await
            && let Err(error) = stream.delete_message(sequence).await
        {
            // Mostly it is gone already.
            tracing::debug!("a call that was given up could not be withdrawn: {error}");
        }
    }

    /// Whether a call is in the queue still; `None` when the server does not say.
    pub(super) async fn is_queued(self: &Arc<Self>, sequence: u64) -> Option<bool> {
        let stream = self.stream().await.ok()?;
        match tokio::time::timeout(PATIENCE, stream.get_raw_message(sequence)).await {
            Ok(Ok(_)) => Some(true),
            Ok(Err(error)) => matches!(error.kind(), RawMessageErrorKind::NoMessageFound).then_some(false),
            Err(_) => None,
        }
    }

    /// Notes who is to be told when a call was handed out in vain.
    pub(super) fn note(&self, sequence: u64, vain: &Arc<Notify>) {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).insert(sequence, Arc::clone(vain));
    }

    pub(super) fn forget(&self, sequence: u64) {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).remove(&sequence);
    }

    /// Only an advisory tells that a call was handed out as often as it may be.
    async fn hear_of_vain(self: &Arc<Self>, link: &Link) {
        let subject = format!("$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.{STREAM}.{}", self.pool);
        let Ok(mut advisories) = link.client.subscribe(subject).await else { return };
        let queue = Arc::downgrade(self);
        tokio::spawn(async move {
            while let Some(message) = advisories.next().await {
                let Some(queue) = queue.upgrade() else { return };
                if let Ok(InVain { stream_seq }) = serde_json::from_slice(&message.payload) {
                    let calls = queue.calls.lock().unwrap_or_else(PoisonError::into_inner);
                    if let Some(vain) = calls.get(&stream_seq) {
                        vain.notify_one();
                    }
                }
            }
        });
    }
}
