//! The bots' rows as a whole: taking in files, custom bots, configuration, departure.

use rusqlite::{Connection, OptionalExtension, params};

use super::Result;
use crate::domain::{Money, Stamp, bot_file};

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

/// A bot's stored configuration, departed or not.
///
/// # Errors
/// Database errors.
pub fn stored_config(c: &Connection, id: &str) -> Result<Option<StoredConfig>> {
    Ok(c.prepare_cached(
        "SELECT config, yaml_config, yaml_pending, source, departed_at IS NOT NULL FROM bots WHERE id = ?1",
    )?
    .query_row([id], |row| {
        Ok(StoredConfig {
            config: row.get(0)?,
            yaml: row.get(1)?,
            pending: row.get(2)?,
            source: row.get(3)?,
            departed: row.get(4)?,
        })
    })
    .optional()?)
}

/// Who bears a name already, in whatever case; the room itself has one, too.
///
/// # Errors
/// Database errors.
pub fn named(c: &Connection, name: &str) -> Result<Option<String>> {
    if bot_file::same_name(name, bot_file::RESERVED_NAME) {
        return Ok(Some("the room itself".into()));
    }
    Ok(c.prepare_cached(NAMED)?
        .query_row([name, &name.trim().to_lowercase()], |row| row.get(0))
        .optional()?)
}

/// In two parts, so that each is found in its index.
const NAMED: &str = "SELECT id FROM bots WHERE departed_at IS NULL AND name = ?1 \
    UNION ALL SELECT id FROM bots WHERE departed_at IS NULL AND lower(trim(name)) = ?2 LIMIT 1";

/// Adds a bot; `yaml` tells that its configuration is a file's.
///
/// # Errors
/// Database errors, an id that is taken among them.
pub fn insert_bot(c: &Connection, id: &str, name: &str, config: &str, yaml: bool, at: Stamp) -> Result<()> {
    c.prepare_cached(
        "INSERT INTO bots (id, name, source, config, yaml_config, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![
        id,
        name,
        if yaml { "yaml" } else { "custom" },
        config,
        yaml.then_some(config),
        at.micros()
    ])?;
    Ok(())
}

/// Sets the live configuration.
///
/// # Errors
/// Database errors.
pub fn set_config(c: &Connection, id: &str, name: &str, config: &str) -> Result<()> {
    c.prepare_cached("UPDATE bots SET config = ?2, name = ?3 WHERE id = ?1")?.execute([id, config, name])?;
    Ok(())
}

/// Notes what the file says now; `None` for the pending one settles the matter.
///
/// # Errors
/// Database errors.
pub fn set_yaml(c: &Connection, id: &str, yaml: Option<&str>, pending: Option<&str>) -> Result<()> {
    c.prepare_cached("UPDATE bots SET yaml_config = ?2, yaml_pending = ?3 WHERE id = ?1")?
        .execute(params![id, yaml, pending])?;
    Ok(())
}

/// A bot leaves; its posts stay.
///
/// # Errors
/// Database errors.
pub fn depart(c: &Connection, id: &str, at: Stamp) -> Result<()> {
    c.prepare_cached("UPDATE bots SET departed_at = ?2, next_beat_at = NULL WHERE id = ?1")?
        .execute(params![id, at.micros()])?;
    Ok(())
}

/// A bot that left is present again, without what was wrong when it left; its next beat is planned anew. `anew` is
/// the name and the configuration of a file that takes the place of a removed custom bot.
///
/// # Errors
/// Database errors.
pub fn come_back(c: &Connection, id: &str, anew: Option<(&str, &str)>) -> Result<()> {
    c.prepare_cached(
        "UPDATE bots SET departed_at = NULL, next_beat_at = NULL, gate = NULL, failing = NULL, outage = 0 WHERE id = ?1",
    )?
    .execute([id])?;
    if let Some((name, config)) = anew {
        c.prepare_cached(
            "UPDATE bots SET source = 'yaml', name = ?2, config = ?3, yaml_config = ?3, yaml_pending = NULL, \
             is_paused = 0, token_cap = NULL, cost_cap = NULL, pace_seconds = NULL WHERE id = ?1",
        )?
        .execute([id, name, config])?;
    }
    Ok(())
}

const FROM_FILES: &str = "SELECT id FROM bots WHERE source = 'yaml' AND departed_at IS NULL ORDER BY id";

/// Present bots that come from files.
///
/// # Errors
/// Database errors.
pub fn from_files(c: &Connection) -> Result<Vec<String>> {
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
pub fn custom_count(c: &Connection) -> Result<i64> {
    Ok(c.prepare_cached(CUSTOM_COUNT)?.query_row([], |row| row.get(0))?)
}

/// Stops or lets go a bot; clears why its last beat was gated.
///
/// # Errors
/// Database errors.
pub fn set_paused(c: &Connection, id: &str, paused: bool) -> Result<()> {
    c.prepare_cached("UPDATE bots SET is_paused = ?2 WHERE id = ?1")?.execute(params![id, paused])?;
    Ok(())
}

/// Sets a bot's own caps; `None` is the default. Clears why its last beat was gated.
///
/// # Errors
/// Database errors.
pub fn set_caps(c: &Connection, id: &str, tokens: Option<i64>, cost: Option<Money>) -> Result<()> {
    c.prepare_cached("UPDATE bots SET token_cap = ?2, cost_cap = ?3, gate = NULL WHERE id = ?1")?
        .execute(params![id, tokens, cost.map(Money::nanos)])?;
    Ok(())
}

/// Sets a bot's own pace; `None` is the room's.
///
/// # Errors
/// Database errors.
pub fn set_pace(c: &Connection, id: &str, seconds: Option<u32>) -> Result<()> {
    c.prepare_cached("UPDATE bots SET pace_seconds = ?2 WHERE id = ?1")?.execute(params![id, seconds])?;
    Ok(())
}

/// When anything last happened in the room's time; `None` in a new one.
///
/// # Errors
/// Database errors.
pub fn latest(c: &Connection) -> Result<Option<Stamp>> {
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
pub fn has_threads(c: &Connection) -> Result<bool> {
    Ok(c.prepare_cached("SELECT 1 FROM threads LIMIT 1")?.query_row([], |_| Ok(())).optional()?.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Durability, Store, beat};

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
                        all.push(row.get(3)?);
                    }
                    Ok(all)
                })
                .unwrap()
        };
        for sql in [NAMED, CUSTOM_COUNT, FROM_FILES, beat::MAYBE_ASTRAY, beat::PLANS, beat::PINNED] {
            let steps = plan(sql);
            let read: Vec<_> = steps.iter().filter(|step| step.contains(" bots")).collect();
            assert!(!read.is_empty() && read.iter().all(|step| step.contains("INDEX")), "{sql}: {steps:?}");
        }
        store.close();
    }
}
