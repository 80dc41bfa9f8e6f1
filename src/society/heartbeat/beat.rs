//! A beat: what is to be run, and what it came to.

use serde::{Deserialize, Serialize};

use crate::domain::{Money, Stamp};
use crate::protocol::BeatResult;

/// A beat to run.
#[derive(Clone, Debug)]
pub(crate) struct Beat {
    pub(crate) bot: String,
    /// The room's time.
    pub(crate) at: Stamp,
    /// Asked for by a person: runs even when there is nothing new.
    pub(crate) forced: bool,
    /// Whether it is put off when the room is paused while it waits.
    pub(crate) heeds_pause: bool,
}

/// What a beat came to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Finished {
    pub(crate) bot: String,
    /// When the bot wakes next.
    pub(crate) next: Stamp,
    pub(crate) result: BeatResult,
    pub(crate) tokens: i64,
    pub(crate) cost: Money,
    /// Whether its memories are still to be extracted by a model.
    pub(crate) to_remember: bool,
}

impl Finished {
    /// Adds what calls after the act came to.
    pub(crate) fn add(&mut self, (tokens, cost): (i64, Money)) {
        self.tokens += tokens;
        self.cost += cost;
    }
}
