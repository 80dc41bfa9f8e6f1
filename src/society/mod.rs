//! The society as a deterministic machine: [`apply::Apply::apply`] takes a value from outside, reads the database, what
//! the society was opened with and the value itself, and nothing else.
//!
//! Plain and synchronous: no clock, no server, no chance but the seeded draws. What is to be asked of the world is said
//! by an outcome ([`walk::Step`]); what it is told of follows the commit ([`world::World`]).

mod answer;
pub(crate) mod apply;
pub(crate) mod budget;
pub(crate) mod change;
mod context;
pub(crate) mod draw;
pub(crate) mod flight;
pub(crate) mod fork;
pub mod frame;
pub(crate) mod heartbeat;
pub(crate) mod input;
pub(crate) mod interview;
mod items;
mod memory;
mod moderation;
pub(crate) mod open;
pub(crate) mod outage;
pub mod prompt;
pub(crate) mod provider_test;
mod recall;
mod record;
pub(crate) mod room;
pub(crate) mod spacing;
#[cfg(test)]
mod tests;
pub(crate) mod walk;
pub(crate) mod wall;
pub(crate) mod work;
pub(crate) mod world;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use self::budget::Tariff;
use self::frame::Frame;
use self::room::Room;
use self::world::World;
use crate::domain::personality::{ModelConfig, meant_provider};
use crate::domain::{Money, PersonalityConfig, Stamp};
use crate::llm::{Completion, Request};
use crate::protocol::Notice;
use crate::store::{Db, Result, Tx, meta, providers, schedule};

/// Notes of the room: the provider that bots ask who name none, and the pace, if one was chosen, as they hold now.
const PROVIDER_NOW: &str = "provider_now";
const PACE_NOW: &str = "pace_now";

/// One society, as it was opened.
pub(crate) struct Society {
    /// Which one it is.
    pub(crate) id: String,
    /// The root of every draw.
    pub(crate) seed: u64,
    /// The root of the marks around what others wrote.
    pub(crate) secret: String,
    /// Set when the room's costs are for show and nothing was paid; it says as whose they were priced.
    pub(crate) simulated_cost: Option<String>,
    /// The settings that shape it.
    pub(crate) frame: Arc<Frame>,
    /// How its journal is kept.
    pub(crate) keeping: Keeping,
    /// Whether thought records are written: not of what is passed over on the way to a moment of the past.
    pub(crate) records: AtomicBool,
    /// The providers by name; an error says why one cannot be used.
    pub(crate) voices: BTreeMap<String, std::result::Result<Voice, String>>,
    settings: RwLock<RoomSettings>,
    room: Mutex<Room>,
    /// Who performs what follows a commit.
    pub(crate) world: Arc<dyn World>,
}

/// How a journal is kept.
#[derive(Copy, Clone, Debug)]
pub(crate) struct Keeping {
    /// Whether snapshots are taken on the way.
    pub(crate) takes_snapshots: bool,
    /// Bytes of the journal kept; `None` keeps all.
    pub(crate) bytes: Option<u64>,
}

/// The answer of a provider in the process; `None` from one that must be awaited.
pub(crate) type AtOnce = Arc<dyn Fn(&Request) -> Option<Completion> + Send + Sync>;

/// A provider that can be used.
#[derive(Clone)]
pub(crate) struct Voice {
    /// The model used where a bot names none.
    pub(crate) default_model: String,
    /// How it answers in the process.
    pub(crate) at_once: AtOnce,
}

impl Voice {
    /// Its answer, where it has one without being awaited.
    pub(crate) fn answer_at_once(&self, request: &Request) -> Option<Completion> {
        (self.at_once)(request)
    }
}

/// What the rows say of the room and is read often: a copy, which is read again after a rollback.
#[derive(Clone, Debug, Default)]
pub(crate) struct RoomSettings {
    /// The room's provider.
    pub(crate) provider: String,
    /// The pace a person chose; `None` follows each bot's provider.
    pub(crate) pace: Option<u32>,
    /// Bots whose own provider is not the room's, with its name (for the pace).
    pub(crate) pinned: BTreeMap<String, String>,
    /// Sizes of contexts that servers told, in tokens, by provider and model.
    pub(crate) contexts: BTreeMap<(String, String), u32>,
    /// Models chosen here in place of the configured ones, by provider.
    pub(crate) models: BTreeMap<String, String>,
}

/// The models that were chosen for the providers of a frame.
pub(crate) fn chosen_models(c: &Db, frame: &Frame) -> Result<BTreeMap<String, String>> {
    let mut chosen = BTreeMap::new();
    for provider in &frame.providers {
        if let Some(model) = providers::chosen_model(c, &provider.name, &provider.model)? {
            chosen.insert(provider.name.clone(), model);
        }
    }
    Ok(chosen)
}

impl Society {
    /// A society of which nothing is in memory yet.
    pub(crate) fn new(
        notes: open::Notes,
        frame: Frame,
        keeping: Keeping,
        voices: BTreeMap<String, std::result::Result<Voice, String>>,
        settings: RoomSettings,
        world: Arc<dyn World>,
    ) -> Self {
        Self {
            id: notes.society,
            seed: notes.seed,
            secret: notes.secret,
            simulated_cost: notes.simulated_cost,
            frame: Arc::new(frame),
            keeping,
            records: AtomicBool::new(true),
            voices,
            settings: RwLock::new(settings),
            room: Mutex::new(Room::new()),
            world,
        }
    }

    /// Whether a cost is for show.
    pub(crate) fn is_simulated(&self, cost: Money) -> bool {
        cost > Money::ZERO && self.simulated_cost.is_some()
    }

    pub(crate) fn settings(&self) -> RwLockReadGuard<'_, RoomSettings> {
        self.settings.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn settings_mut(&self) -> RwLockWriteGuard<'_, RoomSettings> {
        self.settings.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets what is in memory: the rows are others now.
    pub(crate) fn forget(&self) {
        *self.room.lock().unwrap_or_else(PoisonError::into_inner) = Room::new();
    }

    /// The writer's copy, trusted only as far as nothing was rolled back. Locked inside a job only.
    fn room(&self, tx: &Tx<'_>) -> Result<MutexGuard<'_, Room>> {
        let mut room = self.room.lock().unwrap_or_else(PoisonError::into_inner);
        if room.is_stale(tx.rollbacks()) {
            self.relearn(tx)?;
        }
        Ok(room)
    }

    /// When something happens that was begun at `at`: now, on the system's clock; simulated time stands still
    /// for a beat.
    fn moment(&self, tx: &Tx<'_>, at: Stamp) -> Stamp {
        if self.frame.simulated { at } else { tx.now() }
    }

    /// What was found after this moment is still kept at `now`.
    fn searches_after(&self, now: Stamp) -> Stamp {
        now.plus_seconds(-self.frame.search_cache_seconds)
    }

    /// The name of the provider that speaks for a bot.
    pub(crate) fn provider_of(&self, config: &PersonalityConfig) -> String {
        self.resolve(&config.model.provider)
    }

    /// `default` is the room's provider.
    pub(crate) fn resolve(&self, provider: &str) -> String {
        if provider == "default" {
            self.settings().provider.clone()
        } else {
            meant_provider(provider).to_owned()
        }
    }

    /// What limits a prompt of this model whose answer may have `answer` tokens: where its server told the size of its
    /// context, prompts are kept within it.
    fn frame_for(&self, tariff: &Tariff, answer: u32) -> Cow<'_, Frame> {
        let of = (tariff.provider.clone(), tariff.model.clone());
        let context = self.settings().contexts.get(&of).copied();
        self.frame.within_context(context, answer).map_or(Cow::Borrowed(&self.frame), Cow::Owned)
    }

    /// A provider by name, or one sentence saying why it cannot be used.
    pub(crate) fn voice(&self, name: &str) -> std::result::Result<&Voice, String> {
        match self.voices.get(name) {
            Some(Ok(voice)) => Ok(voice),
            _ => Err(self.why_silent(name)),
        }
    }

    /// The model of a provider where nobody names one: the one that was chosen here, or else the configured one.
    pub(crate) fn model_of(&self, provider: &str, configured: &str) -> String {
        self.settings().models.get(provider).map_or(configured, String::as_str).to_owned()
    }

    /// Why a provider cannot be used.
    pub(crate) fn why_silent(&self, name: &str) -> String {
        if let Some(Err(why)) = self.voices.get(name) {
            return why.clone();
        }
        let known: Vec<_> = self.voices.keys().map(String::as_str).collect();
        format!("provider {name} is not set up: choose one of {}", known.join(", "))
    }

    /// Whom a bot asks, at which price.
    pub(crate) fn tariff(&self, model: &ModelConfig) -> Tariff {
        let provider = self.resolve(&model.provider);
        let default =
            self.model_of(&provider, self.voice(&provider).map_or("", |voice| &voice.default_model));
        // A model of another service, named when the room asked that one, is none here.
        let elsewhere = model.provider == "default" && self.frame.is_foreign(&provider, &model.model);
        let name = if model.model.is_empty() || elsewhere { &default } else { &model.model };
        Tariff::of(&self.frame, &provider, name)
    }

    /// Seconds between two beats of a bot: its own pace, the room's, or its provider's.
    pub(crate) fn interval_of(&self, bot: &str, own: Option<u32>) -> u32 {
        let settings = self.settings();
        own.or(settings.pace)
            .unwrap_or_else(|| self.frame.pace_with(settings.pinned.get(bot).unwrap_or(&settings.provider)))
    }

    /// The shortest interval of the bots that have no pace of their own.
    pub(crate) fn least_interval(&self) -> u32 {
        let settings = self.settings();
        settings.pace.unwrap_or_else(|| {
            let pinned = settings.pinned.values().map(|provider| self.frame.pace_with(provider));
            pinned.fold(self.frame.pace_with(&settings.provider), u32::min)
        })
    }

    /// Announces an activity after the commit.
    fn announce(&self, tx: &mut Tx<'_>, seq: i64, at: Stamp, notice: Notice) {
        let world = Arc::clone(&self.world);
        tx.after_commit(move || world.announce(seq, at, notice));
    }

    /// Tells of something that has no activity of its own after the commit.
    fn tell(&self, tx: &mut Tx<'_>, at: Stamp, notice: Notice) {
        let world = Arc::clone(&self.world);
        tx.after_commit(move || world.tell(at, notice));
    }

    /// A bot's next beat was planned in its row: after the commit, the world hears of it.
    fn planned(&self, tx: &mut Tx<'_>, bot: &str, due: Stamp) {
        let (world, bot) = (Arc::clone(&self.world), bot.to_owned());
        tx.after_commit(move || world.planned(&bot, due));
    }

    /// A bot left: after the commit it is planned no more.
    fn unplanned(&self, tx: &mut Tx<'_>, bot: &str) {
        let (world, bot) = (Arc::clone(&self.world), bot.to_owned());
        tx.after_commit(move || world.unplanned(&bot));
    }

    /// Reads again what the rows say of the room's provider and pace, of the bots' providers and of contexts, after
    /// something was rolled back.
    pub(crate) fn relearn(&self, c: &Db) -> Result<()> {
        let (provider, pace) = (meta::get(c, PROVIDER_NOW)?, meta::get(c, PACE_NOW)?);
        let contexts = providers::contexts(c)?.into_iter().collect();
        let pinned = schedule::pinned(c)?;
        let models = chosen_models(c, &self.frame)?;
        let mut settings = self.settings_mut();
        if let Some(provider) = provider {
            settings.provider = provider;
        }
        settings.pace = pace.and_then(|text| text.parse().ok());
        settings.contexts = contexts;
        settings.pinned = pinned;
        settings.models = models;
        Ok(())
    }
}
