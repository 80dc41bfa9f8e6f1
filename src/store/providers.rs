//! How answers of each model were read.

use rusqlite::{Connection, OptionalExtension, params};

use super::Result;
use crate::domain::Stamp;
use crate::protocol::{CacheCount, ExtractionCount, LadderCount};

/// The ladder's counts by provider, model and rung.
///
/// # Errors
/// Database errors.
pub fn ladder(c: &Connection) -> Result<Vec<LadderCount>> {
    let mut statement =
        c.prepare_cached("SELECT provider, model, rung, count FROM ladder ORDER BY provider, model, rung")?;
    let rows = statement.query_map([], |row| {
        Ok(LadderCount { provider: row.get(0)?, model: row.get(1)?, rung: row.get(2)?, count: row.get(3)? })
    })?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// What each model read and how much of it came from a cache, in all.
///
/// # Errors
/// Database errors.
pub fn caches(c: &Connection) -> Result<Vec<CacheCount>> {
    let mut statement = c.prepare_cached(
        "SELECT provider, model, sum(input), sum(cached) FROM usage_daily GROUP BY provider, model ORDER BY provider, model",
    )?;
    let rows = statement.query_map([], |row| {
        Ok(CacheCount { provider: row.get(0)?, model: row.get(1)?, input: row.get(2)?, cached: row.get(3)? })
    })?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// Present bots that name a provider, and the last error of one of them that fails.
///
/// # Errors
/// Database errors.
pub fn failing(c: &Connection) -> Result<Vec<(String, String)>> {
    let mut statement = c.prepare_cached(
        "SELECT config ->> '$.model.provider', max(failing) FROM bots \
         WHERE failing IS NOT NULL AND departed_at IS NULL GROUP BY 1",
    )?;
    let rows = statement.query_map([], |row| Ok((super::beat::named_provider(row.get(0)?), row.get(1)?)))?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// How answers about memories were read, by provider and model.
///
/// # Errors
/// Database errors.
pub fn extractions(c: &Connection) -> Result<Vec<ExtractionCount>> {
    let mut statement = c.prepare_cached(
        "SELECT provider, model, read, failed, in_row, rests_until FROM extractions ORDER BY provider, model",
    )?;
    let rows = statement.query_map([], |row| {
        Ok(ExtractionCount {
            provider: row.get(0)?,
            model: row.get(1)?,
            read: row.get(2)?,
            failed: row.get(3)?,
            failed_in_a_row: row.get(4)?,
            rests_until: row.get::<_, Option<i64>>(5)?.map(Stamp::from_micros),
        })
    })?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// Until when a model is not asked about memories.
///
/// # Errors
/// Database errors.
pub fn rests_until(c: &Connection, provider: &str, model: &str) -> Result<Option<Stamp>> {
    Ok(c.prepare_cached("SELECT rests_until FROM extractions WHERE provider = ?1 AND model = ?2")?
        .query_row([provider, model], |row| row.get::<_, Option<i64>>(0))
        .optional()?
        .flatten()
        .map(Stamp::from_micros))
}

/// Counts an answer about memories; answers how many in a row could not be read by now.
///
/// # Errors
/// Database errors.
pub fn count_extraction(c: &Connection, provider: &str, model: &str, read: bool) -> Result<i64> {
    Ok(c.prepare_cached(
        "INSERT INTO extractions (provider, model, read, failed, in_row) VALUES (?1, ?2, ?3, NOT ?3, NOT ?3) \
         ON CONFLICT DO UPDATE SET read = read + ?3, failed = failed + NOT ?3, \
         in_row = CASE WHEN ?3 THEN 0 ELSE in_row + 1 END, rests_until = NULL RETURNING in_row",
    )?
    .query_row(params![provider, model, read], |row| row.get(0))?)
}

/// Lets a model rest from questions about memories.
///
/// # Errors
/// Database errors.
pub fn rest(c: &Connection, provider: &str, model: &str, until: Stamp) -> Result<()> {
    c.prepare_cached("UPDATE extractions SET rests_until = ?3 WHERE provider = ?1 AND model = ?2")?
        .execute(params![provider, model, until.micros()])?;
    Ok(())
}
