//! The journal: what came from outside, in the order in which it was applied, each entry in the
//! transaction of its effect; and the beats that wait for a server.
//!
//! It knows nothing of what the inputs mean: they are JSON here, packed where that is shorter.

use rusqlite::{OptionalExtension, Row, params};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::packing::{self, pack, unpack};
use super::{Db, Result, StoreError};
use crate::domain::Stamp;
use crate::protocol::JournalEntry;

/// One entry.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry<T> {
    /// Its number, from 1 on without a gap.
    pub number: i64,
    /// The room's time when it was applied.
    pub at: Stamp,
    /// The newest activity after it.
    pub through: i64,
    /// What came.
    pub input: T,
}

/// The number that the next entry will have.
///
/// # Errors
/// Database errors.
pub fn next(c: &Db) -> Result<i64> {
    Ok(last(c)? + 1)
}

/// The number of the newest entry, or of the snapshot it begins with; 0 while there is none.
///
/// # Errors
/// Database errors.
pub fn last(c: &Db) -> Result<i64> {
    Ok(c.prepare_cached("SELECT max(ifnull((SELECT max(number) FROM journal), 0), ifnull((SELECT max(number) FROM snapshots), 0))")?
        .query_row([], |row| row.get(0))?)
}

/// Adds an entry as number `number`, the next.
///
/// # Errors
/// Database errors.
pub fn append(c: &Db, number: i64, at: Stamp, through: i64, input: &impl Serialize) -> Result<()> {
    c.prepare_cached("INSERT INTO journal (number, at, through, input) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![number, at, through, pack(input)?])?;
    Ok(())
}

/// Entries after `after`, at most `most` of them.
///
/// # Errors
/// Database errors; an entry that cannot be read.
pub fn read<T: DeserializeOwned>(c: &Db, after: i64, most: u32) -> Result<Vec<Entry<T>>> {
    let mut statement = c.prepare_cached(
        "SELECT number, at, through, input FROM journal WHERE number > ?1 ORDER BY number LIMIT ?2",
    )?;
    let mut rows = statement.query(params![after, most])?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        entries.push(entry(row)?);
    }
    Ok(entries)
}

fn entry<T: DeserializeOwned>(row: &Row<'_>) -> Result<Entry<T>> {
    let number = row.get("number")?;
    let bytes = row.get_ref("input")?.as_blob().map_err(rusqlite::Error::from)?;
    let input =
        unpack(bytes).map_err(|why| StoreError::Corrupt(format!("entry {number} of the journal: {why}")))?;
    Ok(Entry { number, at: row.get("at")?, through: row.get("through")?, input })
}

/// Entries after `after`, at most `most` of them, as they are told to people: without the room's secret.
///
/// # Errors
/// Database errors; an entry that cannot be read.
pub fn told(c: &Db, after: i64, most: u32) -> Result<Vec<JournalEntry>> {
    let entries = read::<Value>(c, after, most)?;
    let told = |Entry { number, at, through, mut input }: Entry<Value>| {
        if let Some(secret) = input.pointer_mut("/opened/room/secret") {
            *secret = Value::Null;
        }
        JournalEntry { number, at, through, input }
    };
    Ok(entries.into_iter().map(told).collect())
}

/// The first entry after which activity `activity` is there; `None` when it never comes.
///
/// # Errors
/// Database errors.
pub fn with_activity(c: &Db, activity: i64) -> Result<Option<i64>> {
    first(c, "through >= ?1", activity)
}

/// The newest activity after entry `number`; `None` where there is no such entry.
///
/// # Errors
/// Database errors.
pub fn through(c: &Db, number: i64) -> Result<Option<i64>> {
    Ok(c.prepare_cached("SELECT through FROM journal WHERE number = ?1")?
        .query_row([number], |row| row.get(0))
        .optional()?)
}

/// When entry `number` was applied.
///
/// # Errors
/// Database errors.
pub fn at(c: &Db, number: i64) -> Result<Option<Stamp>> {
    Ok(c.prepare_cached("SELECT at FROM journal WHERE number = ?1")?
        .query_row([number], |row| row.get(0))
        .optional()?)
}

/// The last entry at `at` or before; 0 when all of them are later.
///
/// # Errors
/// Database errors.
pub fn until(c: &Db, at: Stamp) -> Result<i64> {
    // Entries are in order of their numbers; their times nearly so: the clock may have been set back.
    Ok(c.prepare_cached("SELECT ifnull(max(number), 0) FROM journal WHERE at <= ?1")?
        .query_row([at], |row| row.get(0))?)
}

/// The first number that `condition` holds for, found by halving: `through` never falls.
fn first(c: &Db, condition: &str, value: i64) -> Result<Option<i64>> {
    let mut holds = c.prepare_cached(&format!("SELECT {condition} FROM journal WHERE number = ?2"))?;
    let (mut low, mut high) = (first_number(c)?, last(c)? + 1);
    let end = high;
    while low < high {
        let middle = low + (high - low) / 2;
        let there: Option<bool> = holds.query_row(params![value, middle], |row| row.get(0)).optional()?;
        if there.unwrap_or(false) { high = middle } else { low = middle + 1 }
    }
    Ok((low < end).then_some(low))
}

fn first_number(c: &Db) -> Result<i64> {
    Ok(c.prepare_cached("SELECT ifnull(min(number), 1) FROM journal")?.query_row([], |row| row.get(0))?)
}

/// Stores, or stores anew, what waits.
///
/// # Errors
/// Database errors.
pub fn put_flight(c: &Db, id: i64, bot: &str, state: &impl Serialize) -> Result<()> {
    let packed = packing::squeeze(state)?;
    c.prepare_cached("INSERT OR REPLACE INTO in_flight (id, bot_id, state) VALUES (?1, ?2, ?3)")?
        .execute(params![id, bot, packed])?;
    Ok(())
}

/// What waits under `id`, if it is still there.
///
/// # Errors
/// Database errors.
pub fn flight<T: DeserializeOwned>(c: &Db, id: i64) -> Result<Option<T>> {
    let packed: Option<Vec<u8>> = c
        .prepare_cached("SELECT state FROM in_flight WHERE id = ?1")?
        .query_row([id], |row| row.get(0))
        .optional()?;
    packed
        .map(|packed| {
            unpack(&packed).map_err(|why| StoreError::Corrupt(format!("what waits as {id}: {why}")))
        })
        .transpose()
}

/// Ids of everything that waits, or of what waits of one bot.
///
/// # Errors
/// Database errors.
pub fn flights(c: &Db, bot: Option<&str>) -> Result<Vec<i64>> {
    let mut statement =
        c.prepare_cached("SELECT id FROM in_flight WHERE ?1 IS NULL OR bot_id = ?1 ORDER BY id")?;
    let rows = statement.query_map([bot], |row| row.get(0))?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// It waits no more.
///
/// # Errors
/// Database errors.
pub fn end_flight(c: &Db, id: i64) -> Result<()> {
    c.prepare_cached("DELETE FROM in_flight WHERE id = ?1")?.execute([id])?;
    Ok(())
}

/// How much there is: entries and their bytes.
///
/// # Errors
/// Database errors.
pub fn size(c: &Db) -> Result<(i64, i64)> {
    Ok(c.query_row("SELECT count(*), ifnull(sum(length(input)), 0) FROM journal", [], |row| row.try_into())?)
}
