//! Opening a society: the lock, the store, the seed, the bots' files, the opening threads, the plan.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Instant;

use rusqlite::Connection;
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

use super::budget;
use super::bus::Bus;
use super::draw;
use super::handle::Handle;
use super::room::Room;
use super::schedule::{self, Schedule};
use super::scribe::Scribe;
use super::settings::Settings;
use super::shared::{Live, Shared};
use crate::domain::{PersonalityConfig, Stamp, bot_file};
use crate::embedded;
use crate::llm::{self, Guard, GuardSettings};
use crate::protocol::{EngineState, Fault};
use crate::store::acts::{NewThread, insert_thread};
use crate::store::{EngineLock, Result, Store, StoreError, beat, providers, society, tokens};
use crate::tools::Offline;

/// Opens a society for an engine. Nothing runs yet: see [`Handle::spawn`] and [`Handle::run_beats`].
///
/// # Errors
/// Another engine on the same database, a newer or damaged database, a bot file that cannot be read.
pub fn start(settings: Settings) -> Result<Handle> {
    let started = Instant::now();
    let lock = EngineLock::take(&settings.database)?;
    let bots = read_bots(&settings.bots)?;
    let store = Store::open(&settings.database, settings.durability)?;
    let given = settings.clone();
    let (room, pace) = store.write_blocking(move |tx| {
        let notes = Notes { society: society_id(tx)?, ..room_notes(tx, &given)? };
        if let Some(latest) = society::latest(tx)? {
            given.clock.advance(latest);
        }
        let now = given.clock.now();
        for config in &bots {
            take_in(tx, config, now)?;
        }
        if !given.lacks_bots {
            let_go(tx, &bots, now)?;
        }
        open_threads(tx, now)?;
        let cut_off = budget::recover(tx, now, &given.clock.day(now))?;
        if cut_off > 0 {
            tracing::warn!(
                "{cut_off} calls were cut off when the engine last ended; each is charged its reservation"
            );
        }
        let pace = beat::meta(tx, "pace")?.and_then(|text| text.parse().ok());
        Ok((notes, pace))
    })?;
    let handle = assemble(settings, store, room, pace, Some(lock), started)?;
    handle.shared.plan_all()?;
    handle.shared.take_up_memories()?;
    Ok(handle)
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
#[derive(Clone, Debug, Default)]
struct Notes {
    seed: u64,
    secret: String,
    society: String,
    provider: Option<String>,
    paused: bool,
    simulated_cost: Option<String>,
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
    }))
}

/// Which society this is, whatever it was begun with: drawn at the first start that knows of it.
fn society_id(c: &Connection) -> Result<String> {
    if let Some(known) = beat::meta(c, "society")? {
        return Ok(known);
    }
    let drawn = draw::secret(None).map_err(random)?;
    beat::set_meta(c, "society", &drawn)?;
    Ok(drawn)
}

fn random(error: rand::rngs::SysError) -> StoreError {
    StoreError::Io {
        action: "draw random numbers for",
        path: "the room".into(),
        source: std::io::Error::other(error),
    }
}

/// The room's notes, made at its first start. A seed cannot be changed afterwards.
fn room_notes(c: &Connection, settings: &Settings) -> Result<Notes> {
    if let Some(notes) = stored_notes(c)? {
        if let Some(given) = settings.seed.filter(|given| *given != notes.seed) {
            return Err(Fault::conflict(format!(
                "this society was begun with seed {}, not {given}: leave --seed out, or begin another with --home",
                notes.seed
            ))
            .into());
        }
        if notes.simulated_cost.is_some() && settings.pretend_model.is_none() {
            // A demonstration's home, taken further: a cost from here on is paid.
            if beat::meta(c, "simulated_until")?.is_none() {
                beat::set_meta(c, "simulated_until", &beat::last_seq(c)?.to_string())?;
            }
            return Ok(Notes { simulated_cost: None, ..notes });
        }
        return Ok(notes);
    }
    let seed = match settings.seed {
        Some(seed) => seed,
        None => draw::fresh_seed().map_err(random)?,
    };
    let secret = draw::secret(settings.seed).map_err(random)?;
    beat::set_meta(c, "seed", &seed.to_string())?;
    beat::set_meta(c, "secret", &secret)?;
    beat::set_meta(c, "created_at", &settings.clock.now().to_string())?;
    let simulated_cost = settings
        .pretend_model
        .as_ref()
        .map(|model| format!("priced as if {model} had answered; nothing was paid"));
    if let Some(label) = &simulated_cost {
        beat::set_meta(c, "simulated_cost", label)?;
    }
    Ok(Notes { seed, secret, simulated_cost, ..Notes::default() })
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

fn assemble(
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
            schedule: Mutex::new(Schedule::default()),
            pulse: Mutex::default(),
            troubled: Arc::new(watch::Sender::new(BTreeSet::new())),
            wake: Notify::new(),
            stop: CancellationToken::new(),
            live: RwLock::new(live),
            lock: Mutex::new(lock),
            tokens: watch::Sender::new(has_tokens),
            settings,
        }),
    })
}

impl Shared {
    /// Plans every bot's next beat: the stored one, where it is still to come and no further ahead than the
    /// interval; the others spread over the interval.
    pub(super) fn plan_all(&self) -> Result<()> {
        let bots = self.store.read_blocking(beat::all_due)?;
        {
            let mut live = self.live_mut();
            live.pinned = bots
                .iter()
                .filter(|bot| bot.provider != "default")
                .map(|bot| (bot.id.clone(), bot.provider.clone()))
                .collect();
        }
        let now = self.clock.now();
        let interval = |bot: &beat::Due| self.interval_of(&bot.id, bot.pace_seconds);
        // Simulated time waits for the beats; there, nothing is ever overdue.
        let is_astray = |bot: &beat::Due, due: Stamp| {
            !self.clock.is_simulated() && (due < now || due > schedule::latest(now, interval(bot)))
        };
        let keeps = |bot: &beat::Due| bot.next_beat_at.filter(|due| !is_astray(bot, *due));
        let count = bots.iter().filter(|bot| keeps(bot).is_none()).count();
        let mut planned = Vec::new();
        let mut schedule = self.schedule();
        for bot in &bots {
            let due = keeps(bot).unwrap_or_else(|| {
                let due = schedule::spread(now, planned.len(), count, interval(bot));
                planned.push((bot.id.clone(), due));
                due
            });
            schedule.plan(&bot.id, due);
        }
        drop(schedule);
        if !planned.is_empty() && self.lock.lock().unwrap_or_else(PoisonError::into_inner).is_some() {
            self.store.write_blocking(move |tx| {
                planned.iter().try_for_each(|(bot, due)| beat::plan(tx, bot, *due))
            })?;
        }
        Ok(())
    }

    /// Takes up, by rule, the memories of beats that a crash cut off between act and extraction.
    pub(super) fn take_up_memories(self: &Arc<Self>) -> Result<()> {
        let open = self.store.read_blocking(beat::unremembered)?;
        if open.is_empty() {
            return Ok(());
        }
        tracing::warn!("taking up the memories of {} beats that were cut off", open.len());
        let shared = Arc::clone(self);
        self.store.write_blocking(move |tx| {
            let mut room = shared.room();
            for (id, bot, action, details, at) in open {
                super::heartbeat::remember_by_record(
                    &shared, &mut room, tx, id, &bot, &action, &details, at,
                )?;
                beat::mark_remembered(tx, id)?;
            }
            Ok(())
        })
    }
}
