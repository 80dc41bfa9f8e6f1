//! The activity stream and the reason behind each act.

use std::sync::LazyLock;

use rusqlite::{OptionalExtension, Row, ToSql, params};
use serde_json::Value;

use super::columns::columns;
use super::names::{require_known, shown_as};
use super::{Db, Result, thoughts};
use crate::domain::{ActivityKind, Actor, Money, Rung, Stamp};
use crate::protocol::{ActivityQuery, ActivityView, Fault, WhyView};

columns! {
    ACTIVITY, stored -> ActivityView {
        id = "a.id",
        bot_id = "a.bot_id",
        bot_name = "b.name" => Option::unwrap_or_default,
        action_type = "a.action_type",
        // A damaged row shows as its text.
        details = "a.details" => |text: String| serde_json::from_str(&text).unwrap_or_else(|_| Value::from(text)),
        tokens_used = "a.tokens_used",
        cost_usd = "a.cost",
        cost_simulated = "a.cost > 0 AND a.id <= coalesce(\
            (SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'simulated_until'), \
            (SELECT 9223372036854775807 FROM meta WHERE key = 'simulated_cost'), 0)",
        created_at = "a.created_at",
    }
}

const FROM: &str = "FROM activities a LEFT JOIN bots b ON b.id = a.bot_id";

fn view(row: &Row<'_>) -> rusqlite::Result<ActivityView> {
    let stored = stored(row)?;
    Ok(ActivityView { bot_name: shown_as(&stored.bot_id, stored.bot_name), ..stored })
}

/// Newest first; with `after_seq` oldest first, everything after that sequence number.
///
/// # Errors
/// Database errors.
pub fn page(c: &Db, q: &ActivityQuery) -> Result<Vec<ActivityView>> {
    let sql = page_sql(q);
    let mut values: Vec<(&str, &dyn ToSql)> = vec![(":limit", &q.limit), (":skip", &q.skip)];
    if let Some(bot) = &q.bot_id {
        values.push((":bot", bot));
    }
    if let Some(kind) = &q.action_type {
        values.push((":kind", kind));
    }
    if let Some(seq) = &q.after_seq {
        values.push((":seq", seq));
    }
    if let Some(after) = &q.after {
        values.push((":after", after));
    }
    let mut statement = c.prepare_cached(&sql)?;
    let rows: Vec<_> =
        statement.query_map(values.as_slice(), view)?.collect::<std::result::Result<_, _>>()?;
    if let (true, Some(actor)) = (rows.is_empty(), &q.bot_id) {
        require_actor(c, actor)?;
    }
    Ok(rows)
}

/// Fails with 404 when `id` is neither a bot, present or departed, nor a person, nor the system.
fn require_actor(c: &Db, id: &str) -> Result<()> {
    Actor::of(id).bot().map_or(Ok(()), |id| require_known(c, id))
}

pub(super) fn page_sql(q: &ActivityQuery) -> String {
    let mut conditions = Vec::new();
    if q.bot_id.is_some() {
        conditions.push("a.bot_id = :bot");
    }
    if q.action_type.is_some() {
        conditions.push("a.action_type = :kind");
    }
    if q.after_seq.is_some() {
        conditions.push("a.id > :seq");
    }
    if q.after.is_some() {
        conditions.push("a.id < :after");
    }
    if conditions.is_empty() {
        conditions.push("a.id > 0");
    }
    let filter = conditions.join(" AND ");
    let order = if q.after_seq.is_some() { "ASC" } else { "DESC" };
    format!("SELECT {ACTIVITY} {FROM} WHERE {filter} ORDER BY a.id {order} LIMIT :limit OFFSET :skip")
}

/// One activity.
///
/// # Errors
/// 404.
pub fn one(c: &Db, id: i64) -> Result<ActivityView> {
    c.prepare_cached(&format!("SELECT {ACTIVITY} {FROM} WHERE a.id = ?1"))?
        .query_row([id], view)
        .optional()?
        .ok_or_else(|| Fault::not_found("activity", id).into())
}

/// The reason behind an act. Acts without a model call, and those whose record was let go
/// (`thoughts.keep`), have no sections and no exchanges, and the rung `none`.
///
/// # Errors
/// 404, a damaged record.
pub fn why(c: &Db, id: i64) -> Result<WhyView> {
    let activity = one(c, id)?;
    let record = thoughts::get(c, id)?.unwrap_or_default();
    Ok(WhyView {
        provider: record.provider,
        model: record.model,
        sections: std::sync::Arc::unwrap_or_clone(record.sections),
        memories: record.memories,
        cost_usd: record.exchanges.iter().map(|exchange| exchange.cost_usd).sum(),
        exchanges: record.exchanges,
        rung: if record.rung.is_empty() { Rung::NONE.into() } else { record.rung },
        activity,
    })
}

/// Newest activity id.
///
/// # Errors
/// Database errors.
pub fn last_seq(c: &Db) -> Result<i64> {
    Ok(c.prepare_cached("SELECT ifnull(max(id), 0) FROM activities")?.query_row([], |row| row.get(0))?)
}

/// Whether anything happened after `seen` that `bot` did not do itself: a post, a vote, an event, a person.
///
/// # Errors
/// Database errors.
pub fn has_news(c: &Db, bot: &str, seen: i64) -> Result<bool> {
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
pub fn insert(c: &Db, new: &NewActivity<'_>) -> Result<()> {
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
        new.cost,
        new.at,
        !new.to_remember
    ])?;
    c.prepare_cached(
        "INSERT INTO actions_daily (day, bot_id, action_type, count) VALUES (?1, ?2, ?3, 1) ON CONFLICT DO UPDATE SET count = count + 1",
    )?
    .execute(params![new.day, new.actor, new.kind.as_str()])?;
    if new.tokens > 0 && !new.kind.is_errand() {
        count_beat(c, new.actor, new.day, 1, new.tokens, new.cost)?;
    }
    Ok(())
}

fn count_beat(c: &Db, bot: &str, day: &str, beats: i64, tokens: i64, cost: Money) -> Result<()> {
    c.prepare_cached(
        "INSERT INTO beats_daily (bot_id, day, beats, tokens, cost) VALUES (?1, ?2, ?3, ?4, ?5) \
         ON CONFLICT DO UPDATE SET beats = beats + ?3, tokens = tokens + ?4, cost = cost + ?5",
    )?
    .execute(params![bot, day, beats, tokens, cost])?;
    Ok(())
}

/// Adds the tokens of later calls of a beat (extraction, compression) to its activity.
///
/// # Errors
/// Database errors.
pub fn charge(c: &Db, bot: &str, day: &str, id: i64, tokens: i64, cost: Money) -> Result<()> {
    count_beat(c, bot, day, 0, tokens, cost)?;
    c.prepare_cached("UPDATE activities SET tokens_used = tokens_used + ?2, cost = cost + ?3 WHERE id = ?1")?
        .execute(params![id, tokens, cost])?;
    Ok(())
}

/// Marks an activity's memories as extracted; `false` when they were already.
///
/// # Errors
/// Database errors.
pub fn mark_remembered(c: &Db, id: i64) -> Result<bool> {
    Ok(c.prepare_cached("UPDATE activities SET remembered = 1 WHERE id = ?1 AND remembered = 0")?
        .execute([id])?
        == 1)
}

/// An activity whose memories are still to be extracted.
pub struct Unremembered {
    /// Its number.
    pub id: i64,
    /// Whose.
    pub bot_id: String,
    /// The word of its kind.
    pub action_type: String,
    /// JSON.
    pub details: String,
    /// When.
    pub created_at: Stamp,
}

columns! {
    UNREMEMBERED, unremembered_row -> Unremembered { id, bot_id, action_type, details, created_at }
}

/// Activities whose memories are still to be extracted, in their order.
///
/// # Errors
/// Database errors.
pub fn unremembered(c: &Db) -> Result<Vec<Unremembered>> {
    let mut statement =
        c.prepare_cached(&format!("SELECT {UNREMEMBERED} FROM activities WHERE remembered = 0 ORDER BY id"))?;
    let rows = statement.query_map([], unremembered_row)?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// An activity of the bot's own: id, type, details, time.
pub type OwnActivity = (i64, String, String, Stamp);

/// The bot's acts, newest first; beats that were gated or failed are none.
///
/// # Errors
/// Database errors.
pub fn recent(c: &Db, bot: &str, limit: u32) -> Result<Vec<OwnActivity>> {
    let acts = ActivityKind::sql(ActivityKind::is_act);
    let mut statement = c.prepare_cached(&format!(
        "SELECT id, action_type, details, created_at FROM activities WHERE bot_id = ?1 AND action_type IN {acts} \
         AND details ->> '$.paused' IS NULL AND details ->> '$.cap_exceeded' IS NULL ORDER BY id DESC LIMIT ?2",
    ))?;
    let rows = statement.query_map(params![bot, limit], |row| row.try_into())?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}
