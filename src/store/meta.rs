//! The room's own notes: a word and its value.

use rusqlite::OptionalExtension;

use super::{Db, Result};

/// A value of the room's own notes.
///
/// # Errors
/// Database errors.
pub fn get(c: &Db, key: &str) -> Result<Option<String>> {
    Ok(c.prepare_cached("SELECT value FROM meta WHERE key = ?1")?
        .query_row([key], |row| row.get(0))
        .optional()?)
}

/// Sets a value of the room's own notes.
///
/// # Errors
/// Database errors.
pub fn set(c: &Db, key: &str, value: &str) -> Result<()> {
    c.prepare_cached(
        "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = excluded.value",
    )?
    .execute([key, value])?;
    Ok(())
}

/// Takes out a value of the room's own notes.
///
/// # Errors
/// Database errors.
pub fn forget(c: &Db, key: &str) -> Result<()> {
    c.prepare_cached("DELETE FROM meta WHERE key = ?1")?.execute([key])?;
    Ok(())
}
