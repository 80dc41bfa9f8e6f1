//! What the views of bots depend on besides their rows: the moment, the caps, what was used today.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use super::columns::columns;
use super::schedule::named_provider;
use super::{Db, Result, books};
use crate::domain::status::{Bound, Cap, Caps, Limits, RoomCaps, Spending};
use crate::domain::{Money, Stamp};
use crate::protocol::{Doing, EngineState};

/// What a view of a bot depends on besides its row.
#[derive(Clone, Debug)]
pub struct Lens {
    /// The room's time.
    pub now: Stamp,
    /// The zone days are counted in.
    pub zone: TimeZone,
    /// Whether bots wake.
    pub engine: EngineState,
    /// Bots on a beat right now, and what it is at.
    pub doing: BTreeMap<String, Doing>,
    /// The room's provider.
    pub provider: String,
    /// Which caps bind the calls to a provider; all where it is not named.
    pub bound: BTreeMap<String, Bound>,
    /// Default token cap.
    pub tokens: i64,
    /// Default cost cap.
    pub cost: Money,
    /// The room's caps.
    pub room: RoomCaps,
}

impl Lens {
    /// The room's day.
    #[must_use]
    pub fn day(&self) -> String {
        self.now.date_in(&self.zone).to_string()
    }

    /// The next local midnight: when caps reset.
    #[must_use]
    pub fn end_of_day(&self) -> Stamp {
        let today = self.now.date_in(&self.zone);
        today.tomorrow().map_or(self.now, |next| Stamp::start_of_day(next, &self.zone))
    }

    /// Which caps bind a bot that names `provider`.
    #[must_use]
    pub fn bound(&self, provider: &str) -> Bound {
        let named = if provider == "default" { self.provider.as_str() } else { provider };
        self.bound.get(named).copied().unwrap_or(Bound::AllCaps)
    }

    /// The caps that bind a bot that names `provider` and has these of its own.
    #[must_use]
    pub fn limits(&self, own_tokens: Option<i64>, own_cost: Option<Money>, provider: &str) -> Limits {
        Limits::of(self.caps(own_tokens, own_cost), self.room, self.bound(provider))
    }

    /// The caps of a bot with these of its own.
    #[must_use]
    pub fn caps(&self, own_tokens: Option<i64>, own_cost: Option<Money>) -> Caps {
        Caps::effective(own_tokens, own_cost, self.tokens, self.cost)
    }
}

/// A lens with what the room's books say today.
pub struct Today<'l> {
    pub(super) lens: &'l Lens,
    /// The room's day.
    pub day: String,
    room: Spending,
}

impl<'l> Today<'l> {
    /// Reads the room's books.
    ///
    /// # Errors
    /// Database errors.
    pub fn read(c: &Db, lens: &'l Lens) -> Result<Self> {
        let day = lens.day();
        let room = books::spent_by_room(c, &day)?;
        Ok(Self { lens, room, day })
    }

    /// The cap that holds a bot, if any.
    ///
    /// # Errors
    /// Database errors.
    pub(super) fn cap(&self, c: &Db, bot: &Held) -> Result<Option<Cap>> {
        let lens = self.lens;
        let limits = lens.limits(bot.own_tokens, bot.own_cost, &bot.provider);
        let spent = books::spent(c, &bot.id, &self.day)?;
        // The least a call can cost: one that costs nothing goes on when a cost cap is used up to the last.
        let free = lens.bound(&bot.provider) == Bound::NotDefaultTokens;
        let least = if free { Money::ZERO } else { Money::from_nanos(1) };
        let gate = bot
            .gate
            .as_deref()
            .filter(|_| bot.last_beat_at.is_some_and(|at| at.date_in(&lens.zone).to_string() == self.day));
        Ok(limits.exceeded(spent, self.room, 0, least).or_else(|| limits.of_code(gate?)))
    }

    /// What the whole room used today.
    #[must_use]
    pub const fn room(&self) -> Spending {
        self.room
    }
}

/// What decides whether a cap holds a bot.
pub(super) struct Held {
    pub(super) id: String,
    /// The provider its configuration names.
    pub(super) provider: String,
    pub(super) own_tokens: Option<i64>,
    pub(super) own_cost: Option<Money>,
    /// Why its last beat was gated.
    pub(super) gate: Option<String>,
    pub(super) last_beat_at: Option<Stamp>,
}

columns! {
    pub(super) HELD, held -> Held {
        id,
        provider = "config ->> '$.model.provider'" => named_provider,
        own_tokens = "token_cap",
        own_cost = "cost_cap",
        gate, last_beat_at,
    }
}
