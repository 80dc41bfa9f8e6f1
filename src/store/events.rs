//! Injected events as people read them.

use rusqlite::{OptionalExtension, params};

use super::columns::columns;
use super::{Db, Result};
use crate::domain::Stamp;
use crate::domain::scene::SceneEvent;
use crate::protocol::{EventView, Fault, InjectEvent};

/// Events listed at most.
const MOST: u32 = 200;

columns! {
    EVENT, view -> EventView {
        id,
        title,
        description,
        event_type,
        severity,
        active = "active = 1 AND (expires_at IS NULL OR expires_at > ?1)",
        created_at,
        expires_at,
    }
}

/// The newest 200 events, newest first: all, those in force at `now`, or those that are over.
///
/// # Errors
/// Database errors.
pub fn events(c: &Db, now: Stamp, active: Option<bool>) -> Result<Vec<EventView>> {
    let filter = match active {
        None => "",
        Some(true) => " WHERE active = 1 AND (expires_at IS NULL OR expires_at > ?1)",
        Some(false) => " WHERE NOT (active = 1 AND (expires_at IS NULL OR expires_at > ?1))",
    };
    let mut statement =
        c.prepare_cached(&format!("SELECT {EVENT} FROM events{filter} ORDER BY id DESC LIMIT ?2"))?;
    let rows = statement.query_map(params![now, MOST], view)?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// One event.
///
/// # Errors
/// 404.
pub fn event(c: &Db, now: Stamp, id: i64) -> Result<EventView> {
    c.prepare_cached(&format!("SELECT {EVENT} FROM events WHERE id = ?2"))?
        .query_row(params![now, id], view)
        .optional()?
        .ok_or_else(|| Fault::not_found("event", id).into())
}
/// Stores a new event. Those that are over leave the index that every beat reads.
///
/// # Errors
/// Database errors.
pub fn insert(c: &Db, new: &InjectEvent, at: Stamp) -> Result<EventView> {
    c.prepare_cached("UPDATE events SET active = 0 WHERE active = 1 AND expires_at <= ?1")?.execute([at])?;
    c.prepare_cached(
        "INSERT INTO events (title, description, event_type, severity, created_at, expires_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![new.title, new.description, new.event_type, new.severity, at, new.expires_at])?;
    event(c, at, c.last_insert_rowid())
}

/// Ends an event.
///
/// # Errors
/// 404 when there is none.
pub fn deactivate(c: &Db, now: Stamp, id: i64) -> Result<EventView> {
    c.prepare_cached("UPDATE events SET active = 0 WHERE id = ?1")?.execute([id])?;
    event(c, now, id)
}

columns! {
    SCENE_EVENT, scene_event -> SceneEvent { id, title, description, event_type, severity }
}

/// Events in force at `now`, newest first, each with the time it ends by itself.
///
/// # Errors
/// Database errors.
pub fn in_force(c: &Db, now: Stamp, limit: u32) -> Result<Vec<(SceneEvent, Option<Stamp>)>> {
    let mut statement = c.prepare_cached(&format!(
        "SELECT {SCENE_EVENT}, expires_at FROM events \
         WHERE active = 1 AND (expires_at IS NULL OR expires_at > ?1) ORDER BY id DESC LIMIT ?2",
    ))?;
    let rows =
        statement.query_map(params![now, limit], |row| Ok((scene_event(row)?, row.get("expires_at")?)))?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}
