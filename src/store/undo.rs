//! Going back in a copy of a society: what the last entries changed is noted as what undoes it.
//!
//! Triggers of the writing connection alone note it in its temporary memory, so that the database itself and its schema
//! stay what they are. The full-text indexes are made when somebody searches
//! ([`super::indexing::note_missing`]); what is gone is taken out of them.

use rusqlite::{OptionalExtension, params};

use super::{Db, Result};

/// Entries that can be undone.
pub const DEPTH: i64 = 1_024;

/// Tables whose changes need not be undone: what they hold is made anew, or of no society.
const LEFT_OUT: &[&str] = &["index_queue", "tokens", "snapshots"];

/// Begins to note on this connection. Nothing is noted before [`mark`].
///
/// # Errors
/// Database errors.
pub fn begin(c: &Db) -> Result<()> {
    // What a REPLACE throws out is noted as well.
    c.set_pragma("recursive_triggers", "ON")?;
    c.execute_batch(
        "CREATE TEMP TABLE undo_entry (entry INTEGER NOT NULL);
         CREATE TEMP TABLE undo_log (id INTEGER PRIMARY KEY, entry INTEGER NOT NULL, sql TEXT NOT NULL);
         CREATE INDEX temp.undo_entries ON undo_log (entry);",
    )?;
    super::indexing::wait_for_a_search(c)?;
    for table in tables(c)? {
        c.execute_batch(&triggers(c, &table)?)?;
    }
    Ok(())
}

/// What is changed from here on belongs to entry `number`.
///
/// # Errors
/// Database errors.
pub fn mark(c: &Db, number: i64) -> Result<()> {
    c.prepare_cached("DELETE FROM temp.undo_entry")?.execute([])?;
    c.prepare_cached("INSERT INTO temp.undo_entry (entry) VALUES (?1)")?.execute([number])?;
    // SQLite's own table of sequences has no triggers.
    let sequence: Option<i64> = c
        .prepare_cached("SELECT seq FROM sqlite_sequence WHERE name = 'memories'")?
        .query_row([], |row| row.get(0))
        .optional()?;
    let mut undo = "DELETE FROM sqlite_sequence WHERE name = 'memories';".to_owned();
    if let Some(sequence) = sequence {
        undo += &format!("INSERT INTO sqlite_sequence (name, seq) VALUES ('memories', {sequence});");
    }
    c.prepare_cached("INSERT INTO temp.undo_log (entry, sql) VALUES (?1, ?2)")?
        .execute(params![number, undo])?;
    c.prepare_cached("DELETE FROM temp.undo_log WHERE entry <= ?1")?.execute([number - DEPTH])?;
    Ok(())
}

/// The earliest entry after which the state can be had back; `None` while nothing was noted.
///
/// # Errors
/// Database errors.
pub fn floor(c: &Db) -> Result<Option<i64>> {
    let first: Option<i64> =
        c.prepare_cached("SELECT min(entry) FROM temp.undo_log")?.query_row([], |row| row.get(0))?;
    Ok(first.map(|entry| entry - 1))
}

/// Undoes every entry after `number`.
///
/// # Errors
/// Database errors.
pub fn back(c: &Db, number: i64) -> Result<()> {
    c.execute("DELETE FROM temp.undo_entry", [])?;
    c.set_pragma("defer_foreign_keys", "ON")?;
    let steps: Vec<String> = c
        .prepare_cached("SELECT sql FROM temp.undo_log WHERE entry > ?1 ORDER BY id DESC")?
        .query_map([number], |row| row.get(0))?
        .collect::<std::result::Result<_, _>>()?;
    for step in &steps {
        c.execute_batch(step)?;
        unindex(c, step)?;
    }
    c.execute("DELETE FROM temp.undo_log WHERE entry > ?1", [number])?;
    c.execute("DELETE FROM thoughts WHERE activity_id > ?1", [super::activities::last_seq(c)?])?;
    Ok(())
}

/// Forgets everything that was noted: what comes next is not.
///
/// # Errors
/// Database errors.
pub fn forget(c: &Db) -> Result<()> {
    Ok(c.execute_batch("DELETE FROM temp.undo_entry; DELETE FROM temp.undo_log")?)
}

/// Takes a row out of the full-text index that `step` took out of its table.
fn unindex(c: &Db, step: &str) -> Result<()> {
    for (table, index, factor, side) in
        [("threads", "posts_fts", 2, 0), ("replies", "posts_fts", 2, 1), ("archive", "archive_fts", 1, 0)]
    {
        let gone = step.strip_prefix("DELETE FROM main.").and_then(|rest| rest.strip_prefix(table));
        if let Some(id) = gone.and_then(|rest| rest.strip_prefix(" WHERE id = ")?.parse::<i64>().ok()) {
            super::indexing::take_out(c, index, id * factor + side)?;
        }
    }
    Ok(())
}

fn tables(c: &Db) -> Result<Vec<String>> {
    let mut statement = c.prepare(
        "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' \
         AND name NOT LIKE '%\\_fts\\_%' ESCAPE '\\' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name",
    )?;
    let names: Vec<String> =
        statement.query_map([], |row| row.get(0))?.collect::<std::result::Result<_, _>>()?;
    Ok(names.into_iter().filter(|name| !LEFT_OUT.contains(&name.as_str())).collect())
}

/// The triggers that note how each change of a table is undone.
fn triggers(c: &Db, table: &str) -> Result<String> {
    let mut statement = c.prepare(&format!("SELECT name, pk FROM main.pragma_table_info('{table}')"))?;
    let columns: Vec<(String, i64)> =
        statement.query_map([], |row| row.try_into())?.collect::<std::result::Result<_, _>>()?;
    let mut keys: Vec<&(String, i64)> = columns.iter().filter(|(_, pk)| *pk > 0).collect();
    keys.sort_by_key(|(_, pk)| *pk);
    let here = |row: &str| -> String {
        let one = |(name, _): &&(String, i64)| format!("{name} = ' || quote({row}.{name}) || '");
        keys.iter().map(one).collect::<Vec<_>>().join(" AND ")
    };
    let names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
    let values: Vec<String> = names.iter().map(|name| format!("' || quote(OLD.{name}) || '")).collect();
    let sets: Vec<String> =
        names.iter().map(|name| format!("{name} = ' || quote(OLD.{name}) || '")).collect();
    let noted = |event: &str, undo: String| {
        format!(
            "CREATE TEMP TRIGGER undo_{table}_{event} AFTER {event} ON main.{table} BEGIN \
             INSERT INTO undo_log (entry, sql) SELECT entry, '{undo}' FROM undo_entry; END;\n"
        )
    };
    let update =
        noted("UPDATE", format!("UPDATE main.{table} SET {} WHERE {}", sets.join(", "), here("NEW")));
    if table == "thoughts" {
        return Ok(update); // they are stored at the end of a group, whichever entry they belong to
    }
    Ok(update
        + &noted("INSERT", format!("DELETE FROM main.{table} WHERE {}", here("NEW")))
        + &noted(
            "DELETE",
            format!("INSERT INTO main.{table} ({}) VALUES ({})", names.join(", "), values.join(", ")),
        ))
}
