//! Results of look-ups, kept for a while.

use rusqlite::{OptionalExtension, params};

use super::{Db, Result, StoreError};
use crate::domain::Stamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// What was found for `query` after `fresh_after`, if it is still kept.
///
/// # Errors
/// Database errors.
pub fn cached<T: DeserializeOwned>(
    c: &Db,
    backend: &str,
    query: &str,
    fresh_after: Stamp,
) -> Result<Option<T>> {
    let found: Option<String> = c
        .prepare_cached(
            "SELECT results FROM search_cache WHERE backend = ?1 AND query = ?2 AND fetched_at > ?3",
        )?
        .query_row(params![backend, query, fresh_after], |row| row.get(0))
        .optional()?;
    Ok(found.and_then(|json| serde_json::from_str(&json).ok()))
}

/// Keeps what was found, and lets go what was found at `fresh_after` or before.
///
/// # Errors
/// Database errors.
pub fn keep<T: Serialize>(
    c: &Db,
    backend: &str,
    query: &str,
    results: &T,
    (fresh_after, now): (Stamp, Stamp),
) -> Result<()> {
    c.prepare_cached("DELETE FROM search_cache WHERE fetched_at <= ?1")?.execute([fresh_after])?;
    let json = serde_json::to_string(results).map_err(|error| StoreError::Corrupt(error.to_string()))?;
    c.prepare_cached(
        "INSERT OR REPLACE INTO search_cache (backend, query, results, fetched_at) VALUES (?1, ?2, ?3, ?4)",
    )?
    .execute(params![backend, query, json, now])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Durability, Store};

    #[test]
    fn what_is_too_old_to_be_used_is_let_go() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&dir.path().join("a.db"), Durability::Normal).unwrap();
        let at = |hour: i64| Stamp::from_micros(hour * 3_600_000_000);
        for hour in 0..100 {
            let query = format!("query {hour}");
            store
                .write_blocking(move |tx| keep(tx, "wiki", &query, &vec![hour], (at(hour - 24), at(hour))))
                .unwrap();
        }
        let (kept, newest, old): (i64, _, _) = store
            .read_blocking(|c| {
                let kept = c.query_row("SELECT count(*) FROM search_cache", [], |row| row.get(0))?;
                let of = |query| cached::<Vec<i64>>(c, "wiki", query, at(75));
                Ok((kept, of("query 99")?, of("query 75")?))
            })
            .unwrap();
        assert_eq!((kept, newest, old), (24, Some(vec![99]), None));
    }
}
