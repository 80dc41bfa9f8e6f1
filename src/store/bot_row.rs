//! A bot's row as its beat reads it and leaves it.

use rusqlite::{OptionalExtension, params};
use serde::{Deserialize, Serialize};

use super::columns::columns;
use super::{Db, Result};
use crate::domain::{Money, Stamp};
use crate::protocol::Fault;

/// A bot's row, as a beat needs it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BotRow {
    /// Id.
    pub id: String,
    /// Shown name.
    pub name: String,
    /// Live configuration, JSON.
    pub config: String,
    /// Stopped by a person.
    pub is_paused: bool,
    /// Own token cap.
    pub token_cap: Option<i64>,
    /// Own cost cap.
    pub cost_cap: Option<Money>,
    /// Own pace.
    pub pace_seconds: Option<u32>,
    /// Net votes.
    pub reputation: i64,
    /// Votes up.
    pub upvotes: i64,
    /// Votes down.
    pub downvotes: i64,
    /// Beats so far.
    pub beat: u64,
    /// Beats since its own last thread.
    pub beats_since_thread: u32,
    /// Newest activity it has seen.
    pub seen_seq: i64,
    /// Why the last beat was gated.
    pub gate: Option<String>,
    /// Last provider error.
    pub failing: Option<String>,
    /// Whether that was the provider's, whoever asks.
    pub outage: bool,
    /// When it wakes next.
    pub next_beat_at: Option<Stamp>,
    /// When it woke last.
    pub last_beat_at: Option<Stamp>,
}

columns! {
    BOT_ROW, bot_row -> BotRow {
        id, name, config, is_paused, token_cap, cost_cap, pace_seconds, reputation, upvotes, downvotes,
        beat => i64::unsigned_abs,
        beats_since_thread, seen_seq, gate, failing, outage, next_beat_at, last_beat_at,
    }
}

/// A present bot's row.
///
/// # Errors
/// 404 when there is none.
pub fn one(c: &Db, id: &str) -> Result<BotRow> {
    c.prepare_cached(&format!("SELECT {BOT_ROW} FROM bots WHERE id = ?1 AND departed_at IS NULL"))?
        .query_row([id], bot_row)
        .optional()?
        .ok_or_else(|| Fault::not_found("bot", id).into())
}

/// Whether a bot is present.
///
/// # Errors
/// Database errors.
pub fn is_present(c: &Db, id: &str) -> Result<bool> {
    Ok(c.prepare_cached("SELECT 1 FROM bots WHERE id = ?1 AND departed_at IS NULL")?
        .query_row([id], |_| Ok(()))
        .optional()?
        .is_some())
}

/// Whether a bot is present and not paused.
///
/// # Errors
/// Database errors.
pub fn is_awake(c: &Db, id: &str) -> Result<bool> {
    Ok(c.prepare_cached("SELECT is_paused = 0 FROM bots WHERE id = ?1 AND departed_at IS NULL")?
        .query_row([id], |row| row.get(0))
        .optional()?
        .unwrap_or(false))
}

/// What a finished beat leaves in the bot's row.
pub struct BeatDone<'a> {
    /// Whose.
    pub bot: &'a str,
    /// The room's time.
    pub at: Stamp,
    /// When it wakes next.
    pub next: Stamp,
    /// Newest activity it has seen.
    pub seen_seq: i64,
    /// Whether there was nothing to react to.
    pub idle: bool,
    /// Whether it opened a thread.
    pub opened_thread: bool,
    /// Why it was gated, if it was.
    pub gate: Option<&'a str>,
    /// The provider's error, if it failed.
    pub failing: Option<&'a str>,
    /// Whether that fails whoever asks.
    pub outage: bool,
}

impl<'a> BeatDone<'a> {
    /// A beat that neither was idle or gated nor failed, and opened no thread.
    #[must_use]
    pub const fn new(bot: &'a str, at: Stamp, next: Stamp, seen_seq: i64) -> Self {
        Self {
            bot,
            at,
            next,
            seen_seq,
            idle: false,
            opened_thread: false,
            gate: None,
            failing: None,
            outage: false,
        }
    }
}

/// Counts a beat and plans the next.
///
/// # Errors
/// Database errors.
pub fn finish(c: &Db, done: &BeatDone<'_>) -> Result<()> {
    c.prepare_cached(
        "UPDATE bots SET beat = beat + 1, idle_beats = idle_beats + ?2, last_beat_at = ?3, next_beat_at = ?4, \
         seen_seq = max(seen_seq, ?5), beats_since_thread = CASE WHEN ?6 THEN 0 ELSE beats_since_thread + 1 END, \
         gate = ?7, failing = ?8, outage = ?9, gated_beats = gated_beats + (?7 IS NOT NULL) WHERE id = ?1",
    )?
    .execute(params![
        done.bot,
        done.idle,
        done.at,
        done.next,
        done.seen_seq,
        done.opened_thread,
        done.gate,
        done.failing,
        done.outage
    ])?;
    Ok(())
}

/// A bot that fails no more.
pub struct Recovered {
    /// Bot id.
    pub id: String,
    /// When it wakes next.
    pub next_beat_at: Option<Stamp>,
    /// Own pace.
    pub pace_seconds: Option<u32>,
    /// Stopped by a person.
    pub is_paused: bool,
}

columns! {
    RECOVERED, recovered -> Recovered { id, next_beat_at, pace_seconds, is_paused }
}

/// Clears the failure of every present bot that failed because of `provider` and not of its own request, and
/// answers whose; `is_default` when bots that name none ask it too.
///
/// # Errors
/// Database errors.
pub fn recover(c: &Db, provider: &str, is_default: bool) -> Result<Vec<Recovered>> {
    let mut statement = c.prepare_cached(&format!(
        "UPDATE bots SET failing = NULL, outage = 0 WHERE failing IS NOT NULL AND departed_at IS NULL AND outage = 1 \
         AND (config ->> '$.model.provider' = ?1 OR (?2 AND ifnull(config ->> '$.model.provider', 'default') = 'default')) \
         RETURNING {RECOVERED}",
    ))?;
    let rows = statement.query_map(params![provider, is_default], recovered)?;
    let mut bots = rows.collect::<std::result::Result<Vec<_>, _>>()?;
    bots.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(bots)
}

/// Providers, as bots name them, that fail whoever asks.
///
/// # Errors
/// Database errors.
pub fn troubled(c: &Db) -> Result<Vec<String>> {
    let mut statement = c.prepare_cached(
        "SELECT DISTINCT ifnull(config ->> '$.model.provider', 'default') FROM bots \
         WHERE failing IS NOT NULL AND departed_at IS NULL AND outage = 1",
    )?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}
