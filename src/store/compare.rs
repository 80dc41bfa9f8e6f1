//! Two societies side by side: where their streams part, and what they came to.

use rusqlite::{OptionalExtension, params};
use serde::Serialize;

use super::columns::columns;
use super::{Db, Result};
use crate::domain::activity::Told;
use crate::domain::text::cut;
use crate::domain::{ActivityKind, Actor, Money, Stamp};

/// Activities compared at once.
const STRIDE: i64 = 1_024;

/// An activity as it is compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ActRow {
    /// Its number.
    pub id: i64,
    /// Whose.
    pub bot_id: String,
    /// What.
    pub action_type: String,
    /// JSON.
    pub details: String,
    /// Tokens of all its calls.
    pub tokens_used: i64,
    /// Cost of all its calls.
    pub cost_usd: Money,
    /// When.
    pub created_at: Stamp,
}

/// What people and the room do, beside what bots do by themselves.
pub(super) fn by_people() -> String {
    let kinds = ActivityKind::sql(ActivityKind::is_by_people);
    let (people, room) = (Actor::PEOPLE, Actor::ROOM_ID);
    format!("action_type IN {kinds} OR bot_id LIKE '{people}' OR bot_id = '{room}'")
}

columns! {
    ACT, act -> ActRow {
        id,
        bot_id,
        action_type,
        details,
        tokens_used,
        cost_usd = "cost",
        created_at,
    }
}

fn acts(c: &Db, after: i64, most: i64, by_people: bool) -> Result<Vec<ActRow>> {
    let (not, people) = (if by_people { "" } else { "NOT " }, self::by_people());
    let mut statement = c.prepare_cached(&format!(
        "SELECT {ACT} FROM activities WHERE id > ?1 AND {not}({people}) ORDER BY id LIMIT ?2",
    ))?;
    let rows = statement.query_map(params![after, most], act)?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// The first act of a bot that differs, on both sides; `None` where one stream is the other's beginning, or both are
/// the same. What people did may shift the numbers: acts are compared in their order.
///
/// # Errors
/// Database errors.
pub fn first_difference(a: &Db, b: &Db) -> Result<Option<(ActRow, ActRow)>> {
    let (mut after_a, mut after_b) = (0, 0);
    loop {
        let (here, there) = (acts(a, after_a, STRIDE, false)?, acts(b, after_b, STRIDE, false)?);
        if let Some((here, there)) = here.iter().zip(&there).find(|(here, there)| !here.is_as(there)) {
            return Ok(Some((here.clone(), there.clone())));
        }
        match (here.last(), there.last()) {
            (Some(last), Some(other)) if here.len() == there.len() => {
                (after_a, after_b) = (last.id, other.id)
            }
            _ => return Ok(None),
        }
    }
}

/// What people did after activity `after` on one side and not on the other, at most `most` on each.
///
/// # Errors
/// Database errors.
pub fn changes(a: &Db, b: &Db, after: i64, most: usize) -> Result<[Vec<ActRow>; 2]> {
    let (here, there) = (acts(a, after, STRIDE, true)?, acts(b, after, STRIDE, true)?);
    let lacks = |one: &[ActRow], other: &[ActRow]| -> Vec<ActRow> {
        one.iter().filter(|act| !other.iter().any(|o| act.is_as(o))).take(most).cloned().collect()
    };
    Ok([lacks(&here, &there), lacks(&there, &here)])
}

impl ActRow {
    /// What happened, in a line for people.
    #[must_use]
    pub fn told(&self) -> String {
        let told = Told::of(&self.action_type, &serde_json::from_str(&self.details).unwrap_or_default());
        let text =
            if told.about.is_empty() || told.is(ActivityKind::Vote) { &told.quote } else { &told.about };
        let place = told.thread.map_or_else(String::new, |thread| format!(" #{thread}"));
        format!("{} {} {}{place} {}", self.created_at, self.bot_id, told.word, cut(text, 100))
    }

    /// Whether it is the same, whatever its number.
    fn is_as(&self, other: &Self) -> bool {
        let same = Self { id: self.id, ..other.clone() };
        *self == same
    }
}

/// What a society came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Sums {
    /// Activities.
    pub activities: i64,
    /// Threads, hidden ones too.
    pub threads: i64,
    /// Replies, hidden ones too.
    pub replies: i64,
    /// Votes.
    pub votes: i64,
    /// Follows in force.
    pub follows: i64,
    /// Pairs with any tie.
    pub ties: i64,
    /// Memories held now.
    pub memories: i64,
    /// Tokens of all calls.
    pub tokens: i64,
    /// Cost of all calls.
    pub cost_usd: Money,
}

columns! {
    SUMS, sums_row -> Sums {
        activities = "(SELECT count(*) FROM activities)",
        threads = "(SELECT count(*) FROM threads)",
        replies = "(SELECT count(*) FROM replies)",
        votes = "(SELECT count(*) FROM votes)",
        follows = "(SELECT count(*) FROM follows)",
        ties = "(SELECT count(*) FROM ties)",
        memories = "(SELECT count(*) FROM memories)",
        tokens = "(SELECT ifnull(sum(tokens), 0) FROM usage_room)",
        cost_usd = "(SELECT ifnull(sum(cost), 0) FROM usage_room)",
    }
}

/// Counts a society.
///
/// # Errors
/// Database errors.
pub fn sums(c: &Db) -> Result<Sums> {
    Ok(c.query_row(&format!("SELECT {SUMS}"), [], sums_row)?)
}

/// What one bot came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct BotSums {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Net votes.
    pub reputation: i64,
    /// Threads it opened.
    pub threads: i64,
    /// Replies it wrote.
    pub replies: i64,
    /// Votes it cast.
    pub votes: i64,
    /// Beats it stayed quiet.
    pub quiet: i64,
    /// Tokens of all its calls.
    pub tokens: i64,
    /// Cost of all its calls.
    pub cost_usd: Money,
}

columns! {
    BOT_SUMS, bot_sums -> BotSums {
        id = "b.id",
        name = "b.name",
        reputation = "b.reputation",
        threads = "b.threads",
        replies = "b.replies",
        votes = "(SELECT count(*) FROM votes WHERE voter = b.id)",
        quiet = "b.idle_beats + (SELECT ifnull(sum(count), 0) FROM actions_daily WHERE bot_id = b.id AND action_type = ?1)",
        tokens = "(SELECT ifnull(sum(input + output), 0) FROM usage_daily WHERE bot_id = b.id)",
        cost_usd = "(SELECT ifnull(sum(cost), 0) FROM usage_daily WHERE bot_id = b.id)",
    }
}

/// Counts every bot, departed ones too, by id.
///
/// # Errors
/// Database errors.
pub fn bots(c: &Db) -> Result<Vec<BotSums>> {
    let mut statement = c.prepare(&format!("SELECT {BOT_SUMS} FROM bots b ORDER BY b.id",))?;
    let rows = statement.query_map([ActivityKind::DoNothing.as_str()], bot_sums)?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// One day of a society.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Day {
    /// The room's day.
    pub day: String,
    /// Threads and replies.
    pub posts: i64,
    /// Votes cast by bots.
    pub votes: i64,
    /// Tokens.
    pub tokens: i64,
    /// Cost.
    pub cost_usd: Money,
}

/// Every day with an act or a call, in order.
///
/// # Errors
/// Database errors.
pub fn days(c: &Db) -> Result<Vec<Day>> {
    let (posts, vote) = (ActivityKind::sql(ActivityKind::is_post), ActivityKind::Vote.as_str());
    let mut statement = c.prepare(&format!(
        "SELECT d.day, (SELECT ifnull(sum(count), 0) FROM actions_daily a WHERE a.day = d.day AND action_type IN {posts}), \
         (SELECT ifnull(sum(count), 0) FROM actions_daily a WHERE a.day = d.day AND action_type = '{vote}'), \
         ifnull((SELECT tokens FROM usage_room u WHERE u.day = d.day), 0), \
         ifnull((SELECT cost FROM usage_room u WHERE u.day = d.day), 0) \
         FROM (SELECT day FROM actions_daily UNION SELECT day FROM usage_room) d ORDER BY d.day",
    ))?;
    let rows = statement.query_map([], |row| {
        let (day, posts, votes, tokens, cost_usd) = row.try_into()?;
        Ok(Day { day, posts, votes, tokens, cost_usd })
    })?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// Which society a database holds, its seed, and the note about where it comes from.
///
/// # Errors
/// Database errors.
pub fn identity(c: &Db) -> Result<(Option<String>, Option<String>, Option<String>)> {
    let note =
        |key: &str| c.query_row("SELECT value FROM meta WHERE key = ?1", [key], |row| row.get(0)).optional();
    Ok((note("society")?, note("seed")?, note("lineage")?))
}
