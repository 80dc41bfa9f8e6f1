//! A worker: takes calls of rooms from a queue behind a NATS server, asks its own provider, and answers.
//!
//! Keys and models are here; budgets, retries and what is made of an answer stay in the room. Before a model is
//! asked the room is: a call that nobody waits for costs nothing. It knows no society, no database and no screen.

mod task;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_nats::jetstream::consumer::{Consumer, pull};
use async_nats::jetstream::{self, Context};
use async_nats::service::ServiceExt as _;
use futures_util::StreamExt as _;
use rand::TryRng as _;
use rand::rngs::SysRng;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::llm::nats::{Link, wire};
use crate::llm::{FailureKind, Guard, NatsServer, ProviderError};

pub(crate) use crate::llm::nats::{POOL, is_nats, is_pool, not_a_pool};

/// How long one request for a call waits for one.
const PULL: Duration = Duration::from_secs(2);
/// Between two tries after something failed.
const PAUSE: Duration = Duration::from_secs(1);
/// Between two looks for the pool, which a room makes when it first needs it: its first calls wait that long at most.
const LOOK: Duration = Duration::from_millis(100);
/// The most models that are told of.
const MODELS: usize = 32;

/// How a worker works.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where the queue is.
    pub server: NatsServer,
    /// Whose calls it takes.
    pub pool: String,
    /// What it calls itself, to rooms.
    pub name: String,
    /// Calls at once.
    pub concurrency: usize,
    /// How long calls under way may take to end when it is stopped; those that have not are handed back.
    pub grace: Duration,
}

/// Where calls are taken from.
type Queue = Consumer<pull::Config>;

/// What all of a worker's tasks share.
struct Worker {
    link: Link,
    js: Context,
    guard: Guard,
    pool: String,
    /// The pool's queue, once it was found.
    queue: tokio::sync::Mutex<Option<Queue>>,
    name: String,
    /// The number by which rooms know it.
    id: String,
    /// The calls under way, to be told when their room gives them up.
    calls: Mutex<HashMap<String, CancellationToken>>,
    /// The number of its next task; it begins anywhere, so that no two workers come to the same.
    tasks: AtomicU64,
    under_way: AtomicUsize,
    /// Answers whose rooms are not there just now.
    later: TaskTracker,
    /// Why no calls can be taken, as it was last told.
    told: Mutex<String>,
    /// Take no more.
    stop: CancellationToken,
    /// Hand back what is under way.
    leave: CancellationToken,
}

/// Works until `stop`: takes calls from the pool and answers them by `guard`, whose provider is this worker's own.
///
/// # Errors
/// When the provider cannot be used as it is set up, or the server lets nobody in. A server or a model that is away
/// is waited for.
pub async fn run(options: Options, guard: Guard, stop: CancellationToken) -> Result<(), ProviderError> {
    let models = first_look(&guard).await?;
    let first = SysRng
        .try_next_u64()
        .map_err(|error| lost(&format!("the system gives no random number: {error}")))?;
    let link = loop {
        match Link::open(&options.server, wire::WORKER_INBOX).await {
            Ok(link) => break link,
            Err(error) if error.kind == FailureKind::Connect => {
                tracing::warn!("{error}; trying again");
                tokio::select! {
                    () = stop.cancelled() => return Ok(()),
                    () = tokio::time::sleep(PAUSE) => {}
                }
            }
            Err(error) => return Err(error),
        }
    };
    let metadata = HashMap::from([
        ("name".to_owned(), options.name.clone()),
        ("models".to_owned(), models.join("\n")),
        ("concurrency".to_owned(), options.concurrency.to_string()),
    ]);
    let service = link
        .client
        .service_builder()
        .description("answers the model calls of Botarium's rooms")
        .metadata(metadata)
        .start(wire::service(&options.pool), env!("CARGO_PKG_VERSION"))
        .await
        .map_err(|error| lost(&format!("it cannot be told who is here: {error}")))?;
    let worker = Arc::new(Worker {
        js: jetstream::new(link.client.clone()),
        link,
        guard,
        pool: options.pool.clone(),
        queue: tokio::sync::Mutex::default(),
        name: options.name,
        id: service.info().await.id,
        calls: Mutex::default(),
        tasks: AtomicU64::new(first),
        under_way: AtomicUsize::new(0),
        later: TaskTracker::new(),
        told: Mutex::default(),
        stop: stop.clone(),
        leave: CancellationToken::new(),
    });
    tracing::info!(pool = options.pool, name = worker.name, models = models.len(), "the worker is there");
    let mut tasks = JoinSet::new();
    tasks.spawn(hear_cancels(Arc::clone(&worker)));
    let mut takers = JoinSet::new();
    for _ in 0..options.concurrency.max(1) {
        takers.spawn(take(Arc::clone(&worker)));
    }
    stop.cancelled().await;
    // Nobody counts on it any more.
    let _ = service.stop().await;
    let count = worker.under_way.load(Ordering::Relaxed);
    tracing::info!(calls = count, "asked to stop; calls under way have {} s to end", options.grace.as_secs());
    worker.later.close();
    let ended = async {
        while takers.join_next().await.is_some() {}
        worker.later.wait().await;
    };
    tokio::pin!(ended);
    if tokio::time::timeout(options.grace, &mut ended).await.is_err() {
        worker.leave.cancel();
        let _ = tokio::time::timeout(PULL, &mut ended).await;
    }
    let _ = worker.link.client.flush().await;
    tracing::info!("stopped");
    Ok(())
}

/// The models of the provider. One that is away is no reason not to start.
async fn first_look(guard: &Guard) -> Result<Vec<String>, ProviderError> {
    let mut models = vec![guard.default_model().to_owned()];
    match guard.models().await {
        Ok(names) => {
            models.extend(names.into_iter().filter(|name| name != guard.default_model()).take(MODELS - 1));
        }
        Err(error) if matches!(error.kind, FailureKind::NotConfigured | FailureKind::Auth) => {
            return Err(error);
        }
        Err(error) => tracing::warn!("{error}"),
    }
    Ok(models)
}

fn lost(why: &str) -> ProviderError {
    ProviderError::new(FailureKind::Connect, why)
}

/// Cancels calls that their rooms give up.
async fn hear_cancels(worker: Arc<Worker>) {
    let Ok(mut cancels) = worker.link.client.subscribe(wire::cancel(&worker.pool)).await else { return };
    while let Some(message) = cancels.next().await {
        let Ok(id) = std::str::from_utf8(&message.payload) else { continue };
        if let Some(call) = worker.calls.lock().unwrap_or_else(PoisonError::into_inner).get(id) {
            call.cancel();
        }
    }
}

/// Takes one call after another until the worker is stopped.
async fn take(worker: Arc<Worker>) {
    while !worker.stop.is_cancelled() {
        match one(&worker).await {
            Ok(()) => worker.tell(""),
            Err(why) => {
                worker.tell(&why);
                *worker.queue.lock().await = None;
                tokio::select! {
                    () = worker.stop.cancelled() => {}
                    () = tokio::time::sleep(PAUSE) => {}
                }
            }
        }
    }
}

/// Waits a moment for a call and makes it.
async fn one(worker: &Arc<Worker>) -> Result<(), String> {
    worker.has_model().await?;
    let Some(from) = worker.queue().await else { return Ok(()) };
    let batch = from.batch().max_messages(1).expires(PULL).messages().await;
    let mut batch = batch.map_err(|error| error.to_string())?;
    let message = tokio::select! {
        biased;
        message = batch.next() => message,
        // A call that comes in just now is handed out again after a while.
        () = worker.stop.cancelled() => None,
    };
    match message {
        Some(Ok(message)) => {
            worker.under_way.fetch_add(1, Ordering::Relaxed);
            task::make(worker, message).await;
            worker.under_way.fetch_sub(1, Ordering::Relaxed);
            Ok(())
        }
        Some(Err(error)) => Err(error.to_string()),
        None => Ok(()),
    }
}

impl Worker {
    /// Tells why no calls can be taken, once; empty when they can.
    fn tell(&self, why: &str) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if *told != why {
            why.clone_into(&mut told);
            if !why.is_empty() {
                tracing::warn!("no calls can be taken: {why}");
            }
        }
    }

    /// The pool's queue, looked for until it is there; `None` when the worker is stopped. One task looks, whoever else
    /// wants it waits for what that one finds.
    async fn queue(&self) -> Option<Queue> {
        let mut known = self.queue.lock().await;
        loop {
            if self.stop.is_cancelled() {
                return None;
            }
            // What is asked for while the server is away would come to somebody who no longer waits.
            if !self.link.stands() {
                self.tell("the NATS server is away");
            } else if known.is_some() {
                return known.clone();
            } else {
                match self.js.get_consumer_from_stream(self.pool.as_str(), wire::STREAM).await {
                    Ok(found) => {
                        *known = Some(found);
                        continue;
                    }
                    Err(error) => self.tell(&format!(
                        "pool {} is not there yet ({error}); a room makes it when it is started",
                        self.pool
                    )),
                }
            }
            tokio::select! {
                () = self.stop.cancelled() => {}
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    }

    /// Whether its own provider can be asked. While it fails no call is taken: others may have better luck.
    async fn has_model(&self) -> Result<(), String> {
        let state = self.guard.state();
        if state.phase == crate::llm::guard::Phase::Closed && state.failures == 0 {
            return Ok(());
        }
        if self.guard.is_back().await {
            return Ok(());
        }
        Err(state.last_error.unwrap_or_else(|| format!("{} does not answer", self.guard.name())))
    }
}
