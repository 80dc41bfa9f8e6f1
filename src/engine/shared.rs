//! What all parts of one engine share, and what is true now and stored nowhere.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Instant;

use rusqlite::Connection;
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

use super::budget::Tariff;
use super::bus::Bus;
use super::clock::Clock;
use super::pulse::Pulse;
use super::room::Room;
use super::schedule::Schedule;
use super::scribe::Scribe;
use super::settings::Settings;
use crate::domain::personality::{ModelConfig, meant_provider};
use crate::domain::{Money, PersonalityConfig, Stamp};
use crate::llm::Guard;
use crate::protocol::{Doing, EngineState, Work};
use crate::store::beat::{self, BotRow};
use crate::store::{EngineLock, Store, StoreError, Tx, providers};

use crate::tools::Offline;

/// Seconds between beats with the embedded provider, until a person chooses.
pub(super) const SCRIPTED_PACE: u32 = 30;
/// Seconds between beats with every other provider, until a person chooses.
pub(super) const MODEL_PACE: u32 = 14_400;

/// Notes of the room: the provider that bots ask who name none, and the pace, if one was chosen, as they hold now.
pub(super) const PROVIDER_NOW: &str = "provider_now";
pub(super) const PACE_NOW: &str = "pace_now";

/// Bots that name a provider, with its name.
pub(super) fn pinned(bots: &[beat::Due]) -> BTreeMap<String, String> {
    let named = bots.iter().filter(|bot| bot.provider != "default");
    named.map(|bot| (bot.id.clone(), bot.provider.clone())).collect()
}

/// The inside of a [`Handle`](super::Handle).
pub(super) struct Shared {
    pub(super) store: Store,
    pub(super) bus: Bus,
    pub(super) clock: Clock,
    pub(super) settings: Settings,
    pub(super) started: Instant,
    pub(super) seed: u64,
    pub(super) secret: String,
    /// Which society this is.
    pub(super) society: String,
    /// Set when the room's costs are for show and nothing was paid; it says as whose they were priced.
    pub simulated_cost: Option<String>,
    /// By name; an error says why one cannot be used.
    pub(super) guards: BTreeMap<String, Result<Arc<Guard>, String>>,
    pub(super) offline: Offline,
    pub(super) scribe: Scribe,
    pub(super) room: Mutex<Room>,
    pub(super) schedule: Arc<Mutex<Schedule>>,
    pub(super) pulse: Mutex<Pulse>,
    /// Providers on this machine that fail and are looked after.
    pub(super) troubled: Arc<watch::Sender<BTreeSet<String>>>,
    /// Rung when the schedule or the engine's state changed.
    pub(super) wake: Notify,
    /// Cancelled when the engine stops.
    pub(super) stop: CancellationToken,
    pub(super) live: Arc<RwLock<Live>>,
    pub(super) lock: Mutex<Option<EngineLock>>,
    /// Whether an access token was ever made; rung when one is made or revoked.
    pub(super) tokens: watch::Sender<bool>,
}

/// What is true now and stored nowhere, or stored as a note and read often.
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
    /// Sizes of contexts that servers told, in tokens, by provider and model.
    pub(super) contexts: BTreeMap<(String, String), u32>,
    /// The room's provider.
    pub(super) provider: String,
    /// The pace a person chose; `None` follows each bot's provider.
    pub(super) pace: Option<u32>,
    /// Bots whose own provider is not the embedded one, with its name (for the pace).
    pub(super) pinned: BTreeMap<String, String>,
}

impl Shared {
    /// Whether a cost is for show.
    pub(super) fn is_simulated(&self, cost: Money) -> bool {
        cost > Money::ZERO && self.simulated_cost.is_some()
    }

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

    /// When something happens that was begun at `at`: now, on the system's clock; simulated time stands still
    /// for a beat.
    pub(super) fn moment(&self, tx: &Tx<'_>, at: Stamp) -> Stamp {
        if self.clock.is_simulated() { at } else { tx.now() }
    }

    /// Bots that wait for a place.
    pub(super) fn waiting(&self) -> u32 {
        let waits = |doing: &&Doing| doing.what == Work::Waiting;
        u32::try_from(self.live().doing.values().filter(waits).count()).unwrap_or(u32::MAX)
    }

    /// The name of the provider that speaks for a bot.
    pub(super) fn provider_of(&self, config: &PersonalityConfig) -> String {
        self.resolve(&config.model.provider)
    }

    /// `default` is the room's provider.
    pub(super) fn resolve(&self, provider: &str) -> String {
        if provider == "default" { self.live().provider.clone() } else { meant_provider(provider).to_owned() }
    }

    /// The size of a model's context, where its server told it: prompts are kept within it.
    pub(super) fn context_of(&self, provider: &str, model: &str) -> Option<u32> {
        self.live().contexts.get(&(provider.to_owned(), model.to_owned())).copied()
    }

    /// A provider by name, or one sentence saying why it cannot be used.
    pub(super) fn guard(&self, name: &str) -> Result<Arc<Guard>, String> {
        match self.guards.get(name) {
            Some(guard) => guard.clone(),
            None => {
                let known: Vec<_> = self.guards.keys().map(String::as_str).collect();
                Err(format!("provider {name} is not set up: choose one of {}", known.join(", ")))
            }
        }
    }

    /// Whom a bot asks, at which price.
    pub(super) fn tariff(&self, model: &ModelConfig) -> Tariff {
        let provider = self.resolve(&model.provider);
        let default = self.guard(&provider).map_or_else(|_| String::new(), |g| g.default_model().to_owned());
        let name = if model.model.is_empty() { default } else { model.model.clone() };
        Tariff::of(&self.settings, &provider, &name)
    }

    /// Seconds between two beats of a bot: its own pace, the room's, or its provider's.
    pub(super) fn interval_of(&self, bot: &str, own: Option<u32>) -> u32 {
        let live = self.live();
        own.or(live.pace).unwrap_or_else(|| {
            let provider = live.pinned.get(bot).unwrap_or(&live.provider);
            if provider == "scripted" { SCRIPTED_PACE } else { MODEL_PACE }
        })
    }

    pub(super) fn next_beat(&self, tx: &Tx<'_>, row: &BotRow, at: Stamp) -> Stamp {
        super::heartbeat::next_beat(self, tx, row, at)
    }

    /// A bot's next beat was planned in its row: after the commit, the schedule in memory follows, unless the bot is on
    /// a beat, which plans the next itself.
    pub(super) fn planned(&self, tx: &mut Tx<'_>, bot: &str, due: Stamp) {
        let (schedule, live, bot) = (Arc::clone(&self.schedule), Arc::clone(&self.live), bot.to_owned());
        tx.after_commit(move || {
            let busy = live.read().unwrap_or_else(PoisonError::into_inner).doing.contains_key(&bot);
            if !busy {
                schedule.lock().unwrap_or_else(PoisonError::into_inner).plan(&bot, due);
            }
        });
    }

    /// A bot left: after the commit it is planned no more.
    pub(super) fn unplanned(&self, tx: &mut Tx<'_>, bot: &str) {
        let (schedule, bot) = (Arc::clone(&self.schedule), bot.to_owned());
        tx.after_commit(move || schedule.lock().unwrap_or_else(PoisonError::into_inner).remove(&bot));
    }

    /// Reads again what the rows say of the room's provider and pace, of the bots' providers and of contexts, after
    /// something was rolled back.
    pub(super) fn relearn(&self, c: &Connection) -> Result<(), StoreError> {
        let (provider, pace) = (beat::meta(c, PROVIDER_NOW)?, beat::meta(c, PACE_NOW)?);
        let contexts = providers::contexts(c)?.into_iter().collect();
        let pinned = pinned(&beat::all_due(c)?);
        let mut live = self.live_mut();
        if let Some(provider) = provider {
            live.provider = provider;
        }
        live.pace = pace.and_then(|text| text.parse().ok());
        live.contexts = contexts;
        live.pinned = pinned;
        Ok(())
    }
}
