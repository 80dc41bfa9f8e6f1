//! The bots of the room: taken in from files, made by people, configured, gone.

use rusqlite::{OptionalExtension, params};

use super::columns::columns;
use super::{Db, Result};
use crate::domain::{Money, Stamp};

/// A bot's configuration as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredConfig {
    /// Live, JSON.
    pub config: String,
    /// The file's, when it was last taken or kept.
    pub yaml: Option<String>,
    /// The file's, when it changed since.
    pub pending: Option<String>,
    /// `yaml` or `custom`.
    pub source: String,
    /// Whether it left.
    pub departed: bool,
}

columns! {
    STORED, stored -> StoredConfig {
        config,
        yaml = "yaml_config",
        pending = "yaml_pending",
        source,
        departed = "departed_at IS NOT NULL",
    }
}

/// A bot's stored configuration, departed or not.
///
/// # Errors
/// Database errors.
pub fn stored_config(c: &Db, id: &str) -> Result<Option<StoredConfig>> {
    Ok(c.prepare_cached(&format!("SELECT {STORED} FROM bots WHERE id = ?1"))?
        .query_row([id], stored)
        .optional()?)
}

/// Adds a bot; `yaml` tells that its configuration is a file's.
///
/// # Errors
/// Database errors, an id that is taken among them.
pub fn insert_bot(
    c: &Db,
    id: &str,
    name: &str,
    config: &str,
    yaml: bool,
    at: Stamp,
    due: Option<Stamp>,
) -> Result<()> {
    c.prepare_cached(
        "INSERT INTO bots (id, name, source, config, yaml_config, created_at, next_beat_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute(params![
        id,
        name,
        if yaml { "yaml" } else { "custom" },
        config,
        yaml.then_some(config),
        at,
        due
    ])?;
    Ok(())
}

/// Ids of present bots, by id, at most `limit`.
///
/// # Errors
/// Database errors.
pub fn bot_ids(c: &Db, limit: u32) -> Result<Vec<String>> {
    let mut statement =
        c.prepare_cached("SELECT id FROM bots WHERE departed_at IS NULL ORDER BY id LIMIT ?1")?;
    let rows = statement.query_map([limit], |row| row.get(0))?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// A present bot's configuration, JSON.
///
/// # Errors
/// Database errors.
pub fn config(c: &Db, id: &str) -> Result<Option<String>> {
    Ok(c.prepare_cached("SELECT config FROM bots WHERE id = ?1 AND departed_at IS NULL")?
        .query_row([id], |row| row.get(0))
        .optional()?)
}

/// Sets the live configuration.
///
/// # Errors
/// Database errors.
pub fn set_config(c: &Db, id: &str, name: &str, config: &str) -> Result<()> {
    c.prepare_cached("UPDATE bots SET config = ?2, name = ?3 WHERE id = ?1")?.execute([id, config, name])?;
    Ok(())
}

/// Notes what the file says now; `None` for the pending one settles the matter.
///
/// # Errors
/// Database errors.
pub fn set_yaml(c: &Db, id: &str, yaml: Option<&str>, pending: Option<&str>) -> Result<()> {
    c.prepare_cached("UPDATE bots SET yaml_config = ?2, yaml_pending = ?3 WHERE id = ?1")?
        .execute(params![id, yaml, pending])?;
    Ok(())
}

/// A bot leaves; its posts stay.
///
/// # Errors
/// Database errors.
pub fn depart(c: &Db, id: &str, at: Stamp) -> Result<()> {
    c.prepare_cached("UPDATE bots SET departed_at = ?2, next_beat_at = NULL WHERE id = ?1")?
        .execute(params![id, at])?;
    Ok(())
}

/// What takes the place of a bot that was removed.
pub struct Anew<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its configuration, as JSON.
    pub config: &'a str,
    /// Whether it comes from a file.
    pub yaml: bool,
}

/// A bot that left is present again, without what was wrong when it left; its next beat is planned anew. Of a removed
/// custom bot nothing but its id and what it did is left: `anew` takes its place.
///
/// # Errors
/// Database errors.
pub fn come_back(c: &Db, id: &str, anew: Option<Anew<'_>>) -> Result<()> {
    c.prepare_cached(
        "UPDATE bots SET departed_at = NULL, next_beat_at = NULL, gate = NULL, failing = NULL, outage = 0 WHERE id = ?1",
    )?
    .execute([id])?;
    if let Some(Anew { name, config, yaml }) = anew {
        c.prepare_cached(
            "UPDATE bots SET source = iif(?4, 'yaml', 'custom'), name = ?2, config = ?3, yaml_config = iif(?4, ?3, NULL), \
             yaml_pending = NULL, is_paused = 0, token_cap = NULL, cost_cap = NULL, pace_seconds = NULL WHERE id = ?1",
        )?
        .execute(params![id, name, config, yaml])?;
    }
    Ok(())
}

const FROM_FILES: &str = "SELECT id FROM bots WHERE source = 'yaml' AND departed_at IS NULL ORDER BY id";

/// Present bots that come from files.
///
/// # Errors
/// Database errors.
pub fn from_files(c: &Db) -> Result<Vec<String>> {
    let mut statement = c.prepare_cached(FROM_FILES)?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

const CUSTOM_COUNT: &str =
    "SELECT count(*) FROM bots INDEXED BY bots_custom WHERE source = 'custom' AND departed_at IS NULL";

/// Custom bots that are present.
///
/// # Errors
/// Database errors.
pub fn custom_count(c: &Db) -> Result<i64> {
    Ok(c.prepare_cached(CUSTOM_COUNT)?.query_row([], |row| row.get(0))?)
}

/// Stops or lets go a bot; clears why its last beat was gated: what it is kept from now is told anew.
///
/// # Errors
/// Database errors.
pub fn set_paused(c: &Db, id: &str, paused: bool) -> Result<()> {
    c.prepare_cached("UPDATE bots SET is_paused = ?2, gate = NULL WHERE id = ?1")?
        .execute(params![id, paused])?;
    Ok(())
}

/// Sets a bot's own caps; `None` is the default. Clears why its last beat was gated.
///
/// # Errors
/// Database errors.
pub fn set_caps(c: &Db, id: &str, tokens: Option<i64>, cost: Option<Money>) -> Result<()> {
    c.prepare_cached("UPDATE bots SET token_cap = ?2, cost_cap = ?3, gate = NULL WHERE id = ?1")?
        .execute(params![id, tokens, cost])?;
    Ok(())
}

/// Sets a bot's own pace; `None` is the room's.
///
/// # Errors
/// Database errors.
pub fn set_pace(c: &Db, id: &str, seconds: Option<u32>) -> Result<()> {
    c.prepare_cached("UPDATE bots SET pace_seconds = ?2 WHERE id = ?1")?.execute(params![id, seconds])?;
    Ok(())
}

/// When anything last happened in the room's time; `None` in a new one.
///
/// # Errors
/// Database errors.
pub fn latest(c: &Db) -> Result<Option<Stamp>> {
    let micros: Option<i64> = c
        .prepare_cached(
            "SELECT max(t) FROM (SELECT max(last_beat_at) AS t FROM bots UNION ALL \
             SELECT created_at FROM activities WHERE id = (SELECT max(id) FROM activities))",
        )?
        .query_row([], |row| row.get(0))?;
    Ok(micros.map(Stamp::from_micros))
}

/// Whether the room has any thread.
///
/// # Errors
/// Database errors.
pub fn has_threads(c: &Db) -> Result<bool> {
    Ok(c.prepare_cached("SELECT 1 FROM threads LIMIT 1")?.query_row([], |_| Ok(())).optional()?.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::names::{CALLED, NAMED};
    use crate::store::{Durability, Store, schedule};

    /// With a million bots none of these may read every row.
    #[test]
    fn what_is_asked_of_all_bots_is_found_in_an_index() {
        let home = tempfile::tempdir().unwrap();
        let store = Store::open(&home.path().join("a.db"), Durability::Normal).unwrap();
        let plan = |sql: &'static str| -> Vec<String> {
            let explained = format!("EXPLAIN QUERY PLAN {sql}");
            store
                .read_blocking(move |c| {
                    let mut statement = c.prepare(&explained)?;
                    let mut rows = statement.raw_query();
                    let mut all = Vec::new();
                    while let Some(row) = rows.next()? {
                        all.push(row.get("detail")?);
                    }
                    Ok(all)
                })
                .unwrap()
        };
        for sql in [
            NAMED,
            CALLED,
            CUSTOM_COUNT,
            FROM_FILES,
            schedule::MAYBE_ASTRAY,
            schedule::PLANS,
            schedule::PINNED,
        ] {
            let steps = plan(sql);
            let read: Vec<_> = steps.iter().filter(|step| step.contains(" bots")).collect();
            assert!(!read.is_empty() && read.iter().all(|step| step.contains(" USING ")), "{sql}: {steps:?}");
        }
        store.close();
    }
}
