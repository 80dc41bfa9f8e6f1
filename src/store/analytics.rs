//! What was posted and voted in a period, per day and per bot.

use std::collections::BTreeMap;

use rusqlite::params;

use super::lens::Lens;
use super::names::Names;
use super::stats::rounded;
use super::{Db, Result, stats};
use crate::domain::{ActivityKind, Actor, Stamp};
use crate::protocol::{Analytics, Engagements, PostsDay};

/// Posts by people looked at, newest first; they are typed by hand and few.
const PEOPLE: u32 = 5_000;

/// Threads, replies and votes of the last `days` days. People's posts are in the totals and the
/// days; `engagement_by_bot` holds bots only, the busiest first.
///
/// # Errors
/// Database errors.
pub fn analytics(c: &Db, lens: &Lens, days: u32) -> Result<Analytics> {
    let (first, last) = stats::span(lens, days);
    let mut per_day: BTreeMap<String, PostsDay> = stats::days(lens, days)
        .into_iter()
        .map(|date| (date.clone(), PostsDay { date, threads: 0, replies: 0 }))
        .collect();
    let mut per_bot: BTreeMap<String, Engagements> = BTreeMap::new();
    let mut votes = 0;
    let counted = ActivityKind::sql(|kind| kind.is_post() || kind == ActivityKind::Vote);
    let mut statement = c.prepare_cached(&format!(
        "SELECT day, bot_id, action_type, count FROM actions_daily WHERE day BETWEEN ?1 AND ?2 \
         AND action_type IN {counted}",
    ))?;
    let mut rows = statement.query([&first, &last])?;
    while let Some(row) = rows.next()? {
        let count: i64 = row.get("count")?;
        let day = per_day.get_mut(row.get_ref("day")?.as_str().map_err(rusqlite::Error::from)?);
        let bot: String = row.get("bot_id")?;
        let kind = ActivityKind::of(row.get_ref("action_type")?.as_str().map_err(rusqlite::Error::from)?);
        let one = per_bot.entry(bot).or_insert_with_key(|id| Engagements {
            bot_id: id.clone(),
            bot_name: String::new(),
            threads: 0,
            replies: 0,
            votes: 0,
        });
        match kind {
            Some(ActivityKind::CreateThread) => {
                one.threads += count;
                day.into_iter().for_each(|day| day.threads += count);
            }
            Some(ActivityKind::Reply) => {
                one.replies += count;
                day.into_iter().for_each(|day| day.replies += count);
            }
            _ => {
                one.votes += count;
                votes += count;
            }
        }
    }
    add_people(c, lens, &first, &mut per_day)?;
    sum_up(c, days, per_day, per_bot, votes)
}

/// Adds what people posted to the days.
fn add_people(c: &Db, lens: &Lens, first: &str, per_day: &mut BTreeMap<String, PostsDay>) -> Result<()> {
    let mut statement = c.prepare_cached(
        "SELECT created_at, details ->> '$.reply_id' IS NULL FROM activities WHERE action_type = ?2 \
         ORDER BY id DESC LIMIT ?1",
    )?;
    let mut rows = statement.query(params![PEOPLE, ActivityKind::HumanPost.as_str()])?;
    while let Some(row) = rows.next()? {
        let (at, opens): (Stamp, bool) = row.try_into()?;
        let date = at.date_in(&lens.zone).to_string();
        if date.as_str() < first {
            break;
        }
        if let Some(day) = per_day.get_mut(&date) {
            *(if opens { &mut day.threads } else { &mut day.replies }) += 1;
        }
    }
    Ok(())
}

#[allow(clippy::cast_precision_loss)] // a mean
fn sum_up(
    c: &Db,
    days: u32,
    per_day: BTreeMap<String, PostsDay>,
    per_bot: BTreeMap<String, Engagements>,
    total_votes: i64,
) -> Result<Analytics> {
    let mut names = Names::default();
    let mut engagement_by_bot = Vec::with_capacity(per_bot.len());
    for (id, mut one) in per_bot {
        if Actor::of(&id).bot().is_some() {
            one.bot_name = names.of(c, &id)?;
            engagement_by_bot.push(one);
        }
    }
    let acts = |one: &Engagements| one.threads + one.replies + one.votes;
    engagement_by_bot.sort_by(|a, b| acts(b).cmp(&acts(a)).then_with(|| a.bot_id.cmp(&b.bot_id)));
    engagement_by_bot.truncate(stats::CROWD as usize);
    let total_threads: i64 = per_day.values().map(|day| day.threads).sum();
    let total_replies: i64 = per_day.values().map(|day| day.replies).sum();
    Ok(Analytics {
        period_days: days,
        total_threads,
        total_replies,
        total_votes,
        posts_per_day: per_day.into_values().collect(),
        most_active_bot: engagement_by_bot.first().map(|one| one.bot_id.clone()),
        avg_replies_per_thread: if total_threads > 0 {
            rounded(total_replies as f64 / total_threads as f64, 1)
        } else {
            0.0
        },
        engagement_by_bot,
    })
}
