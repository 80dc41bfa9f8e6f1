//! A world that notes what it is told, and does nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use crate::domain::Stamp;
use crate::protocol::Notice;
use crate::society::world::{Sheet, World, WrittenUp};
use crate::store::Result;
use crate::store::thoughts::{Packer, RecordKey};

/// A world that notes what it is told.
#[derive(Default)]
pub(in crate::society) struct Gathering {
    pub(in crate::society) told: Mutex<Told>,
    pub(in crate::society) packer: Mutex<Packer>,
}

#[derive(Default)]
pub(in crate::society) struct Told {
    /// The activities that were announced, in order.
    pub(in crate::society) announced: Vec<i64>,
    /// Words of the acts among them.
    pub(in crate::society) acts: BTreeSet<String>,
    pub(in crate::society) planned: BTreeMap<String, Stamp>,
    pub(in crate::society) unplanned: BTreeSet<String>,
    pub(in crate::society) troubled: BTreeSet<String>,
    pub(in crate::society) awake: Vec<bool>,
}

impl Gathering {
    pub(in crate::society) fn told(&self) -> std::sync::MutexGuard<'_, Told> {
        self.told.lock().unwrap()
    }
}

impl World for Gathering {
    fn is_heard(&self) -> bool {
        true
    }

    fn announce(&self, seq: i64, _: Stamp, notice: Notice) {
        let mut told = self.told();
        told.announced.push(seq);
        if let Notice::HeartbeatComplete { action, .. } = notice {
            told.acts.insert(action);
        }
    }

    fn note(&self, seq: i64) {
        self.told().announced.push(seq);
    }

    fn tell(&self, _: Stamp, _: Notice) {}

    fn planned(&self, bot: &str, due: Stamp) {
        self.told().planned.insert(bot.to_owned(), due);
    }

    fn unplanned(&self, bot: &str) {
        self.told().unplanned.insert(bot.to_owned());
    }

    fn awake(&self, awake: bool) {
        self.told().awake.push(awake);
    }

    fn troubled(&self, provider: &str) {
        self.told().troubled.insert(provider.to_owned());
    }

    fn write_up(&self, place: RecordKey, record: Sheet) -> Result<WrittenUp> {
        let packed = self.packer.lock().unwrap().pack(place, &record());
        Ok(Box::new(move || packed))
    }
}
