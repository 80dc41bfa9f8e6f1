//! What a beat sees of the room: candidate threads, their last replies, events in force, other bots.

use rusqlite::{Connection, OptionalExtension, params};

use super::Result;
use super::acts::Target;
use crate::domain::Stamp;
use crate::domain::scene::{FeedReply, FeedThread, SceneEvent};
use crate::domain::text::cut;

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
pub fn newest_active(c: &Connection, limit: u32) -> Result<Vec<i64>> {
    let mut statement = c.prepare_cached(
        "SELECT id FROM threads WHERE deleted_at IS NULL ORDER BY last_seq DESC, id DESC LIMIT ?1",
    )?;
    let rows = statement.query_map([limit], |row| row.get(0))?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// A thread as the feed shows it, without what depends on who looks (`my_vote`, `for_me`, names).
///
/// # Errors
/// Database errors.
pub fn thread(c: &Connection, id: i64) -> Result<Option<FeedThread>> {
    let found = c
        .prepare_cached(
            "SELECT author, title, content, tags, created_at, upvotes - downvotes, reply_count FROM threads \
             WHERE id = ?1 AND deleted_at IS NULL",
        )?
        .query_row([id], |row| {
            Ok(FeedThread {
                id,
                author: row.get(0)?,
                author_name: String::new(),
                title: row.get(1)?,
                content: cut(row.get_ref(2)?.as_str()?, POST_CHARS),
                tags: serde_json::from_str(row.get_ref(3)?.as_str()?).unwrap_or_default(),
                created_at: Stamp::from_micros(row.get(4)?),
                score: row.get(5)?,
                reply_count: row.get(6)?,
                my_vote: None,
                for_me: false,
                replies: Vec::new(),
            })
        })
        .optional()?;
    let Some(mut thread) = found else { return Ok(None) };
    if thread.reply_count > 0 {
        let mut statement = c.prepare_cached(
            "SELECT id, parent_reply_id, author, content, created_at, upvotes - downvotes FROM replies \
             WHERE thread_id = ?1 AND deleted_at IS NULL ORDER BY id DESC LIMIT ?2",
        )?;
        let rows = statement.query_map(params![id, REPLIES], |row| {
            Ok(FeedReply {
                id: row.get(0)?,
                parent_reply_id: row.get(1)?,
                author: row.get(2)?,
                author_name: String::new(),
                content: cut(row.get_ref(3)?.as_str()?, REPLY_CHARS),
                created_at: Stamp::from_micros(row.get(4)?),
                score: row.get(5)?,
                my_vote: None,
                for_me: false,
            })
        })?;
        thread.replies = rows.collect::<std::result::Result<_, _>>()?;
        thread.replies.reverse();
    }
    Ok(Some(thread))
}

/// Every vote on a post: post, voter, value.
///
/// # Errors
/// Database errors.
pub fn votes(c: &Connection, target: Target) -> Result<Vec<(Target, String, i8)>> {
    let mut statement = c.prepare_cached(
        "SELECT voter, value FROM votes WHERE target_type = ?1 AND target_id = ?2 ORDER BY voter",
    )?;
    let rows = statement
        .query_map(params![target.kind(), target.id()], |row| Ok((target, row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// Events in force at `now`, newest first.
///
/// # Errors
/// Database errors.
pub fn events(c: &Connection, now: Stamp, limit: u32) -> Result<Vec<SceneEvent>> {
    let mut statement = c.prepare_cached(
        "SELECT id, title, description, event_type, severity FROM events \
         WHERE active = 1 AND (expires_at IS NULL OR expires_at > ?1) ORDER BY id DESC LIMIT ?2",
    )?;
    let rows = statement.query_map(params![now.micros(), limit], |row| {
        Ok(SceneEvent {
            id: row.get(0)?,
            title: row.get(1)?,
            description: row.get(2)?,
            event_type: row.get(3)?,
            severity: row.get(4)?,
        })
    })?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// Ids of present bots, by id, at most `limit`.
///
/// # Errors
/// Database errors.
pub fn bot_ids(c: &Connection, limit: u32) -> Result<Vec<String>> {
    let mut statement =
        c.prepare_cached("SELECT id FROM bots WHERE departed_at IS NULL ORDER BY id LIMIT ?1")?;
    let rows = statement.query_map([limit], |row| row.get(0))?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// Name, configuration (JSON) and reputation of a present bot.
///
/// # Errors
/// Database errors.
pub fn acquaintance(c: &Connection, id: &str) -> Result<Option<(String, String, i64)>> {
    Ok(c.prepare_cached("SELECT name, config, reputation FROM bots WHERE id = ?1 AND departed_at IS NULL")?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?)
}

/// The name of a bot, departed or not.
///
/// # Errors
/// Database errors.
pub fn bot_name(c: &Connection, id: &str) -> Result<Option<String>> {
    Ok(c.prepare_cached("SELECT name FROM bots WHERE id = ?1")?
        .query_row([id], |row| row.get(0))
        .optional()?)
}
