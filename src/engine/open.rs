//! Opening a society: the lock, the store, the seed, the bots' files, the opening threads, the plan.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, RwLock};
use std::time::Instant;

use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

use super::budget;
use super::bus::Bus;
use super::draw;
use super::frame::Frame;
use super::handle::Handle;
use super::input::Apply;
use super::room::Room;
use super::schedule::{self, Schedule};
use super::scribe::Scribe;
use super::settings::Settings;
use super::shared::{Live, PACE_NOW, PROVIDER_NOW, Shared, pinned};
use super::walk;
use crate::domain::{PersonalityConfig, Stamp, bot_file};
use crate::embedded;
use crate::llm::{self, Guard, GuardSettings};
use crate::protocol::{EngineState, Fault};
use crate::store::acts::{NewThread, insert_thread};
use crate::store::{
    EngineLock, Result, Store, StoreError, Tx, beat, journal, providers, snapshot, society, tokens,
};
use crate::tools::Offline;

/// The number of the rules by which a society goes on. It rises whenever rules, prompts or scripted texts change what
/// the same inputs lead to.
pub const RULES: u32 = 1;
/// The note that holds the number of the rules a society follows.
const RULES_NOW: &str = "rules";
/// The note that holds the number of the entry that opened it last.
pub(super) const OPENED_ENTRY: &str = "opened_entry";

/// Opens a society for an engine. Nothing runs yet: see [`Handle::spawn`] and [`Handle::run_beats`].
///
/// # Errors
/// Another engine on the same database, a newer or damaged database, a bot file that cannot be read.
pub fn start(settings: Settings) -> Result<Handle> {
    let started = Instant::now();
    let lock = EngineLock::take(&settings.database)?;
    let bots = read_bots(&settings.bots)?;
    let store = Store::open(&settings.database, settings.durability)?;
    let (kept, latest, chosen) = store.read_blocking(|c| {
        let pace = beat::meta(c, "pace")?.and_then(|text| text.parse().ok());
        Ok((stored_notes(c)?, society::latest(c)?, pace))
    })?;
    if let Some(latest) = latest {
        settings.clock.advance(latest);
    }
    let room = room_notes(kept, &settings)?;
    let handle = assemble(settings, store, room.clone(), chosen, Some(lock), started)?;
    let shared = &handle.shared;
    let unusable = |name: &str| shared.guards.get(name).and_then(|guard| guard.as_ref().err().cloned());
    let base = Arc::clone(shared);
    shared.store.write_blocking(move |tx| base.begin_era(tx))?;
    let opened = {
        let live = shared.live();
        Opened {
            rules: RULES,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            room,
            provider: live.provider.clone(),
            pace: live.pace,
            bots,
            lacks_bots: shared.settings.lacks_bots,
            frame: Frame::of(&shared.settings, unusable),
        }
    };
    let cut_off = shared.enter_blocking(&opened)?;
    if cut_off > 0 {
        tracing::warn!(
            "{cut_off} calls were cut off when the engine last ended; each is charged its reservation"
        );
    }
    shared.plan_from_rows()?;
    Ok(handle)
}

/// A society is opened by an engine: its seed, its bots' files, what was cut off when it was last open, its plan.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Opened {
    /// The number of the rules: it rises whenever the same inputs lead to something else.
    pub(super) rules: u32,
    /// The program's version.
    pub(super) version: String,
    /// What the room remembers of itself, or was drawn for it.
    pub(super) room: Notes,
    /// The provider of bots that name none.
    pub(super) provider: String,
    /// The pace, if one was chosen.
    pub(super) pace: Option<u32>,
    bots: Vec<PersonalityConfig>,
    lacks_bots: bool,
    pub(super) frame: Frame,
}

impl Apply for Opened {
    /// How many calls were cut off when the engine last ended.
    type Outcome = usize;

    fn apply(&self, shared: &Shared, room: &mut Room, tx: &mut Tx<'_>) -> Result<usize> {
        let now = tx.now();
        self.room.keep(tx, now)?;
        beat::set_meta(tx, RULES_NOW, &self.rules.to_string())?;
        beat::set_meta(tx, OPENED_ENTRY, &journal::next(tx)?.to_string())?;
        beat::set_meta(tx, PROVIDER_NOW, &self.provider)?;
        match self.pace {
            Some(pace) => beat::set_meta(tx, PACE_NOW, &pace.to_string())?,
            None => beat::forget_meta(tx, PACE_NOW)?,
        }
        for config in &self.bots {
            take_in(tx, config, now)?;
        }
        if !self.lacks_bots {
            let_go(tx, &self.bots, now)?;
        }
        open_threads(tx, now)?;
        let waiting = journal::flights(tx, None)?;
        for id in &waiting {
            walk::cut_off(shared, room, tx, *id)?;
        }
        let cut_off = waiting.len() + budget::recover(tx, now, &shared.clock.day(now))?;
        let bots = beat::all_due(tx)?;
        shared.live_mut().pinned = pinned(&bots);
        plan_missed(shared, tx, &bots)?;
        take_up_memories(shared, room, tx)?;
        Ok(cut_off)
    }
}

/// Plans the bots whose next beat is none, missed, or further ahead than their interval, spread over the interval.
fn plan_missed(shared: &Shared, tx: &Tx<'_>, bots: &[beat::Due]) -> Result<()> {
    let now = tx.now();
    let interval = |bot: &beat::Due| shared.interval_of(&bot.id, bot.pace_seconds);
    // Simulated time waits for the beats; there, nothing is ever overdue.
    let is_astray = |bot: &beat::Due, due: Stamp| {
        !shared.clock.is_simulated() && (due < now || due > schedule::latest(now, interval(bot)))
    };
    let missed: Vec<_> =
        bots.iter().filter(|bot| bot.next_beat_at.is_none_or(|due| is_astray(bot, due))).collect();
    for (nth, bot) in missed.iter().enumerate() {
        beat::plan(tx, &bot.id, schedule::spread(now, nth, missed.len(), interval(bot)))?;
    }
    Ok(())
}

/// Takes up, by rule, the memories of beats of an earlier version that were cut off between act and extraction.
fn take_up_memories(shared: &Shared, room: &mut Room, tx: &mut Tx<'_>) -> Result<()> {
    let open = beat::unremembered(tx)?;
    if !open.is_empty() {
        tracing::warn!("taking up the memories of {} beats that were cut off", open.len());
    }
    for (id, bot, action, details, at) in open {
        super::heartbeat::remember_by_record(shared, room, tx, id, &bot, &action, &details, at)?;
        beat::mark_remembered(tx, id)?;
    }
    Ok(())
}

/// Opens an existing society for reading, beside a running engine or without one. Nothing can be changed.
///
/// # Errors
/// There is no database, or it cannot be read.
pub fn open_read_only(settings: Settings) -> Result<Handle> {
    let started = Instant::now();
    let store = Store::open_read_only(&settings.database)?;
    let (room, pace) = store.read_blocking(|c| {
        if let Some(latest) = society::latest(c)? {
            settings.clock.advance(latest);
        }
        let pace = beat::meta(c, "pace")?.and_then(|text| text.parse().ok());
        Ok((stored_notes(c)?.unwrap_or_default(), pace))
    })?;
    let (database, paused) = (settings.database.clone(), room.paused);
    let handle = assemble(settings, store, room, pace, None, started)?;
    // What another process runs is running, although not here.
    let runs = EngineLock::holder(&database).is_some();
    handle.shared.live_mut().engine = match (runs, paused) {
        (true, false) => EngineState::Running,
        (true, true) => EngineState::Paused,
        (false, _) => EngineState::Stopped,
    };
    Ok(handle)
}

/// What a room remembers of itself.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Notes {
    pub(super) seed: u64,
    pub(super) secret: String,
    pub(super) society: String,
    provider: Option<String>,
    paused: bool,
    pub(super) simulated_cost: Option<String>,
    /// Whether a demonstration's home is taken further: a cost from here on is paid.
    simulation_ends: bool,
}

impl Notes {
    /// Notes what was drawn at a society's first start.
    fn keep(&self, c: &Connection, now: Stamp) -> Result<()> {
        if beat::meta(c, "seed")?.is_none() {
            beat::set_meta(c, "seed", &self.seed.to_string())?;
            beat::set_meta(c, "secret", &self.secret)?;
            beat::set_meta(c, "created_at", &now.to_string())?;
            if let Some(label) = &self.simulated_cost {
                beat::set_meta(c, "simulated_cost", label)?;
            }
        }
        if beat::meta(c, "society")?.is_none() {
            beat::set_meta(c, "society", &self.society)?;
        }
        if self.simulation_ends && beat::meta(c, "simulated_until")?.is_none() {
            beat::set_meta(c, "simulated_until", &beat::last_seq(c)?.to_string())?;
        }
        Ok(())
    }
}

fn stored_notes(c: &Connection) -> Result<Option<Notes>> {
    let (Some(seed), Some(secret)) = (beat::meta(c, "seed")?, beat::meta(c, "secret")?) else {
        return Ok(None);
    };
    Ok(Some(Notes {
        seed: seed.parse().map_err(|_| StoreError::Corrupt("the room's seed is no number".into()))?,
        secret,
        society: beat::meta(c, "society")?.unwrap_or_default(),
        provider: beat::meta(c, "provider")?,
        paused: beat::meta(c, "paused")?.is_some_and(|word| word == "true"),
        simulated_cost: beat::meta(c, "simulated_cost")?,
        simulation_ends: false,
    }))
}

pub(super) fn random(error: rand::rngs::SysError) -> StoreError {
    StoreError::Io {
        action: "draw random numbers for",
        path: "the room".into(),
        source: std::io::Error::other(error),
    }
}

/// The room's notes, drawn at its first start. A seed cannot be changed afterwards.
fn room_notes(kept: Option<Notes>, settings: &Settings) -> Result<Notes> {
    if let Some(mut notes) = kept {
        if let Some(given) = settings.seed.filter(|given| *given != notes.seed) {
            return Err(Fault::conflict(format!(
                "this society was begun with seed {}, not {given}: leave --seed out, or begin another with --home",
                notes.seed
            ))
            .into());
        }
        if notes.society.is_empty() {
            notes.society = draw::secret(None).map_err(random)?; // of an earlier version, which knew of none
        }
        if notes.simulated_cost.is_some() && settings.pretend_model.is_none() {
            return Ok(Notes { simulated_cost: None, simulation_ends: true, ..notes });
        }
        return Ok(notes);
    }
    let seed = match settings.seed {
        Some(seed) => seed,
        None => draw::fresh_seed().map_err(random)?,
    };
    let simulated_cost = settings
        .pretend_model
        .as_ref()
        .map(|model| format!("priced as if {model} had answered; nothing was paid"));
    Ok(Notes {
        seed,
        secret: draw::secret(settings.seed).map_err(random)?,
        society: draw::secret(None).map_err(random)?,
        simulated_cost,
        ..Notes::default()
    })
}

/// Every bot file, or the first that cannot be read with all its problems.
fn read_bots(files: &[(String, String)]) -> Result<Vec<PersonalityConfig>> {
    let mut bots: Vec<PersonalityConfig> = Vec::with_capacity(files.len());
    for (name, text) in files {
        let bot = bot_file::parse(text).map_err(|problems| {
            let lines: Vec<_> = problems.iter().map(|problem| format!("{name}: {problem}")).collect();
            StoreError::Refused(Fault::bad_value(lines.join("\n")))
        })?;
        if bots.iter().any(|other| other.id == bot.id) {
            return Err(Fault::conflict(format!(
                "{name}: a bot with the id {} is in another file already",
                bot.id
            ))
            .into());
        }
        bots.push(bot);
    }
    Ok(bots)
}

/// Takes a file in: new bots are added; a file that changed is noted, and a person chooses.
fn take_in(c: &Connection, config: &PersonalityConfig, now: Stamp) -> Result<()> {
    let json = to_json(config)?;
    match society::stored_config(c, &config.id)? {
        None => society::insert_bot(c, &config.id, &config.name, &json, true, now),
        Some(stored) if stored.departed => {
            // Its file is here again. Of a custom bot that a person removed nothing but its id is left.
            let anew = (stored.source != "yaml").then_some((config.name.as_str(), json.as_str()));
            society::come_back(c, &config.id, anew)?;
            take_in(c, config, now)
        }
        Some(stored) if stored.yaml.as_deref() == Some(&json) => {
            if stored.pending.is_some() {
                society::set_yaml(c, &config.id, Some(&json), None)?; // changed back
            }
            Ok(())
        }
        Some(stored) if stored.pending.as_deref() == Some(&json) => Ok(()),
        Some(stored) => society::set_yaml(c, &config.id, stored.yaml.as_deref(), Some(&json)),
    }
}

/// Bots whose file is gone leave; their posts, memories and reputation stay, should it come back.
fn let_go(c: &Connection, files: &[PersonalityConfig], now: Stamp) -> Result<()> {
    let there: BTreeSet<&str> = files.iter().map(|config| config.id.as_str()).collect();
    for id in society::from_files(c)? {
        if !there.contains(id.as_str()) {
            tracing::warn!("{id} leaves: its file is gone");
            society::depart(c, &id, now)?;
        }
    }
    Ok(())
}

pub(super) fn to_json(config: &PersonalityConfig) -> Result<String> {
    serde_json::to_string(config).map_err(|error| StoreError::Corrupt(error.to_string()))
}

/// The opening threads, on a society's first start.
fn open_threads(c: &Connection, now: Stamp) -> Result<()> {
    if beat::meta(c, "opened")?.is_some() {
        return Ok(());
    }
    for thread in embedded::opening_threads() {
        insert_thread(
            c,
            &NewThread {
                author: "system",
                title: &thread.title,
                content: &thread.content,
                tags: &thread.tags,
                at: now,
                activity_id: None,
                pinned: thread.pinned,
            },
        )?;
    }
    beat::set_meta(c, "opened", "true")
}

/// An engine over a store, as the room was when it was last left.
pub(super) fn assemble(
    settings: Settings,
    store: Store,
    room: Notes,
    pace: Option<u32>,
    lock: Option<EngineLock>,
    started: Instant,
) -> Result<Handle> {
    let has_tokens = store.read_blocking(tokens::ever)?;
    let guards = settings
        .providers
        .iter()
        .map(|setup| {
            let built = llm::build(&setup.spec)
                .map(|provider| Arc::new(Guard::new(provider, GuardSettings::from(&setup.spec))))
                .map_err(|error| error.message);
            (setup.spec.name.clone(), built)
        })
        .collect::<BTreeMap<_, _>>();
    let last_seq = store.read_blocking(beat::last_seq)?;
    let provider = room
        .provider
        .filter(|name| guards.contains_key(name) && !settings.insists_on_provider)
        .unwrap_or_else(|| settings.default_provider.clone());
    let contexts = store.read_blocking(providers::contexts)?;
    let live = Live {
        engine: if room.paused { EngineState::Paused } else { EngineState::Running },
        doing: BTreeMap::new(),
        viewers: 0,
        models: BTreeMap::new(),
        contexts: contexts.into_iter().collect(),
        provider,
        pace: if settings.insists_on_pace { settings.pace_seconds } else { pace.or(settings.pace_seconds) },
        pinned: BTreeMap::new(),
    };
    Ok(Handle {
        shared: Arc::new(Shared {
            store,
            bus: Bus::new(last_seq),
            clock: settings.clock.clone(),
            started,
            seed: room.seed,
            secret: room.secret,
            society: room.society,
            simulated_cost: room.simulated_cost,
            guards,
            offline: Offline,
            scribe: Scribe::start()?,
            room: Mutex::new(Room::new()),
            schedule: Arc::new(Mutex::new(Schedule::default())),
            pulse: Mutex::default(),
            troubled: Arc::new(watch::Sender::new(BTreeSet::new())),
            wake: Notify::new(),
            stop: CancellationToken::new(),
            live: Arc::new(RwLock::new(live)),
            lock: Mutex::new(lock),
            tokens: watch::Sender::new(has_tokens),
            settings,
        }),
        past: false,
        by: super::handle::SOMEBODY.into(),
    })
}

impl Shared {
    /// A society whose journal begins now, or goes on by other rules, begins with a snapshot.
    fn begin_era(&self, tx: &Tx<'_>) -> Result<()> {
        let last = journal::last(tx)?;
        let rules = beat::meta(tx, RULES_NOW)?;
        let is_new = beat::meta(tx, "opened")?.is_none();
        if is_new || rules.as_deref() == Some(RULES.to_string().as_str()) {
            return Ok(());
        }
        snapshot::take(tx, last, self.clock.now(), RULES, true)
    }

    /// Makes the schedule in memory what the rows say.
    pub(super) fn plan_from_rows(&self) -> Result<()> {
        let bots = self.store.read_blocking(beat::all_due)?;
        self.live_mut().pinned = pinned(&bots);
        let mut schedule = self.schedule();
        for bot in &bots {
            if let Some(due) = bot.next_beat_at {
                schedule.plan(&bot.id, due);
            }
        }
        Ok(())
    }
}
