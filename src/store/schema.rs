//! The tables: of a new home at once, of an older one by numbered steps; and the refusal of what is newer or damaged.

use std::path::Path;

use rusqlite::{ErrorCode, Transaction};
use rusqlite_migration::{M, Migrations};

use super::{Db, Durability, Result, StoreError};

fn steps() -> Vec<M<'static>> {
    vec![
        M::up(include_str!("migrations/001_society.sql")),
        M::up(include_str!("migrations/002_full_text_merges.sql")),
        M::up(include_str!("migrations/003_thought_bases.sql")),
        M::up(include_str!("migrations/004_money_and_time.sql")),
        M::up_with_hook(include_str!("migrations/005_archive.sql"), |tx: &Transaction<'_>| {
            Ok(super::upgrade::bring_to_eras(tx)?)
        }),
        M::up_with_hook(include_str!("migrations/006_words.sql"), |tx: &Transaction<'_>| {
            Ok(super::upgrade::index_every_script(tx)?)
        }),
        M::up(include_str!("migrations/007_journal.sql")),
        M::up(include_str!("migrations/008_many_bots.sql")),
        M::up(include_str!("migrations/009_bound.sql")),
        M::up(include_str!("migrations/010_timeline.sql")),
    ]
}

/// The schema this version writes (`PRAGMA user_version`): the number of [`steps`].
pub const SCHEMA_VERSION: i64 = 10;

/// What all [`steps`] come to: a new home is made in a third of the work.
const SCHEMA: &str = include_str!("migrations/schema.sql");

/// Makes the tables of a new home, in one transaction.
fn found(connection: &Db) -> Result<()> {
    let version = format!("PRAGMA user_version = {SCHEMA_VERSION}");
    let done = connection.execute_batch(&["BEGIN IMMEDIATE;", SCHEMA, &version, "; COMMIT"].concat());
    if done.is_err() && !connection.is_autocommit() {
        let _ = connection.execute_batch("ROLLBACK");
    }
    Ok(done?)
}

/// The pages that the writing connection keeps, in KiB, as SQLite has it: below zero.
pub(super) const CACHE: i64 = -6_000;

/// Brings a database up to this version's schema and sets it up for writing.
pub(super) fn prepare(connection: &mut Db, path: &Path, durability: Durability) -> Result<()> {
    let version = verify_version(connection, path)?;
    // For new files: a thought record fills one, and an index of a hundred thousand is two pages deep.
    connection.set_pragma("page_size", 8_192)?;
    connection.set_pragma("journal_mode", "WAL").map_err(|e| damaged(e, path))?;
    connection.set_pragma(
        "synchronous",
        match durability {
            Durability::Full => "FULL",
            Durability::Normal => "NORMAL",
        },
    )?;
    connection.set_pragma("foreign_keys", "ON")?;
    connection.set_pragma("cache_size", CACHE)?;
    connection.set_pragma("temp_store", "MEMORY")?;
    connection.set_pragma("wal_autocheckpoint", 1_000)?;
    connection.set_pragma("journal_size_limit", super::wal::LIMIT)?;
    if version == 0 {
        found(connection).map_err(|error| match error {
            StoreError::Sqlite(error) => damaged(error, path),
            other => other,
        })?;
    } else {
        Migrations::new(steps()).to_latest(connection.raw()).map_err(|error| match error {
            rusqlite_migration::Error::RusqliteError { err, .. } => damaged(err, path),
            other => StoreError::Corrupt(other.to_string()),
        })?;
    }
    super::fulltext::ready(connection)
}

/// Refuses what is no society that this version can bring up to date; answers its schema.
pub(super) fn verify_any(connection: &Db, path: &Path) -> Result<i64> {
    match verify_version(connection, path)? {
        0 => Err(StoreError::Missing(path.to_path_buf())),
        found => Ok(found),
    }
}

/// Refuses what cannot be read.
pub(super) fn verify(connection: &Db, path: &Path) -> Result<()> {
    let found = verify_any(connection, path)?;
    if found < SCHEMA_VERSION {
        return Err(StoreError::OlderSchema { path: path.to_path_buf(), found, known: SCHEMA_VERSION });
    }
    Ok(())
}

fn verify_version(connection: &Db, path: &Path) -> Result<i64> {
    let found: i64 = connection.pragma("user_version").map_err(|e| damaged(e, path))?;
    if found > SCHEMA_VERSION {
        return Err(StoreError::NewerSchema { path: path.to_path_buf(), found, known: SCHEMA_VERSION });
    }
    Ok(found)
}

fn damaged(error: rusqlite::Error, path: &Path) -> StoreError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            StoreError::Damaged { path: path.to_path_buf(), detail: error.to_string() }
        }
        _ => StoreError::Sqlite(error),
    }
}

/// As an earlier version left it.
#[cfg(test)]
pub(super) fn prepare_to(connection: &mut Db, version: usize) -> Result<()> {
    Migrations::new(steps())
        .to_version(connection.raw(), version)
        .map_err(|error| StoreError::Corrupt(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_the_number_of_steps() {
        assert_eq!(usize::try_from(SCHEMA_VERSION), Ok(steps().len()));
    }

    /// What a database consists of, without remarks and blanks.
    fn parts(c: &Db) -> Vec<String> {
        let bare = |sql: &str| -> String {
            let lines = sql.lines().map(|line| line.split("--").next().unwrap_or_default());
            lines.flat_map(str::split_whitespace).collect()
        };
        let mut parts = c
            .prepare(
                "SELECT type || ' ' || name || ': ' || ifnull(sql, '') FROM sqlite_schema
                 UNION ALL SELECT 'posts_fts ' || k || v FROM posts_fts_config
                 UNION ALL SELECT 'archive_fts ' || k || v FROM archive_fts_config ORDER BY 1",
            )
            .unwrap();
        let parts = parts.query_map([], |row| row.get::<_, String>(0)).unwrap();
        parts.map(|part| bare(&part.unwrap())).collect()
    }

    #[test]
    fn a_new_home_is_what_the_steps_lead_an_older_one_to() {
        let dir = tempfile::tempdir().unwrap();
        let [new, old] = ["new.db", "old.db"].map(|name| dir.path().join(name));
        let mut made = super::super::open_connection(&new, false).unwrap();
        prepare(&mut made, &new, Durability::Full).unwrap();
        let mut brought = super::super::open_connection(&old, false).unwrap();
        prepare_to(&mut brought, 1).unwrap();
        prepare(&mut brought, &old, Durability::Full).unwrap();
        assert_eq!(parts(&made), parts(&brought));
        assert_eq!(made.pragma::<i64>("user_version").unwrap(), SCHEMA_VERSION);
    }

    #[test]
    fn migrations_run_and_a_newer_schema_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.db");
        let mut connection = super::super::open_connection(&path, false).unwrap();
        prepare(&mut connection, &path, Durability::Full).unwrap();
        prepare(&mut connection, &path, Durability::Full).unwrap();
        connection.set_pragma("user_version", SCHEMA_VERSION + 1).unwrap();
        let error = prepare(&mut connection, &path, Durability::Full).unwrap_err();
        assert!(matches!(error, StoreError::NewerSchema { .. }), "{error}");
    }

    #[test]
    fn older_rows_tell_what_the_caps_count_of_them() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.db");
        let mut c = super::super::open_connection(&path, false).unwrap();
        prepare_to(&mut c, 8).unwrap();
        c.execute_batch(
            "INSERT INTO usage_daily (bot_id, day, provider, model, input, output) VALUES
               ('a', 'd1', 'ollama', 'm', 40, 2), ('a', 'd1', 'scripted', 'm', 10, 1), ('a', 'd2', 'calm', 'm', 7, 1);
             INSERT INTO usage_room (day, tokens, bound_tokens) VALUES ('d1', 53, 42), ('d2', 8, 0);",
        )
        .unwrap();
        prepare(&mut c, &path, Durability::Normal).unwrap();
        let bound = "SELECT group_concat(provider || ' ' || bound_tokens ORDER BY provider) FROM usage_daily";
        let bound: String = c.query_row(bound, [], |row| row.get(0)).unwrap();
        assert_eq!(bound, "calm 0,ollama 42,scripted 0");
    }

    #[test]
    fn a_file_that_is_no_database_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.db");
        std::fs::write(&path, "this is not a database, but long enough to have a header ".repeat(20))
            .unwrap();
        let mut connection = super::super::open_connection(&path, false).unwrap();
        let error = prepare(&mut connection, &path, Durability::Full).unwrap_err();
        assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
    }
}
