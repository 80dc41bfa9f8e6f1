//! What bots and people post: threads and replies are written, hidden, and read again by who wrote them.
//!
//! What is refused is refused before anything is written. The numbers that are kept beside (scores, counts, the
//! full-text index) stay true; `check` counts and compares them.

use rusqlite::{OptionalExtension, Row, params};

use super::follows::touch_tie;
use super::indexing::{self, Indexed};
use super::{Db, Result};
use crate::domain::scene::OwnPost;
use crate::domain::text::tag_key;
use crate::domain::{Actor, PostKind, Stamp};
use crate::protocol::Fault;

/// A new thread.
pub struct NewThread<'a> {
    /// Actor id.
    pub author: &'a str,
    /// Title, gated.
    pub title: &'a str,
    /// Opening post, gated.
    pub content: &'a str,
    /// Tags, gated.
    pub tags: &'a [String],
    /// When.
    pub at: Stamp,
    /// The activity that tells of it; `None` for the threads a room opens with.
    pub activity_id: Option<i64>,
    /// Stays on top.
    pub pinned: bool,
}

/// A new reply.
pub struct NewReply<'a> {
    /// Actor id.
    pub author: &'a str,
    /// The thread.
    pub thread_id: i64,
    /// The reply answered, if not the opening post.
    pub parent_reply_id: Option<i64>,
    /// Text, gated.
    pub content: &'a str,
    /// When.
    pub at: Stamp,
    /// The activity that tells of it.
    pub activity_id: i64,
}

/// A reply as stored.
pub struct Posted {
    /// Its id.
    pub id: i64,
    /// The author of what it answers, when that is not its own author.
    pub answered: Option<String>,
}

/// Stores a thread and answers its id.
///
/// # Errors
/// Database errors.
pub fn insert_thread(c: &Db, new: &NewThread<'_>) -> Result<i64> {
    let tags = serde_json::to_string(new.tags).unwrap_or_else(|_| "[]".into());
    c.prepare_cached(
        "INSERT INTO threads (author, title, content, tags, created_at, last_activity_at, last_seq, pinned, activity_id) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6, ?7, ?8)",
    )?
    .execute(params![
        new.author,
        new.title,
        new.content,
        tags,
        new.at,
        new.activity_id.unwrap_or(0),
        new.pinned,
        new.activity_id
    ])?;
    let id = c.last_insert_rowid();
    for tag in new.tags {
        c.prepare_cached("INSERT OR IGNORE INTO thread_tags (tag, thread_id) VALUES (?1, ?2)")?
            .execute(params![tag_key(tag), id])?;
    }
    indexing::note(c, Indexed::Thread(id), false)?;
    c.prepare_cached("UPDATE bots SET threads = threads + 1 WHERE id = ?1")?.execute([new.author])?;
    Ok(id)
}

/// Stores a reply.
///
/// # Errors
/// 404 for an unknown thread or parent, 400 for a parent of another thread.
pub fn insert_reply(c: &Db, new: &NewReply<'_>) -> Result<Posted> {
    let thread_author: String = c
        .prepare_cached("SELECT author FROM threads WHERE id = ?1 AND deleted_at IS NULL")?
        .query_row([new.thread_id], |row| row.get(0))
        .optional()?
        .ok_or_else(|| Fault::not_found("thread", new.thread_id))?;
    let answered = match new.parent_reply_id {
        None => thread_author,
        Some(parent) => {
            let (thread, author): (i64, String) = c
                .prepare_cached("SELECT thread_id, author FROM replies WHERE id = ?1 AND deleted_at IS NULL")?
                .query_row([parent], |row| row.try_into())
                .optional()?
                .ok_or_else(|| Fault::not_found(PostKind::Reply, parent))?;
            if thread != new.thread_id {
                return Err(Fault::bad_value(format!(
                    "reply {parent} belongs to thread {thread}, not to thread {}",
                    new.thread_id
                ))
                .into());
            }
            author
        }
    };
    c.prepare_cached(
        "INSERT INTO replies (thread_id, parent_reply_id, author, content, created_at, activity_id) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![
        new.thread_id,
        new.parent_reply_id,
        new.author,
        new.content,
        new.at,
        new.activity_id
    ])?;
    let id = c.last_insert_rowid();
    c.prepare_cached(
        "UPDATE threads SET reply_count = reply_count + 1, last_activity_at = ?2, last_seq = ?3 WHERE id = ?1",
    )?
    .execute(params![new.thread_id, new.at, new.activity_id])?;
    indexing::note(c, Indexed::Reply(id), false)?;
    c.prepare_cached("UPDATE bots SET replies = replies + 1 WHERE id = ?1")?.execute([new.author])?;
    if answered == new.author {
        return Ok(Posted { id, answered: None });
    }
    touch_tie(c, new.author, &answered, 1, 0, 0)?;
    Ok(Posted { id, answered: Some(answered) })
}

/// Hides a thread with its replies; votes, reputation and the record stay.
///
/// # Errors
/// 404 when it does not exist or is hidden already.
pub fn delete_thread(c: &Db, id: i64, at: Stamp) -> Result<()> {
    let hidden = c
        .prepare_cached("UPDATE threads SET deleted_at = ?2 WHERE id = ?1 AND deleted_at IS NULL")?
        .execute(params![id, at])?;
    if hidden == 0 {
        return Err(Fault::not_found("thread", id).into());
    }
    indexing::note(c, Indexed::Thread(id), true)?;
    c.prepare_cached("DELETE FROM thread_tags WHERE thread_id = ?1")?.execute([id])?;
    let replies: Vec<i64> = c
        .prepare_cached("SELECT id FROM replies WHERE thread_id = ?1 AND deleted_at IS NULL")?
        .query_map([id], |row| row.get(0))?
        .collect::<std::result::Result<_, _>>()?;
    for reply in replies {
        hide_reply(c, reply, at)?;
    }
    Ok(())
}

/// Hides a reply and answers the thread it is in; votes, reputation and the record stay.
///
/// # Errors
/// 404 when it does not exist or is hidden already.
pub fn delete_reply(c: &Db, id: i64, at: Stamp) -> Result<i64> {
    let thread: i64 = c
        .prepare_cached("SELECT thread_id FROM replies WHERE id = ?1 AND deleted_at IS NULL")?
        .query_row([id], |row| row.get(0))
        .optional()?
        .ok_or_else(|| Fault::not_found(PostKind::Reply, id))?;
    hide_reply(c, id, at)?;
    c.prepare_cached("UPDATE threads SET reply_count = reply_count - 1 WHERE id = ?1")?.execute([thread])?;
    Ok(thread)
}

fn hide_reply(c: &Db, id: i64, at: Stamp) -> Result<()> {
    c.prepare_cached("UPDATE replies SET deleted_at = ?2 WHERE id = ?1")?.execute(params![id, at])?;
    indexing::note(c, Indexed::Reply(id), true)
}

/// A post of the bot's own with its time.
#[derive(Clone, Debug, PartialEq)]
pub struct DatedPost {
    /// The post.
    pub post: OwnPost,
    /// When.
    pub at: Stamp,
}

/// What bots wrote last, newest first, at most `limit` posts.
///
/// # Errors
/// Database errors.
pub fn bots_posts(c: &Db, limit: u32) -> Result<Vec<String>> {
    let by_bots = |table: &str| {
        format!(
            "SELECT activity_id, content FROM {table} WHERE activity_id IS NOT NULL AND deleted_at IS NULL \
             AND author NOT LIKE '{}' ORDER BY id DESC",
            Actor::PEOPLE
        )
    };
    let (mut threads, mut replies) =
        (c.prepare_cached(&by_bots("threads"))?, c.prepare_cached(&by_bots("replies"))?);
    let read = |row: &Row<'_>| <(i64, String)>::try_from(row);
    let (mut threads, mut replies) =
        (threads.query_map([], read)?.peekable(), replies.query_map([], read)?.peekable());
    // Both side by side, each only as far as it is needed: an old room has many threads, and few of them are new.
    let newest = std::iter::from_fn(|| match (threads.peek(), replies.peek()) {
        (Some(Ok((thread, _))), Some(Ok((reply, _)))) if thread > reply => threads.next(),
        (Some(_), None) => threads.next(),
        _ => replies.next(),
    });
    newest.take(limit as usize).map(|row| Ok(row?.1)).collect()
}

/// The bot's newest posts, newest first.
///
/// # Errors
/// Database errors.
pub fn own_posts(c: &Db, bot: &str, limit: u32) -> Result<Vec<DatedPost>> {
    let mut statement = c.prepare_cached(
        "SELECT id AS thread_id, NULL AS reply_id, title, content, created_at FROM threads \
         WHERE author = ?1 AND deleted_at IS NULL ORDER BY id DESC LIMIT ?2",
    )?;
    let mut posts = statement.query_map(params![bot, limit], dated)?.collect::<rusqlite::Result<Vec<_>>>()?;
    let mut statement = c.prepare_cached(
        "SELECT r.thread_id, r.id AS reply_id, t.title, r.content, r.created_at FROM replies r \
         JOIN threads t ON t.id = r.thread_id WHERE r.author = ?1 AND r.deleted_at IS NULL ORDER BY r.id DESC LIMIT ?2",
    )?;
    for row in statement.query_map(params![bot, limit], dated)? {
        posts.push(row?);
    }
    posts.sort_by(|a, b| b.at.cmp(&a.at).then(b.post.reply_id.cmp(&a.post.reply_id)));
    posts.truncate(limit as usize);
    Ok(posts)
}

fn dated(row: &Row<'_>) -> rusqlite::Result<DatedPost> {
    let (thread_id, reply_id, title, content, at) = row.try_into()?;
    Ok(DatedPost { post: OwnPost { thread_id, reply_id, title, content }, at })
}
