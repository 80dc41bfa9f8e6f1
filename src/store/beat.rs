//! What a beat reads and writes besides the forum: the bot's row, its activity, usage,
//! reservations, the thought record, counters.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

use super::Result;
use crate::domain::ActivityKind;
use crate::domain::personality::meant_provider;
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

const BOT_COLUMNS: &str = "id, name, config, is_paused, token_cap, cost_cap, pace_seconds, reputation, upvotes, \
     downvotes, beat, beats_since_thread, seen_seq, gate, failing, next_beat_at, last_beat_at, outage";

fn bot_row(row: &Row<'_>) -> rusqlite::Result<BotRow> {
    Ok(BotRow {
        id: row.get(0)?,
        name: row.get(1)?,
        config: row.get(2)?,
        is_paused: row.get(3)?,
        token_cap: row.get(4)?,
        cost_cap: row.get::<_, Option<i64>>(5)?.map(Money::from_nanos),
        pace_seconds: row.get(6)?,
        reputation: row.get(7)?,
        upvotes: row.get(8)?,
        downvotes: row.get(9)?,
        beat: row.get::<_, i64>(10)?.unsigned_abs(),
        beats_since_thread: row.get(11)?,
        seen_seq: row.get(12)?,
        gate: row.get(13)?,
        failing: row.get(14)?,
        next_beat_at: row.get::<_, Option<i64>>(15)?.map(Stamp::from_micros),
        last_beat_at: row.get::<_, Option<i64>>(16)?.map(Stamp::from_micros),
        outage: row.get(17)?,
    })
}

/// A present bot's row.
///
/// # Errors
/// 404 when there is none.
pub fn bot(c: &Connection, id: &str) -> Result<BotRow> {
    c.prepare_cached(&format!("SELECT {BOT_COLUMNS} FROM bots WHERE id = ?1 AND departed_at IS NULL"))?
        .query_row([id], bot_row)
        .optional()?
        .ok_or_else(|| Fault::not_found("bot", id).into())
}

/// Whether a bot is present.
///
/// # Errors
/// Database errors.
pub fn is_present(c: &Connection, id: &str) -> Result<bool> {
    Ok(c.prepare_cached("SELECT 1 FROM bots WHERE id = ?1 AND departed_at IS NULL")?
        .query_row([id], |_| Ok(()))
        .optional()?
        .is_some())
}

/// Whether a bot is present and not paused.
///
/// # Errors
/// Database errors.
pub fn is_awake(c: &Connection, id: &str) -> Result<bool> {
    Ok(c.prepare_cached("SELECT is_paused = 0 FROM bots WHERE id = ?1 AND departed_at IS NULL")?
        .query_row([id], |row| row.get(0))
        .optional()?
        .unwrap_or(false))
}

/// A present bot's own pace now; `None` for the room's.
///
/// # Errors
/// Database errors.
pub fn own_pace(c: &Connection, id: &str) -> Result<Option<u32>> {
    Ok(c.prepare_cached("SELECT pace_seconds FROM bots WHERE id = ?1")?
        .query_row([id], |row| row.get(0))
        .optional()?
        .flatten())
}

/// What planning needs of a bot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// Bot id.
    pub id: String,
    /// When it wakes next; `None` before its first beat was planned.
    pub next_beat_at: Option<Stamp>,
    /// Own pace.
    pub pace_seconds: Option<u32>,
}

fn due(row: &Row<'_>) -> rusqlite::Result<Due> {
    Ok(Due {
        id: row.get(0)?,
        next_beat_at: row.get::<_, Option<i64>>(1)?.map(Stamp::from_micros),
        pace_seconds: row.get(2)?,
    })
}

/// The provider that a configuration names: `default` where it names none.
pub(super) fn named_provider(name: Option<String>) -> String {
    name.map_or_else(|| "default".to_owned(), |name| meant_provider(&name).to_owned())
}

/// Every present bot, by id.
///
/// # Errors
/// Database errors.
pub fn all_due(c: &Connection) -> Result<Vec<Due>> {
    let mut statement = c.prepare_cached(
        "SELECT id, next_beat_at, pace_seconds FROM bots WHERE departed_at IS NULL ORDER BY id",
    )?;
    let rows = statement.query_map([], due)?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

pub(super) const MAYBE_ASTRAY: &str = "SELECT id, next_beat_at, pace_seconds FROM bots WHERE departed_at IS NULL AND next_beat_at IS NULL \
         UNION SELECT id, next_beat_at, pace_seconds FROM bots WHERE departed_at IS NULL AND next_beat_at < ?1 \
         UNION SELECT id, next_beat_at, pace_seconds FROM bots WHERE departed_at IS NULL AND next_beat_at > ?2 \
         UNION SELECT id, next_beat_at, pace_seconds FROM bots WHERE departed_at IS NULL AND pace_seconds IS NOT NULL \
         ORDER BY id";

/// Present bots, by id, that may have to be planned anew: planned not at all, before `now` or after `latest`, or with a
/// pace of their own. With a million bots the others are not read.
///
/// # Errors
/// Database errors.
pub fn maybe_astray(c: &Connection, now: Stamp, latest: Stamp) -> Result<Vec<Due>> {
    let mut statement = c.prepare_cached(MAYBE_ASTRAY)?;
    let rows = statement.query_map([now.micros(), latest.micros()], due)?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

pub(super) const PLANS: &str = "SELECT next_beat_at, id FROM bots WHERE departed_at IS NULL AND next_beat_at IS NOT NULL \
         ORDER BY next_beat_at, id";

/// Every beat that is planned, the next first.
///
/// # Errors
/// Database errors; what `each` answers.
pub fn plans(c: &Connection, mut each: impl FnMut(Stamp, &str)) -> Result<()> {
    let mut statement = c.prepare_cached(PLANS)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        each(Stamp::from_micros(row.get(0)?), row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?);
    }
    Ok(())
}

pub(super) const PINNED: &str = "SELECT id, config ->> '$.model.provider' FROM bots \
         WHERE departed_at IS NULL AND config ->> '$.model.provider' <> 'default'";

/// Present bots that name a provider, with its name.
///
/// # Errors
/// Database errors.
pub fn pinned(c: &Connection) -> Result<BTreeMap<String, String>> {
    let mut statement = c.prepare_cached(PINNED)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, named_provider(row.get(1)?))))?;
    let named: BTreeMap<String, String> = rows.collect::<std::result::Result<_, _>>()?;
    Ok(named.into_iter().filter(|(_, provider)| provider != "default").collect())
}

/// Plans a bot's next beat.
///
/// # Errors
/// Database errors.
pub fn plan(c: &Connection, bot: &str, next: Stamp) -> Result<()> {
    c.prepare_cached("UPDATE bots SET next_beat_at = ?2 WHERE id = ?1")?
        .execute(params![bot, next.micros()])?;
    Ok(())
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
pub fn finish(c: &Connection, done: &BeatDone<'_>) -> Result<()> {
    c.prepare_cached(
        "UPDATE bots SET beat = beat + 1, idle_beats = idle_beats + ?2, last_beat_at = ?3, next_beat_at = ?4, \
         seen_seq = max(seen_seq, ?5), beats_since_thread = CASE WHEN ?6 THEN 0 ELSE beats_since_thread + 1 END, \
         gate = ?7, failing = ?8, outage = ?9, gated_beats = gated_beats + (?7 IS NOT NULL) WHERE id = ?1",
    )?
    .execute(params![
        done.bot,
        done.idle,
        done.at.micros(),
        done.next.micros(),
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

/// Clears the failure of every present bot that failed because of `provider` and not of its own request, and
/// answers whose; `is_default` when bots that name none ask it too.
///
/// # Errors
/// Database errors.
pub fn recover(c: &Connection, provider: &str, is_default: bool) -> Result<Vec<Recovered>> {
    let mut statement = c.prepare_cached(
        "UPDATE bots SET failing = NULL, outage = 0 WHERE failing IS NOT NULL AND departed_at IS NULL AND outage = 1 \
         AND (config ->> '$.model.provider' = ?1 OR (?2 AND ifnull(config ->> '$.model.provider', 'default') = 'default')) \
         RETURNING id, next_beat_at, pace_seconds, is_paused",
    )?;
    let rows = statement.query_map(params![provider, is_default], |row| {
        Ok(Recovered {
            id: row.get(0)?,
            next_beat_at: row.get::<_, Option<i64>>(1)?.map(Stamp::from_micros),
            pace_seconds: row.get(2)?,
            is_paused: row.get(3)?,
        })
    })?;
    let mut bots = rows.collect::<std::result::Result<Vec<_>, _>>()?;
    bots.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(bots)
}

/// Providers, as bots name them, that fail whoever asks.
///
/// # Errors
/// Database errors.
pub fn troubled(c: &Connection) -> Result<Vec<String>> {
    let mut statement = c.prepare_cached(
        "SELECT DISTINCT ifnull(config ->> '$.model.provider', 'default') FROM bots \
         WHERE failing IS NOT NULL AND departed_at IS NULL AND outage = 1",
    )?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// Newest activity id.
///
/// # Errors
/// Database errors.
pub fn last_seq(c: &Connection) -> Result<i64> {
    Ok(c.prepare_cached("SELECT ifnull(max(id), 0) FROM activities")?.query_row([], |row| row.get(0))?)
}

/// Whether anything happened after `seen` that `bot` did not do itself: a post, a vote, an event, a person.
///
/// # Errors
/// Database errors.
pub fn has_news(c: &Connection, bot: &str, seen: i64) -> Result<bool> {
    static NEWS: LazyLock<String> = LazyLock::new(|| {
        let news = ActivityKind::sql(ActivityKind::is_news);
        format!("SELECT 1 FROM activities WHERE id > ?1 AND bot_id <> ?2 AND action_type IN {news} LIMIT 1")
    });
    Ok(c.prepare_cached(&NEWS)?.query_row(params![seen, bot], |_| Ok(())).optional()?.is_some())
}

/// A new activity row.
pub struct NewActivity<'a> {
    /// Its id: `last_seq() + 1`.
    pub id: i64,
    /// Actor id.
    pub actor: &'a str,
    /// What kind it is of.
    pub kind: ActivityKind,
    /// JSON.
    pub details: &'a str,
    /// Tokens of all calls so far.
    pub tokens: i64,
    /// Cost of all calls so far.
    pub cost: Money,
    /// When.
    pub at: Stamp,
    /// The room's day.
    pub day: &'a str,
    /// Whether its memories are still to be extracted.
    pub to_remember: bool,
}

/// Stores an activity and counts it for its day.
///
/// # Errors
/// Database errors.
pub fn insert_activity(c: &Connection, new: &NewActivity<'_>) -> Result<()> {
    c.prepare_cached(
        "INSERT INTO activities (id, bot_id, action_type, details, tokens_used, cost, created_at, remembered) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?
    .execute(params![
        new.id,
        new.actor,
        new.kind.as_str(),
        new.details,
        new.tokens,
        new.cost.nanos(),
        new.at.micros(),
        !new.to_remember
    ])?;
    c.prepare_cached(
        "INSERT INTO actions_daily VALUES (?1, ?2, ?3, 1) ON CONFLICT DO UPDATE SET count = count + 1",
    )?
    .execute(params![new.day, new.actor, new.kind.as_str()])?;
    if new.tokens > 0 && !new.kind.is_errand() {
        count_beat(c, new.actor, new.day, 1, new.tokens, new.cost)?;
    }
    Ok(())
}

fn count_beat(c: &Connection, bot: &str, day: &str, beats: i64, tokens: i64, cost: Money) -> Result<()> {
    c.prepare_cached(
        "INSERT INTO beats_daily (bot_id, day, beats, tokens, cost) VALUES (?1, ?2, ?3, ?4, ?5) \
         ON CONFLICT DO UPDATE SET beats = beats + ?3, tokens = tokens + ?4, cost = cost + ?5",
    )?
    .execute(params![bot, day, beats, tokens, cost.nanos()])?;
    Ok(())
}

/// Adds the tokens of later calls of a beat (extraction, compression) to its activity.
///
/// # Errors
/// Database errors.
pub fn charge_activity(
    c: &Connection,
    bot: &str,
    day: &str,
    id: i64,
    tokens: i64,
    cost: Money,
) -> Result<()> {
    count_beat(c, bot, day, 0, tokens, cost)?;
    c.prepare_cached("UPDATE activities SET tokens_used = tokens_used + ?2, cost = cost + ?3 WHERE id = ?1")?
        .execute(params![id, tokens, cost.nanos()])?;
    Ok(())
}

/// Marks an activity's memories as extracted; `false` when they were already.
///
/// # Errors
/// Database errors.
pub fn mark_remembered(c: &Connection, id: i64) -> Result<bool> {
    Ok(c.prepare_cached("UPDATE activities SET remembered = 1 WHERE id = ?1 AND remembered = 0")?
        .execute([id])?
        == 1)
}

/// An activity whose memories are still to be extracted.
pub type OpenActivity = (i64, String, String, String, Stamp);

/// Activities whose memories are still to be extracted: id, bot, type, details, time.
///
/// # Errors
/// Database errors.
pub fn unremembered(c: &Connection) -> Result<Vec<OpenActivity>> {
    let mut statement = c.prepare_cached(
        "SELECT id, bot_id, action_type, details, created_at FROM activities WHERE remembered = 0 ORDER BY id",
    )?;
    let rows = statement.query_map([], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, Stamp::from_micros(row.get(4)?)))
    })?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// Counts an answer at a rung of the ladder.
///
/// # Errors
/// Database errors.
pub fn count_rung(c: &Connection, provider: &str, model: &str, rung: &str) -> Result<()> {
    c.prepare_cached(
        "INSERT INTO ladder VALUES (?1, ?2, ?3, 1) ON CONFLICT DO UPDATE SET count = count + 1",
    )?
    .execute([provider, model, rung])?;
    Ok(())
}

/// A value of the room's own notes.
///
/// # Errors
/// Database errors.
pub fn meta(c: &Connection, key: &str) -> Result<Option<String>> {
    Ok(c.prepare_cached("SELECT value FROM meta WHERE key = ?1")?
        .query_row([key], |row| row.get(0))
        .optional()?)
}

/// Sets a value of the room's own notes.
///
/// # Errors
/// Database errors.
pub fn set_meta(c: &Connection, key: &str, value: &str) -> Result<()> {
    c.prepare_cached("INSERT INTO meta VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = excluded.value")?
        .execute([key, value])?;
    Ok(())
}

/// Takes out a value of the room's own notes.
///
/// # Errors
/// Database errors.
pub fn forget_meta(c: &Connection, key: &str) -> Result<()> {
    c.prepare_cached("DELETE FROM meta WHERE key = ?1")?.execute([key])?;
    Ok(())
}

/// A flag to raise.
pub struct NewFlag<'a> {
    /// The author of the target.
    pub bot: &'a str,
    /// thread, reply, bot.
    pub target_type: &'a str,
    /// Id of the target.
    pub target_id: i64,
    /// The thread to look at.
    pub thread_id: Option<i64>,
    /// repetitive, low_quality, frequency.
    pub flag_type: &'a str,
    /// One sentence.
    pub reason: String,
    /// When.
    pub at: Stamp,
}

/// Raises a flag unless one of its kind is open for the bot; answers its id.
///
/// # Errors
/// Database errors.
pub fn raise_flag(c: &Connection, flag: &NewFlag<'_>) -> Result<Option<i64>> {
    let raised = c
        .prepare_cached(
            "INSERT OR IGNORE INTO flags (bot_id, target_type, target_id, thread_id, flag_type, flagged_by, reason, created_at) \
             VALUES (?1, ?2, ?3, ?4, ?5, 'auto', ?6, ?7)",
        )?
        .execute(params![
            flag.bot,
            flag.target_type,
            flag.target_id,
            flag.thread_id,
            flag.flag_type,
            flag.reason,
            flag.at.micros()
        ])?;
    Ok((raised == 1).then(|| c.last_insert_rowid()))
}
