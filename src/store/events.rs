//! Injected events as people read them.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::Result;
use crate::domain::Stamp;
use crate::protocol::{EventView, Fault, InjectEvent};

/// Events listed at most.
const MOST: u32 = 200;

const COLUMNS: &str = "id, title, description, event_type, severity, \
     active = 1 AND (expires_at IS NULL OR expires_at > ?1), created_at, expires_at FROM events";

fn view(row: &Row<'_>) -> rusqlite::Result<EventView> {
    Ok(EventView {
        id: row.get(0)?,
        title: row.get(1)?,
        description: row.get(2)?,
        event_type: row.get(3)?,
        severity: row.get(4)?,
        active: row.get(5)?,
        created_at: Stamp::from_micros(row.get(6)?),
        expires_at: row.get::<_, Option<i64>>(7)?.map(Stamp::from_micros),
    })
}

/// The newest 200 events, newest first: all, those in force at `now`, or those that are over.
///
/// # Errors
/// Database errors.
pub fn events(c: &Connection, now: Stamp, active: Option<bool>) -> Result<Vec<EventView>> {
    let filter = match active {
        None => "",
        Some(true) => " WHERE active = 1 AND (expires_at IS NULL OR expires_at > ?1)",
        Some(false) => " WHERE NOT (active = 1 AND (expires_at IS NULL OR expires_at > ?1))",
    };
    let mut statement = c.prepare_cached(&format!("SELECT {COLUMNS}{filter} ORDER BY id DESC LIMIT ?2"))?;
    let rows = statement.query_map(params![now.micros(), MOST], view)?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// One event.
///
/// # Errors
/// 404.
pub fn event(c: &Connection, now: Stamp, id: i64) -> Result<EventView> {
    c.prepare_cached(&format!("SELECT {COLUMNS} WHERE id = ?2"))?
        .query_row(params![now.micros(), id], view)
        .optional()?
        .ok_or_else(|| Fault::not_found("event", id).into())
}
/// Stores a new event. Those that are over leave the index that every beat reads.
///
/// # Errors
/// Database errors.
pub fn insert(c: &Connection, new: &InjectEvent, at: Stamp) -> Result<EventView> {
    c.prepare_cached("UPDATE events SET active = 0 WHERE active = 1 AND expires_at <= ?1")?
        .execute([at.micros()])?;
    c.prepare_cached(
        "INSERT INTO events (title, description, event_type, severity, created_at, expires_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![
        new.title,
        new.description,
        new.event_type,
        new.severity,
        at.micros(),
        new.expires_at.map(Stamp::micros)
    ])?;
    event(c, at, c.last_insert_rowid())
}

/// Ends an event.
///
/// # Errors
/// 404 when there is none.
pub fn deactivate(c: &Connection, now: Stamp, id: i64) -> Result<EventView> {
    c.prepare_cached("UPDATE events SET active = 0 WHERE id = ?1")?.execute([id])?;
    event(c, now, id)
}
