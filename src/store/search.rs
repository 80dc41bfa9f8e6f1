//! Results of look-ups, kept for a while.

use rusqlite::{Connection, OptionalExtension, params};

use super::{Result, StoreError};
use crate::domain::Stamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// What was found for `query` after `fresh_after`, if it is still kept.
///
/// # Errors
/// Database errors.
pub fn cached<T: DeserializeOwned>(
    c: &Connection,
    backend: &str,
    query: &str,
    fresh_after: Stamp,
) -> Result<Option<T>> {
    let found: Option<String> = c
        .prepare_cached(
            "SELECT results FROM search_cache WHERE backend = ?1 AND query = ?2 AND fetched_at > ?3",
        )?
        .query_row(params![backend, query, fresh_after.micros()], |row| row.get(0))
        .optional()?;
    Ok(found.and_then(|json| serde_json::from_str(&json).ok()))
}

/// Keeps what was found.
///
/// # Errors
/// Database errors.
pub fn keep<T: Serialize>(c: &Connection, backend: &str, query: &str, results: &T, now: Stamp) -> Result<()> {
    let json = serde_json::to_string(results).map_err(|error| StoreError::Corrupt(error.to_string()))?;
    c.prepare_cached("INSERT OR REPLACE INTO search_cache VALUES (?1, ?2, ?3, ?4)")?.execute(params![
        backend,
        query,
        json,
        now.micros()
    ])?;
    Ok(())
}
