//! What a beat sees of the forum: the threads with the newest posts, and their last replies.

use std::sync::Arc;

use rusqlite::{OptionalExtension, params};

use super::columns::{Cut, Json, columns};
use super::{Db, Result};
use crate::domain::scene::{FeedReply, FeedThread};

/// Characters of an opening post shown in the feed.
pub const POST_CHARS: usize = 400;

/// Characters of a reply shown in the feed.
pub const REPLY_CHARS: usize = 300;

/// Replies shown of a thread.
pub const REPLIES: u32 = 5;

/// The threads with the newest posts, newest first.
///
/// # Errors
/// Database errors.
pub fn newest_active(c: &Db, limit: u32) -> Result<Vec<i64>> {
    let mut statement = c.prepare_cached(
        "SELECT id FROM threads WHERE deleted_at IS NULL ORDER BY last_seq DESC, id DESC LIMIT ?1",
    )?;
    let rows = statement.query_map([limit], |row| row.get(0))?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

columns! {
    THREAD, thread_row -> FeedThread {
        id,
        author,
        title,
        content => |Cut(text): Cut<POST_CHARS>| text,
        tags => |Json(tags)| tags,
        created_at,
        score = "upvotes - downvotes",
        reply_count,
    } with { author_name: Arc::default(), my_vote: None, for_me: false, replies: Vec::new() }
}

columns! {
    REPLY, reply_row -> FeedReply {
        id,
        parent_reply_id,
        parent_author = "(SELECT p.author FROM replies p WHERE p.id = replies.parent_reply_id)" => |author: Option<String>| author.map(Into::into),
        author,
        content => |Cut(text): Cut<REPLY_CHARS>| text,
        created_at,
        score = "upvotes - downvotes",
    } with { author_name: Arc::default(), my_vote: None, for_me: false }
}

/// A thread as the feed shows it, without what depends on who looks (`my_vote`, `for_me`, names).
///
/// # Errors
/// Database errors.
pub fn thread(c: &Db, id: i64) -> Result<Option<FeedThread>> {
    let found = c
        .prepare_cached(&format!("SELECT {THREAD} FROM threads WHERE id = ?1 AND deleted_at IS NULL"))?
        .query_row([id], thread_row)
        .optional()?;
    let Some(mut thread) = found else { return Ok(None) };
    if thread.reply_count > 0 {
        let mut statement = c.prepare_cached(
            &format!("SELECT {REPLY} FROM replies WHERE thread_id = ?1 AND deleted_at IS NULL ORDER BY id DESC LIMIT ?2"),
        )?;
        let rows = statement.query_map(params![id, REPLIES], reply_row)?;
        thread.replies = rows.collect::<std::result::Result<_, _>>()?;
        thread.replies.reverse();
    }
    Ok(Some(thread))
}
