//! Opening a society: the lock, the store, the seed, the bots' files, the opening threads, the plan.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex, RwLock};
use std::time::Instant;

use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::bus::Bus;
use super::chance;
use super::clerk;
use super::clock::Clock;
use super::handle::Handle;
use super::outside::Outside;
use super::schedule::Schedule;
use super::scribe::Scribe;
use super::settings::{ProviderSetup, Settings};
use super::shared::{Live, Shared};
use crate::domain::{PersonalityConfig, Stamp, bot_file};
use crate::llm::{self, Guard, GuardSettings, ProviderKind};
use crate::protocol::{EngineState, Fault};
use crate::society::Keeping;
use crate::society::frame::Frame;
use crate::society::open::{Notes, Opened, RULES, RULES_NOW};
use crate::society::{RoomSettings, Society, Voice, chosen_models};
use crate::store::{
    Db, EngineLock, Result, Store, StoreError, Tx, activities, journal, meta, providers, roster, schedule,
    snapshot, tokens,
};

/// Opens a society for an engine. Nothing runs yet: see [`Handle::spawn`] and [`Handle::run_beats`].
///
/// # Errors
/// Another engine on the same database, a newer or damaged database, a bot file that cannot be read.
pub fn start(settings: Settings) -> Result<Handle> {
    let started = Instant::now();
    let lock = EngineLock::take(&settings.database)?;
    let bots = read_bots(&settings.bots)?;
    prepare_voice(&settings);
    let store = Store::open(&settings.database, settings.durability)?;
    let (kept, latest, chosen) = store.read_blocking(|c| {
        let pace = meta::get(c, "pace")?.and_then(|text| text.parse().ok());
        Ok((stored_notes(c)?, roster::latest(c)?, pace))
    })?;
    if let Some(latest) = latest {
        settings.clock.advance(latest);
    }
    let room = room_notes(kept, &settings)?;
    let handle = assemble(settings, None, store, room.clone(), chosen, Some(lock), started)?;
    let shared = &handle.shared;
    let base = Arc::clone(shared);
    shared.store.write_blocking(move |tx| base.begin_era(tx))?;
    let opened = {
        let settings = shared.society.settings();
        Opened {
            rules: RULES,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            room,
            provider: settings.provider.clone(),
            pace: settings.pace,
            bots,
            lacks_bots: shared.settings.lacks_bots,
            frame: Frame::clone(&shared.society.frame),
        }
    };
    let cut_off = shared.enter_blocking(&opened)?;
    if cut_off > 0 {
        tracing::warn!(
            "{cut_off} calls were cut off when the engine last ended; each is charged its reservation"
        );
    }
    shared.plan_from_rows()?;
    shared.settings.log.recall(shared.store.read_blocking(clerk::before)?);
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
        if let Some(latest) = roster::latest(c)? {
            settings.clock.advance(latest);
        }
        let pace = meta::get(c, "pace")?.and_then(|text| text.parse().ok());
        Ok((stored_notes(c)?.unwrap_or_default(), pace))
    })?;
    let (database, paused) = (settings.database.clone(), room.paused);
    let handle = assemble(settings, None, store, room, pace, None, started)?;
    // What another process runs is running, although not here.
    let runs = EngineLock::holder(&database).is_some();
    handle.shared.live_mut().engine = match (runs, paused) {
        (true, false) => EngineState::Running,
        (true, true) => EngineState::Paused,
        (false, _) => EngineState::Stopped,
    };
    Ok(handle)
}

/// Where the embedded provider speaks for the room, what it needs is laid out while the database opens.
fn prepare_voice(settings: &Settings) {
    let embedded = settings.providers.iter().find(|setup| setup.spec.name == settings.default_provider);
    if embedded.is_some_and(|setup| setup.spec.kind == ProviderKind::Scripted) {
        // Without the thread the first answer does it.
        let _ = std::thread::Builder::new().name("prepare".into()).spawn(llm::scripted::prepare);
    }
}

fn stored_notes(c: &Db) -> Result<Option<Notes>> {
    let (Some(seed), Some(secret)) = (meta::get(c, "seed")?, meta::get(c, "secret")?) else {
        return Ok(None);
    };
    Ok(Some(Notes {
        seed: seed.parse().map_err(|_| StoreError::Corrupt("the room's seed is no number".into()))?,
        secret,
        society: meta::get(c, "society")?.unwrap_or_default(),
        provider: meta::get(c, "provider")?,
        paused: meta::get(c, "paused")?.is_some_and(|word| word == "true"),
        simulated_cost: meta::get(c, "simulated_cost")?,
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
            notes.society = chance::secret(None).map_err(random)?; // of an earlier version, which knew of none
        }
        if notes.simulated_cost.is_some() && settings.pretend_model.is_none() {
            return Ok(Notes { simulated_cost: None, simulation_ends: true, ..notes });
        }
        return Ok(notes);
    }
    let seed = match settings.seed {
        Some(seed) => seed,
        None => chance::fresh_seed().map_err(random)?,
    };
    let simulated_cost = settings
        .pretend_model
        .as_ref()
        .map(|model| format!("priced as if {model} had answered; nothing was paid"));
    Ok(Notes {
        seed,
        secret: chance::secret(settings.seed).map_err(random)?,
        society: chance::secret(None).map_err(random)?,
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

/// An engine over a store, as the room was when it was last left; with `frame`, as it was when it was opened in it.
fn assemble(
    settings: Settings,
    frame: Option<&Frame>,
    store: Store,
    room: Notes,
    pace: Option<u32>,
    lock: Option<EngineLock>,
    started: Instant,
) -> Result<Handle> {
    let has_tokens = store.read_blocking(tokens::ever)?;
    let (mut guards, mut voices) = (BTreeMap::new(), BTreeMap::new());
    for setup in &settings.providers {
        let name = setup.spec.name.clone();
        let built = match frame.and_then(|frame| frame.unusable(&name)) {
            Some(why) => Err(why.to_owned()),
            None => llm::build(&setup.spec).map_err(|error| error.message),
        };
        let guarded = built.map(|provider| Arc::new(Guard::new(provider, GuardSettings::from(&setup.spec))));
        voices.insert(name.clone(), guarded.as_ref().map(voice_of).map_err(String::clone));
        if let Ok(guard) = guarded {
            guards.insert(name, guard);
        }
    }
    let unusable = |name: &str| voices.get(name).and_then(|voice| voice.as_ref().err().cloned());
    let frame = frame.cloned().unwrap_or_else(|| Frame::of(&settings, unusable));
    let current = RoomSettings {
        provider: room
            .provider
            .clone()
            .filter(|name| voices.contains_key(name) && !settings.insists_on_provider)
            .unwrap_or_else(|| settings.default_provider.clone()),
        pace: if settings.insists_on_pace { settings.pace_seconds } else { pace.or(settings.pace_seconds) },
        pinned: BTreeMap::new(),
        contexts: store.read_blocking(providers::contexts)?.into_iter().collect(),
        models: store.read_blocking(|c| chosen_models(c, &frame))?,
    };
    let live = Live {
        engine: if room.paused { EngineState::Paused } else { EngineState::Running },
        doing: BTreeMap::new(),
        viewers: 0,
        models: BTreeMap::new(),
    };
    let bus = Bus::new(store.read_blocking(activities::last_seq)?);
    let schedule = Arc::new(Mutex::new(Schedule::default()));
    let live = Arc::new(RwLock::new(live));
    let troubled = Arc::new(watch::Sender::new(BTreeSet::new()));
    let outside = Outside {
        bus: bus.clone(),
        schedule: Arc::clone(&schedule),
        live: Arc::clone(&live),
        troubled: Arc::clone(&troubled),
        scribe: Scribe::start()?,
    };
    let keeping = Keeping { takes_snapshots: settings.takes_snapshots, bytes: settings.journal_keep };
    let society = Society::new(room, frame, keeping, voices, current, Arc::new(outside));
    Ok(Handle {
        shared: Arc::new(Shared {
            society: Arc::new(society),
            store,
            bus,
            clock: settings.clock.clone(),
            started,
            guards,
            schedule,
            pulse: Mutex::default(),
            troubled,
            wake: Notify::new(),
            stop: CancellationToken::new(),
            errands: TaskTracker::new(),
            live,
            lock: Mutex::new(lock),
            tokens: watch::Sender::new(has_tokens),
            settings,
        }),
        past: None,
        by: super::handle::SOMEBODY.into(),
    })
}

/// A room as it was opened, whose providers are silent but for those given: it holds `store`, which is in `path`, and is
/// shown as what it is the past of.
pub(super) fn silent(
    opened: &Opened,
    source: &Store,
    (store, path, providers): (Store, &Path, &[ProviderSetup]),
    at: Stamp,
    takes_snapshots: bool,
) -> Result<Arc<Shared>> {
    let home = source.path().ancestors().nth(2).unwrap_or(Path::new(".")).to_path_buf();
    let base = Settings {
        clock: Clock::told(at, opened.frame.zone.clone(), opened.frame.simulated),
        database: path.to_path_buf(),
        takes_snapshots,
        ..Settings::new(&home)
    };
    let mut settings = opened.frame.around(&base);
    for setup in &mut settings.providers {
        let same =
            |real: &&ProviderSetup| (&real.spec.name, real.spec.kind) == (&setup.spec.name, setup.spec.kind);
        if let Some(real) = providers.iter().find(same) {
            setup.spec = real.spec.clone();
        }
    }
    let frame = Some(&opened.frame);
    let handle = assemble(settings, frame, store, opened.room.clone(), opened.pace, None, Instant::now())?;
    {
        let mut settings = handle.shared.society.settings_mut();
        settings.provider.clone_from(&opened.provider);
        settings.pace = opened.pace;
    }
    {
        let mut live = handle.shared.live_mut();
        if live.engine == EngineState::Stopped {
            live.engine = EngineState::Running;
        }
    }
    Ok(handle.shared)
}

/// A provider as the society knows it.
fn voice_of(guard: &Arc<Guard>) -> Voice {
    let answers = Arc::clone(guard);
    Voice {
        default_model: guard.default_model().to_owned(),
        at_once: Arc::new(move |request| answers.answer_at_once(request)),
    }
}

impl Shared {
    /// A society whose journal begins now, or goes on by other rules, begins with a snapshot.
    fn begin_era(&self, tx: &Tx<'_>) -> Result<()> {
        let last = journal::last(tx)?;
        let rules = meta::get(tx, RULES_NOW)?;
        let is_new = meta::get(tx, "opened")?.is_none();
        if is_new || rules.as_deref() == Some(RULES.to_string().as_str()) {
            return Ok(());
        }
        snapshot::take(tx, last, self.clock.now(), RULES, true)
    }

    /// Makes the schedule in memory what the rows say.
    pub(super) fn plan_from_rows(&self) -> Result<()> {
        let pinned = self.store.read_blocking(schedule::pinned)?;
        self.society.settings_mut().pinned = pinned;
        let mut schedule = self.schedule();
        self.store.read_blocking(|c| schedule::plans(c, |due, bot| schedule.plan(bot, due)))
    }
}
