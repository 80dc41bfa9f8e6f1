//! What makes bots wake: the scheduler on the wall clock, and runs as fast as possible.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::calls;
use super::claim::Claim;
use super::handle::Handle;
use super::outage;
use super::shared::Shared;
use super::wall::{self, Watch};
use crate::domain::{ActivityKind, Money, Stamp};
use crate::protocol::{BeatResult, EngineState, Fault, FaultKind, Notice, Triggered};
use crate::society::heartbeat::{Beat, Finished};
use crate::society::open::Closed;
use crate::society::walk::{Begun, Step};
use crate::store::{Result, StoreError};

/// Beats in one job of a fast run at most: a commit, with its share of the full-text index, is for all of them.
const BATCH: usize = 512;
/// A job of a fast run begins no beat after this long, whatever it has done: other work waits for the writer.
const BATCH_TIME: Duration = Duration::from_millis(250);
/// Beats awaited at once, where the providers cannot take more.
const IN_FLIGHT: usize = 64;
/// Beats awaited at once in a fast run on the system's clock, where the room's provider cannot take more.
const FAST_IN_FLIGHT: usize = 8;

/// Between two looks at the clock while a beat is to come.
const LOOK: Duration = Duration::from_secs(10);

/// A run as fast as possible.
#[derive(Clone, Debug, Default)]
pub struct Run {
    /// Whose beats; empty = everybody's.
    pub bots: Vec<String>,
    /// How many beats in all.
    pub count: Option<u64>,
    /// Until when, in the room's time.
    pub until: Option<Stamp>,
    /// Ends the run between two beats.
    pub stop: CancellationToken,
}

/// What a run came to.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
pub struct RunReport {
    /// Beats, idle and gated ones too.
    pub beats: u64,
    /// Threads and replies.
    pub posts: u64,
    /// Beats that failed.
    pub failed: u64,
    /// Beats with nothing to react to.
    pub idle: u64,
    /// Tokens of all calls.
    pub tokens: i64,
    /// Cost of all calls.
    pub cost: Money,
    /// Wall-clock time.
    pub elapsed: Duration,
    /// Whether it was ended before its time.
    pub interrupted: bool,
}

impl RunReport {
    fn count(&mut self, finished: &Finished) {
        self.beats += 1;
        self.tokens += finished.tokens;
        self.cost += finished.cost;
        match ActivityKind::of(&finished.result.action) {
            Some(kind) if kind.is_post() => self.posts += 1,
            Some(ActivityKind::Failed) => self.failed += 1,
            Some(_) => {}
            None => self.idle += 1,
        }
    }
}

/// The scheduler on the wall clock.
pub struct EngineTask {
    shared: Arc<Shared>,
    task: tokio::task::JoinHandle<()>,
}

impl EngineTask {
    /// Stops: no new beats; those in flight, interviews and what else was asked for get `grace` to finish and are
    /// abandoned after it (their reservations are charged at the next start); then the store is closed.
    pub async fn stop(self, grace: Duration) {
        self.shared.stop.cancel();
        self.shared.errands.close();
        let abort = self.task.abort_handle();
        let ended = async { tokio::join!(self.task, self.shared.errands.wait()) };
        if tokio::time::timeout(grace, ended).await.is_err() {
            abort.abort();
        }
        let shared = Arc::clone(&self.shared);
        let _ = tokio::task::spawn_blocking(move || shared.close()).await;
    }
}

impl Shared {
    /// Closes the store and gives the lock up.
    pub(super) fn close(self: &Arc<Self>) {
        self.stop.cancel();
        self.live_mut().engine = EngineState::Stopped;
        self.bus.tell(self.clock.now(), Notice::EngineState { engine: EngineState::Stopped });
        // What waits to be sent is not sent any more.
        if let Err(error) = self.enter_blocking(&Closed {})
            && !matches!(error, StoreError::Closed)
        {
            tracing::error!("reservations of calls that were not sent could not be let go: {error}");
        }
        self.store.close();
        self.lock.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
    }
}

impl Handle {
    /// Starts the scheduler on the wall clock. Needs a tokio runtime.
    #[must_use]
    pub fn spawn(&self) -> EngineTask {
        let shared = Arc::clone(&self.shared);
        tokio::spawn(outage::watch(Arc::clone(&shared)));
        tokio::spawn(super::clerk::write(Arc::clone(&shared)));
        EngineTask { task: tokio::spawn(run_forever(Arc::clone(&shared))), shared }
    }

    /// Finishes queued work, closes the store and gives the lock up, for handles that were never spawned.
    pub fn close(&self) {
        self.shared.close();
    }

    /// Runs beats as fast as possible and reports progress after every batch.
    ///
    /// # Errors
    /// 404 for an unknown bot; database errors.
    pub async fn run_beats(
        &self,
        run: Run,
        mut progress: impl FnMut(u64) + Send,
    ) -> Result<RunReport, Fault> {
        self.is_present()?;
        let started = Instant::now();
        let mut report = RunReport::default();
        for bot in &run.bots {
            let id = bot.clone();
            self.read(move |c| crate::store::names::require_bot(c, &id)).await?;
        }
        let only: Arc<BTreeSet<String>> = Arc::new(run.bots.iter().cloned().collect());
        while !self.shared.stop.is_cancelled() {
            if run.stop.is_cancelled() {
                report.interrupted = true;
                break;
            }
            let left = run.count.map_or(usize::MAX, |count| {
                usize::try_from(count.saturating_sub(report.beats)).unwrap_or(usize::MAX)
            });
            if left == 0 {
                break;
            }
            let batch = fast_batch(&self.shared, &only, left.min(BATCH), run.until).await?;
            if batch.is_empty() {
                break;
            }
            for finished in &batch {
                report.count(finished);
            }
            progress(report.beats);
        }
        report.elapsed = started.elapsed();
        Ok(report)
    }

    /// One bot's beat, now, even when there is nothing new. Pauses and caps hold.
    ///
    /// # Errors
    /// 404 for an unknown bot, 409 while it is on a beat.
    pub async fn trigger(&self, bot: &str) -> Result<BeatResult, Fault> {
        self.is_present()?;
        let Some(claim) = self.shared.claim(bot) else {
            return Err(Fault::conflict(format!("{bot} is on a beat already; wait until it is done")));
        };
        self.shared.schedule().remove(bot); // what is planned from now on comes after this beat
        let at = self.shared.clock.now();
        let beat = Beat { bot: bot.to_owned(), at, forced: true, heeds_pause: false };
        // On a task of its own: a caller that goes away does not cut the beat off.
        let shared = Arc::clone(&self.shared);
        let ended = self.shared.errands.spawn(async move { one(&shared, claim, beat).await }).await;
        match ended {
            Ok(finished) => match finished? {
                Some(finished) => Ok(finished.result),
                None => Err(Fault::unavailable("the engine is stopped")),
            },
            Err(error) => Err(Fault::internal(format!("the beat of {bot} ended early: {error}"))),
        }
    }

    /// Every bot's beat as soon as possible, in order of id.
    ///
    /// # Errors
    /// Database errors.
    pub async fn trigger_all(&self) -> Result<Triggered, Fault> {
        let bots = self.shared.store.read(crate::store::schedule::all_due).await?;
        let now = self.shared.clock.now();
        {
            let mut schedule = self.shared.schedule();
            for bot in bots {
                schedule.plan(&bot.id, now);
            }
        }
        if self.shared.live().engine != EngineState::Running || self.shared.clock.is_simulated() {
            let (handle, count) = (self.clone(), self.shared.schedule().len() as u64);
            let run = Run { count: Some(count), ..Run::default() };
            let beats = self.shared.errands.spawn(async move {
                let ran = handle.run_beats(run, |_| {}).await;
                ran.inspect_err(|error| tracing::error!("not everybody could be woken: {error}")).is_ok()
            });
            // Simulated beats take no time; those of a room that rests may take as long as its models do.
            if self.shared.clock.is_simulated() && !beats.await.unwrap_or(false) {
                return Err(Fault::internal("not everybody could be woken; the log says why"));
            }
        }
        self.shared.wake.notify_one();
        Ok(Triggered { status: "ok".into(), message: "All heartbeats triggered".into() })
    }
}

/// Runs a claimed beat, plans the next and lets the bot go, whatever comes.
async fn one(shared: &Arc<Shared>, mut claim: Claim, beat: Beat) -> Result<Option<Finished>> {
    let (bot, at) = (beat.bot.clone(), beat.at);
    let result = calls::beat(shared, &mut claim, beat).await;
    match &result {
        Ok(Some(finished)) => shared.schedule().plan_at_the_latest(&finished.bot, finished.next),
        Ok(None) => shared.schedule().plan_at_the_latest(&bot, at), // put off, not over
        Err(StoreError::Refused(fault)) if fault.kind == FaultKind::NotFound => {
            shared.schedule().remove(&bot); // it left the room
        }
        Err(error) => {
            tracing::error!(bot, "a beat came to nothing: {error}");
            shared.plan_again(&bot, at).await;
        }
    }
    claim.settle();
    result
}

/// Tells of a beat that ended by a panic or was cut off; the others go on.
fn joined<T>(ended: std::result::Result<T, tokio::task::JoinError>) -> Option<T> {
    ended.inspect_err(|error| tracing::error!("a beat ended early: {error}")).ok()
}

/// The scheduler: sleeps until the next beat is due, and wakes bots side by side.
async fn run_forever(shared: Arc<Shared>) {
    let mut flying = JoinSet::new();
    let mut watch = Watch::start(shared.clock.now());
    let most = shared.concurrency(|_| true).max(IN_FLIGHT);
    loop {
        while let Some(ended) = flying.try_join_next() {
            joined(ended);
        }
        let running = shared.live().engine == EngineState::Running;
        let now = shared.clock.now();
        if !shared.clock.is_simulated()
            && let Some(by) = watch.jumped(now)
        {
            wall::mend(&shared, by).await;
            continue;
        }
        if running && flying.len() < most {
            let due = shared.schedule().pop_due(now, |id| shared.live().doing.contains_key(id));
            if let Some((_, bot)) = due {
                if let Some(claim) = shared.claim(&bot) {
                    let (shared, at) = (Arc::clone(&shared), shared.clock.now());
                    flying.spawn(async move {
                        let beat = Beat { bot: bot.to_string(), at, forced: false, heeds_pause: true };
                        let _ = one(&shared, claim, beat).await; // told of where it failed
                    });
                }
                continue;
            }
        }
        let next = shared.schedule().next(|id| shared.live().doing.contains_key(id));
        let sleep = match next {
            Some(due) if running && flying.len() < most => until(now, due),
            _ => Duration::from_secs(3_600),
        };
        tokio::select! {
            () = shared.stop.cancelled() => break,
            () = shared.wake.notified() => {}
            () = tokio::time::sleep(sleep) => {}
        }
    }
    while let Some(ended) = flying.join_next().await {
        joined(ended);
    }
}

/// Never long: the system's clock may be set, or the machine may sleep.
fn until(now: Stamp, due: Stamp) -> Duration {
    let micros = u64::try_from(due.micros() - now.micros()).unwrap_or(0);
    Duration::from_micros(micros).min(LOOK)
}

/// A batch of a fast run. In simulated time beats run one after another in order of (due, id), each
/// seeing every earlier one; on the system's clock they run now, awaited side by side.
async fn fast_batch(
    shared: &Arc<Shared>,
    only: &Arc<BTreeSet<String>>,
    size: usize,
    until: Option<Stamp>,
) -> Result<Vec<Finished>> {
    let (inner, chosen) = (Arc::clone(shared), Arc::clone(only));
    let taken: Arc<Mutex<Vec<Beat>>> = Arc::default();
    let noted = Arc::clone(&taken);
    let room = shared.society.settings().provider.clone();
    let most = shared.concurrency(|name| name == room).max(FAST_IN_FLIGHT);
    let batch = shared
        .store
        .write(move |tx| {
            let mut done = Vec::new();
            let mut awaited = Vec::new();
            let begun = Instant::now();
            while done.len() + awaited.len() < size && begun.elapsed() < BATCH_TIME {
                let Some(beat) = inner.take_next(&chosen, until) else { break };
                noted.lock().unwrap_or_else(PoisonError::into_inner).push(beat.clone());
                let begun = Begun { bot: beat.bot.clone(), forced: false, heeds_pause: false, place: None };
                match inner.society.take_in(tx, beat.at, &begun)? {
                    Step::Over(finished) => {
                        // At the end of the calendar there is no later moment, and no further beat.
                        if finished.next > beat.at {
                            inner.schedule().plan(&finished.bot, finished.next);
                        }
                        done.push(finished);
                    }
                    _ => {
                        awaited.push(beat);
                        if inner.clock.is_simulated() || awaited.len() >= most {
                            break; // those after it must see what it does
                        }
                    }
                }
            }
            Ok((done, awaited))
        })
        .await;
    let (mut done, awaited) = match batch {
        Ok(batch) => batch,
        Err(error) => {
            // Nothing of the batch is stored: its beats are still to come.
            for beat in taken.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
                shared.schedule().plan(&beat.bot, beat.at);
            }
            return Err(error);
        }
    };
    // Tasks of their own: whoever asked for them may leave, and one that fails cuts none of the others off.
    let mut flying = Vec::new();
    for beat in awaited {
        let Some(claim) = shared.claim(&beat.bot) else {
            continue; // somebody triggered it meanwhile
        };
        let shared = Arc::clone(shared);
        flying.push(tokio::spawn(async move { one(&shared, claim, beat).await }));
    }
    let mut failure = None;
    for beat in flying {
        match joined(beat.await) {
            Some(Ok(finished)) => done.extend(finished),
            Some(Err(error)) => failure = failure.or(Some(error)),
            None => {}
        }
    }
    failure.map_or(Ok(done), Err)
}

impl Shared {
    /// The next beat of a fast run; moves simulated time to it.
    fn take_next(&self, only: &BTreeSet<String>, until: Option<Stamp>) -> Option<Beat> {
        let mut schedule = self.schedule();
        let (due, bot) = schedule.pop_next(only, |id| self.live().doing.contains_key(id), until)?;
        self.clock.advance(due);
        let at = if self.clock.is_simulated() { due } else { self.clock.now() };
        Some(Beat { bot: bot.to_string(), at, forced: false, heeds_pause: false })
    }
}
