//! How answers of each model were read.

use rusqlite::Connection;

use super::Result;
use crate::protocol::LadderCount;

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
