//! One call, from the queue to the answer.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_nats::jetstream::{AckKind, Message};
use async_nats::{Request as Ask, RequestErrorKind};
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::Worker;
use crate::llm::ANY_MODEL;
use crate::llm::nats::wire::{BUSY, DELIVERIES, GO, REPLY, SILENCE, Told};
use crate::llm::{DeltaSink, FailureKind, ProviderError, Request};

/// How often the queue and the room are told that somebody is at work.
const ALIVE: Duration = Duration::from_secs(1);
/// How often live text goes out.
const LIVE: Duration = Duration::from_millis(50);
/// Live text beyond this many bytes between two of those is dropped: the whole comes at the end.
const LIVE_MOST: usize = 32 * 1024;
/// How long a room may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long it is tried to reach a room that is not there, before the model is asked and after.
const BEFORE: Duration = Duration::from_secs(3);
const AFTER: Duration = Duration::from_secs(30);
/// Answers whose rooms are not there that are kept at once.
const LATER: usize = 64;
/// Between two such tries.
const PAUSE: Duration = Duration::from_millis(300);

/// A call that is under way here.
#[derive(Clone)]
struct Task {
    worker: Arc<Worker>,
    message: Message,
    reply: String,
    /// Which it is of all that there are.
    number: u64,
    delivery: i64,
}

/// How a call ended here.
enum End {
    /// The room has what it needs.
    Told,
    /// Nobody wants the answer.
    Unwanted,
    /// Another worker is to have it, after a while.
    Back(Duration),
    /// The room is not there just now; it is tried for a while, beside the next call.
    Later(Box<Told>),
}

/// Takes a call out of the queue one way or another.
pub(super) async fn make(worker: &Arc<Worker>, message: Message) {
    let end = match (message.info(), message.headers.as_ref().and_then(|all| all.get(REPLY))) {
        (Ok(info), Some(reply)) => {
            let (delivery, sequence) = (info.delivered, info.stream_sequence);
            let task = Task {
                worker: Arc::clone(worker),
                message: message.clone(),
                reply: reply.to_string(),
                number: worker.tasks.fetch_add(1, Ordering::Relaxed),
                delivery,
            };
            match task.run(sequence).await {
                End::Later(told) if worker.later.len() < LATER => {
                    worker.later.spawn(async move {
                        let end = task.conclude(&told).await;
                        settle(&task.message, end).await;
                    });
                    return;
                }
                end => end,
            }
        }
        _ => {
            tracing::warn!("a message in the queue is no call; it is dropped");
            End::Unwanted
        }
    };
    settle(&message, end).await;
}

/// Tells the queue how a call ended.
async fn settle(message: &Message, end: End) {
    let done = match end {
        End::Told => message.double_ack().await,
        End::Unwanted | End::Later(_) => message.ack_with(AckKind::Term).await,
        End::Back(after) => message.ack_with(AckKind::Nak(Some(after))).await,
    };
    if let Err(error) = done {
        tracing::warn!("the queue could not be told how a call ended: {error}");
    }
}

impl Task {
    async fn run(&self, sequence: u64) -> End {
        let cancelled = CancellationToken::new();
        let _listed = Listed::new(&self.worker, &self.reply, &cancelled);
        let request = match serde_json::from_slice::<Request>(&self.message.payload) {
            Ok(request) => request,
            Err(error) => {
                tracing::warn!("a call cannot be read ({error}); is the room of another version?");
                let message =
                    format!("{} cannot read this room's calls: bring both to one version", self.worker.name);
                let error = ProviderError::new(FailureKind::Protocol, message);
                return self.tell_end(self.failed(error)).await;
            }
        };
        let start = Told::Start {
            task: self.number,
            delivery: self.delivery,
            worker: self.worker.id.clone(),
            name: self.worker.name.clone(),
            sequence,
        };
        match self.ask(&start, BEFORE).await.as_deref() {
            Some(GO) => tracing::debug!(call = self.reply, delivery = self.delivery, "begins"),
            Some(BUSY) => return End::Back(Duration::from_secs(SILENCE)),
            _ => return End::Unwanted,
        }
        self.work(request, &cancelled).await
    }

    async fn work(&self, request: Request, cancelled: &CancellationToken) -> End {
        let worker = &self.worker;
        let model =
            if request.model == ANY_MODEL { worker.guard.default_model().into() } else { request.model };
        let request = Request { model, ..request };
        let live = Arc::new(Mutex::new(String::new()));
        let kept = Arc::clone(&live);
        let sink: DeltaSink = Arc::new(move |text| {
            let mut live = kept.lock().unwrap_or_else(PoisonError::into_inner);
            if live.len() + text.len() <= LIVE_MOST {
                live.push_str(text);
            }
        });
        let call = worker.guard.complete(&request, sink);
        tokio::pin!(call);
        let (mut alive, mut tell) = (interval(ALIVE), interval(LIVE));
        alive.set_missed_tick_behavior(MissedTickBehavior::Skip);
        tell.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let outcome = loop {
            tokio::select! {
                biased;
                () = cancelled.cancelled() => return End::Unwanted,
                () = worker.leave.cancelled() => return self.hand_back(true, "it was stopped").await,
                outcome = &mut call => break outcome,
                _ = alive.tick() => self.is_alive().await,
                _ = tell.tick() => self.show(&live).await,
            }
        };
        self.show(&live).await;
        let told = match outcome.result {
            Ok(completion) => {
                let usage = completion.usage.unwrap_or_default();
                let (input, output) = (usage.input, usage.output);
                tracing::info!(model = completion.model, input, output, "answered");
                Told::Done { task: self.number, worker: worker.id.clone(), completion }
            }
            Err(error) => {
                tracing::warn!("{error}");
                let own = matches!(error.kind, FailureKind::Connect | FailureKind::Open | FailureKind::Auth);
                if own && !error.maybe_charged && self.delivery < DELIVERIES {
                    return self.hand_back(false, &error.message).await;
                }
                self.failed(error)
            }
        };
        self.tell_end(told).await
    }

    fn failed(&self, error: ProviderError) -> Told {
        let message = format!("{}: {}", self.worker.name, error.message);
        Told::Failed {
            task: self.number,
            worker: self.worker.id.clone(),
            error: ProviderError { message, ..error },
        }
    }

    async fn hand_back(&self, charged: bool, why: &str) -> End {
        let why = format!("{}: {why}", self.worker.name);
        let told = Told::Back { task: self.number, charged, why };
        match self.ask(&told, BEFORE).await {
            Some(_) => End::Back(Duration::ZERO),
            None => End::Unwanted,
        }
    }

    /// Tells the room how it ended.
    async fn tell_end(&self, told: Told) -> End {
        match self.ask(&told, Duration::ZERO).await {
            Some(_) => End::Told,
            None => End::Later(Box::new(told)),
        }
    }

    /// As [`Task::tell_end`], for a while.
    async fn conclude(&self, told: &Told) -> End {
        match self.ask(told, AFTER).await {
            Some(_) => End::Told,
            None => {
                tracing::warn!("the room of a call is gone; its answer is dropped");
                End::Unwanted
            }
        }
    }

    /// Passes the live text on that has come since the last time.
    async fn show(&self, live: &Mutex<String>) {
        let text = std::mem::take(&mut *live.lock().unwrap_or_else(PoisonError::into_inner));
        if !text.is_empty() {
            self.tell(&Told::Delta { task: self.number, text }).await;
        }
    }

    async fn is_alive(&self) {
        if let Err(error) = self.message.ack_with(AckKind::Progress).await {
            tracing::debug!("the queue could not be told that a call is under way: {error}");
        }
        self.tell(&Told::Alive { task: self.number }).await;
    }

    /// Tells what may be lost.
    async fn tell(&self, told: &Told) {
        let Ok(body) = serde_json::to_vec(told) else { return };
        if let Err(error) = self.worker.link.client.publish(self.reply.clone(), body.into()).await {
            tracing::debug!("a room could not be told: {error}");
        }
    }

    /// Tells what must get through, and waits for what the room says to it; `None` when nobody is there.
    async fn ask(&self, told: &Told, patience: Duration) -> Option<Vec<u8>> {
        let body = match serde_json::to_vec(told) {
            Ok(body) => body,
            Err(error) => {
                tracing::error!("something cannot be told: {error}");
                return None;
            }
        };
        let until = Instant::now() + patience;
        let mut next = Instant::now() + ALIVE;
        loop {
            let ask = Ask::new().payload(body.clone().into()).timeout(Some(PATIENCE));
            match self.worker.link.client.send_request(self.reply.clone(), ask).await {
                Ok(answer) => return Some(answer.payload.to_vec()),
                Err(error) if error.kind() == RequestErrorKind::MaxPayloadExceeded => {
                    return self.too_large(body.len()).await;
                }
                Err(_) => {}
            }
            if Instant::now() >= until {
                return None;
            }
            if Instant::now() >= next {
                next = Instant::now() + ALIVE;
                self.is_alive().await;
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// An answer that no message can carry.
    async fn too_large(&self, bytes: usize) -> Option<Vec<u8>> {
        let limit = self.worker.link.client.max_payload();
        let message = format!(
            "an answer of {bytes} bytes is larger than messages of the NATS server may be ({limit}): raise max_payload in its \
             configuration"
        );
        let failed = self.failed(ProviderError::new(FailureKind::Refused, message).charged());
        let body = serde_json::to_vec(&failed).ok()?;
        let ask = Ask::new().payload(body.into()).timeout(Some(PATIENCE));
        let answer = self.worker.link.client.send_request(self.reply.clone(), ask).await.ok()?;
        Some(answer.payload.to_vec())
    }
}

/// A call in the worker's list, until this is dropped.
struct Listed<'a> {
    worker: &'a Worker,
    id: String,
}

impl<'a> Listed<'a> {
    fn new(worker: &'a Worker, id: &str, call: &CancellationToken) -> Self {
        worker.calls.lock().unwrap_or_else(PoisonError::into_inner).insert(id.to_owned(), call.clone());
        Self { worker, id: id.to_owned() }
    }
}

impl Drop for Listed<'_> {
    fn drop(&mut self) {
        self.worker.calls.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.id);
    }
}
