//! What changes the forum: posts, votes, follows, deletions, with the counters they keep.
//!
//! Every function runs inside the caller's transaction and keeps the cached numbers (scores,
//! reputation, ties, full-text index) true; `check` recomputes and compares them. What is refused is
//! refused before anything is written.

use rusqlite::{Connection, OptionalExtension, params};

use super::indexing::{self, Indexed};
use super::{Result, bots};
use crate::domain::text::composed;
use crate::domain::{Action, PostKind, Stamp};
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

/// What can be voted on.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Target {
    /// A thread.
    Thread(i64),
    /// A reply.
    Reply(i64),
}

impl Target {
    /// What it is.
    #[must_use]
    pub const fn kind(self) -> PostKind {
        match self {
            Self::Thread(_) => PostKind::Thread,
            Self::Reply(_) => PostKind::Reply,
        }
    }

    /// Its id.
    #[must_use]
    pub const fn id(self) -> i64 {
        match self {
            Self::Thread(id) | Self::Reply(id) => id,
        }
    }
}

/// A vote as it stands afterwards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Voted {
    /// Vote id.
    pub id: i64,
    /// Whether an earlier vote was changed.
    pub updated: bool,
    /// Whether anything changed at all.
    pub changed: bool,
    /// The author of the target.
    pub author: String,
    /// The thread it is in.
    pub thread_id: i64,
}

/// Stores a thread and answers its id.
///
/// # Errors
/// Database errors.
pub fn insert_thread(c: &Connection, new: &NewThread<'_>) -> Result<i64> {
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
        new.at.micros(),
        new.activity_id.unwrap_or(0),
        new.pinned,
        new.activity_id
    ])?;
    let id = c.last_insert_rowid();
    for tag in new.tags {
        c.prepare_cached("INSERT OR IGNORE INTO thread_tags VALUES (?1, ?2)")?
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
pub fn insert_reply(c: &Connection, new: &NewReply<'_>) -> Result<Posted> {
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
                .query_row([parent], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?
                .ok_or_else(|| Fault::not_found("reply", parent))?;
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
        new.at.micros(),
        new.activity_id
    ])?;
    let id = c.last_insert_rowid();
    c.prepare_cached(
        "UPDATE threads SET reply_count = reply_count + 1, last_activity_at = ?2, last_seq = ?3 WHERE id = ?1",
    )?
    .execute(params![new.thread_id, new.at.micros(), new.activity_id])?;
    indexing::note(c, Indexed::Reply(id), false)?;
    c.prepare_cached("UPDATE bots SET replies = replies + 1 WHERE id = ?1")?.execute([new.author])?;
    if answered == new.author {
        return Ok(Posted { id, answered: None });
    }
    touch_tie(c, new.author, &answered, 1, 0, 0)?;
    Ok(Posted { id, answered: Some(answered) })
}

/// Casts or changes a vote; repeating it does nothing.
///
/// # Errors
/// 404 for an unknown target, 400 for a vote for oneself or a value other than ±1.
pub fn vote(c: &Connection, voter: &str, target: Target, value: i8, at: Stamp, day: &str) -> Result<Voted> {
    if value != 1 && value != -1 {
        return Err(Fault::bad_value(format!("a vote is 1 or -1, not {value}")).into());
    }
    let sql = match target {
        Target::Thread(_) => "SELECT author, id FROM threads WHERE id = ?1 AND deleted_at IS NULL",
        Target::Reply(_) => "SELECT author, thread_id FROM replies WHERE id = ?1 AND deleted_at IS NULL",
    };
    let (author, thread_id): (String, i64) = c
        .prepare_cached(sql)?
        .query_row([target.id()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?
        .ok_or_else(|| Fault::not_found(target.kind().as_str(), target.id()))?;
    if author == voter {
        return Err(Fault::bad_value(format!("{voter} cannot vote for its own {}", target.kind())).into());
    }
    let before: Option<(i64, i8)> = c
        .prepare_cached(
            "SELECT id, value FROM votes WHERE target_type = ?1 AND target_id = ?2 AND voter = ?3",
        )?
        .query_row(params![target.kind().as_str(), target.id(), voter], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let (id, up, down) = match before {
        Some((id, old)) if old == value => {
            return Ok(Voted { id, updated: false, changed: false, author, thread_id });
        }
        Some((id, _)) => {
            c.prepare_cached("UPDATE votes SET value = ?2, created_at = ?3 WHERE id = ?1")?
                .execute(params![id, value, at.micros()])?;
            (id, i64::from(value), -i64::from(value))
        }
        None => {
            c.prepare_cached(
                "INSERT INTO votes (voter, target_type, target_id, value, created_at) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![voter, target.kind().as_str(), target.id(), value, at.micros()])?;
            (c.last_insert_rowid(), i64::from(value == 1), i64::from(value == -1))
        }
    };
    let sql = match target {
        Target::Thread(_) => {
            "UPDATE threads SET upvotes = upvotes + ?2, downvotes = downvotes + ?3 WHERE id = ?1"
        }
        Target::Reply(_) => {
            "UPDATE replies SET upvotes = upvotes + ?2, downvotes = downvotes + ?3 WHERE id = ?1"
        }
    };
    c.prepare_cached(sql)?.execute(params![target.id(), up, down])?;
    credit(c, &author, up, down, day)?;
    touch_tie(c, voter, &author, i64::from(before.is_none()), up, down)?;
    Ok(Voted { id, updated: before.is_some(), changed: true, author, thread_id })
}

/// Adds votes to an author's reputation and notes the day's last score.
fn credit(c: &Connection, author: &str, up: i64, down: i64, day: &str) -> Result<()> {
    // Not `RETURNING`: with it SQLite keeps a journal of the statement, which costs more than to read once more.
    let credited = c
        .prepare_cached(
            "UPDATE bots SET upvotes = upvotes + ?2, downvotes = downvotes + ?3, reputation = reputation + ?2 - ?3 \
             WHERE id = ?1",
        )?
        .execute(params![author, up, down])?;
    if credited > 0 {
        let score = reputation(c, author)?;
        c.prepare_cached(
            "INSERT INTO reputation_daily VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET score = excluded.score",
        )?
        .execute(params![author, day, score])?;
    }
    Ok(())
}

/// Adds to the tie of an unordered pair. The system has no ties.
fn touch_tie(c: &Connection, one: &str, other: &str, interactions: i64, ups: i64, downs: i64) -> Result<()> {
    if one == other || one == "system" || other == "system" {
        return Ok(());
    }
    let (a, b) = if one < other { (one, other) } else { (other, one) };
    c.prepare_cached(
        "INSERT INTO ties (a, b, interactions, ups, downs) VALUES (?1, ?2, ?3, ?4, ?5) \
         ON CONFLICT DO UPDATE SET interactions = interactions + ?3, ups = ups + ?4, downs = downs + ?5",
    )?
    .execute(params![a, b, interactions, ups, downs])?;
    Ok(())
}

/// Follows a bot; `false` when it was followed already.
///
/// # Errors
/// 404 for an unknown or departed bot, 400 for oneself.
pub fn follow(c: &Connection, follower: &str, following: &str, at: Stamp) -> Result<bool> {
    if follower == following {
        return Err(Fault::bad_value(format!("{follower} cannot follow itself")).into());
    }
    require_bot(c, following)?;
    let new = c.prepare_cached("INSERT OR IGNORE INTO follows VALUES (?1, ?2, ?3)")?.execute(params![
        follower,
        following,
        at.micros()
    ])? == 1;
    if new {
        count_follow(c, follower, following, 1)?;
    }
    Ok(new)
}

/// Stops following; `false` when it was not followed.
///
/// # Errors
/// Database errors.
pub fn unfollow(c: &Connection, follower: &str, following: &str) -> Result<bool> {
    let gone = c
        .prepare_cached("DELETE FROM follows WHERE follower = ?1 AND following = ?2")?
        .execute([follower, following])?
        == 1;
    if gone {
        count_follow(c, follower, following, -1)?;
    }
    Ok(gone)
}

fn count_follow(c: &Connection, follower: &str, following: &str, by: i64) -> Result<()> {
    c.prepare_cached("UPDATE bots SET following = following + ?2 WHERE id = ?1")?
        .execute(params![follower, by])?;
    c.prepare_cached("UPDATE bots SET followers = followers + ?2 WHERE id = ?1")?
        .execute(params![following, by])?;
    touch_tie(c, follower, following, 0, 0, 0)?;
    let (a, b) = if follower < following { (follower, following) } else { (following, follower) };
    c.prepare_cached("UPDATE ties SET follows = follows + ?3 WHERE a = ?1 AND b = ?2")?
        .execute(params![a, b, by])?;
    Ok(())
}

/// What a tag is found by: case and a leading `#` make no difference.
#[must_use]
pub fn tag_key(tag: &str) -> String {
    composed(tag.trim().trim_start_matches('#')).to_lowercase()
}

/// The net votes an actor received; nobody but bots receives any that are counted.
///
/// # Errors
/// Database errors.
pub fn reputation(c: &Connection, actor: &str) -> Result<i64> {
    let found = c
        .prepare_cached("SELECT reputation FROM bots WHERE id = ?1")?
        .query_row([actor], |row| row.get(0))
        .optional()?;
    Ok(found.unwrap_or(0))
}

/// Fails with 404 when `id` is no present bot; of one that left it says so.
///
/// # Errors
/// 404.
pub fn require_bot(c: &Connection, id: &str) -> Result<()> {
    let there = c.prepare_cached("SELECT 1 FROM bots WHERE id = ?1 AND departed_at IS NULL")?.exists([id])?;
    if there { Ok(()) } else { Err(bots::absent(c, id)?.into()) }
}

/// Why an act would change nothing, as things stand: the vote stands already, the bot is followed already, or is
/// not followed. `None` where it would change something, or is none of these.
///
/// # Errors
/// 404 for a bot that is not there.
pub fn changes_nothing(c: &Connection, me: &str, action: &Action) -> Result<Option<String>> {
    let follows = |other: &str| -> Result<bool> {
        Ok(c.prepare_cached("SELECT 1 FROM follows WHERE follower = ?1 AND following = ?2")?
            .exists([me, other])?)
    };
    Ok(match action {
        Action::Vote { thread_id, reply_id, value, .. } => {
            let target = match (reply_id, thread_id) {
                (Some(reply), _) => Target::Reply(*reply),
                (None, Some(thread)) => Target::Thread(*thread),
                (None, None) => return Ok(None),
            };
            let stands = c
                .prepare_cached(
                    "SELECT 1 FROM votes WHERE target_type = ?1 AND target_id = ?2 AND voter = ?3 AND value = ?4",
                )?
                .exists(params![target.kind().as_str(), target.id(), me, value])?;
            let way = if *value == 1 { "up" } else { "down" };
            stands.then(|| format!("its vote {way} on {} #{} stands already", target.kind(), target.id()))
        }
        Action::Follow { bot_id } => {
            let other = resolve_bot(c, bot_id)?;
            follows(&other)?.then(|| format!("it follows {other} already"))
        }
        Action::Unfollow { bot_id } => {
            let other = resolve_followed(c, me, bot_id)?;
            (!follows(&other)?).then(|| format!("it does not follow {other}"))
        }
        _ => None,
    })
}

/// As [`resolve_bot`], and a bot that left while `me` follows it as well, by its id.
///
/// # Errors
/// 404, naming what was looked for.
pub fn resolve_followed(c: &Connection, me: &str, named: &str) -> Result<String> {
    let followed = c
        .prepare_cached("SELECT 1 FROM follows WHERE follower = ?1 AND following = ?2")?
        .exists([me, named.trim()])?;
    if followed { Ok(named.trim().to_owned()) } else { resolve_bot(c, named) }
}

/// The present bot that `named` means: its id, or its shown name where no other has it, with or without
/// an `@` in front or the id in brackets behind. Case makes no difference.
///
/// # Errors
/// 404, naming what was looked for.
pub fn resolve_bot(c: &Connection, named: &str) -> Result<String> {
    let named = named.trim().trim_start_matches('@').trim();
    if require_bot(c, named).is_ok() {
        return Ok(named.to_owned());
    }
    if let Some((_, id)) = named.strip_suffix(')').and_then(|rest| rest.rsplit_once('('))
        && require_bot(c, id.trim()).is_ok()
    {
        return Ok(id.trim().to_owned());
    }
    let mut statement = c.prepare_cached(
        "SELECT id FROM bots WHERE departed_at IS NULL AND (name = ?1 COLLATE NOCASE OR id = ?1 COLLATE NOCASE) LIMIT 2",
    )?;
    let mut found =
        statement.query_map([named], |row| row.get(0))?.collect::<std::result::Result<Vec<String>, _>>()?;
    match (found.pop(), found.pop()) {
        (Some(id), None) => Ok(id),
        // What there is of it is told: that it left, or that it never was.
        _ => Err(require_bot(c, named).err().unwrap_or_else(|| Fault::not_found("bot", named).into())),
    }
}

/// Hides a thread with its replies; votes, reputation and the record stay.
///
/// # Errors
/// 404 when it does not exist or is hidden already.
pub fn delete_thread(c: &Connection, id: i64, at: Stamp) -> Result<()> {
    let hidden = c
        .prepare_cached("UPDATE threads SET deleted_at = ?2 WHERE id = ?1 AND deleted_at IS NULL")?
        .execute(params![id, at.micros()])?;
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
pub fn delete_reply(c: &Connection, id: i64, at: Stamp) -> Result<i64> {
    let thread: i64 = c
        .prepare_cached("SELECT thread_id FROM replies WHERE id = ?1 AND deleted_at IS NULL")?
        .query_row([id], |row| row.get(0))
        .optional()?
        .ok_or_else(|| Fault::not_found("reply", id))?;
    hide_reply(c, id, at)?;
    c.prepare_cached("UPDATE threads SET reply_count = reply_count - 1 WHERE id = ?1")?.execute([thread])?;
    Ok(thread)
}

fn hide_reply(c: &Connection, id: i64, at: Stamp) -> Result<()> {
    c.prepare_cached("UPDATE replies SET deleted_at = ?2 WHERE id = ?1")?
        .execute(params![id, at.micros()])?;
    indexing::note(c, Indexed::Reply(id), true)
}
