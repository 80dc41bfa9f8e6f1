//! Flags as people read them.

use rusqlite::{Connection, OptionalExtension, Row};

use super::Result;
use crate::domain::Stamp;
use crate::protocol::{Fault, FlagView};

/// Flags of earlier versions name the room where the rules raised them.
const COLUMNS: &str = "id, target_type, CAST(target_id AS INTEGER), flag_type, iif(flagged_by = 'system', 'auto', flagged_by), resolved, created_at, bot_id, reason, thread_id FROM flags";

fn view(row: &Row<'_>) -> rusqlite::Result<FlagView> {
    Ok(FlagView {
        id: row.get(0)?,
        target_type: row.get(1)?,
        target_id: row.get(2)?,
        flag_type: row.get(3)?,
        flagged_by: row.get(4)?,
        resolved: row.get(5)?,
        created_at: Stamp::from_micros(row.get(6)?),
        bot_id: row.get(7)?,
        reason: row.get(8)?,
        thread_id: row.get(9)?,
    })
}

/// Flags, newest first.
///
/// # Errors
/// Database errors.
pub fn flags(c: &Connection, resolved: bool, limit: u32) -> Result<Vec<FlagView>> {
    let mut statement = c.prepare_cached(&flags_sql(resolved))?;
    let rows = statement.query_map([limit], view)?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// The number is written out so that the partial index of open flags is seen to fit.
pub(super) fn flags_sql(resolved: bool) -> String {
    format!("SELECT {COLUMNS} WHERE resolved = {} ORDER BY id DESC LIMIT ?1", i32::from(resolved))
}

/// One flag.
///
/// # Errors
/// 404.
pub fn flag(c: &Connection, id: i64) -> Result<FlagView> {
    c.prepare_cached(&format!("SELECT {COLUMNS} WHERE id = ?1"))?
        .query_row([id], view)
        .optional()?
        .ok_or_else(|| Fault::not_found("flag", id).into())
}

/// How many flags are open.
///
/// # Errors
/// Database errors.
pub fn open_count(c: &Connection) -> Result<i64> {
    Ok(c.prepare_cached("SELECT count(*) FROM flags WHERE resolved = 0")?.query_row([], |row| row.get(0))?)
}

/// Settles a flag.
///
/// # Errors
/// 404 when there is none.
pub fn resolve(c: &Connection, id: i64) -> Result<FlagView> {
    c.prepare_cached("UPDATE flags SET resolved = 1 WHERE id = ?1")?.execute([id])?;
    flag(c, id)
}
