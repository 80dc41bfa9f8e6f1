//! What follows a commit of the society's, performed: people are told, bots planned, thought records written up.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use tokio::sync::watch;

use super::bus::Bus;
use super::schedule::Schedule;
use super::scribe::Scribe;
use super::shared::Live;
use crate::domain::Stamp;
use crate::protocol::{EngineState, Notice};
use crate::society::world::{Sheet, World, WrittenUp};
use crate::store::Result;
use crate::store::thoughts::RecordKey;

/// The engine as a society sees it.
pub(super) struct Outside {
    pub(super) bus: Bus,
    pub(super) schedule: Arc<Mutex<Schedule>>,
    pub(super) live: Arc<RwLock<Live>>,
    pub(super) troubled: Arc<watch::Sender<BTreeSet<String>>>,
    pub(super) scribe: Scribe,
}

impl World for Outside {
    fn is_heard(&self) -> bool {
        self.bus.is_heard()
    }

    fn announce(&self, seq: i64, at: Stamp, notice: Notice) {
        self.bus.announce(seq, at, notice);
    }

    fn note(&self, seq: i64) {
        self.bus.note(seq);
    }

    fn tell(&self, at: Stamp, notice: Notice) {
        self.bus.tell(at, notice);
    }

    /// The schedule in memory follows, unless the bot is on a beat, which plans the next itself.
    fn planned(&self, bot: &str, due: Stamp) {
        let busy = self.live.read().unwrap_or_else(PoisonError::into_inner).doing.contains_key(bot);
        if !busy {
            self.schedule.lock().unwrap_or_else(PoisonError::into_inner).plan(bot, due);
        }
    }

    fn unplanned(&self, bot: &str) {
        self.schedule.lock().unwrap_or_else(PoisonError::into_inner).remove(bot);
    }

    fn awake(&self, awake: bool) {
        let engine = if awake { EngineState::Running } else { EngineState::Paused };
        self.live.write().unwrap_or_else(PoisonError::into_inner).engine = engine;
    }

    fn troubled(&self, provider: &str) {
        self.troubled.send_if_modified(|names| names.insert(provider.to_owned()));
    }

    fn write_up(&self, place: RecordKey, record: Sheet) -> Result<WrittenUp> {
        let pending = self.scribe.write(place, record)?;
        Ok(Box::new(move || pending.take()))
    }
}
