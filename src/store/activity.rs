//! The activity stream and the reason behind each act.

use rusqlite::{Connection, OptionalExtension, Row, ToSql};
use serde_json::Value;

use super::names::shown;
use super::{Result, thoughts};
use crate::domain::{Money, Stamp};
use crate::protocol::{ActivityQuery, ActivityView, Fault, WhyView};

const COLUMNS: &str = "a.id, a.bot_id, a.action_type, a.details, a.tokens_used, a.cost, a.created_at, b.name, \
     a.cost > 0 AND a.id <= coalesce((SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'simulated_until'), \
       (SELECT 9223372036854775807 FROM meta WHERE key = 'simulated_cost'), 0) \
     FROM activities a LEFT JOIN bots b ON b.id = a.bot_id";

fn view(row: &Row<'_>) -> rusqlite::Result<ActivityView> {
    let bot_id: String = row.get(1)?;
    let details = row.get_ref(3)?.as_str()?;
    Ok(ActivityView {
        id: row.get(0)?,
        action_type: row.get(2)?,
        // A damaged row shows as its text.
        details: serde_json::from_str(details).unwrap_or_else(|_| Value::from(details)),
        tokens_used: row.get(4)?,
        cost_usd: Money::from_nanos(row.get(5)?),
        created_at: Stamp::from_micros(row.get(6)?),
        bot_name: shown(&bot_id, row.get(7)?),
        cost_simulated: row.get(8)?,
        bot_id,
    })
}

/// Newest first; with `after_seq` oldest first, everything after that sequence number.
///
/// # Errors
/// Database errors.
pub fn page(c: &Connection, q: &ActivityQuery) -> Result<Vec<ActivityView>> {
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
fn require_actor(c: &Connection, id: &str) -> Result<()> {
    let known = id == "system"
        || id.starts_with("human:")
        || c.prepare_cached("SELECT 1 FROM bots WHERE id = ?1")?.exists([id])?;
    if known { Ok(()) } else { Err(Fault::not_found("bot", id).into()) }
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
    format!("SELECT {COLUMNS} WHERE {filter} ORDER BY a.id {order} LIMIT :limit OFFSET :skip")
}

/// One activity.
///
/// # Errors
/// 404.
pub fn one(c: &Connection, id: i64) -> Result<ActivityView> {
    c.prepare_cached(&format!("SELECT {COLUMNS} WHERE a.id = ?1"))?
        .query_row([id], view)
        .optional()?
        .ok_or_else(|| Fault::not_found("activity", id).into())
}

/// The reason behind an act. Acts without a model call, and those whose record was let go
/// (`thoughts.keep`), have no sections and no exchanges, and the rung `none`.
///
/// # Errors
/// 404, a damaged record.
pub fn why(c: &Connection, id: i64) -> Result<WhyView> {
    let activity = one(c, id)?;
    let record = thoughts::get(c, id)?.unwrap_or_default();
    Ok(WhyView {
        provider: record.provider,
        model: record.model,
        sections: std::sync::Arc::unwrap_or_clone(record.sections),
        memories: record.memories,
        cost_usd: record.exchanges.iter().map(|exchange| exchange.cost_usd).sum(),
        exchanges: record.exchanges,
        rung: if record.rung.is_empty() { "none".into() } else { record.rung },
        activity,
    })
}
