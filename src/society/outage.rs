//! When a provider fails and when it is back: said once for the room, and cleared for everybody.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Society;
use super::apply::Apply;
use super::frame::ProviderFrame;
use super::heartbeat::record::tell_status;
use super::record::Record;
use super::room::Room;
use super::spacing;
use crate::domain::{Activity, Stamp};
use crate::llm::ProviderKind;
use crate::protocol::Status;
use crate::store::{Result, Tx, bot_row, meta, schedule};

fn key(provider: &str) -> String {
    format!("outage:{provider}")
}

/// Why a beat failed.
#[derive(Copy, Clone)]
pub(crate) struct Trouble<'a> {
    /// The cause alone.
    pub(crate) why: &'a str,
    pub(crate) provider: &'a str,
    /// Whether the provider fails whoever asks.
    pub(crate) outage: bool,
    /// Whether nobody listens there: that can be looked after without asking a model.
    pub(crate) unreachable: bool,
}

/// Whether a provider that fails is looked at every few seconds: it can be asked often, and at no cost.
pub(crate) fn is_watched(society: &Society, provider: &str) -> bool {
    let free = |provider: &ProviderFrame| provider.local || provider.kind == ProviderKind::Nats;
    society.frame.provider(provider).is_some_and(free)
}

/// Notes that a provider fails of `why`; `true` when that is news, and not told of yet.
pub(crate) fn begins(society: &Society, tx: &mut Tx<'_>, trouble: Trouble<'_>, why: &str) -> Result<bool> {
    let provider = trouble.provider;
    if trouble.unreachable && is_watched(society, provider) {
        let (world, name) = (Arc::clone(&society.world), provider.to_owned());
        tx.after_commit(move || world.troubled(&name));
    }
    if meta::get(tx, &key(provider))?.as_deref() == Some(why) {
        return Ok(false);
    }
    meta::set(tx, &key(provider), why)?;
    Ok(true)
}

/// The room's row about a provider that fails; answers its number.
pub(crate) fn put_row(
    society: &Society,
    tx: &mut Tx<'_>,
    provider: &str,
    why: &str,
    at: Stamp,
) -> Result<i64> {
    let failed = Activity::Failed { error: why.to_owned(), provider: Some(provider.to_owned()) };
    Record::of_room(failed, at).put(society, tx)
}

/// `provider` answered: whoever failed because of it fails no more, and wakes soon.
pub(crate) fn ends(society: &Society, tx: &mut Tx<'_>, provider: &str, at: Stamp) -> Result<()> {
    let is_default = society.settings().provider == provider;
    let back = bot_row::recover(tx, provider, is_default)?;
    meta::forget(tx, &key(provider))?;
    let count = back.len();
    for (nth, bot) in back.into_iter().enumerate() {
        let mut next = bot.next_beat_at.unwrap_or(at);
        if !society.frame.simulated {
            next = next.min(spacing::spread(at, nth, count, society.interval_of(&bot.id, bot.pace_seconds)));
            schedule::plan(tx, &bot.id, next)?;
            society.planned(tx, &bot.id, next);
        }
        let (status, reason) =
            if bot.is_paused { (Status::Paused, Some("paused by a person")) } else { (Status::Active, None) };
        tell_status(society, tx, &bot.id, status, reason, next, at);
    }
    if count > 0 {
        tracing::info!(provider, bots = count, "the provider answers again");
    }
    Ok(())
}

/// A provider answers again, as a look at it has shown.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Back {
    pub(crate) provider: String,
}

impl Apply for Back {
    type Outcome = ();

    fn apply(&self, society: &Society, _: &mut Room, tx: &mut Tx<'_>) -> Result<()> {
        let at = tx.now();
        ends(society, tx, &self.provider, at)
    }
}
