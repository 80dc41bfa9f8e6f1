//! What a beat sees of the room: candidate threads, their last replies, events in force, other bots.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, params};

use super::Result;
use super::acts::Target;
use crate::domain::Stamp;
use crate::domain::scene::{FeedReply, FeedThread, SceneEvent};
use crate::domain::text::cut_words;

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
                author_name: Arc::default(),
                title: row.get(1)?,
                content: cut_words(row.get_ref(2)?.as_str()?, POST_CHARS).into(),
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
                author_name: Arc::default(),
                content: cut_words(row.get_ref(3)?.as_str()?, REPLY_CHARS).into(),
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
    let rows = statement.query_map(params![target.kind().as_str(), target.id()], |row| {
        Ok((target, row.get(0)?, row.get(1)?))
    })?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// Events in force at `now`, newest first, each with the time it ends by itself.
///
/// # Errors
/// Database errors.
pub fn events(c: &Connection, now: Stamp, limit: u32) -> Result<Vec<(SceneEvent, Option<Stamp>)>> {
    let mut statement = c.prepare_cached(
        "SELECT id, title, description, event_type, severity, expires_at FROM events \
         WHERE active = 1 AND (expires_at IS NULL OR expires_at > ?1) ORDER BY id DESC LIMIT ?2",
    )?;
    let rows = statement.query_map(params![now.micros(), limit], |row| {
        let event = SceneEvent {
            id: row.get(0)?,
            title: row.get(1)?,
            description: row.get(2)?,
            event_type: row.get(3)?,
            severity: row.get(4)?,
        };
        Ok((event, row.get::<_, Option<i64>>(5)?.map(Stamp::from_micros)))
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

/// A present bot's configuration, JSON.
///
/// # Errors
/// Database errors.
pub fn config(c: &Connection, id: &str) -> Result<Option<String>> {
    Ok(c.prepare_cached("SELECT config FROM bots WHERE id = ?1 AND departed_at IS NULL")?
        .query_row([id], |row| row.get(0))
        .optional()?)
}

/// How a present bot stands: its reputation, and what `me` and it had to do with each other.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Standing {
    /// Net votes.
    pub reputation: i64,
    /// Replies and votes between the two.
    pub interactions: i64,
    /// −1 to 1, from the votes between the two.
    pub sentiment: f64,
}

/// How `other` stands with `me`; `None` when it is not present.
///
/// # Errors
/// Database errors.
pub fn standing(c: &Connection, me: &str, other: &str) -> Result<Option<Standing>> {
    let (a, b) = if me < other { (me, other) } else { (other, me) };
    Ok(c.prepare_cached(
        "SELECT reputation, ifnull(interactions, 0), ifnull(ups, 0), ifnull(downs, 0) FROM bots \
         LEFT JOIN ties ON a = ?2 AND b = ?3 WHERE id = ?1 AND departed_at IS NULL",
    )?
    .query_row([other, a, b], |row| {
        let (ups, downs): (i64, i64) = (row.get(2)?, row.get(3)?);
        #[allow(clippy::cast_precision_loss)] // a share of votes
        let sentiment = if ups + downs > 0 { (ups - downs) as f64 / (ups + downs) as f64 } else { 0.0 };
        Ok(Standing { reputation: row.get(0)?, interactions: row.get(1)?, sentiment })
    })
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
