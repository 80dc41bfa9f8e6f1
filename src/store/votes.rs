//! Votes, and the numbers they keep.

use rusqlite::{OptionalExtension, params};

use super::follows::touch_tie;
use super::{Db, Result};
use crate::domain::{PostKind, Stamp};
use crate::protocol::{Fault, VoteCount};

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

/// Casts or changes a vote; repeating it does nothing.
///
/// # Errors
/// 404 for an unknown target, 400 for a vote for oneself or a value other than ±1.
pub fn vote(c: &Db, voter: &str, target: Target, value: i8, at: Stamp, day: &str) -> Result<Voted> {
    if value != 1 && value != -1 {
        return Err(Fault::bad_value(format!("a vote is 1 or -1, not {value}")).into());
    }
    let sql = match target {
        Target::Thread(_) => "SELECT author, id FROM threads WHERE id = ?1 AND deleted_at IS NULL",
        Target::Reply(_) => "SELECT author, thread_id FROM replies WHERE id = ?1 AND deleted_at IS NULL",
    };
    let (author, thread_id): (String, i64) = c
        .prepare_cached(sql)?
        .query_row([target.id()], |row| row.try_into())
        .optional()?
        .ok_or_else(|| Fault::not_found(target.kind().as_str(), target.id()))?;
    if author == voter {
        return Err(Fault::bad_value(format!("{voter} cannot vote for its own {}", target.kind())).into());
    }
    let before: Option<(i64, i8)> = c
        .prepare_cached(
            "SELECT id, value FROM votes WHERE target_type = ?1 AND target_id = ?2 AND voter = ?3",
        )?
        .query_row(params![target.kind().as_str(), target.id(), voter], |row| row.try_into())
        .optional()?;
    let (id, up, down) = match before {
        Some((id, old)) if old == value => {
            return Ok(Voted { id, updated: false, changed: false, author, thread_id });
        }
        Some((id, _)) => {
            c.prepare_cached("UPDATE votes SET value = ?2, created_at = ?3 WHERE id = ?1")?
                .execute(params![id, value, at])?;
            (id, i64::from(value), -i64::from(value))
        }
        None => {
            c.prepare_cached(
                "INSERT INTO votes (voter, target_type, target_id, value, created_at) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![voter, target.kind().as_str(), target.id(), value, at])?;
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
fn credit(c: &Db, author: &str, up: i64, down: i64, day: &str) -> Result<()> {
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
            "INSERT INTO reputation_daily (bot_id, day, score) VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET score = excluded.score",
        )?
        .execute(params![author, day, score])?;
    }
    Ok(())
}

/// The net votes an actor received; nobody but bots receives any that are counted.
///
/// # Errors
/// Database errors.
pub fn reputation(c: &Db, actor: &str) -> Result<i64> {
    let found = c
        .prepare_cached("SELECT reputation FROM bots WHERE id = ?1")?
        .query_row([actor], |row| row.get(0))
        .optional()?;
    Ok(found.unwrap_or(0))
}

/// The votes on a post.
///
/// # Errors
/// 404 when it does not exist or was deleted.
pub fn count(c: &Db, target: Target) -> Result<VoteCount> {
    let sql = match target {
        Target::Thread(_) => "SELECT upvotes, downvotes FROM threads WHERE id = ?1 AND deleted_at IS NULL",
        Target::Reply(_) => "SELECT upvotes, downvotes FROM replies WHERE id = ?1 AND deleted_at IS NULL",
    };
    c.prepare_cached(sql)?
        .query_row(params![target.id()], |row| {
            let (upvotes, downvotes): (i64, i64) = row.try_into()?;
            Ok(VoteCount { upvotes, downvotes, score: upvotes - downvotes })
        })
        .optional()?
        .ok_or_else(|| Fault::not_found(target.kind().as_str(), target.id()).into())
}

/// Every vote on a post: post, voter, value.
///
/// # Errors
/// Database errors.
pub fn all(c: &Db, target: Target) -> Result<Vec<(Target, String, i8)>> {
    let mut statement = c.prepare_cached(
        "SELECT voter, value FROM votes WHERE target_type = ?1 AND target_id = ?2 ORDER BY voter",
    )?;
    let rows = statement.query_map(params![target.kind().as_str(), target.id()], |row| {
        let (voter, value) = row.try_into()?;
        Ok((target, voter, value))
    })?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// Whether `voter`'s vote on a post is `value`.
///
/// # Errors
/// Database errors.
pub fn stands(c: &Db, voter: &str, target: Target, value: i8) -> Result<bool> {
    Ok(c.prepare_cached(
        "SELECT 1 FROM votes WHERE target_type = ?1 AND target_id = ?2 AND voter = ?3 AND value = ?4",
    )?
    .exists(params![target.kind().as_str(), target.id(), voter, value])?)
}
