//! The state of a society after an entry of its journal: from there its past is applied again.
//!
//! Tables that stay small are written down whole. Of those that only grow, the rows up to the newest one are in the
//! database itself, which never deletes them; written down is what changes in them (counters, values, when a post was
//! hidden). So a snapshot is restored beside the database it was taken from.

use std::path::Path;

use rusqlite::types::{Value, ValueRef};
use rusqlite::{OptionalExtension, params, params_from_iter};

use super::columns::columns;
use super::{Db, Durability, Result, StoreError};
use crate::domain::Stamp;

/// Snapshots kept beside those that are a beginning.
pub const MOST: usize = 32;
/// zstd's level: fast, and small enough.
const LEVEL: i32 = 3;
/// A state larger than this is damaged.
const LARGEST: usize = 1 << 30;

/// Tables that are written down whole.
const WHOLE: &[&str] = &[
    "meta",
    "bots",
    "thread_tags",
    "follows",
    "ties",
    "memories",
    "flags",
    "events",
    "usage_daily",
    "usage_room",
    "beats_daily",
    "extractions",
    "reservations",
    "token_rates",
    "ladder",
    "reputation_daily",
    "actions_daily",
    "search_cache",
    "sqlite_sequence",
    "in_flight",
];

/// Of the newest activities the charge may still rise, and their memories may still be extracted.
const RECENT: i64 = 2_048;

/// Tables that only grow, with the columns of theirs that change.
const GROWING: &[(&str, &[&str])] = &[
    (
        "threads",
        &["last_activity_at", "last_seq", "reply_count", "upvotes", "downvotes", "pinned", "deleted_at"],
    ),
    ("replies", &["upvotes", "downvotes", "deleted_at"]),
    ("votes", &["value", "created_at"]),
    ("archive", &[]),
];

/// What is known of a snapshot without reading its state.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Snapshot {
    /// The entry after which it was taken; 0 before the first.
    pub number: i64,
    /// The room's time.
    pub at: Stamp,
    /// The newest activity then.
    pub through: i64,
    /// The number of the rules that its future follows.
    pub rules: u32,
    /// Whether nothing before it can be applied again.
    pub base: bool,
    /// Bytes of its state.
    pub bytes: i64,
}

/// Takes a snapshot after entry `number`. Nothing may wait for a server.
///
/// # Errors
/// Database errors.
pub fn take(c: &Db, number: i64, at: Stamp, rules: u32, base: bool) -> Result<()> {
    let through = super::activities::last_seq(c)?;
    let mut raw = Vec::new();
    for table in WHOLE {
        write_rows(c, &mut raw, &format!("SELECT * FROM {table}"))?;
    }
    for (table, changing) in GROWING {
        let columns: String = changing.iter().map(|column| format!(", {column}")).collect();
        write_rows(c, &mut raw, &format!("SELECT id{columns} FROM {table} ORDER BY id"))?;
    }
    write_rows(
        c,
        &mut raw,
        &format!(
            "SELECT id, tokens_used, cost, remembered FROM activities WHERE id > {} OR remembered = 0 ORDER BY id",
            through - RECENT
        ),
    )?;
    let state = zstd::bulk::compress(&raw, LEVEL).map_err(|error| damaged(&error.to_string()))?;
    c.execute(
        "INSERT OR REPLACE INTO snapshots (number, at, through, rules, base, state, opened, entries) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, \
         ifnull((SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'opened_entry'), 0), \
         (SELECT ifnull(sum(length(input)), 0) FROM journal \
          WHERE number > (SELECT ifnull(max(number), 0) FROM snapshots)))",
        params![number, at, through, rules, base, state],
    )?;
    Ok(())
}

columns! {
    SNAPSHOT, snapshot -> Snapshot {
        number,
        at,
        through,
        rules,
        base,
        bytes = "length(state)",
    }
}

/// Every snapshot, by number.
///
/// # Errors
/// Database errors.
pub fn all(c: &Db) -> Result<Vec<Snapshot>> {
    let mut statement = c.prepare_cached(&format!("SELECT {SNAPSHOT} FROM snapshots ORDER BY number"))?;
    let rows = statement.query_map([], snapshot)?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// The newest snapshot of rules `rules` after entry `through` or before; only beginnings where `base`.
///
/// # Errors
/// Database errors.
pub fn nearest(c: &Db, through: i64, rules: u32, base: bool) -> Result<Option<i64>> {
    Ok(c.prepare_cached(
        "SELECT max(number) FROM snapshots WHERE number <= ?1 AND rules = ?2 AND (base OR NOT ?3)",
    )?
    .query_row(params![through, rules, base], |row| row.get(0))?)
}

/// The snapshot that is the beginning of rules `rules`: nothing before it can be applied again.
///
/// # Errors
/// Database errors.
pub fn base(c: &Db, rules: u32) -> Result<Option<Snapshot>> {
    Ok(all(c)?.into_iter().rfind(|snapshot| snapshot.base && snapshot.rules == rules))
}

/// The entry that opened the room last before a snapshot.
///
/// # Errors
/// Database errors.
pub fn opened(c: &Db, number: i64) -> Result<Option<i64>> {
    Ok(c.query_row("SELECT opened FROM snapshots WHERE number = ?1", [number], |row| row.get(0))
        .optional()?)
}

/// Drops every second snapshot that is no beginning, and answers how many are left.
///
/// # Errors
/// Database errors.
pub fn thin(c: &Db) -> Result<usize> {
    let numbers: Vec<i64> =
        all(c)?.into_iter().filter(|snapshot| !snapshot.base).map(|snapshot| snapshot.number).collect();
    for number in numbers.iter().step_by(2) {
        c.execute(
            "UPDATE snapshots SET entries = entries + (SELECT entries FROM snapshots WHERE number = ?1) \
             WHERE number = (SELECT min(number) FROM snapshots WHERE number > ?1)",
            [number],
        )?;
        c.execute("DELETE FROM snapshots WHERE number = ?1", [number])?;
    }
    Ok(numbers.len() - numbers.len().div_ceil(2))
}

/// Lets go of the oldest entries where the journal holds more than `keep` bytes: a snapshot becomes its new beginning.
/// Answers how many entries went.
///
/// # Errors
/// Database errors.
pub fn trim(c: &Db, keep: u64) -> Result<usize> {
    let mut statement = c.prepare_cached("SELECT number, entries FROM snapshots ORDER BY number")?;
    let held: Vec<(i64, u64)> = statement
        .query_map([], |row| {
            let (number, entries): (i64, i64) = row.try_into()?;
            Ok((number, entries.unsigned_abs()))
        })?
        .collect::<std::result::Result<_, _>>()?;
    let mut bytes: u64 = held.iter().map(|(_, entries)| entries).sum();
    let mut beginning = None;
    for (number, entries) in held {
        if bytes <= keep {
            break;
        }
        bytes -= entries;
        beginning = Some(number);
    }
    let Some(beginning) = beginning else { return Ok(0) };
    c.execute("DELETE FROM snapshots WHERE number < ?1", [beginning])?;
    c.execute("UPDATE snapshots SET base = 1, entries = 0 WHERE number = ?1", [beginning])?;
    // How the room was opened is needed to go on from a snapshot.
    Ok(c.execute(
        "DELETE FROM journal WHERE number <= ?1 AND number NOT IN (SELECT opened FROM snapshots)",
        [beginning],
    )?)
}

/// Drops the snapshots that are no beginning: rows they rely on were deleted.
///
/// # Errors
/// Database errors.
pub fn forget(c: &Db) -> Result<()> {
    c.execute("DELETE FROM snapshots WHERE base = 0", [])?;
    Ok(())
}

/// Makes `target`, which is not there yet, the society of `source` after snapshot `number`, which is kept in `states` (the
/// society itself, or a copy of its past). The full-text indexes are made anew with the next commit, unless the copy is
/// only looked at.
///
/// # Errors
/// There is no such snapshot, it is damaged, or the files cannot be read or written.
pub fn restore(source: &Path, states: &Path, target: &Path, number: i64, indexed: bool) -> Result<()> {
    super::Store::open(target, Durability::Normal)?.close();
    let c = Db::open(target)?;
    c.set_pragma("foreign_keys", "OFF")?;
    c.set_pragma("synchronous", "OFF")?;
    // Nobody sees the file before it is whole, and nothing in it is to be undone.
    c.set_pragma("journal_mode", "OFF")?;
    c.set_pragma("temp_store", "MEMORY")?;
    c.set_pragma("cache_size", -128_000)?;
    c.execute("ATTACH ?1 AS source", [source.to_string_lossy()])?;
    c.execute("ATTACH ?1 AS states", [states.to_string_lossy()])?;
    let whole = c.begin()?;
    let (through, state): (i64, Vec<u8>) = c
        .query_row("SELECT through, state FROM states.snapshots WHERE number = ?1", [number], |row| {
            row.try_into()
        })
        .optional()?
        .ok_or_else(|| StoreError::Corrupt(format!("there is no snapshot {number}")))?;
    let raw = zstd::bulk::decompress(&state, LARGEST).map_err(|error| damaged(&error.to_string()))?;
    let mut rest = raw.as_slice();
    let indexes = take_indexes(&c)?;
    for table in WHOLE {
        c.execute(&format!("DELETE FROM {table}"), [])?;
        let columns = columns_of(&c, table)?.len();
        let marks = vec!["?"; columns].join(", ");
        let mut insert = c.prepare(&format!("INSERT INTO main.{table} VALUES ({marks})"))?;
        read_rows(&mut rest, |row| Ok(insert.execute(params_from_iter(row)).map(drop)?))?;
    }
    for (table, changing) in GROWING {
        grow(&c, table, changing, &mut rest)?;
    }
    c.execute("INSERT INTO main.activities SELECT * FROM source.activities WHERE id <= ?1", [through])?;
    {
        let mut set = c.prepare(
            "UPDATE main.activities SET tokens_used = ?2, cost = ?3, remembered = ?4 WHERE id = ?1",
        )?;
        read_rows(&mut rest, |row| Ok(set.execute(params_from_iter(row)).map(drop)?))?;
    }
    // Of what is only looked at, records are read where they come from; those may still get exchanges.
    let recorded = if indexed { 0 } else { through - RECENT };
    c.execute(
        "INSERT INTO main.thoughts SELECT * FROM source.thoughts WHERE activity_id BETWEEN ?1 AND ?2",
        [recorded, through],
    )?;
    c.execute(
        "INSERT INTO main.snapshots (number, at, through, rules, base, opened, entries, state) \
         SELECT number, at, through, rules, 1, opened, 0, state FROM states.snapshots WHERE number = ?1",
        [number],
    )?;
    // How the room was opened is needed to go on from there.
    c.execute(
        "INSERT INTO main.journal SELECT * FROM source.journal WHERE number IN (SELECT opened FROM main.snapshots)",
        [],
    )?;
    indexes.iter().try_for_each(|index| c.execute_batch(index))?;
    if indexed {
        c.execute_batch(
            "INSERT INTO main.index_queue (kind, id, known) SELECT 0, id, 0 FROM main.threads WHERE deleted_at IS NULL; \
             INSERT INTO main.index_queue (kind, id, known) SELECT 1, id, 0 FROM main.replies WHERE deleted_at IS NULL; \
             INSERT INTO main.index_queue (kind, id, known) SELECT 2, id, 0 FROM main.archive;",
        )?;
    }
    whole.commit()?;
    c.execute_batch("DETACH source; DETACH states")?;
    Ok(())
}

/// Takes the indexes of the large tables away, which are made faster when all is there; answers how.
fn take_indexes(c: &Db) -> Result<Vec<String>> {
    let mut statement = c.prepare(
        "SELECT name, sql FROM main.sqlite_schema WHERE type = 'index' AND sql IS NOT NULL \
         AND tbl_name IN ('threads', 'replies', 'archive', 'activities')",
    )?;
    let all: Vec<(String, String)> =
        statement.query_map([], |row| row.try_into())?.collect::<std::result::Result<_, _>>()?;
    all.iter().try_for_each(|(name, _)| c.execute_batch(&format!("DROP INDEX main.{name}")))?;
    Ok(all.into_iter().map(|(_, sql)| sql).collect())
}

/// Takes the rows of a table that only grows from the source, with what changes in them as it was.
fn grow(c: &Db, table: &str, changing: &[&str], rest: &mut &[u8]) -> Result<()> {
    let numbered: String = (0..changing.len()).map(|at| format!(", c{at}")).collect();
    let marks: String = changing.iter().map(|_| ", ?").collect();
    c.execute_batch(&format!("CREATE TEMP TABLE kept (id INTEGER PRIMARY KEY{numbered})"))?;
    {
        let mut insert = c.prepare(&format!("INSERT INTO temp.kept VALUES (?{marks})"))?;
        read_rows(rest, |row| Ok(insert.execute(params_from_iter(row)).map(drop)?))?;
    }
    let columns = columns_of(c, table)?;
    let chosen: Vec<String> = columns
        .iter()
        .map(|column| match changing.iter().position(|name| name == column) {
            Some(at) => format!("k.c{at}"),
            None => format!("t.{column}"),
        })
        .collect();
    c.execute_batch(&format!(
        "INSERT INTO main.{table} ({}) SELECT {} FROM temp.kept k JOIN source.{table} t ON t.id = k.id ORDER BY k.id; \
         DROP TABLE temp.kept",
        columns.join(", "),
        chosen.join(", ")
    ))?;
    Ok(())
}

fn columns_of(c: &Db, table: &str) -> Result<Vec<String>> {
    let mut statement = c.prepare(&format!("SELECT name FROM pragma_table_info('{table}')"))?;
    let names: Vec<String> =
        statement.query_map([], |row| row.get(0))?.collect::<std::result::Result<_, _>>()?;
    // The sequence of SQLite's own describes itself to nobody.
    Ok(if table == "sqlite_sequence" { vec!["name".into(), "seq".into()] } else { names })
}

/// The rows of a query: how many columns, then each value, then an end.
fn write_rows(c: &Db, into: &mut Vec<u8>, sql: &str) -> Result<()> {
    let mut statement = c.prepare_cached(sql)?;
    let columns = statement.column_count();
    into.push(u8::try_from(columns).map_err(|_| damaged("a table has too many columns"))?);
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        for index in 0..columns {
            match row.get_ref(index)? {
                ValueRef::Null => into.push(1),
                ValueRef::Integer(number) => {
                    into.push(2);
                    into.extend(number.to_le_bytes());
                }
                ValueRef::Real(number) => {
                    into.push(3);
                    into.extend(number.to_le_bytes());
                }
                ValueRef::Text(text) => sized(into, 4, text)?,
                ValueRef::Blob(blob) => sized(into, 5, blob)?,
            }
        }
    }
    into.push(0);
    Ok(())
}

fn sized(into: &mut Vec<u8>, tag: u8, bytes: &[u8]) -> Result<()> {
    let length = u32::try_from(bytes.len()).map_err(|_| damaged("a value is too long"))?;
    into.push(tag);
    into.extend(length.to_le_bytes());
    into.extend(bytes);
    Ok(())
}

fn read_rows(rest: &mut &[u8], mut each: impl FnMut(Vec<Value>) -> Result<()>) -> Result<()> {
    let columns = usize::from(take_bytes(rest, 1)?[0]);
    loop {
        let mut row = Vec::with_capacity(columns);
        for _ in 0..columns {
            let tag = take_bytes(rest, 1)?[0];
            row.push(match tag {
                0 if row.is_empty() => return Ok(()),
                1 => Value::Null,
                2 => Value::Integer(i64::from_le_bytes(eight(rest)?)),
                3 => Value::Real(f64::from_le_bytes(eight(rest)?)),
                4 | 5 => {
                    let length: [u8; 4] =
                        take_bytes(rest, 4)?.try_into().map_err(|_| damaged("it ends too early"))?;
                    let bytes = take_bytes(rest, u32::from_le_bytes(length) as usize)?.to_vec();
                    if tag == 5 {
                        Value::Blob(bytes)
                    } else {
                        Value::Text(String::from_utf8(bytes).map_err(|_| damaged("a text is none"))?)
                    }
                }
                _ => return Err(damaged("a value has no kind")),
            });
        }
        each(row)?;
    }
}

fn eight(rest: &mut &[u8]) -> Result<[u8; 8]> {
    take_bytes(rest, 8)?.try_into().map_err(|_| damaged("it ends too early"))
}

fn take_bytes<'a>(rest: &mut &'a [u8], count: usize) -> Result<&'a [u8]> {
    let (taken, after) = rest.split_at_checked(count).ok_or_else(|| damaged("it ends too early"))?;
    *rest = after;
    Ok(taken)
}

fn damaged(why: &str) -> StoreError {
    StoreError::Corrupt(format!("a snapshot: {why}"))
}
