//! Flags: raised by the rules, read and settled by people.

use rusqlite::{OptionalExtension, params};

use super::columns::columns;
use super::{Db, Result};
use crate::domain::Stamp;
use crate::protocol::{Fault, FlagView};

columns! {
    /// Flags of earlier versions name the room where the rules raised them.
    FLAG, view -> FlagView {
        id,
        target_type,
        target_id = "CAST(target_id AS INTEGER)",
        flag_type,
        flagged_by = "iif(flagged_by = 'system', 'auto', flagged_by)",
        resolved,
        created_at,
        bot_id,
        reason,
        thread_id,
    }
}

/// Flags, newest first.
///
/// # Errors
/// Database errors.
pub fn flags(c: &Db, resolved: bool, limit: u32) -> Result<Vec<FlagView>> {
    let mut statement = c.prepare_cached(&flags_sql(resolved))?;
    let rows = statement.query_map([limit], view)?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// The number is written out so that the partial index of open flags is seen to fit.
pub(super) fn flags_sql(resolved: bool) -> String {
    format!("SELECT {FLAG} FROM flags WHERE resolved = {} ORDER BY id DESC LIMIT ?1", i32::from(resolved))
}

/// One flag.
///
/// # Errors
/// 404.
pub fn flag(c: &Db, id: i64) -> Result<FlagView> {
    c.prepare_cached(&format!("SELECT {FLAG} FROM flags WHERE id = ?1"))?
        .query_row([id], view)
        .optional()?
        .ok_or_else(|| Fault::not_found("flag", id).into())
}

/// How many flags are open.
///
/// # Errors
/// Database errors.
pub fn open_count(c: &Db) -> Result<i64> {
    Ok(c.prepare_cached("SELECT count(*) FROM flags WHERE resolved = 0")?.query_row([], |row| row.get(0))?)
}

/// Settles a flag.
///
/// # Errors
/// 404 when there is none.
pub fn resolve(c: &Db, id: i64) -> Result<FlagView> {
    c.prepare_cached("UPDATE flags SET resolved = 1 WHERE id = ?1")?.execute([id])?;
    flag(c, id)
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
pub fn raise(c: &Db, flag: &NewFlag<'_>) -> Result<Option<i64>> {
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
            flag.at
        ])?;
    Ok((raised == 1).then(|| c.last_insert_rowid()))
}
