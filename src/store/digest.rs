//! What a society is, by logical content: one digest of each of its tables.
//!
//! Two databases with the same digests hold the same society, however their pages lie. Thought records are decoded.
//! The full-text index is compared by what it finds. Left out is what is no part of the society: access tokens, the
//! queues of the indexes, the journal.

use std::collections::BTreeSet;

use rusqlite::Row;
use rusqlite::types::ValueRef;
use sha2::{Digest as _, Sha256};

use super::{Db, Result, thoughts};

/// The tables, each with the columns that order its rows.
const TABLES: &[(&str, &str)] = &[
    ("meta", "key"),
    ("bots", "id"),
    ("threads", "id"),
    ("thread_tags", "tag, thread_id"),
    ("replies", "id"),
    ("votes", "id"),
    ("follows", "follower, following"),
    ("ties", "a, b"),
    ("activities", "id"),
    ("memories", "id"),
    ("archive", "id"),
    ("flags", "id"),
    ("events", "id"),
    ("usage_daily", "bot_id, day, provider, model"),
    ("usage_room", "day"),
    ("beats_daily", "bot_id, day"),
    ("extractions", "provider, model"),
    ("reservations", "id"),
    ("token_rates", "provider, model"),
    ("ladder", "provider, model, rung"),
    ("reputation_daily", "bot_id, day"),
    ("actions_daily", "day, bot_id, action_type"),
    ("search_cache", "backend, query"),
];

/// Words that are looked for, about.
const WORDS: usize = 400;

/// One table's digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableDigest {
    /// The table.
    pub table: &'static str,
    /// How many rows it has.
    pub rows: u64,
    /// SHA-256 of its rows, in hexadecimal digits.
    pub sha256: String,
}

/// The digest of every table.
///
/// # Errors
/// Database errors, a damaged thought record.
pub fn society(c: &Db) -> Result<Vec<TableDigest>> {
    let mut digests =
        TABLES.iter().map(|(table, order)| table_digest(c, table, order)).collect::<Result<Vec<_>>>()?;
    digests.push(thought_digest(c)?);
    digests.push(full_text_digest(c)?);
    Ok(digests)
}

fn table_digest(c: &Db, table: &'static str, order: &str) -> Result<TableDigest> {
    let (mut hash, mut count) = (Sha256::new(), 0);
    let mut statement = c.prepare(&format!("SELECT * FROM {table} ORDER BY {order}"))?;
    let columns = statement.column_count();
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        add_row(&mut hash, row, columns)?;
        count += 1;
    }
    Ok(TableDigest { table, rows: count, sha256: hex(hash) })
}

fn add_row(hash: &mut Sha256, row: &Row<'_>, columns: usize) -> Result<()> {
    for index in 0..columns {
        let (tag, bytes): (u8, &[u8]) = match row.get_ref(index)? {
            ValueRef::Null => (0, &[]),
            ValueRef::Integer(number) => {
                hash.update([1]);
                hash.update(number.to_le_bytes());
                continue;
            }
            ValueRef::Real(number) => {
                hash.update([2]);
                hash.update(number.to_le_bytes());
                continue;
            }
            ValueRef::Text(text) => (3, text),
            ValueRef::Blob(blob) => (4, blob),
        };
        hash.update([tag]);
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    }
    Ok(())
}

/// What the words of titles find in the index of posts: its parts lie as they were merged, what it finds does not.
fn full_text_digest(c: &Db) -> Result<TableDigest> {
    let mut words = BTreeSet::new();
    let mut titles = c.prepare("SELECT title FROM threads ORDER BY id")?;
    let mut rows = titles.query([])?;
    while let Some(row) = rows.next()? {
        let title: String = row.get(0)?;
        let apart = title.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() > 3);
        words.extend(apart.map(str::to_lowercase));
        if words.len() >= WORDS {
            break;
        }
    }
    let (mut hash, mut count) = (Sha256::new(), 0);
    let mut found = c.prepare("SELECT rowid FROM posts_fts WHERE posts_fts MATCH ?1 ORDER BY rowid")?;
    for word in words {
        hash.update(word.as_bytes());
        hash.update([0]);
        let mut rows = found.query([format!("\"{word}\"")])?;
        while let Some(row) = rows.next()? {
            hash.update(row.get::<_, i64>(0)?.to_le_bytes());
            count += 1;
        }
    }
    Ok(TableDigest { table: "posts_fts", rows: count, sha256: hex(hash) })
}

fn thought_digest(c: &Db) -> Result<TableDigest> {
    let (mut hash, mut count) = (Sha256::new(), 0);
    let mut statement = c.prepare(
        "SELECT t.record, b.record, t.activity_id FROM thoughts t LEFT JOIN thoughts b ON b.activity_id = t.base \
         WHERE t.base IS NULL OR b.activity_id IS NOT NULL ORDER BY t.activity_id",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let record = thoughts::stored(row, 0)?;
        hash.update(row.get::<_, i64>("activity_id")?.to_le_bytes());
        let json = serde_json::to_vec(&record)
            .map_err(|error| super::StoreError::Corrupt(format!("a thought record: {error}")))?;
        hash.update((json.len() as u64).to_le_bytes());
        hash.update(json);
        count += 1;
    }
    Ok(TableDigest { table: "thoughts", rows: count, sha256: hex(hash) })
}

fn hex(hash: Sha256) -> String {
    use std::fmt::Write as _;
    hash.finalize().iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}"); // a String takes everything
        text
    })
}
