//! The full-text indexes of posts and of the archive.
//!
//! An index that is written in every savepoint is flushed in every savepoint; so changes are
//! noted in a small table. Posts are taken in once per group of work, just before its commit and in
//! the same transaction; archived memories before somebody searches them, or when many wait.

use rusqlite::{OptionalExtension, params};

use super::{Db, Result};
use crate::domain::text::spaced;

/// Something that can be searched for.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Indexed {
    /// A thread's title and opening post.
    Thread(i64),
    /// A reply.
    Reply(i64),
    /// An archived memory.
    Archived(i64),
}

/// Notes that a row is new or changed; `known` tells that the index may hold it already.
///
/// # Errors
/// Database errors.
pub fn note(c: &Db, row: Indexed, known: bool) -> Result<()> {
    let (kind, id) = match row {
        Indexed::Thread(id) => (0, id),
        Indexed::Reply(id) => (1, id),
        Indexed::Archived(id) => (2, id),
    };
    // What was noted first in the group tells what the index holds.
    c.prepare_cached("INSERT OR IGNORE INTO index_queue (kind, id, known) VALUES (?1, ?2, ?3)")?
        .execute(params![kind, id, known])?;
    Ok(())
}

/// Archived memories that wait to be taken in at most: a search takes them in first, and must not take long.
const WAITING: u32 = 500;

/// From here on this connection notes nothing by itself: in a copy that is only looked at the indexes are made when
/// somebody searches ([`note_missing`]).
///
/// # Errors
/// Database errors.
pub fn wait_for_a_search(c: &Db) -> Result<()> {
    Ok(c.execute_batch(
        "CREATE TEMP TABLE indexing (now INTEGER NOT NULL);
         CREATE TEMP TRIGGER wait_for_a_search BEFORE INSERT ON main.index_queue
           WHEN NOT EXISTS (SELECT 1 FROM indexing) BEGIN SELECT RAISE(IGNORE); END;",
    )?)
}

/// Takes a row that is gone out of an index, if it is in it.
///
/// # Errors
/// Database errors.
pub fn take_out(c: &Db, index: &str, rowid: i64) -> Result<()> {
    c.prepare_cached(&format!(
        "DELETE FROM {index} WHERE rowid = ?1 AND EXISTS (SELECT 1 FROM {index}_docsize WHERE id = ?1)"
    ))?
    .execute([rowid])?;
    Ok(())
}

/// Notes every post and archived memory that the indexes lack or hold too much, in a copy that is only looked at and
/// notes nothing by itself ([`wait_for_a_search`]).
///
/// # Errors
/// Database errors.
pub fn note_missing(c: &Db) -> Result<()> {
    Ok(c.execute_batch(
        "INSERT INTO temp.indexing (now) VALUES (1);
         INSERT OR IGNORE INTO index_queue (kind, id, known) SELECT 0, id, 0 FROM threads
           WHERE deleted_at IS NULL AND id * 2 NOT IN (SELECT id FROM posts_fts_docsize);
         INSERT OR IGNORE INTO index_queue (kind, id, known) SELECT 0, id, 1 FROM threads
           WHERE deleted_at IS NOT NULL AND id * 2 IN (SELECT id FROM posts_fts_docsize);
         INSERT OR IGNORE INTO index_queue (kind, id, known) SELECT 1, id, 0 FROM replies
           WHERE deleted_at IS NULL AND id * 2 + 1 NOT IN (SELECT id FROM posts_fts_docsize);
         INSERT OR IGNORE INTO index_queue (kind, id, known) SELECT 1, id, 1 FROM replies
           WHERE deleted_at IS NOT NULL AND id * 2 + 1 IN (SELECT id FROM posts_fts_docsize);
         INSERT OR IGNORE INTO index_queue (kind, id, known) SELECT 2, id, 0 FROM archive
           WHERE id NOT IN (SELECT id FROM archive_fts_docsize);
         DELETE FROM temp.indexing;",
    )?)
}

/// Forgets an archived memory that is gone: what the index never held need not be taken in.
///
/// # Errors
/// Database errors.
pub fn forget_archived(c: &Db, id: i64) -> Result<()> {
    let unknown = c.prepare_cached("DELETE FROM index_queue WHERE kind = 2 AND id = ?1")?.execute([id])?;
    if unknown == 0 {
        c.prepare_cached("DELETE FROM archive_fts WHERE rowid = ?1")?.execute([id])?;
    }
    Ok(())
}

/// Takes in the posts that were noted, and the archived memories when many wait.
///
/// # Errors
/// Database errors.
pub fn take_in(c: &Db) -> Result<()> {
    for (kind, id, known) in noted(c, 0, 1)? {
        let (rowid, text) = match kind {
            0 => (id * 2, "SELECT title, content FROM threads WHERE id = ?1 AND deleted_at IS NULL"),
            _ => (id * 2 + 1, "SELECT '', content FROM replies WHERE id = ?1 AND deleted_at IS NULL"),
        };
        post(c, rowid, known, text, id)?;
    }
    if waiting(c)? > WAITING { take_in_archive(c) } else { Ok(()) }
}

/// Archived memories that wait to be taken in.
///
/// # Errors
/// Database errors.
pub fn waiting(c: &Db) -> Result<u32> {
    Ok(c.prepare_cached("SELECT count(*) FROM index_queue WHERE kind = 2")?
        .query_row([], |row| row.get(0))?)
}

/// Takes in the archived memories that were noted: many at a time, because hardly anybody searches them.
///
/// # Errors
/// Database errors.
pub fn take_in_archive(c: &Db) -> Result<()> {
    for (_, id, _) in noted(c, 2, 2)? {
        archived(c, id)?;
    }
    Ok(())
}

/// Takes what was noted of these kinds out of the queue: kind, id, whether the index may hold it.
fn noted(c: &Db, first: u8, last: u8) -> Result<Vec<(u8, i64, bool)>> {
    let queue: Vec<(u8, i64, bool)> = c
        .prepare_cached(
            "SELECT kind, id, known FROM index_queue WHERE kind BETWEEN ?1 AND ?2 ORDER BY kind, id",
        )?
        .query_map([first, last], |row| row.try_into())?
        .collect::<std::result::Result<_, _>>()?;
    if !queue.is_empty() {
        c.prepare_cached("DELETE FROM index_queue WHERE kind BETWEEN ?1 AND ?2")?.execute([first, last])?;
    }
    Ok(queue)
}

fn post(c: &Db, rowid: i64, known: bool, text: &str, id: i64) -> Result<()> {
    if known {
        c.prepare_cached("DELETE FROM posts_fts WHERE rowid = ?1")?.execute([rowid])?;
    }
    let found: Option<(String, String)> =
        c.prepare_cached(text)?.query_row([id], |row| row.try_into()).optional()?;
    if let Some((title, content)) = found {
        c.prepare_cached("INSERT INTO posts_fts (rowid, title, content) VALUES (?1, ?2, ?3)")?
            .execute(params![rowid, spaced(&title), spaced(&content)])?;
    }
    Ok(())
}

/// The word that stands for a bot in the index.
pub(super) fn sign(bot: &str) -> String {
    use std::fmt::Write as _;
    bot.bytes().fold(String::with_capacity(bot.len() * 2), |mut digits, byte| {
        let _ = write!(digits, "{byte:02x}");
        digits
    })
}

/// Takes an archived memory into the index.
fn archived(c: &Db, id: i64) -> Result<()> {
    let found: Option<(String, String)> = c
        .prepare_cached("SELECT bot_id, text FROM archive WHERE id = ?1")?
        .query_row([id], |row| row.try_into())
        .optional()?;
    if let Some((bot, text)) = found {
        c.prepare_cached("INSERT INTO archive_fts (rowid, bot, text) VALUES (?1, ?2, ?3)")?
            .execute(params![id, sign(&bot), spaced(&text)])?;
    }
    Ok(())
}
