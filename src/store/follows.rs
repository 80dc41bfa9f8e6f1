//! Who follows whom, and what two have had to do with each other.

use rusqlite::{OptionalExtension, params};

use super::columns::columns;
use super::names::{require_bot, require_known};
use super::{Db, Result};
use crate::domain::{Actor, Stamp};
use crate::protocol::{Fault, FollowStats, FollowView};

/// Follows a bot; `false` when it was followed already.
///
/// # Errors
/// 404 for an unknown or departed bot, 400 for oneself.
pub fn follow(c: &Db, follower: &str, following: &str, at: Stamp) -> Result<bool> {
    if follower == following {
        return Err(Fault::bad_value(format!("{follower} cannot follow itself")).into());
    }
    require_bot(c, following)?;
    let new = c
        .prepare_cached(
            "INSERT OR IGNORE INTO follows (follower, following, created_at) VALUES (?1, ?2, ?3)",
        )?
        .execute(params![follower, following, at])?
        == 1;
    if new {
        count_follow(c, follower, following, 1)?;
    }
    Ok(new)
}

/// Stops following; `false` when it was not followed.
///
/// # Errors
/// Database errors.
pub fn unfollow(c: &Db, follower: &str, following: &str) -> Result<bool> {
    let gone = c
        .prepare_cached("DELETE FROM follows WHERE follower = ?1 AND following = ?2")?
        .execute([follower, following])?
        == 1;
    if gone {
        count_follow(c, follower, following, -1)?;
    }
    Ok(gone)
}

fn count_follow(c: &Db, follower: &str, following: &str, by: i64) -> Result<()> {
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

/// Whether `follower` follows `following`.
///
/// # Errors
/// Database errors.
pub fn stands(c: &Db, follower: &str, following: &str) -> Result<bool> {
    Ok(c.prepare_cached("SELECT 1 FROM follows WHERE follower = ?1 AND following = ?2")?
        .exists([follower, following])?)
}

/// Whom the bot follows.
///
/// # Errors
/// Database errors.
pub fn of(c: &Db, bot: &str) -> Result<Vec<String>> {
    let mut statement =
        c.prepare_cached("SELECT following FROM follows WHERE follower = ?1 ORDER BY following")?;
    let rows = statement.query_map([bot], |row| row.get(0))?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

columns! {
    FOLLOW, follow_row -> FollowView { follower_id = "follower", following_id = "following", created_at }
}

/// Who follows a bot, by id.
///
/// # Errors
/// 404.
pub fn followers(c: &Db, bot: &str) -> Result<Vec<FollowView>> {
    require_known(c, bot)?;
    let mut statement =
        c.prepare_cached(&format!("SELECT {FOLLOW} FROM follows WHERE following = ?1 ORDER BY follower"))?;
    let rows = statement.query_map([bot], follow_row)?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// Whom a bot follows, by id.
///
/// # Errors
/// 404.
pub fn following(c: &Db, bot: &str) -> Result<Vec<FollowView>> {
    require_known(c, bot)?;
    let mut statement =
        c.prepare_cached(&format!("SELECT {FOLLOW} FROM follows WHERE follower = ?1 ORDER BY following"))?;
    let rows = statement.query_map([bot], follow_row)?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// How many follow a bot and are followed by it.
///
/// # Errors
/// 404.
pub fn follow_stats(c: &Db, bot: &str) -> Result<FollowStats> {
    c.prepare_cached("SELECT followers, following FROM bots WHERE id = ?1")?
        .query_row([bot], |row| {
            let (followers_count, following_count) = row.try_into()?;
            Ok(FollowStats { followers_count, following_count })
        })
        .optional()?
        .ok_or_else(|| Fault::not_found("bot", bot).into())
}

/// Adds to the tie of an unordered pair. The system has no ties.
pub(super) fn touch_tie(
    c: &Db,
    one: &str,
    other: &str,
    interactions: i64,
    ups: i64,
    downs: i64,
) -> Result<()> {
    if one == other || Actor::of(one).is_room() || Actor::of(other).is_room() {
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

/// Those a bot dealt with most, by id of the other actor.
///
/// # Errors
/// Database errors.
pub fn closest(c: &Db, bot: &str, limit: u32) -> Result<Vec<String>> {
    let mut statement = c.prepare_cached(
        "SELECT other FROM (SELECT b AS other, interactions FROM ties WHERE a = ?1 \
         UNION ALL SELECT a, interactions FROM ties WHERE b = ?1) ORDER BY interactions DESC, other LIMIT ?2",
    )?;
    let rows = statement.query_map(params![bot, limit], |row| row.get(0))?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
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
pub fn standing(c: &Db, me: &str, other: &str) -> Result<Option<Standing>> {
    let (a, b) = if me < other { (me, other) } else { (other, me) };
    Ok(c.prepare_cached(
        "SELECT reputation, ifnull(interactions, 0), ifnull(ups, 0), ifnull(downs, 0) FROM bots \
         LEFT JOIN ties ON a = ?2 AND b = ?3 WHERE id = ?1 AND departed_at IS NULL",
    )?
    .query_row([other, a, b], |row| {
        let (reputation, interactions, ups, downs): (i64, i64, i64, i64) = row.try_into()?;
        #[allow(clippy::cast_precision_loss)] // a share of votes
        let sentiment = if ups + downs > 0 { (ups - downs) as f64 / (ups + downs) as f64 } else { 0.0 };
        Ok(Standing { reputation, interactions, sentiment })
    })
    .optional()?)
}
