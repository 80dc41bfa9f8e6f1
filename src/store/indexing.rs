//! The full-text indexes of posts and memories, brought up to date once per group of work.
//!
//! An index that is written in every savepoint is flushed in every savepoint; so changes are
//! noted in a small table and taken in just before the commit, in the same transaction.

use rusqlite::{Connection, OptionalExtension, params};

use super::Result;

/// Something that can be searched for.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Indexed {
    /// A thread's title and opening post.
    Thread(i64),
    /// A reply.
    Reply(i64),
    /// A memory.
    Memory(i64),
}

/// Notes that a row is new or changed; `known` tells that the index may hold it already.
///
/// # Errors
/// Database errors.
pub fn note(c: &Connection, row: Indexed, known: bool) -> Result<()> {
    let (kind, id) = match row {
        Indexed::Thread(id) => (0, id),
        Indexed::Reply(id) => (1, id),
        Indexed::Memory(id) => (2, id),
    };
    // What was noted first in the group tells what the index holds.
    c.prepare_cached("INSERT OR IGNORE INTO index_queue VALUES (?1, ?2, ?3)")?
        .execute(params![kind, id, known])?;
    Ok(())
}

/// Takes in everything that was noted.
///
/// # Errors
/// Database errors.
pub fn take_in(c: &Connection) -> Result<()> {
    let queue: Vec<(u8, i64, bool)> = c
        .prepare_cached("SELECT kind, id, known FROM index_queue ORDER BY kind, id")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<std::result::Result<_, _>>()?;
    if queue.is_empty() {
        return Ok(());
    }
    for (kind, id, known) in queue {
        match kind {
            0 => post(
                c,
                id * 2,
                known,
                "SELECT title, content FROM threads WHERE id = ?1 AND deleted_at IS NULL",
                id,
            )?,
            1 => post(
                c,
                id * 2 + 1,
                known,
                "SELECT '', content FROM replies WHERE id = ?1 AND deleted_at IS NULL",
                id,
            )?,
            _ => memory(c, id, known)?,
        }
    }
    c.prepare_cached("DELETE FROM index_queue")?.execute([])?;
    Ok(())
}

fn post(c: &Connection, rowid: i64, known: bool, text: &str, id: i64) -> Result<()> {
    if known {
        c.prepare_cached("DELETE FROM posts_fts WHERE rowid = ?1")?.execute([rowid])?;
    }
    let found: Option<(String, String)> =
        c.prepare_cached(text)?.query_row([id], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    if let Some((title, content)) = found {
        c.prepare_cached("INSERT INTO posts_fts (rowid, title, content) VALUES (?1, ?2, ?3)")?
            .execute(params![rowid, title, content])?;
    }
    Ok(())
}

fn memory(c: &Connection, id: i64, known: bool) -> Result<()> {
    if known {
        c.prepare_cached("DELETE FROM memories_fts WHERE rowid = ?1")?.execute([id])?;
    }
    let found: Option<(Option<String>, String)> = c
        .prepare_cached("SELECT key, text FROM memories WHERE id = ?1")?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    if let Some((key, text)) = found {
        let text = key.map_or_else(|| text.clone(), |key| format!("{key} {text}"));
        c.prepare_cached("INSERT INTO memories_fts (rowid, text) VALUES (?1, ?2)")?
            .execute(params![id, text])?;
    }
    Ok(())
}
