//! What all parts of one engine share, and what is true now and stored nowhere.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Instant;

use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::bus::Bus;
use super::clock::Clock;
use super::pulse::Pulse;
use super::schedule::Schedule;
use super::settings::Settings;
use crate::domain::Stamp;
use crate::llm::Guard;
use crate::protocol::{Doing, EngineState, Work};
use crate::society::input::Outside;
use crate::society::{Society, spacing};
use crate::store::{EngineLock, Result, Store, schedule};

/// The inside of a [`Handle`](super::Handle).
pub(super) struct Shared {
    /// The machine that every input goes into.
    pub(super) society: Arc<Society>,
    pub(super) store: Store,
    pub(super) bus: Bus,
    pub(super) clock: Clock,
    pub(super) settings: Settings,
    pub(super) started: Instant,
    /// Those that can be used, by name.
    pub(super) guards: BTreeMap<String, Arc<Guard>>,
    pub(super) schedule: Arc<Mutex<Schedule>>,
    pub(super) pulse: Mutex<Pulse>,
    /// Providers on this machine that fail and are looked after.
    pub(super) troubled: Arc<watch::Sender<BTreeSet<String>>>,
    /// Rung when the schedule or the engine's state changed.
    pub(super) wake: Notify,
    /// Cancelled when the engine stops.
    pub(super) stop: CancellationToken,
    /// What runs on tasks of its own for somebody who may have left; ended in order when the engine stops.
    pub(super) errands: TaskTracker,
    pub(super) live: Arc<RwLock<Live>>,
    pub(super) lock: Mutex<Option<EngineLock>>,
    /// Whether an access token was ever made; rung when one is made or revoked.
    pub(super) tokens: watch::Sender<bool>,
}

/// What is true now and stored nowhere.
#[derive(Clone, Debug)]
pub(super) struct Live {
    /// Whether bots wake.
    pub(super) engine: EngineState,
    /// Bots on a beat right now, and what it is at.
    pub(super) doing: BTreeMap<String, Doing>,
    /// Connected viewers.
    pub(super) viewers: i64,
    /// Models that servers told of, per provider.
    pub(super) models: BTreeMap<String, Vec<String>>,
}

impl Shared {
    pub(super) fn live(&self) -> RwLockReadGuard<'_, Live> {
        self.live.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn live_mut(&self) -> RwLockWriteGuard<'_, Live> {
        self.live.write().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn schedule(&self) -> MutexGuard<'_, Schedule> {
        self.schedule.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn pulse(&self) -> MutexGuard<'_, Pulse> {
        self.pulse.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Bots that wait for a place.
    pub(super) fn waiting(&self) -> u32 {
        let waits = |doing: &&Doing| doing.what == Work::Waiting;
        u32::try_from(self.live().doing.values().filter(waits).count()).unwrap_or(u32::MAX)
    }

    /// A provider by name, or one sentence saying why it cannot be used.
    pub(super) fn guard(&self, name: &str) -> std::result::Result<Arc<Guard>, String> {
        self.guards.get(name).cloned().ok_or_else(|| self.society.why_silent(name))
    }

    /// Calls that the providers of these names can take at once, together.
    pub(super) fn concurrency(&self, is_meant: impl Fn(&str) -> bool) -> usize {
        let usable = self.guards.iter().filter(|(name, _)| is_meant(name)).map(|(_, guard)| guard);
        usable.map(|guard| guard.concurrency()).fold(0, usize::saturating_add)
    }

    /// Whether beats are held up by a pause.
    pub(super) fn is_paused(&self) -> bool {
        self.live().engine != EngineState::Running
    }

    /// Plans the next beat of a bot whose last one, at `at`, came to nothing: half its own interval later.
    pub(super) async fn plan_again(&self, bot: &str, at: Stamp) {
        let id = bot.to_owned();
        // A store that cannot be read tells no pace: the room's.
        let own = self.store.read(move |c| schedule::own_pace(c, &id)).await.unwrap_or(None);
        let next = spacing::after(at, self.society.interval_of(bot, own), 0.5);
        self.schedule().plan_at_the_latest(bot, next);
        self.wake.notify_one();
    }

    /// Takes an input in, at the room's time, in a transaction of its own, whoever waits for it leaves meanwhile.
    ///
    /// # Errors
    /// As for `Apply::apply`.
    pub(super) async fn enter<A: Outside>(self: &Arc<Self>, input: A) -> Result<A::Outcome> {
        self.enter_for(None, input).await
    }

    /// As [`Shared::enter`], as the wish of somebody.
    ///
    /// # Errors
    /// As for `Apply::apply`.
    pub(super) async fn enter_for<A: Outside>(
        self: &Arc<Self>,
        by: Option<Arc<str>>,
        input: A,
    ) -> Result<A::Outcome> {
        let shared = Arc::clone(self);
        self.store
            .write(move |tx| {
                let at = shared.clock.now();
                shared.society.take_in_for(tx, at, by.as_deref(), &input)
            })
            .await
    }

    /// As [`Shared::enter`], at a moment of the caller's: that of a beat in simulated time.
    ///
    /// # Errors
    /// As for `Apply::apply`.
    pub(super) async fn enter_at<A: Outside>(self: &Arc<Self>, at: Stamp, input: A) -> Result<A::Outcome> {
        let society = Arc::clone(&self.society);
        self.store.write(move |tx| society.take_in(tx, at, &input)).await
    }

    /// As [`Shared::enter`], for who can wait.
    ///
    /// # Errors
    /// As for `Apply::apply`.
    pub(super) fn enter_blocking<A: Outside>(self: &Arc<Self>, input: &A) -> Result<A::Outcome> {
        let (shared, input) = (Arc::clone(self), input.clone());
        self.store.write_blocking(move |tx| {
            let at = shared.clock.now();
            shared.society.take_in(tx, at, &input)
        })
    }
}
