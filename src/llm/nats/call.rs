//! One call from its message in the queue to its answer.

use std::sync::Arc;
use std::time::Duration;

use async_nats::{Message, Subscriber};
use futures_util::StreamExt as _;
use tokio::time::{Instant, sleep_until};

use super::Nats;
use super::board::At;
use super::link::Link;
use super::queued::{Counted, Queued};
use super::wire::{BUSY, DELIVERIES, GO, OVER, SILENCE, Told};
use crate::domain::text::clean_line;
use crate::llm::counts::MOST;
use crate::llm::wire::MAX_ANSWER;
use crate::llm::{Completion, DeltaSink, FailureKind, Handover, ProviderError, Request};

/// How long a call may lie there before it is asked whether anybody is there.
const FIRST_LOOK: Duration = Duration::from_millis(300);
/// Between two such looks.
const LOOK: Duration = Duration::from_secs(2);
/// A worker that was heard of this lately is at work still.
const LIVELY: Duration = Duration::from_millis(SILENCE * 1_000 - 1_500);
/// How long a worker is silent before the room looks for itself what became of the call.
const SILENT: Duration = Duration::from_millis(SILENCE * 1_000 + 1_500);
/// The longest a worker's measure of time is believed.
const LONGEST: Duration = Duration::from_secs(86_400);
/// The longest a worker's own words may be.
const WORDS: usize = 400;

/// Makes a call.
///
/// # Errors
/// What a worker or the queue failed of.
pub(super) async fn make(
    nats: &Nats,
    request: &Request,
    deltas: DeltaSink,
    handover: &mut dyn Handover,
) -> Result<Completion, ProviderError> {
    let body = serde_json::to_vec(request).map_err(|error| {
        ProviderError::new(
            FailureKind::Refused,
            format!("{}: the call cannot be written: {error}", nats.name),
        )
    })?;
    let link = nats.queue.link().await?;
    let subject = link.client.new_inbox();
    let inbox = link.client.subscribe(subject.clone()).await.map_err(|_| nats.queue.away())?;
    let mut call = Call {
        nats,
        link,
        inbox,
        queued: Queued::new(&nats.queue, subject.clone()),
        subject,
        body,
        deltas,
        handover,
        stage: Stage::Waits { _counted: Counted::one(&nats.queue, |queue| &queue.waiting) },
        task: 0,
        delivery: 0,
        copies: 0,
        received: 0,
        heard: Instant::now(),
        lost: None,
    };
    call.publish().await?;
    call.run().await
}

/// How far a call is.
enum Stage {
    /// Nobody is at it.
    Waits { _counted: Counted },
    /// A worker is.
    Works { _at: At, name: String, _counted: Counted },
}

struct Call<'a> {
    nats: &'a Nats,
    link: Link,
    inbox: Subscriber,
    subject: String,
    body: Vec<u8>,
    deltas: DeltaSink,
    handover: &'a mut dyn Handover,
    queued: Queued,
    stage: Stage,
    /// The worker's try that is listened to.
    task: u64,
    /// How often the call had been handed out when that began.
    delivery: i64,
    /// How often it was put into the queue anew, after it was lost there.
    copies: u32,
    /// Bytes of the model's text that came from the worker at it.
    received: usize,
    /// When the worker at it was heard of last.
    heard: Instant,
    /// What is to be booked before another begins.
    lost: Option<ProviderError>,
}

impl Call<'_> {
    async fn publish(&mut self) -> Result<(), ProviderError> {
        let sequence = self.nats.queue.publish(&self.queued.id, &self.subject, &self.body).await?;
        self.queued.is_at(sequence);
        Ok(())
    }

    async fn run(mut self) -> Result<Completion, ProviderError> {
        let mut times = self.link.times();
        times.mark_unchanged();
        let vain = Arc::clone(&self.queued.vain);
        let mut look = Instant::now() + FIRST_LOOK;
        let mut away: Option<Instant> = None;
        loop {
            tokio::select! {
                biased;
                message = self.inbox.next() => {
                    let Some(message) = message else { return Err(self.ended(self.nats.queue.away())) };
                    if let Some(result) = self.take(message).await {
                        return result;
                    }
                }
                () = vain.notified() => return Err(self.in_vain()),
                changed = times.changed() => {
                    if changed.is_err() {
                        return Err(self.ended(self.nats.queue.away()));
                    }
                    // What was published while the connection was gone may not have come through.
                    self.heard = Instant::now();
                    if matches!(self.stage, Stage::Waits { .. }) {
                        self.publish().await?;
                    }
                    look = Instant::now() + FIRST_LOOK;
                }
                () = sleep_until(look) => {
                    look = Instant::now() + LOOK;
                    if self.link.stands() {
                        away = None;
                        self.look().await?;
                    } else {
                        let since = *away.get_or_insert_with(Instant::now);
                        self.heard = Instant::now();
                        if since.elapsed() > self.nats.away {
                            return Err(self.ended(self.nats.queue.away()));
                        }
                    }
                }
            }
        }
    }

    /// An error that ends the call: charged where a worker was at it.
    fn ended(&mut self, error: ProviderError) -> ProviderError {
        match (&self.stage, self.lost.take()) {
            (Stage::Works { .. }, _) => self.charged(error),
            (Stage::Waits { .. }, Some(lost)) => ProviderError { message: error.message, ..lost },
            (Stage::Waits { .. }, None) => error,
        }
    }

    fn in_vain(&mut self) -> ProviderError {
        let message = format!(
            "{}: {DELIVERIES} workers of pool {} took this call and fell silent; look at their logs",
            self.nats.name, self.nats.pool
        );
        self.ended(ProviderError::new(FailureKind::Server, message))
    }

    /// A worker that was at it is no more.
    fn silent(&self) -> ProviderError {
        let name = match &self.stage {
            Stage::Works { name, .. } => name.as_str(),
            Stage::Waits { .. } => "a worker",
        };
        let message = format!("{}: {name} fell silent in the middle of a call", self.nats.name);
        self.charged(ProviderError::new(FailureKind::Server, message))
    }

    /// The error of a try that a worker began. That it said so counts as a first byte: unlike a server that never
    /// said anything, it has asked its model, each time anew.
    fn charged(&self, error: ProviderError) -> ProviderError {
        ProviderError { received: self.received.max(1), ..error.charged() }
    }

    /// Looks for itself how the call is, when nothing was told for a while.
    async fn look(&mut self) -> Result<(), ProviderError> {
        let nats = self.nats;
        let silent = match &self.stage {
            Stage::Works { .. } => {
                if self.heard.elapsed() < SILENT {
                    (self.deltas)(""); // the worker is alive, its model thinks
                    return Ok(());
                }
                true
            }
            Stage::Waits { .. } => false,
        };
        let present = nats.board.present(&self.link, &nats.pool).await;
        if present.is_none_or(|count| count == 0) && self.link.stands() {
            if silent {
                return Err(self.silent());
            }
            if present.is_some() {
                return Err(self.ended(nats.nobody()));
            }
            // A busy machine is given the time that a frozen one takes to be known as such.
            if self.heard.elapsed() >= SILENT {
                return Err(self.ended(nats.unheard()));
            }
            return Ok(());
        }
        let Some(sequence) = self.queued.sequence else { return Ok(()) };
        if nats.queue.is_queued(sequence).await != Some(false) {
            // It is handed out again by itself; and a call that waits for a busy worker has all the time there is.
            if !silent {
                (self.deltas)("");
            }
            return Ok(());
        }
        // Gone with the server's memory, or let go by a worker that did not reach this room.
        if silent {
            let lost = self.silent();
            self.lost = Some(lost);
            self.waits();
        }
        self.queued.leaves();
        self.copies += 1;
        if i64::from(self.copies) >= DELIVERIES {
            return Err(self.in_vain());
        }
        self.queued.id = format!("{}.{}", self.subject, self.copies);
        self.delivery = 0;
        self.publish().await
    }

    fn waits(&mut self) {
        self.stage = Stage::Waits { _counted: Counted::one(&self.nats.queue, |queue| &queue.waiting) };
    }

    async fn answer(link: &Link, message: &Message, word: &'static [u8]) {
        if let Some(reply) = &message.reply
            && let Err(error) = link.client.publish(reply.clone(), word.into()).await
        {
            tracing::debug!("a worker could not be answered: {error}");
        }
    }

    /// Takes in what a worker tells; `Some` at the end.
    async fn take(&mut self, message: Message) -> Option<Result<Completion, ProviderError>> {
        let told = match serde_json::from_slice::<Told>(&message.payload) {
            Ok(told) => told,
            Err(error) => {
                tracing::debug!("a worker said something unknown: {error}");
                return None;
            }
        };
        match told {
            Told::Start { task, delivery, worker, name, sequence } => {
                match self.begins((task, delivery), &worker, &name, sequence).await {
                    Ok(word) => {
                        Self::answer(&self.link, &message, word).await;
                        None
                    }
                    Err(error) => {
                        Self::answer(&self.link, &message, OVER).await;
                        Some(Err(error))
                    }
                }
            }
            Told::Alive { task } => {
                if self.is_from(task) {
                    self.heard = Instant::now();
                }
                None
            }
            Told::Delta { task, text } => {
                if self.is_from(task) {
                    self.heard = Instant::now();
                    self.received = self.received.saturating_add(text.len());
                    if self.received <= MAX_ANSWER {
                        (self.deltas)(&text);
                    }
                }
                None
            }
            Told::Done { task, worker, completion } => {
                Self::answer(&self.link, &message, OVER).await;
                // Whoever answers first has answered; it is taken out of the queue by the worker itself.
                if task == self.task {
                    self.queued.leaves();
                }
                Some(self.believed(completion).inspect(|it| self.nats.board.answered(&worker, it)))
            }
            Told::Failed { task, worker, error } => {
                Self::answer(&self.link, &message, OVER).await;
                if !self.is_from(task) {
                    return None;
                }
                self.queued.leaves();
                self.nats.board.heard(&worker, |member| member.failed += 1);
                Some(Err(self.believed_error(error)))
            }
            Told::Back { task, charged, why } => {
                Self::answer(&self.link, &message, OVER).await;
                if self.is_from(task) {
                    let why = clean_line(&why, WORDS);
                    let message = format!("{}: a worker gave a call back: {why}", self.nats.name);
                    self.lost =
                        charged.then(|| self.charged(ProviderError::new(FailureKind::Server, message)));
                    self.waits();
                }
                None
            }
        }
    }

    fn is_from(&self, task: u64) -> bool {
        matches!(self.stage, Stage::Works { .. }) && task == self.task
    }

    /// A worker wants to begin: whether it may.
    async fn begins(
        &mut self,
        (task, delivery): (u64, i64),
        worker: &str,
        name: &str,
        sequence: u64,
    ) -> Result<&'static [u8], ProviderError> {
        if self.queued.sequence.is_some_and(|own| own != sequence) {
            return Ok(OVER); // a copy of it is under way
        }
        if matches!(self.stage, Stage::Works { .. }) {
            if task == self.task {
                return Ok(GO); // it asks again
            }
            // A server that was killed may have forgotten that it had handed the call out.
            if delivery < self.delivery || (delivery == self.delivery && self.heard.elapsed() < LIVELY) {
                return Ok(OVER);
            }
            if self.heard.elapsed() < LIVELY {
                return Ok(BUSY);
            }
            let lost = self.silent();
            self.lost = Some(lost);
            self.waits();
        }
        let lost = self.lost.take();
        let why = lost.clone();
        if !self.handover.begins(lost).await {
            return Err(why.unwrap_or_else(|| {
                ProviderError::new(FailureKind::Open, "no worker was let begin the call")
            }));
        }
        let _at = self.nats.board.begins(worker, name);
        let name = super::board::short(name);
        let _counted = Counted::one(&self.nats.queue, |queue| &queue.in_flight);
        self.stage = Stage::Works { _at, name, _counted };
        (self.task, self.delivery) = (task, delivery);
        (self.received, self.heard) = (0, Instant::now());
        Ok(GO)
    }

    /// An answer as far as a worker is believed.
    fn believed(&self, completion: Completion) -> Result<Completion, ProviderError> {
        if completion.text.len() > MAX_ANSWER {
            let message =
                format!("{}: a worker answered with more than {} MB", self.nats.name, MAX_ANSWER >> 20);
            return Err(ProviderError::new(FailureKind::Protocol, message).charged());
        }
        Ok(Completion {
            usage: completion.usage.filter(|usage| is_possible(*usage)),
            model: clean_line(&completion.model, WORDS),
            latency: completion.latency.min(LONGEST),
            ..completion
        })
    }

    fn believed_error(&self, error: ProviderError) -> ProviderError {
        ProviderError {
            message: format!("{}: {}", self.nats.name, clean_line(&error.message, WORDS)),
            retry_after: error.retry_after.map(|after| after.min(LONGEST)),
            usage: error.usage.filter(|usage| is_possible(*usage)),
            received: error.received.min(MAX_ANSWER),
            ..error
        }
    }
}

/// Whether such counts can be of one call.
fn is_possible(usage: crate::domain::Usage) -> bool {
    [usage.input, usage.output, usage.cached, usage.cache_write]
        .iter()
        .all(|count| (0..=MOST).contains(count))
        && usage.cached.saturating_add(usage.cache_write) <= usage.input
}
